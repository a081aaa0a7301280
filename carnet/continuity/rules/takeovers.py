"""What a takeover may do, what stops it, and which receipts it honours."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from carnet.kernel.refusals import Refusal

# Rows of one COPY and of one commit: what a kill may cost, and what is done again.
CHUNK_ROWS = 20_000
# A machine's clock and its database's may differ; what was redeemed within this of the last increment may be on either side of it.
CLOCK_MARGIN = timedelta(minutes=5)
RECEIPT_LENGTH_MAX = 2_000
RECEIPTS_MAX = 500
NOTE_LENGTH_MAX = 500

# Who runs a programme is named beside it in these columns. Everything else that names the former operator is history, and stays.
OPERATED: Mapping[str, str] = {"funding_programme": "operator_id", "issuing_order": "operator_id"}


class TakeoverState(StrEnum):
    """Where a takeover is: rows come in beside the others, then all of them are there at once."""

    LOADING = "LOADING"
    DONE = "DONE"
    REFUSED = "REFUSED"


class TakeoverRefused(Refusal):
    """Base of the refusals of a takeover: nothing of the programme is in this installation."""

    code = "takeover-refused"


class ArchiveTampered(TakeoverRefused):
    """An archive that is not as it was signed. Facts: step, table, key, what; faults (how many)."""

    code = "archive-tampered"


class ArchiveUntrusted(TakeoverRefused):
    """The archive is signed by another key than the one announced. Facts: found, announced."""

    code = "archive-untrusted"


class ArchiveOfAnotherVersion(TakeoverRefused):
    """The archive was written by another version's tables. Facts: app, theirs, ours."""

    code = "archive-of-another-version"


class NumbersTaken(TakeoverRefused):
    """Rows of this installation have the numbers, or the names, that the archive brings. Facts: table, columns, value."""

    code = "numbers-taken"


class SuccessorKeyWrong(TakeoverRefused):
    """The keys of the codes are sealed for nobody, or for somebody else. Facts: version."""

    code = "successor-key-wrong"


class OperatorMissing(TakeoverRefused):
    """Nobody was named to operate the programme from now on, or the organisation is not an operator's. Facts: siret."""

    code = "takeover-operator-missing"


class LedgerBroken(TakeoverRefused):
    """With the rows of the archive, the ledger is not exact. Facts: where, what, invariant, faults (how many)."""

    code = "takeover-ledger-broken"


class TotalsDiffer(TakeoverRefused):
    """What came is not what the archive says it holds. Facts: name, found, announced."""

    code = "takeover-totals-differ"


class ArchiveIncomplete(TakeoverRefused):
    """A step is missing, or cannot be read: what came after it is of no use. Facts: step, known_at."""

    code = "archive-incomplete"


class AlreadyTakenOver(TakeoverRefused):
    """This archive's programme was taken over here before. Facts: programme_id, taken_at."""

    code = "already-taken-over"


class RowsRefused(TakeoverRefused):
    """The database refuses rows of the archive. Facts: table, reason."""

    code = "takeover-rows-refused"


class TakeoverUnknown(TakeoverRefused):
    """No such takeover, or one of another operator."""

    code = "takeover-unknown"


class NoteMissing(TakeoverRefused):
    """What was settled by hand says nothing of how. Facts: length_max."""

    code = "takeover-note-missing"


class AlreadySettled(TakeoverRefused):
    """A line of the list was settled before. Facts: settled_at."""

    code = "takeover-already-settled"


class ReceiptRefused(Refusal):
    """Base of the refusals of a receipt: nothing is written but the trace, and the operator's list."""

    code = "receipt-refused"


class ReceiptUnreadable(ReceiptRefused):
    """Not a receipt, or one whose signature is not that of a programme taken over here."""

    code = "receipt-unreadable"


class ReceiptOfAnotherPlace(ReceiptRefused):
    """The receipt is of a place that the bearer does not run."""

    code = "receipt-of-another-place"


class ReceiptTooOld(ReceiptRefused):
    """From before the last increment, where nothing was lost: the archive would hold it. Facts: redeemed_at, since."""

    code = "receipt-too-old"


class ReceiptTooLate(ReceiptRefused):
    """From after the takeover: the former operator could accept nothing any more. Facts: redeemed_at, taken_at."""

    code = "receipt-too-late"


class ReceiptUndone(ReceiptRefused):
    """The redemption it tells was undone by the place, before the last increment."""

    code = "receipt-undone"


class ReceiptSpentElsewhere(ReceiptRefused):
    """The voucher is spent here, by somebody else or another day. Facts: redeemed_at."""

    code = "receipt-spent-elsewhere"


class ReceiptNotHonoured(ReceiptRefused):
    """The ledger refuses the voucher itself: not paid for, ended, the place had left. Facts: reason."""

    code = "receipt-not-honoured"


class ReceiptsMissing(ReceiptRefused):
    """Nothing was given."""

    code = "receipts-missing"


class ReceiptsTooMany(ReceiptRefused):
    """More receipts in one go than RECEIPTS_MAX. Facts: receipts_max."""

    code = "receipts-too-many"


class StandingNotSaid(ReceiptRefused):
    """The bearer did not declare that none of these redemptions was undone: a receipt cannot tell."""

    code = "receipt-standing-not-said"


@dataclass(frozen=True, slots=True)
class Window:
    """When receipts of a takeover are from: after the last increment, before the takeover."""

    since: datetime
    taken_at: datetime

    def check(self, redeemed_at: datetime) -> None:
        """Raises: ReceiptTooOld, ReceiptTooLate."""
        if redeemed_at < self.since - CLOCK_MARGIN:
            raise ReceiptTooOld(redeemed_at=redeemed_at, since=self.since)
        if redeemed_at > self.taken_at:
            raise ReceiptTooLate(redeemed_at=redeemed_at, taken_at=self.taken_at)


def receipts_in(text: str) -> tuple[str, ...]:
    """The receipts of a text: one a line, in the order given, each once; what is beside a receipt on its line (a CSV's columns) is left.

    Raises: ReceiptsMissing, ReceiptsTooMany.
    """
    found = dict.fromkeys(part for line in text.splitlines() if (part := _receipt_of(line)))
    if not found:
        raise ReceiptsMissing
    if len(found) > RECEIPTS_MAX:
        raise ReceiptsTooMany(receipts_max=RECEIPTS_MAX)
    return tuple(found)


def _receipt_of(line: str) -> str:
    parts = [part.strip().strip('"') for part in line.replace(";", ",").split(",")]
    return max((part for part in parts if "." in part), key=len, default="") or (parts[0] if len(parts) == 1 else "")


def refused_receipt(code: str, **facts: object) -> ReceiptRefused:
    """A refusal of a receipt as it was told the first time, from its code and what was kept of it."""
    found = next((each for each in ReceiptRefused.__subclasses__() if each.code == code), ReceiptRefused)
    return found(**{name: value for name, value in facts.items() if value})


def check_note(note: str) -> str:
    """How a line of the list was settled. Raises: NoteMissing."""
    stripped = " ".join(note.split())
    if not 0 < len(stripped) <= NOTE_LENGTH_MAX:
        raise NoteMissing(length_max=NOTE_LENGTH_MAX)
    return stripped


def check_versions(theirs: Mapping[str, str], ours: Mapping[str, str]) -> None:
    """The archive's tables are this installation's. Raises: ArchiveOfAnotherVersion."""
    for app in sorted(theirs):
        if theirs[app] != ours.get(app):
            raise ArchiveOfAnotherVersion(app=app, theirs=theirs[app], ours=ours.get(app, ""))
