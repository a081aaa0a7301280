"""What is printed, as values: nothing here knows an order or a database."""

from dataclasses import dataclass, field
from enum import StrEnum

# As many places as a tired person reads, and as a page holds in letters that can be read.
NEAREST_MAX = 4


class Paper(StrEnum):
    """What a page is: one ticket as it is cut (210 by 99 mm), or three of them on a sheet of A4."""

    DL = "DL"
    A4 = "A4"


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture judged fit to print: opaque RGB rows from the top, three bytes a pixel, and whose it is, in words."""

    name: str
    width_px: int
    height_px: int
    rgb: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class NearPlace:
    """A place to go, as a cover says it. `distance` is already in words; empty when it is not known."""

    name: str
    address: str
    phone: str = ""
    hours: str = ""
    distance: str = ""


@dataclass(frozen=True, slots=True)
class Edition:
    """What every page of an edition shares. Texts are in French, the language of the paper."""

    title: str
    booklet_size: int
    value_cents: int
    validity: str
    phone: str
    website: str
    funders: tuple[str, ...]
    operator: str
    services: tuple[str, ...] = ()
    notice: str = ""
    accent: str = "#14506B"
    is_simulated: bool = False
    logos: tuple[Logo, ...] = ()
    perimeter: str = ""
    phone_hours: str = ""

    @property
    def value(self) -> str:
        """`10 €` or `12,50 €`, with the no-break space French wants."""
        euros, cents = divmod(self.value_cents, 100)
        return f"{euros},{cents:02d}\u00a0€" if cents else f"{euros}\u00a0€"


@dataclass(frozen=True, slots=True)
class PrintedVoucher:
    """What one voucher carries. `code` is in six groups of three; neither it nor `url` shows in a trace."""

    serial: str
    code: str = field(repr=False)
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PrintedBooklet:
    """One booklet: its serial as printed and as its barcode carries it, its vouchers in order, and the places near whoever hands it out.

    `box` and `point`: which parcel it travels in and to whom, once its packing is known.
    """

    serial: str
    barcode: str
    vouchers: tuple[PrintedVoucher, ...]
    nearest: tuple[NearPlace, ...] = ()
    box: str = ""
    point: str = ""


@dataclass(frozen=True, slots=True)
class Overflow:
    """A text too long for its room: which field of the edition, the text as it would be printed, the lines it has and those it takes.

    `lines` equal to `most_lines`: a single word, or a line that cannot be cut, is wider than `most_mm`.
    """

    field: str
    text: str
    most_mm: float
    most_lines: int
    lines: int
