"""A run built while a hold is placed, a case decided twice, let go and decided at once: one or the other; and what goes wrong without the lock."""

from threading import Barrier
from typing import Any

import pytest

from carnet.controls.access import cases as cases_access
from carnet.controls.models import Case, CaseStep
from carnet.controls.operations import cases
from carnet.controls.rules.cases import Decision, NothingHeld
from carnet.controls.rules.signals import Outcome
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.settlement import operations, queries
from carnet.settlement.models import Claim, ClaimLine, HeldForCase, Transfer
from carnet.settlement.operations import _cases, _runs
from carnet.settlement.rules import NothingToPay
from tests.factories.campaign import rid
from tests.settlement.conftest import APRIL, SPENT_AT, Payday, make_payday
from tests.settlement.test_cases import DAY, SOON, answer, open_one
from tests.settlement.test_debts_races import at_once

pytestmark = pytest.mark.slow


def acting(actor: Actor, gesture: Any, **facts: Any) -> Any:
    with acting_as(actor):
        return gesture(actor=actor, request_id=rid(), **facts)


def held_and_claimed(case_id: int, organisation_id: int) -> tuple[int, int]:
    """Cents that wait for the case, and cents claimed."""
    with acting_as_everything(why="count"):
        waits = sum(HeldForCase.objects.filter(case_id=case_id).values_list("cents", flat=True))
        return waits, sum(Claim.objects.filter(organisation_id=organisation_id).values_list("cents", flat=True))


def asked(spent: int = 2) -> tuple[Payday, int]:
    payday = make_payday()
    payday.spend(spent)
    return payday, open_one(payday, hold_cents=None)


def test_holds_decisions_and_runs_at_the_same_instant(committed_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # A hold placed while claims are drawn up: the money is claimed, or it waits; never both, never neither.
    payday, case_id = asked()
    place = payday.campaign.place_organisation_id
    treasurer = payday.treasurer(SOON)
    at_once(lambda: acting(treasurer, cases.hold_payments, case_id=case_id, cents=20_00, at=SOON), lambda: payday.claim(at=APRIL))
    waits, claimed = held_and_claimed(case_id, place)
    assert waits + claimed == 20_00
    assert 0 in (waits, claimed)

    # Decided twice at once, by two people: once.
    answer(payday, case_id)
    deciders = [payday.staff(number, "APPROVER", at=SOON) for number in (602, 603)]
    facts = {"case_id": case_id, "decision": Decision.RECOVER, "words": "Voici.", "found": Outcome.SLOPPY, "at": SOON}
    told = at_once(*[lambda actor=each: acting(actor, cases.decide_case, **facts) for each in deciders])
    assert sorted(type(each).__name__ for each in told) == ["CaseNotInState", "NoneType"]

    # The same person, the same request, twice at once: one step.
    other, other_id = asked()
    answer(other, other_id)
    request_id, decider = rid(), other.staff(602, "APPROVER", at=SOON)

    def repeated() -> None:
        with acting_as(decider):
            cases.decide_case(**(facts | {"case_id": other_id}), actor=decider, request_id=request_id)

    assert at_once(repeated, repeated) == [None, None]
    with acting_as_everything(why="count"):
        assert CaseStep.objects.filter(case_id=other_id, kind="DECIDED").count() == 1

    # Let go and decided at the same instant: both are said, in one order or the other, and nothing waits twice.
    third, third_id = asked()
    holder = third.treasurer(SOON)
    acting(holder, cases.hold_payments, case_id=third_id, cents=20_00, at=SOON)
    judge = third.staff(602, "APPROVER", at=SOON)
    release = facts | {"case_id": third_id, "decision": Decision.RELEASE}
    told = at_once(
        lambda: acting(holder, cases.release_payments, case_id=third_id, reason="Vu.", at=SOON),
        lambda: acting(judge, cases.decide_case, **release),
    )
    assert all(each is None or isinstance(each, NothingHeld) for each in told)
    with acting_as_everything(why="look"):
        row = Case.objects.get(id=third_id)
    assert (row.state, row.hold_end in ("RELEASED", "DECIDED")) == ("CLOSED", True)
    with acting_as_everything(why="verify"):
        assert ledger.verify() == []
        assert queries.verify() == []

    _a_run_prepared_while_a_hold_is_placed()
    for control in (_without_the_lock, _redrawn_without_the_lock):
        with monkeypatch.context() as unlocked:
            control(unlocked)


def _mixed() -> tuple[Payday, int]:
    """An account of two in question and one that nobody asks about, drawn up, and its case open without a hold."""
    payday = make_payday()
    payday.spend(2)
    payday.spend(1, at=SPENT_AT + 4 * DAY)
    payday.claim()
    return payday, open_one(payday, hold_cents=None, at=APRIL)


def _in_transfers(payday: Payday) -> list[int]:
    with acting_as_everything(why="look"):
        rows = Transfer.objects.filter(agreement_id=payday.agreement_id).exclude(state="CANCELLED")
        return list(rows.order_by("id").values_list("cents", flat=True))


def _a_run_prepared_while_a_hold_is_placed() -> None:
    """In one order or the other, the bank is never given what waits: the account is redrawn before the run, or leaves it."""
    payday, case_id = _mixed()
    treasurer = payday.treasurer(APRIL)
    told = at_once(lambda: acting(treasurer, cases.hold_payments, case_id=case_id, cents=20_00, at=APRIL), payday.prepare)
    assert not any(isinstance(each, BaseException) for each in told), told
    if _in_transfers(payday) == [30_00]:  # the run came first: it holds nothing else, so that nothing of it may leave
        approver = payday.approver(APRIL)
        (run,) = (each for each in told if each is not None)
        acting(approver, operations.approve_run, run_id=run.run_id, at=APRIL)
        with acting_as(treasurer), pytest.raises(NothingToPay):
            operations.write_payment_file(run_id=run.run_id, actor=treasurer, request_id=rid(), at=APRIL)
        acting(treasurer, operations.cancel_run, run_id=run.run_id, reason="Un dossier le retient.", at=APRIL)
        payday.prepare()
    assert _in_transfers(payday) == [10_00]
    with acting_as_everything(why="verify"):
        assert ledger.verify() == []
        assert queries.verify() == []


def _redrawn_without_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: where the hold does not wait for the run being prepared, the run is drawn up with all of the account."""
    payday, case_id = _mixed()
    treasurer = payday.treasurer(APRIL)
    looked, placed = Barrier(2), Barrier(2)
    review = _runs.review_waiting

    def slowly(*given: Any, **facts: Any) -> Any:
        found = review(*given, **facts)
        looked.wait()
        placed.wait()
        return found

    monkeypatch.setattr("carnet.settlement.operations._runs.review_waiting", slowly)
    monkeypatch.setattr(cases_access, "lock_payments", lambda _programme_id: None)

    def hold() -> None:
        looked.wait()
        acting(treasurer, cases.hold_payments, case_id=case_id, cents=20_00, at=APRIL)
        placed.wait()

    at_once(hold, payday.prepare)
    assert _in_transfers(payday) == [30_00], "the hold was placed before the run was, and the run pays all of it"


def _without_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: where the hold does not wait for the claims being drawn up, it says that money waits which is being claimed."""
    payday, case_id = asked()
    treasurer = payday.treasurer(SOON)
    looked, placed = Barrier(2), Barrier(2)
    leave_out = _cases.leave_out

    def slowly(**facts: Any) -> Any:
        left = leave_out(**facts)
        looked.wait()
        placed.wait()
        return left

    monkeypatch.setattr("carnet.settlement.operations._claims._cases.leave_out", slowly)
    monkeypatch.setattr(cases_access, "lock_payments", lambda _programme_id: None)

    def hold() -> None:
        looked.wait()
        acting(treasurer, cases.hold_payments, case_id=case_id, cents=20_00, at=SOON)
        placed.wait()

    at_once(hold, lambda: payday.claim(at=APRIL))
    with acting_as_everything(why="look"):
        case = Case.objects.get(id=case_id)
        lines = ClaimLine.objects.filter(organisation_id=payday.campaign.place_organisation_id).count()
    assert case.held_from == SOON
    assert lines == 2, "claimed although the hold was placed before the claims were there"
