"""Two timers, and two people who confirm the same step at the same instant: it is played once. The control takes the lock away."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from unittest import mock

import pytest
from django.db import DatabaseError, connection

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.periods import legal_day, start_of_day
from carnet.ledger import queries as ledger
from carnet.notices.models import Notice
from carnet.settlement.models import Expiry, ExpiryStep
from carnet.settlement.operations import expiry
from carnet.settlement.operations.expiry import _confirming
from carnet.settlement.rules.expiry import ExpiryStep as Step
from carnet.settlement.rules.expiry import StepDone
from tests.factories.campaign import rid
from tests.settlement.conftest import make_payday
from tests.settlement.test_expiry import Ending

pytestmark = pytest.mark.slow


def at_once(act: Callable[[int], Any]) -> list[Any]:
    """The same act by two at once: what each was answered."""
    start = Barrier(2)

    def one(rank: int) -> Any:
        start.wait()
        try:
            return act(rank)
        except (StepDone, DatabaseError) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        return [future.result() for future in [both.submit(one, rank) for rank in (0, 1)]]


def letters(kind: str) -> int:
    with acting_as_everything(why="count"):
        return Notice.objects.filter(kind=kind).count()


def confirming(ending: Ending, at: Any) -> Callable[[int], Any]:
    expiry_id = ending.id

    def confirm(rank: int) -> None:
        actor = ending.payday.staff(620 + rank, "OPERATOR_ADMIN", at=at)
        with acting_as(actor):
            expiry.confirm_step(expiry_id=expiry_id, step=Step.ALERT, actor=actor, request_id=rid(), at=at)

    return confirm


def test_a_step_is_called_for_once_and_played_once(committed_database: str) -> None:
    ending = Ending(make_payday())
    with acting_as_everything(why="its first day"):
        row = ledger.series(ending.campaign.series_id)
    at = start_of_day(legal_day(row.printed_until) - timedelta(days=31)) + timedelta(hours=8)
    assert sorted(at_once(lambda _rank: ending.call(at))) == [0, 1]
    with acting_as_everything(why="count"):
        assert (Expiry.objects.count(), ExpiryStep.objects.count()) == (1, len(Step))
    assert letters("settlement.expiry-due") == 1

    answers = at_once(confirming(ending, at))
    assert [type(each) for each in answers if each is not None] == [StepDone]
    assert letters("settlement.expiry-alert") == 2  # one a funder


def test_the_control_without_the_lock_both_begin_and_only_the_database_refuses(committed_database: str) -> None:
    ending = Ending(make_payday())
    with acting_as_everything(why="its first day"):
        row = ledger.series(ending.campaign.series_id)
    at = start_of_day(legal_day(row.printed_until) - timedelta(days=31)) + timedelta(hours=8)
    ending.call(at)
    played, meet = _confirming._play, Barrier(2)

    def together(*given: Any) -> Any:
        meet.wait(timeout=20)  # both have been told that it is their turn
        return played(*given)

    with (
        mock.patch("carnet.settlement.access.lock_programme", return_value=None),
        mock.patch.object(_confirming, "_play", together),
    ):
        answers = at_once(confirming(ending, at))
    (refused,) = [each for each in answers if each is not None]
    assert isinstance(refused, DatabaseError)
    assert "what was confirmed stays" in str(refused)
