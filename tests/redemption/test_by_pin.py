"""Spending by PIN: counted in the day, given back when refused, and nobody else pays for it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.parties.models import PinDay
from carnet.parties.rules import DailyLimitReached, StationLimits
from carnet.redemption import operations
from carnet.redemption.operations import Asked, Item
from carnet.redemption.queries import Redeemed
from tests.factories.campaign import LATER, Campaign, code_of_nobody
from tests.factories.stations import seated

pytestmark = pytest.mark.django_db


@pytest.fixture
def seat(ready: Campaign) -> Actor:
    return seated(ready.place_organisation_id, "MEDIATOR", LATER, StationLimits(person_daily=3, station_daily=3))


def spend(seat: Actor, ready: Campaign, *codes: str, together: bool = False, key: str = "") -> list[Redeemed | Refusal]:
    items = [Item(code, "mailbox", ready.place_id, key=f"{key}{rank}" if key else None) for rank, code in enumerate(codes)]
    with acting_as(seat):
        return operations.redeem_many(asked=[Asked(item, seat, "SCREEN") for item in items], at=LATER, together=together)


def counted() -> set[int]:
    with acting_as_everything(why="look"):
        return set(PinDay.objects.values_list("voucher_count", flat=True))


def test_a_day_has_its_number_and_what_is_refused_does_not_count(ready: Campaign, seat: Actor) -> None:
    first = spend(seat, ready, ready.code(0), code_of_nobody(), ready.code(1), key="morning ")
    assert [isinstance(each, Redeemed) for each in first] == [True, False, True]
    assert counted() == {2}
    again = spend(seat, ready, ready.code(0), key="morning ")  # the same request: its first answer, counted once
    assert isinstance(again[0], Redeemed)
    assert counted() == {2}
    assert {type(each) for each in spend(seat, ready, ready.code(2), ready.code(3))} == {DailyLimitReached}
    assert isinstance(spend(seat, ready, ready.code(2))[0], Redeemed)
    (refused,) = spend(seat, ready, ready.code(3))
    assert isinstance(refused, DailyLimitReached)
    assert refused.facts["left"] == 0
    assert counted() == {3}


def test_a_whole_lesson_is_taken_or_not(ready: Campaign, seat: Actor) -> None:
    answers = spend(seat, ready, *(ready.code(rank) for rank in range(4)), together=True)
    assert {type(each) for each in answers} == {DailyLimitReached}
    assert {isinstance(each, Redeemed) for each in spend(seat, ready, *(ready.code(rank) for rank in range(3)), together=True)} == {True}


def test_whoever_signed_in_fully_pays_no_statement_for_it(ready: Campaign) -> None:
    asked = [Asked(Item(ready.code(9), "mailbox", ready.place_id), ready.mediator, "SCREEN")]
    with acting_as(ready.mediator), CaptureQueriesContext(connection) as captured:
        operations.redeem_many(asked=asked, at=LATER)
    assert not [each for each in captured.captured_queries if "pinday" in each["sql"]]
