"""How a connection is called, and the code on the person's own paper."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar, Self

from carnet.connectivity.rules._refusals import ConnectionCodeMistyped, ConnectionMistyped
from carnet.kernel.identifiers import ALPHABET, DrawnNumber
from carnet.kernel.refusals import Refusal

WRONG_CODES_MAX = 5
IDLE = timedelta(minutes=20)
VISIT_MAX = timedelta(hours=2)
_LETTER = "I"


class ConnectionNumber(DrawnNumber):
    """Printed on the person's paper and on the provider's list: ``I-K7FM-42PX``. Raises: ConnectionMistyped."""

    MISTYPED: ClassVar[type[Refusal]] = ConnectionMistyped

    @classmethod
    def parse(cls, typed: str) -> Self:
        """Read what was typed, with or without its letter. Raises: ConnectionMistyped."""
        bare = re.sub(r"[\s.\-–—]", "", typed[:40]).upper()
        return cls(bare[1:] if len(bare) == len("IXXXXXXXX") and bare.startswith(_LETTER) else bare)

    def printed(self) -> str:
        """The form on paper and on screens."""
        return f"{_LETTER}-{DrawnNumber.printed(self)}"


@dataclass(frozen=True, slots=True)
class ConnectionCode:
    """Eight symbols that open the person's page, with the number: 38 bits, and five tries. Raises: ConnectionCodeMistyped."""

    text: str = field(repr=False)

    LENGTH: ClassVar[int] = 8

    def __post_init__(self) -> None:
        if len(self.text) != self.LENGTH or not all(symbol in ALPHABET for symbol in self.text):
            raise ConnectionCodeMistyped

    @classmethod
    def parse(cls, typed: str) -> Self:
        """Read what a person typed. Raises: ConnectionCodeMistyped."""
        return cls(re.sub(r"[\s.\-–—]", "", typed[:40]).upper())

    @classmethod
    def from_mark(cls, mark: bytes) -> Self:
        """The code that follows from 32 keyed bytes: nothing is kept that could be stolen."""
        drawn, symbols = int.from_bytes(mark, "big"), ""
        for _rank in range(cls.LENGTH):
            drawn, rest = divmod(drawn, len(ALPHABET))
            symbols += ALPHABET[rest]
        return cls(symbols)

    def printed(self) -> str:
        """Groups of four."""
        return f"{self.text[:4]}-{self.text[4:]}"


def is_visit_open(*, opened_at: datetime | None, seen_at: datetime | None, at: datetime) -> bool:
    """Whether a visit to the person's page still shows something: not left, not forgotten for IDLE, not longer than VISIT_MAX."""
    return opened_at is not None and seen_at is not None and at < seen_at + IDLE and at < opened_at + VISIT_MAX
