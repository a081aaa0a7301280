"""The application of this page, by the link kept in this browser."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from carnet.distribution import queries
from carnet.distribution.rules.joining import DeskFileUnknown
from carnet.web import clock
from carnet.web.public.links import FileLink, LinkedPages

LINK = FileLink("desk", "/devenir-guichet/")


def gone(request: HttpRequest) -> HttpResponse:
    """The page of a link that opens nothing."""
    return render(request, "public/desks/gone.html", {"networks": queries.desk_networks(at=clock.now())}, status=404)


_PAGES = LinkedPages(
    LINK, find=lambda secret, at: queries.desk_file_of_link(secret, at=at), unknown=DeskFileUnknown, start="public:desks", gone=gone
)
with_file, file_of, reloaded, link_of = _PAGES.with_file, _PAGES.file_of, _PAGES.reloaded, _PAGES.link_of
