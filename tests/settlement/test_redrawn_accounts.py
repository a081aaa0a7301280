"""An account that mixes what a case holds with the rest is redrawn before it is paid: one part on its day, one that waits, together the same cents."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from carnet.controls.operations import cases
from carnet.controls.rules.cases import Decision, Key, Line
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.journal.models import Line as JournalLine
from carnet.notices.models import Notice
from carnet.settlement import operations, queries
from carnet.settlement.models import Claim, ClaimLine, Transfer
from carnet.settlement.queries import PaymentStep
from carnet.settlement.rules import HoldWords, NothingToPay, Sums
from carnet.settlement.rules.redrawing import halve
from tests.factories.campaign import rid
from tests.settlement.conftest import APRIL, MAY, RING_FENCED, SPENT_AT, Payday
from tests.settlement.test_cases import DAY, JUNE, _manager, act, answer, decide, open_one, row

database = [pytest.mark.django_db, pytest.mark.usefixtures("everything_adds_up")]

LINES = st.lists(st.tuples(st.integers(1, 10_000), st.integers(0, 400)), min_size=1, max_size=40).map(
    lambda facts: [Line(Key(1, rank, 0), cents, SPENT_AT + timedelta(hours=hours)) for rank, (cents, hours) in enumerate(facts)]
)


@given(LINES, st.data())
def test_the_two_together_are_the_account_to_the_cent(lines: list[Line], data: st.DataObject) -> None:
    waiting = data.draw(st.sets(st.sampled_from([line.key for line in lines])))
    claimed = Sums(len(lines), sum(line.cents for line in lines))
    halves = halve(claimed=claimed, lines=lines, waiting=waiting)
    assert (halves is None) == (len(waiting) in (0, len(lines)))
    if halves is not None:
        paid, kept = halves.paid, halves.waiting
        assert Sums(paid.sums.voucher_count + kept.sums.voucher_count, paid.sums.cents + kept.sums.cents) == claimed
        assert kept.sums.cents == sum(line.cents for line in lines if line.key in waiting)
        assert min(paid.first_redeemed_at, kept.first_redeemed_at) == min(line.redeemed_at for line in lines)
    # One that is not the sum of its lines is for a person to look at.
    assert halve(claimed=Sums(claimed.voucher_count, claimed.cents + 1), lines=lines, waiting=waiting) is None


def states() -> list[tuple[str, int]]:
    with acting_as_everything(why="look"):
        return [(each.state, each.cents) for each in Claim.objects.order_by("id")]


def mixed(payday: Payday) -> None:
    """Three in question and two that nobody asks about, in one account."""
    payday.spend(3)
    payday.spend(2, at=SPENT_AT + 4 * DAY)
    payday.claim()


@pytest.fixture
def held(payday: Payday) -> int:
    """A case opened, and its money held, once the account was drawn up."""
    mixed(payday)
    return open_one(payday, hold_cents=30_00, at=APRIL)


def told(kind: str) -> list[dict[str, object]]:
    with acting_as_everything(why="look"):
        return list(Notice.objects.filter(kind=kind).order_by("id").values_list("context", flat=True))


class TestAnAccountDrawnUp:
    pytestmark = database

    def test_what_is_not_in_question_is_paid_on_its_day_and_the_rest_waits(self, payday: Payday, held: int):
        before = payday.money()
        run = payday.prepare()
        assert states() == [("REDRAWN", 50_00), ("IN_PAYMENT", 20_00), ("SET_ASIDE", 30_00)]
        assert (run.cents, payday.money()) == (20_00, before), "the ledger does not move for a hold"
        with acting_as_everything(why="look"):
            first, paid, kept = Claim.objects.order_by("id")
            assert {each.promised_on for each in (first, paid, kept)} == {first.promised_on}
            assert {each.cut_off_id for each in (first, paid, kept)} == {first.cut_off_id}
            assert (kept.redrawn_from_id, paid.redrawn_from_id) == (first.id, first.id)
            assert JournalLine.objects.filter(action="settlement.claim-redrawn", subject_id=str(first.id)).count() == 1
        (sentence,) = told("settlement.claim-redrawn")
        assert (sentence["paid_cents"], sentence["waiting_cents"]) == (20_00, 30_00)
        content = payday.send(run.run_id)
        payday.read(payday.bank.receive(content, at=APRIL))
        payday.read(payday.bank.statement(RING_FENCED, at=APRIL))
        assert (payday.money().paid, payday.money().owed) == (20_00, 30_00)
        # A place that redeems no more does not escape: nothing of it is paid while the case holds.
        with pytest.raises(NothingToPay):
            payday.prepare(at=APRIL + DAY)
        act(payday, "treasurer", cases.release_payments, case_id=held, reason="Vérifié.", at=APRIL + DAY)
        assert payday.prepare(at=APRIL + DAY).cents == 30_00

    def test_the_place_reads_both_amounts_before_and_after(self, payday: Payday, held: int):
        organisation_id = payday.campaign.place_organisation_id
        for is_redrawn in (False, True):
            if is_redrawn:
                payday.prepare()
            with acting_as(_manager(payday, APRIL)):
                found = queries.expected_payments(organisation_id=organisation_id, at=APRIL)
            assert sorted((each.cents, each.case.case_id if each.case else None) for each in found) == [(20_00, None), (30_00, held)]

    def test_the_account_that_was_redrawn_is_still_explained(self, payday: Payday, held: int):
        payday.prepare()
        manager = _manager(payday, APRIL)
        with acting_as_everything(why="look"):
            first, paid, kept = Claim.objects.order_by("id").values_list("id", flat=True)
        with acting_as(manager):
            page = queries.claim_page(actor=manager, claim_id=first, at=APRIL)
            assert (page.cents, sum(day.cents for day in page.days), page.successors) == (50_00, 50_00, (paid, kept))
            assert page.step is PaymentStep.REDRAWN
            assert queries.claim_page(actor=manager, claim_id=kept, at=APRIL).redrawn_from == first
            listed = queries.payment_page(actor=manager).payments
        assert sorted(each.cents for each in listed) == [20_00, 30_00], "no cent is in the list twice"
        with acting_as_everything(why="look"):
            totals = queries.agreement_totals(agreement_id=payday.agreement_id)
        assert (totals.claimed_cents, totals.waiting_cents) == (50_00, 50_00)

    def test_in_a_run_it_leaves_when_the_file_is_taken_out_and_the_rest_comes_with_the_next(self, payday: Payday):
        mixed(payday)
        payday.spend(1, second=True)
        payday.claim(at=MAY)
        run = payday.prepare(at=MAY)
        open_one(payday, hold_cents=30_00, at=MAY)
        payday.bank.receive(payday.send(run.run_id, at=MAY), at=MAY)
        assert states() == [("REDRAWN", 50_00), ("IN_PAYMENT", 10_00), ("READY", 20_00), ("SET_ASIDE", 30_00)]
        with acting_as_everything(why="look"):
            assert Transfer.objects.filter(cents=50_00).values_list("state", flat=True).get() == "CANCELLED"
        payday.read(payday.bank.statement(RING_FENCED, at=MAY), at=MAY)
        assert payday.prepare(at=MAY + DAY).cents == 20_00

    def test_never_a_cent_more_than_the_hold_and_the_oldest_first(self, payday: Payday):
        mixed(payday)
        open_one(payday, hold_cents=25_00, at=APRIL)
        assert payday.prepare().cents == 30_00
        assert states()[-1] == ("SET_ASIDE", 20_00), "two of the three, voucher by voucher"

    def test_what_was_paid_already_waits_out_of_the_account_that_is_drawn_up(self, payday: Payday):
        payday.spend(3)
        payday.pay()
        payday.spend(5, at=APRIL + DAY)
        payday.claim(at=MAY)
        open_one(payday, hold_cents=30_00, at=MAY)
        assert payday.prepare(at=MAY).cents == 20_00

    def test_asked_again_nothing_is_redrawn_again(self, payday: Payday, held: int):
        treasurer = payday.treasurer(APRIL)
        for _again in range(3):
            with acting_as(treasurer):
                operations.check_claims(agreement_id=payday.agreement_id, actor=treasurer, request_id=rid(), at=APRIL)
        assert states() == [("REDRAWN", 50_00), ("READY", 20_00), ("SET_ASIDE", 30_00)]
        assert len(told("settlement.claim-redrawn")) == 1

    def test_a_decision_that_takes_back_a_part_lets_the_other_be_paid(self, payday: Payday, held: int):
        payday.pay()
        answer(payday, held, at=APRIL)
        with acting_as_everything(why="look"):
            chosen = sorted(row(held).redemptions.values_list("id", flat=True))[:1]
        decide(payday, held, Decision.PARTLY, taken_back=chosen, at=APRIL)
        payday.pay(at=APRIL + DAY)
        assert [each for each in states() if each[0] != "REDRAWN"] == [("PAID", 20_00), ("PAID", 20_00), ("SET_ASIDE", 10_00)]
        assert act(payday, "second", cases.carry_out, case_id=held, at=JUNE) == 10_00
        treasurer = payday.treasurer(JUNE)
        with acting_as(treasurer):
            operations.check_claims(agreement_id=payday.agreement_id, actor=treasurer, request_id=rid(), at=JUNE)
        payday.claim(at=JUNE)
        assert states()[-1] == ("PAID", 10_00), "what was taken back paid itself: nothing goes to the bank"

    def test_by_hand_an_account_waits_whole_until_it_is_let_go(self, payday: Payday, held: int):
        treasurer = payday.treasurer(APRIL)
        with acting_as_everything(why="look"):
            claim_id = Claim.objects.get().id
        with acting_as(treasurer):
            hold_id = operations.place_hold(
                programme_id=payday.campaign.programme_id, organisation_id=payday.campaign.place_organisation_id, claim_id=claim_id,
                words=HoldWords("Vu.", "Nous vérifions.", "02 40 00 00 00"), days=10, actor=treasurer, request_id=rid(), at=APRIL,
            )  # fmt: skip
        assert states() == [("SET_ASIDE", 50_00)]
        with acting_as(treasurer):
            operations.release_hold(hold_id=hold_id, reason="Vérifié.", actor=treasurer, request_id=rid(), at=APRIL)
        assert states() == [("REDRAWN", 50_00), ("READY", 20_00), ("SET_ASIDE", 30_00)]


class TestTheDatabase:
    pytestmark = database

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE settlement_claimline SET cents = cents + 1 WHERE claim_id = {kept}",
            "UPDATE settlement_claimline SET claim_id = {paid} WHERE claim_id = {kept}",
            "UPDATE settlement_claimline SET claim_id = {first} WHERE claim_id = {kept}",
            "DELETE FROM settlement_claimline WHERE claim_id = {kept}",
            "UPDATE settlement_claim SET state = 'READY' WHERE id = {first}",
            "UPDATE settlement_claim SET redrawn_from_id = NULL WHERE id = {kept}",
            "UPDATE settlement_claim SET state = 'REDRAWN' WHERE id = {paid}",
        ],
    )
    def test_a_line_moves_to_what_stands_for_its_account_and_nowhere_else(self, payday: Payday, held: int, statement: str):
        payday.prepare()
        with acting_as_everything(why="look"):
            first, paid, kept = Claim.objects.order_by("id").values_list("id", flat=True)
        with acting_as_everything(why="try"), connection.cursor() as cursor:
            # As the owner of the tables: rights aside, the triggers refuse.
            cursor.execute("SELECT set_config('role', session_user, true)")
            with pytest.raises(DatabaseError), transaction.atomic():
                cursor.execute(statement.format(first=first, paid=paid, kept=kept))

    def test_verify_names_an_account_that_is_not_its_two(self, payday: Payday, held: int):
        payday.prepare()
        with acting_as_everything(why="tamper, then verify"):
            assert queries.verify() == []
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT set_config('role', session_user, true)")
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("ALTER TABLE settlement_claim DISABLE TRIGGER USER")
                cursor.execute("UPDATE settlement_claim SET cents = cents + 1 WHERE state = 'SET_ASIDE'")
                faults = queries.verify()
                cursor.execute("UPDATE settlement_claim SET cents = cents - 1 WHERE state = 'SET_ASIDE'")
                cursor.execute("ALTER TABLE settlement_claim ENABLE TRIGGER USER")
        assert any("redrawn" in fault.what for fault in faults)
        with acting_as_everything(why="look"):
            assert ClaimLine.objects.count() == 5
