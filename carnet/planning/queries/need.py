"""Where vouchers are needed: communes and their neighbourhoods, component by component, each with its vintage and its source.

Loaded by its own name: travel times need numpy. Everything read here is open data. The reference of the shares is the départements the communes
are in: 100 is what is usual around.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite

from django.db.models import Count, Max

from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.observatory.queries import reach as observatory
from carnet.observatory.rules.indicators import Indicator, Known
from carnet.observatory.rules.reach import Figures, Told, people_in_need_of
from carnet.parties.rules import check_may
from carnet.places import queries as places
from carnet.places.rules.geography import Commune
from carnet.planning.models import AreaFigure, Neighbourhood
from carnet.planning.queries.gaps import distance_to_place
from carnet.planning.rules.area_files import SHARE_OF
from carnet.planning.rules.need import (
    UNKNOWN,
    AreaNeed,
    CommuneNeed,
    Component,
    References,
    Share,
    Weights,
    compared,
    doubt,
    references,
    score,
)
from carnet.planning.rules.shares import alternatives, from_commune, shares

# Who says how far a place is: Carnet itself, from its own directory.
DIRECTORY = "Annuaire de Carnet"


@dataclass(frozen=True, slots=True)
class Imported:
    """What is here of one indicator of areas and one vintage: how many areas, how many of them secret or missing."""

    indicator: str
    vintage: int
    areas: int
    untold: int
    source: str
    imported_at: datetime


def need_of(communes: Iterable[str], *, weights: Weights, at: datetime) -> tuple[CommuneNeed, ...]:
    """The need of some communes (INSEE codes), in the order given, against the départements they are in; unknown codes are left out.

    A code of a commune that is no more, or of a district, is its commune's of today, once. Scores and estimates are floats, rounded only when
    they are shown.
    """
    wanted = _communes(communes)
    around = _around(wanted)
    measured = _shares_of(around, at)
    people = _people(measured.figures, around)
    reference = references((people[each.code], measured.told[each.code]) for each in around)
    return tuple(_need(each, measured, people, reference, weights) for each in wanted)


def neighbourhoods_of(commune_code: str, *, weights: Weights, at: datetime) -> tuple[AreaNeed, ...]:
    """The need of the neighbourhoods (IRIS) of a commune, by code; none when no file cut it in two or more.

    They are compared with the same reference as communes. What their files leave out is the commune's, and says so (`is_lent`).
    """
    rows = list(Neighbourhood.objects.filter(commune_code=commune_code).order_by("code").values_list("code", "name"))
    found = places.commune(commune_code)
    if len(rows) < 2 or found is None:
        return ()
    around = _around((found,))
    measured = _shares_of(around, at)
    people = _people(measured.figures, around)
    reference = references((people[each.code], measured.told[each.code]) for each in around)
    told = _area_figures([code for code, _name in rows])
    return tuple(
        _neighbourhood(code, name, commune_code, told, shares(measured.told[found.code]), reference, weights) for code, name in rows
    )


def imported_areas(*, actor: Actor) -> tuple[Imported, ...]:
    """What was read of files of neighbourhoods, of network cover and of distances, the latest first. Raises: NotAllowed."""
    check_may(actor, "planning.see-need")
    rows = (
        AreaFigure.objects.order_by()
        .values("indicator", "vintage")
        .annotate(areas=Count("id"), told=Count("value"), source=Max("source"), latest=Max("imported_at"))
    )
    found = [
        Imported(row["indicator"], row["vintage"], row["areas"], row["areas"] - row["told"], row["source"], row["latest"]) for row in rows
    ]
    return tuple(sorted(found, key=lambda each: (-each.vintage, each.indicator)))


@dataclass(frozen=True, slots=True)
class _Measured:
    figures: Mapping[str, Figures]
    told: Mapping[str, Mapping[Component, Sequence[Share]]]


def _communes(codes: Iterable[str]) -> tuple[Commune, ...]:
    found = (places.commune(code) for code in codes)
    return tuple({each.code: each for each in found if each is not None}.values())


def _around(wanted: Sequence[Commune]) -> tuple[Commune, ...]:
    """Every commune of the départements of some communes."""
    return _communes(sorted(places.territory(sorted({each.department for each in wanted}))))


def _shares_of(communes: Sequence[Commune], at: datetime) -> _Measured:
    codes = [each.code for each in communes]
    figures = observatory.told_of(codes)
    areas = _area_figures(codes)
    minutes = _minutes_to_a_place(codes, at)
    found = {}
    for each in communes:
        others = {**_other_shares(areas.get(each.code, {})), Component.PLACE: minutes[each.code]}
        found[each.code] = alternatives(figures.get(each.code, {}), others)
    return _Measured(figures, found)


def _minutes_to_a_place(codes: Sequence[str], at: datetime) -> dict[str, Share]:
    """Minutes by car to the nearest place of the directory on that day; unknown without a point, without a place, or beyond 100 km."""
    found = {}
    for code, told in distance_to_place(codes, at=at).items():
        is_known = told is not None and isfinite(told[1])
        found[code] = Share(told[1], Known.VALUE, legal_day(at).year, DIRECTORY) if told is not None and is_known else UNKNOWN
    return found


def _people(figures: Mapping[str, Figures], communes: Sequence[Commune]) -> dict[str, int]:
    """The inhabitants of each commune: of the latest census read, else of the file of communes."""
    return {each.code: _population(figures.get(each.code, {})) or each.population for each in communes}


def _population(figures: Figures) -> int | None:
    counted = figures.get(Indicator.POP, {})
    latest = max(counted, default=None)
    value = counted[latest].value if latest is not None else None
    return None if value is None else round(value)


def _need(
    each: Commune,
    measured: _Measured,
    people: Mapping[str, int],
    reference: References,
    weights: Weights,
) -> AreaNeed:
    estimate = people_in_need_of(measured.figures.get(each.code, {}), population=each.population).whole
    components = compared(shares(measured.told[each.code]), reference)
    points = {component: value.points for component, value in components.items()}
    detail = score(points, weights)
    lat, lon = each.point or (None, None)
    return AreaNeed(each.code, each.name, each.code, people[each.code], lon, lat, estimate, components, detail, doubt(points, detail.value))


def _neighbourhood(
    code: str,
    name: str,
    commune_code: str,
    told: Mapping[str, Mapping[str, Mapping[int, Told]]],
    commune: Mapping[Component, Share],
    reference: References,
    weights: Weights,
) -> AreaNeed:
    rows = told.get(code, {})
    figures = {Indicator(key): by_vintage for key, by_vintage in rows.items() if key in Indicator.__members__}
    population = _population(figures) or 0
    components = compared(from_commune(shares(alternatives(figures, _other_shares(rows))), commune), reference)
    points = {component: value.points for component, value in components.items()}
    detail = score(points, weights)
    estimate = people_in_need_of(figures, population=population).whole
    return AreaNeed(code, name, commune_code, population, None, None, estimate, components, detail, doubt(points, detail.value))


def _area_figures(codes: Sequence[str]) -> dict[str, dict[str, dict[int, Told]]]:
    found: dict[str, dict[str, dict[int, Told]]] = {}
    rows = AreaFigure.objects.filter(area_code__in=codes)
    for code, indicator, vintage, value, known, source in rows.values_list("area_code", "indicator", "vintage", "value", "known", "source"):
        found.setdefault(code, {}).setdefault(indicator, {})[vintage] = Told(value, Known(known), source)
    return found


def _other_shares(rows: Mapping[str, Mapping[int, Told]]) -> dict[Component, Share]:
    """The components that a file gives as a share already, of their latest vintage."""
    found = {}
    for indicator, component in SHARE_OF.items():
        by_vintage = rows.get(indicator.value, {})
        vintage = max(by_vintage, default=None)
        if vintage is not None:
            told = by_vintage[vintage]
            found[component] = Share(None if told.value is None else float(told.value), told.known, vintage, told.source)
    return found
