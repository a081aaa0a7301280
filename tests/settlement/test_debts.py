"""A place that owes: charged once, kept from the next payment of the same agreement, undone with it, then asked for by a debit note."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.parties.rules import SamePerson
from carnet.redemption import operations as redemption
from carnet.redemption.rules import DisputeOutcome
from carnet.settlement import operations, queries
from carnet.settlement.models import Advice, Claim, DebitNote, Debt, Netting, Transfer
from carnet.settlement.queries.debts import DebtStep, debit_note, debts_of_agreement
from carnet.settlement.rules import ClaimState, NothingToPay
from carnet.settlement.rules.debts import (
    DebitNoteNotInState,
    DebitNotePaymentDiffers,
    DebitNoteReferenceUsed,
    DebitNoteTooEarly,
    NoteState,
    NothingToAskBack,
    RecoveryTermsInvalid,
)
from tests.factories.campaign import rid
from tests.settlement.conftest import APRIL, MAY, RING_FENCED, Payday

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everything_adds_up_to_the_bank")]
JUNE = APRIL.replace(month=6, day=5)
LATE_APRIL = APRIL.replace(day=15)


@pytest.fixture
def everything_adds_up_to_the_bank(payday: Payday):
    """After the test, ledger and settlement still tell the same."""
    yield
    with acting_as_everything(why="verify"):
        assert ledger.verify() == []
        assert queries.verify() == []


def mistake(payday: Payday, number: str, *, at=LATE_APRIL) -> DisputeOutcome:
    """The place says a redemption was a mistake; the operator accepts."""
    line_of = payday.counter(_organisation(payday, number), "PLACE_MANAGER")
    with acting_as(line_of):
        dispute = redemption.open_dispute(number=number, reason="typed-twice", actor=line_of, request_id=rid(), at=at)
    agent = payday.staff(640, "OPERATOR_AGENT", at=at)
    with acting_as(agent):
        return operations.decide_dispute(number=dispute, accepted=True, reason="", actor=agent, request_id=rid(), at=at)


def _organisation(payday: Payday, number: str) -> int:
    series_id, voucher_id, generation = (int(each) for each in number.split("-"))
    with acting_as_everything(why="whose"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT organisation_id FROM redemption_redemption WHERE series_id = %s AND voucher_id = %s AND generation = %s",
            [series_id, voucher_id, generation],
        )
        return cursor.fetchone()[0]


def bank_paid(payday: Payday) -> int:
    """Cents that left the account at the bank, less those that came back."""
    return payday.bank.opening_cents - payday.bank._balance[RING_FENCED]


def debts(payday: Payday):
    with acting_as_everything(why="count"):
        return debts_of_agreement(agreement_id=payday.agreement_id)


def test_what_was_paid_by_mistake_is_kept_from_the_next_payment(payday: Payday) -> None:
    wrong = payday.spend(3)[0]
    payday.pay()
    assert mistake(payday, wrong.number) is DisputeOutcome.TO_RECOVER
    assert (payday.money().paid, debts(payday)[0].waiting_cents, debts(payday)[0].ledger_due_cents) == (3000, 1000, 1000)
    payday.spend(4, at=LATE_APRIL)
    run = payday.pay(at=MAY)
    assert (run.transfer_count, run.cents) == (1, 3000)
    with acting_as_everything(why="look"):
        transfer, advice = Transfer.objects.get(run_id=run.run_id), Advice.objects.latest("id")
        assert (advice.claim_cents, advice.netted_cents, transfer.cents) == (4000, 1000, 3000)
        assert transfer.remittance.endswith(" - retenu 10,00 EUR")
        assert sorted(Advice.objects.values_list("number", flat=True)) == [1, 2]
    (owed,) = debts(payday)
    assert (owed.back_cents, owed.ledger_due_cents, owed.lines[0].step) == (1000, 0, DebtStep.BACK)
    # Seven vouchers were used, one of them by mistake: the bank paid six, and its money is back with the funders.
    assert payday.money().paid == bank_paid(payday) == 6000
    with acting_as_everything(why="count"):
        totals = queries.agreement_totals(agreement_id=payday.agreement_id)
    assert (totals.claimed_cents, totals.paid_cents, totals.back_cents, totals.waiting_cents) == (7000, 6000, 1000, 0)


def test_a_debt_of_an_unpaid_claim_is_kept_from_that_very_claim(payday: Payday) -> None:
    wrong = payday.spend(2)[0]
    payday.claim()
    mistake(payday, wrong.number, at=APRIL)
    run = payday.prepare()
    assert run.cents == 1000
    content = payday.send(run.run_id)
    payday.read(payday.bank.receive(content, at=APRIL))
    payday.read(payday.bank.statement(RING_FENCED, at=APRIL))
    assert payday.money().paid == bank_paid(payday) == 1000


def test_a_debt_as_large_as_the_claim_pays_it_without_a_line_of_the_bank(payday: Payday) -> None:
    wrong = payday.spend(2)
    payday.pay()
    for each in wrong:
        mistake(payday, each.number)
    payday.spend(1, at=LATE_APRIL)
    payday.claim(at=MAY)
    with acting_as_everything(why="look"):
        claim = Claim.objects.latest("id")
        assert (claim.state, Transfer.objects.filter(claim=claim).count()) == (ClaimState.PAID, 0)
        assert Advice.objects.get(claim=claim).netted_cents == 1000
    with pytest.raises(NothingToPay):
        payday.prepare(at=MAY)
    # What is left of the debt waits for the claim after.
    assert (debts(payday)[0].back_cents, debts(payday)[0].waiting_cents) == (1000, 1000)
    payday.spend(3, at=MAY)
    assert payday.pay(at=JUNE).cents == 2000
    assert payday.money().paid == bank_paid(payday) == 4000


def test_nothing_is_kept_from_another_organisation(payday: Payday) -> None:
    wrong = payday.spend(1)[0]
    payday.pay()
    mistake(payday, wrong.number)
    payday.spend(2, second=True, at=LATE_APRIL)
    assert payday.pay(at=MAY).cents == 2000
    assert debts(payday)[0].waiting_cents == 1000


def test_what_a_cancelled_run_kept_waits_again(payday: Payday) -> None:
    wrong = payday.spend(2)[0]
    payday.pay()
    mistake(payday, wrong.number)
    payday.spend(2, at=LATE_APRIL)
    payday.claim(at=MAY)
    run = payday.prepare(at=MAY)
    assert (run.cents, debts(payday)[0].kept_cents) == (1000, 1000)
    approver = payday.approver(MAY)
    with acting_as(approver):
        operations.cancel_run(run_id=run.run_id, reason="à revoir", actor=approver, request_id=rid(), at=MAY)
    assert (debts(payday)[0].kept_cents, debts(payday)[0].waiting_cents, debts(payday)[0].ledger_due_cents) == (0, 1000, 1000)
    assert payday.prepare(at=MAY).cents == 1000
    with acting_as_everything(why="look"):
        assert Netting.objects.filter(undone_at=None).count() == 1


def test_what_a_returned_transfer_kept_is_owed_again_and_kept_again(payday: Payday) -> None:
    wrong = payday.spend(2)[0]
    payday.pay()
    mistake(payday, wrong.number)
    payday.spend(3, at=LATE_APRIL)
    run = payday.pay(at=MAY)
    assert debts(payday)[0].back_cents == 1000
    for month in (JUNE, JUNE + timedelta(days=7)):
        with acting_as_everything(why="which"):
            transfer = Transfer.objects.filter(state="PAID").latest("id")
        payday.bank.send_back(transfer.end_to_end_id)
        payday.read(payday.bank.statement(RING_FENCED, at=month), at=month)
        assert (debts(payday)[0].waiting_cents, debts(payday)[0].ledger_due_cents) == (1000, 1000)
        assert payday.money().owed == 3000
        treasurer = payday.treasurer(month)
        with acting_as(treasurer):
            operations.repay_returned(transfer_id=transfer.id, same_account=True, actor=treasurer, request_id=rid(), at=month)
        run = payday.prepare(at=month)
        assert run.cents == 2000
        content = payday.send(run.run_id, at=month)
        payday.read(payday.bank.receive(content, at=month), at=month)
        payday.read(payday.bank.statement(RING_FENCED, at=month), at=month)
    with acting_as_everything(why="look"):
        claim = Claim.objects.latest("id")
        assert (claim.state, list(claim.transfers.order_by("attempt").values_list("state", flat=True))) == (
            ClaimState.PAID,
            ["REPLACED", "REPLACED", "PAID"],
        )
        assert list(Advice.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3, 4]
    assert payday.money().paid == bank_paid(payday) == 4000


def issue(payday: Payday, *, at=JUNE, person: int = 601) -> int:
    treasurer = payday.staff(person, "TREASURER", at=at)
    with acting_as(treasurer):
        return operations.issue_debit_note(
            agreement_id=payday.agreement_id,
            organisation_id=payday.campaign.place_organisation_id,
            actor=treasurer,
            request_id=rid(),
            at=at,
        )


def tell(payday: Payday, note_id: int, *, cents: int = 1000, reference: str = "VIR 42", at=JUNE, actor: Actor | None = None) -> None:
    actor = actor or payday.treasurer(at)
    with acting_as(actor):
        operations.record_note_payment(
            note_id=note_id, cents=cents, reference=reference, paid_on=at.date(), actor=actor, request_id=rid(), at=at
        )


@pytest.fixture
def owing(payday: Payday) -> Payday:
    """The place was paid one voucher too many, and no claim came since."""
    wrong = payday.spend(1)[0]
    payday.pay()
    mistake(payday, wrong.number)
    return payday


def test_a_debit_note_waits_for_claims_then_asks_and_two_people_see_it_paid(owing: Payday) -> None:
    with pytest.raises(DebitNoteTooEarly) as early:
        issue(owing, at=MAY)
    assert early.value.facts["possible_on"] == date(2026, 6, 14)
    note_id = issue(owing, at=JUNE + timedelta(days=10))
    late = JUNE + timedelta(days=20)
    with pytest.raises(NothingToAskBack):
        issue(owing, at=late)
    # Asked for in one way only: a claim that comes now is paid whole.
    owing.spend(1, at=LATE_APRIL)
    assert owing.pay(at=late).cents == 1000
    with pytest.raises(DebitNotePaymentDiffers):
        tell(owing, note_id, cents=999, at=late)
    tell(owing, note_id, at=late)
    both = owing.staff(601, "TREASURER", "APPROVER", at=late)
    with acting_as(both), pytest.raises(SamePerson):
        operations.confirm_note_payment(note_id=note_id, actor=both, request_id=rid(), at=late)
    approver = owing.approver(late)
    with acting_as(approver):
        operations.confirm_note_payment(note_id=note_id, actor=approver, request_id=rid(), at=late)
        operations.confirm_note_payment(note_id=note_id, actor=approver, request_id=rid(), at=late)
    (owed,) = debts(owing)
    assert (owed.back_cents, owed.ledger_due_cents) == (1000, 0)
    treasurer = owing.treasurer(late)
    with acting_as(treasurer):
        page = debit_note(actor=treasurer, note_id=note_id)
        assert (page.line.state, page.line.number, page.iban) == (NoteState.PAID, "ND-2026-000001", RING_FENCED)
        with pytest.raises(DebitNoteNotInState):
            operations.withdraw_debit_note(note_id=note_id, reason="non", actor=treasurer, request_id=rid(), at=late)


def test_a_line_of_the_bank_pays_one_note_and_a_refused_one_waits_again(owing: Payday) -> None:
    late = JUNE + timedelta(days=10)
    first = issue(owing, at=late)
    tell(owing, first, at=late)
    approver = owing.approver(late)
    with acting_as(approver):
        operations.refuse_note_payment(note_id=first, reason="introuvable", actor=approver, request_id=rid(), at=late)
    treasurer = owing.treasurer(late)
    with acting_as(treasurer):
        operations.withdraw_debit_note(note_id=first, reason="erreur", actor=treasurer, request_id=rid(), at=late)
    second = issue(owing, at=late)
    tell(owing, second, at=late)
    wrong = owing.spend(1, second=True, at=late)[0]
    owing.pay(at=late + timedelta(days=40))
    mistake(owing, wrong.number, at=late + timedelta(days=41))
    much_later = late + timedelta(days=110)
    treasurer = owing.treasurer(much_later)
    with acting_as(treasurer):
        third = operations.issue_debit_note(
            agreement_id=owing.agreement_id, organisation_id=owing.second_organisation_id, actor=treasurer, request_id=rid(), at=much_later
        )
    with pytest.raises(DebitNoteReferenceUsed):
        tell(owing, third, at=much_later)
    with acting_as_everything(why="look"):
        assert list(DebitNote.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3]


def test_a_programme_says_its_own_period(owing: Payday) -> None:
    treasurer = owing.treasurer(MAY)
    with acting_as(treasurer):
        with pytest.raises(RecoveryTermsInvalid):
            operations.set_recovery_terms(
                programme_id=owing.campaign.programme_id, ask_after_days=0, due_within_days=30, actor=treasurer, request_id=rid(), at=MAY
            )
        operations.set_recovery_terms(
            programme_id=owing.campaign.programme_id, ask_after_days=15, due_within_days=21, actor=treasurer, request_id=rid(), at=MAY
        )
    note_id = issue(owing, at=MAY)
    with acting_as_everything(why="look"):
        note = DebitNote.objects.get(id=note_id)
        assert (note.due_on - note.issued_on).days == 21


def test_the_database_refuses_a_debt_asked_for_twice(owing: Payday) -> None:
    issue(owing, at=JUNE + timedelta(days=10))
    with acting_as_everything(why="by force"):
        debt, claim = Debt.objects.get(), Claim.objects.latest("id")
        with pytest.raises(IntegrityError), transaction.atomic():
            Netting.objects.create(
                debt=debt, claim=claim, programme_id=debt.programme_id, agreement_id=debt.agreement_id, organisation_id=debt.organisation_id,
                cents=debt.cents, kept_at=JUNE, booked_at=JUNE, request_id=rid(),
            )  # fmt: skip


def test_a_debt_is_recorded_once_and_told_to_whoever_asks_again(owing: Payday) -> None:
    agent = owing.staff(640, "TREASURER", at=MAY)
    with acting_as(agent):
        assert operations.record_debts(programme_id=owing.campaign.programme_id, actor=agent, request_id=rid(), at=MAY) == ()
