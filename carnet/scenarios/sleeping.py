"""What the stock proposals change: one season of a scenario lived twice, as the booklets were first shared, then with Monday's moves.

The same people come to the same desks on the same days both times. Desks are as unequal as the real ones: three in ten were hardly
trained, a few see many people, summer is quiet. Whoever comes to an empty desk is turned away. The moves are those that
`carnet.distribution.rules.proposals` writes, nothing else; every one is taken up, and takes its days on the road. It needs no row of the
database: a season of a whole department takes seconds.
"""

import random
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from carnet.distribution.rules import PACE_DAYS, PARCEL_DAYS, SLEEP_DAYS, Point, proposals
from carnet.funding.rules import template_terms
from carnet.kernel.periods import legal_day
from carnet.scenarios import behaviour
from carnet.scenarios.plan import Scenario, closed_season

DEPOT = -1
UNTRAINED_PERCENT = 30
# How many people come to such a desk, against 100 for an ordinary one.
UNTRAINED_WEIGHT = 6
# People who come, month by month, against 100 in an ordinary month.
MONTHS = {7: 55, 8: 35, 12: 70}


@dataclass(frozen=True, slots=True)
class Season:
    """Who comes where and when: booklets wanted by day, by desk (its rank in the shares)."""

    shares: tuple[int, ...]
    first_day: date
    last_day: date
    people: Mapping[date, Sequence[int]]


@dataclass(slots=True)
class Outcome:
    """What one way of living the season came to. Days are those a booklet lay in a cupboard, from its first arrival at a desk."""

    moved: int = 0
    parcels: int = 0
    given: int = 0
    turned_away: int = 0
    left: int = 0
    days_slept: int = 0
    days_asleep: int = 0

    def as_dict(self, booklet_size: int) -> dict[str, int]:
        """The figures, vouchers rather than booklets where a person reads them."""
        booklets = self.given + self.left
        return {
            "vouchers_moved": self.moved * booklet_size,
            "parcels": self.parcels,
            "vouchers_handed_over": self.given * booklet_size,
            "people_turned_away": self.turned_away,
            "vouchers_never_handed_over": self.left * booklet_size,
            "days_slept_per_booklet": round(self.days_slept / booklets) if booklets else 0,
            "booklet_days_in_sleeping_desks": self.days_asleep,
        }


@dataclass(slots=True)
class _Desk:
    """One cupboard: the day each of its booklets first came to a desk, the oldest first."""

    booklets: deque[date]
    given: Counter[date] = field(default_factory=Counter)
    moved_on: date = date.min


def imagine(scenario: Scenario, *, today: date, seed: int) -> Season:
    """Draw the people of the scenario's latest closed season. The same seed draws the same."""
    dice = random.Random(f"{scenario.name} sleeping {seed}")  # noqa: S311 - behaviour of a simulation, never a secret
    season = closed_season(scenario, today)
    terms = template_terms(scenario.template, first_day=season.first_day, service_codes=tuple(behaviour.SERVICE_WEIGHTS))
    first, last = season.first_day, legal_day(terms.windows.hand_over_until) - timedelta(days=1)
    shares = behaviour.desk_shares(scenario, dice)
    weights = [
        UNTRAINED_WEIGHT if dice.randrange(100) < UNTRAINED_PERCENT else dice.choice((60, 80, 100, 120, 160, 300)) for _share in shares
    ]
    days = [day for offset in range((last - first).days + 1) if (day := first + timedelta(days=offset)).weekday() < 5]
    likely = [MONTHS.get(day.month, 100) for day in days]
    wanted = scenario.booklets * scenario.handed_over // 100
    people: dict[date, list[int]] = {}
    for day, desk in zip(dice.choices(days, likely, k=wanted), dice.choices(range(len(shares)), weights, k=wanted), strict=True):
        people.setdefault(day, []).append(desk)
    return Season(tuple(shares), first, last, people)


def live(season: Season, *, with_moves: bool) -> Outcome:
    """One season, day by day; each Monday the proposals, if they are followed."""
    done = Outcome()
    desks = [_Desk(deque([season.first_day] * share), moved_on=season.first_day) for share in season.shares]
    road: list[tuple[date, int, list[date]]] = []
    for offset in range((season.last_day - season.first_day).days + 1):
        day = season.first_day + timedelta(days=offset)
        road = _arrive(road, desks, day)
        for number in season.people.get(day, ()):
            _come(desks[number], day, done)
        done.days_asleep += sum(len(each.booklets) for each in desks if (day - each.moved_on).days >= SLEEP_DAYS)
        if with_moves and day.weekday() == 0:
            road += _move(desks, road, season, day, done)
    for _day, number, booklets in road:
        desks[number].booklets.extend(booklets)
    for desk in desks:
        done.left += len(desk.booklets)
        done.days_slept += sum((season.last_day - since).days for since in desk.booklets)
    return done


def compare(scenario: Scenario, *, today: date, seed: int = 1) -> dict[str, Any]:
    """The same season without moves and with them, as `carnet campaign stock` writes it."""
    season = imagine(scenario, today=today, seed=seed)
    before, after = (live(season, with_moves=with_moves) for with_moves in (False, True))
    return {
        "scenario": scenario.name,
        "desks": scenario.prescribers,
        "vouchers": scenario.voucher_count,
        "people": sum(len(each) for each in season.people.values()),
        "before": before.as_dict(scenario.booklet_size),
        "after": after.as_dict(scenario.booklet_size),
    }


def _come(desk: _Desk, day: date, done: Outcome) -> None:
    if not desk.booklets:
        done.turned_away += 1
        return
    done.days_slept += (day - desk.booklets.popleft()).days
    done.given += 1
    desk.given[day] += 1
    desk.moved_on = day


def _arrive(road: list[tuple[date, int, list[date]]], desks: list[_Desk], day: date) -> list[tuple[date, int, list[date]]]:
    for arrives_on, number, booklets in road:
        if arrives_on <= day:
            desks[number].booklets.extend(booklets)
            desks[number].moved_on = day
    return [each for each in road if each[0] > day]


def _move(
    desks: list[_Desk], road: list[tuple[date, int, list[date]]], season: Season, day: date, done: Outcome
) -> list[tuple[date, int, list[date]]]:
    """Monday's proposals, every one taken up: the booklets leave today and arrive in PARCEL_DAYS."""
    arriving = Counter[int]()
    for _day, number, booklets in road:
        arriving[number] += len(booklets)
    points = [_point(number, desk, arriving[number], season, day) for number, desk in enumerate(desks)]
    sent = []
    days_left = (season.last_day - day).days + 1
    for each in proposals([*points, Point(DEPOT, 0, is_depot=True)], depot_id=DEPOT, days_left=days_left):
        if each.to_id == DEPOT:
            continue  # what goes back is no longer anybody's this season
        booklets = [desks[each.from_id].booklets.popleft() for _booklet in range(each.booklet_count)]
        sent.append((day + timedelta(days=PARCEL_DAYS), each.to_id, booklets))
        done.moved += each.booklet_count
        done.parcels += 1
    return sent


def _point(number: int, desk: _Desk, arriving: int, season: Season, day: date) -> Point:
    since = day - timedelta(days=PACE_DAYS)
    return Point(
        organisation_id=number,
        in_stock=len(desk.booklets),
        arriving=arriving,
        given_vouchers=sum(count for given_on, count in desk.given.items() if given_on > since),
        observed_days=(day - season.first_day).days,
        idle_days=(day - desk.moved_on).days,
    )
