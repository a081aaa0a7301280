"""What a published figure is, and what is hidden. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from carnet.ledger.rules import Counts, Money

# Below this, a count could point at somebody. Source: docs/sources/personal-data.md#small-counts.
SMALL_COUNT = 5


@dataclass(frozen=True, slots=True)
class FunderFigures:
    """One funder's money in a programme, in whole cents."""

    name: str
    money: Money


@dataclass(frozen=True, slots=True)
class ProgrammeFigures:
    """What is published about one programme. `days_to_be_paid` is the median over `paid_count` vouchers, None before
    the first payment. Of the `promised_count` vouchers paid whose day was announced, `kept_count` were paid that day or before."""

    programme_id: int
    name: str
    slug: str
    is_simulated: bool
    counts: Counts
    money: Money
    by_funder: tuple[FunderFigures, ...]
    prescriber_count: int
    place_count: int
    days_to_be_paid: int | None
    paid_count: int
    slowest_days: int | None = None
    promised_count: int = 0
    kept_count: int = 0

    @property
    def missing_cents(self) -> int:
        """What was brought in less where it is now."""
        return missing_cents(self.money)


@dataclass(frozen=True, slots=True)
class Proof:
    """The strip of the home page: everything the site runs, together."""

    redeemed: int
    days_to_be_paid: int | None
    missing_cents: int
    programme_count: int
    slowest_days: int | None = None
    promised_count: int = 0
    kept_count: int = 0


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A published file: its name without extension, its columns, its rows."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | int, ...], ...]

    def lines(self) -> list[tuple[str | int, ...]]:
        """Its header and its rows as they are written: a name that begins like a formula would run in a spreadsheet."""
        return [self.columns, *(tuple(_inert(cell) for cell in row) for row in self.rows)]


def missing_cents(money: Money) -> int:
    """Cents that were brought in and are nowhere: zero as long as the ledger holds."""
    return money.funded - (money.unissued + money.in_circulation + money.owed + money.paid + money.returned + money.reserved + money.served)


def hide_small(counts: Mapping[str, int], *, least: int = SMALL_COUNT) -> dict[str, int | None]:
    """Counts with every small one hidden (None).

    When exactly one is hidden, a total would give it back by subtraction: the next smallest is hidden with it.
    """
    hidden = {name for name, count in counts.items() if 0 < count < least}
    shown = sorted((count, name) for name, count in counts.items() if name not in hidden and count > 0)
    if len(hidden) == 1 and shown:
        hidden.add(shown[0][1])
    return {name: None if name in hidden else count for name, count in counts.items()}


def weighted_median(days: Mapping[int, int]) -> int | None:
    """The middle of delays counted in days: `days` gives how many vouchers waited each delay. None of nothing."""
    total = sum(days.values())
    reached = 0
    for delay in sorted(days):
        reached += days[delay]
        if 2 * reached >= total > 0:
            return delay
    return None


def proof_of(figures: Sequence[ProgrammeFigures]) -> Proof:
    """The strip of the home page, over every published programme. Each programme's median weighs as many vouchers as were paid."""
    delays: Counter[int] = Counter()
    for each in figures:
        if each.days_to_be_paid is not None:
            delays[each.days_to_be_paid] += each.paid_count
    return Proof(
        redeemed=sum(each.counts.redeemed for each in figures),
        days_to_be_paid=weighted_median(delays),
        missing_cents=sum(abs(each.missing_cents) for each in figures),
        programme_count=len(figures),
        slowest_days=max((each.slowest_days for each in figures if each.slowest_days is not None), default=None),
        promised_count=sum(each.promised_count for each in figures),
        kept_count=sum(each.kept_count for each in figures),
    )


def _inert(cell: str | int) -> str | int:
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
