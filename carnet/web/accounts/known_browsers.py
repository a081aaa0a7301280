"""A browser in which somebody signed in before: its wrong passwords are counted apart from everybody else's.

Ten wrong passwords for an address close it for ten minutes. Whoever knows the address of a place's manager could so keep them outside for
ever; from a browser they used before, they still come in. The cookie opens nothing: it says only where tries are counted.

Source: OWASP, Slow Down Online Guessing Attacks with Device Cookies.
"""

import secrets
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import salted_hmac

_SALT = "carnet.known-browser"
_KEPT_SECONDS = 400 * 24 * 3600  # as long as a browser agrees to keep a cookie
# People who share a computer; the one who came longest ago leaves first.
_PEOPLE_MAX = 8
_MARK = 22


def cookie_name() -> str:
    """With `__Host-` where there is https: no other site of the same domain can set it, no path can narrow it."""
    return "__Host-carnet-browser" if settings.SESSION_COOKIE_SECURE else "carnet-browser"


def name_of(request: HttpRequest, email: str) -> str:
    """Under what this browser's tries at an address are counted; nothing when nobody signed in here with it."""
    return next((name for mark, name in _held(request) if secrets.compare_digest(mark, _mark(email))), "")


def remember(request: HttpRequest, response: HttpResponseBase, email: str) -> None:
    """Somebody has signed in here, wholly: their next wrong passwords from here are their own."""
    others = [each for each in _held(request) if each[0] != _mark(email)]
    held = [[_mark(email), secrets.token_urlsafe(12)], *others][:_PEOPLE_MAX]
    response.set_cookie(  # type: ignore[attr-defined]
        cookie_name(), TimestampSigner(salt=_SALT).sign_object(held), max_age=_KEPT_SECONDS, path="/",
        secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax",
    )  # fmt: skip


def _held(request: HttpRequest) -> list[list[str]]:
    try:
        found: Any = TimestampSigner(salt=_SALT).unsign_object(request.COOKIES.get(cookie_name(), ""), max_age=_KEPT_SECONDS)
    except (BadSignature, ValueError):
        return []
    return [each for each in found if isinstance(each, list) and len(each) == 2][:_PEOPLE_MAX] if isinstance(found, list) else []


def _mark(email: str) -> str:
    return salted_hmac(_SALT, email.strip().lower(), algorithm="sha256").hexdigest()[:_MARK]
