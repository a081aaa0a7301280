"""Public dashboards of a territory, read from the latest release: the page, its files and the API show these same values.

A release never changes: what was read of it once is kept for as long as the process lives, territory by territory.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache

from carnet.observatory.queries import releases
from carnet.observatory.queries.releases import Release
from carnet.observatory.rules._measures import AREA_CUTS, DELAYS, SHARES, Cut, Measure
from carnet.observatory.rules.boards import BoardTable, Change, Span, SpanUnclear, by_size, span_of, table_of, told, total
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
    """The board of one territory; the latest year when `period` is empty. None before the first release.

    Raises: AreaUnknown, SpanUnclear (also a span the release does not hold), SpanReversed, SpanTooLong.
    """
    area = places.area(level, code)
    release = releases.latest()
    if release is None:
        return None
    spans = spans_of(release)
    span = _asked(period, spans)
    if span is None:
        return None
    cells = _cells(release, "territories", area)
    before = span.before
    is_told = before in spans
    figures = {
        measure: Change(_at(cells, span, "", measure), _at(cells, before, "", measure) if is_told else Gap.MISSING)
        for measure in _measures_of(release)
    }
    if area.level is AreaLevel.NATION:
        figures |= _of_programmes(release, span, is_told=is_told, known=figures)
    return PublicBoard(area, release, span, spans, figures, _tables(release, area, span, spans), not cells)


def spans_of(release: Release) -> tuple[Span, ...]:
    """The years and the months a release holds: years first, the latest first."""
    found = {period for period, _key in _cells(release, "territories", places.area(AreaLevel.NATION, "FR"))}
    spans = [span_of(period) for period in found]
    return tuple(sorted(spans, key=lambda span: (not span.is_year, -span.since.toordinal())))


def programmes_in(release: Release, span: Span) -> list[str]:
    """The addresses of the programmes counted in a span of a release."""
    months = {f"{month:%Y-%m}" for month in span.months} | {span.key}
    return sorted({row.code for row in release.table("programmes") if row.period in months and row.value != 0})


def _of_programmes(release: Release, span: Span, *, is_told: bool, known: Collection[Measure]) -> dict[Measure, Change]:
    """What only whole programmes tell (ordered, activated, paid, lapsed): published by month for each, never hidden, so that it sums."""
    measures = [measure for measure in Measure if measure not in known and measure not in DELAYS and measure not in SHARES]
    held = {row.measure for row in release.table("programmes")}

    def counted(measure: Measure, over: Span) -> Value:
        months = {f"{month:%Y-%m}" for month in over.months}
        return total(told(row.value) for row in release.table("programmes") if row.measure == measure.value and row.period in months)

    return {
        measure: Change(counted(measure, span), counted(measure, span.before) if is_told else Gap.MISSING)
        for measure in measures
        if measure.value in held
    }


def _asked(period: str, spans: tuple[Span, ...]) -> Span | None:
    if not period:
        return spans[0] if spans else None
    asked = span_of(period)
    if spans and asked not in spans:
        raise SpanUnclear(value=period[:20])
    return asked if spans else None


def _tables(release: Release, area: NamedArea, span: Span, spans: tuple[Span, ...]) -> dict[Cut, BoardTable]:
    cells = _cells(release, "territories", area)
    of_areas = tuple(measure for measure in OF_AREAS if measure in _measures_of(release))
    months = sorted((each for each in spans if each.month_count == 1 and _shows(span, each)), key=lambda each: each.since)
    by_month = {each.key: {measure: _at(cells, each, "", measure) for measure in of_areas} for each in months}
    tables = {Cut.MONTH: table_of(Cut.MONTH, of_areas, by_month, {}, keeps_empty=True)}
    for level in PARTS[area.level]:
        inside = places.atlas().inside(area, level)
        found = {each.code: _cells(release, "territories", each) for each in inside}
        at_span = {
            code: {measure: _at(those, span, "", measure) for measure in of_areas}
            for code, those in found.items()
            if (span.key, "") in those
        }
        cut = CUT_OF_LEVEL[level]
        tables[cut] = by_size(table_of(cut, of_areas, at_span, {each.code: each.name for each in inside}), Measure.USED)
    for cut, name, measures in ((Cut.SERVICE, "services", OF_SERVICES), (Cut.PUBLIC, "publics", OF_PUBLICS)):
        keyed = {key: values for (period, key), values in _cells(release, name, area).items() if period == span.key}
        held = {measure for values in keyed.values() for measure in values}
        table = table_of(cut, [measure for measure in measures if measure in held], keyed, {})
        tables[cut] = by_size(table, Measure.USED) if cut is Cut.SERVICE else table
    return tables


def _shows(span: Span, month: Span) -> bool:
    """Whether a month is on the curve of a span: those of a year, the twelve that end with a month."""
    if span.is_year:
        return span.since <= month.since < span.until
    return month.until <= span.until and Span(month.since, span.until).month_count <= MONTHS_SHOWN


def _at(cells: _Cells, span: Span, key: str, measure: Measure) -> Value:
    """A published value; where the release has no line, nothing was counted, and a delay of nobody is unknown."""
    found = cells.get((span.key, key), {}).get(measure)
    if found is not None:
        return found
    return Gap.MISSING if measure.value.startswith("days_") else 0


def _measures_of(release: Release) -> tuple[Measure, ...]:
    held = {measure for values in _cells(release, "territories", places.area(AreaLevel.NATION, "FR")).values() for measure in values}
    return tuple(measure for measure in Measure if measure in held)


def _cells(release: Release, table: str, area: NamedArea) -> _Cells:
    return _index(release.id, release.digest, table).get((area.level.value, area.code), {})


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
