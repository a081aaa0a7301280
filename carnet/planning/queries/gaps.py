"""Who holds vouchers far from any place that takes them, where seats stay empty, and where one more place would change most.

Loaded by its own name (`carnet.planning.queries.gaps`): travel times need numpy. People are counted at the desk that served them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from carnet.distribution import queries as distribution
from carnet.distribution.queries.holders import HoldersOfDesk, holders_by_desk
from carnet.parties import queries as parties
from carnet.places import queries as places
from carnet.places.rules.geography import folded
from carnet.places.rules.travel import Density
from carnet.planning.rules.covering import Candidate, Covering, best_places
from carnet.planning.rules.gaps import Gap, Holders, Seats, SeatUse, gap_of, hidden_codes, ranked
from carnet.planning.rules.travel import Mode, Point, matrix, nearest
from carnet.workshops import queries as workshops

# Weeks of lessons looked at, before and after.
WEEKS_SEEN = 4
# Communes that could have a place: at most so many, those of the départements of whoever is far.
CANDIDATES_MAX = 2_000


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where the people of a desk are counted. No code: its address names no commune."""

    held: HoldersOfDesk
    code: str
    point: Point | None


@dataclass(frozen=True, slots=True)
class NewPlaces:
    """Where a few more places would bring the most people near. `far`: people far today; `in_directory`: places there, by commune, that
    do not take the vouchers.
    """

    covering: Covering
    far: int
    in_directory: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Ground:
    """The desks whose people hold vouchers of some programmes, and the places that take them, read once."""

    programme_ids: tuple[int, ...]
    communes: frozenset[str] | None
    desks: Mapping[int, Sequence[_Desk]]
    places: Mapping[int, Sequence[tuple[str, Point]]]

    @property
    def place_count(self) -> int:
        """Places on the map that take the vouchers of at least one of the programmes."""
        return len({each for found in self.places.values() for each in found})


def ground_of(programme_ids: Collection[int], *, communes: Collection[str] | None = None, at: datetime) -> Ground:
    """What gaps are counted from. `communes` (INSEE codes) keeps the desks there only, and places wherever they are.

    Inside a transaction that sees the programmes. Cost: three statements, three a programme that was handed over. Time at 200,000 people: benchmarks/gaps.py.
    """
    kept = None if communes is None else frozenset(communes)
    desks: dict[int, list[_Desk]] = {}
    for each in _desks(programme_ids, kept, at):
        desks.setdefault(each.held.programme_id, []).append(each)
    return Ground(tuple(sorted(programme_ids)), kept, desks, {each: _points(places.places_accepting(each, at=at), at) for each in desks})


def holders_in(ground: Ground, *, mode: Mode = Mode.CAR) -> list[Holders]:
    """The people who hold vouchers, by desk, with the minutes to the nearest place that takes them."""
    found: list[Holders] = []
    for programme_id, desks in ground.desks.items():
        found += _timed(desks, ground.places[programme_id], mode)
    return found


def gap(ground: Ground, *, limit: int, mode: Mode = Mode.CAR) -> Gap:
    """People more than `limit` minutes from any place that takes their vouchers, by commune of their desk, small counts hidden."""
    return gap_of(holders_in(ground, mode=mode), limit=limit)


def distance_to_place(communes: Iterable[str], *, at: datetime) -> dict[str, tuple[float, float] | None]:
    """From each commune's point to the nearest open place of the directory, whatever it takes: kilometres and minutes by car.

    None for a commune without a point, or when the directory has no place. Minutes are infinite beyond 100 km.
    """
    found = {code: places.commune(code) for code in communes}
    points = {code: each.point for code, each in found.items() if each is not None and each.point is not None}
    tos = places.open_points(at=at) if points else ()
    near = nearest(list(points.values()), tos, settings=[_setting(point) for point in points.values()])
    told = {code: (each.km, each.minutes) if each else None for code, each in zip(points, near, strict=True)}
    return {code: told.get(code) for code in found}


def new_places(ground: Ground, *, count: int, limit: int, mode: Mode = Mode.CAR, at: datetime) -> NewPlaces:
    """Where `count` more places, taking the vouchers of all these programmes, would bring the most people within `limit` minutes.

    Candidates are the communes of the territory, else of the départements of the desks that are far. A commune of fewer than five people far
    is left out, so that nothing here gives back what the table hides.
    """
    far = _far_spots(ground, limit, mode)
    spots = sorted(far)
    codes = ground.communes if ground.communes is not None else places.territory(sorted({_department(code) for code, _point in spots}))
    offered = sorted((each for code in codes if (each := places.commune(code)) is not None and each.point), key=lambda each: each.code)
    offered = offered[:CANDIDATES_MAX] if spots else []
    table = matrix(
        [point for _code, point in spots],
        [each.point for each in offered if each.point],
        mode=mode,
        settings=[_setting(point) for _code, point in spots],
    )
    near = table <= limit
    candidates = [Candidate(each.code, frozenset(near[:, column].nonzero()[0].tolist())) for column, each in enumerate(offered)]
    people = [far[spot] for spot in spots]
    covering = best_places(candidates, people, count=count)
    return NewPlaces(covering, sum(people), {each.code: _in_directory(each.code, ground.programme_ids, at) for each in covering.opened})


def seats(programme_ids: Collection[int], *, communes: Collection[str] | None = None, at: datetime) -> Seats:
    """The lessons of the places that take the vouchers, four weeks back and four weeks ahead: seats nobody booked, places that are full."""
    ids = sorted({place_id for each in programme_ids for place_id in places.places_accepting(each, at=at)})
    if communes is not None:
        ids = sorted(set(ids) & set(places.ids_in(communes, at=at)))
    span = timedelta(weeks=WEEKS_SEEN)
    before = workshops.totals(place_ids=ids, from_at=at - span, until_at=at)
    ahead = workshops.totals(place_ids=ids, from_at=at, until_at=at + span)
    with_seats = set(workshops.places_with_seats(at=at))
    shown = [each for each in ids if each in before or each in ahead]
    names, towns = places.names_of(shown), places.communes_of(shown)
    nothing = workshops.Totals(0, 0, 0, 0, 0)
    lines = []
    for each in shown:
        past, coming = before.get(each, nothing), ahead.get(each, nothing)
        lines.append(
            SeatUse(
                each, names[each], towns.get(each, ("", ""))[1], past.sessions, past.seats, past.booked, coming.sessions, coming.seats,
                coming.booked, each in with_seats,
            )
        )  # fmt: skip
    return Seats(ranked(lines), len(ids) - len(shown))


# --- desks and places ---------------------------------------------------------------------------------------------------


def _desks(programme_ids: Collection[int], communes: Collection[str] | None, at: datetime) -> list[_Desk]:
    held = holders_by_desk(programme_ids=programme_ids, at=at)
    cards = parties.organisations({each.organisation_id for each in held})
    doors: dict[tuple[int, int], tuple[str, Point]] = {}
    for programme_id in sorted({each.programme_id for each in held}):
        for door in distribution.points_of_programme(programme_id):
            # The door opened first is the desk's own: the hand-over does not say at which of them it was.
            if door.closed_at is None:
                doors.setdefault((programme_id, door.organisation_id), (door.commune_code, (door.latitude, door.longitude)))
    found = []
    for each in held:
        card = cards[each.organisation_id]
        code, point = doors.get((each.programme_id, each.organisation_id)) or _of_address(card.postcode, card.city)
        if communes is None or code in communes:
            found.append(_Desk(each, code, point))
    return found


def _of_address(postcode: str, city: str) -> tuple[str, Point | None]:
    """The commune of an address: the one of that name among those of its postal code, else the most peopled of them."""
    found = places.localities(postcode or city) if postcode or city else ()
    named = [each for each in found if folded(each.name) == folded(city)] or found
    return (named[0].code, named[0].point) if named else ("", None)


def _timed(desks: Sequence[_Desk], tos: Sequence[tuple[str, Point]], mode: Mode) -> list[Holders]:
    spots = {each.point for each in desks if each.point is not None}
    starts = sorted(spots)
    near = nearest(starts, [point for _name, point in tos], mode=mode, settings=[_setting(point) for point in starts])
    told = dict(zip(starts, near, strict=True))
    found = []
    for each in desks:
        there = told.get(each.point) if each.point is not None else None
        minutes, name = (there.minutes, tos[there.rank][0]) if there else (None, "")
        found.append(Holders(each.code, each.held.people, each.held.vouchers, minutes, name, bool(tos)))
    return found


def _far_spots(ground: Ground, limit: int, mode: Mode) -> dict[tuple[str, Point], int]:
    """People far today, by commune and point of their desk, those of communes that are hidden left out."""
    far: dict[tuple[str, Point], int] = {}
    everybody: dict[str, tuple[int, int]] = {}
    for programme_id, desks in ground.desks.items():
        for desk, holders in zip(desks, _timed(desks, ground.places[programme_id], mode), strict=True):
            is_far = bool(holders.is_far(limit))
            people, people_far = everybody.get(desk.code, (0, 0))
            everybody[desk.code] = (people + holders.people, people_far + holders.people * is_far)
            if desk.point is not None and is_far:
                spot = (desk.code, desk.point)
                far[spot] = far.get(spot, 0) + holders.people
    hidden = hidden_codes(everybody)
    return {spot: people for spot, people in far.items() if spot[0] not in hidden}


def _points(place_ids: Collection[int], at: datetime) -> list[tuple[str, Point]]:
    return [(each.name, each.point) for each in places.summaries(place_ids, at=at) if each.point is not None]


def _in_directory(code: str, programme_ids: Collection[int], at: datetime) -> tuple[str, ...]:
    """Names of the places of a commune that are in the directory and take the vouchers of none of these programmes."""
    ids: set[int] = set(places.ids_in([code], at=at))
    for programme_id in programme_ids:
        ids &= set(places.ids_in([code], at=at, not_accepting=programme_id))
    return tuple(sorted(places.names_of(ids).values(), key=str.casefold))


@lru_cache(maxsize=40_000)
def _setting(point: Point) -> Density:
    return places.density(point)


def _department(code: str) -> str:
    found = places.commune(code)
    return found.department if found else code[:2]
