"""Figures as the roll-ups have them: what pages, files and the API read. Never a hot table.

Call them seeing the programmes (or the organisation) whose figures are read. Everything read is of one counting, whose watermark is said with it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from carnet.funding import queries as funding
from carnet.observatory.models import FigureBuild
from carnet.observatory.queries._rolled import Sums, coarse, fine
from carnet.observatory.rules import AREA_CUTS, DEFINITIONS, DELAYS, Area, Cut, Measure, Scope, ScopeWrong
from carnet.parties import queries as parties
from carnet.places import queries as places
from carnet.places.rules.areas import AreaLevel


@dataclass(frozen=True, slots=True)
class Watermark:
    """Up to where everything is counted: the counting, the number of the oldest transaction not in it, and when that was."""

    build_id: int
    xid: int
    counted_at: datetime


@dataclass(frozen=True, slots=True)
class Measured:
    """Every measure of one scope. None: not known of this scope (no median of nothing, no territory of an order).

    `counted_at`: up to when everything is counted; None while nothing ever was.
    """

    scope: Scope
    values: Mapping[Measure, int | None]
    counted_at: datetime | None


@dataclass(frozen=True, slots=True)
class CutRow:
    """One month, territory, operator, funder, public or service. `label` is its own name; empty for what doors have words for."""

    key: str
    label: str
    values: Mapping[Measure, int | None]


@dataclass(frozen=True, slots=True)
class CutTable:
    """Measures of one scope, cut by one thing."""

    by: Cut
    scope: Scope
    measures: tuple[Measure, ...]
    rows: tuple[CutRow, ...]
    counted_at: datetime | None


def watermark() -> Watermark | None:
    """Up to where everything is counted; None before the first counting."""
    found = FigureBuild.objects.filter(is_current=True).values_list("id", "xid", "counted_at").first()
    return Watermark(*found) if found else None


def measured(scope: Scope, *, at: datetime, measures: Collection[Measure] = tuple(Measure), mark: Watermark | None = None) -> Measured:
    """Every measure of a scope. Units: see DEFINITIONS. `mark`: a watermark already read, for a page that asks many things. Raises: ScopeWrong."""
    mark = mark or watermark()
    wanted = tuple(measures)
    sums = _summed(scope, None, wanted, mark).get("", Sums()) if mark else Sums()
    return Measured(scope, _values(sums, wanted, scope, None), mark.counted_at if mark else None)


def cut(by: Cut, scope: Scope, *, measures: Sequence[Measure], at: datetime, mark: Watermark | None = None) -> CutTable:
    """Measures of a scope cut by one thing; rows in order of month, else the largest first. Units: see DEFINITIONS. `mark`: as `measured`.

    A row for a territory nobody knows has an empty key. Raises: ScopeWrong (a measure that is not cut so, a territory that is none).
    """
    wanted = tuple(measures)
    for measure in wanted:
        if by not in DEFINITIONS[measure].cuts:
            raise ScopeWrong(field="measures")
    mark = mark or watermark()
    summed = _summed(scope, by, wanted, mark) if mark else {}
    if by is Cut.OPERATOR:
        summed = _by_operator(summed)
    labels = _labels(by, summed)
    rows = [CutRow(key, labels.get(key, ""), _values(sums, wanted, scope, by)) for key, sums in summed.items()]
    if by is Cut.MONTH:
        rows.sort(key=lambda row: row.key)
    else:
        rows.sort(key=lambda row: (row.key == "", *(-(row.values[each] or 0) for each in wanted[:1]), row.label.casefold(), row.key))
    return CutTable(by, scope, wanted, tuple(rows), mark.counted_at if mark else None)


def delays(scope: Scope, measure: Measure, *, at: datetime) -> dict[int, int]:
    """How many people, or vouchers, waited each number of days: the histogram behind a median. Raises: ScopeWrong."""
    if measure not in DELAYS:
        raise ScopeWrong(field="measure")
    mark = watermark()
    sums = _summed(scope, None, (measure,), mark).get("", Sums()) if mark else Sums()
    return {days: count for days, count in sorted(sums.delays[measure].items()) if count}


def _summed(scope: Scope, by: Cut | None, wanted: Sequence[Measure], mark: Watermark) -> dict[str, Sums]:
    programme_ids = _programmes(scope)
    if scope.organisation_id is not None or scope.place_id is not None or (scope.funder_id is not None and by in (Cut.SERVICE, Cut.PUBLIC)):
        if scope.area.level is not AreaLevel.NATION or by in AREA_CUTS:
            raise ScopeWrong(field="area")
        return fine(scope, by, wanted, build_id=mark.build_id, programme_ids=programme_ids)
    level = scope.area.level if by is None else AREA_CUTS.get(by, scope.area.level)
    codes = _codes(scope.area, level) if by in AREA_CUTS else None if scope.area.level is AreaLevel.NATION else [scope.area.code]
    return coarse(scope, by, wanted, build_id=mark.build_id, programme_ids=programme_ids, level=level, codes=codes)


def _programmes(scope: Scope) -> tuple[int, ...] | None:
    if scope.operator_id is None:
        return scope.programme_ids
    run = [each.id for each in funding.programmes_of_operator(scope.operator_id)]
    return tuple(each for each in run if scope.programme_ids is None or each in scope.programme_ids)


def _codes(area: Area, level: AreaLevel) -> list[str] | None:
    """The codes of the territories of a level that `area` holds; None: all of them."""
    if area.level is AreaLevel.NATION:
        return None
    named = places.area(area.level, area.code)
    if level is AreaLevel.COMMUNE:
        return sorted(places.atlas().communes_of(named))
    return [each.code for each in places.atlas().inside(named, level)]


def _by_operator(summed: Mapping[str, Sums]) -> dict[str, Sums]:
    operators = {str(each.id): str(each.operator_id) for each in funding.programmes([int(key) for key in summed])}
    found: dict[str, Sums] = {}
    for key, sums in summed.items():
        found.setdefault(operators.get(key, ""), Sums()).take(sums)
    return found


def _labels(by: Cut, keys: Iterable[str]) -> dict[str, str]:
    known = [key for key in keys if key]
    if by in AREA_CUTS:
        named = {key: places.atlas().area(AREA_CUTS[by], key) for key in known}
        return {key: found.name for key, found in named.items() if found is not None}
    if by in (Cut.OPERATOR, Cut.FUNDER):
        cards = parties.organisations(int(key) for key in known)
        return {str(number): card.name for number, card in cards.items()}
    return {}


def _values(sums: Sums, wanted: Iterable[Measure], scope: Scope, by: Cut | None) -> dict[Measure, int | None]:
    placed = scope.area.level is not AreaLevel.NATION or by in AREA_CUTS
    return {each: None if placed and Cut.COMMUNE not in DEFINITIONS[each].cuts else sums.value(each) for each in wanted}
