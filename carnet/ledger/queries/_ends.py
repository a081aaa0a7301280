"""How far the booklets of an agreement have gone: what is asked when its validity comes to an end."""

from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True, slots=True)
class BookletProgress:
    """Booklets, by how far they went. `started`: at least one voucher spent. `handed_over` includes the started, and the opened ones."""

    issued: int = 0
    handed_over: int = 0
    not_handed_over: int = 0
    started: int = 0
    void: int = 0


def booklet_progress(*, agreement_id: int | None = None, programme_id: int | None = None, holder_id: int | None = None) -> BookletProgress:
    """The booklets of an agreement or a programme, or those one desk has or gave. issued = handed over + not handed over + void."""
    wanted = [("s.agreement_id", agreement_id), ("s.programme_id", programme_id), ("b.holder_id", holder_id)]
    named = [(column, value) for column, value in wanted if value is not None]
    assert named, "name an agreement, a programme or a holder"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE b.handed_over_at IS NOT NULL OR b.opened),"
            " count(*) FILTER (WHERE b.handed_over_at IS NULL AND NOT b.opened AND b.voided_at IS NULL),"
            # By the vouchers' own numbers: nothing finds them by their booklet but reading the series whole, for each booklet.
            " count(*) FILTER (WHERE (b.handed_over_at IS NOT NULL OR b.opened) AND EXISTS (SELECT 1 FROM ledger_voucher v"
            " WHERE v.series_id = b.series_id AND v.mark = 2 AND v.id"
            " BETWEEN s.first_voucher_id + (b.id - s.first_booklet_id) * s.booklet_size"
            " AND s.first_voucher_id + (b.id - s.first_booklet_id + 1) * s.booklet_size - 1)),"
            " count(*) FILTER (WHERE b.handed_over_at IS NULL AND NOT b.opened AND b.voided_at IS NOT NULL)"
            " FROM ledger_series s JOIN ledger_booklet b ON b.series_id = s.id"
            f" WHERE {' AND '.join(f'{column} = %s' for column, _value in named)}",
            [value for _column, value in named],
        )
        return BookletProgress(*cursor.fetchone())
