"""Who is using the server: one locked file per user. A lock ends with its process, even killed, so no dead user is ever counted."""

import fcntl
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Only one process starts or stops the server at once."""
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class Lease:
    """This process's word that it uses the server."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.path = folder / f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self.file: IO[str] = self.path.open("x")
        fcntl.flock(self.file, fcntl.LOCK_EX)

    def end(self) -> None:
        self.path.unlink(missing_ok=True)
        self.file.close()


def living(folder: Path) -> int:
    """How many users still hold their lease; the files of the dead are removed."""
    count = 0
    for path in folder.iterdir() if folder.exists() else ():
        try:
            with path.open("r") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink(missing_ok=True)
        except BlockingIOError:
            count += 1
        except FileNotFoundError:
            continue
    return count
