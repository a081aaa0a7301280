"""How long somebody stays signed in at most; once they left, what they were shown is cleared (`carnet.web.headers` keeps it from being kept).

A session ends with the browser, twelve hours after the latest proof whatever is done meanwhile, and at once when its password changes
(Django's own fingerprint of it). docs/operating/security.md says why.
"""

import time
from collections.abc import Callable
from datetime import datetime

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase

from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.parties import operations as parties
from carnet.parties.rules import browser_and_system
from carnet.web import clock, turns

OWN = "own_session"  # in the session: the row by which its person sees it, and ends it from elsewhere


class SessionLimitsMiddleware:
    """Stands after AuthenticationMiddleware, before whoever asks who is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        was_signed_in = SESSION_KEY in request.session
        if was_signed_in and _is_over(request):
            forget(request)
            request.session.flush()
            request.user = AnonymousUser()
        response = self.get_response(request)
        if was_signed_in and SESSION_KEY not in request.session:
            # What was shown, never what waits: vouchers taken without network are in the browser's storage until they are sent.
            response.headers.setdefault("Clear-Site-Data", '"cache"')
        return response


def begin(request: HttpRequest, person_id: int, *, is_known: bool = True) -> None:
    """Somebody has just signed in, wholly: their session is on their list. `is_known`: they signed in from this browser before."""
    forget(request)
    browser, system = browser_and_system(request.headers.get("User-Agent", ""))
    secret = turns.station_secret(request)
    request.session[OWN] = parties.open_session(
        person_id=person_id, browser=browser, system=system, station_secret=secret, is_known=is_known, at=clock.now()
    )


def opens(request: HttpRequest, person_id: int) -> bool:
    """Whether this session still opens anything: not once its person, or what proves who they are, ended it. Call it where they are recognised."""
    if OWN not in request.session:
        begin(request, person_id)  # signed in by a way that lists nothing (a demonstration's click, an earlier version)
        return True
    return parties.see_session(person_id=person_id, session_id=request.session[OWN], at=clock.now())


def forget(request: HttpRequest) -> None:
    """Whoever is signed in here leaves: their list says so."""
    person_id, number = request.session.get(SESSION_KEY), request.session.pop(OWN, None)
    if person_id is not None and number is not None:
        parties.close_session(person_id=int(person_id), session_id=number)


@transaction.atomic
def end_sessions(*, person_id: int | None, at: datetime) -> int:
    """End every session of somebody, or of everybody (None); return how many. Whoever it is signs in again at the next click."""
    ended = 0
    for session in Session.objects.iterator():
        if person_id is None or str(session.get_decoded().get(SESSION_KEY, "")) == str(person_id):
            session.delete()
            ended += 1
    parties.forget_sessions(person_id=person_id, at=at)
    subject = ("person", person_id) if person_id is not None else ("installation", "all")
    journal.record(
        actor=Actor.system("carnet session end"), action="parties.sessions-ended", subject=subject, facts={"count": ended}, at=at
    )
    return ended


def _is_over(request: HttpRequest) -> bool:
    """Whether the latest proof of this session, a password or a second factor, is older than a session may be."""
    proofs = [record["at"] for record in request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, ()) if "at" in record]
    return bool(proofs) and time.time() - max(proofs) > settings.SESSION_COOKIE_AGE
