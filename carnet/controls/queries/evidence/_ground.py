"""What every reader is asked, the vouchers spent that most of them count, and where desks and places are."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import connection

from carnet.controls.rules.signals.rule import Span
from carnet.distribution import queries as distribution
from carnet.kernel.periods import start_of_day
from carnet.parties import queries as parties
from carnet.places import queries as places
from carnet.places.rules.geography import folded

Point = tuple[float, float]

# Vouchers spent and not undone, from `lead` days before the first period on. `from_on`: the first day of the week or month it was spent in.
# A booklet's number follows from the voucher's: numbers are drawn in a row, and reading each voucher would cost more than all the rest.
SPENT = """
spent AS MATERIALIZED (
  SELECT r.series_id, r.voucher_id, r.place_id, r.organisation_id, r.attended_on, r.at, r.channel, r.group_id,
    s.first_booklet_id + (r.voucher_id - s.first_voucher_id) / s.booklet_size AS booklet_id, s.booklet_size, s.face_value_cents AS cents,
    date_trunc(%(unit)s, r.at AT TIME ZONE 'Europe/Paris')::date AS from_on
  FROM redemption_redemption r JOIN ledger_series s ON s.id = r.series_id
  WHERE r.programme_id = %(programme)s AND r.at >= %(lead)s AND r.at < %(until)s AND NOT EXISTS (
    SELECT 1 FROM redemption_reversal x WHERE x.series_id = r.series_id AND x.voucher_id = r.voucher_id AND x.generation = r.generation)
)"""

# The lessons of each day at the places where something was spent; `asks`: the vouchers that all its seats ask for.
LESSONS = """
lesson AS MATERIALIZED (
  SELECT l.place_id, (l.starts_at AT TIME ZONE 'Europe/Paris')::date AS held_on, sum(l.seats) AS seats, max(l.voucher_count) AS voucher_count,
    sum(l.seats * greatest(l.voucher_count, 1)) AS asks, count(*) AS sessions
  FROM workshops_session l
  WHERE l.cancelled_at IS NULL AND l.starts_at >= %(since)s - interval '62 days' AND l.starts_at < %(until)s + interval '31 days'
    AND l.place_id IN (SELECT place_id FROM spent)
  GROUP BY 1, 2)"""

# Vouchers beyond announced lessons, place by place in each period: of days without a lesson, and beyond what the seats of that day's lessons ask for.
BEYOND = f"""
{LESSONS},
beyond AS MATERIALIZED (
  SELECT place_id, from_on, sum(beyond)::bigint AS beyond, count(*) FILTER (WHERE beyond > 0) AS days, sum(beyond * cents / vouchers)::bigint AS cents
  FROM (
    SELECT s.place_id, s.from_on, s.attended_on, count(*) AS vouchers, sum(s.cents) AS cents,
      greatest(0, count(*) - COALESCE(max(l.asks), 0)) AS beyond
    FROM spent s LEFT JOIN lesson l ON l.place_id = s.place_id AND l.held_on = s.attended_on WHERE s.at >= %(since)s
    GROUP BY s.place_id, s.from_on, s.attended_on) day
  GROUP BY place_id, from_on)"""


@dataclass(frozen=True, slots=True)
class Ground:
    """Which programme, and which whole periods of legal days (half-open, one after another), evidence is asked for."""

    programme_id: int
    span: Span
    periods: tuple[tuple[date, date], ...]

    @property
    def from_on(self) -> date:
        """The first day looked at."""
        return self.periods[0][0]

    @property
    def until_on(self) -> date:
        """The first day no longer looked at."""
        return self.periods[-1][1]

    def each(self) -> Iterator["Ground"]:
        """One period at a time: for what compares a period with the weeks before it."""
        for period in self.periods:
            yield Ground(self.programme_id, self.span, (period,))

    def end_of(self, first: date) -> date:
        """The first day after the period that begins on `first`."""
        return self.span.after(first)


def read(ground: Ground, statement: str, *, lead_days: int = 0, **more: Any) -> list[tuple[Any, ...]]:
    """The rows of one statement about the days looked at, `lead_days` of them before for what was there."""
    since = start_of_day(ground.from_on)
    given: dict[str, Any] = {
        "programme": ground.programme_id,
        "unit": ground.span.value.lower(),
        "since": since,
        "from_on": ground.from_on,
        "until_on": ground.until_on,
        "lead": start_of_day(ground.from_on - timedelta(days=lead_days)),
        "until": start_of_day(ground.until_on),
    }
    with connection.cursor() as cursor:
        cursor.execute(f"/* fan-out: a programme's weeks are looked at whole */ {statement}", {**given, **more})
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def places_of_desks(programme_id: int, desk_ids: Collection[int]) -> dict[int, Point]:
    """Where each desk is: its first open door in the programme, else the commune of its address; those that are nowhere are left out."""
    found: dict[int, Point] = {}
    for door in distribution.points_of_programme(programme_id):
        if door.closed_at is None and door.organisation_id in desk_ids:
            found.setdefault(door.organisation_id, (door.latitude, door.longitude))
    for number, card in parties.organisations(set(desk_ids) - set(found)).items():
        point = _of_address(card.postcode, card.city)
        if point is not None:
            found[number] = point
    return found


def points_of_places(place_ids: Collection[int], *, at: datetime) -> dict[int, Point]:
    """Where each place is; those that are nowhere are left out."""
    return {each.place_id: each.point for each in places.summaries(sorted(place_ids), at=at) if each.point is not None}


@lru_cache(maxsize=20_000)
def _of_address(postcode: str, city: str) -> Point | None:
    found = places.localities(postcode or city) if postcode or city else ()
    named = [each for each in found if folded(each.name) == folded(city)] or found
    return named[0].point if named else None
