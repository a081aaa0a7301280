"""A run as several people hold it: bands, control, stop and resume, holds, release, payments asked for."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from carnet.funding import operations as funding
from carnet.funding import queries as funding_queries
from carnet.funding.rules import PaymentFrequency
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.parties.rules import NotAllowed, SamePerson, VoiceAlreadyGiven
from carnet.settlement import operations, queries
from carnet.settlement.models import Claim, Hold, PaymentRequest, PaymentRun, Transfer
from carnet.settlement.queries import PaymentStep
from carnet.settlement.rules import (
    Band,
    HoldAlreadyPlaced,
    HoldEnded,
    HoldWords,
    NothingToPay,
    NothingToRequest,
    NotYoursToResume,
    RequestAlreadyMade,
    RequestNotPossible,
    RunAlreadyOpen,
    RunFileAlreadyWritten,
    RunNotControlled,
    RunNotInState,
)
from tests.factories.campaign import NOW, SYSTEM, rid
from tests.settlement.conftest import APRIL, FIRST_IBAN, MENDED_IBAN, SPENT_AT, Payday

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everything_adds_up")]

WORDS = HoldWords("signalement 12", "Une leçon du 10 mars doit être vérifiée.", "02 40 00 00 00")
SMALL_BANDS = (Band(20_00, 1), Band(None, 2))


def _admin(payday: Payday) -> Actor:
    return payday.staff(600, "OPERATOR_ADMIN")


def _second(payday: Payday) -> Actor:
    return payday.staff(603, "APPROVER")


def _bands(payday: Payday, *bands: Band) -> None:
    with acting_as(_admin(payday)):
        operations.set_bands(
            programme_id=payday.campaign.programme_id,
            bands=bands,
            reason="Conseil du 3 mars",
            actor=_admin(payday),
            request_id=rid(),
            at=APRIL,
        )


def _approve(payday: Payday, run_id: int, actor: Actor) -> int:
    with acting_as(actor):
        return operations.approve_run(run_id=run_id, actor=actor, request_id=rid(), at=APRIL)


def _write(payday: Payday, run_id: int) -> bytes:
    with acting_as(payday.treasurer()):
        return operations.write_payment_file(run_id=run_id, actor=payday.treasurer(), request_id=rid(), at=APRIL)


def _stop(payday: Payday, run_id: int, actor: Actor, *, is_not_at_bank: bool = False) -> None:
    with acting_as(actor):
        operations.stop_run(run_id=run_id, reason="Un doute", is_not_at_bank=is_not_at_bank, actor=actor, request_id=rid(), at=APRIL)


def _resume(payday: Payday, run_id: int, actor: Actor) -> None:
    with acting_as(actor):
        operations.resume_run(run_id=run_id, actor=actor, request_id=rid(), at=APRIL)


def _run(run_id: int) -> PaymentRun:
    with acting_as_everything(why="look"):
        return PaymentRun.objects.get(id=run_id)


class TestBands:
    def test_a_larger_amount_asks_two_people_and_keeps_asking_them(self, payday: Payday):
        _bands(payday, *SMALL_BANDS)
        payday.spend(3)
        payday.claim()
        run = payday.prepare()
        _bands(payday, Band(None, 1))  # decided afterwards: this run keeps what it was prepared with
        assert _approve(payday, run.run_id, payday.approver()) == 1
        assert _run(run.run_id).state == "PREPARED"
        with pytest.raises(RunNotInState):
            _write(payday, run.run_id)
        with pytest.raises(VoiceAlreadyGiven):
            _approve(payday, run.run_id, payday.approver())
        with pytest.raises(SamePerson):
            _approve(payday, run.run_id, payday.staff(601, "TREASURER", "APPROVER"))
        assert _approve(payday, run.run_id, _second(payday)) == 0
        found = _run(run.run_id)
        assert (found.state, found.people_needed, found.approved_by_id) == ("APPROVED", 2, 603)
        page = _page(payday, run.run_id)
        assert ([voice.person_id for voice in page.voices], page.line.people_needed) == ([602, 603], 2)
        assert _write(payday, run.run_id)

    def test_a_small_amount_asks_one_and_one_no_ends_it(self, payday: Payday):
        _bands(payday, *SMALL_BANDS)
        payday.spend(2)
        payday.claim()
        assert _approve(payday, payday.prepare().run_id, payday.approver()) == 0

    def test_postgresql_itself_keeps_how_many_people_approve(self, payday: Payday):
        _bands(payday, *SMALL_BANDS)
        payday.spend(3)
        payday.claim()
        run = payday.prepare()
        with acting_as_everything(why="try"), pytest.raises(DatabaseError), transaction.atomic():
            PaymentRun.objects.filter(id=run.run_id).update(people_needed=1)

    def test_only_the_administrator_sets_them(self, payday: Payday):
        for actor in (payday.treasurer(), payday.approver()):
            with acting_as(actor), pytest.raises(NotAllowed):
                operations.set_bands(
                    programme_id=payday.campaign.programme_id, bands=SMALL_BANDS, reason="x", actor=actor, request_id=rid(), at=APRIL
                )
        _bands(payday, *SMALL_BANDS)
        with acting_as(payday.treasurer()):
            found = queries.bands(actor=payday.treasurer(), programme_id=payday.campaign.programme_id)
        assert (found.bands, found.reason, found.set_by_id) == (SMALL_BANDS, "Conseil du 3 mars", 600)


def _page(payday: Payday, run_id: int) -> queries.RunPage:
    with acting_as(payday.treasurer()):
        return queries.run_page(actor=payday.treasurer(), run_id=run_id)


class TestPreparedByTheTimer:
    def test_a_person_controls_it_first_and_never_approves_it(self, payday: Payday):
        payday.spend(2)
        payday.claim()
        timer = Actor.system("timer", organisation_ids={payday.campaign.operator_id}, programme_ids={payday.campaign.programme_id})
        with acting_as(timer):
            run = operations.prepare_run(agreement_id=payday.agreement_id, actor=timer, request_id=rid(), at=APRIL)
        with pytest.raises(RunNotControlled):
            _approve(payday, run.run_id, payday.approver())
        both = payday.staff(604, "TREASURER", "APPROVER")
        with acting_as(both):
            operations.control_run(run_id=run.run_id, actor=both, request_id=rid(), at=APRIL)
            operations.control_run(run_id=run.run_id, actor=both, request_id=rid(), at=APRIL)
        with pytest.raises(SamePerson):
            _approve(payday, run.run_id, both)
        assert _approve(payday, run.run_id, payday.approver()) == 0
        found = _run(run.run_id)
        assert (found.prepared_by_id, found.controlled_by_id, found.approved_by_id) == (None, 604, 602)


class TestStopped:
    def test_a_run_whose_file_was_taken_out_is_stopped_resumed_and_gives_the_same_bytes(self, payday: Payday):
        payday.spend(2)
        payday.claim()
        run = payday.prepare()
        _approve(payday, run.run_id, payday.approver())
        before = _write(payday, run.run_id)
        with pytest.raises(RunFileAlreadyWritten):
            _stop(payday, run.run_id, payday.approver())
        _stop(payday, run.run_id, payday.approver(), is_not_at_bank=True)
        for act in (_write, lambda each, run_id: _approve(each, run_id, payday.approver())):
            with pytest.raises(RunNotInState):
                act(payday, run.run_id)
        with acting_as(payday.treasurer()), pytest.raises(RunNotInState):
            operations.mark_sent(run_id=run.run_id, actor=payday.treasurer(), request_id=rid(), at=APRIL)
        # What it pays is in no other file, and it can never be given up.
        payday.claim()
        with pytest.raises(NothingToPay):
            payday.prepare()
        with acting_as(payday.treasurer()), pytest.raises(RunFileAlreadyWritten):
            operations.cancel_run(run_id=run.run_id, reason="doute", actor=payday.treasurer(), request_id=rid(), at=APRIL)
        with pytest.raises(NotYoursToResume):
            _resume(payday, run.run_id, payday.treasurer())
        _resume(payday, run.run_id, payday.approver())
        assert _write(payday, run.run_id) == before

    def test_a_stopped_run_lets_the_next_one_be_paid_and_waits_its_turn(self, payday: Payday):
        payday.spend(1)
        payday.claim()
        first = payday.prepare()
        _stop(payday, first.run_id, payday.treasurer())
        payday.spend(1, second=True)
        payday.claim()
        second = payday.prepare()
        with pytest.raises(RunAlreadyOpen):
            _resume(payday, first.run_id, payday.treasurer())
        payday.send(second.run_id)
        _resume(payday, first.run_id, payday.treasurer())
        assert _run(first.run_id).state == "PREPARED"
        payday.send(first.run_id)
        with acting_as_everything(why="count"):
            assert sorted(Transfer.objects.values_list("claim__organisation_id", "state")) == sorted(
                [(payday.campaign.place_organisation_id, "SENT"), (payday.second_organisation_id, "SENT")]
            )

    def test_before_its_file_it_may_be_given_up(self, payday: Payday):
        payday.spend(1)
        payday.claim()
        run = payday.prepare()
        _stop(payday, run.run_id, payday.treasurer())
        with acting_as(payday.treasurer()):
            operations.cancel_run(run_id=run.run_id, reason="doute", actor=payday.treasurer(), request_id=rid(), at=APRIL)
        assert payday.prepare().cents == 1000

    @pytest.mark.parametrize("is_guarded", [True, False])
    def test_postgresql_refuses_a_second_file_and_verify_would_name_it(self, payday: Payday, is_guarded: bool):
        payday.spend(1)
        payday.claim()
        run = payday.prepare()
        _approve(payday, run.run_id, payday.approver())
        _write(payday, run.run_id)
        give_up = (
            f"UPDATE settlement_paymentrun SET state = 'CANCELLED' WHERE id = {run.run_id}",
            f"UPDATE settlement_transfer SET state = 'CANCELLED' WHERE run_id = {run.run_id}",
            "UPDATE settlement_claim SET state = 'READY'",
        )
        if is_guarded:
            for statement in give_up[:2]:
                with acting_as_everything(why="try"), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(statement)
            return
        # The negative control: without the guards the claim does land in two files, and `ledger verify` names it.
        with transaction.atomic():
            with acting_as_everything(why="break"), connection.cursor() as cursor:
                cursor.execute("SET ROLE NONE")
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("ALTER TABLE settlement_paymentrun DISABLE TRIGGER settlement_run_written")
                cursor.execute("ALTER TABLE settlement_transfer DISABLE TRIGGER settlement_transfer_written")
                for statement in give_up:
                    cursor.execute(statement)
                cursor.execute("SET ROLE carnet_app")
            again = payday.prepare()
            _approve(payday, again.run_id, payday.approver())
            _write(payday, again.run_id)
            with acting_as_everything(why="verify"):
                assert "a claim is in two files, and the bank sent back neither" in {fault.what for fault in queries.verify()}
            transaction.set_rollback(True)


class TestFrozen:
    def test_an_account_changed_between_preparing_and_sending_does_not_change_the_file(self, payday: Payday):
        payday.spend(2)
        payday.claim()
        run = payday.prepare()
        payday.account(payday.campaign.place_organisation_id, MENDED_IBAN, at=APRIL)
        _approve(payday, run.run_id, payday.approver())
        content = _write(payday, run.run_id)
        assert FIRST_IBAN.encode() in content
        assert MENDED_IBAN.encode() not in content
        assert _write(payday, run.run_id) == content


class TestHeld:
    def _hold(self, payday: Payday, *, days: int = 10, claim_id: int | None = None) -> int:
        with acting_as(payday.approver()):
            return operations.place_hold(
                programme_id=payday.campaign.programme_id,
                organisation_id=payday.campaign.place_organisation_id,
                claim_id=claim_id,
                words=WORDS,
                days=days,
                actor=payday.approver(),
                request_id=rid(),
                at=APRIL,
            )

    def test_one_place_waits_and_the_others_are_paid(self, payday: Payday):
        payday.spend(2)
        payday.spend(1, second=True)
        payday.claim()
        hold_id = self._hold(payday)
        with pytest.raises(HoldAlreadyPlaced):
            self._hold(payday)
        run = payday.prepare()
        assert (run.cents, [each.reason.value for each in run.set_aside]) == (1000, ["HELD"])
        with acting_as(payday.counter(payday.campaign.place_organisation_id, "PLACE_MANAGER")):
            (told,) = queries.expected_payments(organisation_id=payday.campaign.place_organisation_id, at=APRIL)
        assert (told.step, told.reason, told.cents) == (PaymentStep.WAITING, "HELD", 2000)
        assert told.hold is not None
        assert (told.hold.words, told.hold.phone, told.hold.until) == (WORDS.words, WORDS.phone, APRIL + timedelta(days=10))
        payday.send(run.run_id)
        with acting_as(_second(payday)):
            operations.release_hold(hold_id=hold_id, reason="vérifié", actor=_second(payday), request_id=rid(), at=APRIL)
            with pytest.raises(HoldEnded):
                operations.renew_hold(hold_id=hold_id, days=3, reason="x", actor=_second(payday), request_id=rid(), at=APRIL)
        assert payday.prepare().cents == 2000

    def test_what_is_redeemed_meanwhile_is_claimed_once_the_hold_has_passed(self, payday: Payday):
        self._hold(payday, days=10)
        payday.spend(2)
        payday.spend(1, second=True)
        assert payday.claim().cents == 1000
        with acting_as(payday.counter(payday.campaign.place_organisation_id, "PLACE_MANAGER")):
            (told,) = queries.expected_payments(organisation_id=payday.campaign.place_organisation_id, at=APRIL)
        assert (told.step, told.reason, told.payable_on) == (PaymentStep.WAITING, "HELD", None)
        assert payday.claim(at=APRIL + timedelta(days=9)).cents == 0
        assert payday.claim(at=APRIL + timedelta(days=10)).cents == 2000  # it ended by itself

    def test_a_hold_lasts_only_while_somebody_decides_again(self, payday: Payday):
        payday.spend(1)
        payday.claim()
        hold_id = self._hold(payday, days=30)
        with acting_as(payday.treasurer(APRIL + timedelta(days=29))):
            operations.renew_hold(
                hold_id=hold_id, days=5, reason="on attend une pièce", actor=payday.treasurer(APRIL + timedelta(days=29)), request_id=rid(),
                at=APRIL + timedelta(days=29),
            )  # fmt: skip
        with pytest.raises(NothingToPay):
            payday.prepare(at=APRIL + timedelta(days=33))
        assert payday.prepare(at=APRIL + timedelta(days=34)).cents == 1000
        with acting_as_everything(why="look"):
            assert Hold.objects.get().renewal_count == 1

    def test_a_hold_placed_after_the_approval_takes_its_place_out_of_the_file(self, payday: Payday):
        payday.spend(2)
        payday.spend(1, second=True)
        payday.claim()
        run = payday.prepare()
        _approve(payday, run.run_id, payday.approver())
        with acting_as_everything(why="look"):
            claim_id = Claim.objects.get(organisation_id=payday.campaign.place_organisation_id).id
        self._hold(payday, claim_id=claim_id)
        content = _write(payday, run.run_id)
        assert FIRST_IBAN.encode() not in content
        found = _run(run.run_id)
        assert (found.transfer_count, found.total_cents, found.released_by_id) == (1, 1000, 601)
        page = _page(payday, run.run_id)
        assert page.paid_cents + page.waiting_cents + page.came_back_cents == 1000
        with acting_as_everything(why="look"):
            assert (Claim.objects.get(id=claim_id).state, Claim.objects.get(id=claim_id).set_aside_reason) == ("SET_ASIDE", "HELD")
        assert _write(payday, run.run_id) == content


class TestOnDemand:
    @pytest.fixture(autouse=True)
    def asked_for(self, payday: Payday) -> None:
        with acting_as_everything(why="pay on demand"):
            terms = funding_queries.programme(payday.campaign.programme_id).terms
            changed = _with_frequency(terms, PaymentFrequency.ON_DEMAND)
            funding.change_programme(programme_id=payday.campaign.programme_id, terms=changed, actor=SYSTEM, request_id=rid(), at=NOW)

    def _ask(self, payday: Payday, *, second: bool = False, at=SPENT_AT + timedelta(hours=3)) -> operations.PaymentAsked:
        organisation_id = payday.second_organisation_id if second else payday.campaign.place_organisation_id
        manager = payday.counter(organisation_id, "PLACE_MANAGER")
        with acting_as(manager):
            return operations.request_payment(programme_id=payday.campaign.programme_id, actor=manager, request_id=rid(), at=at)

    def _told(self, payday: Payday, at) -> list[tuple[PaymentStep, int, date | None]]:
        organisation_id = payday.campaign.place_organisation_id
        with acting_as(payday.counter(organisation_id, "PLACE_MANAGER")):
            return [(each.step, each.cents, each.payable_on) for each in queries.expected_payments(organisation_id=organisation_id, at=at)]

    def test_one_voucher_is_enough_and_the_rest_waits_to_be_asked_for(self, payday: Payday):
        asked_at = SPENT_AT + timedelta(hours=3)
        with pytest.raises(NothingToRequest):
            self._ask(payday)
        payday.spend(1)
        payday.spend(2, second=True)
        assert self._told(payday, asked_at) == [(PaymentStep.TO_ASK, 1000, None)]
        asked = self._ask(payday)
        assert (asked.cents, asked.voucher_count, asked.payable_on) == (1000, 1, date(2026, 3, 12))
        payday.spend(1, at=asked_at + timedelta(minutes=5))
        with pytest.raises(RequestAlreadyMade):
            self._ask(payday, at=asked_at + timedelta(minutes=6))
        assert self._told(payday, asked_at) == [(PaymentStep.TO_ASK, 1000, None), (PaymentStep.ASKED, 1000, date(2026, 3, 12))]
        assert payday.claim(at=asked_at + timedelta(minutes=30)).cents == 0  # it may still be undone
        assert payday.claim(at=asked_at + timedelta(minutes=61)).cents == 1000
        assert self._told(payday, asked_at) == [(PaymentStep.TO_ASK, 1000, None), (PaymentStep.CLAIMED, 1000, date(2026, 3, 12))]
        with acting_as_everything(why="look"):
            assert Claim.objects.get().promised_on == date(2026, 3, 12)
            assert PaymentRequest.objects.get().cut_off_id is not None
        assert payday.prepare(at=asked_at + timedelta(minutes=62)).cents == 1000

    def test_a_programme_that_pays_on_fixed_days_asks_nothing(self, payday: Payday):
        with acting_as_everything(why="pay each week"):
            terms = _with_frequency(funding_queries.programme(payday.campaign.programme_id).terms, PaymentFrequency.WEEKLY)
            funding.change_programme(programme_id=payday.campaign.programme_id, terms=terms, actor=SYSTEM, request_id=rid(), at=NOW)
        payday.spend(1)
        with pytest.raises(RequestNotPossible):
            self._ask(payday)


def _with_frequency(terms, frequency: PaymentFrequency):
    import dataclasses

    return dataclasses.replace(terms, payment_frequency=frequency)


def test_the_delay_achieved_says_the_slowest_and_the_promises_kept(payday: Payday):
    payday.spend(3)
    payday.pay()
    late = SPENT_AT + timedelta(days=40)
    payday.spend(1, second=True, at=late)
    payday.pay(at=late + timedelta(days=60))
    with acting_as_everything(why="count"):
        delay = queries.delay_achieved(programme_id=payday.campaign.programme_id)
        days = [
            ((transfer.booked_on - line.redeemed_at.date()).days)
            for transfer in Transfer.objects.filter(state="PAID").select_related("claim")
            for line in transfer.claim.lines.all()
        ]
    assert (delay.voucher_count, delay.median_days, delay.slowest_days) == (4, sorted(days)[1], max(days))
    assert (delay.promised_count, delay.kept_count) == (4, 3)
