"""A demonstration's people far from any place: a desk an hour from Nantes that handed booklets over, and the first weekly look that says so."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

from carnet.distribution import operations as distribution
from carnet.distribution.rules import HandOverItem
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.ledger import operations as ledger
from carnet.ledger import queries as stock
from carnet.parties import operations as parties
from carnet.parties.rules import OrganisationKind
from carnet.planning.operations.gaps import look_at_gaps
from carnet.scenarios.play import Played

# A sub-prefecture of the département that helps to pay, and no place there takes the vouchers.
DESK, POSTCODE, CITY = "France Services Châteaubriant", "44110", "Châteaubriant"
BOOKLETS, PEOPLE = 20, 17
BEFORE = timedelta(days=12)


def look_far(current: Played, *, at: datetime) -> int:
    """Open the desk when the depot can spare its booklets, look at the open season; return how many people are far."""
    booklets = _spare(current, at)
    if booklets:
        _hand_over_far(current, booklets, at)
    with acting_as(programme_ids=[current.programme_id]):
        return look_at_gaps(programme_id=current.programme_id, at=at)


def _spare(current: Played, at: datetime) -> tuple[int, int] | None:
    """The last booklets of the depot, in a row; None when it has hardly any."""
    operator_id = current.cast.operator_id
    with acting_as(programme_ids=[current.programme_id]):
        held = stock.stock_ids(holder_id=operator_id, programme_id=current.programme_id, to_give_at=at, whole_only=True)
    last = held[-BOOKLETS:]
    is_in_a_row = len(last) == BOOKLETS and last[-1] - last[0] == BOOKLETS - 1
    return (last[0], last[-1]) if is_in_a_row and len(held) >= 2 * BOOKLETS else None


def _hand_over_far(current: Played, booklets: tuple[int, int], at: datetime) -> None:
    operator_id, given_at = current.cast.operator_id, at - BEFORE
    system = Actor.system("demonstration", programme_ids={current.programme_id}, organisation_ids={operator_id})
    with acting_as(system):
        desk_id = parties.create_organisation(
            name=DESK, kinds=[OrganisationKind.PRESCRIBER], is_simulated=True, street="4 place Charles de Gaulle", postcode=POSTCODE, city=CITY,
            registered_by=operator_id, actor=system, request_id=uuid4(), at=given_at,
        )  # fmt: skip
        distribution.join_programme(
            programme_id=current.programme_id, organisation_id=desk_id, actor=system, request_id=uuid4(), at=given_at
        )
        ledger.ship_booklets(
            series_id=current.series_id, first_booklet_id=booklets[0], last_booklet_id=booklets[1], from_holder_id=operator_id,
            to_holder_id=desk_id, actor=system, request_id=uuid4(), at=given_at,
        )  # fmt: skip
    desk = replace(Actor.system("demonstration", organisation_ids={desk_id}), organisation_id=desk_id)
    with acting_as(desk):
        ledger.receive_booklets(
            series_id=current.series_id, first_booklet_id=booklets[0], last_booklet_id=booklets[1], to_holder_id=desk_id, actor=desk,
            request_id=uuid4(), at=given_at,
        )  # fmt: skip
        for booklet_id in range(booklets[0], booklets[0] + PEOPLE):
            item = HandOverItem(uuid4(), current.series_id, booklet_id, booklet_id)
            distribution.hand_over(item=item, actor=desk, at=given_at + timedelta(hours=2))
