"""What the pages of a territory say: labels in the reader's language, estimates with their doubt, whose shell a page wears."""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from carnet.kernel.actors import Actor
from carnet.observatory.queries.territories import Commitment, TerritoryView
from carnet.observatory.rules.indicators import LABELS, Indicator
from carnet.observatory.rules.objectives import Outlook, Standing, Target
from carnet.observatory.rules.reach import Band, Estimate, Method, Rate
from carnet.observatory.rules.territories import NEED_LABELS, PUBLIC_LABELS, Need, Public
from carnet.parties.rules import home_of
from carnet.web.design import formats

# The shell each audience's pages wear, by the room of its home page.
_SHELLS = {"place": "place/counter.html", "prescriber": "prescriber/desk.html"}


def office_of(actor: Actor) -> str:
    """The template a page extends: whoever comes from another room keeps its own navigation."""
    room = home_of(actor.roles).split(":")[0]
    return _SHELLS.get(room, f"{room}/office.html")


def need(code: Need) -> str:
    """A need in words."""
    return _(NEED_LABELS[code])


def publics(codes: Iterable[Public]) -> str:
    """For whom; nothing for everybody."""
    return ", ".join(_(PUBLIC_LABELS[each]) for each in codes)


def indicator(code: Indicator) -> str:
    """An indicator in words."""
    return _(LABELS[code])


def where(view: TerritoryView, codes: tuple[str, ...]) -> str:
    """Communes by name, or the whole territory."""
    return view.named(codes) if codes else _("Tout le territoire")


def commitment(view: TerritoryView, each: Commitment) -> dict[str, str]:
    """One commitment, ready to be read."""
    return {
        "need": need(each.need),
        "words": each.words,
        "where": where(view, each.commune_codes),
        "hours": each.hours,
        "publics": publics(each.publics),
        "until": _("jusqu’au %(day)s") % {"day": formats.day(each.until_on)} if each.until_on else "",
        "id": str(each.id),
    }


def estimate(found: Estimate) -> str:
    """People in need, with two digits and both bounds."""
    low, middle, high = (formats.number(each) for each in found.shown())
    return _("environ %(middle)s (entre %(low)s et %(high)s)") % {"low": low, "middle": middle, "high": high}


def rate(found: Rate | None) -> str:
    """So many for a thousand, between both bounds."""
    if found is None:
        return _("non calculé")
    if found.high == 0:
        return "0"
    told = {name: figure(value) for name, value in (("low", found.low), ("middle", found.middle), ("high", found.high))}
    return _("environ %(middle)s (de %(low)s à %(high)s)") % told


def short_estimate(found: Estimate) -> str:
    """People in need in a cell of a table that says *about*."""
    low, middle, high = (formats.number(each) for each in found.shown())
    return _("%(middle)s (%(low)s à %(high)s)") % {"low": low, "middle": middle, "high": high}


def short_rate(found: Rate | None) -> str:
    """So many for a thousand, in such a cell."""
    if found is None:
        return _("non calculé")
    if found.high == 0:
        return "0"
    told = {name: figure(value) for name, value in (("low", found.low), ("middle", found.middle), ("high", found.high))}
    return _("%(middle)s (%(low)s à %(high)s)") % told


def likely(found: Outlook) -> dict[str, int]:
    """What is likely, without the digits nobody can know: two for what is still to come, never under what is done."""
    told = {"expected": found.expected, "low": found.low, "high": found.high}
    return without_invented_digits(found.so_far, {name: found.so_far if value is None else value for name, value in told.items()})


def without_invented_digits(so_far: int, told: Mapping[str, int]) -> dict[str, int]:
    """What is likely in two digits for what is still to come, never under what is done: the same on the page and on paper."""
    unit = 10 ** max(0, len(str(max(told.values()) - so_far)) - 2)
    return {name: max(so_far, round(value / unit) * unit) for name, value in told.items()}


def count(value: int | None) -> str:
    """A count, or that it is hidden."""
    return _("caché") if value is None else formats.number(value)


def method(found: frozenset[Method]) -> str:
    """How people in need were estimated."""
    told = {
        Method.AGES: _("par âge : les habitants de chaque âge, et la part nationale de cet âge"),
        Method.SENIORS: _("par l’âge des plus de 65 ans, et les parts nationales"),
        Method.POPULATION: _("par le nombre d’habitants, et la part nationale : sans l’âge, c’est peu précis"),
    }
    return " ; ".join(told[each] for each in Method if each in found)


def short_method(found: frozenset[Method]) -> str:
    """The same in a cell."""
    told = {Method.AGES: _("par âge"), Method.SENIORS: _("par les plus de 65 ans"), Method.POPULATION: _("par habitants")}
    return ", ".join(told[each] for each in Method if each in found)


def band(code: Band) -> str:
    """An age band in words."""
    told = {Band.ADULT: _("15 à 59 ans"), Band.SIXTIES: _("60 à 74 ans"), Band.OLDER: _("75 ans et plus")}
    return told[code]


def target(code: Target) -> str:
    """What an objective counts, in words."""
    told = {
        Target.ORDERED: _("Chèques commandés"),
        Target.ACTIVATED: _("Chèques mis en circulation"),
        Target.HANDED_OVER: _("Chèques remis"),
        Target.USED: _("Chèques utilisés"),
        Target.PAID: _("Chèques payés"),
        Target.PLACES: _("Lieux qui acceptent les chèques"),
    }
    return told[code]


def standing(code: Standing) -> tuple[str, str]:
    """Where an objective stands: words, and the tone they are shown with."""
    told = {
        Standing.REACHED: (_("atteint"), "success"),
        Standing.MISSED: (_("pas atteint à temps"), "danger"),
        Standing.LIKELY: (_("probable à ce rythme"), "success"),
        Standing.OPEN: (_("incertain à ce rythme"), "warning"),
        Standing.UNLIKELY: (_("improbable à ce rythme"), "danger"),
        Standing.TOO_SOON: (_("trop tôt pour le dire"), "neutral"),
    }
    return told[code]


def figure(value: float) -> str:
    """A rate with the digits it has: a decimal below ten alone."""
    return formats.number(int(value)) if value >= 10 or value == int(value) else formats.decimal(value)
