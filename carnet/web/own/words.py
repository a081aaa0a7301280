"""A person's mandates in words they read: short sentences, no jargon, nothing that frightens."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.kernel.periods import legal_day
from carnet.mandates.queries.own import OwnFamily, OwnMandate, OwnUse
from carnet.mandates.rules import FAMILIES, OTHER_PROCEDURE, EndReason, Family, MandateState
from carnet.places.rules.procedures import PROCEDURES
from carnet.web.design import formats

STATES = {
    MandateState.LIVE: (gettext_lazy("En cours"), "success", "check"),
    MandateState.ENDED: (gettext_lazy("Arrêté"), "neutral", "stop"),
    MandateState.EXPIRED: (gettext_lazy("Fini"), "neutral", "clock"),
}
WHY = {
    EndReason.REVOKED: gettext_lazy("Arrêté"),
    EndReason.DONE: gettext_lazy("Démarches terminées"),
    EndReason.REPLACED: gettext_lazy("Remplacé par un mandat plus récent"),
    EndReason.EXPIRED: gettext_lazy("Fini"),
    EndReason.DEATH: gettext_lazy("Arrêté"),
    EndReason.PROTECTION: gettext_lazy("Arrêté"),
    EndReason.TRANSFERRED: gettext_lazy("Passé à une autre structure"),
    EndReason.STRUCTURE: gettext_lazy("La structure n’aide plus"),
}
_LABELS = {each.code: each.label for each in PROCEDURES}


@dataclass(frozen=True, slots=True)
class Line:
    """One family of procedures of a mandate."""

    code: str
    label: str
    is_live: bool
    state: str


@dataclass(frozen=True, slots=True)
class Card:
    """One mandate. `told`: its state in a sentence."""

    number: str
    printed: str
    structure: str
    state: str
    tone: str
    drawing: str
    is_live: bool
    last_day: date
    over_on: date | None
    families: str
    uses: str
    told: str
    banner_tone: str
    lines: tuple[Line, ...]
    live_count: int


@dataclass(frozen=True, slots=True)
class UseLine:
    """One thing done for the person."""

    what: str
    when: str
    service: str
    who: str


def card(mandate: OwnMandate, names: Mapping[int, str]) -> Card:
    """A mandate as its person reads it."""
    state, tone, drawing = STATES[mandate.state]
    structure = names.get(mandate.organisation_id) or _("Une structure")
    is_live = bool(mandate.live)
    over_on = None if is_live else legal_day(mandate.over_at) if mandate.over_at else mandate.last_day
    return Card(
        mandate.number, mandate.printed, structure, str(state), tone, drawing, is_live, mandate.last_day, over_on,
        ", ".join(family_label(each) for each in (mandate.live or [each.family for each in mandate.families])), _uses(mandate),
        _told(mandate, structure, over_on), "success" if is_live else "info", tuple(_line(each) for each in mandate.families),
        len(mandate.live),
    )  # fmt: skip


def _told(mandate: OwnMandate, structure: str, over_on: date | None) -> str:
    if over_on is None:
        return _("%(structure)s peut agir pour vous jusqu’au %(day)s.") % {"structure": structure, "day": formats.day(mandate.last_day)}
    told = {"structure": structure, "day": formats.day(over_on)}
    if mandate.over_at is None:  # it ran its whole time: that day was still in it
        return _("%(structure)s ne peut plus agir pour vous. Le dernier jour était le %(day)s.") % told
    return _("%(structure)s ne peut plus agir pour vous depuis le %(day)s.") % told


def _uses(mandate: OwnMandate) -> str:
    if not mandate.use_count or mandate.latest_use_at is None:
        return _("Rien n’a encore été fait pour vous.")
    words = ngettext(
        "%(count)s démarche faite. La dernière : %(day)s.", "%(count)s démarches faites. La dernière : %(day)s.", mandate.use_count
    )
    return words % {"count": formats.number(mandate.use_count), "day": formats.day(mandate.latest_use_at)}


def _line(family: OwnFamily) -> Line:
    state = "" if family.is_live else str(WHY.get(family.reason or EndReason.EXPIRED, WHY[EndReason.EXPIRED]))
    return Line(family.family.value, family_label(family.family), family.is_live, state)


def family_label(family: Family) -> str:
    """A kind of procedures, as the mandate's paper says it."""
    return _(FAMILIES[family].label)


def use_lines(uses: Iterable[OwnUse]) -> list[UseLine]:
    """What was done, in words."""
    return [
        UseLine(
            procedure_label(each.procedure, each.family),
            formats.moment(each.at),
            each.service,
            _("Par %(name)s") % {"name": each.helper} if each.helper else "",
        )
        for each in uses
    ]


def procedure_name(procedure: str) -> str:
    """A procedure by its code, alone."""
    return _(_LABELS[procedure]) if procedure in _LABELS and procedure != OTHER_PROCEDURE else _("Autre démarche")


def procedure_label(procedure: str, family: Family) -> str:
    """What was done: the procedure named, else the kind it is of."""
    if procedure == OTHER_PROCEDURE or procedure not in _LABELS:
        return _("Autre démarche : %(family)s") % {"family": family_label(family)}
    return _(_LABELS[procedure])
