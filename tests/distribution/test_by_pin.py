"""Handing over by PIN: counted in the day where it is done, whatever the door, and nothing of what passes the limit is given."""

import pytest

from carnet.distribution import operations
from carnet.distribution.rules import FoundBy
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.ledger.rules import EndReason
from carnet.parties.models import PinDay
from carnet.parties.rules import DailyLimitReached, FullSignInNeeded, StationLimits
from tests.distribution.conftest import Desks
from tests.factories.campaign import rid
from tests.factories.stations import seated

pytestmark = pytest.mark.django_db


def test_the_vouchers_of_a_day_by_pin_are_counted_and_limited(desks: Desks) -> None:
    size = desks.series.booklet_size
    seat = seated(desks.desk_id, "PRESCRIBER", desks.at, StationLimits(person_daily=2 * size, station_daily=2 * size))
    first = desks.booklet(0)
    with acting_as(seat):
        given = operations.hand_over(item=first, actor=seat, at=desks.at)
        assert operations.hand_over(item=first, actor=seat, at=desks.at) == given  # asked again: given once, counted once
        with pytest.raises(DailyLimitReached) as refused:
            operations.hand_over_many(items=[desks.booklet(1), desks.booklet(2)], actor=seat, request_id=rid(), at=desks.at)
        assert refused.value.facts["left"] == size
        whole = desks.series.first_booklet_id
        with pytest.raises(DailyLimitReached):  # nor by the way of the paper
            operations.take_out_range(
                series_id=desks.series.id, first_booklet_id=whole + 1, last_booklet_id=whole + 3, actor=seat, request_id=rid(), at=desks.at
            )
        assert operations.hand_over(item=desks.booklet(1), actor=seat, at=desks.at).voucher_count == size
    with acting_as(desks.prescriber):  # fully signed in, the same desk goes on
        assert operations.hand_over(item=desks.booklet(2), actor=desks.prescriber, at=desks.at).voucher_count == size
    with acting_as_everything(why="look"):
        assert set(PinDay.objects.values_list("voucher_count", flat=True)) == {2 * size}


def test_a_pin_replaces_no_booklet(desks: Desks) -> None:
    seat, first = seated(desks.desk_id, "PRESCRIBER", desks.at), desks.series.first_booklet_id
    with acting_as(seat), pytest.raises(FullSignInNeeded):
        operations.open_replacement(
            hand_over_id=1, booklet_id=first, reason=EndReason.LOST, found_by=FoundBy.NUMBER, actor=seat, request_id=rid(), at=desks.at
        )
