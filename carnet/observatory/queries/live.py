"""Dashboards of rooms, read from the roll-ups as they stand: a territory its actors share, whoever runs or funds programmes, a place.

Call them seeing the rows that are read (`gateways.database.acting_as`). Every statement reads the roll-ups, whatever was spent since.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import connection

from carnet.distribution.rules import SLEEP_DAYS
from carnet.funding import queries as funding
from carnet.kernel.periods import legal_day
from carnet.observatory.queries import figures
from carnet.observatory.queries._rolled import NO_DAY, coarse
from carnet.observatory.queries.boards import OF_AREAS, OF_PUBLICS, OF_SERVICES
from carnet.observatory.queries.figures import Watermark
from carnet.observatory.rules import DEFINITIONS, DELAYS, SMALL_COUNT, Cut, Measure, Scope, hide_small
from carnet.observatory.rules.boards import BoardTable, Change, Span, by_size, median, table_of
from carnet.observatory.rules.charts import Gap, Value
from carnet.parties import queries as parties
from carnet.places import queries as places
from carnet.places.rules.areas import AreaLevel

# What could point at somebody: hidden when small, with whatever tells of the same people.
OF_PEOPLE = (Measure.PEOPLE, Measure.FIRST_USE, Measure.NEVER_CAME_BEFORE, Measure.CAME_ANSWERED)
TELLING_PEOPLE = (Measure.HANDED_OVER, Measure.HANDED_OVER_CENTS, Measure.DAYS_TO_FIRST_LESSON)
MEASURES: Mapping[Cut, tuple[Measure, ...]] = {Cut.SERVICE: OF_SERVICES, Cut.PUBLIC: OF_PUBLICS}
ALL = tuple(Measure)


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose figures: a scope, or the communes of a territory. `hides_small`: read with others, so that small counts of people are hidden.

    `measures`: the columns of what is cut by month or territory.
    """

    scope: Scope = field(default_factory=Scope)
    commune_codes: tuple[str, ...] = ()
    hides_small: bool = False
    measures: tuple[Measure, ...] = OF_AREAS


@dataclass(frozen=True, slots=True)
class LiveBoard:
    """Figures of a span with those of the one before, tables by cut, up to when everything is counted (None: nothing ever was)."""

    span: Span
    figures: Mapping[Measure, Change]
    tables: Mapping[Cut, BoardTable]
    counted_at: datetime | None

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was counted in this span nor in the one before."""
        counted = (each for measure, each in self.figures.items() if measure not in DELAYS)
        return all(value in (0, Gap.MISSING) for each in counted for value in (each.now, each.before))


def live_board(whose: Whose, span: Span, *, cuts: Sequence[Cut], at: datetime) -> LiveBoard:
    """The board of somebody over a span. Statements: two for each figure's span and for each cut. Raises: ScopeWrong, AreaUnknown."""
    mark = figures.watermark()
    now, before = (_measured(whose, each, mark, at) for each in (span, span.before))
    told = {measure: Change(now[measure], before[measure]) for measure in ALL if measure in now}
    return LiveBoard(span, told, {by: _table(whose, span, by, mark, at) for by in cuts}, mark.counted_at if mark else None)


def narrowed_board(whose: Whose, span: Span, *, by: Cut, key: str, at: datetime) -> LiveBoard:
    """The same for one service or one public: its figures, and its months. Two statements."""
    mark = figures.watermark()
    measures = MEASURES[by]
    months = _months_of_key(whose, span, by, key, mark) if mark else {}
    cells: dict[str, dict[Measure, Value]] = {
        f"{month:%Y-%m}": {measure: months.get((month, measure), 0) for measure in measures} for month in span.months
    }
    told = {
        measure: Change(
            *(_shy(whose, measure, sum(months.get((month, measure), 0) for month in each.months)) for each in (span, span.before))
        )
        for measure in measures
    }
    table = table_of(Cut.MONTH, measures, _hidden(whose, cells), {}, keeps_empty=True)
    return LiveBoard(span, told, {Cut.MONTH: table}, mark.counted_at if mark else None)


# --- what slept ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sleeper:
    """A desk that has vouchers and handed none over for SLEEP_DAYS."""

    organisation_id: int
    name: str
    in_stock: int


def asleep(scope: Scope, *, at: datetime) -> tuple[Sleeper, ...]:
    """The desks that sleep in the programmes of a scope, the best stocked first; an operator's own depot does not sleep. Four statements."""
    mark = figures.watermark()
    if mark is None:
        return ()
    programmes = funding.programmes(scope.programme_ids)
    values: dict[str, Any] = {
        "build": mark.build_id,
        "no_day": NO_DAY,
        "since": legal_day(at) - timedelta(days=SLEEP_DAYS),
        "depots": [0, *{each.operator_id for each in programmes}],
    }
    where = ""
    if scope.programme_ids is not None:
        where, values["programmes"] = " AND d.programme_id = ANY(%(programmes)s)", list(scope.programme_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.organisation_id, sum(d.count) FILTER (WHERE d.measure = 'in_stock')"
            " FROM observatory_dailyfigure d WHERE d.build_id = %(build)s AND d.organisation_id <> ALL(%(depots)s) AND d.detail = ''"
            " AND (d.measure = 'in_stock' AND d.day = %(no_day)s OR d.measure = 'handed_over' AND d.day >= %(since)s)"
            f"{where} GROUP BY 1"
            " HAVING sum(d.count) FILTER (WHERE d.measure = 'in_stock') > 0"
            " AND coalesce(sum(d.count) FILTER (WHERE d.measure = 'handed_over'), 0) <= 0 ORDER BY 2 DESC, 1",
            values,
        )
        rows = cursor.fetchall()
    names = parties.organisations(organisation_id for organisation_id, _count in rows)
    return tuple(Sleeper(organisation_id, names[organisation_id].name, int(count)) for organisation_id, count in rows)


# --- a place beside the others ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Beside:
    """The middle of the places of some programmes, none of them named. None: fewer than five places, or nothing yet."""

    place_count: int
    used: int | None
    days_to_payment: int | None


def beside(programme_ids: Sequence[int], span: Span, *, at: datetime) -> Beside:
    """The median of vouchers used by place, and of the days a voucher waits to be paid. Call it seeing these programmes.

    Kept until the next counting: the figures of all the places of a programme are many rows.
    """
    mark = figures.watermark()
    if mark is None or not programme_ids:
        return Beside(0, None, None)
    used = _used_by_place(tuple(sorted(programme_ids)), span, mark.build_id, mark.counted_at)
    scope = Scope(programme_ids=tuple(programme_ids), since=span.since, until=span.until)
    middle = median(used)
    days = (
        figures.measured(scope, measures=[Measure.DAYS_TO_PAYMENT], at=at, mark=mark).values[Measure.DAYS_TO_PAYMENT]
        if middle is not None
        else None
    )
    return Beside(len(used), middle, days)


def programmes_of_place(*, organisation_id: int, place_id: int | None, span: Span) -> tuple[int, ...]:
    """The programmes whose vouchers were used at one's places in a span or the one before."""
    mark = figures.watermark()
    if mark is None:
        return ()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT programme_id FROM observatory_dailyfigure WHERE build_id = %s AND organisation_id = %s"
            # "<> 0" tells a kept plan, which knows no number, that the indexes of places and of organisations hold every row it wants.
            f" AND organisation_id <> 0 AND place_id <> 0{'' if place_id is None else ' AND place_id = %s'} AND day >= %s AND day < %s ORDER BY 1",
            [mark.build_id, organisation_id, *([] if place_id is None else [place_id]), span.before.since, span.until],
        )
        return tuple(programme_id for (programme_id,) in cursor.fetchall())


@lru_cache(maxsize=256)
def _used_by_place(programme_ids: tuple[int, ...], span: Span, build_id: int, _counted_at: datetime) -> tuple[int, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(count) FROM observatory_dailyfigure WHERE build_id = %s AND programme_id = ANY(%s) AND measure = 'used'"
            " AND place_id <> 0 AND day >= %s AND day < %s GROUP BY place_id HAVING sum(count) > 0",
            [build_id, list(programme_ids), span.since, span.until],
        )
        return tuple(sorted(int(count) for (count,) in cursor.fetchall()))


# --- the parts ----------------------------------------------------------------------------------------------------------


def _measured(whose: Whose, span: Span, mark: Watermark | None, at: datetime) -> dict[Measure, Value]:
    scope = _over(whose.scope, span)
    if not whose.commune_codes:
        values = figures.measured(scope, at=at, mark=mark).values
    elif mark is None:
        values = {}
    else:
        sums = coarse(
            scope, None, ALL, build_id=mark.build_id, programme_ids=None, level=AreaLevel.COMMUNE, codes=list(whose.commune_codes)
        )
        values = {
            measure: sums[""].value(measure) if "" in sums else None if measure in DELAYS else 0
            for measure in ALL
            if Cut.COMMUNE in DEFINITIONS[measure].cuts
        }
    told: dict[Measure, Value] = {measure: Gap.MISSING if value is None else value for measure, value in values.items()}
    return {measure: _shy(whose, measure, value) for measure, value in _without_tellers(whose, told).items()}


def _table(whose: Whose, span: Span, by: Cut, mark: Watermark | None, at: datetime) -> BoardTable:
    measures, scope = MEASURES.get(by, whose.measures), _over(whose.scope, span)
    labels: dict[str, str] = {}
    cells: dict[str, dict[Measure, Value]] = {}
    if not whose.commune_codes:
        found = figures.cut(by, scope, measures=measures, at=at, mark=mark)
        cells = {row.key: _plain(row.values) for row in found.rows}
        labels = {row.key: row.label for row in found.rows}
    elif mark is not None:
        codes = list(whose.commune_codes)
        summed = coarse(scope, by, measures, build_id=mark.build_id, programme_ids=None, level=AreaLevel.COMMUNE, codes=codes)
        cells = {key: _plain({measure: sums.value(measure) for measure in measures}) for key, sums in summed.items()}
        labels = {code: town.name for code in cells if by is Cut.COMMUNE and (town := places.commune(code)) is not None}
    if by is Cut.MONTH:
        nothing: dict[Measure, Value] = {measure: Gap.MISSING if measure in DELAYS else 0 for measure in measures}
        cells = {f"{month:%Y-%m}": cells.get(f"{month:%Y-%m}", nothing) for month in span.months}
    table = table_of(by, measures, _hidden(whose, cells), labels, keeps_empty=by is Cut.MONTH)
    if by is Cut.PUBLIC:
        # Question by question: their answers are read side by side.
        return replace(table, lines=tuple(sorted(table.lines, key=lambda line: line.key)))
    return table if by is Cut.MONTH else by_size(table, Measure.USED)


def _over(scope: Scope, span: Span) -> Scope:
    return replace(scope, since=span.since, until=span.until)


def _plain(values: Mapping[Measure, int | None]) -> dict[Measure, Value]:
    return {measure: Gap.MISSING if value is None else value for measure, value in values.items()}


def _shy(whose: Whose, measure: Measure, value: Value) -> Value:
    if whose.hides_small and measure in OF_PEOPLE and not isinstance(value, Gap) and 0 < value < SMALL_COUNT:
        return Gap.HIDDEN
    return value


def _without_tellers(whose: Whose, values: Mapping[Measure, Value]) -> dict[Measure, Value]:
    """What tells of too few people is hidden with their number."""
    people = values.get(Measure.PEOPLE, 0)
    few = whose.hides_small and not isinstance(people, Gap) and 0 < people < SMALL_COUNT
    return {measure: Gap.HIDDEN if few and measure in TELLING_PEOPLE else value for measure, value in values.items()}


def _hidden(whose: Whose, cells: Mapping[str, Mapping[Measure, Value]]) -> dict[str, dict[Measure, Value]]:
    """The cells of a table, small counts of people hidden column by column, so that none is a total less the others."""
    found = {key: dict(values) for key, values in cells.items()}
    if not whose.hides_small:
        return found
    for measure in OF_PEOPLE:
        told = {key: values.get(measure, Gap.MISSING) for key, values in found.items()}
        counts = {key: round(value) for key, value in told.items() if not isinstance(value, Gap)}
        for key, count in hide_small(counts).items():
            if count is None:
                found[key][measure] = Gap.HIDDEN
    for values in found.values():
        if values.get(Measure.PEOPLE) is Gap.HIDDEN:
            values.update({measure: Gap.HIDDEN for measure in TELLING_PEOPLE if measure in values})
    return found


def _months_of_key(whose: Whose, span: Span, by: Cut, key: str, mark: Watermark) -> dict[tuple[date, Measure], int]:
    """What one service or public counts, month by month, over a span and the one before."""
    scope = whose.scope
    is_fine = scope.place_id is not None or scope.organisation_id is not None
    read: Callable[[Whose, Cut, dict[str, Any]], str] = _fine_rows if is_fine else _coarse_rows
    values: dict[str, Any] = {
        "build": mark.build_id, "key": key, "since": span.before.since, "until": span.until,
        "measures": [measure.value for measure in MEASURES[by]],
    }  # fmt: skip
    statement = read(whose, by, values)
    if scope.programme_ids is not None:
        statement += " AND programme_id = ANY(%(programmes)s)"
        values["programmes"] = list(scope.programme_ids)
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} GROUP BY 1, 2", values)
        return {(month, Measure(measure)): int(count) for month, measure, count in cursor.fetchall()}


def _coarse_rows(whose: Whose, by: Cut, values: dict[str, Any]) -> str:
    values |= {"cut": by.name, "level": (AreaLevel.COMMUNE if whose.commune_codes else whose.scope.area.level).value}
    values["codes"] = list(whose.commune_codes) or [whose.scope.area.code]
    return (
        "SELECT month_on, measure, sum(count) FROM observatory_monthlyfigure WHERE build_id = %(build)s AND level = %(level)s"
        " AND area_code = ANY(%(codes)s) AND cut = %(cut)s AND key = %(key)s AND measure = ANY(%(measures)s)"
        " AND month_on >= %(since)s AND month_on < %(until)s"
    )


def _fine_rows(whose: Whose, by: Cut, values: dict[str, Any]) -> str:
    column, where = "service_code" if by is Cut.SERVICE else "detail", ""
    for whom, number in (("place_id", whose.scope.place_id), ("organisation_id", whose.scope.organisation_id)):
        if number is not None:
            where += f" AND {whom} <> 0 AND {whom} = %({whom})s"  # "<> 0": see `programmes_of_place`
            values[whom] = number
    return (
        "SELECT date_trunc('month', day)::date, measure, sum(count) FROM observatory_dailyfigure WHERE build_id = %(build)s"
        f"{where} AND {column} = %(key)s AND measure = ANY(%(measures)s) AND day >= %(since)s AND day < %(until)s"
    )
