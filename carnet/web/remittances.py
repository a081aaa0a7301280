"""Advices of payment and debit notes in words, the same for the place that reads them, the operator that sends them and the auditor."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.places import queries as places
from carnet.settlement.queries.advices import AdviceLine, AdvicePage
from carnet.settlement.queries.debts import DebtStep, NoteLine, NotePage, PlaceDebts
from carnet.settlement.rules import TransferState
from carnet.settlement.rules.debts import NoteState
from carnet.web import lessons
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Download, Row, Table
from carnet.web.hours import spoken_hours
from carnet.web.statements import remittance

STATES = {
    TransferState.SENT: (gettext_lazy("en route"), "info"),
    TransferState.PAID: (gettext_lazy("payé"), "success"),
    TransferState.RETURNED: (gettext_lazy("revenu"), "danger"),
    TransferState.REPLACED: (gettext_lazy("revenu, payé de nouveau"), "neutral"),
    TransferState.CANCELLED: (gettext_lazy("annulé"), "neutral"),
    TransferState.PENDING: (gettext_lazy("en route"), "info"),
    None: (gettext_lazy("retenu en entier"), "neutral"),
}
STEPS = {
    DebtStep.WAITS: (gettext_lazy("à retenir"), "warning"),
    DebtStep.KEPT: (gettext_lazy("retenue en cours"), "info"),
    DebtStep.ASKED: (gettext_lazy("demandé"), "warning"),
    DebtStep.BACK: (gettext_lazy("rendu"), "success"),
}
NOTES = {
    NoteState.ISSUED: (gettext_lazy("à payer"), "warning"),
    NoteState.PAYMENT_TOLD: (gettext_lazy("paiement en cours de contrôle"), "info"),
    NoteState.PAID: (gettext_lazy("payée"), "success"),
    NoteState.WITHDRAWN: (gettext_lazy("retirée : ne la payez pas"), "neutral"),
}


def owed_words(groups: Sequence[PlaceDebts]) -> list[str]:
    """What will be kept from the next payment, programme by programme, in a sentence each."""
    said = []
    for each in groups:
        waiting = [line for line in each.lines if line.step is DebtStep.WAITS]
        if waiting:
            sentence = (
                _(
                    "Vous avez été payé en trop pour le chèque %(serial)s : %(amount)s seront retenus sur le prochain paiement (%(programme)s)."
                )
                if len(waiting) == 1
                else _(
                    "Vous avez été payé en trop pour %(count)s chèques : %(amount)s seront retenus sur le prochain paiement (%(programme)s)."
                )
            )
            said.append(
                sentence
                % {
                    "serial": waiting[0].voucher_serial,
                    "count": len(waiting),
                    "amount": formats.euros(sum(line.cents for line in waiting)),
                    "programme": each.programme,
                }
            )
    return said


def advices_table(lines: Sequence[AdviceLine]) -> Table:
    """The advices of a place, each leading to its page."""
    columns = [
        Column(_("Avis")),
        Column(_("Jour")),
        Column(_("Programme")),
        Column(_("Chèques"), number=True),
        Column(_("Retenu"), number=True),
        Column(_("Vous recevez"), number=True),
        Column(_("Où en est-ce")),
    ]
    rows = [
        [
            Cell(each.number, url=reverse("place:advice", args=[each.id])),
            formats.day(each.execute_on),
            each.programme,
            formats.number(each.voucher_count),
            formats.euros(each.kept_cents) if each.kept_cents else "–",
            formats.euros(each.cents),
            Cell(str(STATES[each.state][0]), tone=STATES[each.state][1]),
        ]
        for each in lines
    ]
    return Table(_("Avis de paiement"), columns, rows, empty=_("Aucun avis : le premier viendra avec le premier paiement."))


def advice_context(page: AdvicePage, space: str) -> dict[str, Any]:
    """What the page of an advice shows, in the place's space or the operator's (`space`)."""
    line = page.line
    names = places.names_of({*(each.place_id for each in page.vouchers), *(each.place_id for each in page.kept)})
    paid = [
        [each.serial, formats.day(each.day), names.get(each.place_id, ""), lessons.service_word(each.service), formats.euros(each.cents)]
        for each in page.vouchers
    ]
    kept = [
        [each.serial, formats.day(each.day), names.get(each.place_id, ""), each.dispute, formats.euros(each.cents)] for each in page.kept
    ]
    columns = [
        Column(_("Chèque"), code=True),
        Column(_("Jour")),
        Column(_("Lieu")),
        Column(_("Service")),
        Column(_("Montant"), number=True),
    ]
    why = [*columns[:3], Column(_("Contestation")), columns[4]]
    total = [_("Total"), "", "", "", formats.euros(line.claim_cents)]
    return {
        "page_title": _("Avis de paiement %(number)s") % {"number": line.number},
        "state": STATES[line.state],
        "rows": [
            Row(_("À"), page.payee),
            Row(_("Programme"), line.programme),
            Row(_("Jour du paiement"), formats.weekday(line.execute_on)),
            Row(_("Valeur des chèques"), formats.euros(line.claim_cents)),
            Row(_("Retenu"), formats.euros(line.kept_cents)),
            Row(_("Reçu par la banque"), formats.euros(line.cents)),
            Row(_("Référence du virement"), f"{line.reference} ({line.masked_iban})" if line.reference else _("aucun virement")),
        ],
        "no_fee": remittance.no_fee(),
        "paid": Table(_("Chèques payés"), columns, paid, total),
        "why_kept": remittance.why_kept() if kept else "",
        "kept": Table(_("Retenu sur ce paiement"), why, kept, [_("Total"), "", "", "", formats.euros(line.kept_cents)]) if kept else None,
        "files": [
            Download(_("Avis de paiement"), reverse(f"{space}:advice-pdf", args=[line.id]), "PDF"),
            Download(_("Les mêmes lignes"), reverse(f"{space}:advice-csv", args=[line.id]), "CSV"),
        ],
    }


def debts_table(groups: Sequence[PlaceDebts], space: str) -> Table:
    """What each place owes back under each agreement; only the operator's rows lead on."""
    columns = [
        Column(_("Lieu")),
        Column(_("Convention")),
        Column(_("À retenir"), number=True),
        Column(_("Demandé"), number=True),
        Column(_("Rendu"), number=True),
        Column(_("Encore dû"), number=True),
    ]
    rows = [
        [
            Cell(each.payee, url=reverse("operator:debt", args=[each.agreement_id, each.organisation_id]))
            if space == "operator"
            else each.payee,
            each.agreement,
            formats.euros(each.waiting_cents + each.kept_cents),
            formats.euros(each.asked_cents),
            formats.euros(each.back_cents),
            formats.euros(each.ledger_due_cents),
        ]
        for each in groups
    ]
    total = [
        _("Total"),
        "",
        formats.euros(sum(each.waiting_cents + each.kept_cents for each in groups)),
        formats.euros(sum(each.asked_cents for each in groups)),
        formats.euros(sum(each.back_cents for each in groups)),
        formats.euros(sum(each.ledger_due_cents for each in groups)),
    ]
    return Table(_("Ce que les lieux doivent rendre"), columns, rows, total if rows else [], empty=_("Aucun lieu ne doit rien."))


def notes_table(lines: Sequence[NoteLine], space: str) -> Table:
    """Debit notes, each leading to its page in the place's space or the operator's."""
    with_payee = space != "place"
    columns = [Column(_("Note de débit")), *([Column(_("Demandée à"))] if with_payee else []), Column(_("Programme"))]
    columns += [Column(_("Montant"), number=True), Column(_("À payer avant le")), Column(_("État"))]
    rows = [
        [
            each.number if space == "auditor" else Cell(each.number, url=reverse(f"{space}:debit-note", args=[each.id])),
            *([each.payee] if with_payee else []),
            each.programme,
            formats.euros(each.cents),
            formats.day(each.due_on),
            Cell(str(NOTES[each.state][0]), tone=NOTES[each.state][1]),
        ]
        for each in lines
    ]
    return Table(_("Notes de débit"), columns, rows, empty=_("Aucune note de débit."))


def note_context(page: NotePage, space: str) -> dict[str, Any]:
    """What the page of a debit note shows, in the place's space or the operator's (`space`)."""
    line = page.line
    names = places.names_of({each.place_id for each in page.debts})
    columns = [
        Column(_("Chèque"), code=True),
        Column(_("Jour")),
        Column(_("Lieu")),
        Column(_("Contestation")),
        Column(_("Montant"), number=True),
    ]
    total = [_("Total"), "", "", "", formats.euros(line.cents)]
    rows = [
        Row(_("Montant"), formats.euros(line.cents)),
        Row(_("À payer au plus tard le"), formats.weekday(line.due_on)),
        *(Row(label, value) for label, value in remittance.how_to_pay(page)),
        Row(_("Programme"), line.programme),
        Row(_("Envoyée le"), formats.day(line.issued_on)),
        Row(_("Par"), page.operator),
    ]
    if line.paid_on:
        rows.append(Row(_("Payée le"), f"{formats.day(line.paid_on)}, {page.reference}"))
    if page.withdrawn_reason:
        rows.append(Row(_("Retirée parce que"), page.withdrawn_reason))
    return {
        "note": page,
        "phone": formats.phone(page.phone) if page.phone else "",
        "dialled": formats.dialled(page.phone) if page.phone else "",
        "phone_hours": spoken_hours(page.phone_hours, day=line.issued_on),
        "is_open": line.state is NoteState.ISSUED,
        "page_title": _("Note de débit %(number)s") % {"number": line.number},
        "state": NOTES[line.state],
        "asked": remittance.asked(page),
        "why": remittance.why_kept(),
        "contest": remittance.contest(),
        "rows": rows,
        "table": Table(_("Pourquoi"), columns, [remittance.debt_cells(each, names) for each in page.debts], total),
        "files": [Download(_("Note de débit"), reverse(f"{space}:debit-note-pdf", args=[line.id]), "PDF")],
    }


def attached(content: bytes, kind: str, name: str) -> HttpResponse:
    """A file to take away."""
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
