"""What each party reads: a provider its bills, a landlord its account, the others the whole. The same figures on the page and in the files."""

from datetime import datetime
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.connectivity.queries import bills as queries
from carnet.connectivity.queries.bills import BillFacts
from carnet.connectivity.rules import OWED_STATES, BillState, payable_by_landlords
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties import queries as parties
from carnet.parties.rules import Role, allowed
from carnet.web import clock
from carnet.web.connection_bills import papers, words
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Download, Figure, Table
from carnet.web.design.screens import actor_of
from carnet.web.spreadsheets import KINDS, as_file

_WAITING = (BillState.SUBMITTED, BillState.CHECKED, BillState.AGREED, BillState.SENT, BillState.RETURNED)


def home(request: HttpRequest) -> HttpResponse:
    """What waits, then everything one may read."""
    actor, at = actor_of(request), clock.now()
    found, accounts = queries.bills(actor=actor), queries.landlord_accounts(actor=actor)
    is_landlord = Role.LANDLORD in actor.roles
    is_operator = allowed(actor.roles, "connectivity.prepare-bill") or bool(actor.programme_ids)
    context = {
        "office": words.office_of(actor),
        # What landlords paid in is theirs and the operator's to read: a provider would see debts that are paid.
        "figures": _figures(found, accounts if is_operator or is_landlord else [], is_landlord),
        "to_bill": _to_bill(actor, at) if allowed(actor.roles, "connectivity.bill") else None,
        "bills": words.bills_table(found) if found or is_operator else None,
        "landlords": words.landlords_table(accounts, may_record=allowed(actor.roles, "connectivity.record-payment"))
        if is_operator or is_landlord
        else None,
        "payments": words.payments_table(queries.payments(actor=actor)) if is_operator or is_landlord else None,
        "agreements": _agreements(actor, at) if is_operator else None,
        "files": _files(accounts if is_landlord else []),
    }
    return render(request, "connection_bills/home.html", context)


def _figures(found: list[BillFacts], accounts: list[queries.LandlordAccount], is_landlord: bool) -> list[Figure]:
    due_cents = sum(each.due_cents for each in accounts)
    due = Figure(formats.euros(due_cents), _("reste dû") if is_landlord else _("dû par les bailleurs"))
    if is_landlord:
        called, paid = sum(each.called_cents for each in accounts), sum(each.paid_cents for each in accounts)
        return [Figure(formats.euros(called), _("appelé")), Figure(formats.euros(paid), _("payé")), due]
    waiting = [each for each in found if each.state in _WAITING]
    paid = sum(each.pay_cents for each in found if each.state is BillState.PAID)
    figures = [Figure(formats.number(len(waiting)), _("factures en cours")), Figure(formats.euros(paid), _("payé aux fournisseurs"))]
    return [*figures, due] if accounts else figures


def _to_bill(actor: Actor, at: datetime) -> Table:
    found = queries.to_bill(actor=actor, at=at)
    columns = [
        Column(_("Programme")),
        Column(_("Jusqu’à la fin de")),
        Column(_("Mois de connexion"), number=True),
        Column(_("À demander"), number=True),
    ]
    rows = [
        [
            Cell(each.programme, url=reverse("bills:new", args=[each.agreement_id])), formats.month(each.month),
            formats.number(each.line_count), formats.euros(each.asked_cents),
        ]
        for each in found
    ]  # fmt: skip
    return Table(_("À facturer"), columns, rows, empty=_("Rien à facturer pour l’instant."))


def _agreements(actor: Actor, at: datetime) -> Table:
    columns = [Column(_("Convention")), Column(_("Programme"))]
    found = funding.agreements(actor, actor.programme_ids, at=at)
    rows = [[Cell(each.name, url=reverse("bills:agreement", args=[each.id])), each.programme_name] for each in found]
    return Table(_("L’argent des connexions, par convention"), columns, rows, empty=_("Aucune convention."))


def _files(accounts: list[queries.LandlordAccount]) -> list[Download]:
    files = [Download(_("Tous les mois facturés"), reverse("bills:months-file", args=[kind]), kind.upper()) for kind in KINDS]
    named, mine = len(accounts) > 1, _("Mon compte, à garder")
    papers = [
        Download(
            f"{mine} : {each.programme}" if named else mine,
            f"{reverse('bills:statement')}?{urlencode({'convention': each.agreement_id})}", "PDF",
        )
        for each in accounts
    ]  # fmt: skip
    return [*files, *papers]


def months_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Every month billed that one may read, to take away."""
    actor = actor_of(request)
    months = words.months_of(queries.lines(actor=actor))
    return as_file(
        _known(kind), f"connexions-mois-{legal_day(clock.now()).isoformat()}", words.months_sheet(_("Mois de connexion"), months), actor
    )


def statement_paper(request: HttpRequest) -> HttpResponse:
    """A landlord's account on paper, of the agreement asked for."""
    actor, at = actor_of(request), clock.now()
    accounts = [each for each in queries.landlord_accounts(actor=actor) if each.landlord_id == actor.organisation_id]
    asked = request.GET.get("convention", "")
    account = next((each for each in accounts if asked in ("", str(each.agreement_id))), None)
    if account is None:
        raise Http404
    # What is called: months that nobody agreed to yet are not in its sum, so not in its table.
    lines = [each for each in queries.lines(actor=actor, agreement_id=account.agreement_id) if each.state in OWED_STATES]
    programme = next((each for each in funding.programmes() if each.name == account.programme), None)
    content = papers.landlord_pdf(
        account, words.months_of(lines), is_simulated=programme is not None and programme.is_simulated, made_at=at
    )
    return _attached(content, "application/pdf", f"compte-{account.agreement_id}.pdf")


def to_bill_file(request: HttpRequest, agreement_id: int, kind: str) -> HttpResponseBase:
    """What may be billed now, to compare with one's own count before asking."""
    actor = actor_of(request)
    months = [(each.number, each.due) for each in queries.lines_to_bill(actor=actor, agreement_id=agreement_id, at=clock.now())]
    return as_file(_known(kind), f"connexions-a-facturer-{agreement_id}", words.months_sheet(_("À facturer"), months), actor)


def bill(request: HttpRequest, bill_id: int) -> HttpResponse:
    """One bill: where it stands, what may be done now, and each month of each connection."""
    actor = actor_of(request)
    found = queries.bill(actor=actor, bill_id=bill_id)
    names = parties.names_of(each for each in (found.checked_by_id, found.decided_by_id) if each is not None)
    context = {
        "office": words.office_of(actor),
        "bill": found,
        "title": words.title_of(found),
        "state": words.STATES[found.state],
        "steps": [str(each) for each in words.STEPS],
        "current": words.STEP_OF.get(found.state, 0),
        "rows": words.bill_rows(found, names),
        "figures": [
            Figure(formats.euros(found.pay_cents if found.is_balance else found.asked_cents), _("demandé à l’opérateur")),
            *([Figure(formats.euros(found.pay_cents), _("à payer par ce virement"))] if found.checked_at and not found.is_balance else []),
        ],
        "months": words.months_table(_("Mois de connexion"), words.months_of(queries.bill_lines(actor=actor, bill_id=bill_id)))
        if not found.is_balance
        else None,
        "files": [
            Download(_("Cette facture"), reverse("bills:bill-paper", args=[bill_id]), "PDF"),
            *(
                Download(_("Ses mois"), reverse("bills:bill-file", args=[bill_id, kind]), kind.upper())
                for kind in KINDS
                if not found.is_balance
            ),
        ],
        **_may(actor, found),
    }
    return render(request, "connection_bills/bill.html", context)


def _may(actor: Actor, found: BillFacts) -> dict[str, bool]:
    checks = allowed(actor.roles, "connectivity.prepare-bill")
    decides = allowed(actor.roles, "connectivity.approve-bill") and found.state is BillState.CHECKED
    is_mine = actor.person_id == found.checked_by_id
    return {
        "may_check": checks and found.state in (BillState.SUBMITTED, BillState.RETURNED),
        "may_refuse": checks and found.state is BillState.SUBMITTED,
        "may_approve": decides and not is_mine,
        "waits_for_another": found.state is BillState.CHECKED and is_mine,
        "may_write": checks and bool(found.pay_cents) and found.state in (BillState.AGREED, BillState.SENT, BillState.PAID),
        "may_send": checks and found.state is BillState.AGREED and found.file_written_at is not None,
        "may_read": checks and found.state in (BillState.SENT, BillState.PAID) and bool(found.pay_cents),
    }


def bill_paper(request: HttpRequest, bill_id: int) -> HttpResponse:
    """One bill on paper."""
    actor = actor_of(request)
    found = queries.bill(actor=actor, bill_id=bill_id)
    content = papers.bill_pdf(
        found, words.months_of(queries.bill_lines(actor=actor, bill_id=bill_id)),
        is_simulated=funding.programme(found.programme_id).is_simulated, made_at=found.submitted_at,
    )  # fmt: skip
    return _attached(content, "application/pdf", f"facture-connexions-{bill_id}.pdf")


def bill_file(request: HttpRequest, bill_id: int, kind: str) -> HttpResponseBase:
    """Its months, to take away."""
    actor = actor_of(request)
    months = words.months_of(queries.bill_lines(actor=actor, bill_id=bill_id))
    return as_file(_known(kind), f"facture-connexions-{bill_id}", words.months_sheet(_("Mois de connexion"), months), actor)


def agreement(request: HttpRequest, agreement_id: int) -> HttpResponse:
    """The connections' money of one agreement, party by party, from the ledger."""
    actor = actor_of(request)
    account = queries.agreement_account(actor=actor, agreement_id=agreement_id, at=clock.now())
    reserved = sum(left for _name, left, _owed, _served in account.reserved_by_funder)
    served = sum(paid for _name, _left, _owed, paid in account.reserved_by_funder)
    due = sum(stand.due_cents for _id, _name, stand in account.landlords)
    available = {landlord_id: stand.available_cents for landlord_id, _name, stand in account.landlords}
    context = {
        "office": words.office_of(actor),
        "account": account,
        "figures": [
            Figure(formats.euros(reserved), _("réservé, pas encore dû")),
            Figure(formats.euros(served), _("payé par les financeurs")),
            Figure(formats.euros(due), _("dû par les bailleurs")),
        ],
        "table": words.account_table(account),
        "balances": [
            (name, reverse("bills:balance", args=[agreement_id, provider_id]))
            for provider_id, name, stand in account.providers
            if allowed(actor.roles, "connectivity.prepare-bill") and payable_by_landlords(stand.owed_by_landlord, available)
        ],
        "files": [Download(_("Ce tableau"), reverse("bills:agreement-file", args=[agreement_id, kind]), kind.upper()) for kind in KINDS],
    }
    return render(request, "connection_bills/agreement.html", context)


def agreement_file(request: HttpRequest, agreement_id: int, kind: str) -> HttpResponseBase:
    """The same table, to take away."""
    actor = actor_of(request)
    account = queries.agreement_account(actor=actor, agreement_id=agreement_id, at=clock.now())
    return as_file(_known(kind), f"connexions-convention-{agreement_id}", words.account_sheet(account), actor)


def _known(kind: str) -> str:
    if kind not in KINDS:
        raise Http404
    return kind


def _attached(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(
        content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    )
