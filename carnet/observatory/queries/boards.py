"""Public dashboards of a territory, read from the latest release: the page, its files and the API show these same values.

A release never changes: what was read of it once is kept for as long as the process lives, territory by territory.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from carnet.kernel.periods import add_months
from carnet.observatory.queries import releases
from carnet.observatory.queries.releases import Release
from carnet.observatory.rules._measures import AREA_CUTS, DELAYS, SHARES, Cut, Measure
from carnet.observatory.rules.boards import (
    BoardTable,
    Change,
    Span,
    SpanUnclear,
    by_size,
    span_around,
    span_between,
    span_of,
    table_of,
    told,
    total,
    year_of,
)
from carnet.observatory.rules.charts import Gap, Value
from carnet.places import queries as places
from carnet.places.rules.areas import AreaLevel, NamedArea

# What a table of each kind shows, in the order of its columns.
OF_AREAS = (Measure.HANDED_OVER, Measure.PEOPLE, Measure.FIRST_USE, Measure.USED, Measure.PAID)
OF_SERVICES = (Measure.USED, Measure.PAID)
OF_PUBLICS = (Measure.PEOPLE, Measure.FIRST_USE)
PARTS: Mapping[AreaLevel, tuple[AreaLevel, ...]] = {
    AreaLevel.NATION: (AreaLevel.REGION, AreaLevel.DEPARTEMENT),
    AreaLevel.REGION: (AreaLevel.DEPARTEMENT, AreaLevel.EPCI),
    AreaLevel.DEPARTEMENT: (AreaLevel.EPCI, AreaLevel.COMMUNE),
    AreaLevel.EPCI: (AreaLevel.COMMUNE,),
    AreaLevel.COMMUNE: (),
}
# The code that a release writes for what is of no commune known: a desk that said no address.
UNKNOWN_TERRITORY = "ZZ"
CUT_OF_LEVEL: Mapping[AreaLevel, Cut] = {level: cut for cut, level in AREA_CUTS.items()}
MONTHS_SHOWN = 12

_Cells = Mapping[tuple[str, str], Mapping[Measure, Value]]  # by (period, key)


@dataclass(frozen=True, slots=True)
class PublicBoard:
    """What is published of one territory over one span, a month or a year of the release.

    `figures`: each measure now, and in the span before when that was published too (else MISSING). `tables`: by cut.
    `is_empty`: nothing at all was ever counted there.
    """

    area: NamedArea
    release: Release
    span: Span
    spans: tuple[Span, ...]
    figures: Mapping[Measure, Change]
    tables: Mapping[Cut, BoardTable]
    is_empty: bool


def public_board(level: AreaLevel, code: str, *, period: str = "") -> PublicBoard | None:
    """The board of one territory; the last twelve months published when `period` is empty. None before the first release.

    Raises: AreaUnknown, SpanUnclear (also a span the release does not hold), SpanReversed, SpanTooLong.
    """
    area = places.area(level, code)
    release = releases.latest()
    months = months_of(release) if release is not None else ()
    if release is None or not months:
        return None
    span = _asked(period, months)
    cells = _cells(release, "territories", area)
    # What was before the first month published is not known; a span that begins there is compared whole: nothing was counted earlier.
    is_told = span.before.until > months[0]
    measures = _measures_of(release)
    figures = {
        measure: Change(_over(cells, span, "", measure), _over(cells, span.before, "", measure) if is_told else Gap.MISSING)
        for measure in measures
    }
    if area.level is AreaLevel.NATION:
        figures |= _of_programmes(release, span, is_told=is_told, known=figures)
    return PublicBoard(area, release, span, _offered(months), figures, _tables(release, area, span, months), not cells)


def months_of(release: Release) -> tuple[date, ...]:
    """The first day of each month a release holds, in order, from its first to its latest."""
    periods = {period for period, _key in _cells(release, "territories", places.area(AreaLevel.NATION, "FR"))}
    told_months = sorted(span.since for period in periods if (span := span_of(period)).month_count == 1)
    return Span(told_months[0], add_months(told_months[-1], 1)).months if told_months else ()


def spans_of(release: Release) -> tuple[Span, ...]:
    """The spans of a release that a page offers, the last twelve months first."""
    months = months_of(release)
    return _offered(months) if months else ()


def _offered(months: Sequence[date]) -> tuple[Span, ...]:
    """The spans to choose among: the last twelve months, each year, each month, the latest first."""
    years = sorted({month.year for month in months}, reverse=True)
    usual = span_around(months[-1])
    spans = [usual, *(year_of(year) for year in years), *(span_between(f"{month:%Y-%m}", f"{month:%Y-%m}") for month in reversed(months))]
    return tuple(dict.fromkeys(spans))


def programmes_in(release: Release, span: Span) -> list[str]:
    """The addresses of the programmes counted in a span of a release."""
    months = {f"{month:%Y-%m}" for month in span.months} | {span.key}
    return sorted({row.code for row in release.table("programmes") if row.period in months and row.value != 0})


def _of_programmes(release: Release, span: Span, *, is_told: bool, known: Collection[Measure]) -> dict[Measure, Change]:
    """What only whole programmes tell (ordered, activated, paid, lapsed): published by month for each, never hidden, so that it sums."""
    measures = [measure for measure in Measure if measure not in known and measure not in DELAYS and measure not in SHARES]
    sums = _sums_of_programmes(release.id, release.digest)

    def counted(measure: Measure, over: Span) -> Value:
        return total(sums[measure.value].get(f"{month:%Y-%m}", 0) for month in over.months)

    return {
        measure: Change(counted(measure, span), counted(measure, span.before) if is_told else Gap.MISSING)
        for measure in measures
        if measure.value in sums
    }


@lru_cache(maxsize=8)
def _sums_of_programmes(release_id: int, digest: str) -> dict[str, dict[str, Value]]:
    """Every programme together, by measure, then by month."""
    release = next(each for each in releases.every() if each.id == release_id)
    found: dict[str, dict[str, Value]] = defaultdict(dict)
    for row in release.table("programmes"):
        found[row.measure][row.period] = total([found[row.measure].get(row.period, 0), told(row.value)])
    return dict(found)


def _asked(period: str, months: Sequence[date]) -> Span:
    if not period:
        return span_around(months[-1])
    asked = span_of(period)
    if asked.until <= months[0] or asked.since > months[-1]:
        raise SpanUnclear(value=period[:20])
    return asked


def _tables(release: Release, area: NamedArea, span: Span, months: Sequence[date]) -> dict[Cut, BoardTable]:
    cells = _cells(release, "territories", area)
    of_areas = tuple(measure for measure in OF_AREAS if measure in _measures_of(release))
    drawn = [span_around(month, months=1) for month in _drawn(span, months)]
    by_month = {each.key: {measure: _over(cells, each, "", measure) for measure in of_areas} for each in drawn}
    tables = {Cut.MONTH: table_of(Cut.MONTH, of_areas, by_month, {}, keeps_empty=True)}
    for level in PARTS[area.level]:
        inside = places.atlas().inside(area, level)
        held = {each.code: those for each in inside if (those := _cells(release, "territories", each))}
        if area.level is AreaLevel.NATION and (nowhere := _index_of(release, "territories").get((level.value, UNKNOWN_TERRITORY))):
            held[UNKNOWN_TERRITORY] = nowhere  # without it, the lines would not sum to the whole country
        summed = {code: {measure: _over(those, span, "", measure) for measure in of_areas} for code, those in held.items()}
        cut = CUT_OF_LEVEL[level]
        tables[cut] = by_size(
            table_of(cut, of_areas, summed, {UNKNOWN_TERRITORY: ""} | {each.code: each.name for each in inside}), Measure.USED
        )
    for cut, name, measures in ((Cut.SERVICE, "services", OF_SERVICES), (Cut.PUBLIC, "publics", OF_PUBLICS)):
        found = _cells(release, name, area)
        kept = [measure for measure in measures if any(measure in values for values in found.values())]
        keyed = {key: {measure: _over(found, span, key, measure) for measure in kept} for key in sorted({key for _period, key in found})}
        table = table_of(cut, kept, keyed, {})
        tables[cut] = by_size(table, Measure.USED) if cut is Cut.SERVICE else table
    return tables


def _drawn(span: Span, months: Sequence[date]) -> list[date]:
    """The months of the curve: those of the span; of a single month, the twelve that end with it."""
    since = span.since if span.month_count > 1 else add_months(span.until, -MONTHS_SHOWN)
    return [month for month in months if since <= month < span.until]


def _over(cells: _Cells, span: Span, key: str, measure: Measure) -> Value:
    """What is published of a whole span; else the sum of its months, hidden when one is. No line: nothing was counted."""
    found = cells.get((span.key, key), {}).get(measure)
    if found is not None:
        return found
    if span.month_count == 1:
        return 0
    return total(cells.get((f"{month:%Y-%m}", key), {}).get(measure, 0) for month in span.months)


def _measures_of(release: Release) -> tuple[Measure, ...]:
    held = {measure for values in _cells(release, "territories", places.area(AreaLevel.NATION, "FR")).values() for measure in values}
    return tuple(measure for measure in Measure if measure in held and measure not in DELAYS)


def _cells(release: Release, table: str, area: NamedArea) -> _Cells:
    return _index_of(release, table).get((area.level.value, area.code), {})


def _index_of(release: Release, table: str) -> Mapping[tuple[str, str], _Cells]:
    return _index(release.id, release.digest, table)


@lru_cache(maxsize=8)
def _index(release_id: int, digest: str, table: str) -> dict[tuple[str, str], dict[tuple[str, str], dict[Measure, Value]]]:
    """Every published value of one table, by territory."""
    release = next(each for each in releases.every() if each.id == release_id)
    known = {measure.value: measure for measure in Measure}
    found: dict[tuple[str, str], dict[tuple[str, str], dict[Measure, Value]]] = defaultdict(lambda: defaultdict(dict))
    for row in release.table(table):
        if row.measure in known:
            found[row.level, row.code][row.period, row.key][known[row.measure]] = told(row.value)
    return {area: dict(cells) for area, cells in found.items()}
