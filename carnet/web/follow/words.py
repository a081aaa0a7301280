"""What each step of a euro is called, and which page shows it to whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from carnet.journal.queries import Proof
from carnet.kernel.actors import Actor
from carnet.ledger.rules import PassageKind
from carnet.parties.rules import Role, allowed
from carnet.settlement.queries.following import Step, StepKind
from carnet.web.design import formats
from carnet.web.lessons import service_word
from carnet.web.service_done import Names

TITLES = {
    StepKind.RECEIVED: gettext_lazy("Un financeur paie"),
    StepKind.AGREEMENT: gettext_lazy("La convention"),
    StepKind.ORDERED: gettext_lazy("La commande"),
    StepKind.DRAWN: gettext_lazy("L’édition des chèques"),
    StepKind.PASSED: gettext_lazy("De main en main"),
    StepKind.HANDED_OVER: gettext_lazy("Remis par un guichet"),
    StepKind.REDEEMED: gettext_lazy("Utilisé pour un service"),
    StepKind.REVERSED: gettext_lazy("Usage annulé"),
    StepKind.CLAIMED: gettext_lazy("Le décompte du lieu"),
    StepKind.APPROVED: gettext_lazy("Les approbations"),
    StepKind.WRITTEN: gettext_lazy("Le fichier pour la banque"),
    StepKind.BOOKED: gettext_lazy("La ligne de la banque"),
    StepKind.CAME_BACK: gettext_lazy("Revenu de la banque"),
}
PASSAGES = {
    PassageKind.DRAWN: gettext_lazy("tiré"),
    PassageKind.PRINTED: gettext_lazy("imprimé"),
    PassageKind.SHIPPED: gettext_lazy("expédié"),
    PassageKind.RECEIVED: gettext_lazy("reçu"),
    PassageKind.ACTIVATED: gettext_lazy("activé"),
    PassageKind.MOVED: gettext_lazy("passé d’un guichet à un autre"),
    PassageKind.TAKEN_OUT: gettext_lazy("sorti pour être remis"),
    PassageKind.HANDED_OVER: gettext_lazy("remis"),
    PassageKind.RETURNED: gettext_lazy("rendu au stock"),
    PassageKind.VOIDED: gettext_lazy("annulé"),
    PassageKind.LAPSED: gettext_lazy("périmé"),
    PassageKind.EXCHANGED: gettext_lazy("échangé"),
}
TABLES = {
    "journal_line": pgettext_lazy("proof", "journal"),
    "ledger_movement": pgettext_lazy("proof", "mouvement"),
    "ledger_passage": pgettext_lazy("proof", "passage"),
    "ledger_sharepattern": pgettext_lazy("proof", "parts"),
    "mandates_use": pgettext_lazy("proof", "usage d’un mandat"),
}


@dataclass(frozen=True, slots=True)
class ProofShown:
    """One row that proves a step, and whether it is sealed."""

    text: str
    digest: str
    seal: str
    tone: str


@dataclass(frozen=True, slots=True)
class StepShown:
    """One step as the page tells it. `closed_to`: who opens its page, when the reader may not."""

    title: str
    when: str
    cents: int | None
    lines: tuple[str, ...]
    url: str
    closed_to: str
    proofs: tuple[ProofShown, ...]


def shown(step: Step, names: Names, actor: Actor, *, agreement_id: int) -> StepShown:
    """A step in words, with its link for this reader."""
    url = _url(step, actor, agreement_id)
    return StepShown(
        str(TITLES[step.kind]),
        _when(step.at),
        step.cents,
        tuple(line for line in _LINES[step.kind](step.facts, names) if line),
        url,
        "" if url or step.subject_id is None else _("L’opérateur ouvre sa page."),
        tuple(proof_shown(each) for each in step.proofs),
    )


def proof_shown(proof: Proof) -> ProofShown:
    """One proof in words: its row, its digest, its seal."""
    text = _("%(table)s n° %(number)s") % {"table": TABLES[proof.table], "number": proof.row_id}
    if proof.block is None or proof.sealed_at is None:
        return ProofShown(text, proof.digest, _("pas encore scellé"), "warning")
    if not proof.holds:
        return ProofShown(text, proof.digest, _("n’est plus comme il fut scellé"), "danger")
    seal = _("scellé dans le bloc %(block)s le %(moment)s") % {"block": proof.block, "moment": formats.moment(proof.sealed_at)}
    return ProofShown(text, proof.digest, seal, "success")


def _when(at: datetime | date | None) -> str:
    if at is None:
        return "–"
    return formats.moment(at) if isinstance(at, datetime) else formats.day(at)


def _received(facts: Mapping[str, Any], names: Names) -> tuple[str, ...]:
    return (
        names.house(facts.get("funder")),
        _("Référence de la banque : %(reference)s") % {"reference": facts["reference"]} if facts.get("reference") else "",
    )


def _ordered(facts: Mapping[str, Any], names: Names) -> tuple[str, ...]:
    count = facts["booklets"]
    return (ngettext("%(count)s carnet", "%(count)s carnets", count) % {"count": formats.number(count)},)


def _drawn(facts: Mapping[str, Any], names: Names) -> tuple[str, ...]:
    count = facts["vouchers"]
    activated = _("Activée le %(moment)s : tout est couvert par de l’argent reçu.") % {"moment": _when(facts["activated_at"])}
    return (
        ngettext("%(count)s chèque", "%(count)s chèques", count) % {"count": formats.number(count)},
        activated if facts["activated_at"] else _("Pas encore activée."),
    )


def _passed(facts: Mapping[str, Any], names: Names) -> tuple[str, ...]:
    count = facts["vouchers"]
    what = PASSAGES.get(PassageKind(facts["kind"]), facts["kind"])
    lot = ngettext("lot de %(count)s chèque", "lot de %(count)s chèques", count) % {"count": formats.number(count)}
    ends = ""
    if facts["from"] and facts["to"]:
        ends = _("de %(sender)s vers %(holder)s") % {"sender": names.house(facts["from"]), "holder": names.house(facts["to"])}
    elif facts["from"] or facts["to"]:
        ends = names.house(facts["from"] or facts["to"])
    return (f"{what}, {lot}", ends)


def _handed(facts: Mapping[str, Any], names: Names) -> tuple[str, ...]:
    count = facts["vouchers"]
    return (
        names.house(facts["desk"]),
        ngettext("%(count)s chèque remis à une personne", "%(count)s chèques remis à une personne", count) % {"count": count},
    )


def _redeemed(facts: Mapping[str, Any], names: Names) -> tuple[str, ...]:
    together = facts["together"]
    return (
        names.place(facts["place"]),
        service_word(facts["service"]),
        _("Passage n° %(number)s") % {"number": facts["number"]},
        _("Un seul service, payé par les chèques %(serials)s") % {"serials": ", ".join(together)} if len(together) > 1 else "",
    )


def _reversed(facts: Mapping[str, Any], names: Names) -> tuple[str, ...]:
    return (names.place(facts["place"]), _("Passage n° %(number)s") % {"number": facts["number"]})


def _claimed(facts: Mapping[str, Any], names: Names) -> tuple[str, ...]:
    count = facts["vouchers"]
    return (
        names.house(facts["organisation"]),
        ngettext("%(count)s chèque en tout", "%(count)s chèques en tout", count) % {"count": formats.number(count)},
        _("Chèques acceptés avant le %(moment)s") % {"moment": _when(facts["until"])},
    )


def _approved(facts: Mapping[str, Any], names: Names) -> tuple[str, ...]:
    people = ", ".join(_("personne n° %(number)s") % {"number": each} for each in facts["approved_by"])
    return (
        _("Préparé par la personne n° %(number)s") % {"number": facts["prepared_by"]},
        _("Approuvé par : %(people)s") % {"people": people},
    )


def _written(facts: Mapping[str, Any], names: Names) -> tuple[str, ...]:
    count = facts["transfers"]
    return (
        _("Message %(message)s") % {"message": facts["message"]},
        ngettext("%(count)s virement", "%(count)s virements", count) % {"count": formats.number(count)},
        _("Empreinte du fichier : %(digest)s") % {"digest": facts["sha256"]},
    )


def _booked(facts: Mapping[str, Any], names: Names) -> tuple[str, ...]:
    return (
        _("Référence %(reference)s, compte %(iban)s") % {"reference": facts["reference"], "iban": facts["iban"]},
        _("Motif de la banque : %(code)s") % {"code": facts["reason"]} if facts["reason"] else "",
    )


_LINES: dict[StepKind, Any] = {
    StepKind.RECEIVED: _received,
    StepKind.AGREEMENT: lambda facts, names: (facts["name"],),
    StepKind.ORDERED: _ordered,
    StepKind.DRAWN: _drawn,
    StepKind.PASSED: _passed,
    StepKind.HANDED_OVER: _handed,
    StepKind.REDEEMED: _redeemed,
    StepKind.REVERSED: _reversed,
    StepKind.CLAIMED: _claimed,
    StepKind.APPROVED: _approved,
    StepKind.WRITTEN: _written,
    StepKind.BOOKED: _booked,
    StepKind.CAME_BACK: _booked,
}
_OPERATOR_PAGES = {
    StepKind.AGREEMENT: ("operator:agreement", "funding.see"),
    StepKind.ORDERED: ("operator:order", "issuing.see"),
    StepKind.CLAIMED: ("operator:claim", "settlement.see"),
    StepKind.APPROVED: ("operator:payment", "settlement.see"),
    StepKind.WRITTEN: ("operator:payment", "settlement.see"),
}


def _url(step: Step, actor: Actor, agreement_id: int) -> str:
    if step.kind is StepKind.RECEIVED and step.subject_id is not None:
        return reverse("follow:receipt", args=[agreement_id, step.subject_id])
    if step.kind in (StepKind.BOOKED, StepKind.CAME_BACK):
        return reverse("follow:transfer", args=[step.subject_id])
    if step.kind is StepKind.CLAIMED and actor.roles.isdisjoint(OPERATOR_ROLES):
        return reverse("follow:certificate", args=[step.subject_id])
    if step.kind is StepKind.AGREEMENT and Role.FUNDER in actor.roles:
        return reverse("funder:agreement", args=[step.subject_id])
    if step.kind in _OPERATOR_PAGES and not actor.roles.isdisjoint(OPERATOR_ROLES):
        route, action = _OPERATOR_PAGES[step.kind]
        return reverse(route, args=[step.subject_id]) if allowed(actor.roles, action) else ""
    return ""


OPERATOR_ROLES: frozenset[str] = frozenset({Role.OPERATOR_ADMIN, Role.OPERATOR_AGENT, Role.TREASURER, Role.APPROVER})


def base_of(actor: Actor) -> str:
    """The frame of the reader's own audience."""
    if not actor.roles.isdisjoint(OPERATOR_ROLES):
        return "operator/office.html"
    return "funder/office.html" if Role.FUNDER in actor.roles else "auditor/office.html"


def back_of(actor: Actor, programme_id: int) -> str:
    """The page of the programme, for this reader."""
    if not actor.roles.isdisjoint(OPERATOR_ROLES):
        return reverse("operator:programme", args=[programme_id])
    return reverse("funder:home") if Role.FUNDER in actor.roles else reverse("auditor:programme", args=[programme_id])
