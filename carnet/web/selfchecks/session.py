"""The visit as a browser holds it: a secret in a cookie of its own, gone with the browser. It is no sign-in and meets none."""

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from carnet.observatory.operations import selfchecks
from carnet.observatory.operations.selfchecks import OpenCheck


def cookie_name() -> str:
    """With `__Host-` where there is https: no other site of the same domain can set it, no path can narrow it."""
    return "__Host-carnet-check" if settings.SESSION_COOKIE_SECURE else "carnet-check"


def token_of(request: HttpRequest) -> str:
    """What this browser holds, or nothing."""
    return request.COOKIES.get(cookie_name(), "")[:100]


def visiting(request: HttpRequest, at: datetime) -> OpenCheck:
    """The visit of this browser. Raises: CheckOver."""
    return selfchecks.visiting(token=token_of(request), at=at)


def keep(response: HttpResponseBase, opened: OpenCheck) -> None:
    """Let this browser hold the visit until it is closed."""
    response.set_cookie(  # type: ignore[attr-defined]
        cookie_name(), opened.token, path="/", secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Strict"
    )


def forget(response: HttpResponseBase) -> None:
    """This browser holds nothing any more, nor what it showed."""
    response.delete_cookie(cookie_name(), path="/", samesite="Strict")  # type: ignore[attr-defined]
    response["Clear-Site-Data"] = '"cache"'
