"""How far vouchers reach the people in need of a territory, by commune and by age; and what INSEE's files say of its communes.

Vouchers handed over are those of the desks of a commune, vouchers used those of its places: nobody's home is known. Counts are those of the
roll-ups; people in need are an estimate (rules.reach), and the two are never added.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Min

from carnet.funding import queries as funding
from carnet.gateways.database import acting_as_everything
from carnet.kernel.actors import Actor
from carnet.observatory import access
from carnet.observatory.models import TerritoryIndicator
from carnet.observatory.queries import _rolled as rolled
from carnet.observatory.queries.figures import watermark
from carnet.observatory.rules import SMALL_COUNT, Cut, Measure, Scope, hide_small
from carnet.observatory.rules.indicators import Indicator, Known
from carnet.observatory.rules.reach import Band, Estimate, Method, PeopleInNeed, Rate, Told, people_in_need, per_thousand, together
from carnet.parties.rules import check_may
from carnet.places import queries as places
from carnet.places.rules.areas import AreaLevel
from carnet.places.rules.geography import folded

# The ages desks tick that make each band, in the words of `distribution.rules.AgeBand`.
_AGES: Mapping[Band, tuple[str, ...]] = {
    Band.ADULT: ("UNDER_26", "FROM_26_TO_59"),
    Band.SIXTIES: ("FROM_60_TO_74",),
    Band.OLDER: ("FROM_75",),
}
_COUNTED = (Measure.PEOPLE, Measure.HANDED_OVER, Measure.USED)
_BY_AGE = (Measure.PEOPLE, Measure.FIRST_USE)


@dataclass(frozen=True, slots=True)
class Reached:
    """One commune, or the whole territory: estimated people in need, vouchers handed over and used, and how many for a thousand in need.

    `handed_over` and `used` are None when they are hidden: fewer than five people, or what would give them back by subtraction.
    """

    code: str
    name: str
    population: int
    need: Estimate
    methods: frozenset[Method]
    people: int | None
    handed_over: int | None
    used: int | None
    handed_rate: Rate | None
    used_rate: Rate | None


@dataclass(frozen=True, slots=True)
class ReachedBand:
    """One age band: people in need, people served by desks, those of them who used a voucher; both by the age ticked at the desk."""

    band: Band
    need: Estimate | None
    people: int | None
    users: int | None
    people_rate: Rate | None
    users_rate: Rate | None


@dataclass(frozen=True, slots=True)
class ReachView:
    """The reach of a territory. `vintages`: years of INSEE's figures that were used; `counted_at`: up to when vouchers are counted."""

    name: str
    whole: Reached
    communes: tuple[Reached, ...]
    bands: tuple[ReachedBand, ...]
    vintages: tuple[int, ...]
    sources: tuple[str, ...]
    counted_at: datetime | None
    hidden: int


@dataclass(frozen=True, slots=True)
class Imported:
    """What is here of one indicator and one vintage. `secret`: communes whose figure is a statistical secret or not available."""

    indicator: Indicator
    vintage: int
    communes: int
    secret: int
    source: str
    imported_at: datetime


def reach(*, actor: Actor, territory_id: int, since: date | None = None, until: date | None = None, at: datetime) -> ReachView:
    """The reach of a territory one has a part in; `since` and `until` (excluded) are first days of months. Raises: NotAllowed, TerritoryUnknown."""
    row = access.seen_territory(actor, territory_id)
    return reach_of(row.name, tuple(row.commune_codes), since=since, until=until)


def reach_of(name: str, commune_codes: Sequence[str], *, since: date | None = None, until: date | None = None) -> ReachView:
    """The reach of some communes, from everything counted there, whoever paid."""
    gazetteer = places.gazetteer()
    communes = [found for code in commune_codes if (found := gazetteer.by_code(code)) is not None]
    figures, vintages, sources = _figures([each.code for each in communes])
    needs = {
        each.code: people_in_need(
            {indicator: value for indicator, (_year, value) in figures.get(each.code, {}).items()},
            population=each.population,
            vintage=max((year for year, _value in figures.get(each.code, {}).values()), default=None),
        )
        for each in communes
    }
    counted, by_age, counted_at = _counted([each.code for each in communes], since, until)
    people = hide_small({code: values[Measure.PEOPLE] for code, values in counted.items()})
    rows = [_reached(each.code, each.name, each.population, needs[each.code], counted.get(each.code, {}), people) for each in communes]
    total: dict[Measure, int] = {measure: sum(values[measure] for values in counted.values()) for measure in _COUNTED}
    whole_need, by_band, methods = together(needs.values())
    is_small = 0 < total[Measure.PEOPLE] < SMALL_COUNT
    whole = Reached(
        "",
        name,
        sum(each.population for each in communes),
        whole_need,
        methods,
        None if is_small else total[Measure.PEOPLE],
        None if is_small else total[Measure.HANDED_OVER],
        total[Measure.USED],
        per_thousand(None if is_small else total[Measure.HANDED_OVER], whole_need),
        per_thousand(total[Measure.USED], whole_need),
    )
    return ReachView(
        name=name,
        whole=whole,
        communes=tuple(sorted(rows, key=lambda each: (-each.need.middle, folded(each.name), each.code))),
        bands=_bands(by_age, by_band),
        vintages=vintages,
        sources=sources,
        counted_at=counted_at,
        hidden=sum(1 for each in rows if each.people is None),
    )


def imported(*, actor: Actor) -> list[Imported]:
    """What was read of INSEE's files, by indicator and vintage, the latest first. Raises: NotAllowed."""
    check_may(actor, "observatory.import-indicators")
    rows = (
        TerritoryIndicator.objects.order_by()
        .values("indicator", "vintage")
        .annotate(communes=Count("id"), told=Count("value"), source=Max("source"), latest=Max("imported_at"))
    )
    found = [
        Imported(Indicator(row["indicator"]), row["vintage"], row["communes"], row["communes"] - row["told"], row["source"], row["latest"])
        for row in rows
    ]
    return sorted(found, key=lambda each: (-each.vintage, list(Indicator).index(each.indicator)))


def indicators_of(commune_codes: Iterable[str]) -> dict[str, dict[Indicator, tuple[int, Decimal | None]]]:
    """The latest vintage of each indicator of each commune: (vintage, value; None when it is secret or not available)."""
    found, _vintages, _sources = _figures(list(commune_codes))
    return found


def told_of(commune_codes: Iterable[str]) -> dict[str, dict[Indicator, dict[int, Told]]]:
    """Every figure of each commune, by indicator and vintage, with who published it; a secret stays a secret. One statement."""
    found: dict[str, dict[Indicator, dict[int, Told]]] = {}
    rows = TerritoryIndicator.objects.filter(commune_code__in=list(commune_codes))
    for code, indicator, vintage, value, known, source in rows.values_list(
        "commune_code", "indicator", "vintage", "value", "known", "source"
    ):
        found.setdefault(code, {}).setdefault(Indicator(indicator), {})[vintage] = Told(value, Known(known), source)
    return found


def oldest_vintage() -> int | None:
    """The oldest year there is; None before the first import."""
    year: int | None = TerritoryIndicator.objects.aggregate(Min("vintage"))["vintage__min"]
    return year


def _figures(codes: Sequence[str]) -> tuple[dict[str, dict[Indicator, tuple[int, Decimal | None]]], tuple[int, ...], tuple[str, ...]]:
    """Of each commune, each indicator of the latest vintage of the census it has, so that ages and population are of one year."""
    rows = TerritoryIndicator.objects.filter(commune_code__in=codes).order_by("commune_code", "indicator", "-vintage")
    found: dict[str, dict[Indicator, tuple[int, Decimal | None]]] = {}
    vintages, sources = set(), set()
    for code, indicator, vintage, value, source in rows.values_list("commune_code", "indicator", "vintage", "value", "source"):
        known = found.setdefault(code, {})
        if Indicator(indicator) not in known:
            known[Indicator(indicator)] = (vintage, value)
            vintages.add(vintage)
            sources.add(source)
    for code, known in found.items():
        year = known.get(Indicator.POP, (None, None))[0]
        if year is not None:
            found[code] = {each: told for each, told in known.items() if told[0] == year or not each.value.startswith("POP")}
    return found, tuple(sorted(vintages)), tuple(sorted(sources))


def _counted(
    codes: list[str], since: date | None, until: date | None
) -> tuple[dict[str, dict[Measure, int]], dict[Band, dict[Measure, int]], datetime | None]:
    by_age: dict[Band, dict[Measure, int]] = {band: dict.fromkeys(_BY_AGE, 0) for band in Band}
    with acting_as_everything(why="figures of a territory, whoever paid"):
        mark = watermark()
        if mark is None:
            return {}, by_age, None
        scope = Scope(since=since, until=until)
        asked: dict[str, Any] = {
            "build_id": mark.build_id, "programme_ids": _programmes(), "level": AreaLevel.COMMUNE, "codes": codes,
        }  # fmt: skip
        communes = rolled.coarse(scope, Cut.COMMUNE, _COUNTED, **asked)
        publics = rolled.coarse(scope, Cut.PUBLIC, _BY_AGE, **asked)
    for key, sums in publics.items():
        for band, ages in _AGES.items():
            if key.partition("=")[2] in ages:
                for measure in by_age[band]:
                    by_age[band][measure] += sums.counts[measure]
    return {code: {measure: sums.counts[measure] for measure in _COUNTED} for code, sums in communes.items()}, by_age, mark.counted_at


def _programmes() -> tuple[int, ...]:
    """Real programmes; simulated ones only where there is nothing else, as in a demonstration."""
    every = funding.programmes()
    real = tuple(each.id for each in every if not each.is_simulated)
    return real or tuple(each.id for each in every)


def _reached(
    code: str, name: str, population: int, need: PeopleInNeed, values: Mapping[Measure, int], people: Mapping[str, int | None]
) -> Reached:  # fmt: skip
    served = people.get(code, 0)
    handed = None if served is None else values.get(Measure.HANDED_OVER, 0)
    used: int | None = values.get(Measure.USED, 0)
    if 0 < (used or 0) < SMALL_COUNT:
        used = None
    return Reached(
        code, name, population, need.whole, frozenset({need.method}), served, handed, used, per_thousand(handed, need.whole),
        per_thousand(used, need.whole),
    )  # fmt: skip


def _bands(by_age: Mapping[Band, Mapping[Measure, int]], needs: Mapping[Band, Estimate]) -> tuple[ReachedBand, ...]:
    people, users = (hide_small({band.value: values[measure] for band, values in by_age.items()}) for measure in _BY_AGE)
    found = []
    for band in Band:
        need = needs.get(band)
        served, used = people[band.value], users[band.value]
        rates = [per_thousand(count, need) if need is not None else None for count in (served, used)]
        found.append(ReachedBand(band, need, served, used, rates[0], rates[1]))
    return tuple(found)
