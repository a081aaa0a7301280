"""One agreement's payments: what is ready, set aside, returned, its runs and the bank's answers."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.funding import queries as funding
from carnet.kernel.identifiers import Iban
from carnet.ledger import queries as ledger
from carnet.parties.rules import allowed
from carnet.settlement import queries
from carnet.settlement.queries.channels import channel_of
from carnet.settlement.rules import SetAsideReason
from carnet.settlement.rules.channels import PaymentChannel
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Figure, Table
from carnet.web.design.screens import actor_of
from carnet.web.operator.payments._balances import balances_table
from carnet.web.operator.payments._cases import waiting_table
from carnet.web.operator.payments._words import CHANNELS, RUN_STATES, SET_ASIDE, bank_reason


def agreement(request: HttpRequest, agreement_id: int) -> HttpResponse:
    """One agreement's payments: the next step first, then what is set aside, what came back, runs and the bank's files."""
    actor, at = actor_of(request), clock.now()
    facts = funding.agreement(actor, agreement_id, at=at)
    (waiting,) = (
        each
        for each in queries.waiting_payments(actor=actor, programme_ids=[facts.programme_id], at=at)
        if each.agreement_id == agreement_id
    )
    totals = queries.agreement_totals(agreement_id=agreement_id)
    owed_cents = ledger.money(agreement_id=agreement_id).total.owed
    is_open = facts.closed_at is None
    channel = channel_of(agreement_id)
    context = {
        "agreement": facts,
        "waiting": waiting,
        "figures": [
            Figure(formats.euros(waiting.ready_cents), _("Prêt à payer")),
            Figure(formats.euros(owed_cents), _("Pas encore payé")),
            Figure(formats.euros(totals.paid_cents), _("Payé aux lieux")),
        ],
        "account": f"{facts.ring_fence.holder}, {Iban(facts.ring_fence.iban).printed()}",
        "set_aside": _set_aside_table(waiting.set_aside),
        "for_cases": waiting_table(actor, facts.programme_id, at),
        "returned": _returned_table(waiting.returned, may_pay=allowed(actor.roles, "settlement.prepare-payment")),
        "runs": _runs_table(queries.runs(actor=actor, agreement_id=agreement_id)),
        "bank_files": _bank_files_table(queries.bank_files(actor=actor, agreement_id=agreement_id)),
        "balances": balances_table(funding.balances(agreement_id)),
        "waiting_balance": funding.waiting_balance(agreement_id),
        "may_state": allowed(actor.roles, "funding.state-balance"),
        "ready": _ready_table(queries.ready_claims(actor=actor, agreement_id=agreement_id)) if waiting.ready_count else None,
        "may_claim": is_open and allowed(actor.roles, "settlement.check-claims"),
        "may_prepare": allowed(actor.roles, "settlement.prepare-payment") and waiting.open_run is None,
        "may_read": allowed(actor.roles, "settlement.read-bank-file"),
        "channel": CHANNELS[channel],
        "by_orders": channel is PaymentChannel.ORDERS,
        "may_choose": is_open and allowed(actor.roles, "settlement.prepare-payment"),
    }
    return render(request, "operator/payments/agreement.html", context)


def _ready_table(lines: Sequence[queries.ReadyLine]) -> Table:
    columns = [Column(_("À payer à")), Column(_("Chèques"), number=True), Column(_("Montant"), number=True)]
    rows = [
        [
            Cell(each.payee, url=reverse("operator:claim", args=[each.claim_id])),
            formats.number(each.voucher_count),
            formats.euros(each.cents),
        ]
        for each in lines
    ]
    return Table(_("Prêt à payer"), columns, rows)


def _set_aside_table(lines: Sequence[queries.SetAsideLine]) -> Table:
    columns = [
        Column(_("À payer à")),
        Column(_("Montant"), number=True),
        Column(_("Chèques"), number=True),
        Column(_("Pourquoi")),
        Column(_("Depuis")),
    ]
    rows = [
        [
            Cell(each.payee, url=reverse("operator:claim", args=[each.claim_id])),
            formats.euros(each.cents),
            formats.number(each.voucher_count),
            str(SET_ASIDE[SetAsideReason(each.reason)]),
            formats.day(each.since),
        ]
        for each in lines
    ]
    return Table(_("Mis de côté : les autres sont payés"), columns, rows, empty=_("Personne n’attend."))


def _returned_table(lines: Sequence[queries.ReturnedLine], *, may_pay: bool) -> Table:
    columns = [
        Column(_("À payer à")),
        Column(_("Montant"), number=True),
        Column(_("Revenu le")),
        Column(_("Raison de la banque")),
        Column(_("Compte")),
        Column(_("Suite")),
    ]
    rows = []
    for each in lines:
        act: Cell | str = _("compte à corriger")
        if may_pay:
            verb = _("Payer de nouveau") if each.is_mended else _("Réparer")
            act = Cell(verb, url=reverse("operator:transfer-again", args=[each.transfer_id]))
        rows.append(
            [
                Cell(each.payee, url=reverse("operator:claim", args=[each.claim_id])),
                formats.euros(each.cents),
                formats.day(each.returned_on) if each.returned_on else "–",
                bank_reason(each.reason_code),
                each.masked_iban,
                act,
            ]
        )
    return Table(_("Virements revenus"), columns, rows, empty=_("Aucun virement revenu."))


def _runs_table(lines: Sequence[queries.RunLine]) -> Table:
    columns = [
        Column(_("Ordre")),
        Column(_("Exécuté le")),
        Column(_("Paiements"), number=True),
        Column(_("Montant"), number=True),
        Column(_("État")),
    ]
    rows = [
        [
            Cell(_("nº %(run)s") % {"run": each.id}, url=reverse("operator:payment", args=[each.id])),
            formats.day(each.execute_on),
            formats.number(each.transfer_count),
            formats.euros(each.cents),
            Cell(str(RUN_STATES[each.state][0]), tone=RUN_STATES[each.state][1]),
        ]
        for each in lines
    ]
    return Table(_("Ordres de paiement"), columns, rows, empty=_("Aucun ordre de paiement."))


def _bank_files_table(lines: Sequence[queries.BankFileLine]) -> Table:
    columns = [
        Column(_("Lu le")),
        Column(_("Fichier")),
        Column(_("Payé"), number=True),
        Column(_("Revenu"), number=True),
        Column(_("Lignes à regarder"), number=True),
    ]
    rows = [
        [
            formats.moment(each.read_at),
            Cell(f"{each.message} {each.report_id}", url=reverse("operator:bank-file", args=[each.id])),
            formats.euros(each.paid_cents),
            formats.euros(each.came_back_cents),
            formats.number(each.remark_count),
        ]
        for each in lines
    ]
    return Table(_("Réponses de la banque"), columns, rows, empty=_("Aucune réponse lue."))
