"""What people do in a season: which day a booklet leaves, when and where each voucher is spent. Drawn from a seed."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from typing import Any

from carnet.distribution.rules import AgeBand, Answers, Area, Reason, Ticks
from carnet.kernel.periods import PARIS
from carnet.scenarios.plan import Scenario, Season

# What the announcements name comes first: mailboxes, printers, CVs, online procedures.
SERVICE_WEIGHTS = {"mailbox": 30, "online-procedures": 26, "cv": 18, "printer": 12, "smartphone": 14}
_AGES = {AgeBand.UNDER_26: 12, AgeBand.FROM_26_TO_59: 40, AgeBand.FROM_60_TO_74: 28, AgeBand.FROM_75: 14, AgeBand.NOT_SAID: 6}
_REASONS = {Reason.PROCEDURES: 34, Reason.WORK: 22, Reason.MESSAGES: 18, Reason.EQUIPMENT: 10, Reason.EVERYDAY: 12, Reason.NOT_SAID: 4}
_AREAS = {Area.PRIORITY_DISTRICT: 30, Area.TOWN: 46, Area.COUNTRYSIDE: 18, Area.NOT_SAID: 6}
# What is asked for, by the coarse reason that statistics keep of it.
_WANTS = {
    Reason.PROCEDURES: {"family-benefits": 30, "taxes": 26, "health": 20, "registration-certificate": 14, "driving-licence": 10},
    Reason.WORK: {"register-job-seeker": 55, "cv": 45},
    Reason.MESSAGES: {"messages": 1},
    Reason.EVERYDAY: {"other": 1},
}
# In a hundred people of each age who say it: how many sent a mail, and moved a file, in three months. The young write, but send no mail.
_DONE = {
    AgeBand.UNDER_26: (45, 35), AgeBand.FROM_26_TO_59: (60, 40), AgeBand.FROM_60_TO_74: (50, 25), AgeBand.FROM_75: (25, 10),
    AgeBand.NOT_SAID: (50, 30),
}  # fmt: skip
_BLOCKED = {"no_equipment": 18, "no_connection": 12, "too_costly": 15, "prefers_somebody": 8}


@dataclass(frozen=True, slots=True)
class HandOverDay:
    """One booklet, or some of its vouchers, given at a desk on a day. `ranks` are voucher ranks in the series."""

    day: date
    desk: int
    booklet: int
    ranks: tuple[int, ...]
    whole: bool
    ticks: Ticks
    answers: Answers


@dataclass(frozen=True, slots=True)
class Lesson:
    """One voucher spent at a place, for a service, at a moment; undone a little later if it was a mistake."""

    at: datetime
    place: int
    rank: int
    service: str
    undone: bool


def drawn(weights: Mapping[Any, int], dice: random.Random) -> object:
    """One key, as often as its weight says."""
    return dice.choices(list(weights), list(weights.values()))[0]


def desk_shares(scenario: Scenario, dice: random.Random) -> list[int]:
    """How many booklets each desk receives: unequal, at least one, summing to all of them."""
    weights = [dice.uniform(0.4, 2.2) for _ in range(scenario.prescribers)]
    shares = [max(1, int(scenario.booklets * weight / sum(weights))) for weight in weights]
    for index in range(abs(scenario.booklets - sum(shares))):
        step = 1 if scenario.booklets > sum(shares) else -1
        biggest = shares.index(max(shares))
        shares[biggest if step < 0 else index % len(shares)] += step
    return shares


def hand_overs(
    scenario: Scenario, season: Season, shares: list[int], dice: random.Random, *, until: date, asleep: int = 0
) -> list[HandOverDay]:
    """Which booklet leaves which desk on which day, in order. Each desk gives on one day of the week.

    The `asleep` best-stocked desks, the first apart, hand nothing over.
    """
    sleepers = set(sorted(range(1, len(shares)), key=lambda desk: -shares[desk])[:asleep])
    given: list[HandOverDay] = []
    booklet = 0
    for desk, share in enumerate(shares):
        if desk in sleepers:
            booklet += share
            continue
        weekday = dice.randrange(5)
        days = [day for day in _days(season.first_day + timedelta(days=6), min(season.last_day, until)) if day.weekday() == weekday]
        if scenario.weeks_between > 1:
            days = days[dice.randrange(scenario.weeks_between) :: scenario.weeks_between]
        piled: list[HandOverDay] = []
        for _ in range(share):
            if days and dice.randrange(100) < scenario.handed_over:
                piled.append(_one(scenario, dice, dice.choice(days), desk, booklet))
            booklet += 1
        given += _from_the_top(piled, scenario, booklet - share) if scenario.stacked else piled
    return sorted(given, key=lambda each: (each.day, each.desk, each.booklet))


def _from_the_top(piled: list[HandOverDay], scenario: Scenario, first: int) -> list[HandOverDay]:
    """The same hand-overs, each of the booklet that lies on top that day: days in order are numbers in order."""
    size = scenario.booklet_size
    return [
        replace(each, booklet=booklet, ranks=tuple(rank - each.booklet * size + booklet * size for rank in each.ranks))
        for booklet, each in enumerate(sorted(piled, key=lambda each: (each.day, each.booklet)), start=first)
    ]


def _one(scenario: Scenario, dice: random.Random, day: date, desk: int, booklet: int) -> HandOverDay:
    size = scenario.booklet_size
    whole = size < 3 or dice.randrange(100) >= scenario.half_booklets
    first = booklet * size
    count = size if whole else dice.randint(2, size - 1)
    # Dice of their own, so that the days and the places stay those of the seed.
    ticks = Ticks(
        age_band=drawn(dict(_AGES), dice),  # type: ignore[arg-type]
        reason=drawn(dict(_REASONS), dice),  # type: ignore[arg-type]
        area=drawn(dict(_AREAS), dice),  # type: ignore[arg-type]
        low_qualified_job_seeker=dice.choice([True, True, False, None]),
        came_before=random.Random(f"before {booklet} {first}").choice([False, False, False, True, None]),  # noqa: S311
    )
    answers = _answers(ticks, random.Random(f"answers {booklet} {first}"))  # noqa: S311
    return HandOverDay(day, desk, booklet, tuple(range(first, first + count)), whole, ticks, answers)


def _answers(ticks: Ticks, dice: random.Random) -> Answers:
    """What the person said: as many as refuse to say why they come answer nothing."""
    if ticks.reason is Reason.NOT_SAID:
        return Answers()
    weights = _WANTS.get(ticks.reason)
    sends, moves = (None if dice.randrange(100) < 12 else dice.randrange(100) < done for done in _DONE[ticks.age_band])
    no_equipment, no_connection, too_costly, prefers_somebody = (dice.randrange(100) < percent for percent in _BLOCKED.values())
    return Answers(
        wants=(str(drawn(weights, dice)),) if weights else (),
        sends_mail=sends,
        moves_files=moves,
        no_equipment=no_equipment or weights is None,  # a computer, a telephone, a printer
        no_connection=no_connection,
        too_costly=too_costly,
        prefers_somebody=prefers_somebody,
    )


def lessons(
    scenario: Scenario, season: Season, given: list[HandOverDay], dice: random.Random, *, until: datetime,
    near: Sequence[Sequence[int]] | None = None,
) -> list[Lesson]:  # fmt: skip
    """When and where each voucher handed over is spent, in order; the others never are. `near`: the places of each desk, if not all are."""
    taught: list[Lesson] = []
    popularity = [dice.uniform(0.3, 2.0) for _ in range(scenario.places)]
    everywhere = list(accumulate(popularity))
    known = [list(accumulate(popularity[place] for place in places)) for places in near or ()]
    for each in given:
        if near is None:
            place = dice.choices(range(scenario.places), cum_weights=everywhere)[0]
        else:
            place = dice.choices(near[each.desk], cum_weights=known[each.desk])[0]
        day = each.day + timedelta(days=dice.randint(2, 40))
        for rank in each.ranks:
            if dice.randrange(100) >= scenario.used:
                break  # whoever stops coming does not come back
            day = _open_day(day)
            at = datetime.combine(day, time(9 + dice.randrange(9), dice.randrange(60), dice.randrange(60)), tzinfo=PARIS)
            if day >= season.grace_ends_on or at >= until:
                break
            taught.append(Lesson(at, place, rank, str(drawn(dict(SERVICE_WEIGHTS), dice)), undone=dice.randrange(300) == 0))
            day += timedelta(days=dice.randint(5, 16))
    return sorted(taught, key=lambda lesson: (lesson.at, lesson.rank))


def _open_day(day: date) -> date:
    return day + timedelta(days=1) if day.weekday() == 6 else day


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=offset) for offset in range(max(0, (last - first).days + 1))]
