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


class SessionLimitsMiddleware:
    """Stands after AuthenticationMiddleware, before whoever asks who is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        was_signed_in = SESSION_KEY in request.session
        if was_signed_in and _is_over(request):
            request.session.flush()
            request.user = AnonymousUser()
        response = self.get_response(request)
        if was_signed_in and SESSION_KEY not in request.session:
            # What was shown, never what waits: vouchers taken without network are in the browser's storage until they are sent.
            response.headers.setdefault("Clear-Site-Data", '"cache"')
        return response


@transaction.atomic
def end_sessions(*, person_id: int | None, at: datetime) -> int:
    """End every session of somebody, or of everybody (None); return how many. Whoever it is signs in again at the next click."""
    ended = 0
    for session in Session.objects.iterator():
        if person_id is None or str(session.get_decoded().get(SESSION_KEY, "")) == str(person_id):
            session.delete()
            ended += 1
    subject = ("person", person_id) if person_id is not None else ("installation", "all")
    journal.record(
        actor=Actor.system("carnet session end"), action="parties.sessions-ended", subject=subject, facts={"count": ended}, at=at
    )
    return ended


def _is_over(request: HttpRequest) -> bool:
    """Whether the latest proof of this session, a password or a second factor, is older than a session may be."""
    proofs = [record["at"] for record in request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, ()) if "at" in record]
    return bool(proofs) and time.time() - max(proofs) > settings.SESSION_COOKIE_AGE
