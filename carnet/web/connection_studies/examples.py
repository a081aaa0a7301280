"""What was published about two connections that exist, in words: what it comes to, and what nobody said."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.connectivity.queries.studies import studied
from carnet.connectivity.rules.study import cases
from carnet.connectivity.rules.study.assumptions import BY_KEY, Key, ranges_given
from carnet.connectivity.rules.study.cases import CASES, Case, Reading
from carnet.web.connection_studies.words import round_euros
from carnet.web.design import formats
from carnet.web.design.components import Row

__all__ = ["CASES", "told"]

_SEED = 44_109  # the commune's: the same example for everybody

NAMES = {
    "nantes-2022": gettext_lazy("Nantes, 2022 : un essai de 200 logements"),
    "port-boyer": gettext_lazy("Nantes, Port-Boyer, 2024 : 1 000 logements"),
    "brest": gettext_lazy("Brest, depuis 2009 : toute la résidence paie"),
}
ABOUT = {
    "nantes-2022": gettext_lazy("Gratuit pour les habitants. Ni le coût ni le nombre de ménages connectés n’ont été publiés."),
    "port-boyer": gettext_lazy("10 Mb/s, box, ordinateur prêté au besoin, aide de médiateurs. Annoncé pour 18 mois."),
    "brest": gettext_lazy("Après un vote des locataires, chaque logement paie avec ses charges, qu’il s’en serve ou non."),
}
SOURCES = {
    "nantes-2022": gettext_lazy("hellogazettenantes.fr, 2023"),
    "port-boyer": gettext_lazy("metropole.nantes.fr et hellogazettenantes.fr, octobre 2023"),
    "brest": gettext_lazy("a-brest.net, prix au 1er janvier 2023"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One case for a page. `ours`: what Carnet's own assumptions give for as many homes, which nobody checked there."""

    name: str
    about: str
    source: str
    published: list[Row]
    comes_to: list[Row]
    sentence: str
    ours: list[Row]


def told(case: Case) -> Told:
    """A case, every figure worked out when the page is asked."""
    market = BY_KEY[Key.MARKET].given.likely
    found = cases.read(case, market)
    return Told(
        name=str(NAMES[case.key]),
        about=str(ABOUT[case.key]),
        source=str(SOURCES[case.key]),
        published=_published(case),
        comes_to=_comes_to(case, found),
        sentence=_sentence(case, found, market),
        ours=_ours(case),
    )


def _published(case: Case) -> list[Row]:
    unknown = _("non publié")
    return [
        Row(_("Logements"), formats.number(case.homes)),
        Row(_("Prix pour le ménage, par mois"), _price(case.price_cents)),
        Row(_("Durée"), unknown if case.months is None else _("%(count)s mois") % {"count": case.months}),
        Row(_("Aide reçue"), unknown if case.grant_cents is None else formats.euros(case.grant_cents, short=True)),
        Row(_("Ménages qui l’ont prise"), unknown),
    ]


def _price(cents: int | None) -> str:
    if cents is None:
        return _("non publié")
    return formats.euros(cents) if cents else _("gratuit")


def _comes_to(case: Case, found: Reading) -> list[Row]:
    share = cases.IN_DIFFICULTY_PRIORITY if case.is_priority else cases.IN_DIFFICULTY
    rows = [
        Row(_("Ménages en difficulté, à %(share)s") % {"share": formats.basis_points(share)}, formats.number(found.in_difficulty)),
        Row(
            _("Dont sans connexion à cause du prix, à %(share)s") % {"share": formats.basis_points(cases.OFFLINE_FOR_COST)},
            formats.number(found.offline_for_cost),
        ),
    ]
    amounts = [
        (_("Aide, par logement"), found.grant_of_a_home),
        (_("Aide, par logement et par mois"), found.grant_of_a_month),
        (_("Aide, si seuls les ménages en difficulté la prennent"), found.grant_of_one_in_difficulty),
        (_("Aide, si seuls ceux sans connexion la prennent"), found.grant_of_one_offline),
        (_("Payé par les ménages, si tous la prennent"), found.paid_by_households),
        (_("Par mois et par ménage en difficulté, si tous paient"), found.price_of_one_in_difficulty),
    ]
    return rows + [Row(label, formats.euros(cents)) for label, cents in amounts if cents is not None]


def _sentence(case: Case, found: Reading, market: int) -> str:
    if found.homes_to_break_even is None:
        return ""
    months = cases.months_to_break_even(case, market)
    return _(
        "Face à une offre du marché à %(market)s, il faudrait %(homes)s ménages en %(months)s mois pour que l’aide revienne moins cher. "
        "Avec %(of)s ménages, il faudrait %(long)s mois. L’aide paie aussi des ordinateurs, des médiateurs et des installations qui durent."
    ) % {
        "market": formats.euros(market),
        "homes": formats.number(found.homes_to_break_even),
        "months": case.months,
        "of": formats.number(case.homes),
        "long": months,
    }


def _ours(case: Case) -> list[Row]:
    if case.key == "brest":
        return []  # every home pays there: another arithmetic, which a study of homes that join does not have
    choices = cases.choices_of(case)
    found = studied(cases.estate_of(case), ranges_given(), choices, seed=_SEED)
    homes, left = found.spreads["homes"], found.spreads["left"]
    between = _("%(middle)s, entre %(low)s et %(high)s")
    return [
        Row(_("Durée étudiée"), _("%(count)s mois") % {"count": choices.months}),
        Row(
            _("Ménages qui prendraient l’offre"),
            between % {"middle": formats.number(homes.middle), "low": formats.number(homes.low), "high": formats.number(homes.high)},
        ),
        Row(
            _("Reste à financer"),
            between % {"middle": round_euros(left.middle), "low": round_euros(left.low), "high": round_euros(left.high)},
        ),
    ]
