"""What is printed, as values: nothing here knows an order or a database."""

from dataclasses import dataclass, field


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
    """One booklet: its serial as printed and as its barcode carries it, and its vouchers in order."""

    serial: str
    barcode: str
    vouchers: tuple[PrintedVoucher, ...]
