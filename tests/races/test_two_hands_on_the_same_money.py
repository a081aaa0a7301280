"""Two acts on the same money or the same booklet at the same instant: one is done, the other refused or done after it, no cent moves twice.

Each test holds the first act open in its own transaction, starts the second on another connection, proves that it waits, then lets go.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Event
from time import monotonic, sleep
from typing import Any

import psycopg
import pytest
from django.db import connections, transaction

from carnet.distribution.models import HandOver
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.refusals import Refusal
from carnet.ledger import operations as ledger_writes
from carnet.ledger import queries as ledger
from carnet.redemption import operations as redemption
from carnet.redemption import queries as redemption_queries
from carnet.redemption.operations import Item
from carnet.settlement import operations as settlement
from carnet.settlement import queries as settlement_queries
from carnet.settlement.models import PaymentRun
from tests.factories.campaign import NOW, SYSTEM, fund_more, rid, series
from tests.settlement.conftest import APRIL, SPENT_AT, Payday, make_payday

pytestmark = pytest.mark.slow
WAIT_SECONDS = 20.0
Act = Callable[[], Any]


@pytest.fixture
def payday(committed_database: str) -> Iterator[Payday]:
    yield make_payday()
    connections["default"].close()


def first_then(second: Act, first: Act, *, database: str, waits: bool = True) -> tuple[Any, Any]:
    """Both answers (a refusal counts as one): `second` starts once `first` is done and not yet committed."""
    done, go_on = Event(), Event()

    def hold() -> Any:
        try:
            with transaction.atomic():
                answer = _answer(first)
                done.set()
                assert go_on.wait(WAIT_SECONDS)
                return answer
        finally:
            done.set()
            connections["default"].close()

    def follow() -> Any:
        try:
            return _answer(second)
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(2) as people:
        holding = people.submit(hold)
        assert done.wait(WAIT_SECONDS)
        following = people.submit(follow)
        try:
            _let_it_reach(following, database, waits=waits)
        finally:
            go_on.set()
        return holding.result(WAIT_SECONDS), following.result(WAIT_SECONDS)


def _answer(act: Act) -> Any:
    try:
        with transaction.atomic():
            return act()
    except Refusal as refusal:
        return refusal


def _let_it_reach(following: "Future[Any]", database: str, *, waits: bool) -> None:
    """Until the second act waits for the first one's lock (or is done, when it need not wait)."""
    ends_at = monotonic() + WAIT_SECONDS
    with psycopg.connect(database, autocommit=True) as server:
        while monotonic() < ends_at:
            blocked = server.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0"
            ).fetchone()
            if blocked == (1,):
                return
            if following.done():
                assert not waits, f"it should have waited: {following.result()!r}"
                return
            sleep(0.02)
    pytest.fail("neither waiting nor done")


def nothing_is_wrong() -> None:
    with acting_as_everything(why="verify"):
        assert [*ledger.verify(), *redemption_queries.verify(), *settlement_queries.verify()] == []


def everything(act: Act) -> Act:
    def seen() -> Any:
        with acting_as_everything(why="a race"):
            return act()

    return seen


# --- Undone and claimed ------------------------------------------------------------------------------------------------------------------


def undoing(payday: Payday, number: str, at: datetime) -> Act:
    def undo() -> None:
        actor = payday.counter(payday.campaign.place_organisation_id)
        with acting_as(actor):
            redemption.reverse(number=number, reason="erreur", actor=actor, request_id=rid(), at=at)

    return undo


def last_instant(payday: Payday, redeemed_at: datetime) -> datetime:
    from carnet.funding import queries as funding

    with acting_as_everything(why="look"):
        minutes = funding.rules_for_redemption(payday.campaign.programme_id).undo_window_minutes
    return redeemed_at + timedelta(minutes=minutes) - timedelta(microseconds=1)


def test_what_is_being_claimed_is_not_undone_by_a_late_hand(payday: Payday, committed_database: str) -> None:
    made = payday.spend(1)[0]
    late = last_instant(payday, made.redeemed_at)
    claimed, undone = first_then(undoing(payday, made.number, late), payday.claim, database=committed_database)
    assert claimed.voucher_count == 1
    assert undone.code == "undo-window-closed"
    nothing_is_wrong()


def test_what_is_being_undone_is_not_claimed(payday: Payday, committed_database: str) -> None:
    made = payday.spend(1)[0]
    late = last_instant(payday, made.redeemed_at)
    undone, claimed = first_then(payday.claim, undoing(payday, made.number, late), database=committed_database)
    assert undone is None
    assert claimed.voucher_count == 0
    nothing_is_wrong()


def test_the_control_without_its_trigger_both_happen_and_are_found(payday: Payday, committed_database: str) -> None:
    with psycopg.connect(committed_database, autocommit=True) as owner:
        owner.execute("DROP TRIGGER settlement_claimed_is_claimed ON redemption_reversal")
    made = payday.spend(1)[0]
    late = last_instant(payday, made.redeemed_at)
    claimed, undone = first_then(undoing(payday, made.number, late), payday.claim, database=committed_database, waits=False)
    assert (claimed.voucher_count, undone) == (1, None)
    with acting_as_everything(why="verify"):
        assert {fault.invariant for fault in settlement_queries.verify()} == {"9 payments"}


# --- Covered and given back ----------------------------------------------------------------------------------------------------------------


def test_money_is_not_given_back_while_it_covers_an_order(payday: Payday, committed_database: str) -> None:
    campaign = payday.campaign
    with acting_as_everything(why="an order that is just covered"):
        series_id = series(campaign.programme_id, campaign.agreement_id, campaign.operator_id, booklets=1, activated=False, offset=900)
        fund_more(campaign, series_id)
        available = ledger.unissued(campaign.agreement_id)
    funder_id = campaign.funder_ids[0]

    def activate() -> None:
        ledger_writes.activate_series(series_id=series_id, actor=SYSTEM, request_id=rid(), at=NOW)

    def give_back() -> int:
        return ledger_writes.repay_unissued(
            programme_id=campaign.programme_id, agreement_id=campaign.agreement_id, funder_id=funder_id, cents=available[funder_id],
            actor=SYSTEM, request_id=rid(), at=NOW,
        )  # fmt: skip

    activated, refused = first_then(everything(give_back), everything(activate), database=committed_database)
    assert activated is None
    assert refused.code == "money-not-there"
    nothing_is_wrong()


# --- Given and taken back ------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def booklet(payday: Payday) -> dict[str, Any]:
    """One booklet untouched at the prescriber's desk."""
    campaign = payday.campaign
    with acting_as_everything(why="a booklet at a desk"):
        series_id = series(campaign.programme_id, campaign.agreement_id, campaign.operator_id, booklets=1, offset=700)
        row = ledger.series(series_id)
        ends = {"series_id": series_id, "first_booklet_id": row.first_booklet_id, "last_booklet_id": row.first_booklet_id}
        facts = {"actor": SYSTEM, "at": NOW}
        ledger_writes.ship_booklets(
            from_holder_id=campaign.operator_id, to_holder_id=campaign.prescriber_id, request_id=rid(), **ends, **facts
        )
        ledger_writes.receive_booklets(to_holder_id=campaign.prescriber_id, request_id=rid(), **ends, **facts)
    return ends | {"voucher_id": row.first_voucher_id, "desk": campaign.prescriber_id, "operator": campaign.operator_id}


def acts_on(booklet: dict[str, Any]) -> dict[str, Act]:
    ends = {name: booklet[name] for name in ("series_id", "first_booklet_id", "last_booklet_id")}
    facts: dict[str, Any] = {"actor": SYSTEM, "at": NOW}
    return {
        "some": everything(
            lambda: ledger_writes.hand_over_vouchers(
                series_id=booklet["series_id"], voucher_ids=[booklet["voucher_id"]], holder_id=booklet["desk"], request_id=rid(), **facts
            )
        ),
        "whole": everything(lambda: ledger_writes.hand_over_booklets(holder_id=booklet["desk"], request_id=rid(), **ends, **facts)),
        "back": everything(
            lambda: ledger_writes.return_booklets(
                from_holder_id=booklet["desk"], to_holder_id=booklet["operator"], request_id=rid(), **ends, **facts
            )
        ),
    }


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        ("some", "back", "not-holder"),
        ("back", "some", "not-holder"),
        ("whole", "some", "already-handed-over"),
        ("back", "whole", "not-holder"),
        ("whole", "back", "not-holder"),
    ],
)
def test_a_booklet_is_given_or_taken_back(booklet: dict[str, Any], committed_database: str, first: str, second: str, code: str) -> None:
    acts = acts_on(booklet)
    done, refused = first_then(acts[second], acts[first], database=committed_database)
    assert done == 1
    assert isinstance(refused, Refusal), refused
    assert refused.code == code
    nothing_is_wrong()
    with acting_as_everything(why="look"):
        assert HandOver.objects.count() == 0


# --- Void and spent ------------------------------------------------------------------------------------------------------------------------


def voiding(payday: Payday) -> Act:
    def void() -> int:
        with acting_as_everything(why="void"):
            row = ledger.series(payday.campaign.series_id)
            return ledger_writes.void_vouchers(
                series_id=row.id, voucher_ids=[row.first_voucher_id], reason="lost", actor=SYSTEM, request_id=rid(), at=SPENT_AT
            )

    return void


def spending(payday: Payday) -> Act:
    def spend() -> Any:
        actor = payday.counter(payday.campaign.place_organisation_id)
        item = Item(code=payday.campaign.code(0), service="mailbox")
        with acting_as(actor):
            return redemption.redeem(item=item, actor=actor, channel="SCREEN", request_id=rid(), at=SPENT_AT)

    return spend


def test_a_voucher_being_made_void_is_not_spent(payday: Payday, committed_database: str) -> None:
    ended, refused = first_then(spending(payday), voiding(payday), database=committed_database)
    assert (ended, refused.code) == (1, "voucher-not-active")
    nothing_is_wrong()


def test_a_voucher_being_spent_is_not_made_void(payday: Payday, committed_database: str) -> None:
    spent, ended = first_then(voiding(payday), spending(payday), database=committed_database)
    assert (spent.value_cents, ended) == (1000, 0)
    nothing_is_wrong()


# --- Approved twice ------------------------------------------------------------------------------------------------------------------------


def test_two_approvers_at_once_approve_once(payday: Payday, committed_database: str) -> None:
    payday.spend(2)
    payday.claim()
    run_id = payday.prepare().run_id

    def approving(person_id: int) -> Act:
        def approve() -> None:
            actor = payday.staff(person_id, "APPROVER")
            with acting_as(actor):
                settlement.approve_run(run_id=run_id, actor=actor, request_id=rid(), at=APRIL)

        return approve

    done, refused = first_then(approving(603), approving(602), database=committed_database)
    assert done is None
    assert refused.code == "run-not-in-state"
    with acting_as_everything(why="look"):
        assert PaymentRun.objects.get(id=run_id).approved_by_id == 602
    nothing_is_wrong()


# --- First twice ---------------------------------------------------------------------------------------------------------------------------


def test_two_first_administrators_at_once_are_one(committed_database: str) -> None:
    from carnet.parties import operations as parties

    def first(email: str) -> Act:
        return lambda: parties.bootstrap_administrator(
            email=email, display_name="Camille", password="une phrase assez longue", organisation_name=email, is_simulated=True,
            actor=SYSTEM, request_id=rid(), at=NOW,
        )  # fmt: skip

    made, refused = first_then(first("un@example.org"), first("deux@example.org"), database=committed_database)
    assert len(made) == 2
    assert refused.code == "already-initialised"
