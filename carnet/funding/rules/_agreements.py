"""When money may be recorded, a pledge move on, an agreement close."""

from collections.abc import Sequence
from datetime import date, datetime

from carnet.funding.rules._refusals import (
    AgreementClosed,
    BankReferenceMissing,
    FunderNotInAgreement,
    FunderPaysOnUse,
    PledgeStepWrong,
    ReceiptNotPositive,
    ReceivedInFuture,
)
from carnet.funding.rules._shares import Pays, ShareTerms
from carnet.funding.rules._states import PledgeState

_PLEDGE_STEPS: dict[PledgeState, frozenset[PledgeState]] = {
    PledgeState.PLEDGED: frozenset({PledgeState.SIGNED, PledgeState.WITHDRAWN}),
    PledgeState.SIGNED: frozenset({PledgeState.JOINED, PledgeState.WITHDRAWN}),
    PledgeState.JOINED: frozenset(),
    PledgeState.WITHDRAWN: frozenset(),
}


def check_receipt(
    *,
    funder_id: int,
    cents: int,
    received_on: date,
    bank_reference: str,
    shares: Sequence[ShareTerms],
    today: date,
) -> None:
    """Refuse money that cannot have come: from nobody here, of nothing, or tomorrow.

    Raises: ReceiptNotPositive, BankReferenceMissing, ReceivedInFuture, FunderNotInAgreement, FunderPaysOnUse.
    """
    if cents <= 0:
        raise ReceiptNotPositive(cents=cents)
    if not bank_reference.strip():
        raise BankReferenceMissing
    if received_on > today:
        raise ReceivedInFuture(received_on=received_on)
    share = next((one for one in shares if one.funder_id == funder_id), None)
    if share is None:
        raise FunderNotInAgreement(funder_id=funder_id)
    if share.pays is Pays.ON_USE:
        raise FunderPaysOnUse(funder_id=funder_id)


def check_pledge_step(state: PledgeState, step: PledgeState) -> None:
    """Refuse a step out of order. Raises: PledgeStepWrong."""
    if step not in _PLEDGE_STEPS[state]:
        raise PledgeStepWrong(state=state, step=step)


def check_closing(closed_at: datetime | None) -> None:
    """Refuse anything under an agreement already closed. Raises: AgreementClosed."""
    if closed_at is not None:
        raise AgreementClosed(closed_at=closed_at)
