"""What devices sent, by the server's clock: how late, and what their own clocks did."""

from collections.abc import Iterator

from carnet.controls.queries.evidence._ground import Ground, read
from carnet.controls.rules.signals.late_uploads import LATE_DAYS, ODD_MINUTES, Uploads

# A device's clock is compared with itself, item after item by its counter, from a month before: where it goes back, it was set.
_UPLOADS = """
WITH item AS (
  SELECT u.*, lag(u.device_at) OVER (PARTITION BY u.device_id ORDER BY u.counter, u.id) AS previous_at
  FROM redemption_uploadeditem u WHERE u.received_at >= %(lead)s AND u.received_at < %(until)s),
told AS (
  SELECT *, date_trunc(%(unit)s, received_at AT TIME ZONE 'Europe/Paris')::date AS from_on,
    COALESCE(received_at - device_at >= make_interval(days => %(late)s), false) AS is_late,
    COALESCE(device_at - received_at >= make_interval(mins => %(odd)s), false) AS is_ahead,
    COALESCE(previous_at - device_at >= make_interval(mins => %(odd)s), false) AS is_back,
    NOT (signed AND follows) AS is_broken
  FROM item WHERE programme_id = %(programme)s AND received_at >= %(since)s)
SELECT place_id, max(organisation_id), from_on, count(*), count(*) FILTER (WHERE is_late OR is_ahead OR is_back OR is_broken),
  count(*) FILTER (WHERE is_late), count(*) FILTER (WHERE is_ahead), count(*) FILTER (WHERE is_back), count(*) FILTER (WHERE is_broken),
  count(DISTINCT device_id), COALESCE(sum(value_cents) FILTER (WHERE outcome = 'confirmed' AND (is_late OR is_ahead OR is_back OR is_broken)), 0)::bigint
FROM told GROUP BY place_id, from_on ORDER BY 1, 3"""


def uploads(ground: Ground) -> Iterator[Uploads]:
    """Items received in each week, and what was odd about them."""
    for place_id, organisation_id, first, *counts in read(ground, _UPLOADS, lead_days=31, late=LATE_DAYS, odd=ODD_MINUTES):
        yield Uploads(place_id, organisation_id, first, ground.end_of(first), *counts)
