"""Booklets lost at a desk: what is unspent ends, what is spent stays, and only the desk that had them says so."""

from uuid import uuid4

import pytest
from django.db import connection

from carnet.distribution import operations
from carnet.distribution.rules import NotALoss, NotYourDesk
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.ledger import operations as ledger_writes
from carnet.ledger import queries as ledger
from carnet.ledger.rules import AlreadyLapsed, AlreadyVoid, BookletUnknown, EndReason, NotHolder, RangeReversed
from carnet.parties.rules import NotAllowed, Role
from tests.distribution.conftest import NOW, Desks, person


def lead(desks: Desks) -> Actor:
    return person(desks.desk_id, Role.PRESCRIBER_LEAD)


def lose(desks: Desks, first: int, last: int | None = None, **more: object) -> int:
    start = desks.series.first_booklet_id
    facts = {
        "series_id": desks.series.id, "first_booklet_id": start + first, "last_booklet_id": start + (first if last is None else last),
        "reason": EndReason.LOST, "actor": lead(desks), "request_id": uuid4(), "at": NOW,
    } | more  # fmt: skip
    return operations.declare_loss(**facts)  # type: ignore[arg-type]


def counts(desks: Desks) -> tuple[int, int, int]:
    with acting_as_everything(why="count"):
        assert ledger.verify() == []
        found = ledger.counts(series_id=desks.series.id)
    return found.in_stock, found.handed_over, found.void


def test_a_booklet_of_the_stock_and_one_handed_over_here_both_end(desks: Desks) -> None:
    with desks.as_desk():
        operations.hand_over(item=desks.booklet(1), actor=desks.prescriber, at=NOW)
        assert lose(desks, 0, 1, reason=EndReason.STOLEN) == 10
        with connection.cursor() as cursor:
            cursor.execute("SELECT facts FROM journal_line WHERE action = 'distribution.loss-declared'")
            assert '"STOLEN"' in str(cursor.fetchone()[0]).replace("'", '"')
    assert counts(desks) == (10, 0, 10)


def test_the_same_request_ends_once_and_another_says_it_is_done(desks: Desks) -> None:
    request_id = uuid4()
    with desks.as_desk():
        assert lose(desks, 2, request_id=request_id) == 5
        assert lose(desks, 2, request_id=request_id) == 0
        with pytest.raises(AlreadyVoid) as refused:
            lose(desks, 2)
        assert refused.value.facts == {"voided_at": NOW}
        # Of a range of two, only the one that stands ends now.
        assert lose(desks, 2, 3) == 5


def test_booklets_elsewhere_are_refused(desks: Desks) -> None:
    with acting_as(desks.stranger):
        with pytest.raises(BookletUnknown):
            ledger.vouchers_of_booklet(desks.series.first_booklet_id)
        with pytest.raises(NotHolder):
            lose(desks, 0, actor=person(desks.other_id, Role.PRESCRIBER_LEAD))
    with desks.as_desk(), pytest.raises(NotYourDesk):
        lose(desks, 0, organisation_id=desks.other_id)
    assert counts(desks) == (20, 0, 0)


def test_only_whoever_answers_for_the_desk_declares(desks: Desks) -> None:
    with desks.as_desk():
        for actor in (desks.prescriber, desks.mediator):
            with pytest.raises(NotAllowed):
                lose(desks, 0, actor=actor)
        with pytest.raises(NotALoss):
            lose(desks, 0, reason=EndReason.RECALLED)
        with pytest.raises(RangeReversed):
            lose(desks, 1, 0)


def test_a_season_that_is_over_has_nothing_left_to_end(desks: Desks) -> None:
    with acting_as_everything(why="lapse"):
        ledger_writes.lapse_series(
            series_id=desks.series.id, actor=Actor.system("tests"), request_id=uuid4(), at=desks.series.accepted_until
        )
    with desks.as_desk(), pytest.raises(AlreadyLapsed):
        lose(desks, 2)
