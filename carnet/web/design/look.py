"""More contrast, or as usual: one button of the header, without script, kept by this browser alone.

The cookie says nothing of anybody: a choice of display that the person asked for by name needs no consent
(docs/sources/accessibility.md#cookie). Without it the person's own system decides (`prefers-contrast`).
"""

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

COOKIE: Final = "carnet-contrast"
MORE, PLAIN = "more", "plain"
KEPT_SECONDS: Final = 365 * 24 * 3600


def cookie_name() -> str:
    """With `__Host-` where there is https, as every cookie of this site."""
    return f"__Host-{COOKIE}" if settings.SESSION_COOKIE_SECURE else COOKIE


def chosen(request: HttpRequest) -> str:
    """What this browser's person chose: "more", "plain", or nothing."""
    said = request.COOKIES.get(cookie_name(), "")
    return said if said in (MORE, PLAIN) else ""


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keep the choice, and go back to the page one was reading."""
    wanted = request.POST.get("next", "")
    is_here = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(wanted if is_here else "/")
    if request.POST.get("contrast") in (MORE, PLAIN):
        response.set_cookie(
            cookie_name(),
            request.POST["contrast"],
            max_age=KEPT_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response
