"""Where an organisation is paid: proposed by one person, decided by another. Each view is one call and one page."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.parties import operations
from carnet.parties import queries as parties
from carnet.parties.access import managed_organisation
from carnet.parties.rules import allowed
from carnet.web import clock
from carnet.web.accounts.desk import page, performed
from carnet.web.accounts.forms import (
    BankAccountForm,
    BareForm,
    ReasonForm,
)
from carnet.web.accounts.words import ACCOUNT_STATES
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Row, Table
from carnet.web.design.screens import actor_of
from carnet.web.doors import door


@door("parties.see-bank-account")
def bank_account(request: HttpRequest, organisation_id: int | None = None) -> HttpResponseBase:
    """Where an organisation is paid: what is in force, what waits, the history."""
    actor = actor_of(request)
    organisation = parties.organisation(organisation_id or actor.organisation_id or 0)
    lines = parties.bank_accounts(actor=actor, organisation_id=organisation.id)
    waiting = next((line for line in lines if line.state == "PROPOSED"), None)
    may_approve = allowed(actor.roles, "parties.approve-bank-account")
    return page(
        request,
        "bank_account",
        organisation=organisation,
        accounts=_accounts_table(lines),
        waiting=waiting,
        waiting_rows=[Row(_("Titulaire"), waiting.holder_name), Row(_("IBAN"), waiting.masked_iban), Row(_("BIC"), waiting.bic)]
        if waiting
        else [],
        may_propose=waiting is None and allowed(actor.roles, "parties.propose-bank-account"),
        may_decide=waiting is not None and may_approve and waiting.proposed_by != actor.person_id,
        is_mine=waiting is not None and waiting.proposed_by == actor.person_id,
        in_force=[line for line in lines if line.state == "APPROVED"] if may_approve else [],
    )


def _accounts_table(lines: list[parties.AccountLine]) -> Table:
    columns = [Column(_("Compte")), Column(_("Titulaire")), Column(_("Proposé le")), Column(_("Payé à partir du")), Column(_("État"))]
    rows = [
        [
            line.masked_iban,
            line.holder_name,
            formats.day(line.proposed_at),
            formats.moment(line.valid_from) if line.valid_from else "–",
            Cell(str(ACCOUNT_STATES[line.state][0]), tone=ACCOUNT_STATES[line.state][1]),
        ]
        for line in lines
    ]
    return Table(_("Comptes bancaires"), columns, rows, empty=_("Aucun compte : sans lui, rien ne peut être payé."))


@door("parties.propose-bank-account")
def propose_bank_account(request: HttpRequest, organisation_id: int) -> HttpResponseBase:
    """Propose where to be paid."""
    organisation = managed_organisation(actor_of(request), organisation_id)
    form = BankAccountForm(request.POST or None, initial={"holder_name": organisation.name[:70]})

    def propose(typed: dict[str, Any]) -> None:
        operations.propose_bank_account(organisation_id=organisation_id, **typed, actor=actor_of(request), at=clock.now())

    if request.method == "POST" and performed(form, propose):
        messages.success(request, _("Proposé. Une autre personne doit maintenant l’approuver."))
        return redirect("accounts:bank-account-of", organisation_id)
    return page(request, "bank_account_propose", organisation=organisation, form=form, status=422 if form.is_bound else 200)


@door("parties.approve-bank-account")
def decide_bank_account(request: HttpRequest, organisation_id: int, account_id: int, decision: str) -> HttpResponseBase:
    """Approve, refuse or end a bank account."""
    actor, organisation = actor_of(request), parties.organisation(organisation_id)
    line = next((each for each in parties.bank_accounts(actor=actor, organisation_id=organisation_id) if each.id == account_id), None)
    if line is None:
        return page(request, "gone", status=404)
    performs: dict[str, Callable[..., Any]] = {
        "approve": operations.approve_bank_account,
        "refuse": operations.refuse_bank_account,
        "end": operations.end_bank_account,
    }
    form = (BareForm if decision == "approve" else ReasonForm)(request.POST or None)
    where: dict[str, Any] = {"organisation_id": organisation_id, "account_id": account_id, "actor": actor, "at": clock.now()}
    if request.method == "POST" and performed(form, lambda typed: performs[decision](**typed, **where)):
        messages.success(request, _("C’est fait. L’organisation en est avertie."))
        return redirect("accounts:bank-account-of", organisation_id)
    titles = {
        "approve": (_("Approuver ce compte bancaire"), _("Approuver"), ""),
        "refuse": (_("Refuser ce compte bancaire"), _("Refuser"), "danger"),
        "end": (_("Ne plus payer ce compte"), _("Ne plus payer"), "danger"),
    }
    title, verb, kind = titles[decision]
    rows = [
        Row(_("Organisation"), organisation.name),
        Row(_("Titulaire"), line.holder_name),
        Row(_("IBAN"), parties.iban_to_decide(actor=actor, organisation_id=organisation_id, account_id=account_id)),
        Row(_("BIC"), line.bic),
    ]
    return page(
        request,
        "decide",
        title=title,
        lead=_("Rappelez l’organisation à un numéro déjà connu avant d’approuver.") if decision == "approve" else "",
        verb=verb,
        kind=kind,
        rows=rows,
        form=form,
        cancel_url=reverse("accounts:bank-account-of", args=[organisation_id]),
        status=422 if form.is_bound else 200,
    )
