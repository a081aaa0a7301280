"""How much more changed where the programme began than elsewhere, and how alike the two went before.

The change of each unit is the mean after less the mean before; groups are compared by Welch's test, so that each unit counts once whatever its
number of periods. Source: Angrist and Pischke, *Mostly Harmless Econometrics* (2009), section 5.2; one change a unit: Bertrand, Duflo and
Mullainathan, Quarterly Journal of Economics 119 (2004), section IV.C.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from carnet.observatory.rules.evaluations._refusals import ResultsWrong

_LEVEL = 0.05
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Trend:
    """One period: the mean of each group."""

    period: str
    is_before: bool
    here: float
    elsewhere: float


@dataclass(frozen=True, slots=True)
class Changed:
    """A difference of changes, with its interval; the same computed inside the periods before (None with a single one): it should be nothing."""

    effect: float
    error: float
    low: float
    high: float
    p_value: float
    here: int
    elsewhere: int
    before_effect: float | None
    before_p_value: float | None
    trends: tuple[Trend, ...]


def differences(came: Flags, outcomes: Floats, periods: tuple[str, ...], first: int) -> Changed:
    """`outcomes`: units by periods in order, NaN where not measured; `first`: the first period after. Raises: ResultsWrong."""
    if not 0 < first < len(periods):
        raise ResultsWrong(what="first_period")
    before, after = _means(outcomes[:, :first]), _means(outcomes[:, first:])
    known = ~np.isnan(before) & ~np.isnan(after)
    if min(int((known & came).sum()), int((known & ~came).sum())) < 2:
        raise ResultsWrong(what="units")
    effect, error, low, high, p_value = _welch(after - before, came & known, ~came & known)
    slope = _slopes(outcomes[:, :first])
    placebo: tuple[float | None, float | None] = (None, None)
    steady = ~np.isnan(slope)
    if first > 1 and min(int((steady & came).sum()), int((steady & ~came).sum())) >= 2:
        told = _welch(slope, came & steady, ~came & steady)
        placebo = (told[0], told[4])
    trends = tuple(
        Trend(name, place < first, _mean(outcomes[came, place]), _mean(outcomes[~came, place])) for place, name in enumerate(periods)
    )
    return Changed(effect, error, low, high, p_value, int((known & came).sum()), int((known & ~came).sum()), *placebo, trends)


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else math.nan


def _means(table: Floats) -> Floats:
    count = (~np.isnan(table)).sum(axis=1)
    found: Floats = np.where(count > 0, np.nansum(table, axis=1) / np.maximum(count, 1), math.nan)
    return found


def _slopes(table: Floats) -> Floats:
    """The change by period of each unit measured in every period before."""
    if table.shape[1] < 2:
        return np.full(len(table), math.nan)
    when = np.arange(table.shape[1]) - (table.shape[1] - 1) / 2
    found: Floats = (table * when).sum(axis=1) / float((when**2).sum())
    return found


def _welch(values: Floats, ours: Flags, others: Flags) -> tuple[float, float, float, float, float]:
    """Difference of means, standard error, interval and p-value, variances unequal."""
    first, second = values[ours], values[others]
    parts = first.var(ddof=1) / len(first), second.var(ddof=1) / len(second)
    effect, error = float(first.mean() - second.mean()), math.sqrt(float(sum(parts)))
    if error == 0:
        return effect, 0.0, effect, effect, float(effect == 0)
    degrees = error**4 / float(parts[0] ** 2 / (len(first) - 1) + parts[1] ** 2 / (len(second) - 1))
    slack = float(stdtrit(degrees, 1 - _LEVEL / 2)) * error
    return effect, error, effect - slack, effect + slack, 2 * (1 - float(stdtr(degrees, abs(effect) / error)))
