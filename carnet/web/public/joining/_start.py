"""The way in: which networks take places, what each asks, a file opened by an e-mail address, a link asked for again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from carnet.funding.rules import ProgrammeUnknown
from carnet.places import operations, queries
from carnet.places.rules.joining import JoiningClosed
from carnet.settlement import queries as settlement
from carnet.web import clock
from carnet.web.public.applications import StartPages
from carnet.web.public.joining._pages import KIND
from carnet.web.statements.fee_invoice import stated_words


def _asked(found: Any, at: datetime) -> Mapping[str, Any]:
    return {
        "terms": found.published.terms,
        "published_at": found.published.published_at,
        "versions": queries.terms_versions(found.programme.id),
        "fees": stated_words(settlement.fees_stated(programme_id=found.programme.id, at=at)),
    }


START = StartPages(
    KIND,
    network=queries.network,
    closed=(ProgrammeUnknown, JoiningClosed),
    context=_asked,
    about=lambda found: {"programme_id": found.programme.id},
)


def networks(request: HttpRequest) -> HttpResponse:
    """Why join, how it goes, and the networks open to places."""
    context = {"networks": queries.networks(at=clock.now()), "has_file": bool(KIND.pages.link.secret_of(request))}
    return render(request, "public/joining/networks.html", context)


def network(request: HttpRequest, slug: str) -> HttpResponseBase:
    """One network: its criteria, its charter, its delays; and the way to begin."""

    def begin(**given: Any) -> list[str]:
        opened = operations.open_joining_file(**given)
        return [opened.secret] if opened.secret else []

    return START.by_letter(request, slug, begin, "network")


def link(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A link asked for again. The answer is the same whether the address has a file or not."""
    return START.by_letter(request, slug, operations.send_joining_link_again, "link")


@never_cache
def open_link(request: HttpRequest, secret: str) -> HttpResponse:
    """The letter's link: kept in this browser, then out of the address."""
    return START.open_link(request, secret)


def leave(request: HttpRequest) -> HttpResponse:
    """Leave the file on this computer; it stays as it is."""
    return START.leave(request)
