"""The money of clearing: our places are paid for another operator's vouchers, by a bank that refuses and gives back; the partner is paid like a place."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from lxml import etree

from carnet.cli.verification import ledger_faults
from carnet.continuity.access import clearing as access
from carnet.continuity.models import ClearingClaim, ClearingPayment, Partner
from carnet.continuity.operations import clearing as operations
from carnet.continuity.operations.clearing import _paying
from carnet.continuity.queries import clearing as queries
from carnet.continuity.queries import clearing_proofs
from carnet.continuity.queries.verifying import verify
from carnet.continuity.rules.clearing.claims import ClaimState
from carnet.continuity.rules.clearing.refusals import ClaimNotWithdrawable, ClearingPaymentNotInState, NothingToPay, TransferAnnounced
from carnet.gateways.bank.fake import FakeBank
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.ledger.rules import ClearingNotCovered
from carnet.parties.rules import NotAllowed, ReasonMissing, SamePerson
from carnet.places.models import Place
from carnet.redemption import operations as redemption
from carnet.redemption.operations import Asked, Item
from carnet.settlement import operations as settlement
from carnet.settlement.rules import next_bank_day
from tests.continuity.clearers import Side, account, exchange, two_sides
from tests.continuity.two import two_installations
from tests.databases import TestDatabases
from tests.factories.campaign import LATER, accept, organisation, place, rid

OURS, PLACE_S, SECOND = "FR7630006000011234567890189", "FR7610011000201234567890188", "FR1420041010050500013M02606"
# Past seven days, the longest time to undo: nothing that may still be withdrawn is paid.
PAYDAY = LATER + timedelta(days=8)


@pytest.fixture(scope="module")
def sides(
    test_databases: TestDatabases, django_db_setup: None, django_db_blocker: Any, worker_id: str, tmp_path_factory: Any
) -> Iterator[tuple[Side, Side]]:
    with django_db_blocker.unblock(), two_installations(test_databases, f"{worker_id}_clm", tmp_path_factory.mktemp("money")) as both:
        one, other = two_sides(both)
        for side in (one, other):
            with side.here():
                account(side.ready.operator_id, OURS)
                account(side.ready.place_organisation_id, PLACE_S)
        yield one, other


@pytest.fixture
def issuer(sides: tuple[Side, Side]) -> Side:
    return sides[0]


@pytest.fixture
def here(sides: tuple[Side, Side]) -> Side:
    """Where the places are that wait for their money: whatever other tests left is paid."""
    desk = Desk(sides[1], PAYDAY + timedelta(days=90), verifies=False)
    with sides[1].here(), acting_as_everything(why="look"):
        left = list(ClearingPayment.objects.filter(state__in=["PREPARED", "AGREED"]).order_by("id").values_list("id", "state"))
    for payment_id, state in left:
        (desk.refuse if state == "PREPARED" else desk.returned)(payment_id)
    if desk.standing.owed_cents:
        desk.cover(desk.standing.owed_cents, str(rid()))
    if desk.standing.advanced_cents:
        desk.take_back(desk.standing.advanced_cents)
    if desk.standing.claimed_cents:
        for payment_id in desk.prepare():
            desk.agree(payment_id)
            desk.book(payment_id)
    stands = desk.standing
    assert (stands.owed_cents, stands.claimed_cents, stands.available_cents, stands.advanced_cents) == (0, 0, 0, 0)
    return sides[1]


_ranks = iter(range(60))


def accepted(here: Side, issuer: Side, count: int, *, at: datetime = LATER) -> list[Any]:
    """That many vouchers of the issuer, taken at our place."""
    made = [here.claim(issuer.token(next(_ranks)), at=at) for _each in range(count)]
    exchange(here, issuer, at=at)
    assert {here.seen(each).state for each in made} == {ClaimState.ACCEPTED}
    return made


class Desk:
    """What the operator's people do at one moment; after each, the whole ledger and the books of clearing are verified."""

    def __init__(self, side: Side, at: datetime = PAYDAY, *, verifies: bool = True) -> None:
        self.side, self.at, self.verifies = side, at, verifies

    def _done(self, role: str, act: Any, **said: Any) -> Any:
        actor = self.side.person(role, self.at)
        with self.side.here():
            try:
                with acting_as(actor):
                    return act(actor=actor, at=self.at, **said)
            finally:
                if self.verifies:
                    with acting_as_everything(why="verify"):
                        assert ledger_faults() == []

    def cover(self, cents: int, reference: str) -> None:
        self._done(
            "TREASURER", operations.record_cover, partner_id=self.side.partner_id, cents=cents, reference=reference,
            received_on=self.at.date(), request_id=rid(),
        )  # fmt: skip

    def advance(self, cents: int) -> None:
        self._done("TREASURER", operations.advance, partner_id=self.side.partner_id, cents=cents, reference="", request_id=rid())

    def take_back(self, cents: int) -> None:
        self._done("TREASURER", operations.take_back_advance, partner_id=self.side.partner_id, cents=cents, reference="", request_id=rid())

    def prepare(self, request_id: Any = None) -> list[int]:
        made: list[int] = self._done(
            "TREASURER", operations.prepare_payments, partner_id=self.side.partner_id, request_id=request_id or rid()
        )
        return made

    def agree(self, payment_id: int, *, role: str = "APPROVER") -> None:
        self._done(role, operations.agree_payment, payment_id=payment_id, request_id=rid())

    def refuse(self, payment_id: int) -> None:
        self._done("APPROVER", operations.refuse_payment, payment_id=payment_id, reason="montant à revoir", request_id=rid())

    def file(self, payment_id: int) -> bytes:
        content: bytes = self._done("TREASURER", operations.payment_file, payment_id=payment_id)[1]
        return content

    def book(self, payment_id: int) -> None:
        self._done("TREASURER", operations.book_payment, payment_id=payment_id, booked_on=self.at.date(), request_id=rid())

    def returned(self, payment_id: int, reason: str = "AC04 compte clos") -> None:
        self._done(
            "TREASURER", operations.return_payment, payment_id=payment_id, returned_on=self.at.date(), reason=reason, request_id=rid()
        )  # fmt: skip

    @property
    def announced(self) -> list[Any]:
        treasurer = self.side.person("TREASURER", self.at)
        with self.side.here(), acting_as(treasurer):
            return [each for each in queries.transfers(actor=treasurer, partner_id=self.side.partner_id) if each.kind == "ANNOUNCED"]

    @property
    def standing(self) -> Any:
        treasurer = self.side.person("TREASURER", self.at)
        with self.side.here(), acting_as(treasurer):
            return queries.partner(actor=treasurer, partner_id=self.side.partner_id).standing

    def payment(self, payment_id: int) -> Any:
        treasurer = self.side.person("TREASURER", self.at)
        with self.side.here(), acting_as(treasurer):
            return queries.payment(actor=treasurer, payment_id=payment_id)


def paid(desk: Desk, issuer: Side) -> int:
    """One voucher accepted, its money come, its place paid; the payment."""
    accepted(desk.side, issuer, 1)
    desk.cover(1000, str(rid()))
    (payment_id,) = desk.prepare()
    desk.agree(payment_id)
    desk.book(payment_id)
    return payment_id


def test_a_place_without_an_account_is_left_for_another_time_and_holds_back_no_other(here: Side, issuer: Side) -> None:
    desk = Desk(here)
    with here.here(), acting_as_everything(why="another place, whose account nobody knows"):
        unpaid_id = organisation("Lieu sans compte", "PLACE_OPERATOR")
        accept(place("Lieu sans compte", unpaid_id), here.ready.programme_id)
        mediator = replace(here.mediator, organisation_id=unpaid_id, organisation_ids=frozenset({unpaid_id}))
    token = issuer.token(next(_ranks))
    with here.here(), acting_as(mediator):
        operations.claim_voucher(code=token, service="mailbox", actor=mediator, request_id=rid(), at=LATER)
    # It waits for longer than the other: what came is not kept for it.
    exchange(here, issuer, at=LATER - timedelta(minutes=5))
    with pytest.raises(NothingToPay):
        desk.prepare()
    accepted(here, issuer, 1)
    desk.cover(1000, str(rid()))
    (payment_id,) = desk.prepare()
    assert desk.payment(payment_id).organisation_id == here.ready.place_organisation_id
    desk.agree(payment_id)
    desk.book(payment_id)
    with here.here():
        account(unpaid_id, SECOND)
    desk.cover(1000, str(rid()))
    (payment_id,) = desk.prepare()
    assert desk.payment(payment_id).organisation_id == unpaid_id


def test_nothing_that_may_still_be_withdrawn_is_paid(here: Side, issuer: Side) -> None:
    accepted(here, issuer, 1, at=LATER + timedelta(days=2))
    early = Desk(here, LATER + timedelta(days=8))
    early.cover(1000, str(rid()))
    with pytest.raises(NothingToPay):
        early.prepare()
    assert len(Desk(here, LATER + timedelta(days=9)).prepare()) == 1


def test_prepared_agreed_by_another_given_to_the_bank_and_booked(here: Side, issuer: Side) -> None:
    desk = Desk(here)
    accepted(here, issuer, 2)
    desk.cover(1000, str(rid()))
    before = desk.standing
    request_id = rid()
    (payment_id,) = desk.prepare(request_id)
    assert desk.prepare(request_id) == [payment_id], "the same request, the same payment"
    with pytest.raises(NothingToPay):
        desk.prepare()
    with pytest.raises((SamePerson, NotAllowed)):
        desk.agree(payment_id, role="TREASURER")
    with pytest.raises(ClearingPaymentNotInState):
        desk.file(payment_id)
    with pytest.raises(ClearingPaymentNotInState):
        desk.book(payment_id)
    late = Desk(here, PAYDAY + timedelta(days=6))
    late.agree(payment_id)
    late.agree(payment_id)
    content = desk.file(payment_id)
    assert content == late.file(payment_id), "the same bytes whenever it is taken out"
    answer = FakeBank(opening_cents=10_000_00).receive(content, at=late.at)
    assert b"ACSP" in answer or b"ACCP" in answer or b"ACTC" in answer
    tree = etree.fromstring(content)
    said = {name: tree.findtext(f".//{{*}}{name}") for name in ("CtrlSum", "ReqdExctnDt", "Dt", "InstdAmt")}
    assert Decimal(str(said["CtrlSum"])) == Decimal(str(said["InstdAmt"])) == Decimal("10.00")
    day = late.payment(payment_id).execute_on
    assert day == next_bank_day(day) >= late.at.date(), "agreed days later: no bank executes yesterday"
    late.book(payment_id)
    late.book(payment_id)
    after = desk.standing
    assert after.available_cents == 0
    assert (after.honoured_cents - before.honoured_cents, before.claimed_cents - after.claimed_cents) == (1000, 1000)
    with here.here(), acting_as_everything(why="look"):
        (claim,) = ClearingClaim.objects.filter(payment_id=payment_id)
    assert here.seen(claim.id).paid_on is not None
    with pytest.raises(ClaimNotWithdrawable):
        here.withdraw(claim.id, at=PAYDAY)


def test_a_payment_given_back_is_owed_again_once_and_paid_another_time(here: Side, issuer: Side) -> None:
    desk = Desk(here, PAYDAY + timedelta(days=7))
    payment_id = paid(desk, issuer)
    with here.here(), acting_as_everything(why="look"):
        claims = list(ClearingClaim.objects.filter(payment_id=payment_id).order_by("id").values_list("id", flat=True))
    before = desk.standing
    with pytest.raises(ReasonMissing):
        desk.returned(payment_id, " ")
    desk.returned(payment_id)
    desk.returned(payment_id)
    after = desk.standing
    assert (after.honoured_cents, after.available_cents) == (before.honoured_cents - 1000, before.available_cents + 1000), "once"
    assert (desk.payment(payment_id).state, [here.seen(each).paid_on for each in claims]) == ("RETURNED", [None])
    with pytest.raises(ClearingPaymentNotInState):
        desk.book(payment_id)
    (again,) = desk.prepare()
    assert (desk.payment(again).cents, desk.payment(again).claim_count) == (1000, 1)
    assert again != payment_id
    desk.agree(again)
    desk.book(again)
    # The bank's answer about the first, read once more: nothing moves.
    desk.returned(payment_id)
    assert desk.standing.honoured_cents == before.honoured_cents


def test_a_payment_the_bank_refuses_frees_its_claims_and_moves_nothing(here: Side, issuer: Side) -> None:
    desk = Desk(here, PAYDAY + timedelta(days=10))
    accepted(here, issuer, 1)
    desk.cover(1000, str(rid()))
    before = desk.standing
    (payment_id,) = desk.prepare()
    with pytest.raises(ClearingPaymentNotInState):
        desk.returned(payment_id)
    desk.agree(payment_id)
    desk.returned(payment_id, "RJCT AC01")
    assert desk.standing == before
    (again,) = desk.prepare()
    desk.refuse(again)
    with pytest.raises(ClearingPaymentNotInState):
        desk.agree(again)
    with pytest.raises(ClearingPaymentNotInState):
        desk.returned(again)


def test_an_advance_is_not_taken_back_from_a_payment_that_is_at_the_bank(here: Side, issuer: Side) -> None:
    desk = Desk(here, PAYDAY + timedelta(days=12))
    accepted(here, issuer, 2)
    advanced = desk.standing.claimed_cents - desk.standing.available_cents
    desk.advance(advanced)
    (payment_id,) = desk.prepare()
    desk.agree(payment_id)
    with pytest.raises(ClearingNotCovered):
        desk.take_back(advanced)
    desk.book(payment_id)
    assert desk.standing.available_cents == 0
    desk.returned(payment_id)
    desk.take_back(advanced)
    assert desk.standing.advanced_cents == 0


@pytest.mark.parametrize("is_locked", [True, False])
def test_two_people_who_prepare_at_once_never_promise_more_than_there_is(here: Side, issuer: Side, is_locked: bool) -> None:
    """The negative control: without the lock of the partner, both promise the same money."""
    desk = Desk(here, PAYDAY + timedelta(days=20 + is_locked))
    accepted(here, issuer, 2)
    desk.cover(1000, str(rid()))
    available = desk.standing.available_cents
    assert available == 1000
    treasurer, counted, problems = here.person("TREASURER", desk.at), threading.Barrier(2, timeout=3), []
    true_available, true_partner = _paying._available, access.partner

    def both_have_counted(partner: Partner) -> int:
        found = true_available(partner)
        with contextlib.suppress(threading.BrokenBarrierError):
            counted.wait()
        return found

    def unlocked(actor: Actor, partner_id: int, *, lock: bool = False) -> Partner:
        return true_partner(actor, partner_id, lock=lock and is_locked)

    def prepare() -> None:
        try:
            with acting_as(treasurer):
                operations.prepare_payments(partner_id=here.partner_id, actor=treasurer, request_id=rid(), at=desk.at)
        except NothingToPay:
            problems.append("nothing")
        finally:
            connection.close()

    with (
        here.here(),
        patch.object(_paying, "_available", both_have_counted),
        patch.object(access, "partner", unlocked),
        # Two people choose other claims, as two pages of one list would: the rows alone keep nobody out.
        patch.object(_paying, "_claims_waiting", _split(_paying._claims_waiting)),
    ):
        threads = [threading.Thread(target=prepare) for _each in range(2)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    with here.here(), acting_as_everything(why="look"):
        under_way = list(ClearingPayment.objects.filter(state="PREPARED").order_by("id"))
    promised = sum(each.cents for each in under_way)
    for each in under_way:
        desk.refuse(each.id)
    assert (promised <= available) is is_locked
    assert promised == (1000 if is_locked else 2000)


def _split(true_claims: Any) -> Any:
    turn = iter((0, -1))

    def claims(partner: Partner, at: datetime) -> Any:
        found = true_claims(partner, at)
        unpaid = ClearingClaim.objects.filter(partner=partner, state="ACCEPTED", payment_id=None)
        ids = list(unpaid.order_by("id").values_list("id", flat=True))
        rank = next(turn)
        return found.filter(id__in=ids[rank:][:1])

    return claims


def test_two_people_who_book_at_once_pay_once(here: Side, issuer: Side) -> None:
    desk = Desk(here, PAYDAY + timedelta(days=22))
    accepted(here, issuer, 1)
    desk.cover(1000, str(rid()))
    before = desk.standing
    (payment_id,) = desk.prepare()
    desk.agree(payment_id)
    treasurer, barrier = here.person("TREASURER", desk.at), threading.Barrier(2)

    def book() -> None:
        try:
            barrier.wait()
            with acting_as(treasurer):
                operations.book_payment(
                    payment_id=payment_id, booked_on=desk.at.date(), actor=treasurer, request_id=rid(), at=desk.at
                )  # fmt: skip
        finally:
            connection.close()

    with here.here():
        threads = [threading.Thread(target=book) for _each in range(2)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    assert desk.standing.honoured_cents == before.honoured_cents + 1000
    with here.here(), acting_as_everything(why="verify"):
        assert ledger_faults() == []


def test_the_night_names_a_payment_that_the_ledger_does_not_know(here: Side, issuer: Side) -> None:
    payment_id = paid(Desk(here), issuer)
    with here.here(), acting_as_everything(why="somebody with the owner's hands"):
        assert verify() == []
        ClearingPayment.objects.filter(id=payment_id).update(state="AGREED")
        try:
            found = verify()
        finally:
            ClearingPayment.objects.filter(id=payment_id).update(state="PAID")
    assert [each.where for each in found] == [f"place {here.ready.place_organisation_id}"]


def test_the_ordinary_run_pays_the_partner_and_the_money_goes_all_the_way_to_the_place(here: Side, issuer: Side) -> None:
    """At the issuer: claims, a run, its file, the bank's answers, the announcement; at the place's: what came, and the place is paid."""
    waiting = len(Desk(here).announced)
    accepted(here, issuer, 3)
    april = datetime(2026, 4, 20, 9, 0, tzinfo=UTC)
    with issuer.here():
        with acting_as_everything(why="look"):
            organisation_id = Partner.objects.get(id=issuer.partner_id).organisation_id
        assert organisation_id is not None
        account(organisation_id, SECOND, by=issuer.ready.operator_id)
        treasurer, approver = (issuer.person(role, april) for role in ("TREASURER", "APPROVER"))
        treasurer, approver = (
            replace(each, programme_ids=frozenset({issuer.ready.programme_id})) for each in (treasurer, approver)
        )  # fmt: skip
        given: dict[str, Any] = {"actor": treasurer, "at": april}
        with acting_as(treasurer):
            settlement.build_claims(programme_id=issuer.ready.programme_id, request_id=rid(), **given)
            run = settlement.prepare_run(agreement_id=issuer.ready.agreement_id, request_id=rid(), **given)
        with acting_as(approver):
            settlement.approve_run(run_id=run.run_id, actor=approver, request_id=rid(), at=april)
        with acting_as(treasurer):
            content = settlement.write_payment_file(run_id=run.run_id, request_id=rid(), **given)
            settlement.mark_sent(run_id=run.run_id, request_id=rid(), **given)
            assert queries.to_announce(actor=treasurer, partner_id=issuer.partner_id) == [], "sent is not paid"
            bank = FakeBank(opening_cents=10_000_00)
            for answer in (bank.receive(content, at=april), bank.statement(OURS, at=april)):
                settlement.import_bank_file(agreement_id=issuer.ready.agreement_id, content=answer, request_id=rid(), **given)
            (paid_now,) = queries.to_announce(actor=treasurer, partner_id=issuer.partner_id)
            assert SECOND.encode() in content
            assert paid_now.cents == run.cents >= 3000
            view = queries.partner(actor=treasurer, partner_id=issuer.partner_id)
            assert view.taken_cents <= paid_now.cents, "all that its places took"
            announced = {"reference": paid_now.reference, "cents": paid_now.cents, "paid_on": paid_now.booked_on}
            operations.announce_transfer(partner_id=issuer.partner_id, request_id=rid(), **announced, **given)
            assert queries.to_announce(actor=treasurer, partner_id=issuer.partner_id) == []
            with pytest.raises(TransferAnnounced):
                operations.announce_transfer(partner_id=issuer.partner_id, request_id=rid(), **announced, **given)
        with acting_as_everything(why="verify"):
            assert ledger_faults() == []
    exchange(issuer, here, at=april)
    desk = Desk(here, april)
    assert len(desk.announced) == waiting + 1
    desk.cover(3000, paid_now.reference)
    (payment_id,) = desk.prepare()
    desk.agree(payment_id)
    desk.book(payment_id)
    assert (desk.standing.owed_cents, desk.standing.claimed_cents) == (0, 0)
    told = clearing_proofs.verify_files([here.proof(of=issuer), issuer.proof(of=here)])
    assert told["faults"] == []


def test_a_partner_that_also_runs_a_place_here_breaks_no_book(here: Side, issuer: Side) -> None:
    accepted(here, issuer, 1)
    with issuer.here(), acting_as_everything(why="its organisation has a place of its own"):
        organisation_id = Partner.objects.get(id=issuer.partner_id).organisation_id
        assert organisation_id is not None
        place_id = place("Maison de l’opérateur voisin", organisation_id)
        accept(place_id, issuer.ready.programme_id)
        mediator = replace(issuer.mediator, organisation_id=organisation_id, organisation_ids=frozenset({organisation_id}))
    token = issuer.token(next(_ranks))
    with issuer.here():
        with acting_as(mediator):
            item = Item(code=token, service="mailbox", place_id=place_id)
            (answer,) = redemption.redeem_many(asked=[Asked(item, mediator, "SCREEN")], at=LATER)
        assert answer.value_cents == 1000
        with acting_as_everything(why="verify"):
            assert ledger_faults() == []
            assert [fault.invariant for fault in verify()] == []
            Place.objects.filter(id=place_id).update(operator_id=None)
            try:
                assert [fault.where for fault in verify()] == [f"partner {issuer.partner_id}"], (
                    "without a place, more than it took is a fault"
                )
            finally:
                Place.objects.filter(id=place_id).update(operator_id=organisation_id)
