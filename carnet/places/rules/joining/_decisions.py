"""When a file may be decided, appealed against, renewed; and what a label is worth on a day."""

from collections.abc import Collection
from datetime import date

from carnet.kernel.periods import add_months
from carnet.parties.rules.applications import WRITABLE, FileState
from carnet.places.rules.joining._refusals import (
    AppealNeedsAnother,
    AppealNotPossible,
    AppealTextMissing,
    AppealTooLate,
    JoiningDayMissing,
    JoiningDecisionNotNow,
    JoiningNotWritable,
    JoiningReasonMissing,
)
from carnet.places.rules.joining._terms import Terms, appeal_until
from carnet.places.rules.joining._words import (
    ANSWERS_AN_APPEAL,
    APPEALABLE,
    DECISIONS_OF_STATE,
    NEEDS_A_DAY,
    TEXT_MAX,
    DecisionKind,
    LabelState,
)


def check_writable(state: FileState) -> None:
    """An applicant changes a file before it is sent, and while something is asked of it. Raises: JoiningNotWritable."""
    if state not in WRITABLE:
        raise JoiningNotWritable(state=state.value)


def check_decision(kind: DecisionKind, state: FileState, *, has_open_appeal: bool) -> None:
    """Whether a file in this state may receive this decision. An appeal is answered before anything else.

    Raises: JoiningDecisionNotNow.
    """
    allowed = ANSWERS_AN_APPEAL if has_open_appeal else DECISIONS_OF_STATE[state]
    if kind not in allowed:
        raise JoiningDecisionNotNow(kind=kind.value, state=state.value)


def check_reason(reason: str) -> str:
    """The reason, trimmed. Raises: JoiningReasonMissing."""
    if not reason.strip() or len(reason.strip()) > TEXT_MAX:
        raise JoiningReasonMissing
    return reason.strip()


def check_day(kind: DecisionKind, day: date | None, *, today: date) -> date | None:
    """The day a decision holds from: not before today, and only where it has one. Raises: JoiningDayMissing."""
    if kind not in NEEDS_A_DAY:
        return None
    if day is None or day < today:
        raise JoiningDayMissing(day_on=day)
    return day


def check_appeal(kind: DecisionKind | None, *, decided_on: date | None, today: date, terms: Terms, already: bool, text: str) -> None:
    """Whether the latest decision may be appealed against today. Raises: AppealNotPossible, AppealTooLate, AppealTextMissing."""
    if kind not in APPEALABLE or decided_on is None or already:
        raise AppealNotPossible
    until = appeal_until(decided_on, terms)
    if today > until:
        raise AppealTooLate(until_on=until)
    if not text.strip() or len(text.strip()) > TEXT_MAX:
        raise AppealTextMissing


def check_answers_appeal(person_id: int | None, *, appealed: Collection[int | None]) -> None:
    """Neither hand of the decision under appeal answers it. Raises: AppealNeedsAnother."""
    if person_id is not None and person_id in appealed:
        raise AppealNeedsAnother


def label_until(from_on: date, terms: Terms) -> date:
    """The first day a label granted on `from_on` no longer holds."""
    return add_months(from_on, terms.label_months)


def label_state(*, from_on: date, until_on: date, suspended_on: date | None, withdrawn_on: date | None, day: date) -> LabelState:
    """What a label is worth on `day`. Ends are exclusive; a withdrawal outweighs everything, then an end, then a suspension."""
    if withdrawn_on is not None and day >= withdrawn_on:
        return LabelState.WITHDRAWN
    if day >= until_on:
        return LabelState.EXPIRED
    if day < from_on:
        return LabelState.TO_COME
    if suspended_on is not None and day >= suspended_on:
        return LabelState.SUSPENDED
    return LabelState.IN_FORCE
