"""IBAN and BIC, checked by schwifty (ISO 13616 structure and key, ISO 9362)."""

from dataclasses import dataclass
from typing import Self

from schwifty import BIC, IBAN
from schwifty.exceptions import (
    InvalidChecksumDigits,
    InvalidCountryCode,
    InvalidLength,
    SchwiftyException,
)

from carnet.kernel.identifiers._typed import grouped, squeezed
from carnet.kernel.refusals import Refusal

# The countries of the SEPA area (European Payments Council, EPC409-09, list of 2025) and the length
# of an IBAN there (ISO 13616 register).
SEPA_IBAN_LENGTHS = {
    "AD": 24, "AL": 28, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22,
    "DK": 18, "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21,
    "HU": 28, "IE": 22, "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27,
    "MD": 24, "ME": 22, "MK": 19, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24,
    "RS": 22, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "VA": 22,
}  # fmt: skip


class IbanInvalid(Refusal):
    """An IBAN that cannot exist or cannot be paid by SEPA.

    Facts: `reason`, one of ``country``, ``length``, ``key``, ``shape``, ``not-sepa``. Never the IBAN.
    """

    code = "iban-invalid"


class BicInvalid(Refusal):
    """A BIC that cannot exist."""

    code = "bic-invalid"


def _reason(error: SchwiftyException) -> str:
    if isinstance(error, InvalidCountryCode):
        return "country"
    if isinstance(error, InvalidLength):
        return "length"
    if isinstance(error, InvalidChecksumDigits):
        return "key"
    return "shape"


@dataclass(frozen=True, slots=True, repr=False)
class Iban:
    """A bank account inside the SEPA area. ``repr`` shows its country and last four only."""

    compact: str

    def __post_init__(self) -> None:
        try:
            iban = IBAN(self.compact, validate_bban=False)
        except SchwiftyException as error:
            raise IbanInvalid(reason=_reason(error)) from None
        if iban.country_code not in SEPA_IBAN_LENGTHS:
            raise IbanInvalid(reason="not-sepa")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an IBAN as typed. Raises: IbanInvalid."""
        return cls(squeezed(text))

    @property
    def country(self) -> str:
        """Two letters, ISO 3166."""
        return self.compact[:2]

    @property
    def bic(self) -> str | None:
        """The bank's BIC when the register names one, else None."""
        found = IBAN(self.compact, validate_bban=False).bic
        return str(found) if found else None

    @property
    def bank_name(self) -> str | None:
        """The bank's name when the register knows it, else None."""
        bank = IBAN(self.compact, validate_bban=False).bank
        return str(bank["name"]) if bank and bank.get("name") else None

    def printed(self) -> str:
        """In groups of four: ``FR76 3000 6000 …``."""
        return grouped(self.compact, (4,) * 8)

    def masked(self) -> str:
        """What may be shown or logged: ``FR76 … 0189``."""
        return f"{self.compact[:4]} … {self.compact[-4:]}"

    def __str__(self) -> str:
        return self.compact

    def __repr__(self) -> str:
        return f"Iban({self.masked()})"


@dataclass(frozen=True, slots=True)
class Bic:
    """A bank: 8 or 11 characters."""

    compact: str

    def __post_init__(self) -> None:
        try:
            BIC(self.compact)
        except SchwiftyException:
            raise BicInvalid(typed=self.compact[:20]) from None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises: BicInvalid."""
        return cls(squeezed(text))

    def __str__(self) -> str:
        return self.compact
