"""The one place where a screen reads the time. What lies below is given the moment and never asks.

A served process keeps the database's time: several machines then agree on the last minute of a voucher, and a machine whose clock was set
wrong, or jumps, neither refuses good vouchers nor takes lapsed ones. Between two questions to the database it counts by the machine's
steady clock, which no setting of the time moves.
"""

import asyncio
import threading
import time
from datetime import UTC, datetime, timedelta

import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone
from psycopg_pool import PoolTimeout

from carnet.gateways.replicas import is_reading_from_a_replica

# How often the database is asked, and how long a failed question is not repeated. A disagreement of less is of no consequence.
ASK_SECONDS, ASK_AGAIN_SECONDS = 60.0, 5.0
AGREED_SECONDS = 2.0
log = structlog.get_logger(__name__)


class KeptClock:
    """The database's time, one question a minute. Shared by the threads of a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ask_at = 0.0
        # The moment at zero of the steady clock; before any answer, the machine's.
        self._origin = timezone.now() - timedelta(seconds=time.monotonic())

    def now(self) -> datetime:
        """The present moment, by the latest answer of the database."""
        if time.monotonic() >= self._ask_at and self._lock.acquire(blocking=False):
            try:
                self._ask()
            finally:
                self._lock.release()
        return self._origin + timedelta(seconds=time.monotonic())

    def _ask(self) -> None:
        steady = time.monotonic()
        if _in_an_event_loop() or connection.needs_rollback or is_reading_from_a_replica():
            return  # a loop may not wait, a transaction that failed answers nothing more, the writer's clock decides: the next caller asks
        told = _database_now()
        if told is None:
            self._ask_at = steady + ASK_AGAIN_SECONDS
            return
        self._ask_at = steady + ASK_SECONDS
        self._origin = told - timedelta(seconds=time.monotonic())
        apart = (timezone.now() - told).total_seconds()
        if abs(apart) > AGREED_SECONDS:
            log.warning("the machine's clock disagrees with the database's, which is believed", seconds=round(apart))


_kept: KeptClock | None = None


def keep_by_the_database() -> None:
    """Of this process, which serves people."""
    global _kept
    _kept = KeptClock()


def now() -> datetime:
    """The present moment (aware, UTC), or the one fixed in ``CARNET_CLOCK`` by tests and pictures."""
    fixed = getattr(settings, "CARNET_CLOCK", None)
    if fixed is None:
        return timezone.now() if _kept is None else _kept.now()
    moment = datetime.fromisoformat(fixed) if isinstance(fixed, str) else fixed
    assert moment.tzinfo is not None, "CARNET_CLOCK must carry a time zone"
    return moment


def _in_an_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _database_now() -> datetime | None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            (told,) = cursor.fetchone()
    except (DatabaseError, PoolTimeout):
        return None
    return told.astimezone(UTC)  # type: ignore[no-any-return]
