"""Where an offer is declared: at a place's own counter, or at an operator's office."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from carnet.places import queries
from carnet.places.queries import PlaceSummary
from carnet.places.rules import PlaceNotYours
from carnet.web import clock
from carnet.web.design.screens import actor_of


@dataclass(frozen=True, slots=True)
class Desk:
    """`base` is the page its screens stand in, `routes` the names of its routes, `prefix` the beginning of their addresses."""

    base: str
    routes: str
    prefix: str
    keeps_all: bool

    def url(self, name: str, *args: int) -> str:
        """The address of one of its screens."""
        return reverse(f"{self.routes}:{name}", args=args)

    def place(self, request: HttpRequest, place_id: int) -> PlaceSummary:
        """The place a screen is about; at a place's counter, one of its own organisation. Raises: PlaceUnknown, PlaceNotYours."""
        found = queries.place_card(place_id, at=clock.now()).summary
        if not self.keeps_all and (found.operator_id is None or found.operator_id != actor_of(request).organisation_id):
            raise PlaceNotYours(place_id=place_id, name=found.name)
        return found


PLACE = Desk("place/counter.html", "place", "directory", keeps_all=False)
OPERATOR = Desk("operator/office.html", "operator", "places", keeps_all=True)
