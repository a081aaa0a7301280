"""The visit as a browser holds it: a secret in a cookie of its own, gone with the browser. It is no sign-in and meets none.

A helper may be signed in on the same computer: the pages of the person read their rows by this secret alone.
"""

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from carnet.mandates.operations import visits
from carnet.mandates.operations.visits import Opened


def cookie_name() -> str:
    """With `__Host-` where there is https: no other site of the same domain can set it, no path can narrow it."""
    return "__Host-carnet-own" if settings.SESSION_COOKIE_SECURE else "carnet-own"


def token_of(request: HttpRequest) -> str:
    """What this browser holds, or nothing."""
    return request.COOKIES.get(cookie_name(), "")[:100]


def visiting(request: HttpRequest, at: datetime) -> Opened:
    """The visit of this browser. Raises: VisitOver."""
    return visits.visiting(token=token_of(request), at=at)


def keep(response: HttpResponseBase, opened: Opened) -> None:
    """Let this browser hold the visit until it is closed. Lax: the way back from FranceConnect brings it along."""
    response.set_cookie(  # type: ignore[attr-defined]
        cookie_name(), opened.token, path="/", secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )


def forget(response: HttpResponseBase) -> None:
    """This browser holds nothing any more, nor what it showed."""
    response.delete_cookie(cookie_name(), path="/", samesite="Lax")  # type: ignore[attr-defined]
    response["Clear-Site-Data"] = '"cache"'
