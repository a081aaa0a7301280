"""What waits for a case, what is paid meanwhile, and what becomes of it: told, heard, decided by another, appealed to a third."""

from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from PIL import Image

from carnet.controls.models import Case, CasePaper
from carnet.controls.operations import cases
from carnet.controls.operations.cases import Question
from carnet.controls.queries import cases as asked
from carnet.controls.rules.cases import (
    APPEAL_DAYS,
    AppealByTheSame,
    AppealStillOpen,
    CaseNotInState,
    CasePaperUnknown,
    CaseState,
    CaseUnknown,
    DecidedByWhoOpened,
    Decision,
    HoldTooMuch,
    NothingHeld,
    NothingInQuestion,
    StillToBeHeard,
    Wish,
)
from carnet.controls.rules.signals import Outcome
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.journal.models import Line as JournalLine
from carnet.kernel.actors import Actor
from carnet.kernel.free_text import CodeInText
from carnet.ledger import queries as ledger
from carnet.notices.models import Notice
from carnet.parties.rules import NotAllowed, SecondFactorNeeded
from carnet.redemption import queries as redemption
from carnet.settlement import operations, queries
from carnet.settlement.models import Claim, HeldForCase
from carnet.settlement.queries import PaymentStep
from carnet.settlement.queries import cases as waiting
from carnet.settlement.rules import NothingToPay
from tests.factories.campaign import rid
from tests.settlement.conftest import APRIL, MAY, SPENT_AT, Payday

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everything_adds_up")]

DAY = timedelta(days=1)
SOON = SPENT_AT + 10 * DAY  # before the claims of April are drawn up
JUNE = MAY.replace(month=6)


def people(payday: Payday, at: datetime) -> dict[str, Actor]:
    return {
        "treasurer": payday.staff(601, "TREASURER", at=at),
        "approver": payday.staff(602, "APPROVER", at=at),
        "second": payday.staff(603, "APPROVER", at=at),
        "manager": _manager(payday, at),
    }


def _manager(payday: Payday, at: datetime) -> Actor:
    organisation_id = payday.campaign.place_organisation_id
    return Actor(
        kind="person", label="manager", person_id=771, organisation_id=organisation_id, organisation_ids=frozenset({organisation_id}),
        roles=frozenset({"PLACE_MANAGER"}), proved_at=at,
    )  # fmt: skip


def question(payday: Payday, **changes: Any) -> Question:
    facts = {
        "place_id": payday.campaign.place_id, "since": SPENT_AT - DAY, "until": SPENT_AT + DAY, "reason": "Dix le même matin.",
        "asked": "Comment s’est passé l’atelier du 10 mars ?", "phone": "02 40 00 00 00",
    }  # fmt: skip
    return Question(**(facts | changes))


def open_one(payday: Payday, *, hold_cents: int | None = None, at: datetime = SOON, **changes: Any) -> int:
    actor = people(payday, at)["treasurer"]
    with acting_as(actor):
        return cases.open_case(
            programme_id=payday.campaign.programme_id, question=question(payday, **changes), hold_cents=hold_cents, actor=actor,
            request_id=rid(), at=at,
        )  # fmt: skip


def act(payday: Payday, who: str, gesture: Any, *, at: datetime, **facts: Any) -> Any:
    actor = people(payday, at)[who]
    with acting_as(actor):
        return gesture(actor=actor, at=at, **({"request_id": rid()} | facts))


def answer(payday: Payday, case_id: int, *, at: datetime = SOON) -> None:
    act(payday, "manager", cases.answer_case, case_id=case_id, words="Un atelier de groupe.", wish=Wish.CALL, at=at)


def decide(payday: Payday, case_id: int, decision: Decision, *, at: datetime = SOON, who: str = "approver", **facts: Any) -> None:
    facts = {"words": "Voici pourquoi.", "found": Outcome.HONEST if decision is Decision.RELEASE else Outcome.CONFIRMED} | facts
    act(payday, who, cases.decide_case, case_id=case_id, decision=decision, at=at, **facts)


def row(case_id: int) -> Case:
    with acting_as_everything(why="look"):
        return Case.objects.get(id=case_id)


def claimed_cents() -> dict[int, int]:
    with acting_as_everything(why="look"):
        return {each.organisation_id: each.cents for each in Claim.objects.order_by("id")}


def posted() -> list[str]:
    with acting_as_everything(why="look"):
        return list(Notice.objects.filter(kind__startswith="controls.").order_by("id").values_list("kind", flat=True))


class TestAHold:
    def test_it_keeps_what_is_in_question_and_the_rest_is_paid_as_usual(self, payday: Payday):
        payday.spend(3)
        payday.spend(1, at=SPENT_AT + 4 * DAY)
        payday.spend(2, second=True)
        before = payday.money()
        case_id = open_one(payday, hold_cents=30_00)
        assert payday.money() == before, "the ledger does not move for a hold"
        place = payday.campaign.place_organisation_id
        payday.pay()
        assert claimed_cents() == {place: 10_00, payday.second_organisation_id: 20_00}
        assert payday.money().owed == 30_00, "what waits is still owed"
        with acting_as_everything(why="look"):
            kept = HeldForCase.objects.get()
            assert (kept.case_id, kept.voucher_count, kept.cents) == (case_id, 3, 30_00)
        # Let go, it is paid with the next run.
        act(payday, "treasurer", cases.release_payments, case_id=case_id, reason="Vérifié.", at=APRIL)
        payday.pay(at=MAY)
        assert payday.money().owed == 0
        assert row(case_id).state == CaseState.OPEN, "the question stays"

    def test_it_stops_at_its_amount(self, payday: Payday):
        payday.spend(3)
        open_one(payday, hold_cents=25_00)
        payday.claim()
        assert claimed_cents() == {payday.campaign.place_organisation_id: 10_00}
        with pytest.raises(HoldTooMuch):
            open_one(payday, hold_cents=30_01, since=SPENT_AT + DAY, until=SPENT_AT + 2 * DAY) if payday.spend(
                3, at=SPENT_AT + DAY
            ) else None

    def test_an_account_that_holds_nothing_else_waits_whole_even_in_a_run(self, payday: Payday):
        payday.spend(2)
        payday.spend(1, second=True)
        payday.claim()
        run = payday.prepare()
        case_id = open_one(payday, hold_cents=20_00, at=APRIL)
        payday.bank.receive(payday.send(run.run_id), at=APRIL)
        with acting_as_everything(why="look"):
            states = dict(Claim.objects.values_list("organisation_id", "state"))
        assert states[payday.campaign.place_organisation_id] == "SET_ASIDE"
        assert states[payday.second_organisation_id] == "IN_PAYMENT"
        actor = payday.treasurer(APRIL)
        with acting_as(actor):
            (line,) = waiting.waiting_for_cases(actor=actor, programme_id=payday.campaign.programme_id, at=APRIL)
        assert (line.case_id, line.voucher_count, line.cents) == (case_id, 2, 20_00)

    def test_what_was_claimed_with_the_rest_or_paid_waits_out_of_the_next_payments(self, payday: Payday):
        payday.spend(2)
        payday.spend(1, at=SPENT_AT + 4 * DAY)
        payday.pay()
        payday.spend(4, at=APRIL)
        open_one(payday, hold_cents=20_00, at=APRIL + DAY)
        payday.claim(at=MAY)
        with acting_as_everything(why="look"):
            latest = Claim.objects.latest("id")
        assert latest.cents == 20_00, "two of the four wait"

    def test_without_a_decision_it_ends_by_itself_and_says_so(self, payday: Payday):
        payday.spend(2)
        case_id = open_one(payday, hold_cents=20_00)
        late = row(case_id).decide_until
        payday.claim()
        assert claimed_cents() == {}
        with acting_as_everything(why="deadlines"):
            assert cases.keep_deadlines(at=late - timedelta(seconds=1)) == (0, 0)
        payday.claim(at=late + 30 * DAY)
        assert claimed_cents() == {payday.campaign.place_organisation_id: 20_00}, "at its hour, whether anybody said so or not"
        with acting_as_everything(why="deadlines"):
            assert cases.keep_deadlines(at=late) == (0, 1)
            assert cases.keep_deadlines(at=late) == (0, 0)
        assert row(case_id).hold_end == "BY_ITSELF"
        assert "controls.payment-released" in posted()
        assert "controls.hold-ended" in posted()

    def test_the_place_reads_how_much_waits_and_until_when(self, payday: Payday):
        payday.spend(3)
        payday.spend(1, at=SPENT_AT + 4 * DAY)
        case_id = open_one(payday, hold_cents=30_00)
        organisation_id = payday.campaign.place_organisation_id
        for claims in (False, True):
            if claims:
                payday.claim()
            with acting_as(_manager(payday, APRIL)):
                found = queries.expected_payments(organisation_id=organisation_id, at=APRIL)
            held = [each for each in found if each.case is not None]
            assert [(each.voucher_count, each.cents, each.step, each.payable_on) for each in held] == [
                (3, 30_00, PaymentStep.WAITING, None)
            ]
            assert held[0].case.case_id == case_id
            assert sum(each.cents for each in found) == 40_00
        act(payday, "treasurer", cases.release_payments, case_id=case_id, reason="Vérifié.", at=APRIL)
        with acting_as(_manager(payday, APRIL)):
            found = queries.expected_payments(organisation_id=organisation_id, at=APRIL)
        assert sum(each.cents for each in found) == 40_00, "let go, it is announced again although a later claim was drawn up"
        assert all(each.case is None for each in found)

    def test_nothing_waits_twice_and_nobody_holds_who_may_not(self, payday: Payday):
        payday.spend(2)
        open_one(payday, hold_cents=20_00)
        with pytest.raises(NothingInQuestion):
            open_one(payday)
        agent = payday.staff(605, "OPERATOR_AGENT", at=SOON)
        payday.spend(1, at=SPENT_AT + 2 * DAY)
        days = {"since": SPENT_AT + DAY, "until": SPENT_AT + 3 * DAY}
        facts = {"programme_id": payday.campaign.programme_id, "question": question(payday, **days), "at": SOON}
        with acting_as(agent):
            with pytest.raises(NotAllowed):
                cases.open_case(hold_cents=10_00, actor=agent, request_id=rid(), **facts)
            case_id = cases.open_case(actor=agent, request_id=rid(), **facts)
        stale = payday.staff(601, "TREASURER", at=SOON - DAY)
        with acting_as(stale), pytest.raises(SecondFactorNeeded):
            cases.hold_payments(case_id=case_id, cents=10_00, actor=stale, request_id=rid(), at=SOON)


class TestADecision:
    def test_the_place_is_heard_then_another_person_lets_go_and_it_is_paid(self, payday: Payday):
        payday.spend(2)
        case_id = open_one(payday, hold_cents=20_00)
        with pytest.raises(StillToBeHeard):
            decide(payday, case_id, Decision.RECOVER)
        answer(payday, case_id)
        with pytest.raises(NotAllowed):
            decide(payday, case_id, Decision.RELEASE, who="treasurer")
        decide(payday, case_id, Decision.RELEASE)
        kept = row(case_id)
        assert (kept.state, kept.hold_end) == ("CLOSED", "DECIDED")
        payday.pay()
        assert payday.money().owed == 0
        assert posted() == ["controls.case-opened", "controls.case-answered", "controls.case-decided"]

    def test_who_opened_never_decides_whatever_the_role(self, payday: Payday):
        payday.spend(1)
        admin = payday.staff(600, "OPERATOR_ADMIN", at=SOON)
        with acting_as(admin):
            case_id = cases.open_case(
                programme_id=payday.campaign.programme_id, question=question(payday), actor=admin, request_id=rid(), at=SOON
            )
            with pytest.raises(DecidedByWhoOpened):
                cases.decide_case(
                    case_id=case_id, decision=Decision.RELEASE, words="Rien.", found=Outcome.HONEST, actor=admin, request_id=rid(), at=SOON
                )
        # The database says so too.
        with acting_as_everything(why="try"), pytest.raises(DatabaseError), transaction.atomic():
            Case.objects.filter(id=case_id).update(state="DECIDED", decision="RELEASE", decided_by_id=600, decided_at=SOON)

    def test_what_is_taken_back_waits_for_the_appeal_then_goes_the_way_of_a_mistake(self, payday: Payday):
        spent = payday.spend(3)
        case_id = open_one(payday, hold_cents=30_00)
        answer(payday, case_id)
        with acting_as_everything(why="look"):
            chosen = [each.id for each in asked.case_page(_auditor(payday), case_id, at=SOON).redemptions][:2]
        decide(payday, case_id, Decision.PARTLY, taken_back=chosen)
        assert row(case_id).held_cents == 20_00
        payday.claim()
        assert claimed_cents() == {payday.campaign.place_organisation_id: 10_00}, "what is not taken back is claimed at once"
        with pytest.raises(AppealStillOpen):
            act(payday, "second", cases.carry_out, case_id=case_id, at=APRIL)
        final = SOON + APPEAL_DAYS * DAY
        request_id = rid()
        assert act(payday, "second", cases.carry_out, case_id=case_id, request_id=request_id, at=final) == 20_00
        assert act(payday, "second", cases.carry_out, case_id=case_id, request_id=request_id, at=final) == 20_00
        with acting_as_everything(why="look"):
            undone = [
                each
                for each in spent
                if redemption.redemption_of(organisation_id=payday.campaign.place_organisation_id, number=each.number).reversed
            ]
        assert len(undone) == 2, "their vouchers work again, in the hands they were in"
        assert payday.money().owed == 10_00
        with acting_as_everything(why="look"):
            numbers = [each.number for each in redemption.disputes()]
            assert Notice.objects.filter(kind__startswith="redemption.").count() == 0, "one letter, not one a voucher"
        assert len(numbers) == 2

    def test_what_was_paid_is_owed_back_and_kept_from_the_next_payment(self, payday: Payday):
        payday.spend(2)
        payday.pay()
        payday.spend(3, at=APRIL)
        case_id = open_one(payday, at=APRIL + DAY)
        answer(payday, case_id, at=APRIL + DAY)
        decide(payday, case_id, Decision.RECOVER, at=APRIL + DAY)
        assert act(payday, "second", cases.carry_out, case_id=case_id, at=JUNE) == 20_00
        run = payday.pay(at=JUNE)
        assert run.cents == 10_00, "three, less the two owed back"

    def test_an_appeal_is_answered_by_a_third_and_may_give_everything_back(self, payday: Payday):
        payday.spend(2)
        case_id = open_one(payday, hold_cents=20_00)
        answer(payday, case_id)
        decide(payday, case_id, Decision.RECOVER)
        appeal = {"case_id": case_id, "words": "Voici la feuille de présence."}
        act(payday, "manager", cases.appeal_case, at=SOON + DAY, **appeal)
        with pytest.raises(CaseNotInState):
            act(payday, "manager", cases.appeal_case, at=SOON + DAY, **appeal)
        facts = {
            "case_id": case_id,
            "decision": Decision.RELEASE,
            "words": "La feuille le montre.",
            "found": Outcome.HONEST,
            "at": SOON + 2 * DAY,
        }
        with pytest.raises(AppealByTheSame):
            act(payday, "approver", cases.decide_appeal, **facts)
        act(payday, "second", cases.decide_appeal, **facts)
        kept = row(case_id)
        assert (kept.state, kept.hold_end, kept.found) == ("CLOSED", "DECIDED", "HONEST")
        payday.pay()
        assert payday.money().owed == 0
        actor = _auditor(payday)
        with acting_as(actor):
            told = asked.measures(actor, payday.campaign.programme_id, at=MAY)
        assert (told.held_cents, told.held_in_error_cents, told.holding_cents) == (20_00, 20_00, 0)
        assert (told.appeal_count, told.appeals_granted_count, told.recovered_cents, told.median_days) == (1, 1, 0, 0)

    def test_an_appeal_refused_keeps_the_decision(self, payday: Payday):
        payday.spend(2)
        case_id = open_one(payday, hold_cents=20_00)
        answer(payday, case_id)
        decide(payday, case_id, Decision.RECOVER)
        act(payday, "manager", cases.appeal_case, case_id=case_id, words="Non.", at=SOON + DAY)
        facts = {
            "case_id": case_id,
            "decision": Decision.RECOVER,
            "words": "Rien de neuf.",
            "found": Outcome.CONFIRMED,
            "at": SOON + 2 * DAY,
        }
        act(payday, "second", cases.decide_appeal, **facts)
        assert act(payday, "second", cases.carry_out, case_id=case_id, at=SOON + 3 * DAY) == 20_00
        assert row(case_id).state == "CLOSED"
        assert payday.money().owed == 0


def _auditor(payday: Payday) -> Actor:
    return Actor(
        kind="person", label="auditor", person_id=609, organisation_id=990, organisation_ids=frozenset({990}),
        programme_ids=frozenset({payday.campaign.programme_id}), roles=frozenset({"AUDITOR"}), proved_at=APRIL,
    )  # fmt: skip


class TestWhatIsSaid:
    def test_papers_are_made_harmless_sealed_and_read_by_both_sides_only(self, payday: Payday):
        payday.spend(1)
        case_id = open_one(payday)
        picture = BytesIO()
        Image.new("RGB", (40, 30), "white").save(picture, "PNG")
        assert act(payday, "manager", cases.add_paper, case_id=case_id, content=picture.getvalue(), at=SOON) == 1
        with acting_as_everything(why="look"):
            assert not bytes(CasePaper.objects.get().sealed_content).startswith(b"\xff\xd8"), "sealed, not stored"
        for who in ("manager", "approver"):
            content, media_type = act(payday, who, cases.look_at_paper, case_id=case_id, rank=1, at=SOON)
            assert (content[:2], media_type) == (b"\xff\xd8", "image/jpeg")
        with acting_as_everything(why="look"):
            assert JournalLine.objects.filter(action="controls.case-paper-seen").count() == 1
        stranger = payday.counter(payday.second_organisation_id, "PLACE_MANAGER")
        with acting_as(stranger), pytest.raises((CaseUnknown, NotAllowed)):
            cases.look_at_paper(case_id=case_id, rank=1, actor=stranger, request_id=rid(), at=SOON)
        answer(payday, case_id)
        decide(payday, case_id, Decision.RELEASE)
        with acting_as_everything(why="erase"):
            assert cases.erase_papers(at=SOON + 365 * DAY) == 1
        with pytest.raises(CasePaperUnknown):
            act(payday, "manager", cases.look_at_paper, case_id=case_id, rank=1, at=SOON)

    def test_the_place_never_reads_what_is_the_operators(self, payday: Payday):
        payday.spend(1)
        case_id = open_one(payday)
        manager = _manager(payday, SOON)
        with acting_as(manager):
            page = asked.own_case(manager, case_id, at=SOON)
            assert (page.reason, page.found, page.signals) == ("", None, ())
            assert page.asked.startswith("Comment")
            assert all(step.person_id is None for step in page.steps)
            with pytest.raises(NotAllowed):
                asked.case_page(manager, case_id, at=SOON)
        stranger = payday.counter(payday.second_organisation_id, "PLACE_MANAGER")
        with acting_as(stranger), pytest.raises(CaseUnknown):
            asked.own_case(stranger, case_id, at=SOON)

    def test_no_code_and_no_bank_number_is_written_down(self, payday: Payday):
        payday.spend(1)
        case_id = open_one(payday)
        with pytest.raises(CodeInText):
            act(payday, "manager", cases.answer_case, case_id=case_id, words=f"Le code {payday.campaign.code(0)}", at=SOON)

    def test_the_place_is_reminded_once(self, payday: Payday):
        payday.spend(1)
        case_id = open_one(payday)
        near = row(case_id).answer_until - DAY
        with acting_as_everything(why="deadlines"):
            assert cases.keep_deadlines(at=near) == (1, 0)
            assert cases.keep_deadlines(at=near) == (0, 0)
        assert posted() == ["controls.case-opened", "controls.case-reminder"]

    def test_each_gesture_is_repeated_without_effect_and_journalled_once(self, payday: Payday):
        payday.spend(2)
        treasurer, request_id = people(payday, SOON)["treasurer"], rid()
        with acting_as(treasurer):
            facts = {"programme_id": payday.campaign.programme_id, "question": question(payday), "hold_cents": 20_00, "at": SOON}
            first = cases.open_case(actor=treasurer, request_id=request_id, **facts)
            assert cases.open_case(actor=treasurer, request_id=request_id, **facts) == first
        for who, gesture, facts in (
            ("manager", cases.answer_case, {"words": "Voici."}),
            ("treasurer", cases.note_hearing, {"words": "Appelé à 10 h."}),
            ("treasurer", cases.release_payments, {"reason": "Vu."}),
            ("approver", cases.decide_case, {"decision": Decision.RECOVER, "words": "Voici.", "found": Outcome.SLOPPY}),
            ("manager", cases.appeal_case, {"words": "Non."}),
            ("second", cases.decide_appeal, {"decision": Decision.RELEASE, "words": "Bien.", "found": Outcome.HONEST}),
        ):
            twice = rid()
            for _each in range(2):
                act(payday, who, gesture, case_id=first, request_id=twice, at=SOON, **facts)
        with acting_as_everything(why="look"):
            actions = list(
                JournalLine.objects.filter(subject_kind="case", subject_id=str(first)).order_by("id").values_list("action", flat=True)
            )
        assert actions == [
            "controls.case-opened", "controls.case-answered", "controls.hearing-noted", "controls.payment-released", "controls.case-decided",
            "controls.case-appealed", "controls.appeal-decided",
        ]  # fmt: skip
        with pytest.raises(NothingHeld):
            act(payday, "treasurer", cases.release_payments, case_id=first, reason="Encore.", at=SOON)

    def test_what_was_asked_and_decided_is_never_rewritten(self, payday: Payday):
        payday.spend(1)
        case_id = open_one(payday)
        for change in ("asked = 'autre'", "cents = 1", "opened_by_id = 9"):
            with acting_as_everything(why="try"), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"UPDATE controls_case SET {change} WHERE id = %s", [case_id])


def test_everything_held_leaves_nothing_to_pay(payday: Payday):
    payday.spend(2)
    open_one(payday, hold_cents=20_00)
    payday.claim()
    with pytest.raises(NothingToPay):
        payday.prepare()
    actor = payday.treasurer(APRIL)
    with acting_as(actor):
        assert operations.build_claims(programme_id=payday.campaign.programme_id, actor=actor, request_id=rid(), at=APRIL).claim_count == 0
    with acting_as_everything(why="verify"):
        assert ledger.verify() == []
