"""A weighted share, its standard error and its interval, for a sample with strata, clusters and unequal weights.

Source: Taylor linearisation of a ratio, variance between first-stage units within strata: Särndal, Swensson and Wretman, *Model Assisted
Survey Sampling* (1992), sections 5.5 and 5.7; with replacement at the first stage, or with the stated number of units of each stratum.
Intervals: logit, Korn and Graubard, *Analysis of Health Surveys* (1999), p. 65; where cases are few, exact binomial on an effective size,
Korn and Graubard, *Confidence intervals for proportions with small expected number of positive counts*, Survey Methodology 24 (1998).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, stdtrit

CONFIDENCE = 0.95
# Below so many cases, or so many non-cases, the logit is not to be trusted: the exact interval on an effective size is.
FEW_CASES = 10

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Sample:
    """How the answers were drawn. `stratum` and `cluster`: a number per line, from 0; `weight`: people each line stands for.

    `stratum_of`: the stratum of each cluster. `sizes`: first-stage units of each stratum in the population, or None (with replacement).
    """

    weight: Floats
    stratum_of: NDArray[np.int64]
    cluster: NDArray[np.int64]
    sizes: Floats | None = None

    @property
    def degrees(self) -> int:
        """Degrees of freedom: clusters less strata."""
        return len(self.stratum_of) - len(np.unique(self.stratum_of))

    @property
    def lonely_count(self) -> int:
        """Strata where a single unit was drawn: nothing is seen of their spread."""
        return int((np.bincount(self.stratum_of) == 1).sum())


@dataclass(frozen=True, slots=True)
class Share:
    """A share and what is known of it. Units: all between 0 and 1; `count`: lines it rests on, `cases`: those counted in it.

    `design_effect`: its variance over that of as many answers drawn at random; None when there is no spread.
    """

    count: int
    cases: int
    value: float
    error: float
    low: float
    high: float
    design_effect: float | None


def sample_of(weights: Sequence[float], strata: Sequence[str], clusters: Sequence[str], sizes: dict[str, float] | None = None) -> Sample:
    """Number strata and clusters. Blank stratum: a stratum of its own; blank cluster: the line is drawn by itself."""
    names = sorted(set(strata))
    rank = {name: place for place, name in enumerate(names)}
    units: dict[tuple[str, str], int] = {}
    cluster = np.empty(len(weights), dtype=np.int64)
    for line, (stratum, unit) in enumerate(zip(strata, clusters, strict=True)):
        cluster[line] = units.setdefault((stratum, unit or f"\0{line}"), len(units))
    stratum_of = np.array([rank[stratum] for stratum, _unit in units], dtype=np.int64)
    known = np.array([sizes.get(name, math.inf) for name in names], dtype=np.float64) if sizes else None
    return Sample(np.asarray(weights, dtype=np.float64), stratum_of, cluster, known)


def share(sample: Sample, among: Flags, cases: Flags) -> Share | None:
    """The share of `cases` among the lines of `among`; None when there are none.

    The lines outside stay in the design with nothing to say, so that the variance is that of a domain. A stratum with a single unit is
    centred on the mean of all units: too wide rather than too narrow.
    """
    count = int(among.sum())
    if not count:
        return None
    weight = np.where(among, sample.weight, 0.0)
    whole = float(weight.sum())
    value = float(weight[cases & among].sum()) / whole
    scores = weight * (cases.astype(np.float64) - value) / whole
    variance = _between(sample, np.asarray(np.bincount(sample.cluster, weights=scores, minlength=len(sample.stratum_of)), dtype=np.float64))
    seen = int((cases & among).sum())
    value = min(max(value, 0.0), 1.0)
    low, high = interval(value, variance, count=count, cases=seen, degrees=sample.degrees, kish=_kish(weight))
    simple = value * (1 - value) / count
    return Share(count, seen, value, math.sqrt(variance), low, high, variance / simple if simple > 0 and variance > 0 else None)


def interval(value: float, variance: float, *, count: int, cases: int, degrees: int, kish: float) -> tuple[float, float]:
    """The 95 % interval of a share: logit; with few cases or non-cases, exact on an effective size. `kish`: effective size by weights alone."""
    if degrees < 1:
        return 0.0, 1.0
    if min(cases, count - cases) < FEW_CASES or variance <= 0:
        size = value * (1 - value) / variance if variance > 0 and 0 < value < 1 else kish
        if count > 1:
            size *= (_student(count - 1) / _student(degrees)) ** 2
        return exact(value, min(size, float(count)))
    slack = _student(degrees) * math.sqrt(variance) / (value * (1 - value))
    centre = math.log(value / (1 - value))
    return _expit(centre - slack), _expit(centre + slack)


def exact(value: float, size: float) -> tuple[float, float]:
    """Clopper and Pearson's interval for a share seen on `size` answers, whole or not."""
    cases, tail = value * size, (1 - CONFIDENCE) / 2
    low = 0.0 if cases <= 0 else float(betaincinv(cases, size - cases + 1, tail))
    high = 1.0 if cases >= size else float(betaincinv(cases + 1, size - cases, 1 - tail))
    return low, high


def _between(sample: Sample, totals: Floats) -> float:
    """The variance of a total, from the totals of its first-stage units."""
    strata = len(np.bincount(sample.stratum_of))
    units = np.bincount(sample.stratum_of, minlength=strata).astype(np.float64)
    means = np.bincount(sample.stratum_of, weights=totals, minlength=strata) / np.maximum(units, 1)
    lonely = units == 1
    centres = np.where(lonely, totals.mean(), means)
    squares = np.bincount(sample.stratum_of, weights=(totals - centres[sample.stratum_of]) ** 2, minlength=strata)
    scale = np.where(lonely, 1.0, units / np.maximum(units - 1, 1))
    if sample.sizes is not None:
        scale = scale * np.clip(1 - units / sample.sizes, 0.0, 1.0)
    return float((scale * squares).sum())


def _kish(weight: Floats) -> float:
    return float(weight.sum() ** 2 / (weight**2).sum())


def _student(degrees: int) -> float:
    found: Any = stdtrit(degrees, 1 - (1 - CONFIDENCE) / 2)
    return float(found)


def _expit(value: float) -> float:
    return 1 / (1 + math.exp(-value)) if value > -700 else 0.0
