"""An address that takes forms only, typed by hand or opened again from the browser's memory: a page that says so, with the way back."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import Resolver404, resolve

# These speak to programs, in their own words.
PROGRAMS = ("/api/", "/sms/", "/openid/")


class WrongWayMiddleware:
    """Gives every 405 that a person would read its page. Nothing was done: the status and the methods allowed stay as they were."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.get_response(request)
        if (
            answer.status_code != HTTPStatus.METHOD_NOT_ALLOWED
            or request.path_info.startswith(PROGRAMS)
            or not request.accepts("text/html")
        ):
            return answer
        page = render(request, "405.html", {"back": way_back(request.path_info)}, status=answer.status_code)
        page["Allow"] = answer.get("Allow", "")
        page["Cache-Control"] = "no-store"
        return page


def way_back(path: str) -> str:
    """The nearest page above an address; the home page when there is none."""
    parts = path.strip("/").split("/")
    for length in range(len(parts) - 1, 0, -1):
        above = "/" + "/".join(parts[:length]) + "/"
        try:
            resolve(above)
        except Resolver404:
            continue
        return above
    return "/"
