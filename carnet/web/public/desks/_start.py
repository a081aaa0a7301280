"""The way in: which programmes take desks, what each asks to sign, an application opened by an e-mail address, a link asked for again."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.cache import never_cache

from carnet.distribution import operations, queries
from carnet.distribution.rules.joining import TRAINING, DesksClosed
from carnet.funding.rules import ProgrammeUnknown
from carnet.web import clock
from carnet.web.desks import AGREEMENTS
from carnet.web.public.applications import StartPages
from carnet.web.public.desks._pages import KIND
from carnet.web.public.places import shown

START = StartPages(
    KIND,
    network=queries.desk_network,
    closed=(ProgrammeUnknown, DesksClosed),
    context=lambda found, _at: {"texts": [(text, *AGREEMENTS[text.kind]) for text in found.texts], "training": TRAINING},
    about=lambda found: {"slug": found.programme.slug},
)


def networks(request: HttpRequest) -> HttpResponse:
    """Why become a desk, how it goes, and the programmes that take desks."""
    context = {"networks": queries.desk_networks(at=clock.now()), "has_file": bool(KIND.pages.link.secret_of(request))}
    return shown(request, "public/desks/networks.html", context)


def network(request: HttpRequest, slug: str) -> HttpResponseBase:
    """One programme: what a desk does, its agreements word for word, its training; and the way to begin."""

    def begin(**given: Any) -> list[str]:
        opened = operations.open_desk_file(**given)
        return [opened.secret] if opened.secret else []

    return START.by_letter(request, slug, begin, "network")


def link(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A link asked for again. The answer is the same whether the address has an application or not."""
    return START.by_letter(request, slug, operations.send_desk_link_again, "link")


@never_cache
def open_link(request: HttpRequest, secret: str) -> HttpResponse:
    """The letter's link: kept in this browser, then out of the address."""
    return START.open_link(request, secret)


def leave(request: HttpRequest) -> HttpResponse:
    """Leave the application on this computer; it stays as it is."""
    return START.leave(request)
