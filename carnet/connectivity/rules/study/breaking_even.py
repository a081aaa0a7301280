"""How many homes have to join for the connection to cost no more than making up the price of the market's social offer.

`n` homes: fixed + n·set-up + n·k·month  ≤  n·k·max(market, household), where k is for how many months one home is connected.
Solved exactly in whole numbers: ceil(10,000·fixed / (k·(max(market, household) − month) − 10,000·set-up)).
"""

from dataclasses import dataclass

from carnet.connectivity.rules.study.assumptions import WHOLE, Choices, Key, Values
from carnet.connectivity.rules.study.outcome import Outcome, Size, fixed_monthly, fixed_set_up, months_of_one


@dataclass(frozen=True, slots=True)
class BreakEven:
    """`homes`: the least that must join; None: however many join, the market's offer costs less. `of`: the occupied homes there are."""

    homes: int | None
    of: int

    @property
    def is_within(self) -> bool:
        """Whether the estate has that many homes."""
        return self.homes is not None and self.homes <= self.of


def break_even(size: Size, values: Values, choices: Choices) -> BreakEven:
    """The least number of homes from which the connection costs no more than the market's offer."""
    fixed = fixed_set_up(size, values) + fixed_monthly(size, values, choices)
    gained = margin(values, choices)
    if gained <= 0:
        return BreakEven(0 if fixed == 0 and gained == 0 else None, size.homes)
    return BreakEven(-(-WHOLE * fixed // gained), size.homes)


def margin(values: Values, choices: Choices) -> int:
    """What each home that joins saves, in ten-thousandths of a cent; below zero, what it costs more."""
    price = (values[Key.MARKET] + choices.household_cents + abs(values[Key.MARKET] - choices.household_cents)) // 2
    found: int = months_of_one(values, choices) * (price - values[Key.MONTH_HOME]) - WHOLE * values[Key.SET_UP_HOME]
    return found


def cost_of_a_month(found: Outcome) -> int | None:
    """What one home connected for one month comes to, everything shared out, in cents; None: nobody joins.

    It is also the price below which the market's offer would cost less.
    """
    return -(-found.connection_cents // found.home_months) if found.home_months else None
