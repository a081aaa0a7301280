"""What every page with the till shares: the form that takes a code, the place, the services it is paid for, and the reader of codes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponseBase

from carnet.funding import queries as funding
from carnet.places import queries as places
from carnet.places.queries import PlaceSummary
from carnet.redemption import queries as redemption
from carnet.web import clock, packages
from carnet.web.design.screens import actor_of
from carnet.web.place import counter
from carnet.web.place.forms import CodeForm

CHANNEL = "SCREEN"
View = Callable[..., HttpResponseBase]


def reads_codes(view: View) -> View:
    """A page that may run the self-hosted reader: WebAssembly is allowed there, and nowhere else."""
    allowed: View = csp_update({"script-src": ["'wasm-unsafe-eval'"]})(view)
    return allowed


def context(request: HttpRequest, *, initial: dict[str, Any] | None = None) -> dict[str, Any]:
    """The till of a page: its form, empty or holding a code to be mended."""
    own = counter.own_places(request, counter.organisation_of(actor_of(request)), clock.now())
    form = CodeForm(places=own, current=place_kept(request, own), initial=initial)
    return {"form": form, "has_places": bool(own), "refused": None, "reader": packages.reader()}


def place_kept(request: HttpRequest, own: Sequence[PlaceSummary]) -> int | None:
    """The place this counter used last, while it is still one of its own."""
    kept = request.session.get("place_id")
    return kept if kept in {place.place_id for place in own} else None


def services(place_id: int, programme_id: int) -> list[str]:
    """What this place is paid for under this programme: what it accepts, and the programme pays."""
    paid = funding.rules_for_redemption(programme_id).service_codes
    accepted = places.accepted(place_id, at=clock.now())
    return [code for each in accepted if each.programme_id == programme_id for code in each.service_codes if code in paid]


def costs(programme_id: int) -> Mapping[str, int]:
    """The services of a programme that cost several vouchers, and how many."""
    return funding.rules_for_redemption(programme_id).service_voucher_counts


def latest_service(request: HttpRequest, organisation_id: int, place_id: int) -> str:
    """The service chosen last at this counter, else the last one taken at this place: so that the third touch accepts."""
    kept: str = request.session.get("service", "")
    if kept:
        return kept
    lines = redemption.redemptions_of(organisation_id=organisation_id, place_id=place_id, limit=1)
    return lines[0].service if lines else ""
