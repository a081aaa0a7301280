"""A season that ends step by step: called for by the timer, confirmed by people, signed by both sides, credited to the cent."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from carnet.distribution import operations as distribution
from carnet.distribution.rules import HandOverItem, HandOversStopped
from carnet.funding import queries as funding
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day, start_of_day
from carnet.ledger import operations as ledger_operations
from carnet.ledger import queries as ledger
from carnet.ledger.models import Series
from carnet.notices.models import Notice
from carnet.parties.rules import NotAllowed, PersonNeeded, SecondFactorNeeded
from carnet.settlement import operations
from carnet.settlement.models import CreditNote, Expiry, ExpiryStep, JointStatement
from carnet.settlement.operations import expiry
from carnet.settlement.queries import expiry as reads
from carnet.settlement.queries import joint
from carnet.settlement.rules.expiry import (
    DayOutOfOrder,
    ExpiryUnknown,
    MoneyToReturn,
    NothingChanged,
    PromiseShortened,
    StatementChanged,
    StatementContested,
    StatementOutdated,
    StatementSigned,
    StatementsNotSigned,
    StatementUnknown,
    StepNotYet,
    StepReasonMissing,
    StepState,
    StopDayWrong,
)
from carnet.settlement.rules.expiry import ExpiryStep as Step
from tests.factories.campaign import SYSTEM, rid, series
from tests.settlement.conftest import Payday

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everything_adds_up")]


@dataclass
class Ending:
    """A season at its end: who plays it, and its days."""

    payday: Payday

    @property
    def campaign(self):
        return self.payday.campaign

    def system(self) -> Actor:
        return Actor.system("timer", programme_ids={self.campaign.programme_id}, organisation_ids={self.campaign.operator_id})

    def operator(self, at: datetime, role: str = "OPERATOR_ADMIN") -> Actor:
        return self.payday.staff(610, role, at=at)

    def funder(self, at: datetime, rank: int = 0) -> Actor:
        organisation_id = self.campaign.funder_ids[rank]
        return Actor(
            kind="person", label="funder", person_id=900 + rank, organisation_id=organisation_id,
            organisation_ids=frozenset({organisation_id}), programme_ids=frozenset({self.campaign.programme_id}),
            roles=frozenset({"FUNDER"}), proved_at=at,
        )  # fmt: skip

    def day(self, step: Step) -> datetime:
        """Ten o'clock on the day of a step."""
        with acting_as_everything(why="read"):
            row = ExpiryStep.objects.get(expiry__agreement_id=self.campaign.agreement_id, kind=step.value)
        return start_of_day(row.due_on) + timedelta(hours=10)

    def call(self, at: datetime) -> int:
        with acting_as(self.system()):
            return expiry.call_for_steps(programme_id=self.campaign.programme_id, at=at)

    @property
    def id(self) -> int:
        with acting_as_everything(why="read"):
            return Expiry.objects.get(agreement_id=self.campaign.agreement_id).id

    def confirm(self, step: Step, *, at: datetime | None = None, actor: Actor | None = None, **more) -> None:
        at = at or self.day(step)
        self.call(at)
        default = self.funder(at) if step is Step.CONFIRM else self.operator(at)
        actor = replace(actor, proved_at=at) if actor else default
        with acting_as(actor):
            expiry.confirm_step(expiry_id=self.id, step=step, actor=actor, request_id=rid(), at=at, **more)

    def until(self, last: Step) -> None:
        """Play every step up to that one, each on its day."""
        for step in Step:
            self.confirm(step)
            if step is last:
                return

    def page(self, at: datetime, actor: Actor | None = None) -> reads.ExpiryPage:
        actor = actor or self.operator(at)
        with acting_as(actor):
            return reads.expiry_page(actor, self.id, at=at)

    def sign(self, view: joint.JointView, actor: Actor, at: datetime) -> joint.JointView:
        with acting_as(actor):
            return expiry.sign_statement(
                statement_id=view.id, digest=view.digest, write=lambda _view: b"%PDF signed", actor=actor, request_id=rid(), at=at
            )

    def sign_all(self, at: datetime) -> None:
        for rank, funder_id in enumerate(self.campaign.funder_ids):
            view = next(each for each in self.page(at).statements if each.funder_id == funder_id and each.withdrawn_at is None)
            self.sign(view, self.operator(at), at)
            self.sign(view, self.funder(at, rank), at)

    def close(self, at: datetime) -> dict[int, int]:
        treasurer, approver = self.payday.treasurer(at), self.payday.approver(at)
        with acting_as(treasurer):
            closing_id = operations.prepare_closing(agreement_id=self.campaign.agreement_id, actor=treasurer, request_id=rid(), at=at)
        with acting_as(approver):
            operations.approve_closing(closing_id=closing_id, actor=approver, request_id=rid(), at=at)
        with acting_as(treasurer):
            return operations.record_repayments(
                closing_id=closing_id, reference="VIR 1", paid_on=legal_day(at), actor=treasurer, request_id=rid(), at=at
            )


@pytest.fixture
def ending(payday: Payday) -> Ending:
    """A season whose first day of the end has come."""
    payday.spend(7)
    found = Ending(payday)
    with acting_as_everything(why="join"):
        distribution.join_programme(
            programme_id=payday.campaign.programme_id, organisation_id=payday.campaign.prescriber_id, actor=SYSTEM, request_id=rid(),
            at=start_of_day(date(2026, 3, 1)),
        )  # fmt: skip
        row = ledger.series(payday.campaign.series_id)
    first = start_of_day(legal_day(row.printed_until) - timedelta(days=31)) + timedelta(hours=8)
    assert found.call(first - timedelta(days=1)) == 0
    assert found.call(first) == 1
    return found


def kinds() -> dict[str, int]:
    with acting_as_everything(why="count"):
        found: dict[str, int] = {}
        for kind in Notice.objects.filter(kind__startswith="settlement.").values_list("kind", flat=True):
            found[kind] = found.get(kind, 0) + 1
        return found


class TestTheWholeProcedure:
    def test_each_funder_gets_back_what_it_signed_by_a_credit_note(self, ending: Ending):
        ending.until(Step.STATEMENT)
        at = ending.day(Step.STATEMENT)
        with pytest.raises(StatementsNotSigned):
            ending.close(at)
        ending.sign_all(at)
        page = ending.page(at)
        assert all(each.is_signed and each.has_paper for each in page.statements)
        back = ending.close(at)
        assert sorted(back.values()) == [16_500, 16_500]
        page = ending.page(at)
        assert [each.state for each in page.view.steps] == [StepState.DONE] * 7
        assert {each.funder_id: each.cents for each in page.credit_notes} == back
        numbers = [each.number for each in page.credit_notes]
        year = legal_day(at).year
        assert numbers == [f"AV-{ending.campaign.programme_id}-{year}-{number:04d}" for number in (1, 2)]
        assert page.owed_cents == 7_000  # places are still owed, and the page says so
        with acting_as_everything(why="compare with the ledger"):
            table = ledger.money(agreement_id=ending.campaign.agreement_id)
            signed = {each.funder_id: each for each in JointStatement.objects.all()}
        for funder_id, cents in back.items():
            assert table.by_funder[funder_id].returned == cents == signed[funder_id].return_cents
            assert signed[funder_id].content["funded_cents"] == table.by_funder[funder_id].funded

    def test_each_step_leaves_who_when_and_its_figures(self, ending: Ending):
        ending.until(Step.STOP)
        alert, stop = ending.page(ending.day(Step.STOP)).view.steps[:2]
        assert (alert.figures["issued"], alert.figures["handed_over"], alert.figures["started"]) == (8, 8, 2)
        assert alert.done_at == ending.day(Step.ALERT)
        assert alert.done_for.startswith("Opérateur")
        assert stop.figures["stop_on"] == (legal_day(ending.day(Step.STOP)) + timedelta(days=1)).isoformat()

    def test_the_people_are_told(self, ending: Ending):
        ending.until(Step.PRINTED_END)
        told = kinds()
        assert told["settlement.expiry-alert"] == 2
        assert told["settlement.hand-overs-stop"] == 1
        assert told["settlement.printed-end"] == 3  # one desk, two places
        # The operator each time, both funders for the stop and the confirmation.
        assert told["settlement.expiry-due"] == 4 + 2 + 2

    def test_when_all_was_used_nothing_goes_back_and_the_agreement_is_closed(self, ending: Ending):
        ending.payday.spend(33)
        ending.until(Step.STATEMENT)
        at = ending.day(Step.CREDIT)
        ending.sign_all(at)
        ending.confirm(Step.CREDIT, at=at)
        assert ending.page(at).view.turn is None
        with acting_as(ending.operator(at)):
            assert funding.agreement(ending.operator(at), ending.campaign.agreement_id, at=at).closed_at == at
            assert not CreditNote.objects.exists()

    def test_with_money_to_give_back_the_last_step_is_the_repayment(self, ending: Ending):
        ending.until(Step.STATEMENT)
        ending.sign_all(ending.day(Step.STATEMENT))
        with pytest.raises(MoneyToReturn):
            ending.confirm(Step.CREDIT)


class TestWhoMay:
    def test_a_person_with_a_recent_proof_of_a_side_that_is_asked(self, ending: Ending):
        at = ending.day(Step.ALERT)
        for actor, refusal in [
            (ending.system(), PersonNeeded),
            (ending.operator(at, "OPERATOR_AGENT"), NotAllowed),
            (ending.funder(at), NotAllowed),
            (replace(ending.operator(at), proved_at=at - timedelta(hours=1)), SecondFactorNeeded),
        ]:
            with pytest.raises(refusal), acting_as(actor):
                expiry.confirm_step(expiry_id=ending.id, step=Step.ALERT, actor=actor, request_id=rid(), at=at)

    def test_a_stranger_learns_nothing(self, ending: Ending):
        at = ending.day(Step.ALERT)
        other = replace(ending.operator(at), organisation_id=1, organisation_ids=frozenset({1}), programme_ids=frozenset())
        with acting_as(other):
            with pytest.raises(ExpiryUnknown):
                expiry.confirm_step(expiry_id=ending.id, step=Step.ALERT, actor=other, request_id=rid(), at=at)
            with pytest.raises(ExpiryUnknown):
                reads.expiry_page(other, ending.id, at=at)
            assert reads.expiries(other, at=at) == []

    def test_a_funder_validates_the_stop_and_the_operator_says_where_the_answer_is(self, ending: Ending):
        ending.confirm(Step.ALERT)
        ending.confirm(Step.STOP, actor=ending.funder(ending.day(Step.STOP), 1))
        at = ending.day(Step.CONFIRM)
        with pytest.raises(StepReasonMissing):
            ending.confirm(Step.CONFIRM, actor=ending.operator(at))
        ending.confirm(Step.CONFIRM, actor=ending.operator(at), reason="Courriel de la Métropole du 22 décembre")
        assert ending.page(at).view.steps[2].reason.startswith("Courriel")


class TestHandOversStop:
    def _hand_over(self, ending: Ending, series_id: int, at: datetime):
        campaign = ending.campaign
        desk = Actor.system("desk", organisation_ids={campaign.prescriber_id})
        desk = replace(desk, organisation_id=campaign.prescriber_id)
        with acting_as(desk):
            booklet_id = ledger.series(series_id).first_booklet_id
            item = HandOverItem(rid(), series_id, booklet_id, booklet_id)
            return distribution.hand_over(item=item, organisation_id=campaign.prescriber_id, actor=desk, at=at)

    def test_from_the_validated_day_with_words(self, ending: Ending):
        with acting_as_everything(why="more booklets"):
            campaign = ending.campaign
            more = series(campaign.programme_id, campaign.agreement_id, campaign.operator_id, booklets=2, offset=500)
            row = ledger.series(more)
            ends = {"series_id": more, "first_booklet_id": row.first_booklet_id, "last_booklet_id": row.last_booklet_id, "actor": SYSTEM}
            at = ending.day(Step.ALERT)
            ledger_operations.ship_booklets(
                from_holder_id=campaign.operator_id, to_holder_id=campaign.prescriber_id, request_id=rid(), at=at, **ends
            )
            ledger_operations.receive_booklets(to_holder_id=campaign.prescriber_id, request_id=rid(), at=at, **ends)
        ending.until(Step.STOP)
        stop_at = start_of_day(legal_day(ending.day(Step.STOP)) + timedelta(days=1))
        with acting_as_everything(why="stock"):
            assert ledger.stock(holder_id=campaign.prescriber_id, to_give_at=stop_at - timedelta(minutes=1))
            assert not ledger.stock(holder_id=campaign.prescriber_id, to_give_at=stop_at)
        with pytest.raises(HandOversStopped), transaction.atomic():
            self._hand_over(ending, more, stop_at)
        # A minute before, it is still given.
        assert self._hand_over(ending, more, stop_at - timedelta(minutes=1)).voucher_count == 5

    def test_not_on_a_day_desks_cannot_be_told_of(self, ending: Ending):
        ending.confirm(Step.ALERT)
        with pytest.raises(StopDayWrong):
            ending.confirm(Step.STOP, stops_on=legal_day(ending.day(Step.STOP)))


class TestMoving:
    def _move(self, ending: Ending, step: Step, to_on: date, at: datetime, reason: str = "Inondation de la médiathèque") -> None:
        actor = ending.operator(at)
        with acting_as(actor):
            expiry.move_step(expiry_id=ending.id, step=step, to_on=to_on, reason=reason, actor=actor, request_id=rid(), at=at)

    def test_the_end_of_acceptance_moves_later_for_every_voucher_and_everybody_is_told(self, ending: Ending):
        at = ending.day(Step.ALERT)
        before = ending.day(Step.ACCEPTANCE_END)
        with pytest.raises(StepReasonMissing):
            self._move(ending, Step.ACCEPTANCE_END, legal_day(before) + timedelta(days=10), at, reason=" ")
        with pytest.raises(PromiseShortened):
            self._move(ending, Step.ACCEPTANCE_END, legal_day(before) - timedelta(days=1), at)
        self._move(ending, Step.ACCEPTANCE_END, legal_day(before) + timedelta(days=10), at)
        with acting_as_everything(why="read"):
            row = ledger.series(ending.campaign.series_id)
            assert row.accepted_until == start_of_day(legal_day(before) + timedelta(days=10))
            assert funding.programme(ending.campaign.programme_id).windows.grace_days == 41
        assert ending.day(Step.STATEMENT) == ending.day(Step.ACCEPTANCE_END) + timedelta(days=6)
        (change,) = ending.page(at).changes
        assert (change.to_on - change.from_on).days == 10
        assert kinds()["settlement.expiry-moved"] == 5  # a desk, two places, two funders
        # A voucher is taken on a day it would have been refused.
        assert ending.payday.spend(1, at=before + timedelta(days=3))

    def test_the_order_is_kept_and_a_validated_stop_may_still_move(self, ending: Ending):
        at = ending.day(Step.ALERT)
        with pytest.raises(DayOutOfOrder):
            self._move(ending, Step.STOP, legal_day(ending.day(Step.CONFIRM)) + timedelta(days=1), at)
        ending.until(Step.STOP)
        at = ending.day(Step.STOP)
        self._move(ending, Step.STOP, legal_day(at) + timedelta(days=4), at)
        assert ending.page(at).view.stop_at == start_of_day(legal_day(at) + timedelta(days=4))

    def test_the_database_itself_never_shortens_a_promise(self, ending: Ending):
        actor = ending.operator(ending.day(Step.ALERT))
        with pytest.raises(DatabaseError), transaction.atomic(), acting_as(actor):
            row = Series.objects.get(id=ending.campaign.series_id)
            Series.objects.filter(id=row.id).update(accepted_until=row.accepted_until - timedelta(days=1))


class TestLate:
    def test_a_server_off_for_weeks_loses_nothing_and_keeps_the_order(self, ending: Ending):
        ending.confirm(Step.ALERT)
        back = ending.day(Step.STATEMENT) + timedelta(days=20)
        assert ending.call(back) == 1
        assert ending.call(back) == 0
        with acting_as_everything(why="the week's letter says it again"):
            assert reads.waiting_since(ending.campaign.programme_id, at=back) == legal_day(ending.day(Step.STOP))
        states = {each.step: each.state for each in ending.page(back).view.steps}
        assert states[Step.STOP] is StepState.LATE
        assert states[Step.STATEMENT] is StepState.WAITING
        with pytest.raises(StepNotYet):
            ending.confirm(Step.STATEMENT, at=back)
        for step in list(Step)[1:6]:
            ending.confirm(step, at=back)
        ending.sign_all(back)
        assert sum(ending.close(back).values()) == 33_000

    def test_a_step_asked_twice_under_one_number_is_played_once(self, ending: Ending):
        at, request_id = ending.day(Step.ALERT), rid()
        actor = ending.operator(at)
        for _again in range(2):
            with acting_as(actor):
                expiry.confirm_step(expiry_id=ending.id, step=Step.ALERT, actor=actor, request_id=request_id, at=at)
        assert kinds()["settlement.expiry-alert"] == 2


class TestJointStatements:
    @pytest.fixture
    def drawn(self, ending: Ending) -> Ending:
        ending.until(Step.STATEMENT)
        return ending

    def test_a_funder_reads_and_signs_its_own_only(self, drawn: Ending):
        at = drawn.day(Step.STATEMENT)
        own, other = drawn.page(at).statements
        funder = drawn.funder(at)
        assert [each.id for each in drawn.page(at, funder).statements] == [own.id]
        with pytest.raises(StatementUnknown):
            drawn.sign(other, funder, at)
        assert drawn.sign(own, funder, at).funder_signed_at == at
        # The second time is not refused, and signs nothing more.
        assert drawn.sign(own, funder, at + timedelta(minutes=1)).funder_signed_at == at

    def test_a_contest_stops_both_until_it_is_drawn_up_again(self, drawn: Ending):
        at = drawn.day(Step.STATEMENT)
        own = drawn.page(at).statements[0]
        funder, operator = drawn.funder(at), drawn.operator(at)
        with acting_as(operator), pytest.raises(NothingChanged):
            expiry.redraw_statements(expiry_id=drawn.id, actor=operator, request_id=rid(), at=at)
        with acting_as(funder):
            expiry.contest_statement(statement_id=own.id, reason="Il manque un versement", actor=funder, request_id=rid(), at=at)
        with pytest.raises(StatementContested):
            drawn.sign(own, operator, at)
        with acting_as(operator):
            assert expiry.redraw_statements(expiry_id=drawn.id, actor=operator, request_id=rid(), at=at) == 1
        with pytest.raises(StatementChanged):
            drawn.sign(own, operator, at)
        again = next(each for each in drawn.page(at).statements if each.funder_id == own.funder_id and each.withdrawn_at is None)
        assert again.round == 2
        drawn.sign(again, funder, at)
        with acting_as(funder), pytest.raises(StatementSigned):
            expiry.contest_statement(statement_id=again.id, reason="finalement", actor=funder, request_id=rid(), at=at)

    def test_money_that_came_since_sends_both_back_to_the_figures(self, drawn: Ending):
        at = drawn.day(Step.STATEMENT)
        drawn.sign_all(at)
        with acting_as_everything(why="a late payment of a funder"):
            ledger_operations.receive_money(
                programme_id=drawn.campaign.programme_id, agreement_id=drawn.campaign.agreement_id,
                funder_id=drawn.campaign.funder_ids[0], cents=1, actor=SYSTEM, request_id=rid(), at=at,
            )  # fmt: skip
        with pytest.raises(StatementOutdated):
            drawn.close(at)
        operator = drawn.operator(at)
        with acting_as(operator):
            assert expiry.redraw_statements(expiry_id=drawn.id, actor=operator, request_id=rid(), at=at) == 1
        drawn.sign_all(at)
        assert drawn.close(at)[drawn.campaign.funder_ids[0]] == 16_501

    def test_what_was_signed_is_what_the_database_keeps(self, drawn: Ending):
        at = drawn.day(Step.STATEMENT)
        drawn.sign_all(at)
        actor = drawn.operator(at)
        for change in ({"return_cents": 1}, {"content": {}}, {"paper": b"other"}, {"funder_signed_at": None}):
            with pytest.raises(DatabaseError), transaction.atomic(), acting_as(actor):
                JointStatement.objects.update(**change)

    def test_an_auditor_reads_all_and_no_name(self, drawn: Ending):
        at = drawn.day(Step.STATEMENT)
        drawn.sign_all(at)
        auditor = replace(drawn.operator(at, "AUDITOR"), organisation_id=77, organisation_ids=frozenset({77}))
        page = drawn.page(at, auditor)
        assert len(page.statements) == 2
        assert not any(each.done_by for each in page.view.steps)
        with acting_as(auditor):
            assert joint.signed_paper(auditor, page.statements[0].id) is None
            assert page.statements[0].is_signed


def test_a_desk_reads_its_own_part(ending: Ending):
    at = ending.day(Step.ALERT)
    desk_id = ending.campaign.prescriber_id
    desk = Actor(
        kind="person", label="lead", person_id=1, organisation_id=desk_id, organisation_ids=frozenset({desk_id}),
        roles=frozenset({"PRESCRIBER_LEAD"}),
    )  # fmt: skip
    with acting_as(desk):
        (found,) = reads.desk_expiries(desk, organisation_id=desk_id, at=at)
        assert (found.progress.handed_over, found.progress.not_handed_over, found.stop_at) == (8, 0, None)
        assert reads.desk_expiries(desk, organisation_id=desk_id, at=at - timedelta(days=30)) == []
