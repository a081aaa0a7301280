"""What is checked before a claim is paid, what a transfer is called, what the bank's line means."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from carnet.kernel.identifiers import Iban
from carnet.settlement.rules._refusals import (
    BankFileOfAnotherAccount,
    NotYoursToResume,
    ReasonMissing,
    RunFileAlreadyWritten,
    RunNotInState,
    TransferNotReturned,
)
from carnet.settlement.rules._states import RUN_MOVES, RunState, SetAsideReason, TransferState

UNKNOWN_LINES_KEPT = 500
"""Lines of one bank file that are kept for a person to look at."""


@dataclass(frozen=True, slots=True)
class Sums:
    """A number of vouchers and their whole cents."""

    voucher_count: int
    cents: int


def reason_to_set_aside(
    *, claimed: Sums, lines: Sums, redemptions: Sums, account_problem: str | None, is_held: bool = False
) -> SetAsideReason | None:
    """Why this account waits, or None: it is paid.

    The claim, its lines and the redemptions they name, counted again, must say the same.
    `account_problem` is the reason of parties when no account can be paid: missing or changing. `is_held`: a person decided to wait.
    """
    if not claimed == lines == redemptions:
        return SetAsideReason.DIFFERS
    if is_held:
        return SetAsideReason.HELD
    if account_problem is not None:
        return SetAsideReason.ACCOUNT_CHANGING if account_problem == "changing" else SetAsideReason.ACCOUNT_MISSING
    return None


def check_run_move(*, state: RunState, to: RunState, file_is_written: bool = False) -> None:
    """Let a run pass from `state` to `to`. Raises: RunNotInState, RunFileAlreadyWritten."""
    if to not in RUN_MOVES[state]:
        needed = ", ".join(known for known, moves in RUN_MOVES.items() if to in moves)
        raise RunNotInState(state=state.value, needed=needed)
    if to is RunState.CANCELLED and file_is_written:
        raise RunFileAlreadyWritten()


def check_resume(*, person_id: int, stopped_by: int | None, prepared_by: int | None, controlled_by: int | None) -> None:
    """Whoever stopped a run may resume it, and anybody else but those who prepared or controlled it. Raises: NotYoursToResume."""
    if person_id != stopped_by and person_id in (prepared_by, controlled_by):
        raise NotYoursToResume()


def check_reason(reason: str) -> str:
    """The reason, trimmed. Raises: ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing()
    return reason.strip()[:200]


def check_returned(state: TransferState) -> None:
    """Only what came back is paid again. Raises: TransferNotReturned."""
    if state is not TransferState.RETURNED:
        raise TransferNotReturned(state=state.value)


def check_account(*, found: Iterable[str], expected: str) -> None:
    """Every account a bank file speaks of is the agreement's. Raises: BankFileOfAnotherAccount."""
    for iban in found:
        if iban != expected:
            raise BankFileOfAnotherAccount(found=masked(iban), expected=masked(expected))


def masked(iban: str) -> str:
    """An account number that can be recognised but not used."""
    return f"{iban[:4]} … {iban[-4:]}" if len(iban) > 8 else "…"


def printed(iban: str) -> str:
    """An account number in groups of four, as on paper."""
    return Iban.parse(iban).printed() if iban else ""


def end_to_end_id(*, run_id: int, claim_id: int, attempt: int) -> str:
    """What a transfer is called at the bank: unique for ever, at most 35 characters."""
    return f"CARNET-{run_id}-{claim_id}-{attempt}"


def message_id(*, agreement_id: int, run_id: int) -> str:
    """What a payment file is called at the bank."""
    return f"CARNET-{agreement_id}-RUN-{run_id}"


def remittance(*, programme: str, until_on: date, voucher_count: int, claim_id: int) -> str:
    """What the payee reads on its bank statement; the bank's characters and length are the gateway's."""
    count = f"{voucher_count} cheque{'s' if voucher_count > 1 else ''}"
    return f"{programme[:70]} - {count} jusqu'au {until_on:%d/%m/%Y} - decompte {claim_id}"


def digest_of_run(lines: Iterable[tuple[str, str, str, int]]) -> bytes:
    """What exactly is approved: every reference, name, account and amount, in order."""
    digest = hashlib.sha256()
    for reference, name, iban, cents in lines:
        digest.update(f"{reference}\x1f{name}\x1f{iban}\x1f{cents}\x1e".encode())
    return digest.digest()


class Verdict(StrEnum):
    """What a line of the bank does to a transfer of ours."""

    PAY = "PAY"
    GIVE_BACK = "GIVE_BACK"
    REFUSE = "REFUSE"
    ALREADY_KNOWN = "ALREADY_KNOWN"
    UNKNOWN = "UNKNOWN"
    OTHER_AMOUNT = "OTHER_AMOUNT"
    OTHER_ACCOUNT = "OTHER_ACCOUNT"
    TWICE = "TWICE"
    CONTRADICTS = "CONTRADICTS"


def judge(
    *,
    state: TransferState | None,
    owed_cents: int,
    outcome: str,
    told_cents: int | None,
    told_iban: str | None = None,
    known_ibans: Collection[str] = (),
    is_repeated: bool = False,
) -> Verdict:
    """What one line of a bank file means for the transfer it names (`state` None: no such transfer).

    Units: whole cents; `told_cents` is None where a status report gives no amount. `outcome` is the
    bank's word: PAID, REJECTED or RETURNED. `told_iban` is the account the line names, if it does: the payee's or, on its
    way back, our own (`known_ibans`). `is_repeated`: the same file said the same before: paid twice, perhaps.
    What contradicts what is known changes nothing.
    """
    if state is None:
        return Verdict.UNKNOWN
    if told_cents is not None and told_cents != owed_cents:
        return Verdict.OTHER_AMOUNT
    if told_iban is not None and told_iban not in known_ibans:
        return Verdict.OTHER_ACCOUNT
    if is_repeated:
        return Verdict.TWICE
    if outcome == "PAID":
        return _PAID.get(state, Verdict.CONTRADICTS)
    if outcome == "REJECTED":
        return _REJECTED.get(state, Verdict.CONTRADICTS)
    return _RETURNED.get(state, Verdict.CONTRADICTS)


_PAID = {TransferState.SENT: Verdict.PAY, TransferState.PAID: Verdict.ALREADY_KNOWN}
_CAME_BACK = {TransferState.RETURNED: Verdict.ALREADY_KNOWN, TransferState.REPLACED: Verdict.ALREADY_KNOWN}
_REJECTED = {TransferState.SENT: Verdict.REFUSE, **_CAME_BACK}
_RETURNED = {TransferState.SENT: Verdict.REFUSE, TransferState.PAID: Verdict.GIVE_BACK, **_CAME_BACK}
