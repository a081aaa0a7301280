"""A process of its own for one programme of a nation's season: nothing here may need Django before it is loaded."""

import os
from multiprocessing.connection import Connection

from carnet.cli.running import disconnect, load_django


def begin(end: Connection, told: bytes) -> None:
    """The whole life of the process."""
    load_django()
    from carnet.scenarios.national import perform_apart

    try:
        perform_apart(end, told)
    finally:
        disconnect()


def pays() -> bool:
    """Whether this process may use several processors."""
    return len(os.sched_getaffinity(0)) > 1 if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1) > 1
