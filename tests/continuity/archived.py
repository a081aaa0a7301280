"""Archives in tests: the rows that a folder says, and those of the database, side by side."""

import csv
import gzip
from pathlib import Path

from carnet.continuity.operations import archives
from carnet.continuity.operations.archives import Written
from carnet.gateways import programme_archives
from carnet.gateways.programme_archives import Step, TableEntry, key_of
from tests.factories.campaign import LATER, SYSTEM

State = dict[str, dict[str, bytes]]


def step(programme_id: int, folder: Path, *, anew: bool = False, successor: bytes | None = None, at=LATER) -> Written:
    """Write the next step."""
    return archives.write_step(programme_id=programme_id, folder=folder, successor=successor, anew=anew, actor=SYSTEM, at=at)


def state(folder: Path) -> State:
    """What a reader has after the base and every increment: rows by table and key."""
    archive = programme_archives.open_archive(folder)
    assert archive.stopped is None
    found: State = {}
    for each in archive.steps:
        for entry in each.manifest.tables:
            rows = {} if entry.whole else found.setdefault(entry.name, {})
            rows.update(keyed(each, entry))
            found[entry.name] = rows
    return {name: rows for name, rows in found.items() if rows}


def keyed(step: Step, entry: TableEntry) -> dict[str, bytes]:
    return {key_of(row, entry): row for row in programme_archives.rows(step, entry.name)}


def faults(folder: Path) -> list[tuple[str, str, str, str]]:
    """What a check names."""
    return [(each.step, each.table, each.key, each.what) for each in programme_archives.check(programme_archives.open_archive(folder))]


def everything(folder: Path) -> bytes:
    """Every byte of an archive, unpacked."""
    return b"\n".join(
        gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    )


def column(folder: Path, table: str, name: str) -> list[str]:
    """One column of one table of the latest base."""
    base = programme_archives.open_archive(folder).base
    entry = base.manifest.table(table)
    if entry is None:
        return []
    place = entry.columns.index(name)
    return [next(csv.reader([row.decode()]))[place] for row in programme_archives.rows(base, table)]
