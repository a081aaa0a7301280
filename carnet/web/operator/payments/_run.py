"""One payment run: where it stands, what may be done now, and each transfer or payment order."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from carnet.kernel.actors import Actor
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.settlement import queries
from carnet.settlement.queries.channels import channel_of_run, order_answers
from carnet.settlement.queries.debts import kept_from_claims
from carnet.settlement.rules import RunState, SetAsideReason, TransferState
from carnet.settlement.rules.channels import PaymentChannel
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Figure, Row, Table
from carnet.web.design.screens import actor_of
from carnet.web.operator.payments._cases import waiting_table
from carnet.web.operator.payments._words import RUN_STATES, RUN_STEPS, SET_ASIDE, TRANSFER_STATES, bank_reason, held_cents


def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """One payment run: where it stands, what may be done now, and each transfer."""
    actor = actor_of(request)
    page = queries.run_page(actor=actor, run_id=run_id)
    line = page.line
    people = (line.prepared_by_id, line.controlled_by_id, line.stopped_by_id, *(voice.person_id for voice in page.voices))
    names = parties.names_of({each for each in people if each is not None})
    is_own = actor.person_id in (line.prepared_by_id, line.controlled_by_id)
    is_mine = line.prepared_by_id is not None and actor.person_id == line.prepared_by_id
    has_said_yes = actor.person_id in {voice.person_id for voice in page.voices}
    is_controlled = line.controlled_at is not None
    may_approve = line.state is RunState.PREPARED and is_controlled and allowed(actor.roles, "settlement.approve-payment")
    by_orders = channel_of_run(run_id, line.agreement_id) is PaymentChannel.ORDERS
    held = queries.held_claims(page, at=clock.now())
    kept = kept_from_claims([each.claim_id for each in page.transfers])
    context = {
        "run": page,
        "state": RUN_STATES[line.state],
        "steps": [str(word) for word in RUN_STEPS],
        "current": _step(line),
        "rows": _run_rows(page, names),
        "figures": [
            Figure(formats.euros(line.cents), _("Total de l’ordre")),
            Figure(formats.euros(page.paid_cents), _("Payé")),
            Figure(formats.euros(page.waiting_cents), _("En attente")),
            Figure(formats.euros(page.came_back_cents), _("Revenu")),
            *([Figure(formats.euros(held_cents(page, held)), _("Mis de côté"))] if held else []),
        ],
        "by_orders": by_orders,
        "transfers": _orders_table(page, actor, held, kept) if by_orders else _transfers_table(page.transfers, held, kept),
        # What the run leaves out, while it can still be looked at.
        "for_cases": None if line.sent_at else waiting_table(actor, line.programme_id, clock.now()),
        "may_approve": may_approve and not is_own and not has_said_yes,
        "waits_for_another": is_mine and line.state is RunState.PREPARED and is_controlled,
        # One more person than oneself: the sentence above says it already.
        "still_needed": "" if is_mine and is_controlled and _missing(page) == 1 else _still_needed(page),
        "may_control": line.state is RunState.PREPARED and not is_controlled and allowed(actor.roles, "settlement.prepare-payment"),
        "may_stop": line.state in (RunState.PREPARED, RunState.APPROVED) and allowed(actor.roles, "settlement.stop-payment"),
        "may_resume": line.state is RunState.STOPPED
        and allowed(actor.roles, "settlement.resume-payment")
        and (not is_own or line.stopped_by_id == actor.person_id),
        "may_cancel": (is_own or (not is_controlled and allowed(actor.roles, "settlement.prepare-payment")))
        and line.state in (RunState.PREPARED, RunState.APPROVED, RunState.STOPPED)
        and not line.is_written,
        "may_write": line.approved_at is not None
        and line.state not in (RunState.CANCELLED, RunState.STOPPED)
        and allowed(actor.roles, "settlement.export-payment"),
        "may_send": line.state is RunState.APPROVED and line.is_written and allowed(actor.roles, "settlement.export-payment"),
        "may_read": line.state is RunState.SENT and allowed(actor.roles, "settlement.read-bank-file"),
    }
    return render(request, "operator/payments/run.html", context)


def _transfers_table(lines: Sequence[queries.TransferLine], held: frozenset[int], kept: Mapping[int, int]) -> Table:
    columns = [
        Column(_("À payer à")),
        Column(_("Compte")),
        Column(_("Chèques"), number=True),
        *_kept_column(kept),
        Column(_("Montant"), number=True),
        Column(_("Référence")),
        Column(_("État")),
        Column(_("Jour ou raison")),
    ]
    rows = []
    for each in lines:
        state, tone = TRANSFER_STATES[each.state]
        words = str(state)
        note = formats.day(each.booked_on) if each.booked_on else ""
        if each.state in (TransferState.RETURNED, TransferState.REPLACED):
            note = bank_reason(each.reason_code)
        if each.claim_id in held:
            words, tone, note = _("retenu"), "warning", str(SET_ASIDE[SetAsideReason.HELD])
        rows.append(
            [
                Cell(each.payee, url=reverse("operator:claim", args=[each.claim_id])),
                f"{each.holder}, {each.masked_iban}",
                formats.number(each.voucher_count),
                *_kept_cell(kept, each.claim_id),
                formats.euros(each.cents),
                each.end_to_end_id,
                Cell(words, tone=tone),
                note,
            ]
        )
    return Table(_("Virements"), columns, rows)


def _orders_table(page: queries.RunPage, actor: Actor, held: frozenset[int], kept: Mapping[int, int]) -> Table:
    """The payment orders of a run, with what the accountant said of each."""
    answers = order_answers(actor=actor, run_id=page.line.id)
    may_answer = page.line.state is RunState.SENT and allowed(actor.roles, "settlement.read-bank-file")
    columns = [
        Column(_("À payer à")),
        *_kept_column(kept),
        Column(_("Montant"), number=True),
        Column(_("Référence")),
        Column(_("État")),
        Column(pgettext("payment order", "Mandat")),
        Column(_("Jour ou raison")),
    ]
    rows = []
    for each in page.transfers:
        state, tone = TRANSFER_STATES[each.state]
        words = str(state)
        said = answers.get(each.id)
        number: Cell | str = said.order_number if said else "–"
        if may_answer and each.state is TransferState.SENT:
            number = Cell(_("Répondre"), url=reverse("operator:order-answer", args=[each.id]))
        day = formats.day(each.booked_on) if each.booked_on else ""
        if each.claim_id in held:
            words, tone, day = _("retenu"), "warning", str(SET_ASIDE[SetAsideReason.HELD])
        rows.append(
            [
                Cell(each.payee, url=reverse("operator:claim", args=[each.claim_id])),
                *_kept_cell(kept, each.claim_id),
                formats.euros(each.cents),
                each.end_to_end_id,
                Cell(words, tone=tone),
                number or "–",
                (said.note if said else "") or day or bank_reason(each.reason_code),
            ]
        )
    return Table(pgettext("payment order", "Mandats"), columns, rows)


def _kept_column(kept: Mapping[int, int]) -> list[Column]:
    """What places gave back through this run, where any did: vouchers less this is the amount."""
    return [Column(_("Retenu"), number=True)] if kept else []


def _kept_cell(kept: Mapping[int, int], claim_id: int) -> list[str]:
    return [formats.euros(kept.get(claim_id, 0))] if kept else []


def _run_rows(page: queries.RunPage, names: dict[int, str]) -> list[Row]:
    line = page.line

    def who(person_id: int | None, at: Any) -> str:
        if at is None:
            return "–"
        name = names.get(person_id or 0)
        return f"{name}, {formats.moment(at)}" if name else formats.moment(at)

    timer = _("le minuteur, %(moment)s") % {"moment": formats.moment(line.prepared_at)}
    voices = " ; ".join(who(voice.person_id, voice.given_at) for voice in page.voices)
    rows = [
        Row(_("Convention"), line.agreement, reverse("operator:agreement-payments", args=[line.agreement_id]), _("Voir")),
        Row(_("Payé depuis"), f"{page.debtor}, {page.debtor_masked_iban}"),
        Row(_("Exécuté le"), formats.weekday(line.execute_on)),
        Row(_("Préparé par"), who(line.prepared_by_id, line.prepared_at) if line.prepared_by_id else timer),
        Row(_("Contrôlé par"), who(line.controlled_by_id, line.controlled_at)),
        Row(_("Approuvé par"), voices or who(line.approved_by_id, line.approved_at)),
        Row(_("Personnes qu’il faut"), formats.number(line.people_needed)),
        Row(_("Libéré"), formats.moment(line.released_at) if line.released_at else "–"),
        Row(_("Envoyé"), formats.moment(line.sent_at) if line.sent_at else "–"),
        Row(_("Référence à la banque"), page.message_id),
    ]
    if page.file_sha256:
        rows.append(Row(_("Empreinte du fichier (SHA-256)"), page.file_sha256))
    if line.state is RunState.STOPPED:
        rows.append(Row(_("Arrêté par"), who(line.stopped_by_id, line.stopped_at)))
        rows.append(Row(_("Arrêté parce que"), line.stopped_reason))
    if page.cancelled_reason:
        rows.append(Row(_("Annulé parce que"), page.cancelled_reason))
    return rows


def _missing(page: queries.RunPage) -> int:
    return page.line.people_needed - len(page.voices)


def _still_needed(page: queries.RunPage) -> str:
    """How many people must still say yes, in words; empty when none."""
    missing = _missing(page)
    if page.line.state is not RunState.PREPARED or missing <= 0:
        return ""
    if page.line.controlled_at is None:
        return _("Préparé automatiquement : une personne doit d’abord le contrôler.")
    sentence = ngettext("Encore %(count)s personne doit approuver.", "Encore %(count)s personnes doivent approuver.", missing)
    return sentence % {"count": formats.number(missing)}


def _step(line: queries.RunLine) -> int:
    order = (RunState.PREPARED, RunState.APPROVED, RunState.SENT, RunState.SETTLED)
    if line.state is RunState.SETTLED:
        return len(order) + 1
    state = line.stopped_from or line.state
    return order.index(state) + 2 if state in order else 1
