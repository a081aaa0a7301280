"""One's account, API tokens, and what waits for one's yes or no. Each view is one call and one page."""

from typing import Any
from uuid import uuid4

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from carnet.parties import operations
from carnet.parties import queries as parties
from carnet.parties.rules import OrganisationNotChosen, home_of
from carnet.places import queries as places
from carnet.web import clock
from carnet.web.accounts.desk import page, performed
from carnet.web.accounts.forms import (
    AccountForm,
    BareForm,
    JoinForm,
    TokenForm,
)
from carnet.web.accounts.sign_in import safe_next
from carnet.web.accounts.words import DECISIONS, ROLE_NAMES, SCOPE_NAMES
from carnet.web.design import formats
from carnet.web.design.components import Row, Task
from carnet.web.design.screens import actor_of
from carnet.web.doors import door, public, refused, signed_in, signed_in_or_by_pin
from carnet.web.tenancy import CHOSEN_ORGANISATION

# --- Oneself -----------------------------------------------------------------------------------------------------------


@signed_in_or_by_pin
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
        if chosen is not None and not chosen.is_suspended:
            operations.switch_organisation(
                organisation_id=chosen.id, from_id=request.session.get(CHOSEN_ORGANISATION), actor=actor_of(request), request_id=uuid4(),
                at=clock.now(),
            )  # fmt: skip
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
    if request.method == "POST" and request.POST.get("phone", "").strip() != mine.phone:
        raise_if_reauthentication_required(request, app="account")  # it is called before a bank account changes
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
    return page(request, "tokens", form=form, tokens=lines, now=clock.now(), status=422 if form.is_bound else 200)


@door("parties.manage-tokens")
def revoke_token(request: HttpRequest, token_id: int) -> HttpResponseBase:
    """Refuse a token from now on: a program that uses it stops at once, so it is asked first."""
    actor = actor_of(request)
    token = next((each for each in parties.tokens(actor=actor) if each.id == token_id and each.revoked_at is None), None)
    if token is None:
        return page(request, "gone", status=404)
    form = BareForm(request.POST or None)
    if request.method == "POST" and performed(
        form, lambda typed: operations.revoke_token(token_id=token_id, **typed, actor=actor, at=clock.now())
    ):
        messages.success(request, _("Le jeton est refusé dès maintenant."))
        return redirect("accounts:tokens")
    return page(
        request,
        "decide",
        title=_("Révoquer ce jeton ?"),
        lead=_("Le logiciel qui s’en sert est refusé aussitôt. Un jeton révoqué ne revient pas : il faudra en créer un autre."),
        verb=_("Révoquer ce jeton"),
        kind="danger",
        rows=[
            Row(_("À quoi il sert"), token.label),
            Row(_("Début"), f"{token.prefix}…"),
            Row(_("Dernier jour d’utilisation"), formats.day(token.latest_used_on) if token.latest_used_on else _("jamais")),
        ],
        form=form,
        cancel_url=reverse("accounts:tokens"),
        status=422 if form.is_bound else 200,
    )


# --- Approvals ---------------------------------------------------------------------------------------------------------


@door("parties.see-approvals")
def approvals(request: HttpRequest) -> HttpResponseBase:
    """What waits for this person's yes or no, oldest first; never what they asked for themselves."""
    waiting = parties.approvals_waiting_for(actor=actor_of(request))
    names = parties.names_of(each.requested_by for each in waiting)
    # An organisation is called by its name; an order or a payment by its number, which its page bears.
    called = parties.organisations({each.subject_id for each in waiting if each.subject_kind == "organisation"})
    tasks = [
        Task(
            title=_("%(decision)s : %(what)s")
            % {
                "decision": DECISIONS[each.action][0],
                "what": called[each.subject_id].name
                if each.subject_kind == "organisation" and each.subject_id in called
                else _("nº %(number)s") % {"number": each.subject_id},
            },
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
