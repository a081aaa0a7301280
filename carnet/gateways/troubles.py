"""What is wrong underneath when something fails: the database away, too many at once, no room left on a disk. The doors say what to do.

Nothing was half-written in any of them: what was begun is taken back by the database, or was never sent to it.
"""

import errno
from enum import Enum

from django.db import Error, InterfaceError, InternalError, OperationalError, connection
from psycopg_pool import ConnectionPool, PoolTimeout, TooManyRequests

# By PostgreSQL's own codes (its manual, appendix A), never by its sentences.
FULL = frozenset({"53100", "53200"})  # a disk, a memory
BUSY = frozenset({"55P03", "57014", "53300", "40P01", "40001"})  # waited too long, no connection left, two that waited for each other
AWAY = frozenset({"25006"})  # it only reads: it was the writer a moment ago
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class Trouble(Enum):
    """The value is the stable code the API answers."""

    AWAY = "database-away"
    BUSY = "too-busy"
    FULL = "disk-full"


# How long to wait before trying again. Unit: whole seconds.
RETRY_SECONDS = {Trouble.AWAY: 5, Trouble.BUSY: 2, Trouble.FULL: 60}


def trouble_of(error: BaseException | None) -> Trouble | None:
    """What lies under an error, whatever wrapped it; None: it is the program's own fault."""
    for each in _and_its_causes(error):
        if isinstance(each, OSError) and each.errno in NO_ROOM:
            return Trouble.FULL
        if isinstance(each, TooManyRequests):
            return Trouble.BUSY
        if isinstance(each, PoolTimeout):
            return Trouble.BUSY if _every_connection_is_lent() else Trouble.AWAY
        if isinstance(each, Error):
            found = _by_code(each)
            if found is not None:
                return found
    return None


def forget_broken_connections() -> None:
    """Once one connection was found dead, look at the others that wait in this process, so that each does not fail a request of its own."""
    pool = _pool()
    if pool is not None and not pool.closed:
        pool.check()


def _by_code(error: Error) -> Trouble | None:
    code = getattr(error.__cause__, "sqlstate", None)
    if code in FULL:
        return Trouble.FULL
    if code in BUSY:
        return Trouble.BUSY
    # An internal error without a code is the line's: what came back was cut short, or was not expected.
    is_line = isinstance(error, OperationalError | InterfaceError) or (code is None and isinstance(error, InternalError))
    return Trouble.AWAY if code in AWAY or is_line else None


def _and_its_causes(error: BaseException | None) -> list[BaseException]:
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__
    return chain


def _every_connection_is_lent() -> bool:
    pool = _pool()
    # Connections that could not be made count among the pool's size until it gives up on them.
    return pool is not None and not pool.get_stats().get("connections_errors") and pool.get_stats()["pool_size"] >= pool.max_size


def _pool() -> "ConnectionPool | None":
    pool: ConnectionPool | None = getattr(connection, "pool", None)
    return pool
