"""Print shops: who is one, what key its files are sealed for, what may be asked of it, when the last secret goes."""

import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from carnet.issuing.rules._orders import IssuingRefused

FINGERPRINT_SIZE = 32
# What the person who approves a key types, as read on the telephone: its last eight hexadecimal digits, shown on no screen of the operator.
SPOKEN_DIGITS = 8


class PrintShopUnknown(IssuingRefused):
    """No such print shop, or one that another operator admitted."""

    code = "print-shop-unknown"


class PrintShopEnded(IssuingRefused):
    """The operator no longer works with this print shop. Facts: ended_at."""

    code = "print-shop-ended"


class NotAPrintShop(IssuingRefused):
    """The organisation is not registered as a print shop. Facts: organisation."""

    code = "not-a-print-shop"


class PrintShopBusy(IssuingRefused):
    """Editions given to this print shop are not printed yet. Facts: orders."""

    code = "print-shop-busy"


class PrintKeyMissing(IssuingRefused):
    """No key of that print shop was approved, or the last one has ended: nothing can be sealed for it. Facts: organisation."""

    code = "print-key-missing"


class PrintKeyUnknown(IssuingRefused):
    """No such key, or one proposed to another operator."""

    code = "print-key-unknown"


class PrintKeyDecided(IssuingRefused):
    """The key was approved or refused before."""

    code = "print-key-decided"


class PrintKeyKnown(IssuingRefused):
    """This very key was proposed before. Facts: version."""

    code = "print-key-known"


class FingerprintDiffers(IssuingRefused):
    """What was read on the telephone is not the end of this key's fingerprint: it may be somebody else's key."""

    code = "fingerprint-differs"


class PrintShopNeeded(IssuingRefused):
    """The files of a real programme are made for a print shop, sealed; never in the clear."""

    code = "print-shop-needed"


class NothingToPrint(IssuingRefused):
    """Neither pages, nor data, nor accessible copies were asked for."""

    code = "nothing-to-print"


class NotReportedSpoiled(IssuingRefused):
    """Files asked for again, once an edition is printed, of booklets that nobody reported spoiled. Facts: first, last."""

    code = "not-reported-spoiled"


class PrintedQuantityWrong(IssuingRefused):
    """Printed and spoiled booklets do not make up the order. Facts: printed_count, booklet_count, spoiled_count."""

    code = "printed-quantity-wrong"


class PrintFileDamaged(IssuingRefused):
    """The bytes on the disk are not those that were sealed. Facts: file."""

    code = "print-file-damaged"


class PrintFilesMissing(IssuingRefused):
    """Some booklets of the order were never in a file given to the print shop: they cannot be printed. Facts: missing_count."""

    code = "print-files-missing"


class PrintShopDeclares(IssuingRefused):
    """Sealed files were given to a print shop: it says that they are printed; somebody else says so for it, and why. Facts: print_shop."""

    code = "print-shop-declares"


class SaidFor(StrEnum):
    """Why the operator says for its print shop that booklets are printed."""

    ON_PAPER = "ON_PAPER"
    NO_ACCESS = "NO_ACCESS"
    CLOSED = "CLOSED"


class PrintKeyState(StrEnum):
    """Where a key stands."""

    PROPOSED = "PROPOSED"
    REFUSED = "REFUSED"
    IN_FORCE = "IN_FORCE"
    NOT_YET = "NOT_YET"
    EXPIRED = "EXPIRED"
    ENDED = "ENDED"


class Output(StrEnum):
    """What a print shop is given of a run of booklets."""

    PAGES = "PAGES"
    DATA = "DATA"
    ACCESSIBLE = "ACCESSIBLE"


def key_state(
    *,
    approved_at: datetime | None,
    refused_at: datetime | None,
    ended_at: datetime | None,
    valid_from: datetime,
    valid_until: datetime,
    at: datetime,
) -> PrintKeyState:
    """What a key is good for at that moment. The certificate's own dates bound it: half-open, as everywhere."""
    if refused_at is not None:
        return PrintKeyState.REFUSED
    if ended_at is not None:
        return PrintKeyState.ENDED
    if at >= valid_until:
        return PrintKeyState.EXPIRED
    if approved_at is None:
        return PrintKeyState.PROPOSED
    return PrintKeyState.IN_FORCE if at >= valid_from else PrintKeyState.NOT_YET


def check_spoken(fingerprint: bytes, spoken: str) -> None:
    """Compare what was read on the telephone with the end of the fingerprint. Raises: FingerprintDiffers."""
    said = "".join(symbol for symbol in spoken.lower() if symbol in "0123456789abcdef")
    if not hmac.compare_digest(said, fingerprint.hex()[-SPOKEN_DIGITS:]):
        raise FingerprintDiffers


def uncovered(wanted: tuple[int, int], runs: Iterable[tuple[int, int]]) -> int:
    """How many ranks of `wanted` are in none of `runs` (all with both ends included)."""
    first, last = wanted
    missing, next_rank = 0, first
    for start, stop in sorted(runs):
        if stop < next_rank:
            continue
        if start > last:
            break
        missing += max(0, start - next_rank)
        next_rank = stop + 1
        if next_rank > last:
            return missing
    return missing + last - next_rank + 1


def ranks_in(runs: Iterable[tuple[int, int]]) -> int:
    """How many different ranks are in `runs` (both ends included), however they overlap."""
    count, next_rank = 0, 0
    for start, stop in sorted(runs):
        if stop >= next_rank:
            count += stop - max(start, next_rank) + 1
            next_rank = stop + 1
    return count


def check_spoiled(first: int, last: int, *, runs: Iterable[tuple[int, int]]) -> None:
    """Once an edition is printed, a second paper of a booklet is made only where the press spoiled the first. Raises: NotReportedSpoiled."""
    reported = {rank for start, end in runs for rank in range(start, end + 1)}
    if not reported.issuperset(range(first, last + 1)):
        raise NotReportedSpoiled(first=first, last=last)


def not_printed_again(spoiled: Iterable[tuple[int, int, datetime]], given: Iterable[tuple[int, int, datetime]]) -> list[tuple[int, int]]:
    """Of the runs reported spoiled, those whose files were not all given again since (runs with the moment of each)."""
    files = list(given)
    return [
        (first, last)
        for first, last, reported_at in spoiled
        if uncovered((first, last), ((start, stop) for start, stop, given_at in files if given_at > reported_at))
    ]


def seed_due_at(printed_at: datetime, *, days: int) -> datetime:
    """When the secret of a printed edition must be gone: `days` are left for booklets spoiled at the press."""
    return printed_at + timedelta(days=days)
