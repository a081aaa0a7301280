"""Desks and places: how much of whose booklets each place spent in a month, before it, and from how far."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from carnet.controls.queries.evidence._ground import SPENT, Ground, places_of_desks, points_of_places, read
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
        kms = _distances(month, rows)
        desks = {each.desk_id for each in rows if each.vouchers}
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
                        kms.get((place_id, each.desk_id)),
                    )
                    for each in here
                ),
                before=sum(each.before for each in found),
                desks_near=sum(kms.get((place_id, desk), ALONE_KM + 1) <= ALONE_KM for desk in desks),
                desk_count=len(desks),
                place_count=sum(any(each.vouchers for each in those) for those in by_place.values()),
            )  # fmt: skip


def areas(ground: Ground) -> Iterator[Area]:
    """From how far the vouchers of each month came. Desks and places that are nowhere on the map are left out."""
    for month in ground.each():
        rows = _rows(month)
        kms = _distances(month, rows)
        roaming = {number for (number,) in read(month, _ROAMING, places=sorted({each.place_id for each in rows}))}
        by_place: dict[int, list[_Row]] = defaultdict(list)
        for each in rows:
            if (each.place_id, each.desk_id) in kms:
                by_place[each.place_id].append(each)
        for place_id, found in by_place.items():
            desks = tuple(FromDesk(each.desk_id, kms[place_id, each.desk_id], each.vouchers, each.cents) for each in found)
            organisation_id = max(each.organisation_id for each in found)
            yield Area(place_id, organisation_id, month.from_on, month.until_on, desks, roams=place_id in roaming)


def _rows(month: Ground, *, lead_days: int = 0) -> list[_Row]:
    return [_Row(*row) for row in read(month, _PAIRS, lead_days=lead_days)]


def _distances(month: Ground, rows: list[_Row]) -> dict[tuple[int, int], int]:
    """Whole kilometres between each place and each desk of the month, where both are on the map."""
    desks = places_of_desks(month.programme_id, {each.desk_id for each in rows})
    points = points_of_places({each.place_id for each in rows if each.vouchers}, at=start_of_day(month.until_on))
    met = {(each.place_id, each.desk_id) for each in rows}
    near_enough = len(points) * len(desks) <= 200_000
    asked = ((place, desk) for place in points for desk in desks) if near_enough else iter(sorted(met))
    return {
        (place, desk): round(distance_km(points[place], desks[desk])) for place, desk in asked if place in points and desk in desks
    }  # fmt: skip
