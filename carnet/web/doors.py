"""The door of every view: who may walk in, by the one table of `carnet.parties.rules`. Every route has one; a test walks them all.

How to use it, in an audience's views or urls:

    from carnet.web.doors import door, public, signed_in

    @door("issuing.see", post="issuing.order")      # GET asks for issuing.see; POST also for issuing.order
    def orders(request): ...                         # request.actor is the Actor; pass it to operations and queries

    path("orders/new/", door("issuing.order")(NewOrderView.as_view()), name="order-new")      # class views: in urls.py

    @public                                          # explicit: a page for anybody
    def home(request): ...

    @published                                       # the same, and it only reads: a replica may answer it
    def places(request): ...

    @signed_in                                       # any person, whatever their role (account pages)

What a door does, in this order:
1. nobody signed in: to the sign-in page, or on a shared computer to the page of names, then back here;
2. several organisations and none chosen: to the choice; suspended, ended or no membership: a page that says so (403);
3. a role that moves money without a second factor: to its enrolment;
4. the role does not hold the action: 403 with the roles that do; a PIN is not enough for it: 403 with the way to a full sign-in;
5. the action asks for a recent proof (15 minutes), or is a helper's and this screen was left alone for 15 minutes: to the proof page,
   then back here (a form sent is sent again by itself; files have to be chosen again).

An action that does not exist yet: add ONE line to PERMISSIONS in carnet/parties/rules.py, then `make docs`.
Each audience's urls.py: `app_name = "<audience>"` and a route named "home" (see HOMES in carnet/parties/rules.py), behind
`@door("home.<audience>")`: home.operator, home.funder, home.prescriber, home.place, home.auditor.
The middleware `carnet.web.tenancy.TenancyMiddleware` has opened one transaction and set the walls before the view runs; any
`Refusal` that escapes a view becomes a page with its sentence. A streaming response runs after that transaction: build it with
`carnet.web.tenancy.stream_as(request.actor, generator)`.
Fine rules (is it *this* actor's series?) stay in each room's access.py.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlencode

import structlog
from allauth.account.internal.flows.reauthentication import suspend_request
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.urls import reverse

from carnet.gateways import replicas
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.parties import queries as parties
from carnet.parties.rules import (
    HELPER_ROLES,
    IDLE_NOTED_EVERY,
    PERMISSIONS,
    DailyLimitReached,
    FullSignInNeeded,
    MemberSuspended,
    NoMembership,
    NotAllowed,
    OrganisationEnded,
    OrganisationNotChosen,
    PersonNeeded,
    RoleNotYoursToGive,
    SecondFactorNeeded,
    asks_after_idle,
    by_pin,
    check_allowed_now,
    check_may,
    is_idle_helper,
    needs_second_factor,
)
from carnet.web import clock, turns
from carnet.web.design.sentences import sentence_for

log = structlog.get_logger(__name__)
View = Callable[..., HttpResponseBase]
ACTIVE = "active_at"  # in the session: the second at which a helper last did something
PASSED_ON = ("X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via")
FORBIDDEN = (NotAllowed, MemberSuspended, NoMembership, OrganisationEnded, PersonNeeded, RoleNotYoursToGive)


@dataclass(frozen=True, slots=True)
class Door:
    """What a route asks for. `action` None: any signed-in person. `is_public`: nothing at all."""

    action: str | None = None
    post: str | None = None
    is_public: bool = False
    by_pin: bool = False  # without an action: also for whoever typed a PIN on a shared computer

    def action_for(self, method: str) -> tuple[str, ...]:
        """The actions a request by this method must be allowed."""
        asked = [self.action] if method in ("GET", "HEAD", "OPTIONS") else [self.action, self.post]
        return tuple(action for action in asked if action)


def door(action: str, *, post: str | None = None) -> Callable[[View], View]:
    """Let a view be reached by whoever holds `action` (and, to send a form, `post`)."""
    for asked in (action, post):
        if asked is not None and asked not in PERMISSIONS:
            raise KeyError(f"{asked} is not in the table of permissions (carnet/parties/rules.py)")
    return _hang(Door(action=action, post=post))


def signed_in(view: View) -> View:
    """Let a view be reached by any signed-in person, even one who belongs to no organisation."""
    return _hang(Door())(view)


def signed_in_or_by_pin(view: View) -> View:
    """As `signed_in`, and for whoever's turn it is on a shared computer."""
    return _hang(Door(by_pin=True))(view)


def public(view: View) -> View:
    """Say that a view is for anybody."""
    view.door = Door(is_public=True)  # type: ignore[attr-defined]
    return view


def published(view: View) -> View:
    """Say that a view is for anybody and only reads: a replica of the database may answer whoever has no session here."""

    @wraps(view)
    def read(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD") or settings.SESSION_COOKIE_NAME in request.COOKIES:
            return view(request, *args, **kwargs)
        return replicas.read(lambda: view(request, *args, **kwargs))

    return public(read)


def door_of(view: Any) -> Door | None:
    """The door of a view, or None when nobody hung one."""
    return getattr(view, "door", None)


def from_this_machine(request: HttpRequest) -> bool:
    """Whether the browser is on the machine that serves it: what has no better proof of who is there asks at least for this.

    What a proxy of this machine passes on comes from elsewhere, whatever it says. No address at all is a socket: a proxy too.
    """
    if any(name in request.headers for name in PASSED_ON):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _hang(hung: Door) -> Callable[[View], View]:
    def hang(view: View) -> View:
        if isinstance(view, type):
            raise TypeError(f"{view.__name__} is a class: write door(...)({view.__name__}.as_view()) in urls.py")

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            stopped = _stop(request, hung)
            return view(request, *args, **kwargs) if stopped is None else stopped

        guarded.door = hung  # type: ignore[attr-defined]
        return guarded

    return hang


def _stop(request: HttpRequest, hung: Door) -> HttpResponseBase | None:
    actor: Actor = getattr(request, "actor", None) or Actor.anonymous()
    if actor.kind == "anonymous":
        return go_to(request, "accounts:station" if turns.station_secret(request) else "account_login")
    if hung.action is None:
        return refused(request, FullSignInNeeded(action="", roles=())) if by_pin(actor) and not hung.by_pin else None
    standing: Refusal | None = getattr(request, "standing", None)
    if isinstance(standing, OrganisationNotChosen):
        return go_to(request, "accounts:choose-organisation")
    if standing is not None:
        return refused(request, standing)
    if needs_second_factor(actor.roles) and actor.person_id is not None and not parties.has_second_factor(actor.person_id):
        return go_to(request, _first_factor(actor))
    return _stop_actions(request, hung, actor)


def _stop_actions(request: HttpRequest, hung: Door, actor: Actor) -> HttpResponseBase | None:
    actions = hung.action_for(request.method or "GET")
    try:
        for action in actions:
            check_may(actor, action)
        for action in actions:
            check_allowed_now(actor, action, clock.now())
    except SecondFactorNeeded:
        return ask_for_proof(request)
    except NotAllowed as refusal:
        return refused(request, refusal)
    if any(asks_after_idle(action) for action in actions) and _was_left_alone(request, actor):
        return ask_for_proof(request)
    return None


def _was_left_alone(request: HttpRequest, actor: Actor) -> bool:
    """Whether nobody did anything on this helper's screen for fifteen minutes. What is done is noted once a minute, in the session."""
    at, noted = clock.now(), request.session.get(ACTIVE)
    active_at = datetime.fromtimestamp(noted, tz=UTC) if noted is not None else None
    known = [moment for moment in (active_at, actor.proved_at) if moment is not None]
    if is_idle_helper(latest_at=max(known, default=None), at=at):
        return True
    if active_at is None or at - active_at >= IDLE_NOTED_EVERY:
        request.session[ACTIVE] = int(at.timestamp())
    return False


def _first_factor(actor: Actor) -> str:
    """Where a second factor is set up: helpers are guided, and may have received a card."""
    return "mfa_activate_totp" if HELPER_ROLES.isdisjoint(actor.roles) else "accounts:first-factor"


def ask_for_proof(request: HttpRequest) -> HttpResponseBase:
    """To the second factor: prove it, or first enrol one. A form already filled waits in the session and is sent after the proof."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.person_id is None or not parties.has_second_factor(actor.person_id):
        return go_to(request, _first_factor(actor))
    if request.method == "POST" and not request.headers.get("HX-Request"):
        return suspend_request(request, reverse("mfa_reauthenticate"))
    return go_to(request, "mfa_reauthenticate")


def go_to(request: HttpRequest, route: str) -> HttpResponseBase:
    """To another page, and back to this one afterwards."""
    back = request.get_full_path()
    url = f"{reverse(route)}?{urlencode({'next': back})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The page of a refusal: its sentence, its code, and a way home."""
    actor: Actor = getattr(request, "actor", None) or Actor.anonymous()
    if isinstance(refusal, FORBIDDEN) or refusal.code.endswith("-unknown"):
        # Who tried what they may not: numbers and words of ours, and the name of the route, never its address.
        matched = request.resolver_match
        log.warning(
            "refused",
            code=refusal.code,
            person=actor.person_id,
            organisation=actor.organisation_id,
            route=matched.view_name if matched else "",
        )
    context = {"sentence": sentence_for(refusal), "code": refusal.code, "home_url": resolve_url("accounts:home")}
    if isinstance(refusal, FullSignInNeeded | DailyLimitReached):
        context["sign_in_url"] = f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}"
    return render(request, "accounts/refused.html", context, status=status_of(refusal))


def status_of(refusal: Refusal) -> int:
    """403 for who, 404 for what cannot be seen, 409 for what cannot be done now."""
    if isinstance(refusal, FORBIDDEN):
        return 403
    return 404 if refusal.code.endswith("-unknown") else 409
