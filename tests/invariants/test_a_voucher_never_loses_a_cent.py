"""A machine that does everything a campaign can do, in any order, and recomputes every invariant after each step.

A model counts what should be; the ledger says what is. Source: docs/architecture.md#invariants, 1 to 5.
"""

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from carnet.gateways.database import acting_as_everything
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.ledger import operations as ledger
from carnet.ledger import queries as ledger_queries
from carnet.redemption import operations, queries
from carnet.redemption.operations import Asked, Item
from carnet.redemption.rules import RESERVATION_DAYS_MAX
from tests.factories.campaign import NOW, SERVICES, SYSTEM, Campaign, accept, campaign, fund_more, organisation, place, rid, series

FACE = 1000
RANKS = st.integers(0, 9)


class Life(RuleBasedStateMachine):
    """Two series of two booklets: one active in hands from the start, one that must be funded, shipped and activated."""

    redemptions = Bundle("redemptions")
    reservations = Bundle("reservations")

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.seeing = acting_as_everything(why="a machine that verifies after each step")
        self.seeing.__enter__()
        self.now = NOW + timedelta(days=1)
        self.ready: Campaign = campaign(booklets=2)
        self.first = ledger_queries.series(self.ready.series_id)
        self.second_id = series(
            self.ready.programme_id, self.ready.agreement_id, self.ready.prescriber_id, booklets=2, activated=False, offset=10
        )
        self.second = ledger_queries.series(self.second_id)
        self.received = self.first.voucher_count * FACE
        self.activated = self.lapsed = False
        self.spent: set[int] = set()
        self.spent_there: set[int] = set()
        self.ended: set[int] = set()
        self.given: set[int] = set(range(10))
        self.paid = 0
        self.returned = 0
        elsewhere = organisation("Un autre lieu", "PLACE_OPERATOR")
        self.here = self.ready.mediator
        self.there = Actor(
            "person",
            "",
            person_id=502,
            organisation_id=elsewhere,
            organisation_ids=frozenset({elsewhere}),
            place_id=place("Ailleurs", elsewhere),
        )
        accept(self.there.place_id or 0, self.ready.programme_id)
        # Rank: who holds it, until when, under which number. What is past its time holds nothing.
        self.held: dict[int, tuple[Actor, datetime, str]] = {}

    def teardown(self) -> None:
        self.seeing.__exit__(None, None, None)
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)

    def attempt(self, act, *args: object, **kwargs: object) -> bool:
        try:
            with transaction.atomic():
                act(*args, **kwargs, actor=SYSTEM, request_id=rid(), at=self.now)
        except Refusal:
            return False
        return True

    @rule(cents=st.integers(-5, 6000))
    def money_arrives(self, cents: int) -> None:
        facts = {"programme_id": self.ready.programme_id, "agreement_id": self.ready.agreement_id, "funder_id": self.ready.funder_ids[0]}
        if self.attempt(ledger.receive_money, cents=cents, **facts):
            assert cents > 0
            self.received += cents

    @rule()
    def the_second_series_is_funded(self) -> None:
        self.received += fund_more(self.ready, self.second_id)

    @rule()
    def activate(self) -> None:
        if self.attempt(ledger.activate_series, series_id=self.second_id):
            assert not self.activated
            self.activated = True

    @rule(which=st.integers(0, 1))
    def hand_over_a_booklet(self, which: int) -> None:
        booklet_id = self.second.first_booklet_id + which
        ranks = set(range(10 + which * 5, 15 + which * 5))
        done = self.attempt(
            ledger.hand_over_booklets,
            series_id=self.second_id,
            first_booklet_id=booklet_id,
            last_booklet_id=booklet_id,
            holder_id=self.ready.prescriber_id,
        )
        if done:
            self.given |= ranks

    @rule(rank=st.integers(10, 19))
    def hand_over_a_voucher(self, rank: int) -> None:
        voucher_id = self.second.first_voucher_id + rank - 10
        done = self.attempt(
            ledger.hand_over_vouchers, series_id=self.second_id, voucher_ids=[voucher_id], holder_id=self.ready.prescriber_id
        )
        assert not (done and rank in self.given)
        if done:
            self.given.add(rank)

    @rule(target=redemptions, rank=st.integers(0, 19), service=st.sampled_from([*SERVICES, "cv"]))
    def spend(self, rank: int, service: str) -> tuple[int, str]:
        item = Item(code=self.ready.code(rank), service=service, place_id=self.ready.place_id)
        (answer,) = operations.redeem_many(asked=[Asked(item, self.ready.mediator)], at=self.now)
        may = (
            rank in self.given
            and rank not in self.spent | self.ended
            and (rank < 10 or self.activated)
            and service in SERVICES
            and not self.over(rank)
            and self.holder(rank) in (None, self.here)
        )
        assert isinstance(answer, queries.Redeemed) == may, (rank, answer)
        if isinstance(answer, queries.Redeemed):
            self.spent.add(rank)
            self.held.pop(rank, None)
            return rank, answer.number
        return rank, "0-0-0"

    @rule(ranks=st.lists(RANKS, min_size=2, max_size=5))
    def spend_together(self, ranks: list[int]) -> None:
        items = [Item(code=self.ready.code(rank), service="printer", place_id=self.ready.place_id) for rank in ranks]
        answers = operations.redeem_batch(items=items, together=True, actor=self.ready.mediator, channel="BATCH", at=self.now)
        taken = [isinstance(answer, queries.Redeemed) for answer in answers]
        assert all(taken) or not any(taken)
        if all(taken):
            assert len(set(ranks)) == len(ranks) and not set(ranks) & (self.spent | self.ended)
            assert all(self.holder(rank) in (None, self.here) for rank in ranks)
            self.spent |= set(ranks)
            for rank in ranks:
                self.held.pop(rank, None)

    @rule(target=reservations, rank=st.integers(0, 19), is_here=st.booleans(), days=st.sampled_from([0, 1, 30, 31]))
    def reserve(self, rank: int, is_here: bool, days: int) -> tuple[int, Actor, str]:
        who, until = self.here if is_here else self.there, self.now + timedelta(days=days)
        answer = operations.reserve_quietly(
            code=self.ready.code(rank), service="mailbox", until=until, place_id=who.place_id or self.ready.place_id, actor=who,
            channel="SCREEN", request_id=rid(), at=self.now,
        )  # fmt: skip
        row = self.first if rank < 10 else self.second
        may = (
            rank in self.given
            and rank not in self.spent | self.ended
            and (rank < 10 or self.activated)
            and 0 < days <= RESERVATION_DAYS_MAX
            and until <= row.accepted_until
            and self.holder(rank) in (None, who)
        )
        assert isinstance(answer, queries.Reservation) == may, (rank, answer)
        if not isinstance(answer, queries.Reservation):
            return rank, who, "R0"
        self.held[rank] = (who, until, answer.number)
        return rank, who, answer.number

    @rule(target=redemptions, made=reservations, service=st.sampled_from([None, "printer", "cv"]))
    def capture(self, made: tuple[int, Actor, str], service: str | None) -> tuple[int, str]:
        rank, who, number = made
        may = self.holder(rank) == who and self.held[rank][2] == number and service != "cv" and rank not in self.ended
        try:
            with transaction.atomic():
                answer = operations.capture(number=number, service=service, actor=who, channel="SCREEN", request_id=rid(), at=self.now)
        except Refusal:
            assert not may
            return rank, "0-0-0"
        assert may and rank not in self.spent
        self.spent.add(rank)
        self.spent_there |= {rank} if who is self.there else set()
        del self.held[rank]
        return rank, answer.number

    @rule(made=reservations)
    def give_back(self, made: tuple[int, Actor, str]) -> None:
        rank, who, number = made
        may = self.holder(rank) == who and self.held[rank][2] == number and rank not in self.ended and not (rank < 10 and self.lapsed)
        try:
            with transaction.atomic():
                operations.release(number=number, actor=who, request_id=rid(), at=self.now)
        except Refusal:
            assert not may
            return
        assert may
        del self.held[rank]

    def holder(self, rank: int) -> Actor | None:
        held = self.held.get(rank)
        return held[0] if held is not None and self.now < held[1] else None

    @rule(made=redemptions)
    def undo(self, made: tuple[int, str]) -> None:
        rank, number = made
        try:
            with transaction.atomic():
                operations.reverse(number=number, reason="erreur", actor=self.ready.mediator, request_id=rid(), at=self.now)
        except Refusal:
            return
        assert rank in self.spent
        self.spent.discard(rank)

    @rule(rank=st.integers(0, 19))
    def lose_a_voucher(self, rank: int) -> None:
        row = self.first if rank < 10 else self.second
        voucher_id = row.first_voucher_id + rank % 10
        if self.attempt(ledger.void_vouchers, series_id=row.id, voucher_ids=[voucher_id], reason="perdu") and rank not in self.spent:
            self.ended.add(rank)

    @rule(vouchers=st.integers(1, 8))
    def pay(self, vouchers: int) -> None:
        done = self.attempt(
            ledger.pay_owed, series_id=self.first.id, organisation_id=self.ready.place_organisation_id, pattern=0, quantity=vouchers
        )
        owed = len([rank for rank in self.spent - self.spent_there if rank < 10]) - self.paid
        assert done == (vouchers <= owed)
        self.paid += vouchers if done else 0

    @rule(vouchers=st.integers(1, 8))
    def the_bank_gives_it_back(self, vouchers: int) -> None:
        done = self.attempt(
            ledger.unpay_owed, series_id=self.first.id, organisation_id=self.ready.place_organisation_id, pattern=0, quantity=vouchers
        )
        assert done == (vouchers <= self.paid)
        self.paid -= vouchers if done else 0

    @rule(minutes=st.sampled_from([1, 59, 61, 60 * 24, 60 * 24 * 40]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def the_season_ends(self) -> None:
        done = self.attempt(ledger.lapse_series, series_id=self.first.id)
        assert done == (self.now >= self.first.accepted_until)
        self.lapsed = self.lapsed or done
        if done:
            self.attempt(ledger.return_circulation, series_id=self.first.id)

    def over(self, rank: int) -> bool:
        row = self.first if rank < 10 else self.second
        return self.now >= row.accepted_until

    @invariant()
    def every_cent_and_every_voucher_is_somewhere(self) -> None:
        assert ledger_queries.verify() == []
        assert queries.verify() == []
        total = ledger_queries.money(agreement_id=self.ready.agreement_id).total
        assert total.funded == self.received
        assert total.owed + total.paid == len(self.spent) * FACE
        assert total.paid == self.paid * FACE
        counted = ledger_queries.counts(programme_id=self.ready.programme_id)
        assert (counted.issued, counted.redeemed, counted.void) == (20, len(self.spent), len(self.ended - self.spent))


@pytest.mark.django_db
def test_no_step_in_any_order_loses_a_cent() -> None:
    machine = settings(max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Life, settings=machine)
