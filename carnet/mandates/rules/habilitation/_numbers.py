"""The number of a request, told on the telephone, typed beside its code."""

from dataclasses import dataclass
from typing import ClassVar

from carnet.kernel.identifiers import ALPHABET, DrawnNumber
from carnet.kernel.refusals import Refusal
from carnet.mandates.rules.habilitation._refusals import RequestNumberMistyped

CODE_SYMBOLS = 16


@dataclass(frozen=True, slots=True)
class RequestNumber(DrawnNumber):
    """Raises: RequestNumberMistyped, when it is not one."""

    MISTYPED: ClassVar[type[Refusal]] = RequestNumberMistyped


def clean_code(typed: str) -> str:
    """A code as it is compared: its symbols, without what stands between them."""
    return "".join(symbol for symbol in typed.upper() if symbol in ALPHABET)


def printed_code(code: str) -> str:
    """A code in groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def key_of(number: RequestNumber, code: str) -> str:
    """What a number and its code open together; neither opens anything alone."""
    return f"{number}.{clean_code(code)}"
