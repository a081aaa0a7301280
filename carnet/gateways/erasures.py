"""The register of erasures: a file outside the database that says which rows were erased, so that a restoration erases them again.

A copy of the database brought back comes from before: it does not know who asked to be forgotten since. Each line says a table, a row's
number, a keyed hash of what that row was born with (so that another row, given the same number after a restoration, is left alone), and
whose key was destroyed. No name, no address: nothing that says who. Lines are only added, each with a keyed hash of the ones before.

It is kept beside the keys (`CARNET_KEYS_DIR/erasures.jsonl`) and copied into the folder of backups, at each base and while the archive runs.
Source: docs/decisions/0091-a-key-for-each-person-and-a-register-of-erasures.md.
"""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

from django.conf import settings

from carnet.gateways.keys import KeyRing, key_ring

NAME = "erasures.jsonl"
_MARK = "erased rows"
_CHAIN = "register of erasures"


@dataclass(frozen=True, slots=True)
class Erased:
    """One line. `mark`: of what the row was born with. `person`: whose key was destroyed, "" for none. `why`: ASKED or TIME."""

    at: str
    table: str
    row: int
    mark: str
    person: str
    why: str


@dataclass(frozen=True, slots=True)
class Read:
    """What a register says. `broken_at`: the first line that was changed, or whose predecessor was removed; None when all hold."""

    lines: tuple[Erased, ...]
    broken_at: int | None = None


def register_path() -> Path:
    """Where this installation's register is."""
    return Path(settings.KEYS_DIR) / NAME


def mark_of(ring: KeyRing, table: str, row: int, born: str) -> str:
    """What stands for a row, and for no other that would have its number."""
    return ring.mark(_MARK, f"{table} {row} {born}").hex()


def write(found: Iterable[tuple[str, int, str, str]], *, why: str, at: datetime, path: Path | None = None) -> int:
    """Add the rows (table, number, what it was born with, person) that are not there yet; return how many. On the disk when it returns."""
    target, ring = path or register_path(), key_ring()
    with _alone(target) as file:
        kept = file.read().splitlines()
        known = {(line["table"], line["mark"]) for line in map(json.loads, kept)}
        previous = json.loads(kept[-1])["chain"] if kept else ""
        added = 0
        for table, row, born, person in found:
            line = Erased(at.isoformat(), table, row, mark_of(ring, table, row, born), person, why)
            if (table, line.mark) in known:
                continue
            known.add((table, line.mark))
            previous = _chained(ring, previous, line)
            file.write(json.dumps({**asdict(line), "chain": previous}) + "\n")
            added += 1
        file.flush()
        os.fsync(file.fileno())
    return added


def read(path: Path | None = None) -> Read:
    """Every line of a register, and whether they follow one another. A line half written by a crash is no line."""
    try:
        text = (path or register_path()).read_text(encoding="ascii")
    except FileNotFoundError:
        return Read(())
    ring, previous, lines, broken = key_ring(), "", [], None
    for rank, each in enumerate(text.split("\n")[:-1]):
        said = json.loads(each)
        chain = said.pop("chain")
        line = Erased(**said)
        expected = _chained(ring, previous, line)
        if chain != expected and broken is None:
            broken = rank
        previous = chain
        lines.append(line)
    return Read(tuple(lines), broken)


def copy(to: Path, *, path: Path | None = None) -> bool:
    """Put the register in another folder, whole, unless it is there as it is. A shorter one never takes the place of a longer one."""
    source, target = path or register_path(), to / NAME
    try:
        content = source.read_bytes()
    except FileNotFoundError:
        return False
    if target.exists() and target.stat().st_size >= len(content):
        return False
    draft = to / f".{NAME}.{os.getpid()}"
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(target)
    return True


def together(*registers: Read) -> tuple[Erased, ...]:
    """The lines of several registers, each once, the oldest first."""
    found = {(line.table, line.mark): line for register in registers for line in register.lines}
    return tuple(sorted(found.values(), key=lambda line: (line.at, line.table, line.row)))


def _chained(ring: KeyRing, previous: str, line: Erased) -> str:
    return ring.mark(_CHAIN, previous + json.dumps(asdict(line), sort_keys=True)).hex()


@contextmanager
def _alone(path: Path) -> Iterator[TextIO]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        text = file.read()
        if text and not text.endswith("\n"):
            # A crash cut the last line: it was never said to be written.
            file.truncate(len(text[: text.rfind("\n") + 1]))
        file.seek(0)
        yield file
