"""The link of a file, kept in this browser for a working day: in no address after the first, in no row of the database."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from carnet.places import queries
from carnet.places.queries import JoiningFileView
from carnet.places.rules.joining import JoiningFileUnknown
from carnet.web import clock
from carnet.web.public.links import FileLink

LINK = FileLink("joining", "/rejoindre/")

FileView = Callable[..., HttpResponseBase]


def with_file(view: FileView) -> FileView:
    """Give a page its file (`request.file`) and its link (`request.secret`); without one, the page that asks for it."""

    @never_cache
    @wraps(view)
    def opened(request: HttpRequest, *arguments: object, **named: object) -> HttpResponseBase:
        secret = LINK.secret_of(request)
        if not secret:
            return redirect("public:joining")
        try:
            request.file = queries.joining_file_of_link(secret, at=clock.now())  # type: ignore[attr-defined]
        except JoiningFileUnknown:
            return LINK.forget(render(request, "public/joining/gone.html", {"networks": queries.networks(at=clock.now())}, status=404))
        request.secret = secret  # type: ignore[attr-defined]
        return view(request, *arguments, **named)

    return opened


def file_of(request: HttpRequest) -> JoiningFileView:
    """The file of this page, as it is now."""
    found: JoiningFileView = request.file  # type: ignore[attr-defined]
    return found


def reloaded(request: HttpRequest) -> JoiningFileView:
    """The same, after something was written."""
    request.file = queries.joining_file_of_link(link_of(request), at=clock.now())  # type: ignore[attr-defined]
    return file_of(request)


def link_of(request: HttpRequest) -> str:
    """The link of this page's file."""
    found: str = request.secret  # type: ignore[attr-defined]
    return found
