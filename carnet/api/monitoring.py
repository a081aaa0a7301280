"""What any process may be asked of the whole installation: the database's own figures, the queue, files beside it. Numbers, and names of queues.

A figure that cannot be known is left out; a moment that never was is 0, so that an alarm on its age goes off.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import Error, connection, connections
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from carnet.continuity.queries import archives
from carnet.gateways import checks, queue
from carnet.gateways.database import acting_as_everything
from carnet.issuing.queries import overdue
from carnet.journal import queries as journal
from carnet.journal.rules import What
from carnet.notices import queries as notices
from carnet.redemption import queries as redemption

Set = Callable[..., None]


def of_the_installation(*, at: datetime) -> bytes:
    """Every gauge, written for Prometheus. Without a database: those of files and of this process."""
    registry = CollectorRegistry()

    def put(name: str, says: str, value: float, **labels: str) -> None:
        gauge = known.get(name)
        if gauge is None:
            gauge = known[name] = Gauge(f"carnet_{name}", says, list(labels), registry=registry)
        (gauge.labels(**labels) if labels else gauge).set(value)

    known: dict[str, Gauge] = {}
    verified: Mapping[What, journal.RunView] = {}
    _files(put)
    _pool(put)
    try:
        with acting_as_everything(why="figures of the whole installation, without a name"):
            for collect in (_guessing, _outbox, _queues, _seals, _overdue, _archives):
                collect(put, at)
            verified = journal.latest_verifications()
    except Error:
        put("database_answers", "1 while the database answers", 0)
    else:
        put("database_answers", "1 while the database answers", 1)
    _verified(put, verified)
    return generate_latest(registry)


def _guessing(put: Set, at: datetime) -> None:
    seen, locked = redemption.guessing_everywhere(at=at), redemption.locked_serials()
    put("guesses", "Unknown and mistyped codes of the last quarter of an hour", seen.guess_count)
    put("guessing_pressing", "1 while so many codes are guessed that allowances are lowered", seen.is_pressing)
    put("serials_locked", "Serials that wait for a person to unlock them (200 at most)", len(locked))


def _outbox(put: Set, at: datetime) -> None:
    outbox, sending = notices.outbox_everywhere(at=at), notices.webhooks_everywhere(at=at)
    put("letters_waiting", "Letters that wait to leave", outbox.letters_waiting)
    put("letters_late_seconds", "How long the oldest letter that may leave has waited", outbox.late_seconds)
    put("letters_given_up", "Letters tried for three days that never left", outbox.letters_given_up)
    put("texts_waiting", "Text messages that wait to leave", outbox.texts_waiting)
    put("webhooks_waiting", "Events that wait to be sent to an address", sending.waiting_count)
    put("webhooks_late_seconds", "How long the oldest of them should have left", sending.late_seconds)
    put("webhooks_failing", "Addresses that have failed since their latest success", sending.failing_count)
    put("webhooks_given_up", "Events of the last 30 days given up after every try", sending.given_up_count)


def _queues(put: Set, at: datetime) -> None:
    for each in queue.queues():
        put("jobs_waiting", "Background work that waits, by queue", each.waiting_count, queue=each.name)
        put("jobs_running", "Background work at hand, by queue", each.running_count, queue=each.name)
        put("jobs_failed", "Background work that failed after every try, by queue", each.failed_count, queue=each.name)
        put("jobs_oldest_seconds", "How long the oldest work that could begin has waited, by queue", each.oldest_seconds, queue=each.name)
    put("workers_alive", "Workers that said in the last minute that they live", queue.workers_alive())
    timer = queue.latest_timer()
    put("timer_latest_timestamp_seconds", "When a timer last went off", timer.timestamp() if timer else 0)


def _seals(put: Set, at: datetime) -> None:
    put("journal_unsealed_seconds", "Age of the oldest line of the journal that no block seals yet", journal.unsealed_seconds(at=at))


def _overdue(put: Set, at: datetime) -> None:
    found = overdue.overdue_everywhere(at=at)
    put("print_files_overdue", "Print files kept more than a day after the proof of printing", found.file_count)
    put("operators_unlabelled", "Operators of running programmes without a label in force", found.unlabelled_count)
    if found.label_ends_in_days is not None:
        put("label_ends_in_days", "Days until the first label of an operator ends", found.label_ends_in_days)
    if found.print_key_ends_in_days is not None:
        put("print_key_ends_in_days", "Days until the first certificate of a print shop ends", found.print_key_ends_in_days)


def _archives(put: Set, at: datetime) -> None:
    """By number of programme, where archives are written by themselves; a moment that never was is 0."""
    for each in archives.lags(at=at):
        made = each.made_at.timestamp() if each.made_at else 0
        put(
            "archive_timestamp_seconds", "When the latest step of a programme's archive was written", made, programme=str(each.programme_id)
        )


def _verified(put: Set, kept: Mapping[What, journal.RunView]) -> None:
    """What the night or a command found, wherever it ran; without a database, what this machine's files say."""
    for what in What:
        run = kept.get(what)
        ended = checks.Checked(run.ended_at, run.fault_count) if run is not None and run.ended_at is not None else None
        result = checks.later(checks.latest_check(settings.VAR_DIR, what.value), ended)
        moment = result.at.timestamp() if result else 0
        put("verified_timestamp_seconds", "When a verification last ended, by what it verified", moment, what=what.value)
        if result is not None:
            put("verified_faults", "Faults of the latest verification, by what it verified", result.fault_count, what=what.value)
        if run is not None and run.ended_at is not None:
            spent = (run.ended_at - run.begun_at).total_seconds()
            put("verified_seconds", "How long the latest verification took, rests included, by what it verified", spent, what=what.value)


def _files(put: Set) -> None:
    backup = checks.latest_backup(settings.VAR_DIR)
    put("backup_timestamp_seconds", "When the latest backup ended; 0: none was made", backup.at.timestamp() if backup else 0)
    read_back = backup.verified_at.timestamp() if backup and backup.verified_at else 0
    put("backup_verified_timestamp_seconds", "When a backup was last read back; 0: never", read_back)
    if backup is not None:
        put("backup_bytes", "Size of the latest backup", backup.size_bytes)
    put("disk_free_bytes", "Room on the disk of this installation's files", shutil.disk_usage(_standing(settings.VAR_DIR)).free)


def _standing(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder


def _pool(put: Set) -> None:
    """Of the process that answers; each has its own."""
    for name, value in _pool_figures():
        put(f"pool_{name}", POOL[name], value)


POOL = {
    "connections": "Connections of the process that answers",
    "available": "Of them, those that wait for work",
    "waiting": "Requests that wait for a connection now",
    "waits_total": "Requests that had to wait for a connection since the process began",
    "wait_milliseconds_total": "What they waited, together",
    "errors_total": "Requests that were given none",
}


def _pool_figures() -> Iterator[tuple[str, float]]:
    pool = getattr(connections["default"], "pool", None) if connection.settings_dict["OPTIONS"].get("pool") else None
    if pool is None:
        return
    stats = pool.get_stats()
    yield "connections", stats.get("pool_size", 0)
    yield "available", stats.get("pool_available", 0)
    yield "waiting", stats.get("requests_waiting", 0)
    yield "waits_total", stats.get("requests_queued", 0)
    yield "wait_milliseconds_total", stats.get("requests_wait_ms", 0)
    yield "errors_total", stats.get("requests_errors", 0)
