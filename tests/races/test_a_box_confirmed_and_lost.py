"""A desk confirms a box at the instant its operator says that it was stolen: one is done, the other refused, and no stolen booklet is in stock."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.db import connections

from carnet.distribution.queries import custody as story
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.issuing import operations
from carnet.issuing.access import parcels as access
from carnet.issuing.models import Shipment
from carnet.issuing.operations import parcels
from carnet.issuing.queries import parcels as boxes
from carnet.issuing.queries.parcels import ParcelView
from carnet.issuing.rules.parcels import Outcome, ParcelState
from carnet.kernel.refusals import Refusal
from carnet.ledger import queries as ledger
from tests.commands import carnet
from tests.issuing.conftest import Cast, gather
from tests.races.test_two_hands_on_the_same_money import Act, first_then

pytestmark = pytest.mark.slow


@dataclass
class Box:
    """A box on its way, and the two acts on it."""

    cast: Cast
    sent: ParcelView

    def confirm(self) -> Any:
        cast, whole = self.cast, self.sent.whole
        with acting_as(cast.prescriber):
            return parcels.receive_parcel(
                parcel_id=self.sent.id, first_serial=whole.first_serial, last_serial=whole.last_serial, **cast.by(cast.prescriber)
            )

    def steal(self) -> Any:
        with acting_as(self.cast.agent):
            return parcels.settle_parcel(parcel_id=self.sent.id, outcome=Outcome.STOLEN, **self.cast.by(self.cast.agent))

    def state(self) -> ParcelState:
        with acting_as_everything(why="look"):
            return boxes.parcel(self.sent.id).state

    def nothing_is_wrong(self) -> None:
        with acting_as_everything(why="verify"):
            assert [*ledger.verify(), *story.verify()] == []


@pytest.fixture
def box(committed_database: str, settings: Any, tmp_path: Path) -> Iterator[Box]:
    settings.KEYS_DIR, settings.VAR_DIR, settings.BASE_URL = tmp_path / "keys", tmp_path, "https://carnet.exemple.fr"
    cast = gather()
    with acting_as(cast.agent):
        order_id = cast.printed(booklet_count=4)
        parcels.ship_many(order_id=order_id, shares=[(cast.prescriber_id, 4)], **cast.by(cast.agent))
        (sent,) = boxes.parcels_of_order(order_id)
    yield Box(cast, sent)
    connections["default"].close()


def both(box: Box, first: Act, second: Act, database: str) -> tuple[Any, Any]:
    return first_then(second, first, database=database)


def test_confirmed_first_it_is_not_stolen(box: Box, committed_database: str) -> None:
    came, refused = both(box, box.confirm, box.steal, committed_database)
    assert (came, refused.code) == (4, "not-missing")
    assert box.state() is ParcelState.RECEIVED
    box.nothing_is_wrong()


def test_stolen_first_it_is_not_confirmed(box: Box, committed_database: str) -> None:
    ended, refused = both(box, box.steal, box.confirm, committed_database)
    assert (ended, refused.code) == (4, "parcel-not-now")
    assert box.state() is ParcelState.SETTLED
    box.nothing_is_wrong()
    with acting_as_everything(why="count"):
        assert ledger.counts(holder_id=box.cast.prescriber_id).in_stock == 0
    told = carnet("orders", "custody", str(box.sent.order_id), "--json")
    assert (told.returncode, json.loads(told.stdout)["complete"], json.loads(told.stdout)["counts"]) == (0, True, {"ENDED": 4})
    assert carnet("orders", "custody", "999999").returncode == 1
    assert json.loads(carnet("ledger", "verify", "--json").stdout)["verified"]


def test_the_last_two_boxes_of_a_shipment_counted_at_once_close_it(box: Box, committed_database: str) -> None:
    """Each would see the other still open: the shipment would be reminded of for ever."""
    cast = box.cast
    with acting_as(cast.agent):
        order_id = cast.printed(booklet_count=4)
        (shipment_id,) = parcels.ship_many(order_id=order_id, shares=[(cast.prescriber_id, 4)], per_box=2, **cast.by(cast.agent))
        first, second = (Box(cast, each) for each in boxes.parcels_of_order(order_id))
    assert first_then(second.confirm, first.confirm, database=committed_database) == (2, 2)
    with acting_as_everything(why="look"):
        assert Shipment.objects.get(id=shipment_id).received_at is not None


def test_all_confirmed_and_one_box_confirmed_at_once_do_not_wait_for_each_other(box: Box, committed_database: str) -> None:
    def all_of_it() -> Any:
        cast = box.cast
        with acting_as(cast.prescriber):
            return operations.receive_shipment(shipment_id=box.sent.shipment_id, **cast.by(cast.prescriber))

    assert first_then(all_of_it, box.confirm, database=committed_database) == (4, 4)
    box.nothing_is_wrong()


def test_the_control_without_the_lock_the_later_one_is_told_too_late(box: Box, committed_database: str) -> None:
    """Without the box's own lock, only the ledger's rows still hold: it refuses in words that say nothing of the box."""
    locked = access.parcel

    def unlocked(parcel_id: int, *, lock: bool = False) -> Any:
        return locked(parcel_id)

    with mock.patch.object(access, "parcel", unlocked):
        ended, refused = both(box, box.steal, box.confirm, committed_database)
    assert isinstance(refused, Refusal)
    assert (ended, refused.code) == (4, "not-holder")
