"""From what places are owed to what the bank says: every step, and each refusal once."""

import dataclasses
import json
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from carnet.gateways.bank import errors, reports
from carnet.gateways.bank.fake import FakeBank
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.periods import start_of_day
from carnet.parties.rules import NotAllowed, SamePerson, SecondFactorNeeded
from carnet.redemption import operations as redemption
from carnet.redemption.rules import redemption_number
from carnet.settlement import operations, queries
from carnet.settlement.models import Claim, ClaimLine, PaymentRun, Transfer
from carnet.settlement.queries import PaymentStep
from carnet.settlement.rules import (
    AccountNotMended,
    BankFileAlreadyRead,
    BankFileOfAnotherAccount,
    BankFileOfAnotherPayment,
    ClaimTooEarly,
    ExecutionDayPast,
    NothingToPay,
    RunAlreadyOpen,
    RunFileAlreadyWritten,
    RunNotInState,
    RunUnknown,
    SetAsideReason,
    TransferNotReturned,
)
from tests.factories.campaign import rid
from tests.settlement.conftest import APRIL, FIRST_IBAN, MAY, MENDED_IBAN, RING_FENCED, SPENT_AT, Payday

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everything_adds_up")]


def test_a_month_is_claimed_paid_and_confirmed_to_the_cent(payday: Payday):
    payday.spend(3)
    payday.spend(2, second=True)
    run = payday.pay()
    assert (run.transfer_count, run.cents, run.set_aside) == (2, 5000, ())
    assert (payday.money().owed, payday.money().paid) == (0, 5000)
    with acting_as_everything(why="look"):
        assert PaymentRun.objects.get(id=run.run_id).state == "SETTLED"
        assert sorted(Transfer.objects.values_list("cents", "state")) == [(2000, "PAID"), (3000, "PAID")]
        totals = queries.agreement_totals(agreement_id=payday.agreement_id)
        assert (totals.claimed_cents, totals.paid_cents, totals.waiting_cents) == (5000, 5000, 0)


class TestClaims:
    def test_a_redemption_is_claimed_once_however_often_one_claims(self, payday: Payday):
        payday.spend(3)
        assert payday.claim().voucher_count == 3
        assert payday.claim().voucher_count == 0
        payday.spend(1, at=SPENT_AT + timedelta(days=1))
        assert payday.claim().voucher_count == 1
        with acting_as_everything(why="look"):
            assert ClaimLine.objects.count() == 4

    def test_the_same_request_is_answered_the_same(self, payday: Payday):
        payday.spend(2)
        actor, request = payday.treasurer(), rid()
        with acting_as(actor):
            once, twice = (
                operations.build_claims(programme_id=payday.campaign.programme_id, actor=actor, request_id=request, at=APRIL)
                for _ in range(2)
            )
        assert once == twice
        assert once.cents == 2000

    def test_what_was_undone_is_not_claimed(self, payday: Payday):
        first, _second = payday.spend(2)
        counter = payday.counter(payday.campaign.place_organisation_id)
        with acting_as(counter):
            redemption.reverse(number=first.number, reason="erreur", actor=counter, request_id=rid(), at=SPENT_AT + timedelta(minutes=1))
        assert payday.claim().voucher_count == 1

    def test_only_ended_periods_are_claimed(self, payday: Payday):
        payday.spend(1)
        payday.spend(1, at=APRIL - timedelta(days=2))
        drawn = payday.claim()
        assert (drawn.voucher_count, drawn.until) == (1, start_of_day(date(2026, 4, 1)))

    def test_what_may_still_be_undone_is_not_claimed(self, payday: Payday):
        actor = payday.treasurer()
        with acting_as(actor), pytest.raises(ClaimTooEarly):
            operations.build_claims(programme_id=payday.campaign.programme_id, until=APRIL, actor=actor, request_id=rid(), at=APRIL)

    def test_postgresql_itself_refuses_a_second_line(self, payday: Payday):
        payday.spend(1)
        payday.claim()
        with acting_as_everything(why="try"):
            line = ClaimLine.objects.get()
            with pytest.raises(IntegrityError), transaction.atomic():
                ClaimLine.objects.create(**{f.attname: getattr(line, f.attname) for f in ClaimLine._meta.fields if f.attname != "id"})


class TestSettingAside:
    def test_a_place_without_an_account_waits_alone(self, payday: Payday):
        payday.spend(2)
        payday.spend(1, second=True)
        _end_account(payday, payday.second_organisation_id)
        payday.claim()
        run = payday.prepare()
        assert (run.transfer_count, run.cents) == (1, 2000)
        assert [(each.organisation_id, each.reason) for each in run.set_aside] == [
            (payday.second_organisation_id, SetAsideReason.ACCOUNT_MISSING)
        ]
        waiting = _waiting(payday)
        assert [line.reason for line in waiting.set_aside] == ["ACCOUNT_MISSING"]

    def test_a_changed_account_waits_72_hours_and_is_paid_then(self, payday: Payday):
        payday.spend(1)
        _end_account(payday, payday.campaign.place_organisation_id)
        payday.account(payday.campaign.place_organisation_id, MENDED_IBAN, at=APRIL)
        payday.claim()
        with pytest.raises(NothingToPay) as refusal:
            payday.prepare()
        assert refusal.value.facts == {"set_aside": 1}
        assert [line.reason for line in _waiting(payday).set_aside] == ["ACCOUNT_CHANGING"]
        run = payday.prepare(at=APRIL + timedelta(hours=73))
        assert run.cents == 1000
        with acting_as_everything(why="look"):
            assert Transfer.objects.get().creditor_iban == MENDED_IBAN

    def test_a_claim_that_differs_from_its_redemptions_waits_alone(self, payday: Payday):
        payday.spend(2)
        payday.spend(1, second=True)
        payday.claim()
        with acting_as_everything(why="break a line"):
            claim = Claim.objects.get(organisation_id=payday.campaign.place_organisation_id)
            _as_owner(
                "SET CONSTRAINTS ALL IMMEDIATE",
                "ALTER TABLE settlement_claimline DISABLE TRIGGER carnet_append_only",
                f"UPDATE settlement_claimline SET cents = cents + 1 WHERE id = (SELECT min(id) FROM settlement_claimline WHERE claim_id = {claim.id})",
                "ALTER TABLE settlement_claimline ENABLE ALWAYS TRIGGER carnet_append_only",
            )
        run = payday.prepare()
        assert (run.cents, [each.reason for each in run.set_aside]) == (1000, [SetAsideReason.DIFFERS])


class TestTwoPeople:
    def test_whoever_prepared_a_run_does_not_approve_it(self, payday: Payday):
        payday.spend(1)
        payday.claim()
        run = payday.prepare()
        both = payday.staff(601, "TREASURER", "APPROVER")
        with acting_as(both), pytest.raises(SamePerson):
            operations.approve_run(run_id=run.run_id, actor=both, request_id=rid(), at=APRIL)

    def test_postgresql_itself_refuses_one_person_for_both(self, payday: Payday):
        payday.spend(1)
        payday.claim()
        run = payday.prepare()
        with acting_as_everything(why="try"), pytest.raises(IntegrityError), transaction.atomic():
            PaymentRun.objects.filter(id=run.run_id).update(approved_by_id=601, approved_at=APRIL, state="APPROVED")

    def test_a_treasurer_does_not_approve_and_an_approver_does_not_prepare(self, payday: Payday):
        payday.spend(1)
        payday.claim()
        approver, other = payday.approver(), payday.staff(603, "TREASURER")
        with acting_as(approver), pytest.raises(NotAllowed):
            operations.prepare_run(agreement_id=payday.agreement_id, actor=approver, request_id=rid(), at=APRIL)
        run = payday.prepare()
        with acting_as(other), pytest.raises(NotAllowed):
            operations.approve_run(run_id=run.run_id, actor=other, request_id=rid(), at=APRIL)

    def test_an_old_proof_is_not_enough(self, payday: Payday):
        payday.spend(1)
        payday.claim()
        tired = dataclasses.replace(payday.treasurer(), proved_at=APRIL - timedelta(hours=1))
        with acting_as(tired), pytest.raises(SecondFactorNeeded):
            operations.prepare_run(agreement_id=payday.agreement_id, actor=tired, request_id=rid(), at=APRIL)

    def test_a_stranger_learns_nothing_of_a_run(self, payday: Payday):
        payday.spend(1)
        payday.claim()
        run = payday.prepare()
        stranger = dataclasses.replace(
            payday.staff(900, "TREASURER", "APPROVER"), organisation_id=999, organisation_ids=frozenset({999}), programme_ids=frozenset()
        )
        with acting_as(stranger):
            for attempt in (
                lambda: operations.approve_run(run_id=run.run_id, actor=stranger, request_id=rid(), at=APRIL),
                lambda: operations.write_payment_file(run_id=run.run_id, actor=stranger, request_id=rid(), at=APRIL),
                lambda: queries.run_page(actor=stranger, run_id=run.run_id),
            ):
                with pytest.raises(RunUnknown):
                    attempt()

    def test_what_was_approved_cannot_be_changed(self, payday: Payday):
        payday.spend(1)
        payday.claim()
        payday.prepare()
        with acting_as_everything(why="try"):
            for change in ({"cents": 5}, {"creditor_iban": MENDED_IBAN}, {"creditor_name": "Un autre"}):
                with pytest.raises(IntegrityError), transaction.atomic():
                    Transfer.objects.update(**change)


class TestTheFile:
    def test_is_the_same_bytes_each_time(self, payday: Payday):
        payday.spend(2)
        payday.claim()
        run = payday.prepare()
        content = payday.send(run.run_id)
        later, approver = APRIL + timedelta(days=3), payday.approver(APRIL + timedelta(days=3))
        with acting_as(approver):
            assert operations.write_payment_file(run_id=run.run_id, actor=approver, request_id=rid(), at=later) == content

    def test_is_not_written_before_a_second_person_said_yes(self, payday: Payday):
        payday.spend(1)
        payday.claim()
        run = payday.prepare()
        treasurer = payday.treasurer()
        with acting_as(treasurer):
            with pytest.raises(RunNotInState):
                operations.write_payment_file(run_id=run.run_id, actor=treasurer, request_id=rid(), at=APRIL)
            with pytest.raises(RunNotInState):
                operations.mark_sent(run_id=run.run_id, actor=treasurer, request_id=rid(), at=APRIL)

    def test_a_second_run_waits_for_the_first(self, payday: Payday):
        payday.spend(1)
        payday.claim()
        run = payday.prepare()
        payday.spend(1, second=True, at=SPENT_AT + timedelta(hours=1))
        payday.claim()
        with pytest.raises(RunAlreadyOpen) as refusal:
            payday.prepare()
        assert refusal.value.facts == {"run_id": run.run_id}

    def test_a_run_is_given_up_before_its_file_left_and_not_after(self, payday: Payday):
        payday.spend(1)
        payday.claim()
        run = payday.prepare()
        approver = payday.approver()
        with acting_as(approver):
            operations.cancel_run(run_id=run.run_id, reason="compte à vérifier", actor=approver, request_id=rid(), at=APRIL)
        again = payday.prepare()
        assert again.cents == 1000
        payday.send(again.run_id)
        with acting_as(approver), pytest.raises((RunFileAlreadyWritten, RunNotInState)):
            operations.cancel_run(run_id=again.run_id, reason="trop tard", actor=approver, request_id=rid(), at=APRIL)

    def test_a_day_that_is_past_is_refused(self, payday: Payday):
        payday.spend(1)
        payday.claim()
        actor = payday.treasurer()
        with acting_as(actor), pytest.raises(ExecutionDayPast):
            operations.prepare_run(agreement_id=payday.agreement_id, execute_on=date(2026, 3, 31), actor=actor, request_id=rid(), at=APRIL)


class TestTheBanksAnswers:
    def _sent(self, payday: Payday) -> tuple[bytes, str]:
        payday.spend(2)
        payday.claim()
        run = payday.prepare()
        content = payday.send(run.run_id)
        with acting_as_everything(why="look"):
            return content, Transfer.objects.get().end_to_end_id

    def test_the_same_file_twice_is_refused_and_changes_nothing(self, payday: Payday):
        content, _reference = self._sent(payday)
        payday.bank.receive(content, at=APRIL)
        statement = payday.bank.statement(RING_FENCED, at=APRIL)
        payday.read(statement)
        with pytest.raises(BankFileAlreadyRead):
            payday.read(statement)
        assert payday.money().paid == 2000

    def test_the_same_fact_in_another_file_changes_nothing(self, payday: Payday):
        content, _reference = self._sent(payday)
        payday.bank.receive(content, at=APRIL)
        statement = payday.bank.statement(RING_FENCED, at=APRIL)
        payday.read(statement)
        again = payday.read(statement.replace(b"<ElctrncSeqNb>1<", b"<ElctrncSeqNb>2<"))
        assert (again.paid_count, again.known_count, payday.money().paid) == (0, 1, 2000)

    def test_a_file_about_another_account_is_refused(self, payday: Payday):
        content, _reference = self._sent(payday)
        payday.bank.receive(content, at=APRIL)
        statement = payday.bank.statement(RING_FENCED, at=APRIL).replace(RING_FENCED.encode(), FIRST_IBAN.encode())
        with pytest.raises(BankFileOfAnotherAccount) as refusal:
            payday.read(statement)
        assert RING_FENCED not in str(refusal.value)
        assert payday.money().paid == 0

    def test_an_answer_to_a_payment_never_sent_is_refused(self, payday: Payday):
        content, _reference = self._sent(payday)
        foreign = FakeBank().receive(content, at=APRIL, rejects={}).replace(b"<OrgnlMsgId>CARNET", b"<OrgnlMsgId>OTHER")
        with pytest.raises(BankFileOfAnotherPayment):
            payday.read(foreign)

    def test_another_amount_or_an_unknown_reference_is_told_and_changes_nothing(self, payday: Payday):
        content, reference = self._sent(payday)
        payday.bank.receive(content, at=APRIL)
        statement = payday.bank.statement(RING_FENCED, at=APRIL)
        read = payday.read(statement.replace(b'"EUR">20.00<', b'"EUR">19.99<'))
        assert [(remark.reference, remark.verdict) for remark in read.remarks] == [(reference, "OTHER_AMOUNT")]
        read = payday.read(statement.replace(reference.encode(), b"SOMETHING-ELSE"))
        assert [(remark.reference, remark.verdict) for remark in read.remarks] == [("SOMETHING-ELSE", "UNKNOWN")]
        assert payday.money().paid == 0

    def test_a_hostile_file_changes_nothing(self, payday: Payday):
        with pytest.raises(errors.BankFileHostile):
            payday.read(b"<!DOCTYPE a><a/>")

    def test_a_file_refused_whole_sends_every_transfer_back(self, payday: Payday):
        content, _reference = self._sent(payday)
        payday.bank.receive(content, at=APRIL)
        read = payday.read(payday.bank.receive(content, at=APRIL))
        assert (read.came_back_count, payday.money().owed) == (1, 2000)


class TestARejectedOrReturnedTransfer:
    def test_a_rejected_one_is_paid_again_once_the_account_is_mended(self, payday: Payday):
        payday.spend(2)
        payday.spend(1, second=True)
        payday.claim()
        first = payday.prepare()
        content = payday.send(first.run_id)
        with acting_as_everything(why="look"):
            bad = Transfer.objects.get(organisation_id=payday.campaign.place_organisation_id)
        payday.read(payday.bank.receive(content, at=APRIL, rejects={bad.end_to_end_id: "AC01"}))
        payday.read(payday.bank.statement(RING_FENCED, at=APRIL))
        assert (payday.money().owed, payday.money().paid) == (2000, 1000)
        self._mend_and_pay_again(payday, bad)

    def test_a_returned_one_is_owed_again_then_paid_again(self, payday: Payday):
        payday.spend(2)
        payday.pay()
        with acting_as_everything(why="look"):
            transfer = Transfer.objects.get()
        payday.bank.send_back(transfer.end_to_end_id, reason="AC04")
        read = payday.read(payday.bank.statement(RING_FENCED, at=APRIL))
        assert (read.came_back_cents, payday.money().owed, payday.money().paid) == (2000, 2000, 0)
        assert [(line.reason_code, line.is_mended) for line in _waiting(payday).returned] == [("AC04", False)]
        self._mend_and_pay_again(payday, transfer)

    def test_only_what_came_back_is_paid_again(self, payday: Payday):
        payday.spend(1)
        payday.pay()
        actor = payday.treasurer()
        with acting_as_everything(why="look"):
            transfer_id = Transfer.objects.get().id
        with acting_as(actor), pytest.raises(TransferNotReturned):
            operations.repay_returned(transfer_id=transfer_id, actor=actor, request_id=rid(), at=APRIL)

    def _mend_and_pay_again(self, payday: Payday, transfer: Transfer) -> None:
        actor = payday.treasurer()
        with acting_as(actor), pytest.raises(AccountNotMended):
            operations.repay_returned(transfer_id=transfer.id, actor=actor, request_id=rid(), at=APRIL)
        payday.account(transfer.organisation_id, MENDED_IBAN, at=APRIL)
        later = APRIL + timedelta(days=4)
        actor = payday.treasurer(later)
        with acting_as(actor):
            operations.repay_returned(transfer_id=transfer.id, actor=actor, request_id=rid(), at=later)
        run = payday.pay(at=later)
        assert run.cents == transfer.cents
        with acting_as_everything(why="look"):
            attempts = list(
                Transfer.objects.filter(claim_id=transfer.claim_id).order_by("attempt").values_list("attempt", "state", "creditor_iban")
            )
        assert attempts == [(1, "REPLACED", transfer.creditor_iban), (2, "PAID", MENDED_IBAN)]
        assert payday.money().owed == 0


class TestWhatThePayeesProgramsAreTold:
    def test_each_payee_s_own_lines_say_when_its_money_left_arrived_and_came_back(self, payday: Payday):
        payday.spend(2)
        payday.spend(1, second=True)
        payday.pay()
        with acting_as_everything(why="look"):
            transfers = {each.organisation_id: each for each in Transfer.objects.all()}
        mine, second = payday.campaign.place_organisation_id, payday.second_organisation_id
        payday.bank.send_back(transfers[second].end_to_end_id, reason="AC04")
        payday.read(payday.bank.statement(RING_FENCED, at=APRIL))
        told = {organisation_id: self._lines(organisation_id) for organisation_id in (mine, second)}
        day = transfers[mine].execute_on.isoformat()
        assert [action for action, _subject, _facts in told[mine]] == ["settlement.transfer-sent", "settlement.transfer-paid"]
        assert told[mine][0][1:] == (
            str(transfers[mine].claim_id),
            {"cents": 2000, "reference": transfers[mine].end_to_end_id, "execute_on": day},
        )
        assert set(told[mine][1][2]) == {"cents", "reference", "booked_on"}
        assert [action for action, _subject, _facts in told[second]][-1] == "settlement.transfer-returned"
        assert told[second][-1][2]["reason_code"] == "AC04"

    def _lines(self, organisation_id: int):
        with acting_as(organisation_ids=[organisation_id]), connection.cursor() as cursor:
            cursor.execute(
                "SELECT action, subject_id, facts::text FROM journal_line WHERE organisation_id = %s AND action LIKE 'settlement.transfer-%%' ORDER BY id",
                [organisation_id],
            )
            return [(action, subject, json.loads(facts)) for action, subject, facts in cursor.fetchall()]


class TestWhatAPlaceSees:
    def test_how_much_and_on_which_day_at_every_step(self, payday: Payday):
        payday.spend(3)
        organisation_id = payday.campaign.place_organisation_id
        counter = payday.counter(organisation_id, "PLACE_MANAGER")

        def expected(at):
            with acting_as(counter):
                return [
                    (each.step, each.payable_on, each.cents) for each in queries.expected_payments(organisation_id=organisation_id, at=at)
                ]

        assert expected(SPENT_AT) == [(PaymentStep.RUNNING, date(2026, 4, 10), 3000)]
        # The day announced at the counter is the day told for good, late or not: it never becomes "today".
        for at in (APRIL, APRIL + timedelta(days=60)):
            assert expected(at) == [(PaymentStep.TO_CLAIM, date(2026, 4, 10), 3000)]
        payday.claim()
        assert expected(APRIL) == [(PaymentStep.CLAIMED, date(2026, 4, 10), 3000)]
        run = payday.prepare()
        assert expected(APRIL) == [(PaymentStep.BEING_PAID, run.execute_on, 3000)]
        content = payday.send(run.run_id)
        payday.bank.receive(content, at=APRIL)
        payday.read(payday.bank.statement(RING_FENCED, at=APRIL))
        assert expected(APRIL) == []
        with acting_as(counter):
            (received,) = queries.received_payments(organisation_id=organisation_id)
            assert (received.cents, received.masked_iban) == (3000, "FR76 … 0188")
            page = queries.claim_page(actor=counter, claim_id=received.claim_id, at=APRIL)
            line = ClaimLine.objects.filter(claim_id=received.claim_id).latest("id")
            number = redemption_number(series_id=line.series_id, voucher_id=line.voucher_id, generation=line.generation)
            assert queries.day_paid(organisation_id=organisation_id, redemption=number) == received.paid_on
            assert queries.day_paid(organisation_id=organisation_id + 1, redemption=number) is None
        assert [(day.day, day.voucher_count, day.cents) for day in page.days] == [(date(2026, 3, 10), 3, 3000)]

    def test_its_own_rows_and_nobody_elses(self, payday: Payday):
        payday.spend(1)
        payday.spend(2, second=True)
        payday.claim()
        counter = payday.counter(payday.campaign.place_organisation_id)
        with acting_as(counter):
            assert [claim.cents for claim in Claim.objects.all()] == [1000]
            assert PaymentRun.objects.count() == 0

    def test_the_delay_from_use_to_payment(self, payday: Payday):
        payday.spend(2)
        payday.pay()
        with acting_as_everything(why="figure"):
            delay = queries.delay_achieved(programme_id=payday.campaign.programme_id)
            nothing = queries.delay_achieved(programme_id=payday.campaign.programme_id, since=MAY.date())
        assert (delay.median_days, delay.voucher_count) == (28, 2)
        assert (nothing.median_days, nothing.voucher_count) == (None, 0)


def test_a_statement_of_the_independent_reader_says_the_same_as_the_ledger(payday: Payday):
    payday.spend(4)
    payday.claim()
    content = payday.send(payday.prepare().run_id)
    payday.bank.receive(content, at=APRIL)
    statement = payday.bank.statement(RING_FENCED, at=APRIL)
    payday.read(statement)
    assert sum(line.cents or 0 for line in reports.read(statement).transfers) == payday.money().paid == 4000


def _waiting(payday: Payday) -> queries.WaitingPayments:
    actor = payday.treasurer()
    with acting_as(actor):
        # A run that found nothing to pay changed nothing: what is set aside is shown by checking the claims.
        operations.check_claims(agreement_id=payday.agreement_id, actor=actor, request_id=rid(), at=APRIL)
        (waiting,) = queries.waiting_payments(actor=actor, programme_ids=[payday.campaign.programme_id], at=APRIL)
    return waiting


def _end_account(payday: Payday, organisation_id: int) -> None:
    from carnet.parties import operations as parties
    from carnet.parties import queries as parties_queries

    decider = dataclasses.replace(payday.counter(organisation_id, "APPROVER"), proved_at=APRIL)
    with acting_as(decider):
        account = parties_queries.payable_account(organisation_id=organisation_id, at=APRIL)
        parties.end_bank_account(
            organisation_id=organisation_id, account_id=account.id, reason="compte clos", actor=decider, request_id=rid(), at=APRIL
        )


def _as_owner(*statements: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET ROLE carnet_app")
