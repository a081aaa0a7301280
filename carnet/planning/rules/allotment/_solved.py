"""What a solver answers: the allotment, the proof, and what each guarantee costs."""

from dataclasses import dataclass

from carnet.planning.rules.allotment._checking import Breach
from carnet.planning.rules.allotment._words import Allotment, Guarantee


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a search is. `guarantee`: the one whose cost is being counted, or None for the plan itself. `gap`: None before any allotment is found."""

    seconds: float
    guarantee: Guarantee | None
    worth: int | None
    bound: int | None
    gap: float | None


@dataclass(frozen=True, slots=True)
class ConstraintCost:
    """What one guarantee costs: the plan solved again without it, less the plan. Never a dual price.

    `extended`: the budget (or the number of booklets) is not taken away but made a tenth larger. `covered` in hundredths of a point, `minutes`, `cents`
    and `booklets` are differences; `within`: how far `covered` less the price of the minutes may be from the exact difference, both searches' slack.
    `is_found`: False when time ran out before the plan without it was found.
    """

    guarantee: Guarantee
    extended: bool
    covered: int
    minutes: int
    cents: int
    booklets: int
    within: int
    is_found: bool = True


@dataclass(frozen=True, slots=True)
class Solved:
    """`bound`: no allotment is worth more (hundredths of a point, minutes' price taken away). `gap`: (bound - worth) / worth; 0.0 when it is the best.

    `is_proved`: the gap is within what was asked. `whole_cost`: what whole booklets cost against fractions of them, at most.
    """

    allotment: Allotment
    worth: int
    bound: int
    gap: float
    seconds: float
    is_proved: bool
    constraint_costs: tuple[ConstraintCost, ...] = ()
    version: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """One method beside the others, on the same desks, seats and limits, with its best routes. `breaches`: the guarantees it does not keep."""

    allotment: Allotment
    breaches: tuple[Breach, ...]
    worth: int
