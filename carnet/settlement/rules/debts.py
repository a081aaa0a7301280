"""What a place owes back: what is kept from its next payment, when it is asked for instead, how papers are numbered.

Source: docs/decisions/0040-what-a-place-owes.md.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from carnet.settlement.rules._refusals import SettlementRefused

ASK_AFTER_DAYS = 60
DUE_WITHIN_DAYS = 30
"""A debit note is asked for this long after the last claim, and gives this long to pay, where a programme says nothing else."""
ASK_AFTER_DAYS_MOST = 365
DUE_WITHIN_DAYS_MOST = 120
REFERENCE_LENGTH_MAX = 140


class DebtsRefused(SettlementRefused):
    """Base of the refusals about what places owe back."""

    code = "debts-refused"


class DebitNoteUnknown(DebtsRefused):
    """No such debit note, or one of another tenant."""

    code = "debit-note-unknown"


class AdviceUnknown(DebtsRefused):
    """No such remittance advice, or one of another tenant."""

    code = "advice-unknown"


class NothingToAskBack(DebtsRefused):
    """This place owes nothing that is not asked for already."""

    code = "nothing-to-ask-back"


class DebitNoteTooEarly(DebtsRefused):
    """The next payment may still repay it. Facts: `possible_on`."""

    code = "debit-note-too-early"


class DebitNoteNotInState(DebtsRefused):
    """The debit note is not at the step this needs. Facts: `state`, `needed`."""

    code = "debit-note-not-in-state"


class DebitNotePaymentDiffers(DebtsRefused):
    """Another amount than the note's. Facts: `asked_cents`, `told_cents`."""

    code = "debit-note-payment-differs"


class DebitNoteReferenceMissing(DebtsRefused):
    """A payment without the bank's reference."""

    code = "debit-note-reference-missing"


class DebitNoteReferenceUsed(DebtsRefused):
    """The same line of the bank recorded for another note. Facts: `number`."""

    code = "debit-note-reference-used"


class DebitNotePaymentFuture(DebtsRefused):
    """A payment on a day that has not come. Facts: `paid_on`."""

    code = "debit-note-payment-future"


class RecoveryTermsInvalid(DebtsRefused):
    """Days out of reason. Facts: `ask_after_most`, `due_within_most`."""

    code = "recovery-terms-invalid"


class PaperKind(StrEnum):
    """What is numbered without a gap, by operator and year."""

    ADVICE = "ADVICE"
    DEBIT_NOTE = "DEBIT_NOTE"


class NoteState(StrEnum):
    """A debit note: sent, said paid by one person, paid once another confirmed it; or withdrawn."""

    ISSUED = "ISSUED"
    PAYMENT_TOLD = "PAYMENT_TOLD"
    PAID = "PAID"
    WITHDRAWN = "WITHDRAWN"


NOTE_MOVES: Mapping[NoteState, frozenset[NoteState]] = {
    NoteState.ISSUED: frozenset({NoteState.PAYMENT_TOLD, NoteState.WITHDRAWN}),
    NoteState.PAYMENT_TOLD: frozenset({NoteState.PAID, NoteState.ISSUED}),
    NoteState.PAID: frozenset(),
    NoteState.WITHDRAWN: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Owed:
    """A claim to pay, or a debt to keep from one. Unit: whole cents."""

    id: int
    agreement_id: int
    organisation_id: int
    cents: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A debt kept from a claim, whole."""

    claim_id: int
    debt_id: int
    cents: int


def keep_from(*, claims: Iterable[Owed], debts: Iterable[Owed]) -> tuple[Kept, ...]:
    """Which debts are kept from which claims, both oldest (smallest id) first, of one organisation and one agreement.

    A debt is one voucher, kept whole or not at all, so that each funder gets exactly its share of it; one that is larger than what
    is left of a claim waits, and a smaller one behind it is kept. Never more than the claim; never across agreements.
    """
    waiting = sorted(debts, key=lambda each: each.id)
    kept: list[Kept] = []
    for claim in sorted(claims, key=lambda each: each.id):
        left = claim.cents
        for debt in list(waiting):
            if (debt.agreement_id, debt.organisation_id) == (claim.agreement_id, claim.organisation_id) and debt.cents <= left:
                kept.append(Kept(claim.id, debt.id, debt.cents))
                left -= debt.cents
                waiting.remove(debt)
    return tuple(kept)


def ask_on(*, owed_on: date, claimed_on: date | None, ended_on: date | None, ask_after_days: int) -> date:
    """From when a debt is asked for by a debit note: some days after it arose and after the last claim, or once the vouchers ended."""
    quiet_since = max(owed_on, claimed_on) if claimed_on is not None else owed_on
    possible = quiet_since + timedelta(days=ask_after_days)
    return min(possible, max(ended_on, owed_on)) if ended_on is not None else possible


def check_may_ask(*, possible_on: date, today: date) -> None:
    """A debit note waits until no claim may repay the debt. Raises: DebitNoteTooEarly."""
    if today < possible_on:
        raise DebitNoteTooEarly(possible_on=possible_on)


def check_note_move(*, state: NoteState, to: NoteState) -> None:
    """Let a debit note pass from `state` to `to`. Raises: DebitNoteNotInState."""
    if to not in NOTE_MOVES[state]:
        needed = ", ".join(known for known, moves in NOTE_MOVES.items() if to in moves)
        raise DebitNoteNotInState(state=state.value, needed=needed)


def check_note_payment(*, asked_cents: int, told_cents: int, reference: str, paid_on: date, today: date) -> str:
    """The bank's reference, trimmed. Raises: DebitNotePaymentDiffers, DebitNoteReferenceMissing, DebitNotePaymentFuture."""
    if told_cents != asked_cents:
        raise DebitNotePaymentDiffers(asked_cents=asked_cents, told_cents=told_cents)
    if not reference.strip():
        raise DebitNoteReferenceMissing()
    if paid_on > today:
        raise DebitNotePaymentFuture(paid_on=paid_on)
    return reference.strip()[:REFERENCE_LENGTH_MAX]


def check_recovery_terms(*, ask_after_days: int, due_within_days: int) -> None:
    """Days that leave time to be paid and to pay. Raises: RecoveryTermsInvalid."""
    if not (0 < ask_after_days <= ASK_AFTER_DAYS_MOST and 0 < due_within_days <= DUE_WITHIN_DAYS_MOST):
        raise RecoveryTermsInvalid(ask_after_most=ASK_AFTER_DAYS_MOST, due_within_most=DUE_WITHIN_DAYS_MOST)


def paper_number(*, kind: PaperKind, year: int, number: int) -> str:
    """What a paper is called, without a gap in the year: ``AP-2026-000012`` an advice, ``ND-2026-000003`` a debit note."""
    return f"{'AP' if kind is PaperKind.ADVICE else 'ND'}-{year}-{number:06d}"


def with_kept(words: str, kept_cents: int) -> str:
    """What the payee reads at its bank, with what was kept; the bank's 140 characters. Unit: whole cents."""
    if not kept_cents:
        return words
    kept = f" - retenu {kept_cents // 100},{kept_cents % 100:02d} EUR"
    return words[: 140 - len(kept)] + kept
