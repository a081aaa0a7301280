"""Who is at the door, and which rows they may see: one transaction per request, its walls set before any view runs.

`request.actor` is always there: a person acting for one organisation, or the anonymous visitor (no tenant's rows).
`request.turn` is whose turn it is on a shared computer (a PIN, never a sign-in), when nobody is signed in; else None.
`request.standing` is the refusal that keeps a signed-in person without an organisation (none, several, suspended, ended).
Doors with another way in (API and OpenID tokens, health) do this themselves and are left alone: see OWN_WAY_IN.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from allauth.account.utils import url_str_to_user_pk
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from carnet.funding import queries as funding
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.parties import access
from carnet.parties import operations as parties_writes
from carnet.parties import queries as parties
from carnet.parties.rules import PartiesRefused, SecondFactorNeeded
from carnet.web import clock, doors, sessions, turns

OWN_WAY_IN = (
    "/api/v",
    "/static/",
    "/openid/token",
    "/openid/userinfo",
    "/openid/introspect",
    "/openid/revoke",
    "/healthz",
    "/readyz",
    "/metrics",
)
CHOSEN_ORGANISATION = "organisation_id"  # in the session


class _Abandoned(Exception):
    """The answer says the server failed: nothing the request wrote is kept."""

    def __init__(self, response: HttpResponseBase) -> None:
        self.response = response


class _SessionEnded(Exception):
    """Its person ended this session from another browser, or changed what proves who they are."""


class TenancyMiddleware:
    """Stands after AuthenticationMiddleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.actor, request.standing, request.turn = Actor.anonymous(), None, None  # type: ignore[attr-defined]
        if request.path_info.startswith(OWN_WAY_IN):
            return self.get_response(request)
        person_id = _person_in_session(request)
        takes_turn = person_id is None and turns.TURN in request.session and _take_turn(request)
        if person_id is None and not takes_turn and request.method in ("GET", "HEAD", "OPTIONS"):
            return self.get_response(request)  # a visitor reading: no wall is opened, so there is none to set
        try:
            with access.knowing(person_id):
                if person_id is not None:
                    if SESSION_KEY in request.session and not sessions.opens(request, person_id):
                        raise _SessionEnded
                    _identify(request)
                with acting_as(request.actor):  # type: ignore[attr-defined]
                    _touch(request)
                    response = self.get_response(request)
                    if response.status_code >= 500:
                        raise _Abandoned(response)
        except _Abandoned as abandoned:
            return abandoned.response
        except _SessionEnded:
            request.session.flush()
            request.user = AnonymousUser()
            return self(request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """A refusal no view caught becomes its page. What the operation wrote was already taken back."""
        if isinstance(exception, SecondFactorNeeded):
            return doors.ask_for_proof(request)
        if isinstance(exception, Refusal):
            return doors.refused(request, exception)
        return None


def stream_as(actor: Actor, lines: Iterable[bytes] | Callable[[], Iterable[bytes]]) -> Iterator[bytes]:
    """Give a streaming response its own transaction and walls: it is read after the request's are gone."""
    with acting_as(actor):
        yield from lines() if callable(lines) else lines


def assemble(*, person_id: int, organisation_id: int | None, proved_at: datetime | None, at: datetime) -> parties.SeenAs:
    """The whole actor, with its organisation's name: the person's roles from `parties`, the programmes those roles open from `funding`.

    Raises: NoMembership, OrganisationNotChosen, MemberSuspended, OrganisationEnded.
    """
    seen = parties.seen_as(person_id=person_id, organisation_id=organisation_id, proved_at=proved_at, at=at)
    if not seen.kinds_opening_programmes:
        return seen
    programme_ids = funding.programme_ids_for(seen.actor.organisation_ids, at=at)
    return replace(seen, actor=parties.with_programmes(seen.actor, programme_ids))


def _person_in_session(request: HttpRequest) -> int | None:
    """The person signed in, or half signed in (password given, second factor awaited), by the signed session."""
    found = request.session.get(SESSION_KEY)
    if found is not None:
        return int(found)
    pending = request.session.get(LOGIN_SESSION_KEY)
    half = pending.get("user_pk") if isinstance(pending, dict) else None
    return int(url_str_to_user_pk(half)) if half else None


def _identify(request: HttpRequest) -> None:
    if not request.user.is_authenticated:
        return
    person_id, at = int(request.user.pk), clock.now()
    proved_at = _proved_at(request, at)
    try:
        seen = assemble(person_id=person_id, organisation_id=request.session.get(CHOSEN_ORGANISATION), proved_at=proved_at, at=at)
    except PartiesRefused as refusal:
        actor = replace(Actor.anonymous(), kind="person", person_id=person_id, label=request.user.get_short_name(), proved_at=proved_at)
        request.standing = refusal  # type: ignore[attr-defined]
    else:
        actor, request.organisation_name = seen.actor, seen.organisation  # type: ignore[attr-defined]
    request.actor = actor  # type: ignore[attr-defined]


def _take_turn(request: HttpRequest) -> bool:
    turn = turns.seen(request, clock.now())
    if turn is None:
        return False
    request.turn, request.actor = turn, turn.actor  # type: ignore[attr-defined]
    request.organisation_name = turn.organisation  # type: ignore[attr-defined]
    return True


def _touch(request: HttpRequest) -> None:
    turn = request.turn  # type: ignore[attr-defined]
    if turn is not None:
        parties_writes.touch_turn(turn_id=turn.turn_id, organisation_id=turn.actor.organisation_id, at=clock.now())


def _proved_at(request: HttpRequest, at: datetime) -> datetime | None:
    """The latest second factor of this session, told on the site's clock (sign-in itself always uses the real one)."""
    proofs = [record["at"] for record in get_authentication_records(request, request.user) if record.get("method") == "mfa"]
    if not proofs:
        return None
    return at - (timezone.now() - datetime.fromtimestamp(max(proofs), tz=UTC))
