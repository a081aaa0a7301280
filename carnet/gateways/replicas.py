"""Public pages from a replica of the database, money never.

What anybody may read, asked for by nobody in particular, may be answered by a replica that only reads. For the time of one such page the
whole thread's connection is the replica's: rows and walls come from one place. A page that stands in a transaction (somebody is signed in,
a counter, anything that writes) is never taken there.

A replica answers only when it has played what the writer had written `READERS_LATE_SECONDS` ago at the latest: positions of the log are
compared, never clocks. One that is away, late, or not a replica any more leaves the page to the writer.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import structlog
from django.conf import settings
from django.db import DatabaseError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg_pool import PoolTimeout

from carnet.gateways.troubles import trouble_of

WRITER, READER = "default", "reader"
# One that did not answer, or is late, is left alone for so long.
LEFT_ALONE_SECONDS = 5.0
T = TypeVar("T")
log = structlog.get_logger(__name__)


def is_reading_from_a_replica() -> bool:
    """Whether this thread reads from a replica at this moment."""
    return bool(connection.alias == READER)


def read(call: Callable[[], T], *, is_a_failure: Callable[[T], bool] = lambda _answer: False) -> T:
    """What `call` gives, read from a replica if one may answer, else from the writer. `call` only reads: it may be made twice."""
    if READER not in connections.settings or connections[WRITER].in_atomic_block or not _notes.may_ask():
        return call()
    with _replica() as found:
        if found:
            try:
                answer = call()
                if not is_a_failure(answer):
                    return answer
                _notes.leave_alone("answered by its failure")
            except (DatabaseError, PoolTimeout) as error:
                if trouble_of(error) is None:
                    raise
                _notes.leave_alone(type(error).__name__)
    return call()


@contextmanager
def _replica() -> Iterator[bool]:
    """The thread's connection is a replica's until the end of the block; False: it is the writer's as before."""
    writer, reader = connections[WRITER], connections[READER]
    try:
        if not _is_fresh(reader):
            _notes.leave_alone("late, or no replica any more")
            if reader.connection is not None:
                reader.connection.close()  # not given back to its pool, whose next one is perhaps another machine's
            reader.close()
            yield False
            return
    except (DatabaseError, PoolTimeout) as error:
        _notes.leave_alone(type(error).__name__)
        reader.close()
        yield False
        return
    connections[WRITER] = reader
    try:
        yield True
    finally:
        connections[WRITER] = writer
        reader.close()


def _is_fresh(reader: BaseDatabaseWrapper) -> bool:
    position = _notes.position()
    if position is None:
        return False
    with reader.cursor() as cursor:
        cursor.execute("SELECT pg_is_in_recovery() AND pg_last_wal_replay_lsn() >= %s::pg_lsn", [position])
        return bool(cursor.fetchone()[0])


class Notes:
    """Where the writer's log was lately, asked of it now and then. Shared by the threads of a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._older: tuple[float, str] | None = None
        self._newer: tuple[float, str] | None = None
        self._ask_at = 0.0

    def may_ask(self) -> bool:
        return time.monotonic() >= self._ask_at

    def leave_alone(self, why: str) -> None:
        self._ask_at = time.monotonic() + LEFT_ALONE_SECONDS
        log.warning("the replicas do not answer: the writer does", why=why)

    def position(self) -> str | None:
        """What a replica must have played; None while the writer has not said. Between half the accepted delay and the whole of it old."""
        now = time.monotonic()
        if (self._newer is None or now - self._newer[0] >= settings.READERS_LATE_SECONDS / 2) and self._lock.acquire(blocking=False):
            try:
                self._older, self._newer = self._newer, (now, _written())
            except (DatabaseError, PoolTimeout):
                # Nobody writes: what was known of it stands, and pages go on.
                self._newer = self._newer and (now, self._newer[1])
            finally:
                self._lock.release()
        kept = self._older or self._newer
        return None if kept is None else kept[1]


def _written() -> str:
    with connections[WRITER].cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_flush_lsn()::text")
        return str(cursor.fetchone()[0])


_notes = Notes()
