"""What everybody does in a labelled season, drawn from a seed, before anything is played: pure, and the same for the same seed."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from carnet.kernel.periods import PARIS
from carnet.scenarios.fraud._labels import (
    BOX_DESK,
    COLLUDING_DESK,
    DESKS,
    FAR_DESK,
    LATE_DESK,
    LATECOMERS,
    NO_LESSON,
    ORDINARY_DESKS,
    SCHEMES,
    SHELLS,
    VILLAGE_DESKS,
    Label,
    Scheme,
)
from carnet.scenarios.plan import Season

SIZE = 5
OPEN_HOURS = "Mo-Fr 09:00-18:30; Sa 09:00-13:00"
STALE_HOURS = "Mo-Th 09:00-12:00"
WEEK = timedelta(days=7)
# In a hundred people who are given a booklet, those who agree to be asked after a lesson; who sold it, or was never there, agrees less, or cannot.
AGREES, AGREES_SOLD = 40, 10


@dataclass(frozen=True, slots=True)
class PlacePlan:
    """A place as it is set up. `weekday`, `begins`, `minutes`, `seats`: its weekly lesson; `has_sessions`: whether the agenda says it."""

    rank: int
    scheme: Scheme
    weekday: int
    begins: time
    minutes: int
    seats: int
    has_sessions: bool
    opens_on: date | None
    hours: str
    shares: str = ""  # with whom it shares a bank account or a telephone: the same word
    new_account_on: date | None = None
    walk_ins: int = 0  # in a hundred people, those who come between lessons, without a session
    voucher_count: int = 1  # what its lessons ask of each person

    @property
    def label(self) -> Label:
        """What it is."""
        return self.scheme.label

    @property
    def has_tablet(self) -> bool:
        """Whether it accepts without network."""
        return self.scheme.code in ("van", "odd-clocks", "one-mediator", "one-device")

    @property
    def tablet(self) -> str:
        """Which tablet: places that say the same share one."""
        return self.scheme.code if self.scheme.code in ("one-mediator", "one-device") else f"{self.rank}"


@dataclass(frozen=True, slots=True)
class Visit:
    """Some vouchers of a booklet cashed at once. `session`: the day of the session named; `device_at`: what a tablet's clock said.

    `undone_after`: minutes until it is undone; the voucher comes back in a later visit, or never. `is_try`: before the hand-over, and refused.
    """

    at: datetime
    vouchers: tuple[int, ...]
    session: date | None = None
    attended_on: date | None = None
    is_fraud: bool = False
    device_at: datetime | None = None
    skew: timedelta = timedelta(0)
    undone_after: int = 0
    is_try: bool = False


@dataclass(slots=True)
class Held:
    """A booklet handed over at a desk on a day, and what becomes of it at one place. `is_sold`: its holder sold it, or there never was one."""

    desk: int
    day: date
    place: int
    visits: list[Visit] = field(default_factory=list)
    is_sold: bool = False
    may_be_asked: bool = False


@dataclass(frozen=True, slots=True)
class Script:
    """A whole season."""

    season: Season
    places: tuple[PlacePlan, ...]
    booklets: tuple[Held, ...]  # in the order of their numbers, desk after desk
    desk_shares: tuple[int, ...]

    def scale(self) -> dict[str, int]:
        """How much there is of everything."""
        visits = [visit for held in self.booklets for visit in held.visits]
        return {
            "places": len(self.places),
            "desks": len(self.desk_shares),
            "booklets": len(self.booklets),
            "redemptions": sum(len(visit.vouchers) for visit in visits if not (visit.undone_after or visit.is_try)),
            "fraudulent": sum(len(visit.vouchers) for visit in visits if visit.is_fraud and not (visit.undone_after or visit.is_try)),
        }


def script(season: Season, *, seed: int, scale: float = 1.0) -> Script:
    """One labelled season. `scale`: how many people come, in proportion."""
    return _Author(season, random.Random(f"labelled season {seed}"), scale).write()  # noqa: S311 - a simulation, never a secret


class _Author:
    """Writes a season, person by person."""

    def __init__(self, season: Season, dice: random.Random, scale: float) -> None:
        self.season, self.dice, self.scale = season, dice, scale
        self.middle = season.first_day + timedelta(days=140 + dice.randrange(40))
        self.places = self._places()
        self.seated: Counter[tuple[int, date]] = Counter()
        self.held: list[Held] = []

    def write(self) -> Script:
        self._honest_people()
        for place in self.places:
            if place.label is Label.FRAUD:
                _FRAUDS[place.scheme.code](self, place)
        consents = random.Random(f"consents {self.dice.random()}")  # noqa: S311 - whoever agrees changes nobody's season
        for held in self.held:
            held.may_be_asked = consents.randrange(100) < (AGREES_SOLD if held.is_sold else AGREES)
        ordered = sorted(self.held, key=lambda each: (each.desk, each.day))
        shares = Counter(each.desk for each in ordered)
        return Script(self.season, self.places, tuple(ordered), tuple(max(1, shares[desk]) for desk in range(DESKS)))

    # --- the places

    def _places(self) -> tuple[PlacePlan, ...]:
        schemes = [scheme for scheme in SCHEMES for _number in range(scheme.places)]
        return tuple(self._place(rank, scheme, rank - schemes.index(scheme)) for rank, scheme in enumerate(schemes))

    def _place(self, rank: int, scheme: Scheme, number: int) -> PlacePlan:
        dice, code = self.dice, scheme.code
        weekday, begins = dice.randrange(5), time(dice.choice((9, 10, 14, 15, 16)), dice.choice((0, 30)))
        if code == "saturday-rush":
            weekday, begins = 5, time(10)
        if code == "stale-hours":
            begins = time(dice.choice((17, 18)), 0)
        if code == "evening-lessons":
            begins = time(20, dice.choice((0, 30, 45)))
        late = code in LATECOMERS
        return PlacePlan(
            rank=rank,
            scheme=scheme,
            weekday=weekday,
            begins=begins,
            minutes=90 if code != "whole-day" else 360,
            seats={"big-workshops": 24, "saturday-rush": 14, "kept-booklets": 12, "larger-room": 6, "season-end": 16}.get(
                code, dice.choice((6, 8, 8, 10, 12))
            ),
            has_sessions=code not in ("by-appointment", "van", "stale-hours", *SHELLS) and (code, number) != ("switchboard", 1),
            opens_on=self.middle + timedelta(days=dice.randrange(-30, 30)) if late else None,
            hours=STALE_HOURS if code == "stale-hours" else OPEN_HOURS,
            shares=code if code in ("switchboard", "federation", "shared-bank", "shared-phone") else "",
            new_account_on=self.middle + timedelta(days=number) if code in ("new-bank", "new-bank-spike") else None,
            walk_ins=dice.choice((0, 0, 10, 20, 35))
            if scheme.label is not Label.SLOPPY and code not in ("whole-day", "season-end", "late-desk")
            else 0,
            voucher_count=SIZE if code == "whole-day" else 1,
        )

    # --- people who come to learn

    def _honest_people(self) -> None:
        liked = {"big-workshops": 3.0, "saturday-rush": 2.2, "newcomer": 1.8, "season-end": 1.2, "larger-room": 3.0, "late-desk": 1.5}
        for place in self.places:
            if place.scheme.code in NO_LESSON:
                continue
            popularity = liked.get(place.scheme.code, self.dice.uniform(0.5, 1.6)) * (0.7 if place.label is Label.FRAUD else 1.0)
            near = self._desks_of(place)
            for _person in range(max(2, round(14 * popularity * self.scale))):
                self._learn(place, self.dice.choice(near))
        for place in (each for each in self.places if each.scheme.code == "season-end"):
            for _person in range(round(14 * self.scale)):
                self._learn_at_the_end(place, self.dice.choice(self._desks_of(place)))

    def _desks_of(self, place: PlacePlan) -> list[int]:
        """Which desks send people there: three or four, one next door to a village's place, all for a van."""
        if place.scheme.code == "village":
            return [VILLAGE_DESKS[place.rank % 2]]
        if place.scheme.code == "van":
            return list(ORDINARY_DESKS)
        apart = {"hostel": [FAR_DESK] * 2, "late-desk": [LATE_DESK] * 4}.get(place.scheme.code, [])
        return random.Random(f"near {place.rank}").sample(ORDINARY_DESKS, 4) + apart  # noqa: S311

    def _learn(self, place: PlacePlan, desk: int) -> None:
        opens = place.opens_on or self.season.first_day + timedelta(days=6)
        last = self.season.last_day - timedelta(days=21)
        day = self._weekday(opens + timedelta(days=self.dice.randrange(max(1, (last - opens).days))))
        held = Held(desk, day, place.rank)
        self.held.append(held)
        if desk == LATE_DESK:
            self._come_before_it_is_typed(place, held)
            return
        at_once = SIZE if place.scheme.code == "whole-day" else 0
        self._come(place, held, day + timedelta(days=self.dice.randint(3, 30)), at_once)

    def _come_before_it_is_typed(self, place: PlacePlan, held: Held) -> None:
        """The booklet was given on the day of the first lesson, its hand-over typed a day or two later, and the lesson's voucher after that."""
        lesson = self._lesson_day(place, held.day)
        self.seated[place.rank, lesson] += 1
        held.day = self._weekday(lesson + timedelta(days=self.dice.randint(1, 2)))
        held.visits.append(Visit(self.opening(held.day + timedelta(days=1)), (0,), attended_on=lesson))
        self._come(place, held, lesson + WEEK, 0, first_left=1)

    def _come(self, place: PlacePlan, held: Held, first: date, at_once: int, *, first_left: int = 0) -> None:
        left, day = list(range(first_left, SIZE)), first
        while left:
            day = self._lesson_day(place, day)
            if day > self.season.last_day + timedelta(days=10):
                return
            self.seated[place.rank, day] += 1
            two = 0.3 if place.scheme.code == "saturday-rush" else 0.08
            count = at_once or (2 if self.dice.random() < two else 1)
            held.visits.append(self._visit(place, day, tuple(left[:count])))
            left = left[count:]
            day += timedelta(days=self.dice.choice((5, 6, 7, 14)))
            if self.dice.random() < 0.12:
                return  # whoever stops coming does not come back

    def _lesson_day(self, place: PlacePlan, day: date) -> date:
        if not place.has_sessions and place.scheme.code != "stale-hours":
            return self._weekday(day)
        day += timedelta(days=(place.weekday - day.weekday()) % 7)
        while self.seated[place.rank, day] >= (place.seats if place.scheme.code != "larger-room" else 20):
            day += WEEK
        return day

    def _visit(self, place: PlacePlan, day: date, vouchers: tuple[int, ...]) -> Visit:
        """One person's vouchers for one lesson, as that place writes them."""
        ends = datetime.combine(day, place.begins, tzinfo=PARIS) + timedelta(minutes=place.minutes)
        code = place.scheme.code
        if code == "late-scans":
            return Visit(datetime.combine(day, time(20, 30 + self.seated[place.rank, day] % 20), tzinfo=PARIS), vouchers)
        if code == "next-day":
            later = datetime.combine(self._weekday(day + timedelta(days=1)), time(9, 10), tzinfo=PARIS)
            return Visit(later, vouchers, attended_on=day if self.dice.random() < 0.5 else None)
        if code == "wrong-session":
            wrong = day - WEEK if day - WEEK >= self.season.first_day else day + WEEK
            return Visit(ends - timedelta(minutes=5), vouchers, session=wrong)
        if code == "van":
            return self._of_the_van(day, vouchers)
        if place.has_sessions and self.dice.randrange(100) < place.walk_ins:
            return Visit(self.opening(day + timedelta(days=self.dice.randrange(3))), vouchers)
        if not place.has_sessions:
            begins = ends if code == "stale-hours" else datetime.combine(day, time(9 + self.dice.randrange(9), 0), tzinfo=PARIS)
            return Visit(begins + timedelta(minutes=self.dice.randrange(30) if code != "stale-hours" else 0), vouchers)
        return Visit(ends - timedelta(minutes=5), vouchers, session=day)

    def _of_the_van(self, day: date, vouchers: tuple[int, ...]) -> Visit:
        taught = datetime.combine(day, time(9 + self.dice.randrange(8), self.dice.randrange(60)), tzinfo=PARIS)
        if self.dice.random() < 0.5:
            return Visit(taught, vouchers)
        return Visit(datetime.combine(day, time(18, 30), tzinfo=PARIS), vouchers, device_at=taught)

    def _learn_at_the_end(self, place: PlacePlan, desk: int) -> None:
        day = self._weekday(self.season.last_day - timedelta(days=self.dice.randint(25, 70)))
        held = Held(desk, day, place.rank)
        self.held.append(held)
        first = self._weekday(self.season.last_day - timedelta(days=self.dice.randint(9, 13)))
        for number in range(SIZE):
            lesson = self._weekday(first + timedelta(days=number))
            if self.seated[place.rank, lesson] < place.seats:
                self.seated[place.rank, lesson] += 1
                held.visits.append(self._visit(place, lesson, (number,)))

    # --- booklets that nobody learns with

    def bought(self, place: PlacePlan, *, desk: int | None = None, earliest: date, latest: date) -> Held:
        """A booklet that somebody sold, or that nobody was given."""
        chosen = desk if desk is not None else self.dice.choice(ORDINARY_DESKS)
        days = max(1, (latest - earliest).days)
        held = Held(chosen, self._weekday(earliest + timedelta(days=self.dice.randrange(days))), place.rank, is_sold=True)
        self.held.append(held)
        return held

    def some(self, low: int, high: int) -> int:
        """How many, at this scale."""
        return max(2, round(self.dice.randint(low, high) * self.scale))

    def opening(self, day: date) -> datetime:
        """Some moment of a working day within opening hours."""
        return datetime.combine(self._weekday(day), time(9 + self.dice.randrange(9), self.dice.randrange(60)), tzinfo=PARIS)

    @staticmethod
    def _weekday(day: date) -> date:
        return day + timedelta(days=(7 - day.weekday()) % 7) if day.weekday() > 4 else day

    def weekday(self, day: date) -> date:
        """That day, or the Monday after."""
        return self._weekday(day)

    def next_lesson(self, place: PlacePlan, day: date) -> date:
        """The day of the weekly lesson, that day or after."""
        return day + timedelta(days=(place.weekday - day.weekday()) % 7)

    def desks_of(self, place: PlacePlan) -> list[int]:
        """Which desks send people there."""
        return self._desks_of(place)


def _whole_booklets(author: _Author, place: PlacePlan) -> None:
    season, dice, timid = author.season, author.dice, author.dice.random() < 0.35
    for _number in range(author.some(10, 28)):
        held = author.bought(place, earliest=season.first_day + timedelta(days=20), latest=season.last_day - timedelta(days=60))
        at = author.opening(held.day + timedelta(days=dice.randint(3, 25)))
        if timid:
            later = author.opening(at.date() + timedelta(days=dice.randint(2, 9)))
            held.visits += [Visit(at, (0, 1, 2), is_fraud=True), Visit(later, (3, 4), is_fraud=True)]
        else:
            held.visits.append(Visit(at, tuple(range(SIZE)), is_fraud=True))


def _collusion(author: _Author, place: PlacePlan) -> None:
    season, dice = author.season, author.dice
    for week in range(8, 8 + author.some(10, 24)):
        for _number in range(dice.randint(1, 3)):
            day = season.first_day + week * WEEK + timedelta(days=dice.randrange(4))
            held = author.bought(place, desk=COLLUDING_DESK, earliest=day, latest=day)
            lesson = held.day + timedelta(days=1 + (place.weekday - held.day.weekday() - 1) % 7)
            for first in range(0, SIZE, 2):
                _at_a_lesson(place, held, lesson + (first // 2) * WEEK, tuple(range(first, min(first + 2, SIZE))))


def _box(author: _Author, place: PlacePlan) -> None:
    dice, handed = author.dice, author.weekday(author.middle)
    day = author.weekday(handed + timedelta(days=4))
    today: list[Held] = []
    for _number in range(author.some(20, 32)):
        held = Held(BOX_DESK, handed, place.rank, is_sold=True)
        author.held.append(held)
        today.append(held)
        if len(today) == 2:
            at = author.opening(day)
            for rank, each in enumerate(today):
                moment = at + timedelta(minutes=15 * rank)
                each.visits += [Visit(moment + timedelta(minutes=3 * n), (n,), is_fraud=True) for n in range(SIZE)]
            day, today = author.weekday(day + timedelta(days=dice.randint(1, 2))), []


def _expiry(author: _Author, place: PlacePlan) -> None:
    season, dice = author.season, author.dice
    last = season.grace_ends_on - timedelta(days=1) if dice.random() < 0.5 else season.last_day
    for _number in range(author.some(18, 40)):
        held = author.bought(place, earliest=season.first_day + timedelta(days=60), latest=season.last_day - timedelta(days=40))
        used = dice.randrange(3)
        held.visits.append(Visit(author.opening(last - timedelta(days=dice.randint(2, 8))), tuple(range(used, SIZE)), is_fraud=True))


def _odd_clocks(author: _Author, place: PlacePlan) -> None:
    season, dice = author.season, author.dice
    nights = [season.first_day + timedelta(days=60 + dice.randrange(220)) for _night in range(author.some(7, 12))]
    for night in nights:
        sent = datetime.combine(night, time(dice.choice((1, 2, 4)), dice.randrange(60)), tzinfo=PARIS)
        skew = timedelta(hours=dice.choice((-60, -47, -25, 26, 50, 70)))
        for _number in range(dice.randint(2, 4)):
            held = author.bought(place, earliest=night - timedelta(days=30), latest=night - timedelta(days=5))
            claimed = sent - timedelta(minutes=dice.randrange(60, 70 * 60))
            count = dice.randint(2, 5)
            held.visits.append(Visit(sent, tuple(range(count)), is_fraud=True, device_at=claimed, skew=skew))


def _loops(author: _Author, place: PlacePlan) -> None:
    season, dice = author.season, author.dice
    for _number in range(author.some(10, 22)):
        held = author.bought(place, earliest=season.first_day + timedelta(days=30), latest=season.last_day - timedelta(days=70))
        at = author.opening(held.day + timedelta(days=dice.randint(2, 12)))
        vouchers = tuple(range(dice.randint(3, SIZE)))
        for _time in range(dice.randint(1, 3)):
            held.visits.append(Visit(at, vouchers, is_fraud=True, undone_after=dice.randint(5, 50)))
            at = author.opening(at.date() + timedelta(days=dice.randint(1, 6)))
        held.visits.append(Visit(at, vouchers, is_fraud=True))


def _new_bank_spike(author: _Author, place: PlacePlan) -> None:
    dice, changed = author.dice, place.new_account_on
    assert changed is not None
    for _number in range(author.some(18, 34)):
        held = author.bought(place, earliest=changed - timedelta(days=40), latest=changed)
        at = author.opening(changed + timedelta(days=dice.randint(4, 25)))
        held.visits += [Visit(at, (0, 1), is_fraud=True), Visit(author.opening(at.date() + timedelta(days=2)), (2, 3, 4), is_fraud=True)]


def _shell(author: _Author, place: PlacePlan) -> None:
    dice, opens = author.dice, place.opens_on
    assert opens is not None
    for _number in range(author.some(14, 28)):
        held = author.bought(place, earliest=opens - timedelta(days=20), latest=opens + timedelta(days=60))
        day = max(held.day, opens) + timedelta(days=dice.randint(2, 20))
        for first in (0, 2):
            vouchers = (0, 1) if first == 0 else (2, 3, 4)
            held.visits.append(Visit(author.opening(day), vouchers, is_fraud=True))
            day += timedelta(days=dice.randint(3, 10))


def _careful(author: _Author, place: PlacePlan) -> None:
    """One bought voucher more at lessons that have a seat left: what no figure of a place can show."""
    for day in sorted(day for rank, day in list(author.seated) if rank == place.rank):
        if author.seated[place.rank, day] < place.seats and author.dice.random() < 0.6:
            author.seated[place.rank, day] += 1
            held = author.bought(place, earliest=day - timedelta(days=30), latest=day - timedelta(days=5))
            if held.day < day:
                _at_a_lesson(place, held, day, (0,))


def _far_desk(author: _Author, place: PlacePlan) -> None:
    season, dice = author.season, author.dice
    for _number in range(author.some(18, 34)):
        held = author.bought(
            place, desk=FAR_DESK, earliest=season.first_day + timedelta(days=40), latest=season.last_day - timedelta(days=80)
        )
        day = author.next_lesson(place, held.day + timedelta(days=dice.randint(2, 9)))
        for vouchers in ((0, 1), (2, 3), (4,)):
            _at_a_lesson(place, held, day, vouchers)
            day += WEEK


def _early_stock(author: _Author, place: PlacePlan) -> None:
    season, dice = author.season, author.dice
    for _stack in range(author.some(4, 7)):
        day = author.weekday(season.first_day + timedelta(days=50 + dice.randrange(230)))
        for _number in range(dice.randint(3, 5)):
            held = author.bought(place, earliest=day, latest=day)
            held.visits.append(Visit(author.opening(day - timedelta(days=dice.randint(3, 6))), (0,), is_fraud=True, is_try=True))
            at, first = author.opening(held.day + timedelta(days=dice.randint(1, 3))), dice.randint(6, 10)
            held.visits += [Visit(at, (n,), attended_on=held.day - timedelta(days=first + 7 * n), is_fraud=True) for n in range(SIZE)]


def _at_night(author: _Author, place: PlacePlan) -> None:
    season, dice = author.season, author.dice
    for _night in range(author.some(7, 12)):
        night = author.weekday(season.first_day + timedelta(days=40 + dice.randrange(240)))
        at = datetime.combine(night, time(dice.choice((22, 23)), dice.randrange(60)), tzinfo=PARIS)
        for _number in range(dice.randint(2, 4)):
            held = author.bought(place, earliest=night - timedelta(days=30), latest=night - timedelta(days=5))
            held.visits.append(Visit(at, tuple(range(dice.randint(2, 3))), is_fraud=True))


def _crowded(author: _Author, place: PlacePlan) -> None:
    season, dice = author.season, author.dice
    for _month in range(author.some(3, 5)):
        first = author.next_lesson(place, season.first_day + timedelta(days=50 + dice.randrange(210)))
        for _number in range(place.seats + dice.randint(0, 4)):
            held = author.bought(place, earliest=first - timedelta(days=30), latest=first - timedelta(days=5))
            for number in range(dice.randint(3, SIZE)):
                _at_a_lesson(place, held, first + number * WEEK, (number,))


def _kept_booklets(author: _Author, place: PlacePlan) -> None:
    season, dice = author.season, author.dice
    for _person in range(author.some(40, 60)):
        day = author.weekday(season.first_day + timedelta(days=10 + dice.randrange(270)))
        held = Held(dice.choice(author.desks_of(place)), day, place.rank)
        author.held.append(held)
        lesson = author.next_lesson(place, day + timedelta(days=dice.randint(3, 20)))
        is_taught_once = dice.random() < 0.4
        for number in range(SIZE):
            author.seated[place.rank, lesson] += 1
            if author.seated[place.rank, lesson] <= place.seats:
                _at_a_lesson(place, held, lesson, (number,), is_fraud=bool(number) or not is_taught_once)
            lesson += WEEK


def _invented_lessons(author: _Author, place: PlacePlan) -> None:
    season, dice = author.season, author.dice
    for _number in range(author.some(26, 44)):
        held = author.bought(place, earliest=season.first_day + timedelta(days=20), latest=season.last_day - timedelta(days=70))
        day = author.weekday(held.day + timedelta(days=dice.randint(2, 9)))
        for number in range(SIZE):
            while author.seated[place.rank, day] >= place.seats:
                day = author.weekday(day + timedelta(days=1))
            author.seated[place.rank, day] += 1
            _at_a_lesson(place, held, day, (number,))
            day = author.weekday(day + timedelta(days=dice.randint(2, 7)))


def _at_a_lesson(place: PlacePlan, held: Held, day: date, vouchers: tuple[int, ...], *, is_fraud: bool = True) -> None:
    ends = datetime.combine(day, place.begins, tzinfo=PARIS) + timedelta(minutes=place.minutes)
    held.visits.append(Visit(ends - timedelta(minutes=5), vouchers, session=day, is_fraud=is_fraud))


_FRAUDS = {
    "whole-booklets": _whole_booklets,
    "collusion": _collusion,
    "box": _box,
    "expiry": _expiry,
    "odd-clocks": _odd_clocks,
    "loops": _loops,
    "new-bank-spike": _new_bank_spike,
    "shared-bank": _shell,
    "shared-phone": _shell,
    "one-device": _shell,
    "far-desk": _far_desk,
    "early-stock": _early_stock,
    "at-night": _at_night,
    "crowded": _crowded,
    "kept-booklets": _kept_booklets,
    "invented-lessons": _invented_lessons,
    "careful": _careful,
}
