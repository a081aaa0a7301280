"""A booklet lost by whoever had it: what is left is blocked, as much is given again, once, and nobody is named."""

from uuid import uuid4

import pytest

from carnet.distribution import operations, queries
from carnet.distribution.rules import (
    FoundBy,
    HandOverItem,
    HandOverUnknown,
    NotALoss,
    NothingLeftToReplace,
    ReplacedBefore,
    ReplacementGiven,
    ReplacementOfReplacement,
    ReplacementTooSmall,
    TooManyReplacements,
)
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.ledger import operations as ledger_writes
from carnet.ledger import queries as ledger
from carnet.ledger.rules import EndReason, State
from carnet.parties.rules import Role
from tests.distribution.conftest import person
from tests.distribution.stock import LATER, Cupboards, make_cupboards

pytestmark = pytest.mark.django_db


@pytest.fixture
def cupboards(db: None) -> Cupboards:
    return make_cupboards()


def block(cupboards: Cupboards, hand_over_id: int, booklet_id: int, actor: Actor | None = None, **more: object) -> int:
    actor = actor or person(cupboards.slow_id, Role.PRESCRIBER)
    facts = {"reason": EndReason.LOST, "found_by": FoundBy.NUMBER, "request_id": uuid4(), "at": LATER} | more
    with acting_as(actor):
        return operations.open_replacement(hand_over_id=hand_over_id, booklet_id=booklet_id, actor=actor, **facts)  # type: ignore[arg-type]


def give(
    cupboards: Cupboards, replacement_id: int, booklet_id: int, organisation_id: int | None = None, **more: object
) -> operations.HandedOver:
    desk = person(organisation_id or cupboards.slow_id, Role.PRESCRIBER)
    facts = {"request_id": uuid4(), "at": LATER} | more
    with acting_as(desk):
        return operations.give_replacement(replacement_id=replacement_id, booklet_id=booklet_id, actor=desk, **facts)  # type: ignore[arg-type]


def states(booklet_id: int) -> list[State]:
    with acting_as_everything(why="look"):
        assert ledger.verify() == []
        return [each.state for each in ledger.vouchers_of_booklet(booklet_id)]


def test_a_booklet_is_blocked_and_another_given_and_money_stays_funded(cupboards: Cupboards) -> None:
    first = cupboards.first
    handed = cupboards.give(cupboards.slow_id, first)
    with acting_as_everything(why="money"):
        before = ledger.money(programme_id=cupboards.programme_id).total
    request_id = uuid4()
    replacement = block(cupboards, handed, first, request_id=request_id)
    assert block(cupboards, handed, first, request_id=request_id) == replacement
    assert states(first) == [State.VOID] * 5
    given_id = uuid4()
    done = give(cupboards, replacement, first + 1, request_id=given_id)
    assert give(cupboards, replacement, first + 1, request_id=given_id) == done
    assert states(first + 1) == [State.HANDED_OVER] * 5
    with acting_as_everything(why="money"):
        assert ledger.money(programme_id=cupboards.programme_id).total == before
    with pytest.raises(ReplacedBefore):
        block(cupboards, handed, first)
    with pytest.raises(ReplacementGiven):
        give(cupboards, replacement, first + 2)
    with pytest.raises(ReplacementOfReplacement):
        block(cupboards, done.id, first + 1)
    # The operator may, once it has heard why.
    block(cupboards, done.id, first + 1, actor=cupboards.operator)


def test_only_what_was_this_persons_is_blocked_and_no_more_than_that_is_given(cupboards: Cupboards) -> None:
    desk, series = person(cupboards.slow_id, Role.PRESCRIBER), ledger.series(cupboards.series_id)
    ids = [series.first_voucher_id + rank for rank in range(5)]
    with acting_as(desk):
        parts = [
            operations.hand_over(item=HandOverItem(uuid4(), series.id, voucher_ids=tuple(chosen)), actor=desk, at=LATER).id
            for chosen in (ids[:2], ids[2:4])
        ]
        assert len(queries.hand_overs_of_booklet(series_id=series.id, booklet_id=cupboards.first)) == 2
    with acting_as_everything(why="one of the two was spent or ended before"):
        ledger_writes.void_vouchers(series_id=series.id, voucher_ids=ids[:1], reason="LOST", actor=desk, request_id=uuid4(), at=LATER)
    replacement = block(cupboards, parts[0], cupboards.first)
    assert states(cupboards.first) == [State.VOID, State.VOID, State.HANDED_OVER, State.HANDED_OVER, State.IN_STOCK]
    done = give(cupboards, replacement, cupboards.first + 1)
    assert done.voucher_count == 1
    assert states(cupboards.first + 1).count(State.IN_STOCK) == 4
    other = block(cupboards, parts[1], cupboards.first)
    with pytest.raises(ReplacementTooSmall):
        give(cupboards, other, cupboards.first)
    with pytest.raises(NothingLeftToReplace):
        block(
            cupboards,
            cupboards.give(cupboards.slow_id, cupboards.first),
            cupboards.first,
            reason=EndReason.LOST,
            **_spent(cupboards, ids[4]),
        )


def _spent(cupboards: Cupboards, voucher_id: int) -> dict[str, object]:
    with acting_as_everything(why="ended before"):
        ledger_writes.void_vouchers(
            series_id=cupboards.series_id, voucher_ids=[voucher_id], reason="LOST", actor=cupboards.operator, request_id=uuid4(), at=LATER
        )
    return {}


def test_the_operator_blocks_by_telephone_and_another_desk_gives(cupboards: Cupboards) -> None:
    handed = cupboards.give(cupboards.slow_id, cupboards.first)
    replacement = block(cupboards, handed, cupboards.first, actor=cupboards.operator, organisation_id=cupboards.quick_id)
    with acting_as(person(cupboards.quick_id, Role.PRESCRIBER)):
        (waiting,) = queries.replacements(organisation_id=cupboards.quick_id, waiting_only=True)
    assert (waiting.id, waiting.voucher_count, waiting.gave_organisation_id) == (replacement, 5, cupboards.slow_id)
    give(cupboards, replacement, cupboards.first + 38, cupboards.quick_id)
    with acting_as(cupboards.operator):
        assert queries.replacements(programme_id=cupboards.programme_id, waiting_only=True) == []


def test_what_is_not_this_desks_is_as_if_it_did_not_exist(cupboards: Cupboards) -> None:
    handed = cupboards.give(cupboards.slow_id, cupboards.first)
    with pytest.raises(HandOverUnknown):
        block(cupboards, handed, cupboards.first, actor=person(cupboards.quick_id, Role.PRESCRIBER))
    with pytest.raises(HandOverUnknown):
        block(cupboards, handed, cupboards.first + 1)
    with pytest.raises(NotALoss):
        block(cupboards, handed, cupboards.first, reason=EndReason.RECALLED)


def test_a_desk_replaces_few_by_itself(cupboards: Cupboards) -> None:
    handed = [cupboards.give(cupboards.slow_id, cupboards.first + rank) for rank in range(5)]
    for rank in range(3):
        block(cupboards, handed[rank], cupboards.first + rank)
    with pytest.raises(TooManyReplacements):
        block(cupboards, handed[3], cupboards.first + 3)
    block(cupboards, handed[3], cupboards.first + 3, actor=cupboards.operator)
