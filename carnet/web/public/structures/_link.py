"""The request of this page, by the number and the code kept in this browser."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from carnet.mandates.queries import habilitation as queries
from carnet.mandates.rules.habilitation import StructureFileUnknown
from carnet.web import clock
from carnet.web.public.links import FileLink, LinkedPages

LINK = FileLink("structure", "/devenir-structure/")


def gone(request: HttpRequest) -> HttpResponse:
    """The page of a link that opens nothing."""
    return render(request, "public/structures/gone.html", {"networks": queries.structure_networks(at=clock.now())}, status=404)


_PAGES = LinkedPages(
    LINK, find=lambda key, at: queries.structure_file_of_key(key, at=at), unknown=StructureFileUnknown, start="public:structures", gone=gone
)
with_file, file_of, reloaded, link_of = _PAGES.with_file, _PAGES.file_of, _PAGES.reloaded, _PAGES.link_of
