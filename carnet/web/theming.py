"""A page carries its programme: its name in the header, its colour where the server has checked that it reads well."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse

from carnet.funding import queries as funding
from carnet.funding.queries import ProgrammeFacts
from carnet.places.queries import PlaceSummary


def carry_only_one(request: HttpRequest, programmes: Collection[ProgrammeFacts], at: datetime) -> None:
    """When somebody has to do with one programme only, pages are that programme's: the one open now, if there is one."""
    current = [each for each in programmes if each.is_open_at(at)] or list(programmes)
    if len(current) == 1:
        carry(request, current[0])


def carry_of_places(request: HttpRequest, found: Iterable[PlaceSummary], at: datetime) -> None:
    """When all that these places accept is one programme's, pages are that programme's."""
    programme_ids = {acceptance.programme_id for place in found for acceptance in place.acceptances}
    carry_only_one(request, funding.programmes(programme_ids), at)


def carry(request: HttpRequest, programme: ProgrammeFacts) -> None:
    """Let the page's header and colours be the programme's."""
    request.site_name = programme.name  # type: ignore[attr-defined]
    colour = programme.terms.brand_colour
    if colour:
        # The colour is in the address, so that a browser keeps the sheet for ever and sees a change at once.
        request.theme_url = f"{reverse('public:theme', args=[programme.slug])}?{colour[1:]}"  # type: ignore[attr-defined]
