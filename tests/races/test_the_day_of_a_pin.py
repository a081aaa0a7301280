"""Twelve connections spend with one PIN at the same instant: the day's limit is never passed, and what was refused was not counted."""

import pytest

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.parties.models import PinDay
from carnet.parties.rules import DailyLimitReached, StationLimits
from carnet.redemption import operations
from carnet.redemption.operations import Asked, Item
from carnet.redemption.queries import Redeemed
from carnet.redemption.rules import VoucherAlreadyRedeemed
from tests.factories.campaign import LATER, Campaign
from tests.factories.stations import seated
from tests.races.conftest import faults, hammer, redeemed_count

pytestmark = pytest.mark.slow
LIMIT, CONNECTIONS, VOUCHERS = 10, 6, 24


def test_the_limit_of_a_day_is_never_passed(ready: Campaign) -> None:
    seat = seated(ready.place_organisation_id, "MEDIATOR", LATER, StationLimits(person_daily=LIMIT, station_daily=LIMIT))

    def attempt(number: int, rank: int) -> bool:
        # Each connection its own voucher half of the time, the same one the other half.
        taken = (rank + number) % VOUCHERS if rank % 2 else rank
        with acting_as(seat):
            item = Item(code=ready.code(taken), service="mailbox", place_id=ready.place_id, key=f"{number}-{rank}")
            (answer,) = operations.redeem_many(asked=[Asked(item, seat, "SCREEN")], at=LATER)
        assert isinstance(answer, Redeemed | VoucherAlreadyRedeemed | DailyLimitReached), answer
        return isinstance(answer, Redeemed)

    assert hammer(attempt, threads=CONNECTIONS, vouchers=VOUCHERS).errors == []
    assert redeemed_count(ready) == LIMIT
    with acting_as_everything(why="look"):
        assert set(PinDay.objects.values_list("voucher_count", flat=True)) == {LIMIT}
    assert faults() == []
