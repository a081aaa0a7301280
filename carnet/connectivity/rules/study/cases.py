"""What Nantes and Brest published about their connections, and what those figures come to. No more than they say: the rest is unknown.

Sources: docs/sources/solidarity-connection.md#nantes-2022, #nantes-2024, #nantes-survey-2023, #brest-2023.
"""

from dataclasses import dataclass

from carnet.connectivity.rules.study.assumptions import WHOLE, Choices
from carnet.connectivity.rules.study.estate import StudiedResidence


@dataclass(frozen=True, slots=True)
class Case:
    """A published case. None: nobody said it. `price_cents`: a month, for the household. `months`: how long it was announced for."""

    key: str
    year: int
    homes: int
    price_cents: int | None
    months: int | None
    grant_cents: int | None
    megabits: int | None
    source: str
    is_priority: bool
    is_collective: bool = False  # every home of the residence pays, whether it makes use of it or not


NANTES_2022 = Case("nantes-2022", 2022, 200, 0, None, None, None, "nantes-2022", False)
PORT_BOYER = Case("port-boyer", 2024, 1_000, 2_90, 18, 750_000_00, 10, "nantes-2024", True)
# Every home of the residence pays it with its charges, after a vote of the tenants.
BREST = Case("brest", 2023, 10_000, 1_24, None, None, None, "brest-2023", True, is_collective=True)
CASES = (NANTES_2022, PORT_BOYER, BREST)

# The survey of June 2023, per ten thousand: in difficulty, in difficulty in priority districts, and of these offline because of the price.
IN_DIFFICULTY, IN_DIFFICULTY_PRIORITY, OFFLINE_FOR_COST = 800, 1_200, 2_100
# A residence of the worked examples: how many there are was not published.
_DWELLINGS_OF_ONE = 50


@dataclass(frozen=True, slots=True)
class Reading:
    """What the published figures of a case come to. Homes are rounded to the nearest; cents, up. None where a figure is missing."""

    in_difficulty: int
    offline_for_cost: int
    grant_of_a_home: int | None
    grant_of_a_month: int | None  # per home and month, if every home had joined
    grant_of_one_in_difficulty: int | None  # if those in difficulty alone had joined
    grant_of_one_offline: int | None  # if those offline because of the price alone had joined
    paid_by_households: int | None  # over its months, if every home had joined
    price_of_one_in_difficulty: int | None  # a month, where all homes pay, if those in difficulty alone make use of it
    homes_to_break_even: int | None  # homes for which making up the market's price would cost as much as the grant


def read(case: Case, market_cents: int) -> Reading:
    """What a case comes to, beside a social offer of the market at `market_cents` a month."""
    share = IN_DIFFICULTY_PRIORITY if case.is_priority else IN_DIFFICULTY
    troubled, offline = _nearest(case.homes * share, WHOLE), _nearest(case.homes * share * OFFLINE_FOR_COST, WHOLE**2)
    gap = None if case.price_cents is None else max(0, market_cents - case.price_cents)
    return Reading(
        in_difficulty=troubled,
        offline_for_cost=offline,
        grant_of_a_home=_up(case.grant_cents, case.homes),
        grant_of_a_month=_up(case.grant_cents, case.homes * case.months) if case.months else None,
        grant_of_one_in_difficulty=_up(case.grant_cents, troubled),
        grant_of_one_offline=_up(case.grant_cents, offline),
        paid_by_households=case.homes * case.months * case.price_cents if case.months and case.price_cents is not None else None,
        price_of_one_in_difficulty=_up(case.homes * case.price_cents, troubled) if case.is_collective and case.price_cents else None,
        homes_to_break_even=_up(case.grant_cents, case.months * gap) if case.months and gap else None,
    )


def months_to_break_even(case: Case, market_cents: int) -> int | None:
    """Over how many months the grant costs no more than making up the market's price, if every home joins; None: not said, or never."""
    gap = None if case.price_cents is None else market_cents - case.price_cents
    return _up(case.grant_cents, case.homes * gap) if gap and gap > 0 else None


def estate_of(case: Case) -> tuple[StudiedResidence, ...]:
    """The homes of a case as an estate: residences of fifty homes with fibre, which is supposed."""
    count = -(-case.homes // _DWELLINGS_OF_ONE)
    homes = [case.homes * (rank + 1) // count - case.homes * rank // count for rank in range(count)]
    return tuple(
        StudiedResidence(f"{rank}", "44109", dwellings, dwellings, has_fibre=True, is_priority=case.is_priority)
        for rank, dwellings in enumerate(homes, 1)
    )


def choices_of(case: Case) -> Choices:
    """What its authors chose, as far as it was said; three years where no end was."""
    return Choices(household_cents=case.price_cents or 0, months=case.months or 36)


def _nearest(count: int, unit: int) -> int:
    return (2 * count + unit) // (2 * unit)


def _up(cents: int | None, parts: int) -> int | None:
    return -(-cents // parts) if cents is not None and parts else None
