"""Money, counts, shares and windows in words and tables, the same for the operator, the funder and the auditor."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.funding.queries import ProgrammeFacts
from carnet.funding.rules import PaymentFrequency, Pays, PledgeState, ShareTerms, Windows
from carnet.ledger.queries import MoneyTable
from carnet.ledger.rules import Counts, Money
from carnet.places import queries as places
from carnet.places.rules import SERVICE_KINDS
from carnet.web.design import formats
from carnet.web.design.components import Column, Figure, Row, Table

MONEY_WORDS = {
    "funded": gettext_lazy("Apporté"),
    "unissued": gettext_lazy("Non émis"),
    "in_circulation": gettext_lazy("En circulation"),
    "owed": gettext_lazy("Dû aux lieux"),
    "paid": gettext_lazy("Payé"),
    "returned": gettext_lazy("Rendu"),
    "reserved": gettext_lazy("Réservé aux connexions"),
    "served": gettext_lazy("Payé aux fournisseurs d’accès"),
}
# Said only where there are solidarity connections.
_OF_CONNECTIONS = ("reserved", "served")
COUNT_WORDS = {
    "issued": gettext_lazy("Émis"),
    "in_stock": gettext_lazy("En stock"),
    "handed_over": gettext_lazy("Remis"),
    "redeemed": gettext_lazy("Utilisés"),
    "lapsed": gettext_lazy("Périmés"),
    "void": gettext_lazy("Annulés"),
}
FREQUENCIES = {
    PaymentFrequency.WEEKLY: gettext_lazy("chaque semaine"),
    PaymentFrequency.FORTNIGHTLY: gettext_lazy("tous les quinze jours"),
    PaymentFrequency.MONTHLY: gettext_lazy("chaque mois"),
    PaymentFrequency.ON_DEMAND: gettext_lazy("dès que le lieu le demande"),
}
PLEDGE_STATES = {
    PledgeState.PLEDGED: gettext_lazy("annoncée"),
    PledgeState.SIGNED: gettext_lazy("signée"),
    PledgeState.JOINED: gettext_lazy("dans la convention"),
    PledgeState.WITHDRAWN: gettext_lazy("retirée"),
}


def money_table(caption: str, money: MoneyTable, names: Mapping[int, str], *, only: int | None = None) -> Table:
    """Where the money is, one line per funder (or one funder's alone), with the total at the foot."""
    shown = {funder_id: amounts for funder_id, amounts in money.by_funder.items() if only in (None, funder_id)}
    whole = sum(shown.values(), Money())
    told = [name for name in MONEY_WORDS if name not in _OF_CONNECTIONS or getattr(whole, name)]
    columns = [Column(_("Financeur")), *(Column(str(MONEY_WORDS[name]), number=True) for name in told)]
    rows = [[names.get(funder_id, "?"), *_amounts(amounts, told)] for funder_id, amounts in shown.items()]
    total = [_("Total"), *_amounts(whole, told)] if len(rows) > 1 else []
    return Table(caption, columns, rows, total, empty=_("Aucun argent reçu pour l’instant."))


def money_figures(amounts: Money, *, with_zeros: bool = True) -> list[Figure]:
    """The amounts as figures; without zeros, only the first and those that say something. Connections are told where there are some."""
    return [
        Figure(formats.euros(getattr(amounts, name), short=True), str(word))
        for rank, (name, word) in enumerate(MONEY_WORDS.items())
        if (with_zeros and name not in _OF_CONNECTIONS) or rank == 0 or getattr(amounts, name)
    ]


def count_figures(counts: Counts, *, with_zeros: bool = True) -> list[Figure]:
    """How many vouchers are in each state; without zeros, only the first and those that say something."""
    return [
        Figure(formats.number(getattr(counts, name)), str(word))
        for rank, (name, word) in enumerate(COUNT_WORDS.items())
        if with_zeros or rank == 0 or getattr(counts, name)
    ]


def _amounts(amounts: Money, names: Sequence[str]) -> list[str]:
    return [formats.euros(getattr(amounts, name)) for name in names]


# --- Shares -----------------------------------------------------------------------------------------------------------


def portion_words(portion: Fraction) -> str:
    """A portion as a percentage when that is exact, else as the fraction it is: ``25 %``, ``1/3``."""
    points = portion * 100_00
    return formats.basis_points(int(points)) if points.denominator == 1 else f"{portion.numerator}/{portion.denominator}"


def share_words(share: ShareTerms) -> str:
    """How much a share is."""
    if share.portion is not None:
        return portion_words(share.portion)
    return _("%(amount)s, montant fixe") % {"amount": formats.euros(share.fixed_cents or 0, short=True)}


def payment_words(share: ShareTerms, names: Mapping[int, str]) -> str:
    """When a funder pays, and who advances."""
    if share.pays is Pays.ON_USE:
        return _("à l’usage, avancé par %(advancer)s") % {"advancer": names.get(share.advanced_by_id or 0, "?")}
    return _("d’avance")


def shares_table(caption: str, shares: Sequence[ShareTerms], names: Mapping[int, str]) -> Table:
    """The shares of an agreement, in the order of the signatures."""
    columns = [Column(_("Financeur")), Column(_("Part")), Column(_("Paie")), Column(_("Plafond"), number=True)]
    rows = [
        [
            names.get(share.funder_id, "?"),
            share_words(share),
            payment_words(share, names),
            formats.euros(share.cap_cents, short=True) if share.cap_cents else "–",
        ]
        for share in shares
    ]
    return Table(caption, columns, rows)


# --- Programmes -------------------------------------------------------------------------------------------------------


def programme_rows(programme: ProgrammeFacts) -> list[Row]:
    """A programme's rules, for whoever reads them."""
    terms = programme.terms
    return [
        Row(_("Territoire"), perimeter_words(terms.perimeter)),
        Row(_("Public"), terms.public or "–"),
        Row(
            _("Carnet"),
            _("%(count)s chèques de %(value)s")
            % {"count": formats.number(terms.booklet_size), "value": formats.euros(terms.voucher_value_cents, short=True)},
        ),
        Row(_("Remise"), hand_over_words(terms.windows)),
        Row(_("Validité"), acceptance_words(terms.windows)),
        Row(_("Services"), services_words(terms.service_codes)),
        *([Row(_("Coûtent plusieurs chèques"), costs_words(terms.service_voucher_counts))] if terms.service_voucher_counts else []),
        Row(_("Erreur annulable pendant"), minutes_words(terms.undo_window_minutes)),
        Row(_("Les lieux sont payés"), str(FREQUENCIES[terms.payment_frequency])),
        Row(_("Téléphone"), terms.phone or "–"),
    ]


def hand_over_words(windows: Windows) -> str:
    """The hand-over window in days, both included."""
    return _("du %(first)s au %(last)s") % {
        "first": formats.day(windows.hand_over_from),
        "last": formats.last_day(windows.hand_over_until),
    }


def acceptance_words(windows: Windows) -> str:
    """Until when vouchers are good, and the grace."""
    if windows.printed_until is not None:
        ends = _("jusqu’au %(day)s") % {"day": formats.last_day(windows.printed_until)}
    else:
        months = windows.months_after_hand_over or 0
        ends = ngettext("%(months)s mois après la remise", "%(months)s mois après la remise", months) % {"months": months}
    if windows.grace_days == 0:
        return ends
    grace = ngettext("%(days)s jour de tolérance", "%(days)s jours de tolérance", windows.grace_days) % {"days": windows.grace_days}
    return f"{ends}, {grace}"


def minutes_words(minutes: int) -> str:
    """A delay in hours when it is whole hours, else in minutes."""
    if minutes and minutes % 60 == 0:
        hours = minutes // 60
        return ngettext("%(hours)s heure", "%(hours)s heures", hours) % {"hours": hours}
    return ngettext("%(minutes)s minute", "%(minutes)s minutes", minutes) % {"minutes": minutes}


def service_words(codes: Sequence[str]) -> list[str]:
    """The services of these codes, in the catalogue's order."""
    return [_(kind.label) for kind in SERVICE_KINDS if kind.code in set(codes)]


def costs_words(counts: Mapping[str, int]) -> str:
    """The services that cost several vouchers, with how many."""
    named = [(_(kind.label), counts[kind.code]) for kind in SERVICE_KINDS if kind.code in counts]
    return ", ".join(_("%(service)s (%(count)s chèques)") % {"service": label, "count": count} for label, count in named)


def services_words(codes: Sequence[str]) -> str:
    """The services in one sentence: the whole catalogue is not recited."""
    words = service_words(codes)
    if len(words) == len(SERVICE_KINDS):
        return _("tous ceux du catalogue (%(count)s)") % {"count": formats.number(len(words))}
    return ", ".join(words)


def perimeter_words(codes: Sequence[str]) -> str:
    """The territory by names where a name is known."""
    return ", ".join(_territory(code) for code in codes)


def _territory(code: str) -> str:
    if code == "FR":
        return _("la France entière")
    if len(code) <= 3:
        return _("département %(code)s") % {"code": code}
    if len(code) == 5:
        commune = places.gazetteer().by_code(code)
        return commune.name if commune else code
    count = len(places.territory([code]))
    return ngettext("intercommunalité %(code)s (%(count)s commune)", "intercommunalité %(code)s (%(count)s communes)", count) % {
        "code": code,
        "count": count,
    }
