"""Names printed on paper: the public serial of a voucher, of a booklet, and the 18-digit secret."""

import re
from dataclasses import dataclass
from typing import ClassVar, Self

from carnet.kernel.identifiers._typed import grouped, squeezed
from carnet.kernel.refusals import Refusal

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PREFIX = re.compile(r"[A-Z][A-Z0-9]{1,3}")
# Begins the numbers of pretend booklets, those of a rehearsal: no issuer has it.
PRETEND_PREFIX = "XX"


class SerialMistyped(Refusal):
    """A serial whose shape or check digits are wrong."""

    code = "serial-mistyped"


class CodeMistyped(Refusal):
    """A secret code, or the token of a QR code, whose shape or check is wrong.

    Carries no fact on purpose: the answer is the same for every mistake, and no code is repeated.
    """

    code = "code-mistyped"


class IssuerPrefixInvalid(Refusal):
    """An issuer's prefix that is not 2 to 4 letters or digits beginning with a letter."""

    code = "issuer-prefix-invalid"


class IssuerPrefixReserved(Refusal):
    """The prefix of pretend booklets, which no real one may have."""

    code = "issuer-prefix-reserved"


@dataclass(frozen=True, slots=True)
class IssuerPrefix:
    """The letters that begin every serial of one issuer: 2 to 4, the first a letter."""

    text: str

    def __post_init__(self) -> None:
        if not _PREFIX.fullmatch(self.text):
            raise IssuerPrefixInvalid(typed=self.text[:20])

    @classmethod
    def parse(cls, text: str) -> Self:
        """The prefix an issuer chooses. Raises: IssuerPrefixInvalid, IssuerPrefixReserved."""
        chosen = cls(squeezed(text))
        if chosen.text == PRETEND_PREFIX:
            raise IssuerPrefixReserved
        return chosen

    def __str__(self) -> str:
        return self.text


def serial_check(payload: str) -> str:
    """Two check digits for letters and digits, after the principle of ISO 7064 MOD 97-10.

    The payload is read as a number in base 36, so that one symbol is one position (the norm's own
    conversion of a letter into two digits moves every later position). Any one substitution and any
    adjacent swap changes the remainder, since 35, 36 and 90 are prime to 97 and symbols differ by
    less than 97.
    """
    remainder = 0
    for symbol in payload:
        remainder = (remainder * 36 + _ALPHABET.index(symbol)) % 97
    return f"{98 - remainder * 100 % 97:02d}"


@dataclass(frozen=True, slots=True)
class VoucherSerial:
    """The public number of a voucher, continuous per issuer. It gives no right.

    Printed ``NM-000012345-67``: prefix, nine digits, two check digits.
    """

    prefix: str
    number: int

    NUMBER_MAX: ClassVar[int] = 999_999_999

    def __post_init__(self) -> None:
        IssuerPrefix(self.prefix)
        if not 0 < self.number <= self.NUMBER_MAX:
            raise SerialMistyped()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a printed or compact serial. Raises: SerialMistyped."""
        found = re.fullmatch(r"([A-Z][A-Z0-9]{1,3})([0-9]{9})([0-9]{2})", squeezed(text))
        if found is None or serial_check(found[1] + found[2]) != found[3]:
            raise SerialMistyped()
        return cls(prefix=found[1], number=int(found[2]))

    def __str__(self) -> str:
        payload = f"{self.prefix}{self.number:09d}"
        return payload + serial_check(payload)

    def printed(self) -> str:
        """The form on paper and on screens: ``NM-000012345-67``."""
        return grouped(str(self), (len(self.prefix), 9), between="-")


@dataclass(frozen=True, slots=True)
class _LetteredSerial:
    """A public number, continuous per issuer, that a letter keeps apart from the others."""

    prefix: str
    number: int

    LETTER: ClassVar[str]
    NUMBER_MAX: ClassVar[int] = 99_999_999

    def __post_init__(self) -> None:
        IssuerPrefix(self.prefix)
        if not 0 < self.number <= self.NUMBER_MAX:
            raise SerialMistyped()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a printed, scanned or compact number. Raises: SerialMistyped."""
        found = re.fullmatch(rf"([A-Z][A-Z0-9]{{1,3}}){cls.LETTER}([0-9]{{8}})([0-9]{{2}})", squeezed(text))
        if found is None or serial_check(f"{found[1]}{cls.LETTER}{found[2]}") != found[3]:
            raise SerialMistyped()
        return cls(prefix=found[1], number=int(found[2]))

    def __str__(self) -> str:
        payload = f"{self.prefix}{self.LETTER}{self.number:08d}"
        return payload + serial_check(payload)

    def printed(self) -> str:
        """The form on paper and on screens, in three groups."""
        return grouped(str(self), (len(self.prefix), 9), between="-")


@dataclass(frozen=True, slots=True)
class BookletSerial(_LetteredSerial):
    """The public number of a booklet, for stock and its barcode. Printed ``NM-C00001234-56``: C for *carnet*."""

    LETTER: ClassVar[str] = "C"


@dataclass(frozen=True, slots=True)
class ParcelSerial(_LetteredSerial):
    """The public number of a parcel of booklets, on its label: it opens nothing by itself. Printed ``NM-P00000042-17``."""

    LETTER: ClassVar[str] = "P"


@dataclass(frozen=True, slots=True, repr=False)
class SecretCode:
    """The secret of a voucher: 16 random digits and 2 check digits (ISO 7064 MOD 97-10).

    Printed in six groups of three: ``482 915 006 731 284 906``. ``repr`` and ``str`` never show it,
    so that no log and no traceback can; ``digits`` and ``printed()`` do.
    """

    digits: str

    RANDOM_MAX: ClassVar[int] = 10**16

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[0-9]{18}", self.digits) or int(self.digits) % 97 != 1:
            raise CodeMistyped()
        # 00, 01 and 99 also leave the remainder 1 where 97, 98 and 02 do: only one form is issued.
        if not 2 <= int(self.digits[16:]) <= 98:
            raise CodeMistyped()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a typed code; spaces, dots and dashes do not count. Raises: CodeMistyped."""
        return cls(squeezed(text))

    @classmethod
    def from_random(cls, drawn: int) -> Self:
        """The code whose 16 random digits are the integer `drawn` (0 to 10**16 - 1)."""
        assert 0 <= drawn < cls.RANDOM_MAX
        return cls(f"{drawn:016d}{98 - drawn * 100 % 97:02d}")

    def printed(self) -> str:
        """Six groups of three, as printed."""
        return grouped(self.digits, (3, 3, 3, 3, 3))

    def __repr__(self) -> str:
        return "SecretCode(…)"

    __str__ = __repr__
