"""Redemptions laid beside claims in one temporary table, so that fifty thousand are one statement.

``redemption_claimable`` is what redemption publishes for this: the standing redemptions of a programme
that can no longer be undone, each with its agreement and share pattern.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import connection

_TABLE = """
CREATE TEMP TABLE IF NOT EXISTS settlement_claimable (
  agreement_id bigint, series_id bigint, voucher_id bigint, generation smallint, pattern smallint,
  organisation_id bigint, place_id bigint, cents integer, redeemed_at timestamptz
) ON COMMIT DELETE ROWS
"""


_COLUMNS = "agreement_id, series_id, voucher_id, generation, pattern, organisation_id, place_id, cents, redeemed_at"
_VALUES = "agreement_id, series_id, voucher_id, generation, pattern, organisation_id, place_id, value_cents, redeemed_at"


def lay_out_unclaimed(*, programme_id: int, until: datetime, at: datetime) -> None:
    """Fill the temporary table with the redemptions before `until` that no claim holds yet, however old they are."""
    _fill(
        "redeemed_at < %s AND NOT EXISTS (SELECT 1 FROM settlement_claimline l"
        " WHERE l.series_id = r.series_id AND l.voucher_id = r.voucher_id AND l.generation = r.generation)",
        [programme_id, at, until],
    )


def lay_out(*, programme_id: int, since: datetime, until: datetime, at: datetime) -> None:
    """Fill the temporary table with the redemptions of `[since, until)`, claimed or not."""
    _fill("redeemed_at >= %s AND redeemed_at < %s", [programme_id, at, since, until])


def leave_out(*, organisation_ids: Collection[int]) -> None:
    """Take out of the table what was redeemed at these organisations' places."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM settlement_claimable WHERE organisation_id = ANY(%s)", [list(organisation_ids)])


def keep_asked(*, untils: Mapping[int, datetime]) -> None:
    """Keep in the table what each of these organisations redeemed before the moment it asked to be paid, and nothing else."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM settlement_claimable c WHERE NOT EXISTS ("
            " SELECT 1 FROM unnest(%s::bigint[], %s::timestamptz[]) AS q(organisation_id, until)"
            " WHERE q.organisation_id = c.organisation_id AND c.redeemed_at < q.until)",
            [list(untils), list(untils.values())],
        )


def oldest_laid_out() -> dict[int, datetime]:
    """The oldest redemption in the table, of each organisation."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT organisation_id, min(redeemed_at) FROM settlement_claimable GROUP BY organisation_id ORDER BY organisation_id"
        )
        return dict(cursor.fetchall())


def _fill(condition: str, values: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_TABLE)
        cursor.execute("DELETE FROM settlement_claimable")
        cursor.execute(
            f"INSERT INTO settlement_claimable ({_COLUMNS}) SELECT {_VALUES} FROM redemption_claimable(%s, %s) r WHERE {condition}",
            values,
        )
        cursor.execute("ANALYZE settlement_claimable")
