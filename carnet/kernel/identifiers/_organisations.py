"""SIREN, SIRET and RNA: the State's numbers for organisations.

Source: docs/sources/numbers-of-organisations.md (Luhn; La Poste's establishments follow a sum of digits
that is a multiple of five instead).
"""

import re
from dataclasses import dataclass
from typing import Self

from carnet.kernel.identifiers._typed import grouped, squeezed
from carnet.kernel.refusals import Refusal

LA_POSTE_SIREN = "356000000"


class SirenInvalid(Refusal):
    """Nine digits were needed, or their key is wrong."""

    code = "siren-invalid"


class SiretInvalid(Refusal):
    """Fourteen digits were needed, or their key is wrong."""

    code = "siret-invalid"


class RnaInvalid(Refusal):
    """An association's number is W followed by nine characters."""

    code = "rna-invalid"


def _luhn_holds(digits: str) -> bool:
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


@dataclass(frozen=True, slots=True)
class Siren:
    """A company or public body: nine digits."""

    digits: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[0-9]{9}", self.digits) or not _luhn_holds(self.digits):
            raise SirenInvalid(typed=self.digits[:30])

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises: SirenInvalid."""
        return cls(squeezed(text))

    def __str__(self) -> str:
        return self.digits

    def printed(self) -> str:
        """``123 456 789``."""
        return grouped(self.digits, (3, 3))


@dataclass(frozen=True, slots=True)
class Siret:
    """One establishment: the nine digits of its SIREN and five of its own."""

    digits: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[0-9]{14}", self.digits) or not self._key_holds():
            raise SiretInvalid(typed=self.digits[:30])

    def _key_holds(self) -> bool:
        if _luhn_holds(self.digits):
            return _luhn_holds(self.digits[:9])
        return self.digits.startswith(LA_POSTE_SIREN) and sum(map(int, self.digits)) % 5 == 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises: SiretInvalid."""
        return cls(squeezed(text))

    @property
    def siren(self) -> Siren:
        """The company or body the establishment belongs to."""
        return Siren(self.digits[:9])

    def __str__(self) -> str:
        return self.digits

    def printed(self) -> str:
        """``123 456 789 00012``."""
        return grouped(self.digits, (3, 3, 3))


@dataclass(frozen=True, slots=True)
class Rna:
    """An association in the national register: W, its department, then digits (``W442001234``)."""

    text: str

    def __post_init__(self) -> None:
        # The second character of the department is a letter in Corsica and overseas (W2A…, W9R…).
        if not re.fullmatch(r"W[0-9][0-9A-Z][0-9]{7}", self.text):
            raise RnaInvalid(typed=self.text[:30])

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises: RnaInvalid."""
        return cls(squeezed(text))

    def __str__(self) -> str:
        return self.text
