"""Money as whole cents, and the two ways of sharing it without losing one.

``Euros.split`` shares one amount at once; ``cumulative_split`` shares a long run of equal amounts so
that any prefix of the run is within a cent of the weights and the whole run is exact.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from carnet.kernel.refusals import Refusal


class WeightsInvalid(Refusal):
    """Weights are missing, negative, or all zero."""

    code = "weights-invalid"


@dataclass(frozen=True, slots=True, order=True)
class Euros:
    """An amount of euros. Unit: whole cents, signed."""

    cents: int

    def __post_init__(self) -> None:
        if isinstance(self.cents, bool) or not isinstance(self.cents, int):
            raise TypeError(f"cents must be an int, not {type(self.cents).__name__}")

    def __add__(self, other: "Euros") -> "Euros":
        return Euros(self.cents + other.cents)

    def __sub__(self, other: "Euros") -> "Euros":
        return Euros(self.cents - other.cents)

    def __neg__(self) -> "Euros":
        return Euros(-self.cents)

    def __mul__(self, times: int) -> "Euros":
        return Euros(self.cents * times)

    __rmul__ = __mul__

    def split(self, weights: Sequence[int]) -> tuple["Euros", ...]:
        """Share this amount in proportion to `weights` (non-negative integers), to the cent.

        The odd cents go to the first shares in order: each share is the difference of two cumulative
        floors, so the shares always sum to the amount.

        Raises: WeightsInvalid.
        """
        shares: list[Euros] = []
        reached = 0
        for bound in _bounds(self.cents, weights):
            shares.append(Euros(bound - reached))
            reached = bound
        return tuple(shares)


def cumulative_split(*, each_cents: int, count: int, weights: Sequence[int], first: int = 0) -> Iterator[tuple[int, ...]]:
    """Share `count` equal amounts of `each_cents`, one after the other, by cumulative floors.

    `first` is the rank of the first amount wanted, so that a long run can be taken up in the middle.

    Yields one tuple of cents per amount, in order; each sums to `each_cents`. After any number of
    amounts every funder has borne its exact share within one cent; if `weights` are cents summing to
    ``each_cents * count`` the whole run gives each funder exactly its weight.

    Raises: WeightsInvalid.
    """
    total_weight = _checked_total(weights)
    cumulative_weights = _running(weights)
    previous = _floors(each_cents * first, cumulative_weights, total_weight)
    for rank in range(first + 1, first + count + 1):
        current = _floors(each_cents * rank, cumulative_weights, total_weight)
        yield tuple(now - before for now, before in zip(current, previous, strict=True))
        previous = current


def _floors(reached: int, cumulative_weights: Sequence[int], total_weight: int) -> list[int]:
    bounds = [reached * weight // total_weight for weight in cumulative_weights]
    return [bound - (bounds[i - 1] if i else 0) for i, bound in enumerate(bounds)]


def _bounds(cents: int, weights: Sequence[int]) -> list[int]:
    total_weight = _checked_total(weights)
    sign = -1 if cents < 0 else 1
    # The first shares take the odd cents: cumulative ceilings are floors of the negated amount.
    return [sign * -(-abs(cents) * weight // total_weight) for weight in _running(weights)]


def _running(weights: Sequence[int]) -> list[int]:
    totals: list[int] = []
    reached = 0
    for weight in weights:
        reached += weight
        totals.append(reached)
    return totals


def _checked_total(weights: Sequence[int]) -> int:
    if not weights or any(weight < 0 for weight in weights) or sum(weights) == 0:
        raise WeightsInvalid(weights=list(weights))
    return sum(weights)
