"""What an organisation's vouchers say of its lessons, day by day: for whoever tells its activities without typing them twice."""

from dataclasses import dataclass
from datetime import date

from django.db import connection

from carnet.ledger import queries as ledger
from carnet.redemption.rules import redemption_number
from carnet.workshops import queries as workshops

LESSONS_MAX = 20_000


@dataclass(frozen=True, slots=True)
class LessonDay:
    """Vouchers that stand, of one place, one service and one day: how many, from how many booklets, that is to say people."""

    place_id: int
    service: str
    day: date
    voucher_count: int
    people_count: int


def lessons_outside_sessions(*, organisation_id: int, from_on: date, until_on: date) -> list[LessonDay]:
    """The lessons of an organisation's places attended between two days (the second excluded), but those noted at a session.

    Net of reversals. A voucher spent at a session of a workshop is counted with that session: workshops know it by its number.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.series_id, r.voucher_id, r.generation, r.place_id, r.service_code, r.attended_on FROM redemption_redemption r"
            " /* fan-out: of one organisation */ WHERE r.organisation_id = %s AND r.attended_on >= %s AND r.attended_on < %s AND NOT EXISTS ("
            " SELECT 1 FROM redemption_reversal x WHERE x.series_id = r.series_id AND x.voucher_id = r.voucher_id AND x.generation = r.generation)"
            " ORDER BY r.attended_on, r.place_id, r.service_code, r.series_id, r.voucher_id LIMIT %s",
            [organisation_id, from_on, until_on, LESSONS_MAX],
        )
        rows = cursor.fetchall()
    numbers = [redemption_number(series_id=row[0], voucher_id=row[1], generation=row[2]) for row in rows]
    at_sessions = workshops.noted_at_sessions(numbers)
    series = {series_id: ledger.series(series_id) for series_id in {row[0] for row in rows}}
    booklets: dict[tuple[int, str, date], list[tuple[int, int]]] = {}
    for number, (series_id, voucher_id, _generation, place_id, service, day) in zip(numbers, rows, strict=True):
        if number not in at_sessions:
            rank = (voucher_id - series[series_id].first_voucher_id) // series[series_id].booklet_size
            booklets.setdefault((place_id, service, day), []).append((series_id, rank))
    return [LessonDay(*key, voucher_count=len(found), people_count=len(set(found))) for key, found in booklets.items()]
