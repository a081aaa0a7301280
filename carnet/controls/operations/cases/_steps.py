"""What every gesture of a case does besides: a step, a line of the journal, a letter; and whether it is repeated."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from carnet.controls.models import Case, CaseRedemption, CaseStep
from carnet.controls.operations import signals
from carnet.controls.queries.signals import signals_of_case
from carnet.controls.rules.cases import CaseState, StepKind, check_move
from carnet.controls.rules.signals import Outcome
from carnet.funding import queries as funding
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.notices import operations as notices
from carnet.places import queries as places

OPEN, HOLD = "controls.sort-signals", "controls.hold"
DECIDE, DECIDE_APPEAL = "controls.decide-case", "controls.decide-appeal"
ANSWER = "controls.answer"


def is_repeated(case: Case, kind: StepKind, request_id: UUID) -> bool:
    """Whether this request made this step already."""
    return CaseStep.objects.filter(case=case, kind=kind.value, request_id=request_id).exists()


def step(
    case: Case, kind: StepKind, actor: Actor, request_id: UUID, at: datetime, *, words: str = "", cents: int = 0, by_place: bool = False
) -> None:
    """Write one gesture of a case down."""
    CaseStep.objects.create(
        case=case,
        programme_id=case.programme_id,
        organisation_id=case.organisation_id,
        kind=kind.value,
        words=words,
        cents=cents,
        by_place=by_place,
        person_id=actor.person_id,
        at=at,
        request_id=request_id,
    )


def record(actor: Actor, what: str, case: Case, request_id: UUID | None, at: datetime, **facts: Any) -> None:
    """One line of the journal about a case."""
    journal.record(
        actor=actor,
        action=f"controls.{what}",
        subject=("case", case.id),
        facts={"place": case.place_id, "cents": case.cents, "state": case.state, **facts},
        programme_id=case.programme_id,
        organisation_id=case.organisation_id,
        request_id=request_id,
        at=at,
    )


def tell(kind: str, case: Case, at: datetime, *, to_operator: bool = False, **facts: Any) -> None:
    """A letter to the place's organisation, or to the operator. It never says the words typed."""
    programme = funding.programme(case.programme_id)
    told = {"case": case.id, "place": places.names_of([case.place_id]).get(case.place_id, ""), "programme": programme.name}
    notices.post(
        kind=kind,
        to_organisation_id=programme.operator_id if to_operator else case.organisation_id,
        context={**told, "phone": case.phone, **facts},
        programme_id=case.programme_id,
        at=at,
    )


def last_day(until: datetime) -> str:
    """The last day on which something may still be done before `until`."""
    return legal_day(until - timedelta(microseconds=1)).isoformat()


def keyed(row: CaseRedemption) -> tuple[int, int, int]:
    """Which redemption a row of a case is about."""
    return (row.series_id, row.voucher_id, row.generation)


def settle(case: Case, found: Outcome, at: datetime) -> None:
    """Tell the case's signals what was found."""
    ids = [each.id for each in signals_of_case(case.id)]
    if ids:
        signals.settle(ids, found, at=at)


def close(case: Case, at: datetime) -> None:
    """End a case. Raises: CaseNotInState."""
    check_move(state=CaseState(case.state), to=CaseState.CLOSED)
    case.state, case.closed_at = CaseState.CLOSED.value, at


def heard(case: Case) -> None:
    """Let the place be heard. Raises: CaseNotInState."""
    check_move(state=CaseState(case.state), to=CaseState.HEARD)
    case.state = CaseState.HEARD.value
