"""Which keys this machine holds, said once in the database: `carnet doctor` of any machine then sees two folders where there should be one."""

import socket

import structlog
from django.utils import timezone
from procrastinate.contrib.django import app

from carnet.gateways.database import acting_as_everything
from carnet.issuing.operations.keys import note_key_copies

log = structlog.get_logger(__name__)


def note_copies() -> None:
    """Say it; a database that is away, or a folder that cannot be read, stops nobody: the doctor tells of both."""
    try:
        with acting_as_everything(why="the keys of every programme are in one folder"):
            note_key_copies(machine=socket.gethostname(), at=timezone.now())
    except Exception as error:  # noqa: BLE001 - a process that starts must start
        log.warning("the keys held here are not noted", error=type(error).__name__)


@app.periodic(cron="17 * * * *")
@app.task(name="issuing.note-key-copies", queue="timers", queueing_lock="issuing.note-key-copies")
def note_every_hour(timestamp: int) -> None:
    """The timer: keys of new programmes."""
    note_copies()
