"""Desks and places: how much of whose booklets each place spent in a month, before it, and from how far."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from carnet.controls.queries.evidence._ground import SPENT, Ground, Point, places_of_desks, points_of_places, read
from carnet.controls.rules.signals.desks_and_places import ALONE_KM, WEEKS_BEFORE, Pair, Pairs
from carnet.controls.rules.signals.outside import Area, FromDesk
from carnet.kernel.periods import start_of_day
from carnet.places.rules.geography import distance_km

_PAIRS = f"""
WITH {SPENT}
SELECT s.place_id, max(s.organisation_id), b.holder_id, count(*) FILTER (WHERE s.at >= %(since)s), count(*) FILTER (WHERE s.at < %(since)s),
  COALESCE(sum(s.cents) FILTER (WHERE s.at >= %(since)s), 0)::bigint
FROM spent s JOIN ledger_booklet b ON b.id = s.booklet_id GROUP BY s.place_id, b.holder_id ORDER BY 1, 3"""
_ROAMING = "SELECT id FROM places_place WHERE id = ANY(%(places)s) AND 'Itinérant' = ANY(roaming)"


@dataclass(frozen=True, slots=True)
class _Row:
    place_id: int
    organisation_id: int
    desk_id: int
    vouchers: int
    before: int
    cents: int


def pairs(ground: Ground) -> Iterator[Pairs]:
    """Each place's desks, month by month."""
    for month in ground.each():
        rows = _rows(month, lead_days=7 * WEEKS_BEFORE)
        of_desk, desk_before = Counter[int](), Counter[int]()
        by_place: dict[int, list[_Row]] = defaultdict(list)
        for each in rows:
            of_desk[each.desk_id] += each.vouchers
            desk_before[each.desk_id] += each.before
            by_place[each.place_id].append(each)
        where = _where(month, rows)
        desk_count, place_count = (len({getattr(each, name) for each in rows if each.vouchers}) for name in ("desk_id", "place_id"))
        for place_id, found in by_place.items():
            here = [each for each in found if each.vouchers]
            if not here:
                continue
            yield Pairs(
                place_id,
                max(each.organisation_id for each in here),
                month.from_on,
                month.until_on,
                pairs=tuple(
                    Pair(
                        each.desk_id, each.vouchers, each.before, of_desk[each.desk_id], desk_before[each.desk_id], each.cents,
                        where.km(place_id, each.desk_id),
                    )
                    for each in here
                ),
                before=sum(each.before for each in found),
                desks_near=where.desks_near(place_id),
                desk_count=desk_count,
                place_count=place_count,
            )  # fmt: skip


def areas(ground: Ground) -> Iterator[Area]:
    """From how far the vouchers of each month came. Desks and places that are nowhere on the map are left out."""
    for month in ground.each():
        rows = _rows(month)
        where = _where(month, rows)
        roaming = {number for (number,) in read(month, _ROAMING, places=sorted({each.place_id for each in rows}))}
        by_place: dict[int, list[tuple[_Row, int]]] = defaultdict(list)
        for each in rows:
            km = where.km(each.place_id, each.desk_id)
            if km is not None:
                by_place[each.place_id].append((each, km))
        for place_id, found in by_place.items():
            desks = tuple(FromDesk(each.desk_id, km, each.vouchers, each.cents) for each, km in found)
            organisation_id = max(each.organisation_id for each, _km in found)
            yield Area(place_id, organisation_id, month.from_on, month.until_on, desks, roams=place_id in roaming)


def _rows(month: Ground, *, lead_days: int = 0) -> list[_Row]:
    return [_Row(*row) for row in read(month, _PAIRS, lead_days=lead_days)]


# A degree of latitude is 111 km everywhere: desks farther north or south than this are not within fifteen kilometres.
_ALONE_DEGREES = (ALONE_KM + 1) / 111


@dataclass(frozen=True, slots=True)
class _Where:
    """Where the desks and the places of a month are, the desks from south to north; those that are nowhere are left out."""

    places: Mapping[int, Point]
    desks: Mapping[int, Point]
    northwards: Sequence[Point]

    def km(self, place_id: int, desk_id: int) -> int | None:
        """Whole kilometres between the two; None when either is nowhere."""
        place, desk = self.places.get(place_id), self.desks.get(desk_id)
        return None if place is None or desk is None else round(distance_km(place, desk))

    def desks_near(self, place_id: int) -> int:
        """How many desks are within fifteen kilometres of a place. Only those of the same latitudes are measured: a nation has thousands."""
        here = self.places.get(place_id)
        if here is None:
            return 0
        first = bisect_left(self.northwards, (here[0] - _ALONE_DEGREES, -180.0))
        last = bisect_left(self.northwards, (here[0] + _ALONE_DEGREES, 180.0))
        return sum(round(distance_km(here, each)) <= ALONE_KM for each in self.northwards[first:last])


def _where(month: Ground, rows: list[_Row]) -> _Where:
    spent = [each for each in rows if each.vouchers]
    desks = places_of_desks(month.programme_id, {each.desk_id for each in spent})
    points = points_of_places({each.place_id for each in spent}, at=start_of_day(month.until_on))
    return _Where(points, desks, sorted(desks.values()))
