"""Booklets the operator ends, wherever they are; the money stays where it is until the season lapses."""

from dataclasses import replace

import pytest

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.issuing import operations, queries
from carnet.issuing.rules import OrderNotDrawn, OrderUnknown
from carnet.journal import queries as journal
from carnet.ledger import queries as ledger
from carnet.ledger.rules import AlreadyVoid, EndReason, RangeReversed
from carnet.parties.rules import NotAllowed, Role, SecondFactorNeeded
from tests.issuing.conftest import Cast, unproved


def end(cast: Cast, order_id: int, first: int, last: int, **more: object) -> int:
    series = queries.order(cast.agent, order_id).series
    start = series.first_booklet_id if series else 1
    told = {"first_booklet_id": start + first, "last_booklet_id": start + last, "reason": EndReason.RECALLED} | cast.by(cast.agent) | more
    return operations.void_booklets(order_id=order_id, **told)  # type: ignore[arg-type]


def test_a_range_ends_once_and_the_journal_says_why(cast: Cast) -> None:
    order_id = cast.drawn()
    once = cast.by(cast.agent)
    assert end(cast, order_id, 1, 2, **once) == 10
    assert end(cast, order_id, 1, 2, **once) == 0
    with pytest.raises(AlreadyVoid):
        end(cast, order_id, 1, 2)
    assert end(cast, order_id, 2, 3) == 5
    lines = [line.facts for line in journal.lines(subject=("order", order_id)) if line.action == "issuing.booklets-voided"]
    assert [(line["reason"], line["vouchers"]) for line in lines] == [("RECALLED", 5), ("RECALLED", 10)]
    with acting_as_everything(why="verification"):
        assert ledger.verify() == []
        counted = ledger.counts(programme_id=cast.programme_id)
        assert (counted.void, counted.in_stock) == (15, 5)


def test_each_refusal(cast: Cast) -> None:
    with pytest.raises(OrderNotDrawn):
        end(cast, cast.approved(), 0, 0)
    order_id = cast.drawn()
    with pytest.raises(RangeReversed):
        end(cast, order_id, 1, 0)
    with pytest.raises(RangeReversed):
        end(cast, order_id, 0, 4)
    with pytest.raises(NotAllowed):
        end(cast, order_id, 0, 0, actor=replace(cast.agent, roles=frozenset({Role.OPERATOR_AGENT.value})))
    with pytest.raises(SecondFactorNeeded):
        end(cast, order_id, 0, 0, actor=unproved(cast.agent))
    told = {"first_booklet_id": 1, "last_booklet_id": 1, "reason": EndReason.LOST}
    with acting_as(cast.stranger), pytest.raises(OrderUnknown):
        operations.void_booklets(order_id=order_id, **told, **cast.by(cast.stranger))  # type: ignore[arg-type]
    with acting_as_everything(why="count"):
        assert ledger.counts(programme_id=cast.programme_id).void == 0
