"""The guard on hot statements refuses what it should: it runs in every test, so it is tested itself."""

import pytest
from django.db import connection

from tests import statements


@pytest.mark.parametrize(
    "statement",
    [
        'SELECT "ledger_voucher"."series_id" FROM "ledger_voucher" WHERE "ledger_voucher"."id" = 3',
        "UPDATE ledger_voucher SET mark = 2 WHERE id = 3",
        "DELETE FROM redemption_redemption",
        "INSERT INTO ledger_movement (debit_account_id, cents) VALUES (1, 2)",
        "SELECT 1 FROM ledger_booklet b JOIN ledger_voucher v ON v.booklet_id = b.id WHERE series_id > 3",
        "SELECT count(*) FROM ledger_voucher /* fan-out: */",
    ],
)
def test_a_statement_without_its_series_is_refused(statement: str) -> None:
    with pytest.raises(statements.SeriesNotNamed):
        statements.check(statement)


@pytest.mark.parametrize(
    "statement",
    [
        'SELECT * FROM "ledger_voucher" WHERE ("ledger_voucher"."series_id" = 4 AND "ledger_voucher"."id" = 3)',
        'SELECT * FROM "ledger_voucher" WHERE "ledger_voucher"."series_id" IN (4, 5)',
        "SELECT 1 FROM ledger_booklet b JOIN ledger_voucher v USING (series_id, booklet_id)",
        "UPDATE ledger_voucher v SET mark = 1 FROM given g WHERE v.series_id = g.series_id AND v.id = g.id",
        "INSERT INTO ledger_movement (series_id, cents) VALUES (1, 2)",
        "SELECT count(*) FROM ledger_voucher /* fan-out: the whole site's figures */",
        "SELECT * FROM ledger_booklet",
        "ALTER TABLE ledger_voucher ADD CONSTRAINT c CHECK (true)",
    ],
)
def test_a_statement_that_names_its_series_or_says_why_passes(statement: str) -> None:
    statements.check(statement)


@pytest.mark.django_db
def test_every_connection_is_watched() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert statements.watch in connection.execute_wrappers


def test_the_functions_that_answer_for_their_statements_exist() -> None:
    from pathlib import Path

    root = Path(__file__).resolve().parents[2]
    for file, function in statements.FAN_OUT_FUNCTIONS:
        assert f"def {function}(" in (root / file).read_text(encoding="utf-8"), f"{file} no longer has {function}"
