"""The number of a booking."""

from dataclasses import dataclass
from typing import ClassVar

from carnet.kernel.identifiers import ALPHABET, DrawnNumber
from carnet.kernel.refusals import Refusal
from carnet.workshops.rules._refusals import BookingNumberMistyped

__all__ = ["ALPHABET", "BookingNumber"]


@dataclass(frozen=True, slots=True)
class BookingNumber(DrawnNumber):
    """Whoever holds it holds the seat. Raises: BookingNumberMistyped, when it is not one."""

    MISTYPED: ClassVar[type[Refusal]] = BookingNumberMistyped
