"""Where tries are counted: Django's cache in a table of the database, which forgets what has ended and nothing else.

Django's own keeps three hundred lines, and makes room by throwing away a third of those that still count: three hundred wrong e-mails at
sign-in would give ten more tries at the one that is wanted.
"""

from datetime import datetime
from typing import Any

from django.core.cache.backends.db import DatabaseCache
from django.db import connection, connections


class ThrottleCache(DatabaseCache):
    """Counts of tries, kept until their time is over, however many there are."""

    def _cull(self, db: str, cursor: Any, now: datetime, num: int) -> None:
        """Make room: what has ended goes, what still counts stays."""
        quoted = connections[db].ops.quote_name(self._table)  # type: ignore[attr-defined]
        cursor.execute(f"DELETE FROM {quoted} WHERE expires < %s", [now])


def count_tries(key: str, *, by: int, seconds: int) -> int:
    """Add to a count that ends `seconds` after its latest addition; give what it comes to. By 0: only what it comes to.

    The line stays locked until the transaction ends: tries sent at the same moment are counted one after the other, never lost.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO parties_throttle AS kept (cache_key, value, expires)"
            " VALUES (%(key)s, %(by)s::text, clock_timestamp() + make_interval(secs => %(seconds)s))"
            " ON CONFLICT (cache_key) DO UPDATE SET"
            " value = (CASE WHEN kept.expires <= clock_timestamp() THEN 0 ELSE kept.value::bigint END + %(by)s)::text,"
            " expires = CASE WHEN kept.expires <= clock_timestamp() OR %(by)s > 0 THEN excluded.expires ELSE kept.expires END"
            " RETURNING value::bigint",
            {"key": f"tries:{key}", "by": by, "seconds": seconds},
        )
        return int(cursor.fetchone()[0])
