"""A turn on a shared computer, as a browser holds it: the station's secret in a cookie of its own, the turn in the session.

A PIN is no sign-in: `request.user` stays anonymous, so that whatever asks Django or allauth who is signed in hears *nobody*, and a full
sign-in is one page away. Only `request.actor` says whose turn it is, narrowed by the table of permissions.
"""

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from carnet.parties import queries as parties
from carnet.parties.queries import TurnSeen

TURN = "turn_id"  # in the session
KEPT_SECONDS = 400 * 24 * 3600  # as long as a browser agrees to keep a cookie; each turn renews it


def cookie_name() -> str:
    """With `__Host-` where there is https: no other site of the same domain can set it, no path can narrow it."""
    return "__Host-carnet-station" if settings.SESSION_COOKIE_SECURE else "carnet-station"


def station_secret(request: HttpRequest) -> str:
    """What this browser holds as a shared computer, or nothing."""
    return request.COOKIES.get(cookie_name(), "")[:100]


def keep_secret(response: HttpResponseBase, secret: str) -> None:
    """Let this browser be a shared computer: no script reads the cookie, no other site sends it."""
    response.set_cookie(  # type: ignore[attr-defined]
        cookie_name(), secret, max_age=KEPT_SECONDS, path="/", secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Strict"
    )


def forget_secret(response: HttpResponseBase) -> None:
    """This browser is no shared computer any more."""
    response.delete_cookie(cookie_name(), path="/", samesite="Strict")  # type: ignore[attr-defined]


def seen(request: HttpRequest, at: datetime) -> TurnSeen | None:
    """Whose turn it is on this browser now. Asked of the database each time: a revocation holds at once."""
    turn_id, secret = request.session.get(TURN), station_secret(request)
    if turn_id is None or not secret:
        return None
    return parties.actor_for_turn(station_secret=secret, turn_id=int(turn_id), at=at)
