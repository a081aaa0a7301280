"""What a plan stands on: communes, desks and places with where they are, and what a person changes of it. Pure.

The ground is read once from the site and kept with each version, so that anybody finds the same answer again; a change (another budget, a place
closed, one added) is applied to the ground the plan began with, and the yardstick stays that of its first version: a point is then the same point.

Loaded by its own name (`carnet.planning.rules.plan_ground`): travel times need numpy.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from carnet.places.rules.travel import Density
from carnet.planning.rules import travel
from carnet.planning.rules.allotment import Demand, Desk, Guarantees, Prices, Problem, Site, Way
from carnet.planning.rules.travel import Mode, Point

# Of the points around a commune, those a plan looks at: the nearest, and none farther than this.
NEAREST_MAX = 40
MINUTES_MAX = 120
ADDED_MAX = 20
_ADDED = "new-"


@dataclass(frozen=True, slots=True)
class Added:
    """A place that is not there yet: the commune it would open in (INSEE code), and the booklets its seats would serve."""

    commune: str
    booklets: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a plan. Units: whole cents; booklets; minutes one way; a part in per cent.

    `floor`: booklets promised to each commune within reach. `closed`: codes of desks and places left out. `minutes_max` None: no limit.
    """

    budget_cents: int
    floor: int = 0
    priority_percent: int = 0
    minutes_max: int | None = 30
    desk_minimum: int = 0
    desk_maximum: int | None = None
    closed: tuple[str, ...] = ()
    added: tuple[Added, ...] = ()


@dataclass(frozen=True, slots=True)
class Owner:
    """Who answers for a desk's code: the organisation booklets are sent to, and the point when it has several."""

    organisation_id: int
    point_id: int | None


@dataclass(frozen=True, slots=True)
class Ground:
    """Where people, desks and places are. `points`: latitude and longitude by code; `settings`: how dense the country is, by commune.

    `unplaced`: names of the desks nobody could place on a map; `unknown`: codes of the communes whose need is not known, counted as the mean.
    `assumed`: codes of the places that tell no seats, given the number that was typed. `unpublished`: codes of the communes whose part of priority
    publics is not known, counted as the mean of the others.
    """

    demands: tuple[Demand, ...]
    desks: tuple[Desk, ...]
    sites: tuple[Site, ...]
    points: Mapping[str, Point]
    settings: Mapping[str, Density]
    owners: Mapping[str, Owner]
    booklet_cents: int
    mode: Mode = Mode.CAR
    unplaced: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    unpublished: tuple[str, ...] = ()
    yardstick: int | None = None
    to_desks: tuple[Way, ...] = field(default=(), repr=False)
    to_sites: tuple[Way, ...] = field(default=(), repr=False)


def measured(ground: Ground) -> Ground:
    """The ground with the minutes from each commune to the nearest desks and places. Cost: a tenth of a second for 1,300 communes and 500 points."""
    return replace(
        ground, to_desks=ways(ground, [each.code for each in ground.desks]), to_sites=ways(ground, [each.code for each in ground.sites])
    )


def ways(ground: Ground, codes: Sequence[str]) -> tuple[Way, ...]:
    """From each commune to the nearest of these points, at most `NEAREST_MAX` and `MINUTES_MAX` whole minutes away."""
    communes = [each.code for each in ground.demands if each.code in ground.points]
    if not codes or not communes:
        return ()
    table = travel.matrix(
        [ground.points[code] for code in communes],
        [ground.points[code] for code in codes],
        mode=ground.mode,
        settings=[ground.settings[code] for code in communes],
    )
    found: list[Way] = []
    for commune, row in zip(communes, table.tolist(), strict=True):
        near = sorted((minutes, code) for minutes, code in zip(row, codes, strict=True) if minutes <= MINUTES_MAX)
        found += [Way(commune, code, round(minutes)) for minutes, code in near[:NEAREST_MAX]]
    return tuple(found)


def knows_priority(ground: Ground) -> bool:
    """Whether the part of priority publics is known anywhere: of a commune, or of a desk."""
    return len(ground.unpublished) < len(ground.demands) or any(each.priority_permille is not None for each in ground.desks)


def problem_of(ground: Ground, asked: Asked) -> Problem:
    """The problem a solver is given: the ground, changed and guaranteed as asked. Raises: ProblemWrong."""
    ground = changed(ground, asked)
    return Problem(
        demands=ground.demands,
        desks=tuple(replace(each, maximum=asked.desk_maximum) for each in ground.desks),
        sites=ground.sites,
        to_desks=ground.to_desks,
        to_sites=ground.to_sites,
        guarantees=Guarantees(
            budget_cents=asked.budget_cents,
            floor=asked.floor,
            priority_permille=asked.priority_percent * 10,
            minutes_max=asked.minutes_max,
            desk_minimum=asked.desk_minimum,
            keeps_desk_maximum=asked.desk_maximum is not None,
        ),
        prices=Prices(booklet_cents=ground.booklet_cents),
        yardstick=ground.yardstick,
    )


def changed(ground: Ground, asked: Asked) -> Ground:
    """The ground without what is closed, and with what is added. Codes that are not there are left alone."""
    closed = frozenset(asked.closed)
    new = {f"{_ADDED}{rank}": each for rank, each in enumerate(asked.added[:ADDED_MAX], 1) if each.commune in ground.points}
    names = {each.code: each.name for each in ground.demands}
    with_new = replace(ground, points={**ground.points, **{code: ground.points[each.commune] for code, each in new.items()}})
    return replace(
        with_new,
        desks=tuple(each for each in ground.desks if each.code not in closed),
        sites=(
            *(each for each in ground.sites if each.code not in closed),
            *(Site(code, names.get(each.commune, each.commune), each.commune, each.booklets) for code, each in new.items()),
        ),
        to_desks=tuple(way for way in ground.to_desks if way.point not in closed),
        to_sites=(*(way for way in ground.to_sites if way.point not in closed), *ways(with_new, list(new))),
    )


def is_added(code: str) -> bool:
    """Whether a code is that of a place that is not there yet."""
    return code.startswith(_ADDED)


# --- kept -----------------------------------------------------------------------------------------------------------------


def written_asked(asked: Asked) -> dict[str, Any]:
    """What was asked, as it is kept."""
    return {**asdict(asked), "closed": list(asked.closed), "added": [[each.commune, each.booklets] for each in asked.added]}


def read_asked(kept: Mapping[str, Any]) -> Asked:
    """The other way round of `written_asked`."""
    return Asked(**{**kept, "closed": tuple(kept["closed"]), "added": tuple(Added(*each) for each in kept["added"])})


def written_ground(ground: Ground) -> dict[str, Any]:
    """The ground, as it is kept: lists rather than names for what repeats, since there are tens of thousands of ways."""
    return {
        "demands": [[*_row(each), *ground.points.get(each.code, (None, None)), _setting(ground, each.code)] for each in ground.demands],
        "desks": [[*_row(each), *ground.points[each.code], *_owner(ground, each.code)] for each in ground.desks],
        "sites": [[*_row(each), *ground.points[each.code]] for each in ground.sites],
        "to_desks": _packed(ground.to_desks),
        "to_sites": _packed(ground.to_sites),
        "booklet_cents": ground.booklet_cents,
        "mode": ground.mode.value,
        "unplaced": list(ground.unplaced),
        "unknown": list(ground.unknown),
        "assumed": list(ground.assumed),
        "unpublished": list(ground.unpublished),
        "yardstick": ground.yardstick,
    }


def read_ground(kept: Mapping[str, Any]) -> Ground:
    """The other way round of `written_ground`."""
    points: dict[str, Point] = {}
    demands, desks, sites = [], [], []
    settings, owners = {}, {}
    for *row, latitude, longitude, setting in kept["demands"]:
        demands.append(Demand(*row))
        if setting is not None:
            points[row[0]], settings[row[0]] = (latitude, longitude), Density(setting)
    for *row, latitude, longitude, organisation_id, point_id in kept["desks"]:
        desks.append(Desk(*row))
        points[row[0]], owners[row[0]] = (latitude, longitude), Owner(organisation_id, point_id)
    for *row, latitude, longitude in kept["sites"]:
        sites.append(Site(*row))
        points[row[0]] = (latitude, longitude)
    return Ground(
        demands=tuple(demands),
        desks=tuple(desks),
        sites=tuple(sites),
        points=points,
        settings=settings,
        owners=owners,
        booklet_cents=kept["booklet_cents"],
        mode=Mode(kept["mode"]),
        unplaced=tuple(kept["unplaced"]),
        unknown=tuple(kept["unknown"]),
        assumed=tuple(kept["assumed"]),
        unpublished=tuple(kept["unpublished"]),
        yardstick=kept["yardstick"],
        to_desks=_unpacked(kept["to_desks"]),
        to_sites=_unpacked(kept["to_sites"]),
    )


def digest_of(kept_ground: Mapping[str, Any], kept_asked: Mapping[str, Any]) -> str:
    """SHA-256 of what a version was given, whatever the order of its names."""
    return hashlib.sha256(json.dumps([kept_ground, kept_asked], sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _row(each: Demand | Desk | Site) -> list[Any]:
    return list(asdict(each).values())


def _setting(ground: Ground, code: str) -> str | None:
    return ground.settings[code].value if code in ground.points else None


def _owner(ground: Ground, code: str) -> tuple[int, int | None]:
    owner = ground.owners[code]
    return owner.organisation_id, owner.point_id


def _packed(ways_: Sequence[Way]) -> dict[str, list[list[Any]]]:
    found: dict[str, list[list[Any]]] = {}
    for way in ways_:
        found.setdefault(way.commune, []).append([way.point, way.minutes])
    return found


def _unpacked(kept: Mapping[str, Sequence[Sequence[Any]]]) -> tuple[Way, ...]:
    return tuple(Way(commune, point, minutes) for commune, pairs in kept.items() for point, minutes in pairs)
