"""Samples of redemptions checked by a person: drawn from a seed promised before, at random or by risk, and what they say of the whole.

Wilson's interval for a share (E. B. Wilson, 1927), the estimator of Hansen and Hurwitz (1943) for draws with replacement and unequal
chances, its effective size after Korn and Graubard (1998): docs/sources/samples.md. Shares are floats, money is whole cents.
"""

import hashlib
import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import accumulate

from carnet.kernel.refusals import Refusal

SIZE_LEAST, SIZE_MOST = 10, 500
DAYS_MOST = 400
# The 97.5 % point of the normal law: intervals hold the truth 95 times in a hundred.
Z = 1.959963984540054
# What a voucher weighs when a sample follows risk: one, and three more for each signal on its place, up to three. So no voucher has more
# than ten times another's chance, and none has no chance at all.
WEIGHT_OF_A_SIGNAL, SIGNALS_MOST = 3, 3
# From so many errors found on, their own spread says how sure a weighted estimate is.
ERRORS_ENOUGH = 10


class Method(StrEnum):
    """How redemptions are drawn. RANDOM: each has the same chance, none is drawn twice. RISK: by weight, with replacement."""

    RANDOM = "RANDOM"
    RISK = "RISK"


class Finding(StrEnum):
    """What a person found of a redemption that was drawn."""

    PROVED = "PROVED"
    NOT_PROVED = "NOT_PROVED"
    CANNOT_SAY = "CANNOT_SAY"


class Evidence(StrEnum):
    """What was looked at. No name is asked for, and there is no room for one."""

    SHEET = "SHEET"
    AGENDA = "AGENDA"
    VOUCHER = "VOUCHER"
    VISIT = "VISIT"
    TALK = "TALK"
    OTHER = "OTHER"


class SampleUnknown(Refusal):
    """No such sample in the programmes this actor operates or audits."""

    code = "control-sample-unknown"


class SampleSizeWrong(Refusal):
    """Facts: least, most."""

    code = "control-sample-size"


class SamplePeriodWrong(Refusal):
    """A period that ends before it begins, or is too long. Facts: days_most."""

    code = "control-sample-period"


class SampleNotOver(Refusal):
    """Its period is not over: nobody knows yet what may be drawn. Facts: until_on."""

    code = "control-sample-not-over"


class SampleEmpty(Refusal):
    """Nothing was redeemed in its period, so nothing can be drawn."""

    code = "control-sample-empty"


class SampleDrawn(Refusal):
    """It was drawn already: a sample is drawn once."""

    code = "control-sample-drawn"


class SampleClosed(Refusal):
    """Its result is final: no finding changes any more."""

    code = "control-sample-closed"


class FindingsMissing(Refusal):
    """It cannot be closed: some redemptions were not checked. Facts: missing."""

    code = "control-findings-missing"


class EvidenceMissing(Refusal):
    """Proved needs at least one kind of evidence that was looked at."""

    code = "control-evidence-missing"


@dataclass(frozen=True, slots=True)
class Unit:
    """One redemption that may be drawn: its public number, its cents, its weight (1 where chances are equal)."""

    number: str
    cents: int
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Drawn:
    """A unit of a sample, the rank it was first drawn at (from 1), and how many times it was drawn."""

    unit: Unit
    rank: int
    times: int = 1


@dataclass(frozen=True, slots=True)
class Universe:
    """What a sample was drawn from. `weight` sums the units' weights; `least_cents` and `most_cents` bound one unit's value."""

    count: int
    cents: int
    weight: int
    least_cents: int
    most_cents: int
    least_weight: int = 1


@dataclass(frozen=True, slots=True)
class Checked:
    """A unit of a sample and what was found."""

    cents: int
    weight: int
    times: int
    finding: Finding


@dataclass(frozen=True, slots=True)
class Interval:
    """A share and where it may be, 95 times in a hundred. All between 0 and 1."""

    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Result:
    """What a sample says of the whole. Money in whole cents. What nobody could say widens the interval: it may be either."""

    checked: int
    not_proved: int
    cannot_say: int
    error: Interval
    cents: int
    cents_low: int
    cents_high: int


def check_terms(*, size: int, from_on: date, until_on: date) -> None:
    """Raises: SampleSizeWrong, SamplePeriodWrong. `until_on` is exclusive."""
    if not SIZE_LEAST <= size <= SIZE_MOST:
        raise SampleSizeWrong(least=SIZE_LEAST, most=SIZE_MOST)
    if not timedelta(0) < until_on - from_on <= timedelta(days=DAYS_MOST):
        raise SamplePeriodWrong(days_most=DAYS_MOST)


def check_finding(finding: Finding, evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """The kinds of evidence, each once, in their order. Raises: EvidenceMissing."""
    kept = tuple(each for each in Evidence if each in evidence)
    if finding is Finding.PROVED and not kept:
        raise EvidenceMissing
    return kept


def commitment_of(seed: str) -> str:
    """What is published before a sample is drawn: the SHA-256 of its seed. Whoever learns the seed later checks it was that one."""
    return hashlib.sha256(seed.encode()).hexdigest()


def rank_of(seed: str, number: str) -> str:
    """Where a redemption falls: as in evidence packs (docs/decisions/0042-follow-one-euro.md), the smallest are drawn."""
    return hashlib.sha256(f"{seed}\n{number}".encode()).hexdigest()


def weight_of(signals: int) -> int:
    """What a voucher weighs whose place has that many signals over the period, those set aside apart."""
    return 1 + WEIGHT_OF_A_SIGNAL * min(signals, SIGNALS_MOST)


def digest_of(units: Sequence[Unit]) -> str:
    """The fingerprint of a list: SHA-256 of its lines ``number;cents;weight``, sorted, each ended by a line feed."""
    lines = sorted(f"{unit.number};{unit.cents};{unit.weight}\n" for unit in units)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def draw(units: Sequence[Unit], *, seed: str, size: int, method: Method) -> list[Drawn]:
    """The sample, in the order drawn. The same list, seed, size and method give the same sample, whatever the order of the list."""
    ordered = sorted(units, key=lambda unit: unit.number)
    if method is Method.RANDOM:
        ranked = sorted(ordered, key=lambda unit: rank_of(seed, unit.number))[:size]
        return [Drawn(unit, rank) for rank, unit in enumerate(ranked, start=1)]
    ends = list(accumulate(unit.weight for unit in ordered))
    chosen = [ordered[bisect_right(ends, _drawn(seed, number, ends[-1]))] for number in range(1, size + 1)] if ends else []
    times = Counter(unit.number for unit in chosen)
    return [Drawn(unit, rank, times[unit.number]) for rank, unit in enumerate({unit.number: unit for unit in chosen}.values(), start=1)]


def _drawn(seed: str, number: int, total: int) -> int:
    """The draw of that number: a whole number below `total`, from the SHA-256 of the seed and ``draw N``."""
    return int(rank_of(seed, f"draw {number}"), 16) * total >> 256


def wilson(errors: float, size: float) -> Interval:
    """Wilson's interval for a share of `errors` in `size`, which may be an effective size. Nothing seen: everything is possible."""
    if size <= 0:
        return Interval(0.0, 0.0, 1.0)
    share = min(1.0, errors / size)
    square = Z * Z
    middle = (share + square / (2 * size)) / (1 + square / size)
    half = Z * math.sqrt(share * (1 - share) / size + square / (4 * size * size)) / (1 + square / size)
    low = 0.0 if errors <= 0 else max(0.0, min(share, middle - half))
    high = 1.0 if share >= 1 else min(1.0, max(share, middle + half))
    return Interval(share, low, high)


def hansen_hurwitz(values: Sequence[float]) -> tuple[float, float]:
    """The mean of the draws (each already divided by its chance) and the estimated variance of that mean; infinite for one draw alone."""
    size = len(values)
    mean = math.fsum(values) / size
    if size < 2:
        return mean, math.inf
    return mean, math.fsum((value - mean) ** 2 for value in values) / (size * (size - 1))


def weighted_share(draws: Sequence[tuple[bool, int]], universe: Universe) -> Interval:
    """The share in error of the whole, from draws by weight: (in error, weight) of each, repeats included.

    Its interval is Wilson's at the effective size that the estimated variance gives, never above the number of draws; and never surer
    than errors as light as the lightest voucher would allow: with none found, or too few to say how they are spread, that decides.
    """
    size = len(draws)
    if not size:
        return Interval(0.0, 0.0, 1.0)
    mean_weight = universe.weight / universe.count
    values = [mean_weight / weight if wrong else 0.0 for wrong, weight in draws]
    share, variance = hansen_hurwitz(values)
    share = min(1.0, share)
    worst = max(1.0, mean_weight / universe.least_weight)
    # As if every error not seen yet had the smallest chance of being seen.
    careful = size / worst
    wrong = sum(1 for each, _weight in draws if each)
    effective = share * (1 - share) / variance if 0 < variance < math.inf else careful
    own = wilson(share * min(size, effective), min(size, effective))
    if wrong >= ERRORS_ENOUGH:
        return Interval(share, own.low, own.high)
    seen = share * careful
    return Interval(share, min(own.low, _fewest(math.floor(seen)) / careful), max(own.high, wilson(seen, careful).high))


def _fewest(seen: int) -> float:
    """The mean under which `seen` events or more come once in forty: the exact low bound for rare events, found by halving."""
    low, high = 0.0, float(seen)
    for _step in range(60 if seen else 0):
        middle = (low + high) / 2
        fewer = math.fsum(math.exp(-middle) * middle**count / math.factorial(count) for count in range(seen))
        low, high = (middle, high) if 1 - fewer < 0.025 else (low, middle)
    return low


def result(checked: Sequence[Checked], universe: Universe, method: Method) -> Result:
    """What a sample, all of it checked, says of the whole.

    Shares: of redemptions not proved. Where nobody could say, the low bound takes them for good, the high bound for errors. Money: exact
    bounds of the share over the whole, each voucher taken for the least (low) or the most (high) one may be worth.
    """
    sure = [each.finding is Finding.NOT_PROVED for each in checked]
    maybe = [each.finding is not Finding.PROVED for each in checked]
    at_best, at_worst = _interval(checked, sure, universe, method), _interval(checked, maybe, universe, method)
    found = {each: sum(1 for one in checked if one.finding is each) for each in Finding}
    error = Interval(at_best.share, at_best.low, at_worst.high)
    lost = sum(each.cents for each, wrong in zip(checked, sure, strict=True) if wrong)
    # Never less than what was found, nor more than what was not proved good.
    good = sum(each.cents for each in checked if each.finding is Finding.PROVED)
    low = max(lost, math.floor(error.low * universe.count * universe.least_cents))
    high = min(universe.cents - good, math.ceil(error.high * universe.count * universe.most_cents))
    middle = _cents(checked, sure, universe, method)
    return Result(
        checked=len(checked),
        not_proved=found[Finding.NOT_PROVED],
        cannot_say=found[Finding.CANNOT_SAY],
        error=error,
        cents=min(max(middle, low), max(low, high)),
        cents_low=low,
        cents_high=max(low, high),
    )


def _interval(checked: Sequence[Checked], wrong: Sequence[bool], universe: Universe, method: Method) -> Interval:
    if method is Method.RISK:
        draws = [(each, one.weight) for each, one in zip(wrong, checked, strict=True) for _time in range(one.times)]
        return weighted_share(draws, universe)
    if len(checked) >= universe.count:  # everything was looked at: nothing is estimated
        share = sum(wrong) / len(checked) if checked else 0.0
        return Interval(share, share, share)
    return wilson(sum(wrong), len(checked))


def _cents(checked: Sequence[Checked], wrong: Sequence[bool], universe: Universe, method: Method) -> int:
    """The cents in error of the whole, rounded down: each draw over its chance, on average."""
    if not checked:
        return 0
    if method is Method.RISK:
        draws = sum(each.times for each in checked)
        total = sum(each.cents * each.times * universe.weight / each.weight for each, bad in zip(checked, wrong, strict=True) if bad)
        return math.floor(total / draws)
    return sum(each.cents for each, bad in zip(checked, wrong, strict=True) if bad) * universe.count // len(checked)
