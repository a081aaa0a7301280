"""Counters at the same instant on services of three vouchers that overlap: each is taken whole by one of them, or by nobody."""

from dataclasses import replace

import pytest

from carnet.funding import operations as funding
from carnet.funding import queries as funding_queries
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.refusals import Refusal
from carnet.redemption import operations, queries
from carnet.redemption.access import forget_place_keys
from carnet.redemption.operations import Item
from tests.factories.campaign import LATER, NOW, SYSTEM, Campaign, rid
from tests.races.conftest import faults, hammer, redeemed_count

pytestmark = pytest.mark.slow
COST = 3


@pytest.fixture
def dear(ready: Campaign) -> Campaign:
    with acting_as_everything(why="say what a service costs"):
        terms = funding_queries.programme(ready.programme_id).terms
        costed = replace(terms, service_voucher_counts={"printer": COST})
        funding.change_programme(programme_id=ready.programme_id, terms=costed, actor=SYSTEM, request_id=rid(), at=NOW)
    forget_place_keys()
    return ready


def test_one_service_wins_whole_and_the_other_has_nothing(dear: Campaign) -> None:
    whole: list[tuple[int, ...]] = []

    def attempt(number: int, rank: int) -> bool:
        ranks = tuple((rank + step * (1 + number % 2)) % 12 for step in range(COST))  # overlapping, in different orders
        try:
            with acting_as(dear.mediator):
                taken = operations.redeem_service(
                    codes=[dear.code(each) for each in ranks],
                    item=Item(code="", service="printer", place_id=dear.place_id),
                    actor=dear.mediator,
                    channel="SCREEN",
                    request_id=rid(),
                    at=LATER,
                )
        except Refusal:
            return False
        assert len(taken) == COST
        whole.append(ranks)
        return False

    assert hammer(attempt, threads=8, vouchers=12).errors == []
    spent = [each for ranks in whole for each in ranks]
    assert len(spent) == len(set(spent)) == redeemed_count(dear) and whole
    with acting_as_everything(why="count services"):
        assert queries.services_given(programme_id=dear.programme_id) == {"printer": len(whole)}
    assert faults() == []
