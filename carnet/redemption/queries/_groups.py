"""The vouchers that paid one service together, and services counted as one whatever they cost."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from carnet.redemption.queries._redemptions import serial_of
from carnet.redemption.rules import parse_redemption_number, redemption_number

_STANDING = (
    " NOT EXISTS (SELECT 1 FROM redemption_reversal x"
    " WHERE x.series_id = r.series_id AND x.voucher_id = r.voucher_id AND x.generation = r.generation)"
)


def taken_together(number: str) -> list[str]:
    """The numbers of the redemptions that paid one service with this one, itself included, in order; itself alone for most.

    As far as the reader sees. Raises: RedemptionUnknown (not a number).
    """
    series_id, voucher_id, generation = parse_redemption_number(number)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.series_id, r.voucher_id, r.generation FROM redemption_redemption r /* fan-out: the vouchers of one service */"
            " WHERE r.group_id = (SELECT g.group_id FROM redemption_redemption g WHERE g.series_id = %s AND g.voucher_id = %s AND g.generation = %s)"
            " ORDER BY r.group_rank",
            [series_id, voucher_id, generation],
        )
        rows = cursor.fetchall()
    return [redemption_number(series_id=row[0], voucher_id=row[1], generation=row[2]) for row in rows] or [number]


def serials_of(numbers: Collection[str]) -> list[str]:
    """The printed serials of the vouchers of these redemptions, in the order given."""
    return [serial_of(*parse_redemption_number(number)[:2]) for number in numbers]


def services_given(*, programme_id: int) -> dict[str, int]:
    """How many services of each kind were given against vouchers of a programme, net of reversals: one service whatever it costs."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.service_code, count(*) FROM redemption_redemption r /* fan-out: figures */"
            f" WHERE r.programme_id = %s AND COALESCE(r.group_rank, 1) = 1 AND {_STANDING} GROUP BY 1 ORDER BY 2 DESC, 1",
            [programme_id],
        )
        return dict(cursor.fetchall())


def services_among(keys: Collection[tuple[int, int, int]]) -> int:
    """How many services these redemptions paid (series, voucher, generation): a service of several vouchers counts with its first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM unnest(%s::bigint[], %s::bigint[], %s::smallint[]) AS k (series_id, voucher_id, generation)"
            " JOIN redemption_redemption r ON r.series_id = k.series_id AND r.voucher_id = k.voucher_id AND r.generation = k.generation"
            " WHERE COALESCE(r.group_rank, 1) = 1",
            [[key[rank] for key in keys] for rank in range(3)],
        )
        return int(cursor.fetchone()[0])


@dataclass(frozen=True, slots=True)
class ServicePart:
    """One redemption as a part of a service; `is_first`: the one with which the service is counted."""

    number: str
    place_id: int
    service: str
    redeemed_at: datetime
    is_first: bool


def services_of(keys: Collection[tuple[int, int, int]]) -> list[ServicePart]:
    """These redemptions (series, voucher, generation) by the service they paid, as far as the reader sees, the first first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.series_id, r.voucher_id, r.generation, r.place_id, r.service_code, r.at, COALESCE(r.group_rank, 1) = 1"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::smallint[]) AS k (series_id, voucher_id, generation)"
            " JOIN redemption_redemption r ON r.series_id = k.series_id AND r.voucher_id = k.voucher_id AND r.generation = k.generation"
            " ORDER BY r.at, r.series_id, r.voucher_id",
            [[key[rank] for key in keys] for rank in range(3)],
        )
        rows = cursor.fetchall()
    return [ServicePart(redemption_number(series_id=row[0], voucher_id=row[1], generation=row[2]), *row[3:]) for row in rows]
