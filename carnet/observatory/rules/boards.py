"""A dashboard: a span of whole months beside the one before, tables cut by one thing, what is hidden said as hidden. Pure.

Words:   a *span* is whole months; a *value* is a number or a gap: HIDDEN (it counts too few people) or MISSING (nobody knows it).
Always:  a sum with a hidden part is hidden; nothing is compared with a gap; a percentage of a small number is not told.
Source:  docs/decisions/0056-dashboards.md.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from carnet.kernel.periods import add_months
from carnet.observatory.rules._measures import Cut, Measure
from carnet.observatory.rules._refusals import ObservatoryRefused
from carnet.observatory.rules.charts import Gap, Value

SPAN_MONTHS_MAX = 60
YEARS = range(2015, 2101)
# Below this, "twice as many" says nothing: one group more or less does it.
BASE_LEAST = 20
# Above this, a percentage says less than the two numbers.
PER_CENT_MOST = 1_000
# With fewer places, the median of the others would tell one of them.
PLACES_LEAST = 5


class SpanUnclear(ObservatoryRefused):
    """A span not written as months or a year. Facts: value."""

    code = "span-unclear"


class SpanReversed(ObservatoryRefused):
    """A span that would end before it begins. Facts: since, until."""

    code = "span-reversed"


class SpanTooLong(ObservatoryRefused):
    """More months than one page compares. Facts: most."""

    code = "span-too-long"


class CutNotPublished(ObservatoryRefused):
    """A table that is not published of such a territory: a commune is not cut by commune. Facts: by, level."""

    code = "cut-not-published"


@dataclass(frozen=True, slots=True)
class Span:
    """Whole months: from the first day of one to the first day of another, excluded.

    Raises: SpanReversed, SpanTooLong.
    """

    since: date
    until: date

    def __post_init__(self) -> None:
        assert self.since.day == self.until.day == 1
        if self.until <= self.since:
            raise SpanReversed(since=self.since, until=add_months(self.until, -1))
        if self.month_count > SPAN_MONTHS_MAX:
            raise SpanTooLong(most=SPAN_MONTHS_MAX)

    @property
    def month_count(self) -> int:
        """How many months it has."""
        return 12 * (self.until.year - self.since.year) + self.until.month - self.since.month

    @property
    def months(self) -> tuple[date, ...]:
        """The first day of each of its months."""
        return tuple(add_months(self.since, rank) for rank in range(self.month_count))

    @property
    def is_year(self) -> bool:
        """Whether it is one calendar year."""
        return self.month_count == 12 and self.since.month == 1

    @property
    def before(self) -> "Span":
        """The span of the same length that ends where this one begins."""
        return Span(add_months(self.since, -self.month_count), self.since)

    @property
    def key(self) -> str:
        """How it is written in an address: ``2026``, ``2026-03``, ``2026-03..2026-05`` (both included)."""
        if self.is_year:
            return str(self.since.year)
        first, last = f"{self.since:%Y-%m}", f"{add_months(self.until, -1):%Y-%m}"
        return first if first == last else f"{first}..{last}"


def span_of(key: str) -> Span:
    """The span an address means: the reverse of `Span.key`. Raises: SpanUnclear, SpanReversed, SpanTooLong."""
    year = re.fullmatch(r"[0-9]{4}", key, re.ASCII)
    if year and int(key) in YEARS:
        return year_of(int(key))
    first, _dots, last = key.partition("..")
    return span_between(first, last or first)


def span_between(first: str, last: str) -> Span:
    """From one month (``2026-03``) to another, both included. Raises: SpanUnclear, SpanReversed, SpanTooLong."""
    return Span(_month(first), add_months(_month(last), 1))


def year_of(year: int) -> Span:
    """A calendar year."""
    return Span(date(year, 1, 1), date(year + 1, 1, 1))


def span_around(on: date, *, months: int = 12) -> Span:
    """The last `months` months up to that of a day, included: what a board shows when nothing is asked."""
    until = add_months(on.replace(day=1), 1)
    return Span(add_months(until, -months), until)


def _month(written: str) -> date:
    found = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])", written, re.ASCII)
    if found is None or int(found[1]) not in YEARS:
        raise SpanUnclear(value=written[:20])
    return date(int(found[1]), int(found[2]), 1)


# --- values -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """A value, and what it was in the span before."""

    now: Value
    before: Value

    @property
    def difference(self) -> int | None:
        """How many more (below zero: fewer); None when either is a gap."""
        if isinstance(self.now, Gap) or isinstance(self.before, Gap):
            return None
        return round(self.now) - round(self.before)

    @property
    def per_cent(self) -> int | None:
        """The difference in whole per cent of what it was; None of a gap, of a number too small to say it of, and above ten times."""
        difference = self.difference
        if difference is None or isinstance(self.before, Gap) or self.before < BASE_LEAST:
            return None
        found = (200 * difference + round(self.before)) // (2 * round(self.before))
        return found if found <= PER_CENT_MOST else None


def total(values: Iterable[Value]) -> Value:
    """The sum; a gap among them is a gap of the sum, a hidden one first."""
    found = list(values)
    for gap in (Gap.HIDDEN, Gap.MISSING):
        if gap in found:
            return gap
    return sum(round(value) for value in found if not isinstance(value, Gap))


def told(value: int | None) -> Value:
    """A number of a release, or HIDDEN where the release hides it."""
    return Gap.HIDDEN if value is None else value


def median(values: Sequence[int]) -> int | None:
    """The middle of some whole numbers, the lower of the two middles; None of fewer than five, which would tell one of them."""
    return sorted(values)[(len(values) - 1) // 2] if len(values) >= PLACES_LEAST else None


# --- tables -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: its key (a month, a code, a service), its label as stored, a value for each measure of the table."""

    key: str
    label: str
    values: tuple[Value, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was counted there."""
        return all(value == 0 or value is Gap.MISSING for value in self.values)


@dataclass(frozen=True, slots=True)
class BoardTable:
    """Figures cut by one thing. `by` names it in addresses; `measures` are its columns."""

    by: Cut
    measures: tuple[Measure, ...]
    lines: tuple[Line, ...]

    @property
    def hidden_count(self) -> int:
        """How many of its cells are hidden."""
        return sum(value is Gap.HIDDEN for line in self.lines for value in line.values)

    def of(self, key: str) -> Line | None:
        """The line of this key."""
        return next((line for line in self.lines if line.key == key), None)

    def column(self, measure: Measure) -> dict[str, Value]:
        """One measure of each line, by key; none when the table does not hold it."""
        if measure not in self.measures:
            return {}
        rank = self.measures.index(measure)
        return {line.key: line.values[rank] for line in self.lines}


def table_of(
    by: Cut,
    measures: Sequence[Measure],
    cells: Mapping[str, Mapping[Measure, Value]],
    labels: Mapping[str, str],
    *,
    keeps_empty: bool = False,
) -> BoardTable:
    """A table from cells: by key in the order given, a value for each measure, MISSING where there is none; empty lines left out."""
    lines = [
        Line(key, labels.get(key, key), tuple(found.get(measure, Gap.MISSING) for measure in measures)) for key, found in cells.items()
    ]
    return BoardTable(by, tuple(measures), tuple(line for line in lines if keeps_empty or not line.is_empty))


def by_size(table: BoardTable, measure: Measure) -> BoardTable:
    """The same lines, the greatest first; hidden ones after those that are known, by label."""
    sizes = table.column(measure)

    def order(line: Line) -> tuple[bool, int, str, str]:
        size = sizes.get(line.key, Gap.MISSING)
        return isinstance(size, Gap), 0 if isinstance(size, Gap) else -round(size), line.label.casefold(), line.key

    return BoardTable(table.by, table.measures, tuple(sorted(table.lines, key=order)))
