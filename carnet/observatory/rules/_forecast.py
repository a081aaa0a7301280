"""How many vouchers will be used, and when: a method that can be said aloud. Pure; probabilities are floats, vouchers whole.

1. *How soon.* Of the vouchers in hands at an age (weeks since they were given), what part is used in the week that follows. Ages
   are taken together in bands, from this agreement's own vouchers.
2. *When they are few*, the part is drawn towards that of the operator's other agreements, as if `NETWORK_WEIGHT` voucher-weeks
   of theirs had been seen here. An age nobody has reached, here or there, uses half as much as the age before it.
3. *What is still to be given* goes on at the pace of the last eight weeks, until hand-over ends or the cupboards are empty.
4. *How sure.* The same is drawn again `DRAWS` times from a stated seed: the weeks of hand-over are drawn afresh, with repetition; so
   are the latest eight weeks that make the pace; an age nobody has reached uses anything between nothing and as much as the age
   before it; and the whole is multiplied by how far, either way, a past month was from what the method would have said of it. Low and high
   leave out one draw in twenty on each side: on seasons that were played, what came is then between them about eight times in ten.

How well it does, beside the pace of last month and beside "everything will be used": docs/forecast.md.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

WEEK = 7
BANDS = (0, 1, 2, 3, 4, 5, 6, 8, 10, 13, 17, 22, 30, 39)
LAST_AGE = 120  # weeks: two years and a quarter, longer than any voucher lives
NETWORK_WEIGHT = 400.0
UNSEEN_AGE = 0.5
PACE_WEEKS = 8
BLOCK_WEEKS = 4
DRAWS = 100
SEED = 2019
TWENTIETH = 20
# A past month counts when the method expected at least so many uses of it.
LEAST_EXPECTED = 8.0


@dataclass(frozen=True, slots=True)
class Life:
    """So many vouchers were handed over on a day, and used on another (None: not yet)."""

    handed_on: date
    used_on: date | None
    count: int


@dataclass(frozen=True, slots=True)
class Season:
    """What bounds the use. `stock`: vouchers not given yet; vouchers are given before `hand_over_until_on`; one given today is taken
    until `ends_on`, or `lasts_days` days; both days are exclusive."""

    stock: int
    hand_over_until_on: date
    ends_on: date | None
    lasts_days: int | None = None

    def end_of(self, handed_on: date) -> date:
        """The first day a voucher handed over that day is no longer taken."""
        if self.ends_on is not None:
            return self.ends_on
        return handed_on + timedelta(days=self.lasts_days or 0)


@dataclass(frozen=True, slots=True)
class Use:
    """What is likely. `weeks`: vouchers used in each coming week (they sum to `coming`); `low` and `high` leave out one draw in twenty."""

    as_of: date
    used: int
    in_hands: int
    weeks: tuple[int, ...]
    coming: int
    low: int
    high: int
    to_be_given: int
    low_weeks: tuple[int, ...]
    high_weeks: tuple[int, ...]

    @property
    def used_in_the_end(self) -> int:
        """Vouchers used in all, once the season is over."""
        return self.used + self.coming


@dataclass(frozen=True, slots=True)
class Exposure:
    """What was seen of one week of hand-overs: for each band, voucher-weeks in hands and uses."""

    at_risk: tuple[int, ...]
    uses: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Cohort:
    """Vouchers in hands that were given in the same week before today: their age in whole weeks, what part of a week they are older
    than that, and how many weeks they are still taken."""

    age: int
    older: float
    alive: int
    weeks_left: float


def band_of(age: int) -> int:
    """The band of an age in whole weeks."""
    return sum(1 for start in BANDS if start <= age) - 1


def exposures(lives: Iterable[Life], *, as_of: date) -> list[Exposure]:
    """What was seen, one line for each week of hand-overs before `as_of`, the latest first. Weeks not over yet are not counted."""
    found: dict[int, tuple[list[int], list[int]]] = {}
    for life in lives:
        whole_weeks = (as_of - life.handed_on).days // WEEK
        at_risk, uses = found.setdefault(whole_weeks, ([0] * len(BANDS), [0] * len(BANDS)))
        used_at = None if life.used_on is None else max(0, (life.used_on - life.handed_on).days) // WEEK
        for age in range(min(whole_weeks, LAST_AGE)):
            band = band_of(age)
            at_risk[band] += life.count
            if used_at == age:
                uses[band] += life.count
                break
    return [Exposure(tuple(at_risk), tuple(uses)) for _week, (at_risk, uses) in sorted(found.items())]


def hazards(seen: Sequence[Exposure], network: Sequence[Exposure] = (), *, unseen: float = UNSEEN_AGE) -> list[float]:
    """For each age in weeks, the part of the vouchers in hands that is used in the week. Between 0 and 1."""
    at_risk, uses = _summed(seen)
    others_at_risk, others_uses = _summed(network)
    known = _filled([uses[band] / at_risk[band] if at_risk[band] else None for band in range(len(BANDS))], unseen)
    prior = [
        others_uses[band] / others_at_risk[band] if others_at_risk[band] else own
        for band, own in zip(range(len(BANDS)), known, strict=True)
    ]
    drawn = [
        (uses[band] + NETWORK_WEIGHT * prior[band]) / (at_risk[band] + NETWORK_WEIGHT) if at_risk[band] else prior[band]
        for band in range(len(BANDS))
    ]
    return [drawn[band_of(age)] for age in range(LAST_AGE + 2)]


def likely_use(lives: Sequence[Life], season: Season, *, as_of: date, network: Sequence[Exposure] = (), seed: int = SEED) -> Use:
    """What is likely to be used from `as_of` on. The same facts and seed give the same answer."""
    used = sum(life.count for life in lives if life.used_on is not None)
    in_hands = sum(life.count for life in lives if life.used_on is None)
    seen, cohorts = exposures(lives, as_of=as_of), _cohorts(lives, season, as_of)
    paces = _paces(lives, as_of)
    given = _to_be_given(sum(paces) / len(paces), season, as_of)
    horizon = _horizon(cohorts, given, season, as_of)
    middle = project(cohorts, given, hazards(seen, network), season, as_of, horizon)
    ratios, draws = _past_ratios(lives, season, as_of, network), []
    dice = random.Random(seed)  # noqa: S311 - a stated seed, so that anybody finds the same interval
    for _draw in range(DRAWS if cohorts or given else 0):
        by_age = hazards([dice.choice(seen) for _week in seen], network, unseen=dice.random())
        pace = sum(dice.choice(paces) for _week in paces) / len(paces)
        drawn = project(cohorts, _to_be_given(pace, season, as_of), by_age, season, as_of, horizon)
        ratio = dice.choice(ratios) if ratios else 1.0
        draws.append([used * ratio for used in drawn])
    totals = sorted(sum(draw) for draw in draws)
    weeks = whole(middle)
    coming = sum(weeks)
    most = in_hands + sum(given)
    low, high = (min(most, round(bound)) for bound in (_quantile(totals, 1), _quantile(totals, TWENTIETH - 1)))
    return Use(
        as_of=as_of,
        used=used,
        in_hands=in_hands,
        weeks=weeks,
        coming=coming,
        low=min(low, coming),
        high=max(high, coming),
        to_be_given=sum(given),
        low_weeks=tuple(round(_quantile(sorted(draw[week] for draw in draws), 1)) for week in range(horizon)),
        high_weeks=tuple(round(_quantile(sorted(draw[week] for draw in draws), TWENTIETH - 1)) for week in range(horizon)),
    )


def project(
    cohorts: Sequence[_Cohort], given: Sequence[int], by_age: Sequence[float], season: Season, as_of: date, horizon: int
) -> list[float]:
    """Vouchers used in each coming week, of those in hands and of those still to be given."""
    weeks = [0.0] * horizon
    coming = [
        _Cohort(-offset, 0.0, count, (season.end_of(as_of + timedelta(days=WEEK * offset)) - as_of).days / WEEK)
        for offset, count in enumerate(given)
        if count
    ]
    for cohort in (*cohorts, *coming):
        alive = float(cohort.alive)
        for week in range(max(0, -cohort.age), horizon):
            part = min(1.0, cohort.weeks_left - week)
            if part <= 0 or alive < 1e-6:
                break
            # The coming week falls partly in one age, partly in the next.
            age = min(LAST_AGE, cohort.age + week)
            used = alive * part * ((1 - cohort.older) * by_age[age] + cohort.older * by_age[age + 1])
            weeks[week] += used
            alive -= used
    return weeks


def whole(weeks: Sequence[float]) -> tuple[int, ...]:
    """The same in whole vouchers, so that after any number of weeks nothing is more than half a voucher away."""
    reached, bounds = 0.0, [0]
    for used in weeks:
        reached += used
        bounds.append(round(reached))
    return tuple(after - before for before, after in pairwise(bounds))


def pace_of_last_month(lives: Iterable[Life], season: Season, *, as_of: date) -> int:
    """The naive answer: as many a week as in the last four, until the last voucher ends, of those that exist."""
    lives = list(lives)
    since = as_of - timedelta(days=BLOCK_WEEKS * WEEK)
    recent = sum(life.count for life in lives if life.used_on is not None and life.used_on >= since)
    last_on = season.end_of(max(as_of, min(season.hand_over_until_on, as_of + timedelta(days=LAST_AGE * WEEK))))
    weeks_left = max(0, (last_on - as_of).days) / WEEK
    most = sum(life.count for life in lives if life.used_on is None) + season.stock
    return min(most, round(recent / BLOCK_WEEKS * weeks_left))


def everything_used(lives: Iterable[Life], season: Season) -> int:
    """The other naive answer: whatever was ordered will be used."""
    return sum(life.count for life in lives if life.used_on is None) + season.stock


def _summed(seen: Sequence[Exposure]) -> tuple[list[int], list[int]]:
    at_risk, uses = [0] * len(BANDS), [0] * len(BANDS)
    for each in seen:
        for band in range(len(BANDS)):
            at_risk[band] += each.at_risk[band]
            uses[band] += each.uses[band]
    return at_risk, uses


def _filled(known: Sequence[float | None], unseen: float) -> list[float]:
    """Bands nobody has reached use a part of what the one before uses."""
    filled: list[float] = []
    for each in known:
        filled.append(each if each is not None else filled[-1] * unseen if filled else 0.0)
    return filled


def _cohorts(lives: Iterable[Life], season: Season, as_of: date) -> list[_Cohort]:
    found: dict[int, tuple[int, int, int]] = {}
    for life in lives:
        if life.used_on is None:
            age, older = divmod((as_of - life.handed_on).days, WEEK)
            count, days, left = found.get(age, (0, 0, 0))
            left_of_each = (season.end_of(life.handed_on) - as_of).days
            found[age] = (count + life.count, days + life.count * older, left + life.count * left_of_each)
    return [_Cohort(age, days / count / WEEK, count, left / count / WEEK) for age, (count, days, left) in sorted(found.items())]


def _paces(lives: Iterable[Life], as_of: date) -> list[int]:
    """Vouchers given in each of the latest weeks, at most eight, none before the first hand-over."""
    paces, first_week = [0] * PACE_WEEKS, 0
    for life in lives:
        week = max(0, (as_of - life.handed_on).days - 1) // WEEK
        first_week = max(first_week, week)
        if week < PACE_WEEKS:
            paces[week] += life.count
    # The very first week is seldom a whole one: it counts once there is another.
    return paces[: max(1, min(PACE_WEEKS, first_week))]


def _to_be_given(pace: float, season: Season, as_of: date) -> list[int]:
    """Vouchers given in each coming week at that pace, while there are any."""
    weeks = min(LAST_AGE, max(0, (season.hand_over_until_on - as_of).days) / WEEK)
    bounds = [min(season.stock, round(pace * min(week, weeks))) for week in range(int(weeks) + 1 + (weeks > int(weeks)))]
    return [after - before for before, after in pairwise(bounds)]


def _horizon(cohorts: Sequence[_Cohort], given: Sequence[int], season: Season, as_of: date) -> int:
    ends = [cohort.weeks_left for cohort in cohorts]
    ends += [(season.end_of(as_of + timedelta(days=WEEK * week)) - as_of).days / WEEK for week, count in enumerate(given) if count]
    longest = max(ends, default=0.0)
    return min(LAST_AGE, max(0, int(longest) + (longest > int(longest))))


def _past_ratios(lives: Sequence[Life], season: Season, as_of: date, network: Sequence[Exposure]) -> list[float]:
    """How far each past block of four weeks was from what the method, knowing what it knows today, would have said of it."""
    by_age, ratios = hazards(exposures(lives, as_of=as_of), network), []
    for block in range(1, 1 + 26 // BLOCK_WEEKS):
        until = as_of - timedelta(days=WEEK * BLOCK_WEEKS * (block - 1))
        since = until - timedelta(days=WEEK * BLOCK_WEEKS)
        then = [
            Life(life.handed_on, life.used_on if life.used_on and life.used_on < since else None, life.count)
            for life in lives
            if life.handed_on < since
        ]
        if not then:
            break
        expected = sum(project(_cohorts(then, season, since), [], by_age, season, since, BLOCK_WEEKS))
        known = (life for life in lives if life.handed_on < since and life.used_on is not None)
        actual = sum(life.count for life in known if life.used_on is not None and since <= life.used_on < until)
        if expected >= LEAST_EXPECTED:
            # As far above as below: a season that began slowly may go on quickly.
            ratios += [actual / expected, max(0.0, 2 - actual / expected)]
    return ratios


def _quantile(ordered: Sequence[float], twentieth: int) -> float:
    return ordered[min(len(ordered) - 1, len(ordered) * twentieth // TWENTIETH)] if ordered else 0.0


def backtest(
    lives: Sequence[Life], season: Season, cut_offs: Sequence[date], *, network: Sequence[Exposure] = (), issued: int
) -> list[Mapping[str, int | date]]:
    """For each past day, what would have been said of the use in the end, by the method and by both naive ones, and what it was."""
    actual = sum(life.count for life in lives if life.used_on is not None)
    found: list[Mapping[str, int | date]] = []
    for day in cut_offs:
        then = [
            Life(life.handed_on, life.used_on if life.used_on and life.used_on < day else None, life.count)
            for life in lives
            if life.handed_on < day
        ]
        known = Season(issued - sum(life.count for life in then), season.hand_over_until_on, season.ends_on, season.lasts_days)
        use = likely_use(then, known, as_of=day, network=network)
        found.append(
            {
                "day": day,
                "actual": actual,
                "method": use.used_in_the_end,
                "low": use.used + use.low,
                "high": use.used + use.high,
                "pace": use.used + pace_of_last_month(then, known, as_of=day),
                "everything": use.used + everything_used(then, known),
            }
        )
    return found
