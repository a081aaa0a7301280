"""What a desk is today, what it still has to do, whether it may hand over; and how long an agreement holds. Days are those of Paris."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from carnet.distribution.rules.joining._refusals import (
    AgreementMissing,
    AgreementNotNow,
    AgreementTextInvalid,
    DeskDecisionNotNow,
    DeskLeaving,
    DeskNotRenewed,
    DeskReasonMissing,
    DeskSuspended,
    RegisseurActMissing,
    SignerTitleMissing,
)
from carnet.distribution.rules.joining._training import TRAINING
from carnet.distribution.rules.joining._words import (
    AGREEMENT_MAX,
    MONTHS_MAX,
    MONTHS_MIN,
    REASON_MAX,
    REGULARISE_DAYS,
    RENEW_DAYS,
    AgreementKind,
    DecisionKind,
    DeskState,
    FileState,
    SuspendedFor,
    Todo,
    TodoState,
)
from carnet.kernel.periods import add_months
from carnet.parties.rules.applications import NAME_MAX


@dataclass(frozen=True, slots=True)
class Standing:
    """All that decides what a desk is on a day.

    `agreed_until`: the exclusive end of its agreement in force, None when there is none; `signed_waits`: one signed by the desk waits for
    the operator; `asked_on`: the day its programme first published an agreement, None when it never did; `joined_on`, `left_on`: its part.
    """

    joined_on: date
    left_on: date | None = None
    leaving: bool = False
    suspended_for: SuspendedFor | None = None
    asked_on: date | None = None
    agreed_until: date | None = None
    signed_waits: bool = False
    follows: bool = False  # another agreement already follows the one in force
    has_lead: bool = False
    lead_invited: bool = False
    point_count: int = 0
    trained: Collection[str] = ()


def regularise_until(standing: Standing) -> date | None:
    """The last day a desk admitted before any agreement was published may go on without one; None when that is not its case."""
    if standing.asked_on is None or standing.joined_on >= standing.asked_on:
        return None
    return standing.asked_on + timedelta(days=REGULARISE_DAYS)


def is_covered(standing: Standing, today: date) -> bool:
    """Whether the desk may hold and hand over public vouchers: an agreement in force, none asked for, or time left to sign the first."""
    if standing.asked_on is None or standing.agreed_until is not None:
        return True
    until = regularise_until(standing)
    return until is not None and today <= until


def check_hands_over(standing: Standing, *, programme: str, today: date) -> None:
    """Refuse a desk that is leaving, suspended or without an agreement. Points and training never stop it.

    Raises: DeskLeaving, DeskSuspended, DeskNotRenewed, AgreementMissing.
    """
    if standing.leaving:
        raise DeskLeaving(programme=programme)
    if standing.suspended_for is SuspendedFor.NOT_RENEWED:
        raise DeskNotRenewed(programme=programme)
    if standing.suspended_for is not None:
        raise DeskSuspended(programme=programme)
    if not is_covered(standing, today):
        raise AgreementMissing(programme=programme)


def todos(standing: Standing, today: date) -> dict[Todo, TodoState]:
    """What the desk has to do, in order, and how far each is. No agreement is asked for while its programme published none."""
    found: dict[Todo, TodoState] = {}
    if standing.asked_on is not None:
        found[Todo.AGREEMENT] = _agreement(standing, today)
    found[Todo.LEAD] = TodoState.DONE if standing.has_lead else TodoState.WAITING if standing.lead_invited else TodoState.TO_DO
    found[Todo.POINTS] = TodoState.DONE if standing.point_count else TodoState.TO_DO
    found[Todo.TRAINING] = TodoState.DONE if {item.code for item in TRAINING} <= set(standing.trained) else TodoState.TO_DO
    return found


def desk_state(standing: Standing, today: date) -> DeskState:
    """What a desk is on a day, in one word."""
    if standing.left_on is not None and standing.left_on <= today:
        return DeskState.LEFT
    if standing.leaving:
        return DeskState.LEAVING
    if standing.suspended_for is not None:
        return DeskState.SUSPENDED
    if not is_covered(standing, today):
        return DeskState.UNSIGNED
    if standing.asked_on is not None and standing.agreed_until is None:
        return DeskState.TO_REGULARISE
    done = {TodoState.DONE, TodoState.SOON}
    return DeskState.OPEN if done.issuperset(todos(standing, today).values()) else DeskState.INCOMPLETE


def ends_soon(standing: Standing, today: date) -> bool:
    """Whether another agreement may be signed already, to follow the one in force."""
    return standing.agreed_until is not None and not standing.follows and today >= standing.agreed_until - timedelta(days=RENEW_DAYS)


def check_may_sign(standing: Standing, today: date) -> None:
    """Nothing waits for a signature, and what is in force ends soon or is not there. Raises: AgreementNotNow."""
    if standing.signed_waits or standing.follows or (standing.agreed_until is not None and not ends_soon(standing, today)):
        raise AgreementNotNow


def term(*, months: int, today: date, agreed_until: date | None) -> tuple[date, date]:
    """From when to when (exclusive) an agreement countersigned today holds: after the one in force, else from today."""
    from_on = max(today, agreed_until or today)
    return from_on, add_months(from_on, months)


def check_text(text: str, months: int) -> str:
    """An agreement's text, trimmed. Raises: AgreementTextInvalid."""
    if not 1 <= len(text.strip()) <= AGREEMENT_MAX:
        raise AgreementTextInvalid(field="text", most=AGREEMENT_MAX)
    if not MONTHS_MIN <= months <= MONTHS_MAX:
        raise AgreementTextInvalid(field="months", most=MONTHS_MAX)
    return text.strip()


def check_signature(*, kind: AgreementKind, title: str, act: str, act_on: date | None, today: date) -> tuple[str, str, date | None]:
    """The capacity of whoever signs and, for a régie, the act that appoints its régisseur. Raises: SignerTitleMissing, RegisseurActMissing."""
    if not title.strip():
        raise SignerTitleMissing
    if kind is AgreementKind.MANDATE:
        return title.strip()[:NAME_MAX], "", None
    if not act.strip() or act_on is None or act_on > today:
        raise RegisseurActMissing
    return title.strip()[:NAME_MAX], act.strip()[:NAME_MAX], act_on


def check_reason(reason: str) -> str:
    """The reason of a decision, trimmed. Raises: DeskReasonMissing."""
    if not 1 <= len(reason.strip()) <= REASON_MAX:
        raise DeskReasonMissing
    return reason.strip()


_OF_APPLICATION = {
    FileState.SENT: frozenset({DecisionKind.COMPLETE, DecisionKind.ADMIT, DecisionKind.REFUSE}),
    FileState.COMPLETION: frozenset({DecisionKind.REFUSE}),
}


def decisions_of_application(state: FileState) -> frozenset[DecisionKind]:
    """What may be decided of an application now."""
    return _OF_APPLICATION.get(state, frozenset())


def decisions_of_desk(*, is_suspended: bool, is_leaving: bool) -> frozenset[DecisionKind]:
    """What may be decided of a desk now. One that is leaving is only waited for."""
    if is_leaving:
        return frozenset()
    return frozenset({DecisionKind.REINSTATE if is_suspended else DecisionKind.SUSPEND, DecisionKind.END})


def check_decision(kind: DecisionKind, possible: Collection[DecisionKind], *, state: str) -> None:
    """Raises: DeskDecisionNotNow."""
    if kind not in possible:
        raise DeskDecisionNotNow(kind=kind.value, state=state)


def _agreement(standing: Standing, today: date) -> TodoState:
    if standing.signed_waits:
        return TodoState.WAITING
    if standing.agreed_until is None:
        return TodoState.TO_DO
    return TodoState.SOON if ends_soon(standing, today) else TodoState.DONE
