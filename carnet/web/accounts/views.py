"""One's account and one's organisation: members, tokens, bank account, approvals. Each view is one call and one page."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.parties import operations
from carnet.parties import queries as parties
from carnet.parties.rules import OrganisationNotChosen, SecondFactorNeeded, allowed, home_of
from carnet.places import queries as places
from carnet.web import clock
from carnet.web.accounts.forms import (
    AccountForm,
    BankAccountForm,
    BareForm,
    InviteForm,
    JoinForm,
    ReasonForm,
    RoleForm,
    TokenForm,
    role_choices,
)
from carnet.web.accounts.sign_in import safe_next
from carnet.web.accounts.words import ACCOUNT_STATES, DECISIONS, ROLE_NAMES, SCOPE_NAMES
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Row, Table, Task
from carnet.web.design.screens import actor_of, show_refusal
from carnet.web.doors import door, public, refused, signed_in
from carnet.web.tenancy import CHOSEN_ORGANISATION

NAVIGATION = (
    ("accounts:members", "parties.see-members"),
    ("accounts:bank-account", "parties.see-bank-account"),
    ("accounts:tokens", "parties.manage-tokens"),
    ("accounts:webhooks", "parties.manage-webhooks"),
    ("accounts:approvals", "parties.see-approvals"),
)


def page(request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """A page of this desk, with the entries of the navigation that the table opens to this person."""
    names = {
        "accounts:members": _("Membres"),
        "accounts:bank-account": _("Compte bancaire"),
        "accounts:tokens": _("Jetons d’API"),
        "accounts:webhooks": _("Webhooks"),
        "accounts:approvals": _("À approuver"),
    }
    held = actor_of(request).roles
    entries = [(route, names[route]) for route, action in NAVIGATION if allowed(held, action)]
    return render(request, f"accounts/{template}.html", {"entries": entries, **context}, status=status)


def performed(form: BaseForm, perform: Callable[[dict[str, Any]], Any]) -> bool:
    """Call one operation with what was typed; a refusal comes back on the form. True when it was done."""
    if not form.is_valid():
        return False
    try:
        perform(form.cleaned_data)
    except SecondFactorNeeded:
        raise
    except Refusal as refusal:
        show_refusal(form, refusal)
        return False
    return True


# --- Oneself -----------------------------------------------------------------------------------------------------------


@signed_in
def home(request: HttpRequest) -> HttpResponseBase:
    """To the home page of one's role."""
    standing = getattr(request, "standing", None)
    if isinstance(standing, OrganisationNotChosen):
        return redirect("accounts:choose-organisation")
    if standing is not None:
        return refused(request, standing)
    return redirect(home_of(actor_of(request).roles))


@signed_in
def choose_organisation(request: HttpRequest) -> HttpResponseBase:
    """For which organisation one acts now."""
    person_id = actor_of(request).person_id
    mine = parties.organisations_of(person_id=person_id, at=clock.now()) if person_id is not None else []
    if request.method == "POST":
        chosen = next((each for each in mine if str(each.id) == request.POST.get("organisation")), None)
        if chosen is not None:
            request.session[CHOSEN_ORGANISATION] = chosen.id
            return HttpResponseRedirect(safe_next(request))
    choices = [(each, ", ".join(str(ROLE_NAMES[role]) for role in ROLE_NAMES if role in each.roles)) for each in mine]
    return page(request, "choose", choices=choices, next=safe_next(request), status=422 if request.method == "POST" else 200)


@signed_in
def account(request: HttpRequest) -> HttpResponseBase:
    """One's name, phone, language; the way to the password, the second factor and the organisations."""
    actor = actor_of(request)
    mine = parties.account(actor.person_id or 0)
    if mine is None:
        return redirect("account_login")
    form = AccountForm(request.POST or None, initial={"display_name": mine.display_name, "phone": mine.phone, "language": mine.language})
    if request.method == "POST" and performed(form, lambda typed: operations.update_account(**typed, actor=actor, at=clock.now())):
        messages.success(request, _("Votre compte est à jour."))
        return redirect("accounts:account")
    return page(
        request,
        "account",
        form=form,
        email=mine.email,
        has_second_factor=parties.has_second_factor(mine.person_id),
        several=len(parties.organisations_of(person_id=mine.person_id, at=clock.now())) > 1,
        status=422 if form.is_bound else 200,
    )


@never_cache
def invitation(request: HttpRequest, secret: str) -> HttpResponseBase:
    """Join an organisation with the link of an invitation."""
    found = parties.open_invitation(secret=secret, at=clock.now())
    if found is None:
        return page(request, "invitation_closed", status=404)
    form_class = BareForm if found.knows_person else JoinForm
    form = form_class(request.POST or None, initial={"display_name": found.display_name})
    language = (get_language() or "fr")[:2]

    def join(typed: dict[str, Any]) -> None:
        typed.pop("again", None)
        operations.accept_invitation(secret=secret, language=language, **typed, at=clock.now())

    if request.method == "POST" and performed(form, join):
        messages.success(request, _("Bienvenue. Connectez-vous pour commencer."))
        return redirect("account_login")
    return page(request, "invitation", form=form, invitation=found, role=ROLE_NAMES[found.role], status=422 if form.is_bound else 200)


# --- Members -----------------------------------------------------------------------------------------------------------


@door("parties.see-members", post="parties.manage-members")
def members(request: HttpRequest, organisation_id: int | None = None) -> HttpResponseBase:
    """Who belongs to an organisation; invite someone."""
    actor, at = actor_of(request), clock.now()
    organisation = parties.organisation(organisation_id or actor.organisation_id or 0)
    may_manage = allowed(actor.roles, "parties.manage-members")
    form = InviteForm(request.POST or None, roles=role_choices(organisation.kinds, actor.roles))

    def invite(typed: dict[str, Any]) -> None:
        operations.invite_member(organisation_id=organisation.id, **typed, actor=actor, at=at)

    if request.method == "POST" and performed(form, invite):
        messages.success(request, _("L’invitation part à %(email)s. Elle est valable 14 jours.") % {"email": form.cleaned_data["email"]})
        return redirect("accounts:members-of", organisation.id)
    return page(
        request,
        "members",
        organisation=organisation,
        members=_members_table(actor, organisation.id, may_manage),
        invitations=_invitations_table(actor, organisation.id),
        form=form if may_manage else None,
        status=422 if form.is_bound else 200,
    )


def _members_table(actor: Actor, organisation_id: int, may_manage: bool) -> Table:
    rows = [
        [
            Cell(
                member.display_name,
                url=reverse("accounts:member", args=[organisation_id, member.membership_id])
                if may_manage and member.person_id != actor.person_id
                else "",
            ),
            member.email,
            ROLE_NAMES[member.role],
            formats.day(member.starts_at),
            Cell(_("suspendu"), tone="warning") if member.suspended_at else Cell(_("actif"), tone="success"),
        ]
        for member in parties.members(actor=actor, organisation_id=organisation_id, at=clock.now())
    ]
    columns = [Column(_("Nom")), Column(_("Adresse")), Column(_("Rôle")), Column(_("Depuis")), Column(_("État"))]
    return Table(_("Membres"), columns, rows, empty=_("Personne pour l’instant : invitez quelqu’un ci-dessous."))


def _invitations_table(actor: Actor, organisation_id: int) -> Table:
    rows = [
        [each.email, ROLE_NAMES[each.role], formats.day(each.invited_at), formats.last_day(each.expires_at)]
        for each in parties.waiting_invitations(actor=actor, organisation_id=organisation_id, at=clock.now())
    ]
    columns = [Column(_("Adresse")), Column(_("Rôle")), Column(_("Envoyée le")), Column(_("Valable jusqu’au"))]
    return Table(_("Invitations sans réponse"), columns, rows, empty=_("Aucune invitation en attente."))


@door("parties.manage-members")
def member(request: HttpRequest, organisation_id: int, membership_id: int) -> HttpResponseBase:
    """One member: another role, a suspension, its end."""
    actor, at = actor_of(request), clock.now()
    organisation = parties.organisation(organisation_id)
    found = next(
        (each for each in parties.members(actor=actor, organisation_id=organisation_id, at=at) if each.membership_id == membership_id), None
    )
    if found is None:
        return page(request, "gone", status=404)
    asked = request.POST.get("do", "")
    where: dict[str, Any] = {"organisation_id": organisation_id, "membership_id": membership_id, "actor": actor, "at": at}
    role_form = RoleForm(request.POST if asked == "role" else None, roles=role_choices(organisation.kinds, actor.roles), prefix="role")
    suspend_form = ReasonForm(request.POST if asked == "suspend" else None, prefix="suspend")
    reinstate_form = BareForm(request.POST if asked == "reinstate" else None, prefix="reinstate")
    done = (
        (asked == "role" and performed(role_form, lambda typed: operations.change_role(**typed, **where)))
        or (asked == "suspend" and performed(suspend_form, lambda typed: operations.suspend_member(**typed, **where)))
        or (asked == "reinstate" and performed(reinstate_form, lambda typed: operations.reinstate(**typed, **where)))
    )
    if done:
        messages.success(request, _("C’est fait."))
        return redirect("accounts:members-of", organisation_id)
    return page(
        request,
        "member",
        organisation=organisation,
        member=found,
        role=ROLE_NAMES[found.role],
        role_form=role_form,
        suspend_form=suspend_form,
        reinstate_form=reinstate_form,
        status=422 if asked else 200,
    )


# --- Tokens ------------------------------------------------------------------------------------------------------------


@never_cache
@door("parties.manage-tokens")
def tokens(request: HttpRequest) -> HttpResponseBase:
    """API tokens of one's organisation: make one (shown once), see them all."""
    actor = actor_of(request)
    made: list[operations.TokenCreated] = []
    mine = [(each.place_id, each.name) for each in places.places_of(actor.organisation_ids, at=clock.now())]
    form = TokenForm(request.POST or None, initial={"scopes": ["vouchers.check", "redemptions.write"]}, places=mine)

    def create(typed: dict[str, Any]) -> None:
        made.append(operations.create_token(organisation_id=actor.organisation_id or 0, **typed, actor=actor, at=clock.now()))

    if request.method == "POST" and performed(form, create):
        return page(request, "token_made", token=made[0])
    lines = [(each, [SCOPE_NAMES[scope] for scope in SCOPE_NAMES if scope in each.scopes]) for each in parties.tokens(actor=actor)]
    return page(request, "tokens", form=form, tokens=lines, now=clock.now(), revoke_form=BareForm(), status=422 if form.is_bound else 200)


@door("parties.manage-tokens")
def revoke_token(request: HttpRequest, token_id: int) -> HttpResponseBase:
    """Refuse a token from now on."""
    form = BareForm(request.POST or None)
    if request.method == "POST" and performed(
        form, lambda typed: operations.revoke_token(token_id=token_id, **typed, actor=actor_of(request), at=clock.now())
    ):
        messages.success(request, _("Le jeton est refusé dès maintenant."))
    return redirect("accounts:tokens")


# --- Bank account ------------------------------------------------------------------------------------------------------


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
    organisation = parties.organisation(organisation_id)
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


# --- Approvals ---------------------------------------------------------------------------------------------------------


@door("parties.see-approvals")
def approvals(request: HttpRequest) -> HttpResponseBase:
    """What waits for this person's yes or no, oldest first; never what they asked for themselves."""
    waiting = parties.approvals_waiting_for(actor=actor_of(request))
    names = parties.names_of(each.requested_by for each in waiting)
    tasks = [
        Task(
            title=f"{DECISIONS[each.action][0]} ({each.subject_id})",
            verb=_("Décider"),
            url=decision_url(each),
            since=each.requested_at,
            detail=_("demandé par %(name)s") % {"name": names[each.requested_by]} if each.requested_by in names else "",
        )
        for each in waiting
    ]
    return page(request, "approvals", tasks=tasks)


def decision_url(approval: parties.WaitingApproval) -> str:
    """The page where one approval is decided."""
    route = DECISIONS[approval.action][1]
    try:
        return reverse(route, args=[approval.subject_id])
    except NoReverseMatch:  # an installation without that desk: its own home page leads there
        return reverse("accounts:home")


invitation = public(invitation)
