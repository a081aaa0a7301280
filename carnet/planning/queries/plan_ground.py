"""The ground of a plan, read from the site: who is in need where, who hands booklets over, which places have seats.

Loaded by its own name: travel times need numpy.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from carnet.distribution import queries as distribution
from carnet.distribution.queries import DeskPointView
from carnet.funding import queries as funding
from carnet.funding.queries import ProgrammeFacts
from carnet.funding.rules import latest_acceptance
from carnet.parties import queries as parties
from carnet.places import queries as places
from carnet.places.rules.geography import folded
from carnet.planning.queries.need import need_of
from carnet.planning.rules.allotment import Demand, Desk, Site
from carnet.planning.rules.need import CommuneNeed, Component, Weights
from carnet.planning.rules.plan_ground import Ground, Owner, measured
from carnet.planning.rules.plans import COMMUNES_MAX, PlanNowhere, PlanTooWide, PlanWithoutDesks
from carnet.planning.rules.travel import Mode, Point
from carnet.workshops import queries as workshops

# A commune whose need is not known counts as the mean of those around: 100, as its score would be.
MEAN_NEED = 100
# A desk's part of people little schooled is known from this many people on: fewer could be anybody.
PEOPLE_LEAST = 20
# Seats are counted over these weeks, before and after today, then carried over the season.
WEEKS_SEEN = 4


def ground_of(
    programme_id: int,
    *,
    territory: Sequence[str],
    weights: Weights,
    mode: Mode,
    seats_assumed: int,
    agreement_ids: Collection[int],
    at: datetime,
) -> Ground:
    """What a plan of the programme stands on today, minutes included. `seats_assumed`: seats a week of a place that announces no lesson.

    `territory`: communes, départements and EPCI, mixed. Inside a transaction that sees the programme.
    Raises: ProgrammeUnknown, PlanNowhere, PlanTooWide, PlanWithoutDesks.
    """
    programme = funding.programme(programme_id)
    codes = sorted(places.territory(tuple(territory)))
    if not codes:
        raise PlanNowhere()
    if len(codes) > COMMUNES_MAX:
        raise PlanTooWide(communes=len(codes), most=COMMUNES_MAX)
    needs = [each for each in need_of(codes, weights=weights, at=at) if each.lat is not None and each.lon is not None]
    desks, desk_points, owners, unplaced = _desks(programme, agreement_ids, at)
    if not desks:
        raise PlanWithoutDesks(unplaced=len(unplaced))
    sites, site_points, assumed = _sites(programme, seats_assumed, at)
    commune_points: dict[str, Point] = {each.code: (each.lat, each.lon) for each in needs if each.lat is not None and each.lon is not None}
    ground = Ground(
        demands=_demands(needs),
        desks=desks,
        sites=sites,
        points={**commune_points, **desk_points, **site_points},
        settings={code: places.density(point) for code, point in commune_points.items()},
        owners=owners,
        booklet_cents=programme.terms.booklet_size * programme.terms.voucher_value_cents,
        mode=mode,
        unplaced=unplaced,
        unknown=tuple(each.code for each in needs if each.score is None),
        assumed=assumed,
        unpublished=tuple(each.code for each in needs if _part(each) is None),
    )
    return measured(ground)


def _demands(needs: Sequence[CommuneNeed]) -> tuple[Demand, ...]:
    """A commune whose part of people without a diploma is not known has the mean of the others, each counted by its people."""
    known = [(part, each.people_in_need) for each in needs if (part := _part(each)) is not None]
    people = sum(count for _part_of, count in known)
    mean = round(sum(part * count for part, count in known) / people) if people else 0
    return tuple(_demand(each, mean) for each in needs)


def _part(each: CommuneNeed) -> int | None:
    """Thousandths of people without a diploma; None when it is not known."""
    share = each.components[Component.UNSCHOOLED].share
    return None if share is None else min(1000, round(share * 10))


def _demand(each: CommuneNeed, mean: int) -> Demand:
    part = _part(each)
    return Demand(
        code=each.code,
        name=each.name,
        population=each.population,
        people=round(each.people_in_need),
        need=MEAN_NEED if each.score is None else round(each.score),
        priority_permille=mean if part is None else part,
    )


# --- desks --------------------------------------------------------------------------------------------------------------


def _desks(
    programme: ProgrammeFacts, agreement_ids: Collection[int], at: datetime
) -> tuple[tuple[Desk, ...], dict[str, Point], dict[str, Owner], tuple[str, ...]]:
    """Every open point of a desk that takes part; a desk that named none stands in the commune of its address."""
    taking_part = {each.organisation_id for each in distribution.participations(programme_id=programme.id, at=at)}
    cards = parties.organisations(taking_part)
    parts = _priority_parts(agreement_ids)
    doors: dict[int, list[DeskPointView]] = {each: [] for each in taking_part}
    for door in distribution.points_of_programme(programme.id):
        if door.organisation_id in doors and door.closed_at is None:
            doors[door.organisation_id].append(door)
    desks: list[Desk] = []
    points: dict[str, Point] = {}
    owners: dict[str, Owner] = {}
    unplaced: list[str] = []
    for organisation_id in sorted(taking_part):
        name, part = cards[organisation_id].name, parts.get(organisation_id)
        for door in doors[organisation_id]:
            code = f"p{door.id}"
            label = name if len(doors[organisation_id]) == 1 else f"{name}, {door.name}"
            desks.append(Desk(code, label, door.commune_code, priority_permille=part))
            points[code], owners[code] = (door.latitude, door.longitude), Owner(organisation_id, door.id)
        if doors[organisation_id]:
            continue
        commune = _commune_of(cards[organisation_id].postcode, cards[organisation_id].city)
        if commune is None:
            unplaced.append(name)
            continue
        code = f"o{organisation_id}"
        desks.append(Desk(code, name, commune[0], priority_permille=part))
        points[code], owners[code] = commune[1], Owner(organisation_id, None)
    return tuple(desks), points, owners, tuple(sorted(unplaced))


def _commune_of(postcode: str, city: str) -> tuple[str, Point] | None:
    """The commune of an address: the one of that name among those of its postal code, else the most peopled of them."""
    found = [each for each in places.localities(postcode or city) if each.point is not None]
    named = [each for each in found if folded(each.name) == folded(city)] or found
    return (named[0].code, named[0].point) if named and named[0].point is not None else None


def _priority_parts(agreement_ids: Collection[int]) -> dict[int, int]:
    """Thousandths of the people each desk served who are job-seekers with little schooling, where enough were asked."""
    people: dict[int, list[int]] = {}
    for told in distribution.publics_by_desk(agreement_ids=agreement_ids) if agreement_ids else ():
        counted = people.setdefault(told.organisation_id, [0, 0])
        counted[0] += told.people_count
        counted[1] += told.yes_people_count
    return {desk: 1000 * yes // everybody for desk, (everybody, yes) in people.items() if everybody >= PEOPLE_LEAST}


# --- places -------------------------------------------------------------------------------------------------------------


def _sites(programme: ProgrammeFacts, seats_assumed: int, at: datetime) -> tuple[tuple[Site, ...], dict[str, Point], tuple[str, ...]]:
    ids = places.places_accepting(programme.id, at=at)
    seats = _weekly_seats(ids, at)
    communes = places.communes_of(ids)
    weeks = _weeks_left(programme, at)
    sites: list[Site] = []
    points: dict[str, Point] = {}
    assumed: list[str] = []
    for place in places.summaries(ids, at=at):
        commune = communes.get(place.place_id, ("", ""))[0]
        if place.point is None:
            continue
        code = f"l{place.place_id}"
        weekly = seats.get(place.place_id)
        if weekly is None:
            assumed.append(code)
            weekly = (seats_assumed, 1)
        # A booklet is used seat by seat, one voucher a lesson.
        booklets = weekly[0] * weeks // (weekly[1] * programme.terms.booklet_size)
        sites.append(Site(code, place.name, commune, booklets))
        points[code] = place.point
    return tuple(sites), points, tuple(assumed)


def _weekly_seats(place_ids: Sequence[int], at: datetime) -> Mapping[int, tuple[int, int]]:
    """Seats of the lessons that stand, and over how many weeks; places that announce none are left out."""
    span = timedelta(weeks=WEEKS_SEEN)
    totals = workshops.totals(place_ids=place_ids, from_at=at - span, until_at=at + span)
    return {place_id: (each.seats, 2 * WEEKS_SEEN) for place_id, each in totals.items() if each.seats}


def _weeks_left(programme: ProgrammeFacts, at: datetime) -> int:
    """Whole weeks during which vouchers of the programme are accepted, from today or from its first day."""
    first = max(at, programme.windows.hand_over_from)
    return max(1, (latest_acceptance(programme.windows).accepted_until - first) // timedelta(weeks=1))


def with_yardstick(ground: Ground, yardstick: int) -> Ground:
    """The ground measured as the first version of a plan was: a point stays the same point."""
    return replace(ground, yardstick=yardstick)
