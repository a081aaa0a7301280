"""What was typed in the line's one box: which exact number it is, and how many one person may ask. Pure."""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from carnet.helpline.rules._refusals import CodeDictated, NumberUnreadable, TooManyQuestions
from carnet.kernel.identifiers import (
    ALPHABET,
    BookletSerial,
    Rna,
    RnaInvalid,
    SerialMistyped,
    Siret,
    SiretInvalid,
    VoucherSerial,
)

TYPED_MAX = 160
# A call takes minutes. Whoever asks faster, or for what does not exist, is not answering one.
ASKED_OVER = timedelta(minutes=10)
ASKED_MAX, UNKNOWN_MAX = 60, 12
_QR = re.compile(r"(?i)(?:/|^)V/[0-9A-Z_.~-]{20,}")
_SEPARATORS = re.compile(r"[\s.·•_\u2010-\u2015\u2212\u00a0\u202f-]+")
_REPLACEMENT = re.compile(r"(?i)R\s?([0-9]{1,12})")
_HAND_OVER = re.compile(r"(?i)(?:H|remise)\s?(?:n°\s?)?([0-9]{1,12})")
_PLACE = re.compile(r"(?i)(?:L\s?|lieu\s(?:n°\s?)?)?([0-9]{1,9})")
# What a bank shows of a payment: our reference, or our whole line, which ends with the claim's number (settlement.rules writes both).
_TRANSFER = re.compile(r"(?i)CARNET-[0-9]{1,12}-[0-9]{1,12}-[0-9]{1,3}")
_CLAIM = re.compile(r"(?i)(?:.{0,120}-\s)?d[e\u00e9]compte\s(?:n°\s?)?([0-9]{1,12})")


class Asked(StrEnum):
    """Which kind of number was asked."""

    VOUCHER = "VOUCHER"
    BOOKLET = "BOOKLET"
    PLACE = "PLACE"
    BOOKING = "BOOKING"
    COMPLAINT = "COMPLAINT"
    HAND_OVER = "HAND_OVER"
    REPLACEMENT = "REPLACEMENT"
    PAYMENT = "PAYMENT"
    CONNECTION = "CONNECTION"


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read what was typed. `text` is the number, compact; `number` the digits of an ordinal one."""

    kind: Asked
    text: str
    number: int = 0


def readings(typed: str) -> tuple[Reading, ...]:
    """Every way what was typed can be an exact number, the surest first. A secret code is none of them.

    Raises: CodeDictated (as many digits as a code has, give or take three: somebody dictates one), NumberUnreadable.
    """
    typed = typed.strip()[:TYPED_MAX]
    if _TRANSFER.fullmatch(typed):
        return (Reading(Asked.PAYMENT, typed.upper()),)
    if _is_secret(typed):
        raise CodeDictated
    found = tuple(_readings(typed))
    if not found:
        raise NumberUnreadable
    return found


def _is_secret(typed: str) -> bool:
    compact = _SEPARATORS.sub("", typed)
    return re.search(r"(?<![0-9])[0-9]{15,21}(?![0-9])", compact) is not None or _QR.search(compact) is not None


def _readings(typed: str) -> list[Reading]:
    compact = _SEPARATORS.sub("", typed).upper()
    found: list[Reading] = []
    for parse, kind in ((VoucherSerial.parse, Asked.VOUCHER), (BookletSerial.parse, Asked.BOOKLET)):
        try:
            return [Reading(kind, parse(typed).printed())]
        except SerialMistyped:
            continue
    for shape, kind in ((_REPLACEMENT, Asked.REPLACEMENT), (_HAND_OVER, Asked.HAND_OVER), (_CLAIM, Asked.PAYMENT), (_PLACE, Asked.PLACE)):
        match = shape.fullmatch(typed)
        if match:
            found.append(Reading(kind, match[1], int(match[1])))
    if len(compact) == 8 and all(symbol in ALPHABET for symbol in compact):
        found += [Reading(Asked.BOOKING, compact), Reading(Asked.COMPLAINT, compact)]
    if len(compact) == 9 and compact[0] == "I" and all(symbol in ALPHABET for symbol in compact[1:]):
        found.append(Reading(Asked.CONNECTION, compact[1:]))
    if _is_of_an_organisation(typed):
        found.append(Reading(Asked.PLACE, compact))
    if sum(symbol.isalpha() for symbol in typed) >= 3 and "%" not in typed and "*" not in typed:
        found.append(Reading(Asked.PLACE, " ".join(typed.split())))
    return found


def _is_of_an_organisation(typed: str) -> bool:
    for parse, invalid in ((Siret.parse, SiretInvalid), (Rna.parse, RnaInvalid)):
        try:
            parse(typed)
        except invalid:
            continue
        return True
    return False


def check_pace(*, asked: int, unknown: int) -> None:
    """Let one person ask once more, or not: questions of the last ten minutes, and those that found nothing. Raises: TooManyQuestions."""
    if asked >= ASKED_MAX or unknown >= UNKNOWN_MAX:
        raise TooManyQuestions(minutes=int(ASKED_OVER.total_seconds()) // 60)
