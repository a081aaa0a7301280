"""Numbers drawn at random for what has no account: short, said over a telephone without mistake, and saying nothing."""

import re
from dataclasses import dataclass
from typing import ClassVar, Self

from carnet.kernel.refusals import Refusal

# No 0, 1, I, L, O, S nor U. Twenty-nine is prime: with unequal weights, one wrong symbol and any two exchanged are seen.
ALPHABET = "23456789ABCDEFGHJKMNPQRTVWXYZ"
_LENGTH = 7


@dataclass(frozen=True, slots=True)
class DrawnNumber:
    """Seven drawn symbols and one of control, printed ``K7FM-42PX``. Each kind of number names its own refusal."""

    text: str

    DRAWN_MAX: ClassVar[int] = len(ALPHABET) ** _LENGTH
    MISTYPED: ClassVar[type[Refusal]]

    def __post_init__(self) -> None:
        is_shaped = len(self.text) == _LENGTH + 1 and all(symbol in ALPHABET for symbol in self.text)
        if not is_shaped or _control(self.text[:_LENGTH]) != self.text[_LENGTH]:
            raise self.MISTYPED()

    @classmethod
    def parse(cls, typed: str) -> Self:
        """Read what a person typed: spaces, dots, dashes and small letters do not matter. Raises: the kind's own refusal."""
        return cls(re.sub(r"[\s.\-–—]", "", typed[:40]).upper())

    @classmethod
    def from_drawn(cls, drawn: int) -> Self:
        """The number of an integer drawn at random, from 0 to DRAWN_MAX - 1."""
        assert 0 <= drawn < cls.DRAWN_MAX
        symbols = ""
        for _rank in range(_LENGTH):
            drawn, rest = divmod(drawn, len(ALPHABET))
            symbols += ALPHABET[rest]
        return cls(symbols + _control(symbols))

    def __str__(self) -> str:
        return self.text

    def printed(self) -> str:
        """The form on paper and on screens."""
        return f"{self.text[:4]}-{self.text[4:]}"


def _control(symbols: str) -> str:
    total = sum(weight * ALPHABET.index(symbol) for weight, symbol in enumerate(symbols, start=2))
    return ALPHABET[total % len(ALPHABET)]
