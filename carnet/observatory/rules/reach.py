"""How many people in need a territory reaches: an estimate, never a count, with its method and its bounds. Pure; estimates are floats.

*People in need* are people of 15 and over in illectronism: they did not use the internet in the year, or lack every basic skill. Nobody counts
them commune by commune. Three ways, the best that the data of a commune allow:

1. *By age* (INSEE's age bands are imported): inhabitants of each band, times the national part of that band in illectronism. A commune is not
   the nation: a fifth is taken off and added.
2. *By seniors* (inhabitants of 65 and over are imported, the bands are not): the same, with what is not known left between its bounds.
3. *By population* (nothing is imported): inhabitants of the file of communes, the part that is 15 and over, and the national part in
   illectronism; the bounds are the least and the most that INSEE published for a kind of area.

Sources: docs/sources/insee.md#need. What is shown keeps two digits: the third would be an invention.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from carnet.observatory.rules.indicators import Indicator, Known

# Parts in illectronism, 2019. Source: docs/sources/insee.md#illectronism-2019.
PART_15_44, PART_45_59, PART_60_74, PART_75 = 0.03, 0.09, 0.27, 0.67
PART_15 = 0.165
# The least and the most by kind of area: the largest urban areas, the small poles.
PART_LOW, PART_HIGH = 0.13, 0.24
# Ours, said as such: how far a commune may be from the nation at the same age.
CAUTION = 0.2
# Ours, said as such: the part of the inhabitants that is 15 and over; and the part in illectronism between 15 and 64.
OVER_15 = (0.78, 0.82, 0.86)
PART_15_64 = (0.05, 0.07, 0.10)
DIGITS = 2
# Under so many people in need, a rate would be noise.
LEAST_NEED = 50


class Band(StrEnum):
    """An age band both the desks' ticks and INSEE know."""

    ADULT = "ADULT"
    SIXTIES = "SIXTIES"
    OLDER = "OLDER"


class Method(StrEnum):
    """How an estimate was made."""

    AGES = "AGES"
    SENIORS = "SENIORS"
    POPULATION = "POPULATION"


@dataclass(frozen=True, slots=True)
class Estimate:
    """So many people in need, between two bounds."""

    low: float
    middle: float
    high: float

    def __add__(self, other: "Estimate") -> "Estimate":
        """Both together: bounds are added, because what is wrong here is likely to be wrong there too."""
        return Estimate(self.low + other.low, self.middle + other.middle, self.high + other.high)

    def shown(self) -> tuple[int, int, int]:
        """As it may be written: two digits."""
        return rounded(self.low), rounded(self.middle), rounded(self.high)


NOBODY = Estimate(0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class PeopleInNeed:
    """The people in need of a commune: how it was found, and by age when INSEE's bands are known. `vintage` is None for the population."""

    method: Method
    whole: Estimate
    by_band: Mapping[Band, Estimate]
    vintage: int | None


@dataclass(frozen=True, slots=True)
class Told:
    """One figure as its publisher told it: None when it is secret or missing."""

    value: Decimal | None
    known: Known
    source: str


# By indicator, then by vintage.
Figures = Mapping[Indicator, Mapping[int, Told]]


@dataclass(frozen=True, slots=True)
class Rate:
    """So many for a thousand people in need, between two bounds; two digits."""

    low: float
    middle: float
    high: float


def people_in_need(figures: Mapping[Indicator, Decimal | None], *, population: int, vintage: int | None) -> PeopleInNeed:
    """The best estimate the figures of a commune allow. `figures` of one vintage; None or absent: not known."""
    known = {indicator: float(value) for indicator, value in figures.items() if value is not None}
    older = _older(known)
    young = [known.get(each) for each in (Indicator.POP1529, Indicator.POP3044, Indicator.POP4559, Indicator.POP6074)]
    if older is not None and all(each is not None for each in young):
        ages = [each or 0.0 for each in young]
        by_band = {
            Band.ADULT: _cautious((ages[0] + ages[1]) * PART_15_44 + ages[2] * PART_45_59),
            Band.SIXTIES: _cautious(ages[3] * PART_60_74),
            Band.OLDER: _cautious(older * PART_75),
        }
        return PeopleInNeed(Method.AGES, sum(by_band.values(), NOBODY), by_band, vintage)
    if Indicator.POP in known and Indicator.POP65P in known:
        return PeopleInNeed(Method.SENIORS, _by_seniors(known, older), {}, vintage)
    people = known.get(Indicator.POP, float(population))
    low, middle, high = OVER_15
    whole = Estimate(people * low * PART_LOW, people * middle * PART_15, people * high * PART_HIGH)
    return PeopleInNeed(Method.POPULATION, whole, {}, vintage if Indicator.POP in known else None)


def people_in_need_of(figures: Figures, *, population: int) -> PeopleInNeed:
    """The same, from figures of several vintages: those of the latest census that counts the population."""
    vintage = max(figures.get(Indicator.POP, {}), default=None)
    census = {} if vintage is None else {each: told[vintage].value for each, told in figures.items() if vintage in told}
    return people_in_need(census, population=population, vintage=vintage)


def together(found: Iterable[PeopleInNeed]) -> tuple[Estimate, dict[Band, Estimate], frozenset[Method]]:
    """Several communes: the whole, each band (only when every commune has it), and every method used."""
    listed = list(found)
    whole = sum((each.whole for each in listed), NOBODY)
    methods = frozenset(each.method for each in listed)
    by_band: dict[Band, Estimate] = {}
    if methods == {Method.AGES}:
        by_band = {band: sum((each.by_band[band] for each in listed), NOBODY) for band in Band}
    return whole, by_band, methods


def per_thousand(count: int | None, need: Estimate) -> Rate | None:
    """How many for a thousand people in need. None when the count is hidden, or when so few are in need that it would mean nothing."""
    if count is None or need.middle < LEAST_NEED:
        return None
    return Rate(*(rounded_part(count * 1000 / people) for people in (need.high, need.middle, need.low)))


def rounded(value: float) -> int:
    """A number of people with two digits: 1,234 is written 1,200."""
    return int(rounded_part(value)) if value >= 10 else round(value)


def rounded_part(value: float) -> float:
    """The same, with a decimal below ten."""
    if value <= 0:
        return 0.0
    return float(round(value, DIGITS - 1 - math.floor(math.log10(value)))) if value >= 1 else round(value, 1)


def _cautious(middle: float) -> Estimate:
    return Estimate(middle * (1 - CAUTION), middle, middle * (1 + CAUTION))


def _older(known: Mapping[Indicator, float]) -> float | None:
    if Indicator.POP75P in known:
        return known[Indicator.POP75P]
    if Indicator.POP7589 in known and Indicator.POP90P in known:
        return known[Indicator.POP7589] + known[Indicator.POP90P]
    return None


def _by_seniors(known: Mapping[Indicator, float], older: float | None) -> Estimate:
    """Over 65: at the parts of 60-74 and of 75 and over; between them when nobody says how many are 75. Under 65: between our bounds."""
    people, seniors = known[Indicator.POP], known[Indicator.POP65P]
    if older is None:
        of_seniors = Estimate(seniors * PART_60_74, seniors * (PART_60_74 + PART_75) / 2, seniors * PART_75)
    else:
        of_seniors = _cautious((seniors - older) * PART_60_74 + older * PART_75)
    adults = [max(0.0, people * over_15 - seniors) for over_15 in OVER_15]
    of_adults = Estimate(*(adult * part for adult, part in zip(adults, PART_15_64, strict=True)))
    return of_seniors + of_adults
