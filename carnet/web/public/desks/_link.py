"""The application of this page, by the link kept in this browser."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from carnet.distribution import queries
from carnet.distribution.queries import DeskFileView
from carnet.distribution.rules.joining import DeskFileUnknown
from carnet.web import clock
from carnet.web.public.links import FileLink

LINK = FileLink("desk", "/devenir-guichet/")

FileView = Callable[..., HttpResponseBase]


def with_file(view: FileView) -> FileView:
    """Give a page its application (`request.file`) and its link (`request.secret`); without one, the page that asks for it."""

    @never_cache
    @wraps(view)
    def opened(request: HttpRequest, *arguments: object, **named: object) -> HttpResponseBase:
        secret = LINK.secret_of(request)
        if not secret:
            return redirect("public:desks")
        try:
            request.file = queries.desk_file_of_link(secret, at=clock.now())  # type: ignore[attr-defined]
        except DeskFileUnknown:
            return LINK.forget(gone(request))
        request.secret = secret  # type: ignore[attr-defined]
        return view(request, *arguments, **named)

    return opened


def gone(request: HttpRequest) -> HttpResponse:
    """The page of a link that opens nothing."""
    return render(request, "public/desks/gone.html", {"networks": queries.desk_networks(at=clock.now())}, status=404)


def file_of(request: HttpRequest) -> DeskFileView:
    """The application of this page, as it is now."""
    found: DeskFileView = request.file  # type: ignore[attr-defined]
    return found


def reloaded(request: HttpRequest) -> DeskFileView:
    """The same, after something was written."""
    request.file = queries.desk_file_of_link(link_of(request), at=clock.now())  # type: ignore[attr-defined]
    return file_of(request)


def link_of(request: HttpRequest) -> str:
    """The link of this page's application."""
    found: str = request.secret  # type: ignore[attr-defined]
    return found
