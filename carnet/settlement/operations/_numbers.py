"""Numbers of papers without a gap: by operator, kind and year, from one row under its lock."""

from django.db import connection

from carnet.settlement.rules.debts import PaperKind


def take_numbers(*, operator_id: int, kind: PaperKind, year: int, count: int = 1) -> range:
    """The next `count` numbers, in the caller's transaction: whoever else asks waits for it to end, and a rollback leaves no hole.

    Taken last, just before the papers are written: the row is one for the whole operator.
    """
    assert count > 0, "a paper has a number"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO settlement_numbering (operator_id, kind, year, latest) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (operator_id, kind, year) DO UPDATE SET latest = settlement_numbering.latest + EXCLUDED.latest RETURNING latest",
            [operator_id, kind.value, year, count],
        )
        latest = int(cursor.fetchone()[0])
    return range(latest - count + 1, latest + 1)
