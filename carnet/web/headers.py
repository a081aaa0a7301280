"""What every answer says to the browser besides itself: nothing shown to somebody is kept, and no page asks for a device it does not use."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

# The camera reads codes, the position finds the nearest places; nothing here ever needs the rest.
PERMISSIONS_POLICY = "camera=(self), geolocation=(self), microphone=(), payment=(), usb=(), serial=(), midi=(), display-capture=()"
KEPT_BY_NOBODY = "private, no-store"
# The answer to a form: asked again by nobody, and still there when one goes back to it. Leaving clears it (`Clear-Site-Data`).
KEPT_TO_GO_BACK = "private, no-cache"


class HeadersMiddleware:
    """Stands outside whoever opens sessions: what they answer passes here last.

    A page shown to somebody, or on which a session was read to know who it is, is kept neither by the browser of a shared computer nor by
    anything on the way; a page that says itself how long it may be kept is left as it is.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        if "Cache-Control" not in response.headers and _is_somebodys(request, response):
            response.headers["Cache-Control"] = KEPT_BY_NOBODY if request.method in ("GET", "HEAD") else KEPT_TO_GO_BACK
        return response


def _is_somebodys(request: HttpRequest, response: HttpResponseBase) -> bool:
    actor = getattr(request, "actor", None)
    return (actor is not None and actor.kind != "anonymous") or bool(response.cookies) or request.method not in ("GET", "HEAD")
