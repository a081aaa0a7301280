"""What a person types freely, screened at every door: numbers that say who somebody is or open an account stay out.

Nobody expects them there, so nobody protects them. Source: docs/sources/personal-data.md#nir.
"""

import re

from carnet.kernel.identifiers import CodeMistyped, SecretCode, check_free_text
from carnet.kernel.refusals import Refusal

# Digits written in one go or in groups, however they are set apart.
_DIGITS = re.compile(r"(?<![0-9])[0-9](?:[\s.\u00a0\u202f-]?[0-9]){14,22}(?![0-9])")
_CARD_LENGTHS = (15, 16)
CODE_LENGTH = 18


class CardInText(Refusal):
    """The text seems to hold the number of a bank card."""

    code = "card-in-text"


class CodeInText(Refusal):
    """The text holds the secret code of a voucher: never to be written down, nor told to anybody. Carries no fact on purpose."""

    code = "code-in-text"


def screen(text: str) -> str:
    """Return `text` unchanged. Raises: NirInText, IbanInText, CardInText, CodeInText."""
    if holds_code(text):
        raise CodeInText()
    check_free_text(text)
    if holds_card(text):
        raise CardInText()
    return text


def holds_card(text: str) -> bool:
    """True if `text` holds 15 or 16 digits that are a card's: a first digit of the networks, and Luhn's key."""
    return any(len(digits) in _CARD_LENGTHS and digits[0] in "3456" and _luhn_holds(digits) for digits in _runs(text))


def holds_code(text: str) -> bool:
    """True if `text` holds a voucher's 18 digits with a right key."""
    return any(len(digits) == CODE_LENGTH and _is_code(digits) for digits in _runs(text))


def _runs(text: str) -> list[str]:
    return [re.sub(r"[^0-9]", "", found) for found in _DIGITS.findall(text)]


def _is_code(digits: str) -> bool:
    try:
        SecretCode.parse(digits)
    except CodeMistyped:
        return False
    return True


def _luhn_holds(digits: str) -> bool:
    total = 0
    for rank, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + rank % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
