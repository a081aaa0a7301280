"""A funder's pages: its part of each agreement, to the cent."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import Iban
from carnet.ledger import queries as ledger
from carnet.ledger.rules import Money
from carnet.observatory import queries as observatory
from carnet.observatory.rules import Heading
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.settlement import queries as settlement
from carnet.web import clock, commitment_tasks, gap_tasks
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Download, Row, Table, Task
from carnet.web.design.screens import actor_of
from carnet.web.expiry import pages as expiry_pages
from carnet.web.expiry.sides import FUNDER
from carnet.web.figures import acceptance_words, count_figures, hand_over_words, money_figures, money_table, shares_table
from carnet.web.forecasts import screens as forecasts
from carnet.web.forecasts.panel import panel as forecast_panel
from carnet.web.funds.portfolio import handed_over, totals_of
from carnet.web.funds.views import first_figures
from carnet.web.funds.words import SHORT_SIGNALS, use_sentence
from carnet.web.proofs import tasks as proofs
from carnet.web.statements import statement_csv, statement_pdf


def home(request: HttpRequest) -> HttpResponse:
    actor, at = actor_of(request), clock.now()
    agreements = _agreements(actor, at)
    lines = observatory.portfolio(actor=actor, funder_id=actor.organisation_id, at=at)
    total = totals_of(lines)
    context = {
        "tasks": list(_tasks(actor, agreements, at)),
        "is_empty": not agreements,
        "figures": first_figures(total, _("votre part"), {}),
        "sentence": use_sentence(total, handed_over(lines)),
        "table": _agreements_table(lines),
    }
    return render(request, "funder/home.html", context)


def agreement(request: HttpRequest, agreement_id: int) -> HttpResponse:
    actor, at = actor_of(request), clock.now()
    facts = funding.agreement(actor, agreement_id, at=at)
    programme = funding.programme(facts.programme_id)
    money = ledger.money(agreement_id=agreement_id)
    debts = ledger.on_use_debts(agreement_id=agreement_id)
    names = {
        each.id: each.name
        for each in parties.organisations(
            {*facts.funder_ids, *(debt.debtor_id for debt in debts), *(debt.creditor_id for debt in debts), actor.organisation_id or 0}
        ).values()
    }
    context = {
        "agreement": facts,
        "rows": _rows(facts, programme),
        "missing_cents": _missing_cents(actor, agreement_id),
        "figures": money_figures(money.by_funder.get(actor.organisation_id or 0, Money())),
        "money": money_table(_("Où est votre argent"), money, names, only=actor.organisation_id),
        "shares": shares_table(_("Qui paie combien"), facts.version.shares, names),
        "counts": count_figures(ledger.counts(agreement_id=agreement_id)),
        "debts": _debts_table(actor, debts, names),
        "receipts": _receipts_table(actor, agreement_id),
        "files": _files(actor, agreement_id),
        "forecast": forecast_panel(actor, agreement_id, at=at),
    }
    return render(request, "funder/agreement.html", context)


def statement_file(request: HttpRequest, agreement_id: int) -> HttpResponse:
    """The funder's statement as of now, to sign."""
    return _pdf(_own_statement(request, agreement_id), f"etat-{agreement_id}.pdf")


def statement_table(request: HttpRequest, agreement_id: int) -> HttpResponse:
    """The same figures, for a spreadsheet."""
    content = statement_csv([_own_statement(request, agreement_id)])
    return _attached(content, "text/csv; charset=utf-8", f"etat-{agreement_id}.csv")


def kept_statement_file(request: HttpRequest, agreement_id: int, statement_id: int) -> HttpResponse:
    """A statement drawn up earlier, exactly as it was."""
    kept = settlement.kept_statements(actor=actor_of(request), agreement_id=agreement_id)
    found = next((each for each in kept if each.id == statement_id), None)
    if found is None:
        raise Http404
    return _pdf(found.figures, f"etat-{agreement_id}-{statement_id}.pdf")


def _own_statement(request: HttpRequest, agreement_id: int) -> settlement.FunderStatement:
    actor = actor_of(request)
    figures = settlement.funder_statement(actor=actor, agreement_id=agreement_id, funder_id=actor.organisation_id or 0, at=clock.now())
    if figures is None:
        raise Http404
    return figures


def _pdf(figures: settlement.FunderStatement, name: str) -> HttpResponse:
    return _attached(statement_pdf(figures), "application/pdf", name)


def _attached(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _files(actor: Actor, agreement_id: int) -> list[Download]:
    kept = settlement.kept_statements(actor=actor, agreement_id=agreement_id) if allowed(actor.roles, "settlement.see-statements") else []
    return [
        Download(_("État de vos comptes aujourd’hui, à signer"), reverse("funder:statement", args=[agreement_id]), "PDF"),
        Download(_("Les mêmes chiffres"), reverse("funder:statement-table", args=[agreement_id]), "CSV"),
        *(
            Download(
                _("État arrêté au %(day)s") % {"day": formats.day(each.made_at)},
                reverse("funder:kept-statement", args=[agreement_id, each.id]),
                "PDF",
            )
            for each in kept
        ),
    ]


def _agreements(actor: Actor, at: datetime) -> list[funding.AgreementFacts]:
    return list(reversed(funding.agreements(actor, actor.programme_ids, at=at)))


def _own_line(actor: Actor, agreement_id: int) -> funding.FunderCommitment | None:
    lines = funding.commitments_by_funder(agreement_id)
    return next((line for line in lines if line.funder_id == actor.organisation_id), None)


def _missing_cents(actor: Actor, agreement_id: int) -> int:
    line = _own_line(actor, agreement_id)
    return line.missing_cents if line else 0


def _tasks(actor: Actor, agreements: list[funding.AgreementFacts], at: datetime) -> Iterator[Task]:
    yield from commitment_tasks.tasks(actor.programme_ids, at)
    yield from proofs.tasks(actor)
    waiting = parties.approvals_waiting_for(actor=actor) if allowed(actor.roles, "parties.see-approvals") else []
    waiting = [each for each in waiting if each.action != "issuing.approve-proof"]
    if waiting:
        yield Task(_("Des décisions vous attendent"), _("Décider"), reverse("accounts:approvals"), waiting[0].requested_at)
    yield from forecasts.tasks(actor, agreements, audience="funder")
    for each in agreements:
        missing_cents = _missing_cents(actor, each.id)
        if missing_cents and each.closed_at is None:
            yield Task(
                _("%(amount)s à verser pour les carnets commandés") % {"amount": formats.euros(missing_cents, short=True)},
                _("Voir le compte"),
                reverse("funder:agreement", args=[each.id]),
                each.signed_on,
                f"{each.programme_name}, {each.name}",
            )
    yield from expiry_pages.tasks(actor, FUNDER)
    yield from gap_tasks.tasks(actor, sorted(actor.programme_ids), at)


def _agreements_table(lines: list[observatory.PortfolioLine]) -> Table:
    columns = [
        Column(_("Convention")),
        Column(_("Programme")),
        Column(_("Apporté"), number=True),
        Column(_("Payé"), number=True),
        Column(_("À surveiller")),
        Column(_("État")),
    ]
    rows: list[list[Any]] = []
    for line in lines:
        agreement, amounts = line.figures.agreement, line.figures.amounts
        state = Cell(_("close"), tone="neutral") if agreement.closed_at else Cell(_("en cours"), tone="success")
        rows.append(
            [
                Cell(agreement.name, url=reverse("funder:agreement", args=[agreement.id])),
                agreement.programme_name,
                formats.euros(amounts[Heading.FUNDED].own_cents, short=True),
                formats.euros(amounts[Heading.PAID].own_cents, short=True),
                ", ".join(str(SHORT_SIGNALS[each]) for each in line.signals) or "–",
                state,
            ]
        )
    return Table(_("Vos conventions"), columns, rows)


def _rows(facts: funding.AgreementFacts, programme: funding.ProgrammeFacts) -> list[Row]:
    return [
        Row(_("Programme"), programme.name),
        Row(_("Signée le"), formats.day(facts.signed_on)),
        Row(_("Compte réservé où verser"), f"{facts.ring_fence.holder}, {Iban(facts.ring_fence.iban).printed()}"),
        Row(_("Remise des carnets"), hand_over_words(programme.windows)),
        Row(_("Validité"), acceptance_words(programme.windows)),
    ]


def _debts_table(actor: Actor, debts: list[ledger.OnUseDebt], names: dict[int, str]) -> Table | None:
    own = [debt for debt in debts if actor.organisation_id in (debt.debtor_id, debt.creditor_id)]
    if not own:
        return None
    columns = [Column(_("Doit")), Column(_("À")), Column(_("Pour les chèques utilisés"), number=True)]
    rows = [[names.get(debt.debtor_id, "?"), names.get(debt.creditor_id, "?"), formats.euros(debt.cents)] for debt in own]
    return Table(_("Parts payées à l’usage"), columns, rows)


def _receipts_table(actor: Actor, agreement_id: int) -> Table:
    columns = [Column(_("Reçu le")), Column(_("Référence")), Column(_("Montant"), number=True)]
    rows = [
        [formats.day(each.received_on), each.bank_reference, formats.euros(each.cents)]
        for each in funding.receipts(agreement_id)
        if each.funder_id == actor.organisation_id and each.withdrawn_at is None
    ]
    return Table(_("Vos versements"), columns, rows, empty=_("Aucun versement reçu."))
