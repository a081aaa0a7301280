"""Vouchers exchanged: once, with their money, never after it went back to the funders."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction

from carnet.gateways.database import acting_as_everything
from carnet.kernel.refusals import Refusal
from carnet.ledger import operations, queries
from carnet.ledger.models import Passage
from carnet.ledger.rules import AlreadyExchanged, EndReason, Money, NothingToExchange, ValueReturned
from tests.factories.campaign import NOW, SYSTEM, Campaign, campaign, rid

LONG_AFTER = datetime.fromisoformat("2029-01-10T09:00:00+00:00")


def _lapsed(*, handed_over: bool = True) -> Campaign:
    with acting_as_everything(why="prepare"):
        ready = campaign(handed_over=handed_over)
        operations.lapse_series(series_id=ready.series_id, actor=SYSTEM, request_id=rid(), at=LONG_AFTER)
    return ready


def _first(ready: Campaign, count: int = 2) -> list[int]:
    with acting_as_everything(why="look"):
        first = queries.series(ready.series_id).first_voucher_id
    return list(range(first, first + count))


def _exchange(ready: Campaign, ids: list[int], request_id=None, at=LONG_AFTER) -> int:
    with acting_as_everything(why="exchange"):
        return operations.exchange_vouchers(
            series_id=ready.series_id, voucher_ids=ids, holder_id=ready.prescriber_id, actor=SYSTEM, request_id=request_id or rid(), at=at
        )  # fmt: skip


def _return(ready: Campaign) -> dict[int, int]:
    with acting_as_everything(why="return"):
        return operations.return_circulation(series_id=ready.series_id, actor=SYSTEM, request_id=rid(), at=LONG_AFTER)


@pytest.mark.django_db
class TestExchanging:
    def test_the_value_is_free_again_funder_by_funder_and_the_ledger_holds(self):
        ready, request = _lapsed(), rid()
        ids = _first(ready)
        assert _exchange(ready, ids, request) == _exchange(ready, ids, request) == 20_00
        with acting_as_everything(why="look"):
            table = queries.money(agreement_id=ready.agreement_id)
            assert table.total == Money(200_00, 20_00, 180_00, 0, 0, 0)
            assert [each.unissued for each in table.by_funder.values()] == [10_00, 10_00]
            assert queries.money(series_id=ready.series_id).total == Money(180_00, 0, 180_00, 0, 0, 0)
            assert queries.verify() == []
        assert sum(_return(ready).values()) == 180_00

    def test_never_twice(self):
        ready = _lapsed()
        _exchange(ready, _first(ready))
        with pytest.raises(AlreadyExchanged):
            _exchange(ready, _first(ready, 3))
        with acting_as_everything(why="go around the check"), pytest.raises(IntegrityError), transaction.atomic():
            row = Passage.objects.filter(kind="EXCHANGED").first()
            row.pk, row.request_id = None, rid()
            row.save(force_insert=True)

    def test_not_once_the_money_went_back(self):
        ready = _lapsed()
        _return(ready)
        with pytest.raises(ValueReturned):
            _exchange(ready, _first(ready))

    def test_not_what_was_never_handed_over_nor_what_may_still_be_spent(self):
        with pytest.raises(NothingToExchange):
            ready = _lapsed(handed_over=False)
            _exchange(ready, _first(ready))
        with acting_as_everything(why="prepare"):
            alive = campaign()
        with pytest.raises(NothingToExchange):
            _exchange(alive, _first(alive), at=NOW + timedelta(days=1))

    def test_a_blocked_booklet_is(self):
        with acting_as_everything(why="prepare"):
            ready = campaign()
            first = queries.series(ready.series_id).first_booklet_id
            operations.end_booklets(
                series_id=ready.series_id, first_booklet_id=first, last_booklet_id=first, reason=EndReason.LOST, actor=SYSTEM,
                request_id=rid(), at=LONG_AFTER - timedelta(days=400),
            )  # fmt: skip
        assert _exchange(ready, _first(ready, 5)) == 50_00
        with acting_as_everything(why="verify"):
            assert queries.verify() == []


def _both(*acts) -> list:
    """Each act on a connection of its own, at the same instant: what it gave, or how it was refused."""
    start = Barrier(len(acts))

    def one(act):
        start.wait()
        try:
            return act()
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as people:
        return [future.result() for future in [people.submit(one, act) for act in acts]]


@pytest.mark.slow
class TestAtTheSameInstant:
    def test_exchanged_once_or_returned_never_both(self, committed_database: str):
        twice = _lapsed()
        answers = _both(lambda: _exchange(twice, _first(twice)), lambda: _exchange(twice, _first(twice)))
        assert sorted(type(each).__name__ for each in answers) == ["AlreadyExchanged", "int"]

        raced = _lapsed()
        freed, returned = _both(lambda: _exchange(raced, _first(raced)), lambda: _return(raced))
        kept = 0 if isinstance(freed, ValueReturned) else freed
        assert kept + sum(returned.values()) == 200_00
        with acting_as_everything(why="verify"):
            assert queries.verify() == []
            assert queries.money(agreement_id=raced.agreement_id).total == Money(200_00, kept, 0, 0, 0, 200_00 - kept)

    def test_without_the_lock_the_control_breaks(self, committed_database: str, monkeypatch: pytest.MonkeyPatch):
        """Negative control: with the agreement's lock and the last check taken away, the money leaves twice, and verification says so."""
        from carnet.ledger.operations import _exchanging

        monkeypatch.setattr(_exchanging, "_lock_agreement", lambda agreement_id: None)
        monkeypatch.setattr(_exchanging, "_check_money_there", lambda series, shares: None)
        ready = _lapsed()
        _return(ready)
        _exchange(ready, _first(ready))
        with acting_as_everything(why="verify"):
            assert "4 funded" in {fault.invariant for fault in queries.verify()} | {
                "4 funded" for fault in queries.verify() if "below zero" in fault.what
            }
