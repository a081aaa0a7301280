"""Closings to look at: every agreement's, one agreement's, one closing; and the statements to take away."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.funding import queries as funding
from carnet.ledger import queries as ledger
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.settlement import queries
from carnet.settlement.queries import expiry as expiry_queries
from carnet.settlement.rules import ClosingState
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Download, Row, Table
from carnet.web.design.screens import actor_of
from carnet.web.figures import count_figures, money_figures
from carnet.web.operator.payments._words import CLOSING_STATES, CLOSING_STEPS
from carnet.web.statements import statement_csv, statement_pdf


def closings(request: HttpRequest) -> HttpResponse:
    """Every agreement, until when its vouchers may be spent, and where its closing stands."""
    actor, at = actor_of(request), clock.now()
    rows = []
    for facts in funding.agreements(actor, actor.programme_ids, at=at):
        latest = next(iter(queries.closings(actor=actor, agreement_id=facts.id)), None)
        ends = [series.accepted_until for series in ledger.series_list(agreement_id=facts.id)]
        rows.append(
            [
                Cell(facts.name, url=reverse("operator:agreement-closing", args=[facts.id])),
                facts.programme_name,
                formats.last_day(max(ends)) if ends else "–",
                _state_cell(latest.state) if latest else Cell(_("pas encore close"), tone="neutral"),
            ]
        )
    columns = [Column(_("Convention")), Column(_("Programme")), Column(_("Chèques acceptés jusqu’au")), Column(_("Clôture"))]
    table = Table(_("Conventions"), columns, rows, empty=_("Aucune convention."))
    return render(request, "operator/payments/closings.html", {"table": table})


def agreement_closing(request: HttpRequest, agreement_id: int) -> HttpResponse:
    """One agreement at the end of its season: figures, statements, closings."""
    actor, at = actor_of(request), clock.now()
    facts = funding.agreement(actor, agreement_id, at=at)
    done = queries.closings(actor=actor, agreement_id=agreement_id)
    running = next((each for each in done if each.state in (ClosingState.PREPARED, ClosingState.APPROVED)), None)
    expiry_id = expiry_queries.expiry_of(actor, agreement_id)
    names = parties.organisations(facts.funder_ids)
    columns = [Column(_("Clôture")), Column(_("Calculée le")), Column(_("À rendre"), number=True), Column(_("État"))]
    rows = [
        [
            Cell(_("nº %(closing)s") % {"closing": each.id}, url=reverse("operator:closing", args=[each.id])),
            formats.day(each.prepared_at),
            formats.euros(each.cents),
            _state_cell(each.state),
        ]
        for each in done
    ]
    context = {
        "agreement": facts,
        "running": running,
        "expiry_id": expiry_id,
        "owed": ledger.money(agreement_id=agreement_id).total.owed,
        "counts": count_figures(ledger.counts(agreement_id=agreement_id)),
        "money": money_figures(ledger.money(agreement_id=agreement_id).total),
        "table": Table(_("Clôtures"), columns, rows, empty=_("Aucune clôture pour l’instant.")),
        "files": _files(agreement_id, [(key, names[key].name) for key in facts.funder_ids if key in names]),
        "may_prepare": running is None and facts.closed_at is None and allowed(actor.roles, "settlement.prepare-closing"),
    }
    return render(request, "operator/payments/agreement_closing.html", context)


def closing(request: HttpRequest, closing_id: int) -> HttpResponse:
    """One closing: what each funder gets back, and what may be done now."""
    actor = actor_of(request)
    page = queries.closing_page(actor=actor, closing_id=closing_id)
    names = parties.names_of(each for each in (page.prepared_by_id, page.approved_by_id) if each is not None)
    order = (ClosingState.PREPARED, ClosingState.APPROVED, ClosingState.REPAID)
    is_own = page.prepared_by_id == actor.person_id
    may_approve = page.state is ClosingState.PREPARED and allowed(actor.roles, "settlement.approve-closing")
    rows = [
        Row(_("Convention"), page.agreement, reverse("operator:agreement-closing", args=[page.agreement_id]), _("Voir")),
        Row(_("Calculée par"), _who(names, page.prepared_by_id, page.prepared_at)),
        Row(_("Approuvée par"), _who(names, page.approved_by_id, page.approved_at)),
        Row(_("Remboursée"), formats.moment(page.repaid_at) if page.repaid_at else "–"),
    ]
    if page.cancelled_reason:
        rows.append(Row(_("Annulée parce que"), page.cancelled_reason))
    context = {
        "closing": page,
        "state": CLOSING_STATES[page.state],
        "steps": [str(word) for word in CLOSING_STEPS],
        "current": order.index(page.state) + 2 if page.state in order else 1,
        "rows": rows,
        "table": _repayments_table(page),
        "may_approve": may_approve and not is_own,
        "waits_for_another": page.state is ClosingState.PREPARED and is_own,
        "may_cancel": is_own and page.state is ClosingState.PREPARED,
        "may_repay": page.state is ClosingState.APPROVED and allowed(actor.roles, "settlement.prepare-closing"),
    }
    return render(request, "operator/payments/closing.html", context)


def statement_pdf_file(request: HttpRequest, agreement_id: int, funder_id: int) -> HttpResponse:
    """One funder's statement to sign."""
    figures = queries.funder_statement(actor=actor_of(request), agreement_id=agreement_id, funder_id=funder_id, at=clock.now())
    if figures is None:
        return HttpResponse(status=404)
    return attached(statement_pdf(figures), "application/pdf", f"etat-{agreement_id}-{funder_id}.pdf")


def statements_csv_file(request: HttpRequest, agreement_id: int) -> HttpResponse:
    """The statements of every funder the reader may see, as one table."""
    actor, at = actor_of(request), clock.now()
    found = queries.funder_statements(actor=actor, agreement_id=agreement_id, at=at)
    return attached(statement_csv(found), "text/csv; charset=utf-8", f"etats-{agreement_id}.csv")


def attached(content: bytes, kind: str, name: str) -> HttpResponse:
    """A file to take away."""
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _files(agreement_id: int, funders: list[tuple[int, str]]) -> list[Download]:
    files = [
        Download(
            _("État des comptes de %(funder)s") % {"funder": name}, reverse("operator:statement", args=[agreement_id, funder_id]), "PDF"
        )
        for funder_id, name in funders
    ]
    return [*files, Download(_("Tous les états des comptes"), reverse("operator:statements", args=[agreement_id]), "CSV")]


def _repayments_table(page: queries.ClosingPage) -> Table:
    columns = [
        Column(_("Financeur")),
        Column(_("Chèques non utilisés"), number=True),
        Column(_("Pas encore en chèques"), number=True),
        Column(_("À rendre"), number=True),
        Column(_("Remboursé le")),
        Column(_("Référence")),
    ]
    rows = [
        [
            each.funder,
            formats.euros(each.circulation_cents),
            formats.euros(each.unissued_cents),
            formats.euros(each.cents),
            formats.day(each.paid_on) if each.paid_on else "–",
            each.reference or "–",
        ]
        for each in page.repayments
    ]
    total = [
        _("Total"),
        formats.euros(sum(each.circulation_cents for each in page.repayments)),
        formats.euros(sum(each.unissued_cents for each in page.repayments)),
        formats.euros(page.cents),
        "",
        "",
    ]
    return Table(_("Ce qui revient à chacun"), columns, rows, total)


def _state_cell(state: ClosingState) -> Cell:
    words, tone = CLOSING_STATES[state]
    return Cell(str(words), tone=tone)


def _who(names: dict[int, str], person_id: int | None, at: Any) -> str:
    if at is None:
        return "–"
    name = names.get(person_id or 0)
    return f"{name}, {formats.moment(at)}" if name else formats.moment(at)
