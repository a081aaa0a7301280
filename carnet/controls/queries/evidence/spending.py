"""What a place's vouchers of a week say by themselves: days, booklets, hours, order."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache

from carnet.controls.queries.evidence._ground import LESSONS, SPENT, Ground, read
from carnet.controls.rules.signals.beyond_seats import Day, Seats
from carnet.controls.rules.signals.outside import AGENDA_DAYS, MARGIN_MINUTES, WRITTEN_LATE_DAYS, Agenda, OpenHours, TooEarly
from carnet.controls.rules.signals.redeem_and_reverse import Undone
from carnet.controls.rules.signals.serials_in_order import Order
from carnet.controls.rules.signals.whole_booklets import Booklets
from carnet.places.rules.opening import is_readable, spans_of, zone_of

# A lesson's vouchers may be typed this long after it, and still count in its seats.
TYPED_DAYS = 31

_SEATS = f"""
WITH {SPENT}, {LESSONS},
touched AS (SELECT DISTINCT place_id, from_on, attended_on FROM spent WHERE at >= %(since)s)
SELECT t.place_id, max(s.organisation_id), t.from_on, t.attended_on, count(DISTINCT s.booklet_id), max(l.seats), sum(s.cents)
FROM touched t JOIN lesson l ON l.place_id = t.place_id AND l.held_on = t.attended_on
JOIN spent s ON s.place_id = t.place_id AND s.attended_on = t.attended_on AND s.from_on <= t.from_on
GROUP BY t.place_id, t.from_on, t.attended_on ORDER BY 1, 3, 4"""

_WHOLE = f"""
WITH {SPENT}, {LESSONS},
sitting AS (
  SELECT place_id, max(organisation_id) AS organisation_id, from_on, attended_on, booklet_id, max(booklet_size) AS size, count(*) AS vouchers,
    count(DISTINCT COALESCE(group_id::text, voucher_id::text)) AS acceptances, sum(cents) AS cents
  FROM spent GROUP BY place_id, from_on, attended_on, booklet_id),
told AS (
  SELECT s.*, size >= 3 AND vouchers * 5 >= size * 4 AND acceptances >= 3 AND COALESCE(l.voucher_count, 0) * 5 < size * 4 AS is_whole
  FROM sitting s LEFT JOIN lesson l ON l.place_id = s.place_id AND l.held_on = s.attended_on)
SELECT place_id, max(organisation_id), from_on, count(DISTINCT booklet_id), count(*) FILTER (WHERE is_whole),
  COALESCE(sum(cents) FILTER (WHERE is_whole), 0)
FROM told GROUP BY place_id, from_on HAVING count(*) FILTER (WHERE is_whole) > 0 ORDER BY 1, 3"""

_AGENDA = f"""
WITH {SPENT}, {LESSONS},
told AS (
  SELECT s.place_id, max(s.organisation_id) AS organisation_id, s.from_on, count(*) AS vouchers,
    count(*) FILTER (WHERE l.place_id IS NULL) AS outside, COALESCE(sum(s.cents) FILTER (WHERE l.place_id IS NULL), 0) AS cents
  FROM spent s LEFT JOIN lesson l ON l.place_id = s.place_id AND l.held_on = s.attended_on GROUP BY s.place_id, s.from_on)
SELECT t.place_id, t.organisation_id, t.from_on, t.vouchers, t.outside, (
    SELECT COALESCE(sum(l.sessions), 0) FROM lesson l
    WHERE l.place_id = t.place_id AND l.held_on BETWEEN t.from_on - %(agenda)s::int AND t.from_on + %(agenda)s::int + 6), t.cents
FROM told t WHERE t.outside > 0 ORDER BY 1, 3"""

# Moments to five minutes, so that a row stands for many vouchers. What is sent later (without network, on paper, in a lot) says nothing of hours.
# A lesson of the agenda is an opening.
_MOMENTS = f"""
WITH {SPENT},
moment AS (
  SELECT s.place_id, max(s.organisation_id) AS organisation_id, s.from_on, date_bin('5 minutes', s.at, '2000-01-01Z') AS at, count(*) AS vouchers,
    sum(s.cents) AS cents, max(p.opening_hours) AS hours, max(p.postcode) AS postcode
  FROM spent s JOIN places_place p ON p.id = s.place_id
  WHERE s.channel NOT IN ('OFFLINE', 'PAPER', 'BATCH') AND p.opening_hours <> ''
  GROUP BY s.place_id, s.from_on, 4)
SELECT m.*, EXISTS (
  SELECT 1 FROM workshops_session l WHERE l.place_id = m.place_id AND l.cancelled_at IS NULL
    AND l.starts_at > m.at - interval '1 day' AND l.starts_at < m.at + make_interval(mins => %(margin)s)
    AND l.ends_at > m.at - make_interval(mins => %(margin)s))
FROM moment m ORDER BY 1, 3, 4"""

_EARLY = f"""
WITH {SPENT},
before AS (
  SELECT s.place_id, max(s.organisation_id) AS organisation_id, s.from_on, count(*) AS vouchers,
    count(*) FILTER (WHERE s.attended_on < (b.handed_over_at AT TIME ZONE 'Europe/Paris')::date - %(late)s::int) AS before,
    COALESCE(sum(s.cents) FILTER (WHERE s.attended_on < (b.handed_over_at AT TIME ZONE 'Europe/Paris')::date - %(late)s::int), 0) AS cents
  FROM spent s JOIN ledger_booklet b ON b.id = s.booklet_id GROUP BY s.place_id, s.from_on),
refused AS (
  SELECT a.place_id, max(a.organisation_id) AS organisation_id,
    date_trunc(%(unit)s, a.at AT TIME ZONE 'Europe/Paris')::date AS from_on, count(*) AS refused
  FROM redemption_attempt a
  WHERE a.reason = 'voucher-not-active' AND a.at >= %(since)s AND a.at < %(until)s
    AND a.place_id IN (SELECT c.place_id FROM places_placeacceptance c WHERE c.programme_id = %(programme)s) GROUP BY 1, 3)
SELECT place_id, COALESCE(b.organisation_id, r.organisation_id), from_on, COALESCE(b.before, 0), COALESCE(r.refused, 0), COALESCE(b.vouchers, 0),
  COALESCE(b.cents, 0)
FROM before b FULL JOIN refused r USING (place_id, from_on) WHERE COALESCE(b.before, 0) + COALESCE(r.refused, 0) > 0 ORDER BY 1, 3"""

_ORDER = f"""
WITH {SPENT},
first AS (
  SELECT place_id, max(organisation_id) AS organisation_id, from_on, booklet_id, min(at) AS at, sum(cents) AS cents
  FROM spent GROUP BY place_id, from_on, booklet_id),
beside AS (
  SELECT *, booklet_id IS DISTINCT FROM 1 + lag(booklet_id) OVER w AS begins FROM first WINDOW w AS (PARTITION BY place_id, from_on ORDER BY at, booklet_id)),
run AS (SELECT *, sum(begins::int) OVER (PARTITION BY place_id, from_on ORDER BY at, booklet_id) AS number FROM beside),
told AS (
  SELECT place_id, max(organisation_id) AS organisation_id, from_on, number, count(*) AS length,
    1 + max(at AT TIME ZONE 'Europe/Paris')::date - min(at AT TIME ZONE 'Europe/Paris')::date AS days, sum(cents) AS cents
  FROM run GROUP BY place_id, from_on, number),
all_of AS (SELECT place_id, from_on, count(*) AS booklets FROM first GROUP BY 1, 2)
SELECT DISTINCT ON (place_id, from_on) place_id, organisation_id, from_on, length, a.booklets, days, cents
FROM told JOIN all_of a USING (place_id, from_on) WHERE length > 1 ORDER BY place_id, from_on, length DESC, number"""

_UNDONE = """
WITH redeemed AS (
  SELECT r.place_id, date_trunc(%(unit)s, r.at AT TIME ZONE 'Europe/Paris')::date AS from_on, count(*) AS redeemed
  FROM redemption_redemption r WHERE r.programme_id = %(programme)s AND r.at >= %(since)s AND r.at < %(until)s GROUP BY 1, 2),
undone AS (
  SELECT r.place_id, max(r.organisation_id) AS organisation_id,
    date_trunc(%(unit)s, x.at AT TIME ZONE 'Europe/Paris')::date AS from_on, count(*) AS reversed,
    count(DISTINCT (x.series_id, x.voucher_id)) FILTER (WHERE x.generation > 0) AS loops, sum(s.face_value_cents) AS cents
  FROM redemption_reversal x
  JOIN redemption_redemption r ON r.series_id = x.series_id AND r.voucher_id = x.voucher_id AND r.generation = x.generation
  JOIN ledger_series s ON s.id = x.series_id
  WHERE x.programme_id = %(programme)s AND x.at >= %(since)s AND x.at < %(until)s GROUP BY 1, 3)
SELECT u.place_id, u.organisation_id, u.from_on, COALESCE(d.redeemed, 0), u.reversed, u.loops, u.cents
FROM undone u LEFT JOIN redeemed d USING (place_id, from_on) ORDER BY 1, 3"""


def seats(ground: Ground) -> Iterator[Seats]:
    """Days of lessons for which something was spent in each week, whenever it was spent up to then."""
    found: dict[tuple[int, date], list[Day]] = defaultdict(list)
    runs: dict[tuple[int, date], int] = {}
    for place_id, organisation_id, first, on, booklets, places, cents in read(ground, _SEATS, lead_days=TYPED_DAYS):
        found[place_id, first].append(Day(on, booklets, int(places), int(cents)))
        runs[place_id, first] = organisation_id
    for (place_id, first), days in found.items():
        yield Seats(place_id, runs[place_id, first], first, ground.end_of(first), tuple(days))


def whole_booklets(ground: Ground) -> Iterator[Booklets]:
    """Booklets seen, and those emptied in a day."""
    for place_id, organisation_id, first, booklets, whole, cents in read(ground, _WHOLE):
        yield Booklets(place_id, organisation_id, first, ground.end_of(first), booklets, whole, int(cents))


def agenda(ground: Ground) -> Iterator[Agenda]:
    """Vouchers of days with and without a lesson."""
    for place_id, organisation_id, first, vouchers, outside, sessions, cents in read(ground, _AGENDA, agenda=AGENDA_DAYS):
        yield Agenda(place_id, organisation_id, first, ground.end_of(first), vouchers, outside, int(sessions), int(cents))


def open_hours(ground: Ground) -> Iterator[OpenHours]:
    """Vouchers taken at the counter, against the hours of the directory, by the place's own clock, and the lessons of its agenda."""
    counted: dict[tuple[int, int, date], list[int]] = {}
    for place_id, organisation_id, first, at, vouchers, cents, hours, postcode, is_taught in read(ground, _MOMENTS, margin=MARGIN_MINUTES):
        if not is_readable(hours):
            continue
        here = at.astimezone(zone_of(postcode))
        sums = counted.setdefault((place_id, organisation_id, first), [0, 0, 0, 0])
        sums[0] += vouchers
        if not is_taught and is_far_from_opening(hours, here):
            sums[1] += vouchers
            sums[2] += vouchers if here.hour >= 22 or here.hour < 6 else 0
            sums[3] += int(cents)
    for (place_id, organisation_id, first), (vouchers, outside, at_night, cents) in counted.items():
        if outside:
            yield OpenHours(place_id, organisation_id, first, ground.end_of(first), vouchers, outside, at_night, cents)


def is_far_from_opening(hours: str, here: datetime) -> bool:
    """Whether a local moment is the margin or more from any opening of that day, or of the night before."""
    minute = here.hour * 60 + here.minute
    near = [(begin, end) for begin, end in _openings(hours, here.date())]
    near += [(begin - 1440, end - 1440) for begin, end in _openings(hours, here.date() - timedelta(days=1))]
    return not any(begin - MARGIN_MINUTES < minute < end + MARGIN_MINUTES for begin, end in near)


@lru_cache(maxsize=20_000)
def _openings(hours: str, day: date) -> tuple[tuple[int, int], ...]:
    return tuple(
        (begin.hour * 60 + begin.minute, (end.hour * 60 + end.minute) or 1440) for begin, end in spans_of(hours, day=day)
    )  # fmt: skip


def too_early(ground: Ground) -> Iterator[TooEarly]:
    """Lessons before the hand-over, and tries on what nobody had."""
    for place_id, organisation_id, first, before, refused, vouchers, cents in read(ground, _EARLY, late=WRITTEN_LATE_DAYS):
        yield TooEarly(place_id, organisation_id, first, ground.end_of(first), before, refused, vouchers, int(cents))


def order(ground: Ground) -> Iterator[Order]:
    """The longest run of each place."""
    for place_id, organisation_id, first, run, booklets, days, cents in read(ground, _ORDER):
        yield Order(place_id, organisation_id, first, ground.end_of(first), run, booklets, days, int(cents))


def undone(ground: Ground) -> Iterator[Undone]:
    """What was undone in each week."""
    for place_id, organisation_id, first, redeemed, reversed_count, loops, cents in read(ground, _UNDONE):
        yield Undone(place_id, organisation_id, first, ground.end_of(first), redeemed, reversed_count, loops, int(cents))
