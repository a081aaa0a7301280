"""Serials locked after wrong secrets, as the operator sees them. Never a place: no row of theirs is its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from carnet.kernel.identifiers import VoucherSerial
from carnet.redemption.queries._redemptions import serial_of


@dataclass(frozen=True, slots=True)
class LockedSerial:
    """A serial that nobody may give with a secret until a person unlocks it. `organisation_ids`: who gave the wrong secrets."""

    serial: str
    series_id: int
    voucher_id: int
    programme_id: int
    locked_at: datetime
    channel: str
    place_id: int | None
    wrong_count: int
    organisation_ids: tuple[int, ...]


_LOCKED = """
SELECT l.series_id, l.voucher_id, l.programme_id, l.at, l.channel, l.place_id, count(DISTINCT w.guess), array_agg(DISTINCT w.organisation_id)
FROM redemption_serialevent l
LEFT JOIN redemption_serialevent w ON w.series_id = l.series_id AND w.voucher_id = l.voucher_id AND w.kind = 'WRONG' AND w.id < l.id
  AND w.id > COALESCE((SELECT max(u.id) FROM redemption_serialevent u
                       WHERE u.series_id = l.series_id AND u.voucher_id = l.voucher_id AND u.kind = 'UNLOCKED' AND u.id < l.id), 0)
WHERE l.kind = 'LOCKED' AND {which} AND NOT EXISTS (
  SELECT 1 FROM redemption_serialevent u WHERE u.series_id = l.series_id AND u.voucher_id = l.voucher_id AND u.kind <> 'WRONG' AND u.id > l.id)
GROUP BY l.id ORDER BY l.id DESC LIMIT %s
"""


def locked_serials(*, programme_id: int | None = None, limit: int = 200) -> list[LockedSerial]:
    """The serials locked now under the programmes one sees, the latest first."""
    which = "l.programme_id = %s" if programme_id is not None else "true"
    return _locked(which, [programme_id] if programme_id is not None else [], limit)


def locked_serial(serial: VoucherSerial) -> LockedSerial | None:
    """The lock of one serial, or None if it is not locked, never existed or is another tenant's."""
    which = (
        "(l.series_id, l.voucher_id) IN (SELECT s.id, s.first_voucher_id + %s - s.first_serial FROM ledger_series s"
        " WHERE s.issuer_prefix = %s AND s.first_serial <= %s AND %s < s.first_serial + s.voucher_count)"
    )
    found = _locked(which, [serial.number, serial.prefix, serial.number, serial.number], 1)
    return found[0] if found else None


def _locked(which: str, values: Sequence[Any], limit: int) -> list[LockedSerial]:
    with connection.cursor() as cursor:
        cursor.execute(_LOCKED.format(which=which), [*values, limit])
        rows = cursor.fetchall()
    return [
        LockedSerial(
            serial=serial_of(series_id, voucher_id),
            series_id=series_id,
            voucher_id=voucher_id,
            programme_id=programme_id,
            locked_at=at,
            channel=channel,
            place_id=place_id,
            wrong_count=wrong_count,
            organisation_ids=tuple(each for each in organisations if each is not None),
        )
        for series_id, voucher_id, programme_id, at, channel, place_id, wrong_count, organisations in rows
    ]
