"""Communes by their INSEE code, and telephone numbers of France and its neighbours."""

import re
from dataclasses import dataclass
from typing import Self

from carnet.kernel.identifiers._typed import grouped, squeezed
from carnet.kernel.refusals import Refusal

# 01 to 95 without 20 (Corsica is 2A and 2B), then the overseas departments and territories.
_COMMUNE = re.compile(r"(?:0[1-9]|1[0-9]|2[1-9AB]|[3-8][0-9]|9[0-5])[0-9]{3}|97[1-8][0-9]{2}|98[4-9][0-9]{2}")
_OVERSEAS_CALLING = {"262", "508", "590", "594", "596", "681", "687", "689"}


class CommuneCodeInvalid(Refusal):
    """A commune's INSEE code is five characters such as 44109, 2A004 or 97411."""

    code = "commune-code-invalid"


class PhoneNumberInvalid(Refusal):
    """A telephone number that cannot be called."""

    code = "phone-number-invalid"


@dataclass(frozen=True, slots=True)
class CommuneCode:
    """The INSEE code of a commune (not its postal code)."""

    text: str

    def __post_init__(self) -> None:
        if not _COMMUNE.fullmatch(self.text):
            raise CommuneCodeInvalid(typed=self.text[:20])

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a code; a spreadsheet's lost first zero (1004 for 01004) is given back.

        Raises: CommuneCodeInvalid.
        """
        plain = squeezed(text)
        return cls(f"0{plain}" if re.fullmatch(r"[1-9][0-9]{3}", plain) else plain)

    @property
    def department(self) -> str:
        """``44``, ``2A`` or ``974``."""
        return self.text[:3] if self.text.startswith(("97", "98")) else self.text[:2]

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A telephone number: international form (+33240123456), or a French short number (3949)."""

    text: str

    def __post_init__(self) -> None:
        short = re.fullmatch(r"3[0-9]{3}|1[0-9]{1,3}|11[68][0-9]{3}", self.text)
        if not (short or self._international_holds()):
            raise PhoneNumberInvalid(typed=self.text[:30])

    def _international_holds(self) -> bool:
        if self.text.startswith("+33"):
            return re.fullmatch(r"\+33[1-9][0-9]{8}", self.text) is not None
        return re.fullmatch(r"\+[1-9][0-9]{6,14}", self.text) is not None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a number as typed: 02 40 12 34 56, +33 (0)2…, 0033…, 3949. Raises: PhoneNumberInvalid."""
        plain = re.sub(r"[()/]", "", squeezed(text.replace("(0)", "")))
        if plain.startswith("00"):
            plain = "+" + plain[2:]
        if re.fullmatch(r"0[1-9][0-9]{8}", plain):
            plain = "+33" + plain[1:]
        return cls(plain)

    def __str__(self) -> str:
        return self.text

    def printed(self) -> str:
        """As people write it: ``02 40 12 34 56``, ``39 49``, ``+262 …``."""
        if self.text.startswith("+33"):
            # Free and shared-cost numbers are spoken 0 800 123 456; the others by pairs.
            if self.text[3] == "8":
                return grouped("0" + self.text[3:], (1, 3, 3))
            return grouped("0" + self.text[3:], (2, 2, 2, 2))
        if not self.text.startswith("+"):
            return grouped(self.text, (2,)) if len(self.text) == 4 else grouped(self.text, (3,))
        if self.text[1:4] in _OVERSEAS_CALLING:
            return grouped(self.text, (4, 3, 2, 2))
        return self.text
