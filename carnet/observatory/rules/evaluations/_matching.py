"""Those who came beside people like them who did not: exact within bands, or the nearest; how alike they are; how strong a hidden cause must be.

Source: coarsened exact matching: Iacus, King and Porro, Political Analysis 20 (2012); nearest on Mahalanobis' distance with a caliper: Rubin,
Biometrics 36 (1980); bounds: Rosenbaum, *Observational Studies* (2002), chapter 4 (signed rank, matched pairs); E-value: VanderWeele and Ding,
Annals of Internal Medicine 167 (2017), for a difference of means through d: exp(0.91 d).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtr, stdtrit

from carnet.observatory.rules.evaluations._refusals import ResultsWrong

GAMMAS = tuple(1 + step / 10 for step in range(0, 91))
# Beyond this the two groups are not alike. Source: Stuart, Statistical Science 25 (2010), section 3.4.
ALIKE_MOST = 0.1
_LEVEL = 0.05
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Balance:
    """How far apart the two groups are on one covariate, in standard deviations of those who came, before and after."""

    covariate: str
    before: float
    after: float

    @property
    def is_alike(self) -> bool:
        """Whether they are close enough after matching."""
        return abs(self.after) <= ALIKE_MOST


@dataclass(frozen=True, slots=True)
class Matched:
    """A difference between those who came and people like them. `kept`, `dropped`: of those who came, matched or without anybody alike.

    `gamma`: how many times likelier to come a hidden cause must make one of two alike people for the difference to be chance (pairs only);
    `e_value`: how strongly it must be tied to both, as a ratio of risks.
    """

    effect: float
    error: float
    low: float
    high: float
    p_value: float
    kept: int
    dropped: int
    compared: int
    balance: tuple[Balance, ...]
    gamma: float | None
    e_value: float | None


def coarsened(
    came: Flags, outcomes: Floats, covariates: Mapping[str, Sequence[str]], coarsening: Mapping[str, tuple[float, ...]]
) -> Matched:
    """Compare within cells of the same covariates, in bands where bounds are given; each cell is worth those who came in it."""
    bands = {name: _banded(values, coarsening.get(name, ()), name) for name, values in covariates.items()}
    keys = list(zip(*bands.values(), strict=True))
    rank = {key: place for place, key in enumerate(sorted(set(keys)))}
    cell = np.array([rank[key] for key in keys])
    here, there = np.bincount(cell[came], minlength=len(rank)), np.bincount(cell[~came], minlength=len(rank))
    both = (here > 0) & (there > 0)
    kept = both[cell]
    if not (kept & came).any():
        raise ResultsWrong(what="covariates")
    weight = np.where(came, 1.0, (here / np.maximum(there, 1))[cell]) * kept
    effect, error, degrees = _difference(came, outcomes, weight, cell)
    balance = _balance(came, weight, covariates)
    return _told(effect, error, degrees, came, kept, outcomes, weight, balance, None)


def nearest(came: Flags, outcomes: Floats, covariates: Mapping[str, Sequence[str]], caliper: float) -> Matched:
    """Pair each of those who came with the nearest who did not, once each, no farther than `caliper` standard deviations by covariate."""
    names, table = _numbers(covariates)
    spread = np.cov(table, rowvar=False).reshape(len(names), len(names))
    inverse = np.linalg.pinv(spread)
    scale = np.sqrt(np.maximum(np.diag(spread), 1e-12))
    pairs: list[tuple[int, int]] = []
    free = [int(each) for each in np.flatnonzero(~came)]
    for one in (int(each) for each in np.flatnonzero(came)):
        if not free:
            break
        gaps = table[free] - table[one]
        distance = np.einsum("ij,jk,ik->i", gaps, inverse, gaps)
        distance[(np.abs(gaps) > caliper * scale).any(axis=1)] = math.inf
        best = int(np.argmin(distance))
        if math.isfinite(distance[best]):
            pairs.append((one, free.pop(best)))
    if len(pairs) < 2:
        raise ResultsWrong(what="covariates")
    gaps = np.array([outcomes[one] - outcomes[other] for one, other in pairs])
    weight = np.zeros(len(came))
    weight[[each for pair in pairs for each in pair]] = 1.0
    balance = _balance(came, weight, covariates)
    error = float(gaps.std(ddof=1)) / math.sqrt(len(gaps))
    return _told(float(gaps.mean()), error, len(gaps) - 1, came, weight > 0, outcomes, weight, balance, gamma_of(gaps))


def gamma_of(gaps: Floats) -> float | None:
    """The largest tested odds of coming, within a pair, under which the signed-rank test still says 5 in 100; None when it never does.

    Normal approximation of the bound of Wilcoxon's statistic; two-sided.
    """
    told = gaps[gaps != 0]
    if len(told) == 0:
        return None
    ranks = _ranks(np.abs(told))
    positive = float(ranks[told > 0].sum())
    seen = max(positive, float(ranks.sum()) - positive)
    found = None
    for gamma in GAMMAS:
        chance = gamma / (1 + gamma)
        mean, spread = chance * float(ranks.sum()), math.sqrt(chance * (1 - chance) * float((ranks**2).sum()))
        if 2 * (1 - float(ndtr((seen - mean) / spread))) > _LEVEL:
            break
        found = gamma
    return found


def e_value(ratio: float) -> float:
    """The E-value of a ratio of risks, whichever way it goes."""
    ratio = 1 / ratio if ratio < 1 else ratio
    return ratio + math.sqrt(ratio * (ratio - 1))


def _difference(came: Flags, outcomes: Floats, weight: Floats, cell: NDArray[np.int64]) -> tuple[float, float, int]:
    """The weighted difference, its standard error (cells given, within-cell variances), its degrees of freedom."""
    effect, variance, degrees = 0.0, 0.0, 0
    whole = float((weight * came).sum())
    pooled = float(np.var(outcomes[weight > 0], ddof=1)) if (weight > 0).sum() > 1 else 0.0
    for code in np.unique(cell[weight > 0]):
        inside = (cell == code) & (weight > 0)
        ours, others = outcomes[inside & came], outcomes[inside & ~came]
        share = len(ours) / whole
        effect += share * float(ours.mean() - others.mean())
        for side in (ours, others):
            # A side with a single person tells no spread of its own: the whole file's is taken, which is the wider.
            spread = float(side.var(ddof=1)) if len(side) > 1 else pooled
            variance += share**2 * spread / len(side)
            degrees += max(len(side) - 1, 0)
    return effect, math.sqrt(variance), max(degrees, 1)


def _told(
    effect: float, error: float, degrees: int, came: Flags, kept: Flags, outcomes: Floats, weight: Floats,
    balance: tuple[Balance, ...], gamma: float | None,
) -> Matched:  # fmt: skip
    slack = float(stdtrit(degrees, 1 - _LEVEL / 2)) * error
    p_value = 2 * (1 - float(stdtr(degrees, abs(effect) / error))) if error > 0 else float(effect == 0)
    matched = int((kept & came).sum())
    return Matched(
        effect, error, effect - slack, effect + slack, p_value, matched, int(came.sum()) - matched, int((kept & ~came).sum()), balance, gamma,
        _e_value_of(effect, came, outcomes, weight),
    )  # fmt: skip


def _e_value_of(effect: float, came: Flags, outcomes: Floats, weight: Floats) -> float | None:
    values = set(outcomes[weight > 0].tolist())
    if values <= {0.0, 1.0}:
        ours = float(np.average(outcomes[came], weights=weight[came]))
        others = ours - effect
        return e_value(ours / others) if ours > 0 and others > 0 else None
    spread = float(np.std(outcomes[weight > 0], ddof=1))
    return e_value(math.exp(0.91 * effect / spread)) if spread > 0 else None


def _balance(came: Flags, weight: Floats, covariates: Mapping[str, Sequence[str]]) -> tuple[Balance, ...]:
    names, table = _numbers(covariates)
    told = []
    for place, name in enumerate(names):
        column = table[:, place]
        spread = float(column[came].std()) or float(column.std()) or 1.0
        before = float(column[came].mean() - column[~came].mean()) / spread
        after = float(np.average(column[came], weights=weight[came]) - np.average(column[~came], weights=weight[~came])) / spread
        told.append(Balance(name, before, after))
    return tuple(told)


def _numbers(covariates: Mapping[str, Sequence[str]]) -> tuple[list[str], Floats]:
    """Covariates as columns of numbers: one as it is when all are numbers, else one of 0 and 1 by value but the first."""
    names: list[str] = []
    columns: list[Floats] = []
    for name, values in covariates.items():
        try:
            columns.append(np.array([float(each.replace(",", ".")) for each in values]))
            names.append(name)
        except ValueError:
            for value in sorted(set(values))[1:] or sorted(set(values)):
                columns.append(np.array([float(each == value) for each in values]))
                names.append(f"{name} = {value}")
    return names, np.column_stack(columns)


def _banded(values: Sequence[str], bounds: tuple[float, ...], name: str) -> list[str]:
    if not bounds:
        return list(values)
    try:
        return [str(int(np.searchsorted(bounds, float(each.replace(",", ".")), side="right"))) for each in values]
    except ValueError:
        raise ResultsWrong(what=name) from None


def _ranks(values: Floats) -> Floats:
    """Ranks from 1, those of equal values shared."""
    _kinds, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    shared: Floats = ((ends - counts + 1 + ends) / 2.0)[place]
    return shared
