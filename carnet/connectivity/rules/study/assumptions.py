"""What a study supposes, each with a low, a likely and a high value, and where these come from; and what its author chooses.

Everything is whole: shares per ten thousand, money in cents, time in months or minutes. Whoever recomputes finds the same cents.
Sources: docs/sources/solidarity-connection.md. What no text says is `ASSUMED`, and shown as such.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from carnet.connectivity.rules.study.refusals import AssumptionWrong, ChoiceWrong

WHOLE = 10_000
MONTHS_MAX = 120


class Key(StrEnum):
    """One thing that nobody knows for sure."""

    DIFFICULTY = "difficulty"  # share of homes in difficulty, outside priority districts
    DIFFICULTY_PRIORITY = "difficulty_priority"  # the same in priority districts
    OFFLINE_FOR_COST = "offline_for_cost"  # of those, share without a connection because of its price
    JOIN_OFFLINE = "join_offline"  # of these last, share that takes the offer
    JOIN_DIFFICULTY = "join_difficulty"  # of the others in difficulty, share that takes it
    SWITCH = "switch"  # of all other homes, share that leaves its provider for it
    LEAVE = "leave"  # share of connected homes that leaves within a year
    RAMP = "ramp"  # months until everybody who joins has joined
    SET_UP_RESIDENCE = "set_up_residence"  # to equip a residence that has fibre
    SET_UP_DWELLING = "set_up_dwelling"  # per dwelling, to bring fibre where there is none
    SET_UP_HOME = "set_up_home"  # per home connected: box, visit
    MONTH_HOME = "month_home"  # per home connected and month
    MONTH_RESIDENCE = "month_residence"  # per residence and month
    MONTH_FIXED = "month_fixed"  # per month, whatever the estate: coordination, help
    COMPUTER_SHARE = "computer_share"  # of homes that join, share that borrows a computer
    COMPUTER = "computer"  # one computer, over the whole study
    LESSON_MINUTES = "lesson_minutes"  # help at home or in the residence, per home that joins
    LESSON_HOUR = "lesson_hour"  # one hour of a mediator
    MARKET = "market"  # what a social offer of the market costs a month


class Unit(StrEnum):
    """How a value is written."""

    SHARE = "share"
    CENTS = "cents"
    MONTHS = "months"
    MINUTES = "minutes"


class Origin(StrEnum):
    """Where the likely value comes from."""

    PUBLISHED = "published"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Range:
    """A low, a likely and a high value, in the unit of the assumption."""

    low: int
    likely: int
    high: int


@dataclass(frozen=True, slots=True)
class Assumption:
    """One assumption: its unit, its bounds, its values unless said otherwise, and the anchor of its source."""

    key: Key
    unit: Unit
    most: int
    given: Range
    origin: Origin
    source: str
    year: int
    least: int = 0
    is_take_up: bool = False


def _share(key: Key, low: int, likely: int, high: int, origin: Origin, source: str, year: int) -> Assumption:
    return Assumption(key, Unit.SHARE, WHOLE, Range(low, likely, high), origin, source, year, is_take_up=key in _TAKE_UP)


def _cents(key: Key, low: int, likely: int, high: int, source: str = "assumed-costs", year: int = 2026) -> Assumption:
    return Assumption(key, Unit.CENTS, 100_000_00, Range(low, likely, high), Origin.ASSUMED, source, year)


_TAKE_UP = (Key.DIFFICULTY, Key.DIFFICULTY_PRIORITY, Key.OFFLINE_FOR_COST, Key.JOIN_OFFLINE, Key.JOIN_DIFFICULTY, Key.SWITCH)

ASSUMPTIONS: tuple[Assumption, ...] = (
    _share(Key.DIFFICULTY, 600, 800, 1_000, Origin.PUBLISHED, "nantes-survey-2023", 2023),
    _share(Key.DIFFICULTY_PRIORITY, 900, 1_200, 1_500, Origin.PUBLISHED, "nantes-survey-2023", 2023),
    _share(Key.OFFLINE_FOR_COST, 1_600, 2_100, 2_700, Origin.PUBLISHED, "nantes-survey-2023", 2023),
    _share(Key.JOIN_OFFLINE, 3_300, 6_000, 8_000, Origin.ASSUMED, "take-up-elsewhere", 2023),
    _share(Key.JOIN_DIFFICULTY, 500, 1_500, 3_300, Origin.ASSUMED, "take-up-elsewhere", 2023),
    _share(Key.SWITCH, 0, 500, 2_500, Origin.ASSUMED, "assumed-switching", 2026),
    _share(Key.LEAVE, 500, 1_000, 2_000, Origin.ASSUMED, "assumed-leaving", 2026),
    Assumption(Key.RAMP, Unit.MONTHS, 60, Range(3, 6, 12), Origin.ASSUMED, "assumed-leaving", 2026, least=1),
    _cents(Key.SET_UP_RESIDENCE, 500_00, 1_500_00, 3_000_00),
    _cents(Key.SET_UP_DWELLING, 300_00, 700_00, 1_420_00, "angouleme-2011", 2011),
    _cents(Key.SET_UP_HOME, 60_00, 90_00, 140_00),
    _cents(Key.MONTH_HOME, 7_00, 9_00, 12_00),
    _cents(Key.MONTH_RESIDENCE, 15_00, 25_00, 50_00),
    _cents(Key.MONTH_FIXED, 400_00, 800_00, 1_600_00),
    _share(Key.COMPUTER_SHARE, 1_500, 3_200, 4_500, Origin.PUBLISHED, "insee-1780", 2019),
    _cents(Key.COMPUTER, 150_00, 200_00, 300_00),
    Assumption(Key.LESSON_MINUTES, Unit.MINUTES, 3_000, Range(60, 180, 360), Origin.ASSUMED, "assumed-lessons", 2026),
    _cents(Key.LESSON_HOUR, 30_00, 40_00, 55_00, "assumed-lessons"),
    _cents(Key.MARKET, 12_00, 15_99, 23_00, "market-social-offer"),
)
BY_KEY: Mapping[Key, Assumption] = {each.key: each for each in ASSUMPTIONS}
TAKE_UP = frozenset(_TAKE_UP)


@dataclass(frozen=True, slots=True)
class Choices:
    """What the study's author decides: nothing uncertain here. Money in cents a month for each home connected."""

    household_cents: int = 2_90
    landlord_cents: int = 0
    months: int = 36
    is_open_to_all: bool = True
    lends_computers: bool = True
    is_fibre_only: bool = False  # leave out the residences where fibre would have to be drawn


Ranges = Mapping[Key, Range]
Values = Mapping[Key, Any]  # whole numbers, or columns of them: one draw each

CHOICE_BOUNDS = {"household_cents": (0, 100_00), "landlord_cents": (0, 100_00), "months": (1, MONTHS_MAX)}


def ranges_given() -> dict[Key, Range]:
    """Every assumption as Carnet supposes it unless told otherwise."""
    return {each.key: each.given for each in ASSUMPTIONS}


def check_ranges(ranges: Ranges) -> dict[Key, Range]:
    """Every assumption, those not given as supposed. Raises: AssumptionWrong (the first wrong one)."""
    whole = {**ranges_given(), **ranges}
    for key, values in whole.items():
        known = BY_KEY[key]
        if not known.least <= values.low <= values.likely <= values.high <= known.most:
            raise AssumptionWrong(key=key.value, least=known.least, most=known.most)
    return whole


def check_choices(choices: Choices) -> Choices:
    """The same choices. Raises: ChoiceWrong."""
    for name, (least, most) in CHOICE_BOUNDS.items():
        if not least <= getattr(choices, name) <= most:
            raise ChoiceWrong(key=name, least=least, most=most)
    return choices


def likely_values(ranges: Ranges) -> dict[Key, int]:
    """The likely value of each assumption."""
    return {key: values.likely for key, values in ranges.items()}


def is_changed(key: Key, values: Range) -> bool:
    """Whether somebody said otherwise: its source no longer holds."""
    return values != BY_KEY[key].given
