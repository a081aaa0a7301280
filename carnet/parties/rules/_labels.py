"""Labels the State gives operators: asked for, granted, refused, withdrawn; and what one is worth on a day."""

from datetime import date

from carnet.parties.rules._refusals import LabelActNotNow, LabelDaysInvalid, LabelOrderMissing, ReasonMissing
from carnet.parties.rules._words import LabelAct, LabelState

_FROM_STATE = {
    LabelAct.GRANT: LabelState.REQUESTED,
    LabelAct.REFUSE: LabelState.REQUESTED,
    LabelAct.WITHDRAW: LabelState.GRANTED,
}
LABEL_STATE_AFTER = {
    LabelAct.GRANT: LabelState.GRANTED,
    LabelAct.REFUSE: LabelState.REFUSED,
    LabelAct.WITHDRAW: LabelState.WITHDRAWN,
}
# An operator asks again after these.
LABEL_ENDED = frozenset({LabelState.REFUSED, LabelState.WITHDRAWN})


def check_label_act(
    act: LabelAct, state: LabelState, *, reason: str, order: str, from_on: date | None, until_on: date | None, today: date
) -> None:
    """Whether the State may decide so of a label in this state. Ends are exclusive.

    Raises: LabelActNotNow, ReasonMissing, LabelOrderMissing, LabelDaysInvalid.
    """
    if _FROM_STATE[act] is not state:
        raise LabelActNotNow(act=act.value, state=state.value)
    if not reason.strip():
        raise ReasonMissing
    if act is not LabelAct.REFUSE and not order.strip():
        raise LabelOrderMissing
    if act is LabelAct.GRANT and (from_on is None or until_on is None or until_on <= from_on or until_on <= today):
        raise LabelDaysInvalid(from_on=from_on, until_on=until_on)
    if act is LabelAct.WITHDRAW and (from_on is None or from_on < today):
        raise LabelDaysInvalid(from_on=from_on, until_on=until_on)


def is_in_force(state: LabelState, *, from_on: date | None, until_on: date | None, withdrawn_on: date | None, day: date) -> bool:
    """Whether a label holds on `day`. A withdrawal holds from its own day, which may be to come; ends are exclusive."""
    if state not in (LabelState.GRANTED, LabelState.WITHDRAWN) or from_on is None or until_on is None:
        return False
    return from_on <= day < until_on and (withdrawn_on is None or day < withdrawn_on)
