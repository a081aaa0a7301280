"""A demonstration's stock: a desk that sleeps, one that asks for booklets, a parcel on its way to the desk that visitors try."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

from carnet.distribution import operations, queries
from carnet.distribution.rules import PARCEL_MIN, RequestReason
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.scenarios.play import Played

ASKED = 12
WANTED_IN = timedelta(days=9)


def stir_stock(current: Played, *, at: datetime) -> None:
    """Ask, move and look at the week through the same operations as the screens."""
    operator = replace(_acting_for(current.cast.operator_id), programme_ids=frozenset({current.programme_id}))
    with acting_as(operator):
        views = queries.points(current.programme_id, at=at)
    tried = current.cast.desk_ids[0]
    sleepers = [view for view in views if view.is_asleep and view.point.at_hand > 2 * PARCEL_MIN]
    others = [
        view
        for view in views
        if view.point.hands_over and not view.is_asleep and view.point.organisation_id not in (tried, current.cast.operator_id)
    ]
    if sleepers:
        _send(current, operator, sleepers[0].point.organisation_id, tried, at)
    if others:
        _ask(current, min(others, key=lambda view: (view.point.at_hand, view.point.organisation_id)).point.organisation_id, at)
    with acting_as(operator):
        operations.tell_stock(programme_id=current.programme_id, at=at)


def _send(current: Played, operator: Actor, giver_id: int, receiver_id: int, at: datetime) -> None:
    """The operator asked yesterday, the giver sent this morning; whoever tries the desk counts them."""
    with acting_as(operator):
        move_id = operations.ask_move(
            programme_id=current.programme_id, from_organisation_id=giver_id, to_organisation_id=receiver_id, booklet_count=PARCEL_MIN,
            actor=operator, request_id=uuid4(), at=at - timedelta(days=1),
        )  # fmt: skip
    giver = _acting_for(giver_id)
    with acting_as(giver):
        operations.send_move(move_id=move_id, actor=giver, request_id=uuid4(), at=at - timedelta(hours=2))


def _ask(current: Played, desk_id: int, at: datetime) -> None:
    desk = _acting_for(desk_id)
    with acting_as(desk):
        operations.ask_for_stock(
            programme_id=current.programme_id, booklet_count=ASKED, wanted_on=legal_day(at + WANTED_IN), reason=RequestReason.EVENT,
            actor=desk, request_id=uuid4(), at=at - timedelta(days=2),
        )  # fmt: skip


def _acting_for(organisation_id: int) -> Actor:
    return replace(Actor.system("demonstration", organisation_ids={organisation_id}), organisation_id=organisation_id)
