"""The file of this page, by the link kept in this browser."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from carnet.places import queries
from carnet.places.rules.joining import JoiningFileUnknown
from carnet.web import clock
from carnet.web.public.links import FileLink, LinkedPages

LINK = FileLink("joining", "/rejoindre/")


def gone(request: HttpRequest) -> HttpResponse:
    """The page of a link that opens nothing."""
    return render(request, "public/joining/gone.html", {"networks": queries.networks(at=clock.now())}, status=404)


_PAGES = LinkedPages(
    LINK, find=lambda secret, at: queries.joining_file_of_link(secret, at=at), unknown=JoiningFileUnknown, start="public:joining", gone=gone
)
with_file, file_of, reloaded, link_of = _PAGES.with_file, _PAGES.file_of, _PAGES.reloaded, _PAGES.link_of
