"""What an estate would cost, who would pay, and how it compares with the social offers of the market. Whole numbers only.

The same arithmetic serves one set of values and thousands of draws at once: an `int` here may be a column of 64-bit integers there
(`simulation`), so nothing below branches on a value. A test holds both equal. The formulas: docs/connection-study.md#formulas.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from carnet.connectivity.rules.study.assumptions import WHOLE, Choices, Key, Values
from carnet.connectivity.rules.study.estate import Group, StudiedResidence, groups_of

_MINUTES = 60
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Size:
    """What of an estate its cost depends on."""

    residences: int
    dwellings: int
    homes: int  # occupied
    with_fibre: int  # residences
    dwellings_without: int  # dwellings of residences without fibre


@dataclass(frozen=True, slots=True)
class Joined:
    """Homes that take the offer, by what they have today."""

    offline: int  # no connection, because of its price
    difficulty: int  # in difficulty, but connected or held back by something else
    switched: int  # leave another provider

    @property
    def homes(self) -> int:
        """All of them."""
        return self.offline + self.difficulty + self.switched


@dataclass(frozen=True, slots=True)
class Outcome:
    """What it comes to over the months of the study. Unit: whole cents, homes, and months of one home."""

    joined: Joined
    home_months: int
    set_up_cents: int
    monthly_cents: int
    computers_cents: int
    lessons_cents: int
    household_cents: int
    landlord_cents: int
    market_cents: int  # the same homes, the same months, at the price of the market's social offer

    @property
    def connection_cents(self) -> int:
        """The connection alone: what the market's offer is compared with."""
        return self.set_up_cents + self.monthly_cents

    @property
    def total_cents(self) -> int:
        """Connection, computers on loan and lessons."""
        return self.connection_cents + self.computers_cents + self.lessons_cents

    @property
    def left_cents(self) -> int:
        """What is left to the funders once households and the landlord have paid; below zero, what would remain."""
        return self.total_cents - self.household_cents - self.landlord_cents

    @property
    def market_gap_cents(self) -> int:
        """What it would cost to bring the market's offer down to the household's price, for the same homes; never below zero."""
        return _at_least_zero(self.market_cents - self.household_cents)

    @property
    def saved_cents(self) -> int:
        """What the connection costs less than making up the market's price. Below zero: it costs more.

        Computers and lessons are needed either way, so they are on neither side.
        """
        return self.market_gap_cents - (self.connection_cents - self.household_cents)


def size_of(residences: Sequence[StudiedResidence]) -> Size:
    """What of these residences the costs depend on."""
    return Size(
        residences=len(residences),
        dwellings=sum(each.dwellings for each in residences),
        homes=sum(each.occupied for each in residences),
        with_fibre=sum(each.has_fibre for each in residences),
        dwellings_without=sum(each.dwellings for each in residences if not each.has_fibre),
    )


def joined_of(groups: Sequence[Group], values: Values, choices: Choices) -> Joined:
    """Who takes the offer, as expected: exact fractions of homes, rounded once, so that the parts sum to the whole."""
    offline = difficulty = switched = 0  # in 1 / WHOLE**3 of a home
    for group in groups:
        share = difficulty_of(group, values)
        troubled = group.homes * share
        offline += troubled * values[Key.OFFLINE_FOR_COST] * values[Key.JOIN_OFFLINE]
        difficulty += troubled * (WHOLE - values[Key.OFFLINE_FOR_COST]) * values[Key.JOIN_DIFFICULTY]
        switched += group.homes * (WHOLE - share) * values[Key.SWITCH] * WHOLE * choices.is_open_to_all
    bounds = [_rounded(each, WHOLE**3) for each in (offline, offline + difficulty, offline + difficulty + switched)]
    return Joined(bounds[0], bounds[1] - bounds[0], bounds[2] - bounds[1])


def difficulty_of(group: Group, values: Values) -> int:
    """The share in difficulty among the homes of a group, per ten thousand: counted on the spot, or supposed."""
    if group.difficulty is not None:
        return group.difficulty
    found: int = values[Key.DIFFICULTY_PRIORITY if group.is_priority else Key.DIFFICULTY]
    return found


def months_of_one(values: Values, choices: Choices) -> int:
    """For how many months one home that joins is connected, in ten-thousandths of a month.

    Homes join evenly over `RAMP` months; those that leave do so evenly over the years and nobody takes their place.
    """
    total = 0
    for month in range(1, choices.months + 1):
        reached = _at_most(WHOLE * month // values[Key.RAMP], WHOLE)
        stayed = _at_least_zero(WHOLE - values[Key.LEAVE] * (month - 1) // _MONTHS)
        total = total + reached * stayed // WHOLE
    return total


def outcome_of(size: Size, joined: Joined, values: Values, choices: Choices, computers: int | None = None) -> Outcome:
    """What it comes to when `joined` homes take the offer. `computers`: how many are lent; None, as many as expected."""
    homes, factor = joined.homes, months_of_one(values, choices)
    lent = _rounded(homes * values[Key.COMPUTER_SHARE], WHOLE) if computers is None else computers
    return Outcome(
        joined=joined,
        home_months=homes * factor // WHOLE,
        set_up_cents=fixed_set_up(size, values) + homes * values[Key.SET_UP_HOME],
        monthly_cents=fixed_monthly(size, values, choices) + homes * factor * values[Key.MONTH_HOME] // WHOLE,
        computers_cents=lent * values[Key.COMPUTER] * choices.lends_computers,
        lessons_cents=_rounded(homes * values[Key.LESSON_MINUTES] * values[Key.LESSON_HOUR], _MINUTES),
        household_cents=homes * factor * choices.household_cents // WHOLE,
        landlord_cents=homes * factor * choices.landlord_cents // WHOLE,
        market_cents=homes * factor * values[Key.MARKET] // WHOLE,
    )


def fixed_set_up(size: Size, values: Values) -> int:
    """What equipping the residences costs, whoever joins. Unit: cents."""
    found: int = size.with_fibre * values[Key.SET_UP_RESIDENCE] + size.dwellings_without * values[Key.SET_UP_DWELLING]
    return found


def fixed_monthly(size: Size, values: Values, choices: Choices) -> int:
    """What runs every month, whoever joins, over the whole study. Unit: cents."""
    found: int = choices.months * (values[Key.MONTH_FIXED] + size.residences * values[Key.MONTH_RESIDENCE])
    return found


def within(residences: Sequence[StudiedResidence], choices: Choices) -> list[StudiedResidence]:
    """The residences that the offer is for."""
    return [each for each in residences if each.has_fibre or not choices.is_fibre_only]


def expected(residences: Sequence[StudiedResidence], values: Values, choices: Choices) -> Outcome:
    """The outcome of an estate at these values."""
    inside = within(residences, choices)
    return outcome_of(size_of(inside), joined_of(groups_of(inside), values, choices), values, choices)


def by_residence(residences: Sequence[StudiedResidence], values: Values, choices: Choices) -> tuple[int, ...]:
    """The homes expected to join, residence by residence: whole homes that sum to those of the estate; none where the offer is not."""
    shares, reached, total = [], 0, 0
    for each in residences:
        # Rounding the running sum: nobody gets more homes than it has, and the last bound is that of the estate.
        total += _weight(each, values, choices)
        bound = _rounded(total, WHOLE**3)
        shares.append(bound - reached)
        reached = bound
    return tuple(shares)


def _weight(residence: StudiedResidence, values: Values, choices: Choices) -> int:
    """The homes expected of one residence, in 1 / WHOLE**3 of a home."""
    if not within([residence], choices):
        return 0
    group = Group(residence.is_priority, residence.difficulty, residence.occupied)
    share = difficulty_of(group, values)
    troubled = share * (
        values[Key.OFFLINE_FOR_COST] * values[Key.JOIN_OFFLINE] + (WHOLE - values[Key.OFFLINE_FOR_COST]) * values[Key.JOIN_DIFFICULTY]
    )
    switching = (WHOLE - share) * values[Key.SWITCH] * WHOLE * choices.is_open_to_all
    weight: int = residence.occupied * (troubled + switching)
    return weight


def _rounded(count: int, unit: int) -> int:
    """`count` / `unit`, a half upwards. Nothing here is negative."""
    return (2 * count + unit) // (2 * unit)


def _at_most(value: int, most: int) -> int:
    # The least of two, also for a column of them.
    return (value + most - abs(value - most)) // 2


def _at_least_zero(value: int) -> int:
    return (value + abs(value)) // 2
