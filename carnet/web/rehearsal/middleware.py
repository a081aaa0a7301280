"""Which requests rehearse."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

START = "/rehearsal/"
# Real pages, that lead to the others.
REAL = (START, "/rehearsal/counter/", "/rehearsal/guide/")
ADDRESSES = "carnet.web.rehearsal.addresses"


class RehearsalMiddleware:
    """Stands before whatever looks at addresses: below the start, every name leads to a pretend page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.rehearses = request.path_info.startswith(START) and request.path_info not in REAL  # type: ignore[attr-defined]
        if request.rehearses:  # type: ignore[attr-defined]
            request.urlconf = ADDRESSES
        return self.get_response(request)
