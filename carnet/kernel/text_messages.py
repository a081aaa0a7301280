"""What fits in a text message, and when one may be sent to a person. Pure.

The alphabet is that of 3GPP TS 23.038, 6.2.1: docs/sources/text-messages.md#alphabet.
"""

import unicodedata
from datetime import date, datetime, time

from carnet.kernel.holidays import is_public_holiday
from carnet.kernel.periods import PARIS, aware

_GSM = (
    frozenset("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ")
    | frozenset(" !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyz")
    | frozenset("äöñüà")
)
_GSM_DOUBLE = frozenset("^{}\\[~]|€\f")
_NEIGHBOURS = {"’": "'", "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"', "–": "-", "—": "-", "œ": "oe", "Œ": "OE", "…": "..."}
TEXT_UNITS_MAX = 160
# What is left of a message once it says which part of a longer one it is: 153 units, or 67 characters outside the alphabet (70 alone).
_PART, _WIDE_MAX, _WIDE_PART = 153, 70, 67
# Nobody is woken: the hours of a clock in Paris between which a person may be written to or called.
_FROM, _UNTIL = time(9, 0), time(19, 0)
SUNDAY = 6


def units(text: str) -> int:
    """How many of the 160 units of one message a text takes; more than TEXT_UNITS_MAX if it holds a character that is not of its alphabet."""
    if not all(each in _GSM or each in _GSM_DOUBLE for each in text):
        return TEXT_UNITS_MAX + 1
    return len(text) + sum(each in _GSM_DOUBLE for each in text)


def segments(text: str) -> int:
    """How many messages a text is sent, and billed, as. One character outside the alphabet makes each message hold 70 instead of 160."""
    if not text:
        return 0
    if all(each in _GSM or each in _GSM_DOUBLE for each in text):
        taken, alone, part = units(text), TEXT_UNITS_MAX, _PART
    else:
        taken, alone, part = len(text.encode("utf-16-be")) // 2, _WIDE_MAX, _WIDE_PART
    return 1 if taken <= alone else -(-taken // part)


def folded(text: str) -> str:
    """A text in the alphabet of text messages: ``août`` becomes ``aout``, ’ becomes ', what has no neighbour there is left out."""
    return "".join(each if each in _GSM or each in _GSM_DOUBLE else _neighbour(each) for each in text)


def _neighbour(character: str) -> str:
    if character in _NEIGHBOURS:
        return _NEIGHBOURS[character]
    return "".join(each for each in unicodedata.normalize("NFKD", character) if each in _GSM)


def is_a_day_to_write(day: date) -> bool:
    """Whether a person may be reminded of something on `day`: neither a Sunday nor a public holiday."""
    return day.weekday() != SUNDAY and not is_public_holiday(day)


def is_an_hour_to_write(at: datetime) -> bool:
    """Whether a person may be reminded of something at that aware moment: on such a day, from 9 h to 19 h in Paris."""
    moment = aware(at).astimezone(PARIS)
    return is_a_day_to_write(moment.date()) and _FROM <= moment.time() < _UNTIL
