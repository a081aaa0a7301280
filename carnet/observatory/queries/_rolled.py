"""Reading the roll-ups: sums by whatever figures are cut by, in one statement."""

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import connection

from carnet.observatory.rules import DEFINITIONS, DELAYS, SHARES, VOUCHERS_OF, Cut, Measure, Scope, weighted_median
from carnet.places.rules.areas import NATION_CODE, AreaLevel

# What there is now is of no day.
NO_DAY = date(1970, 1, 1)
NEVER, BEFORE = "came_before=no", "came_before=yes"
# Cents of these are what each funder bears; of the others, what it holds.
BORNE = (Measure.USED, Measure.PAID)
# What is of an order, and of no desk nor place: of the nation alone.
OF_NO_TERRITORY = ("ordered", "issued", "activated", "lapsed", "void")
# What is shared among funders. Stock is of no funder yet: it moves before it is anybody's cost.
SHARED = (
    Measure.ORDERED, Measure.ISSUED, Measure.ACTIVATED, Measure.HANDED_OVER, Measure.USED, Measure.PAID, Measure.LAPSED, Measure.VOID,
)  # fmt: skip

_COARSE_KEYS = {None: "''", Cut.MONTH: "to_char(month_on, 'YYYY-MM')", Cut.OPERATOR: "programme_id::text"}
_FINE_KEYS = {
    None: "''",
    Cut.MONTH: "to_char(d.day, 'YYYY-MM')",
    Cut.OPERATOR: "d.programme_id::text",
    Cut.SERVICE: "d.service_code",
    Cut.PUBLIC: "d.detail",
    Cut.FUNDER: "f.funder_id::text",
}
_SHARES = (
    " LEFT JOIN ledger_sharepattern p ON p.series_id = d.series_id AND p.number = d.pattern"
    " LEFT JOIN LATERAL unnest(p.funder_ids, p.held_cents, p.borne_cents) AS f (funder_id, held, borne) ON {on}"
)
_SHARED = (
    "SELECT {key}, d.measure, d.detail, sum(CASE WHEN e.cents > 0 THEN d.count ELSE 0 END), sum(d.count * e.cents)"
    " FROM observatory_dailyfigure d JOIN ledger_series s ON s.id = d.series_id{shares}"
    " CROSS JOIN LATERAL (SELECT CASE WHEN d.measure = ANY(%(borne)s) THEN f.borne ELSE f.held END AS cents) AS e"
    " WHERE {where} GROUP BY 1, 2, 3"
)
# Summed by series before its face value is looked for: else the few series are gone through for each of thousands of rows.
_WHOLE = (
    "SELECT d.key, d.measure, d.detail, sum(d.count), sum(d.count * s.face_value_cents) FROM ("
    "SELECT {key} AS key, d.measure, d.detail, d.series_id, sum(d.count) AS count FROM observatory_dailyfigure d WHERE {where} GROUP BY 1, 2, 3, 4"
    ") d JOIN ledger_series s ON s.id = d.series_id{shares} GROUP BY 1, 2, 3"
)


class Sums:
    """What the rows of one line add up to."""

    def __init__(self) -> None:
        # A page makes hundreds of these: plain dictionaries, which cost nothing to make.
        self.counts: defaultdict[Measure, int] = defaultdict(int)
        self.cents: defaultdict[Measure, int] = defaultdict(int)
        self.delays: defaultdict[Measure, Counter[int]] = defaultdict(Counter)
        self.answers: defaultdict[str, int] = defaultdict(int)

    def take(self, other: "Sums") -> None:
        """Add what another line adds up to."""
        for measure, count in other.counts.items():
            self.counts[measure] += count
        for measure, cents in other.cents.items():
            self.cents[measure] += cents
        for answer, count in other.answers.items():
            self.answers[answer] += count
        for measure, counted in other.delays.items():
            self.delays[measure].update(counted)

    def value(self, measure: Measure) -> int | None:
        """One measure. None: the median of nothing."""
        if measure in VOUCHERS_OF:
            return self.cents[VOUCHERS_OF[measure]]
        if measure in DELAYS:
            return weighted_median({days: count for days, count in self.delays[measure].items() if count > 0})
        if measure is Measure.NEVER_CAME_BEFORE:
            return self.answers[NEVER]
        if measure is Measure.CAME_ANSWERED:
            return self.answers[NEVER] + self.answers[BEFORE]
        return self.counts[measure]


def coarse(
    scope: Scope, by: Cut | None, wanted: Collection[Measure], *, build_id: int, programme_ids: tuple[int, ...] | None, level: AreaLevel,
    codes: list[str] | None,
) -> dict[str, Sums]:  # fmt: skip
    """Sums from the months of territories, by key."""
    parts, funder = _parts(by, wanted, scope.funder_id)
    key = "key" if by in (Cut.SERVICE, Cut.PUBLIC, Cut.FUNDER) else _COARSE_KEYS.get(by, "area_code")
    where, values = (
        ["build_id = %(build)s", "level = %(level)s", f"({' OR '.join(parts)})"],
        {"build": build_id, "level": level.value, **funder},
    )
    if codes is None and level is AreaLevel.NATION:
        codes = [NATION_CODE]  # said, it leads a kept plan to the few rows of the nation: else it reads every territory's months
    if codes is not None:
        where.append("area_code = ANY(%(codes)s)")
        values["codes"] = codes
    if programme_ids is not None:
        where.append("programme_id = ANY(%(programmes)s)")
        values["programmes"] = list(programme_ids)
    if scope.funder_id is not None:
        where.append(
            "programme_id IN (SELECT programme_id FROM observatory_monthlyfigure WHERE build_id = %(build)s AND level = 'NATION'"
            " AND cut = 'FUNDER' AND key = %(funder)s)"
        )
        values["funder"] = str(scope.funder_id)
    where += _months("month_on", scope, by, values)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {key}, measure, cut, CASE WHEN cut IN ('DELAY', 'PUBLIC') THEN key ELSE '' END, sum(count), sum(cents)"
            f" FROM observatory_monthlyfigure WHERE {' AND '.join(where)} GROUP BY 1, 2, 3, 4",
            values,
        )
        rows = cursor.fetchall()
    found: defaultdict[str, Sums] = defaultdict(Sums)
    for line, measure, part, detail, count, cents in rows:
        _take(found[line], Measure(measure), part, detail, int(count), int(cents), by)
    return dict(found)


def fine(
    scope: Scope, by: Cut | None, wanted: Collection[Measure], *, build_id: int, programme_ids: tuple[int, ...] | None
) -> dict[str, Sums]:
    """Sums from the days of one place or one organisation, or of a funder's services, by key."""
    values: dict[str, Any] = {
        "build": build_id,
        "measures": sorted({_stored(each).value for each in wanted}),
        "borne": [each.value for each in BORNE],
    }
    where = ["d.build_id = %(build)s", "d.measure = ANY(%(measures)s)"]
    for column, number in (("organisation_id", scope.organisation_id), ("place_id", scope.place_id)):
        if number is not None:
            # "<> 0" tells a kept plan, which knows no number, that the index of what is not 0 holds every row it wants: 2 ms instead of 60.
            where.append(f"d.{column} <> 0 AND d.{column} = %({column})s")
            values[column] = number
    if programme_ids is not None:
        where.append("d.programme_id = ANY(%(programmes)s)")
        values["programmes"] = list(programme_ids)
    is_funders = scope.funder_id is not None or by is Cut.FUNDER
    shares = ""
    if is_funders:
        shares = _SHARES.format(on="true" if scope.funder_id is None else "f.funder_id = %(funder)s")
        values["funder"] = scope.funder_id
        where.append("f.funder_id IS NOT NULL")
    if by is Cut.PUBLIC:
        where.append("d.detail LIKE '%%=%%'")
    elif by is Cut.SERVICE:
        where.append("d.service_code <> ''")
    where += _months("d.day", scope, by, values)
    with connection.cursor() as cursor:
        cursor.execute((_SHARED if is_funders else _WHOLE).format(key=_FINE_KEYS[by], shares=shares, where=" AND ".join(where)), values)
        rows = cursor.fetchall()
    found: defaultdict[str, Sums] = defaultdict(Sums)
    for line, name, detail, counted, cents in rows:
        measure = Measure(name)
        part = "DELAY" if measure in DELAYS else "PUBLIC" if detail else ""
        _take(found[line], measure, part, detail, int(counted or 0), int(cents or 0), by)
    return dict(found)


def _take(sums: Sums, measure: Measure, part: str, detail: str, count: int, cents: int, by: Cut | None) -> None:
    if part == "DELAY":
        sums.delays[measure][int(detail)] += count
    elif part == "PUBLIC" and by is not Cut.PUBLIC:
        if measure is Measure.PEOPLE:
            sums.answers[detail] += count
    else:
        sums.counts[measure] += count
        sums.cents[measure] += cents


def _stored(measure: Measure) -> Measure:
    """The measure whose rows it is read from."""
    return Measure.PEOPLE if measure in SHARES else VOUCHERS_OF.get(measure, measure)


def _parts(by: Cut | None, wanted: Collection[Measure], funder_id: int | None) -> tuple[list[str], dict[str, Any]]:
    """Which rows of a month are read: the whole, or its cut; delays, and what was answered, beside."""
    plain = sorted({_stored(each).value for each in wanted if each not in DELAYS and each not in SHARES})
    values: dict[str, Any] = {}
    parts = []
    if plain:
        values["plain"] = plain
        of_funder = (
            [each for each in plain if Cut.FUNDER in DEFINITIONS[Measure(each)].cuts]
            if funder_id is not None and by is not Cut.FUNDER
            else []
        )
        if by in (Cut.SERVICE, Cut.PUBLIC, Cut.FUNDER):
            parts.append(f"cut = '{by.name}' AND measure = ANY(%(plain)s)" + (" AND key = %(funder)s" if funder_id is not None else ""))
        elif of_funder:
            values |= {"shared": of_funder, "plain": [each for each in plain if each not in of_funder]}
            parts.append("cut = 'FUNDER' AND key = %(funder)s AND measure = ANY(%(shared)s)")
            parts.append("cut = '' AND measure = ANY(%(plain)s)")
        else:
            parts.append("cut = '' AND measure = ANY(%(plain)s)")
    late = sorted(each.value for each in wanted if each in DELAYS)
    if late:
        values["late"] = late
        parts.append("cut = 'DELAY' AND measure = ANY(%(late)s)")
    if any(each in SHARES for each in wanted):
        values["answers"] = [NEVER, BEFORE]
        parts.append("cut = 'PUBLIC' AND measure = 'people' AND key = ANY(%(answers)s)")
    return [f"({each})" for each in parts] or ["false"], values


def _months(column: str, scope: Scope, by: Cut | None, values: dict[str, Any]) -> list[str]:
    values |= {"since": scope.since, "until": scope.until, "no_day": NO_DAY}
    always = "" if by is Cut.MONTH else f" OR {column} = %(no_day)s"
    where = [f"({column} <> %(no_day)s{always})"]
    if scope.since is not None:
        where.append(f"({column} >= %(since)s{always})")
    if scope.until is not None:
        where.append(f"({column} < %(until)s{always})")
    return where
