"""Every minute, each programme's archive gains what was written since. Only where a folder is set for them."""

from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from carnet.continuity.operations import archives
from carnet.continuity.queries import archives as queries
from carnet.funding import queries as funding
from carnet.gateways.programme_archives import ArchiveBusy
from carnet.kernel.actors import Actor

_log = structlog.get_logger(__name__)


@app.periodic(cron="* * * * *")
@app.task(name="continuity.archive-all", queue="timers", queueing_lock="continuity.archive-all")
def archive_all(timestamp: int) -> None:
    """Ask for one step of each programme: a base that lasts holds up nobody else's minute."""
    for each in queries.lags(at=timezone.now()):
        ask(each.programme_id)


def ask(programme_id: int, *, anew: bool = False) -> bool:
    """Ask for one step, a base if `anew`; False when one waits already."""
    name = f"continuity.archive-{programme_id}"
    waiting: dict[str, Any] = {"programme_id": programme_id, "anew": anew}
    try:
        # A base that was asked for waits beside the increment that does. In a savepoint: what waits already stops nobody's transaction.
        with transaction.atomic():
            archive_one.configure(lock=name, queueing_lock=f"{name}-anew" if anew else name).defer(**waiting)
    except AlreadyEnqueued:
        return False
    return True


@app.task(name="continuity.archive", queue="archives")
def archive_one(programme_id: int, anew: bool = False) -> None:
    """Write one step. Whoever follows the same folder by hand has it: this minute is theirs."""
    kept = queries.archives_dir()
    if kept is None:
        return
    programme = funding.programme(programme_id)
    try:
        archives.write_step(
            programme_id=programme_id,
            folder=kept / programme.slug,
            successor=archives.read_successor(None),
            anew=anew,
            actor=Actor.system("continuity.archive", programme_ids={programme_id}),
            at=timezone.now(),
        )
    except ArchiveBusy:
        _log.info("archive held elsewhere", programme=programme_id)
