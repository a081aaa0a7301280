"""What stands behind a signal or a case: the redemptions it is about, each with its lesson and its desk. Never a code, never a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from carnet.controls.access import signals as access
from carnet.gateways.database import acting_as_everything
from carnet.kernel.actors import Actor
from carnet.kernel.periods import start_of_day

PER_PAGE = 100
# A file of one signal's redemptions: a place that does more in a month is read by its account books.
MOST = 20_000
Key = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Behind:
    """One redemption. Unit: whole cents. `lessons`: announced that day at that place. `desk_id`: who holds or gave its booklet; 0: nobody known."""

    key: Key
    cents: int
    redeemed_at: datetime
    attended_on: date
    channel: str
    lessons: int
    desk_id: int
    is_undone: bool


@dataclass(frozen=True, slots=True)
class BehindPage:
    """Some of a signal's redemptions, the oldest first, and how many there are."""

    lines: tuple[Behind, ...]
    count: int
    page: int
    page_count: int


_COLUMNS = """
SELECT r.series_id, r.voucher_id, r.generation, r.value_cents, r.at, r.attended_on, r.channel, (
    SELECT count(*) FROM workshops_session l WHERE l.place_id = r.place_id AND l.cancelled_at IS NULL
      AND l.starts_at >= r.attended_on::timestamp AT TIME ZONE 'Europe/Paris'
      AND l.starts_at < (r.attended_on + 1)::timestamp AT TIME ZONE 'Europe/Paris'),
  COALESCE(b.holder_id, 0), EXISTS (SELECT 1 FROM redemption_reversal x WHERE x.series_id = r.series_id AND x.voucher_id = r.voucher_id
    AND x.generation = r.generation)
"""
_FROM = """
FROM (SELECT r.*, s.face_value_cents AS value_cents, s.first_booklet_id + (r.voucher_id - s.first_voucher_id) / s.booklet_size AS booklet_id
      FROM redemption_redemption r JOIN ledger_series s ON s.id = r.series_id) r
LEFT JOIN ledger_booklet b ON b.id = r.booklet_id
"""
_OF_SIGNAL = """
WHERE r.programme_id = %(programme)s AND r.place_id = %(place)s AND r.at >= %(since)s AND r.at < %(until)s
  AND (%(on)s::date IS NULL OR r.attended_on = %(on)s) AND (%(desk)s = 0 OR b.holder_id = %(desk)s)
"""
_OF_KEYS = """
JOIN unnest(%(series)s::bigint[], %(vouchers)s::bigint[], %(generations)s::smallint[]) AS k(series_id, voucher_id, generation)
  ON k.series_id = r.series_id AND k.voucher_id = r.voucher_id AND k.generation = r.generation
"""
_ORDER = "ORDER BY r.at, r.series_id, r.voucher_id, r.generation"
_WHY = "a booklet is its desk's, and a lesson its place's"


def behind_signal(
    actor: Actor, signal_id: int, *, page: int = 1, per_page: int = PER_PAGE, on: date | None = None, desk_id: int = 0
) -> BehindPage:
    """What the place of a signal redeemed on the days it looked at: all, those of one day's lessons, or of one desk's booklets.

    Undone ones too, and said so. Raises: NotAllowed, SignalUnknown.
    """
    signal = access.seen_signal(actor, signal_id)
    given: dict[str, Any] = {
        "programme": signal.programme_id,
        "place": signal.place_id,
        "since": start_of_day(signal.from_on),
        "until": start_of_day(signal.until_on),
        "on": on,
        "desk": desk_id,
    }
    with acting_as_everything(why=_WHY), connection.cursor() as cursor:
        cursor.execute(f"/* fan-out: a place's days */ SELECT count(*) {_FROM} {_OF_SIGNAL}", given)
        count = int(cursor.fetchone()[0])
        page_count = max(1, -(-count // per_page))
        page = min(max(1, page), page_count)
        cursor.execute(
            f"/* fan-out: a place's days */ {_COLUMNS} {_FROM} {_OF_SIGNAL} {_ORDER} LIMIT %(limit)s OFFSET %(offset)s",
            {**given, "limit": per_page, "offset": (page - 1) * per_page},
        )
        return BehindPage(tuple(_behind(row) for row in cursor.fetchall()), count, page, page_count)


def behind_keys(keys: Sequence[Key]) -> dict[Key, Behind]:
    """The same of these redemptions, which the caller may read."""
    given = {
        "series": [key[0] for key in keys],
        "vouchers": [key[1] for key in keys],
        "generations": [key[2] for key in keys],
    }
    with acting_as_everything(why=_WHY), connection.cursor() as cursor:
        cursor.execute(f"/* fan-out: those of one page */ {_COLUMNS} {_FROM} {_OF_KEYS} {_ORDER}", given)
        return {each.key: each for each in (_behind(row) for row in cursor.fetchall())}


def _behind(row: tuple[Any, ...]) -> Behind:
    return Behind((row[0], row[1], row[2]), row[3], row[4], row[5], row[6], int(row[7]), row[8], row[9])
