"""How much, compared: with the place's own weeks before, with everybody's, with places like it."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from carnet.controls.queries.evidence._ground import BEYOND, SPENT, Ground, Point, points_of_places, read
from carnet.controls.rules.signals.beginnings import ACCOUNT_DAYS, NEW_DAYS, Beginning, NewAccount
from carnet.controls.rules.signals.expiry_spike import LAST_DAYS, WEEKS_BEFORE, LastDays
from carnet.controls.rules.signals.unlike_peers import PEERS_LEAST, PEERS_MOST, Compared, Group, Measure, Peers
from carnet.kernel.periods import legal_day, start_of_day
from carnet.places import queries as places

_ENDS = """
SELECT DISTINCT (each.moment AT TIME ZONE 'Europe/Paris')::date FROM ledger_series s, LATERAL (VALUES (s.printed_until), (s.accepted_until)) each (moment)
WHERE s.programme_id = %(programme)s ORDER BY 1"""
_WEEK = f"""
WITH {SPENT}, {BEYOND}
SELECT s.place_id, max(s.organisation_id), count(*) FILTER (WHERE s.at >= %(since)s), COALESCE(max(b.beyond), 0),
  count(*) FILTER (WHERE s.at >= %(lead)s AND s.at < %(ahead)s), COALESCE(sum(s.cents) FILTER (WHERE s.at >= %(since)s), 0), EXISTS (
    SELECT 1 FROM places_placeacceptance a WHERE a.place_id = s.place_id AND a.programme_id = %(programme)s AND a.from_on <= %(there)s)
FROM spent s LEFT JOIN beyond b ON b.place_id = s.place_id GROUP BY s.place_id ORDER BY 1"""
_MONTH = f"""
WITH {SPENT}, {BEYOND}
SELECT s.place_id, max(s.organisation_id), count(*), count(DISTINCT (s.at AT TIME ZONE 'Europe/Paris')::date), count(DISTINCT s.booklet_id),
  COALESCE(max(b.beyond), 0), COALESCE(max(b.days), 0), sum(s.cents)::bigint, COALESCE(max(p.typologies[1]), ''), (
    SELECT min(a.from_on) FROM places_placeacceptance a WHERE a.place_id = s.place_id AND a.programme_id = %(programme)s)
FROM spent s JOIN places_place p ON p.id = s.place_id LEFT JOIN beyond b ON b.place_id = s.place_id GROUP BY s.place_id ORDER BY 1"""
# An account that replaced another, in force for some weeks at most when the month ends; and, where it is of several places, the busiest of them.
_ACCOUNTS = f"""
WITH {SPENT},
changed AS (
  SELECT a.organisation_id, max(a.valid_from) AS changed_at FROM parties_bankaccount a
  WHERE a.approved_at IS NOT NULL AND a.valid_from >= %(until)s - make_interval(days => %(days)s) AND a.valid_from < %(until)s
    AND EXISTS (SELECT 1 FROM parties_bankaccount o WHERE o.organisation_id = a.organisation_id AND o.id <> a.id AND o.valid_from < a.valid_from)
  GROUP BY 1),
told AS (
  SELECT s.place_id, s.organisation_id, c.changed_at, count(*) FILTER (WHERE s.at >= c.changed_at) AS after,
    count(*) FILTER (WHERE s.at < c.changed_at AND s.at >= c.changed_at - interval '56 days') AS before,
    COALESCE(sum(s.cents) FILTER (WHERE s.at >= c.changed_at), 0) AS cents
  FROM spent s JOIN changed c USING (organisation_id) GROUP BY 1, 2, 3)
SELECT t.*, (SELECT min(a.from_on) FROM places_placeacceptance a WHERE a.place_id = t.place_id AND a.programme_id = %(programme)s)
FROM told t ORDER BY t.place_id"""
_BEFORE_CHANGE_DAYS = 56


def last_days(ground: Ground) -> Iterator[LastDays]:
    """The weeks that touch the last fortnight before an end, place by place."""
    ends: list[date] = [each for (each,) in read(ground, _ENDS)]
    for week in ground.each():
        near = [end for end in ends if week.from_on < end and week.until_on > end - timedelta(days=LAST_DAYS)]
        if not near:
            continue
        ahead = near[0] - timedelta(days=LAST_DAYS)
        lead_days = (week.from_on - ahead).days + 7 * WEEKS_BEFORE
        rows = read(week, _WEEK, lead_days=lead_days, ahead=start_of_day(ahead), there=ahead - timedelta(weeks=WEEKS_BEFORE))
        there = [row for row in rows if row[4]]
        everybody, everybody_before = sum(row[2] for row in there), sum(row[4] for row in there)
        for place_id, organisation_id, vouchers, beyond, before, cents, was_there in rows:
            if vouchers:
                yield LastDays(
                    place_id, organisation_id, week.from_on, week.until_on, vouchers, beyond, before,
                    everybody - vouchers if before else everybody, everybody_before - before, was_there, int(cents),
                )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Month:
    place_id: int
    organisation_id: int
    vouchers: int
    days: int
    booklets: int
    beyond: int
    beyond_days: int
    cents: int
    kind: str
    accepts_since: date | None

    def is_new_at(self, day: date) -> bool:
        return self.accepts_since is not None and (day - self.accepts_since).days <= NEW_DAYS

    def measured(self, measure: Measure) -> int:
        divided = {Measure.VOUCHERS: 1, Measure.A_DAY: self.days, Measure.A_BOOKLET: self.booklets}[measure]
        return self.vouchers * 100 // max(1, divided)

    def measured_beyond(self, measure: Measure) -> int:
        """As `measured`, of what is beyond announced lessons. A booklet's vouchers are not told apart by lesson: all of them count."""
        if measure is Measure.A_BOOKLET:
            return self.measured(measure)
        return self.beyond * 100 // (1 if measure is Measure.VOUCHERS else max(1, self.beyond_days))


def beginnings(ground: Ground) -> Iterator[Beginning]:
    """New places, each beside those that are not new."""
    for month in ground.each():
        rows = _months(month)
        settled = tuple(each.vouchers for each in rows if not each.is_new_at(month.until_on))
        for each in rows:
            if each.accepts_since is not None and each.is_new_at(month.until_on):
                days = max(0, (month.until_on - each.accepts_since).days)
                yield Beginning(
                    each.place_id, each.organisation_id, month.from_on, month.until_on, days, each.vouchers, each.beyond, settled, each.cents
                )  # fmt: skip


def new_accounts(ground: Ground) -> Iterator[NewAccount]:
    """Organisations whose bank account was replaced, with the vouchers of their places before and after."""
    for month in ground.each():
        lead_days = ACCOUNT_DAYS + _BEFORE_CHANGE_DAYS
        for place_id, organisation_id, changed_at, after, before, cents, since in read(
            month, _ACCOUNTS, lead_days=lead_days, days=ACCOUNT_DAYS
        ):
            changed_on = legal_day(changed_at)
            before_days = min(_BEFORE_CHANGE_DAYS, (changed_on - since).days if since else _BEFORE_CHANGE_DAYS)
            after_days = (month.until_on - changed_on).days
            yield NewAccount(
                place_id, organisation_id, month.from_on, month.until_on, after_days, before, max(0, before_days), after, after_days, int(cents)
            )  # fmt: skip


def peers(ground: Ground) -> Iterator[Peers]:
    """Each place of a month beside the narrowest group of others with enough of them. New places are compared elsewhere."""
    for month in ground.each():
        rows = [each for each in _months(month) if not each.is_new_at(month.until_on)]
        points = points_of_places({each.place_id for each in rows}, at=start_of_day(month.until_on))
        area = {each.place_id: _density(points[each.place_id]) if each.place_id in points else "" for each in rows}
        groups = [_alike(rows, key) for key in _keys(area)]
        for each in rows:
            found = next(
                (
                    (group, those[each.place_id])
                    for group, those in zip(Group, groups, strict=True)
                    if len(those[each.place_id]) > PEERS_LEAST
                ),
                None,
            )
            if found is not None:
                yield _beside(each, *found, month)


def _keys(area: dict[int, str]) -> tuple[Callable[[_Month], tuple[str, ...]], ...]:
    """What makes two places alike, in the order of `Group`."""
    return lambda each: (each.kind, area[each.place_id]), lambda each: (area[each.place_id],), lambda each: ()


def _alike(rows: list[_Month], key: Callable[[_Month], tuple[str, ...]]) -> dict[int, list[_Month]]:
    """The places like each place, itself included: at most two hundred others, those whose numbers are nearest, which a file brought together."""
    those: dict[tuple[str, ...], list[_Month]] = defaultdict(list)
    for each in rows:
        those[key(each)].append(each)
    found: dict[int, list[_Month]] = {}
    for alike in those.values():
        for rank, each in enumerate(alike):
            first = max(0, min(rank - PEERS_MOST // 2, len(alike) - PEERS_MOST - 1))
            found[each.place_id] = alike[first : first + PEERS_MOST + 1]
    return found


def _beside(own: _Month, group: Group, alike: list[_Month], month: Ground) -> Peers:
    others = [each for each in alike if each.place_id != own.place_id]
    compared = tuple(
        Compared(measure, own.measured_beyond(measure), tuple(each.measured(measure) for each in others)) for measure in Measure
    )
    return Peers(own.place_id, own.organisation_id, month.from_on, month.until_on, group, own.vouchers, own.beyond, compared, own.cents)


def _months(month: Ground) -> list[_Month]:
    return [_Month(*row) for row in read(month, _MONTH)]


@lru_cache(maxsize=40_000)
def _density(point: Point) -> str:
    return places.density(point).value
