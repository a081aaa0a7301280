"""Randomisation inference: what chance alone would have shown, had the draw given another result.

A difference is compared with those of every other draw that could have been (all of them when few, else a fixed number from a seed).
Interval: the constant effects that the same test does not reject. Nothing is supposed of the outcomes.
Source: Fisher, *The Design of Experiments* (1935); Imbens and Rubin, *Causal Inference* (2015), chapter 5; for staggered beginnings, comparisons
within a period only: Thompson, Davey, Fielding, Hargreaves and Hayes, Statistics in Medicine 37 (2018).
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice, product

import numpy as np
from numpy.typing import NDArray

EXACT_MOST = 20_000
LEVEL = 0.05
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tested:
    """A difference, its p-value, the effects the test does not reject; `draws`: how many other draws it was held to; `is_exact`: all of them."""

    effect: float
    p_value: float
    low: float
    high: float
    draws: int
    is_exact: bool


def randomisation_test(begins: Sequence[int], strata: Sequence[str], outcomes: Floats, *, draws: int, seed: str) -> Tested:
    """Test what those who began have over those who waited.

    `begins`: the step of each unit (0: never); `outcomes`: units by periods, NaN where nothing was measured. In period `p` (from 1) a unit
    has begun when its step is between 1 and `p`. Comparisons are within a period and a stratum, summed by what each is worth.
    """
    given = np.asarray(begins, dtype=np.int64)
    codes = np.unique(np.asarray(strata), return_inverse=True)[1]
    begun = _begun(given, outcomes.shape[1])
    count, is_exact = _count(begins, codes)
    effect, unit = (float(_contrasts(given[None, :], codes, outcomes, values)[0]) for values in (outcomes, begun))
    seen, moved = [], []
    for some in _in_hundreds(_every(begins, codes) if is_exact else _some(begins, codes, draws, seed)):
        seen.append(_contrasts(some, codes, outcomes, outcomes))
        moved.append(_contrasts(some, codes, outcomes, begun))
    told, shifts = np.concatenate(seen), np.concatenate(moved)
    keep = ~np.isnan(told) & ~np.isnan(shifts)
    reference = _Reference(effect, unit, told[keep], shifts[keep], is_exact)
    low, high = reference.interval()
    return Tested(effect, reference.p_value(0.0), low, high, count if is_exact else int(keep.sum()), is_exact)


def _contrasts(steps: NDArray[np.int64], codes: NDArray[np.int64], outcomes: Floats, values: Floats) -> Floats:
    """Of each draw (a row of `steps`): those who began less those who wait, of `values`, within each period and stratum."""
    above, weight = np.zeros(len(steps)), np.zeros(len(steps))
    for period in range(outcomes.shape[1]):
        for code in range(int(codes.max()) + 1):
            here = np.flatnonzero((codes == code) & ~np.isnan(outcomes[:, period]))
            if len(here) < 2:
                continue
            first = ((steps[:, here] > 0) & (steps[:, here] <= period + 1)).astype(np.float64)
            told = values[here, period]
            with_it, sums = first.sum(axis=1), first @ told
            without = len(here) - with_it
            worth = np.where((with_it > 0) & (without > 0), with_it * without / len(here), 0.0)
            above += worth * (sums / np.maximum(with_it, 1) - (told.sum() - sums) / np.maximum(without, 1))
            weight += worth
    return np.where(weight > 0, above / np.where(weight > 0, weight, 1.0), math.nan)


def _in_hundreds(draws: Iterator[NDArray[np.int64]]) -> Iterator[NDArray[np.int64]]:
    while some := list(islice(draws, 500)):
        yield np.stack(some)


@dataclass(frozen=True, slots=True)
class _Reference:
    """The differences of the other draws; each moves by `moved` for one unit of effect taken away."""

    effect: float
    unit: float
    seen: Floats
    moved: Floats
    is_exact: bool

    def p_value(self, supposed: float) -> float:
        """How often another draw shows at least as much, if the effect were `supposed`; the draw itself counts as one when not all are told."""
        here = abs(self.effect - supposed * self.unit)
        others = np.abs(self.seen - supposed * self.moved)
        as_much = int((others >= here - 1e-12 * max(here, 1.0)).sum())
        return as_much / len(self.seen) if self.is_exact else (as_much + 1) / (len(self.seen) + 1)

    def interval(self) -> tuple[float, float]:
        """The effects not rejected at five in a hundred, found on each side by halving."""
        if len(self.seen) == 0 or math.isnan(self.effect):
            return -math.inf, math.inf
        scale = max(float(np.std(self.seen)), abs(self.effect), 1e-9)
        return self._bound(-scale), self._bound(scale)

    def _bound(self, step: float) -> float:
        far = step
        for _attempt in range(40):
            if self.p_value(self.effect + far) <= LEVEL:
                break
            far *= 2
        else:
            return math.copysign(math.inf, step)
        near = 0.0
        for _attempt in range(60):
            middle = (near + far) / 2
            near, far = (middle, far) if self.p_value(self.effect + middle) > LEVEL else (near, middle)
        return self.effect + near


def _begun(begins: NDArray[np.int64], periods: int) -> Floats:
    period = np.arange(1, periods + 1)
    return ((begins[:, None] > 0) & (begins[:, None] <= period[None, :])).astype(np.float64)


def _count(begins: Sequence[int], codes: NDArray[np.int64]) -> tuple[int, bool]:
    """How many draws could have been, and whether all can be told."""
    whole = 1
    for code in np.unique(codes):
        steps = [begins[int(place)] for place in np.flatnonzero(codes == code)]
        ways = math.factorial(len(steps))
        for step in set(steps):
            ways //= math.factorial(steps.count(step))
        whole *= ways
    two_kinds = len(set(begins)) <= 2
    return whole, two_kinds and whole <= EXACT_MOST


def _every(begins: Sequence[int], codes: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Each draw that could have been, when there are two kinds of units."""
    given = np.asarray(begins)
    kinds = sorted(set(begins))
    low, high = kinds[0], kinds[-1]
    places = [np.flatnonzero(codes == code) for code in np.unique(codes)]
    choices = [list(combinations(each.tolist(), int((given[each] == high).sum()) if high != low else 0)) for each in places]
    for chosen in product(*choices):
        other = np.full(len(given), low)
        other[[place for group in chosen for place in group]] = high
        yield other


def _some(begins: Sequence[int], codes: NDArray[np.int64], draws: int, seed: str) -> Iterator[NDArray[np.int64]]:
    """As many draws as asked, from the seed of the plan: shuffled within strata."""
    rng = np.random.default_rng(list(seed.encode()) or [0])
    given = np.asarray(begins)
    places = [np.flatnonzero(codes == code) for code in np.unique(codes)]
    for _draw in range(draws):
        other = given.copy()
        for each in places:
            other[each] = rng.permutation(given[each])
        yield other
