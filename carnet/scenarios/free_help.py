"""A demonstration's free help: the media library's free digital space, a month of visits and of help, seats booked for the days to come."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

from carnet.activities import operations, queries
from carnet.activities.rules import AGE_BANDS, Kind, Told, Where
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.kernel.periods import PARIS, legal_day
from carnet.places import operations as places
from carnet.places.rules.declaring import SpaceSaid
from carnet.places.rules.opening import spans_of
from carnet.scenarios.library import RANK
from carnet.scenarios.play import Played

DAYS_BEFORE = 28
HOURS = "Tu-Fr 14:00-18:30; We,Sa 10:00-12:30,14:00-17:00"
SPACE = SpaceSaid(
    seats=6,
    machines={"computer": 4, "tablet": 1, "adapted": 1},
    opening_hours=HOURS,
    has_printer=True,
    has_scanner=True,
    has_wifi=True,
    has_help=True,
    is_bookable=True,
    minutes_max=60,
    rules="Dix pages imprimées par jour. Casques prêtés à l’accueil.",
)
# Of a hundred visitors whose age was tapped or not, by band in the order of the tool.
VISITORS = (3, 9, 12, 16, 19, 15, 11, 15)
HELPED = (0, 2, 6, 14, 22, 26, 24, 6)
VISITS_A_DAY, HELP_A_DAY = (5, 11), (0, 3)
THEMES = (
    "aide_aux_demarches_administratives",
    "email",
    "prendre_en_main_du_materiel",
    "securite_numerique",
    "navigation_sur_internet",
    "sante",
)
EVENT = Told(
    Kind.EVENT, date.min, 150, {"douze_dix_huit": 3, "vingt_cinq_trente_neuf": 4, "soixante_soixante_neuf": 9, "soixante_dix_plus": 6},
    themes=("culture_numerique", "intelligence_artificielle"), title="Café numérique : les arnaques en ligne", returning_count=7,
)  # fmt: skip
LEFT_TO_TAKE_UP = 2
# How many seats are asked for on each of the next open days, and by whom.
BOOKED = (3, 4, 2)


@dataclass(frozen=True, slots=True)
class _Library:
    """Who records, where, and the dice of this demonstration: the same each time it is played on one day."""

    actor: Actor
    place_id: int
    dice: Random

    def request_id(self) -> UUID:
        return UUID(int=self.dice.getrandbits(128), version=4)

    def age(self, weights: Sequence[int]) -> str:
        return self.dice.choices(list(AGE_BANDS), weights)[0]


def give_free_help(current: Played, *, at: datetime) -> None:
    """Open the space, then live a month at its door, through the same operations as the screens."""
    place_id = current.cast.place_ids[RANK]
    organisation_id = current.cast.place_organisations[place_id]
    # A demonstration played again in the same database has another programme, and other numbers.
    library = _Library(_acting_for(organisation_id), place_id, Random(current.programme_id))  # noqa: S311 - dice, not a secret
    with acting_as(library.actor):
        opened_at = at - timedelta(days=DAYS_BEFORE + 2)
        places.declare_free_space(
            place_id=place_id, space=SPACE, actor=library.actor, request_id=library.request_id(), at=opened_at
        )  # fmt: skip
        first = legal_day(at) - timedelta(days=DAYS_BEFORE)
        for rank in range(DAYS_BEFORE + 1):
            _live(library, first + timedelta(days=rank), until=at)
        fair = next(day for day in (first + timedelta(days=rank) for rank in range(10, DAYS_BEFORE)) if spans_of(HOURS, day=day))
        _record(library, replace(EVENT, day=fair), at=datetime.combine(fair, time(18), tzinfo=PARIS))
        _take_up(library, first, at=at)
    _book(library, _acting_for(current.cast.desk_ids[0]), at=at)


def _acting_for(organisation_id: int) -> Actor:
    return replace(Actor.system("demonstration", organisation_ids={organisation_id}), organisation_id=organisation_id)


def _live(library: _Library, day: date, *, until: datetime) -> None:
    for moment in _moments(library, day, library.dice.randint(*VISITS_A_DAY), until):
        operations.note_visit(
            place_id=library.place_id, age_band=library.age(VISITORS), actor=library.actor, request_id=library.request_id(), at=moment
        )  # fmt: skip
    for moment in _moments(library, day, library.dice.randint(*HELP_A_DAY), until):
        kind = library.dice.choices((Kind.ONE_TO_ONE, Kind.OPEN_ACCESS), (4, 1))[0]
        told = Told(
            kind=kind,
            day=day,
            minutes=library.dice.choice((30, 30, 60, 90)),
            people={library.age(HELPED): 1},
            where=library.dice.choices((Where.PLACE, Where.HOME, Where.REMOTE), (10, 1, 1))[0] if kind is Kind.ONE_TO_ONE else Where.PLACE,
            themes=tuple(library.dice.sample(THEMES, library.dice.choice((1, 1, 2)))),
            equipment=(library.dice.choice(("ordinateur", "telephone", "tablette")),),
            returning_count=library.dice.choice((0, 1)),
            redirected_to=library.dice.choices(("", "aide_aux_demarches_administratives"), (9, 1))[0],
        )
        _record(library, told, at=moment)


def _moments(library: _Library, day: date, count: int, until: datetime) -> list[datetime]:
    """That many moments of a day while the space is open and already past; none on a day it is closed."""
    spans = spans_of(HOURS, day=day)
    if not spans:
        return []
    begin, end = spans[0][0], spans[-1][1]
    minutes = (end.hour - begin.hour) * 60 + end.minute - begin.minute
    found = (datetime.combine(day, begin, tzinfo=PARIS) + timedelta(minutes=library.dice.randrange(minutes)) for _rank in range(count))
    return sorted(moment for moment in found if moment < until)


def _record(library: _Library, told: Told, *, at: datetime) -> None:
    operations.record(place_id=library.place_id, told=told, actor=library.actor, request_id=library.request_id(), at=at)


def _take_up(library: _Library, first: date, *, at: datetime) -> None:
    """The finished workshops, with the ages of those who came; the latest ones are left for whoever visits the demonstration."""
    found = queries.proposals(library.actor, from_on=first, until_on=legal_day(at), place_id=library.place_id, at=at)
    for each in found[LEFT_TO_TAKE_UP:]:
        ages = Counter(library.age(HELPED) for _person in range(each.told.people_count))
        operations.record(
            place_id=each.place_id, told=replace(each.told, people=ages), origin=each.origin, actor=library.actor,
            request_id=library.request_id(), at=at,
        )  # fmt: skip


def _book(library: _Library, desk: Actor, *, at: datetime) -> None:
    """Seats of the next open days, asked for by telephone and by a desk."""
    days = (legal_day(at) + timedelta(days=rank) for rank in range(1, 10))
    open_days = [day for day in days if spans_of(HOURS, day=day)]
    for day, count in zip(open_days, BOOKED, strict=False):
        for rank in range(count):
            who = desk if rank % 2 else library.actor
            with acting_as(who):
                operations.book_seat(
                    place_id=library.place_id, starts_at=datetime.combine(day, time(14 + rank // 2), tzinfo=PARIS), minutes=60, actor=who,
                    request_id=library.request_id(), at=at,
                )  # fmt: skip
