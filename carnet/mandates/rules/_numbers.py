"""How mandates and people are called without being named, and the two codes printed on paper."""

import re
from dataclasses import dataclass
from typing import ClassVar, Self

from carnet.kernel.identifiers import ALPHABET, DrawnNumber
from carnet.kernel.refusals import Refusal
from carnet.mandates.rules._refusals import CheckCodeMistyped, MandateNumberMistyped, PersonCodeMistyped, PersonNumberMistyped


class _Lettered(DrawnNumber):
    """A drawn number printed after the letter of its kind."""

    LETTER: ClassVar[str]

    @classmethod
    def parse(cls, typed: str) -> Self:
        """Read what was typed, with or without its letter. Raises: the kind's own refusal."""
        bare = re.sub(r"[\s.\-–—]", "", typed[:40]).upper()
        return cls(bare[1:] if len(bare) == len(_SHAPE) and bare.startswith(cls.LETTER) else bare)

    def printed(self) -> str:
        """The form on paper and on screens."""
        return f"{self.LETTER}-{DrawnNumber.printed(self)}"


_SHAPE = "M" + "X" * 8


class MandateNumber(_Lettered):
    """Printed on the mandate: ``M-K7FM-42PX``. Raises: MandateNumberMistyped."""

    LETTER: ClassVar[str] = "M"
    MISTYPED: ClassVar[type[Refusal]] = MandateNumberMistyped


class PersonNumber(_Lettered):
    """What a person is called in lists and in the register of uses, erased or not: ``P-K7FM-42PX``. Raises: PersonNumberMistyped."""

    LETTER: ClassVar[str] = "P"
    MISTYPED: ClassVar[type[Refusal]] = PersonNumberMistyped


@dataclass(frozen=True, slots=True)
class _PaperCode:
    """Symbols that follow from the installation's key: nothing is kept that could be stolen."""

    text: str

    LENGTH: ClassVar[int]
    MISTYPED: ClassVar[type[Refusal]]

    def __post_init__(self) -> None:
        if len(self.text) != self.LENGTH or not all(symbol in ALPHABET for symbol in self.text):
            raise self.MISTYPED()

    @classmethod
    def parse(cls, typed: str) -> Self:
        """Read what a person typed or a telephone scanned. Raises: the kind's own refusal."""
        return cls(re.sub(r"[\s.\-–—]", "", typed[:60]).upper())

    @classmethod
    def from_mark(cls, mark: bytes) -> Self:
        """The code that follows from 32 keyed bytes."""
        drawn, symbols = int.from_bytes(mark, "big"), ""
        for _rank in range(cls.LENGTH):
            drawn, rest = divmod(drawn, len(ALPHABET))
            symbols += ALPHABET[rest]
        return cls(symbols)

    def __str__(self) -> str:
        return self.text

    def printed(self) -> str:
        """Groups of four."""
        return "-".join(self.text[start : start + 4] for start in range(0, self.LENGTH, 4))


class CheckCode(_PaperCode):
    """In the QR code of a mandate: whoever has the paper may check it. 77 bits. Raises: CheckCodeMistyped."""

    LENGTH: ClassVar[int] = 16
    MISTYPED: ClassVar[type[Refusal]] = CheckCodeMistyped


class PersonCode(_PaperCode):
    """On the person's own paper: opens their own page. 58 bits, not to be guessed. Raises: PersonCodeMistyped."""

    LENGTH: ClassVar[int] = 12
    MISTYPED: ClassVar[type[Refusal]] = PersonCodeMistyped
