"""A redemption looks rows up one by one, whatever the server thought of its tables when it planned.

The plan of `redeem_many` is kept for as long as a connection lives (0002). Made while the table of answers was empty, as on a new installation
or after its cleaning, it read that table whole at each redemption, until somebody analysed it: 2,000 rows read after 2,000 redemptions.
"""

import re
from pathlib import Path

from django.db import migrations

SECOND = (Path(__file__).parent / "0002_counter_throttles.sql").read_text(encoding="utf-8")
START = SECOND.index("CREATE FUNCTION redeem_many(")
BEFORE = SECOND[START : SECOND.index("\nEND $$;", START) + len("\nEND $$;")].replace("CREATE", "CREATE OR REPLACE", 1)


def with_lookups(function: str) -> str:
    """`redeem_many` from here on: the same, where a lookup of one row cannot be planned as a join over a whole table."""
    for written, instead, times in (
        (r"LEFT JOIN journal_answer a ON (.*?);", r"LEFT JOIN LATERAL (SELECT * FROM journal_answer a WHERE \1 LIMIT 1) a ON true;", 1),
        (
            r"JOIN ledger_account (\w+) ON (.*?)(?=\s+JOIN ledger_account|\s+ON CONFLICT|;)",
            r"JOIN LATERAL (SELECT \1.id FROM ledger_account \1 WHERE \2 LIMIT 1) \1 ON true",
            4,
        ),
        (
            r"SET plan_cache_mode = force_generic_plan",
            r"\g<0> SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off",
            1,
        ),
    ):
        function, found = re.subn(written, instead, function, flags=re.DOTALL)
        assert found == times, written
    return function


class Migration(migrations.Migration):
    dependencies = [("redemption", "0004_papers")]

    operations = [migrations.RunSQL(with_lookups(BEFORE), BEFORE)]
