"""Every day the heads of the sealed chains go outside: a file, letters, a timestamp. What did not go is tried again every hour."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from carnet.continuity.operations import anchors
from carnet.continuity.queries import anchors as queries
from carnet.continuity.rules.anchors import Line
from carnet.gateways import timestamps
from carnet.kernel.refusals import Refusal

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Gone:
    """Today's line, where it went just now, and what did not go, by the code of its refusal."""

    line: Line | None
    is_new: bool
    lines_written: int
    letters: int
    stamped_at: datetime | None
    failures: tuple[tuple[str, str], ...]


def send_outside(*, now: Callable[[], datetime], restored: bool = False) -> Gone:
    """Say today's line, once, and send it every way the settings name. One way that fails stops no other."""
    failures: list[tuple[str, str]] = []

    def tried(way: str, act: Callable[[], object]) -> object:
        try:
            return act()
        except Refusal as refusal:
            failures.append((way, str(refusal.facts.get("reason") or refusal.code)))
        except (OSError, ValueError) as fault:
            failures.append((way, type(fault).__name__))
        return None

    folder: Path | None = settings.ANCHORS_DIR
    outside = tried("file", queries.outside_lines) if folder is not None else None
    told = outside[0] if isinstance(outside, tuple) else []
    made = tried("line", lambda: anchors.make(at=now(), outside=told, restored=restored))
    line, is_new = made if isinstance(made, tuple) else (None, False)
    written = letters = stamped = None
    if line is not None:
        if folder is not None and not failures:
            written = tried("file", lambda: anchors.write_outside(folder, at=now()))
        letters = tried("mail", lambda: anchors.write_to(settings.ANCHORS_TO, at=now()))
        if settings.TIMESTAMP_URL:
            post = timestamps.post_to(settings.TIMESTAMP_URL)
            stamped = tried("timestamp", lambda: anchors.have_stamped(post=post, roots=queries.roots(), now=now, folder=folder))
    for way, code in failures:
        _log.warning("anchor not sent", way=way, why=code)
    return Gone(
        line,
        is_new,
        written if isinstance(written, int) else 0,
        letters if isinstance(letters, int) else 0,
        stamped if isinstance(stamped, datetime) else None,
        tuple(failures),
    )


# After the commitments of the night; until midnight, whatever was not sent goes with the next turn.
@app.periodic(cron="10 5-23 * * *")
@app.task(name="continuity.anchor", queue="timers", queueing_lock="continuity.anchor")
def anchor_every_day(timestamp: int) -> None:
    """The timer."""
    send_outside(now=timezone.now)
