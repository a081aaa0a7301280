"""Opening an archive, and reading what its tables hold."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from carnet.gateways.programme_archives._format import BASE, MANIFEST, STEP_NAME, Manifest, parsed, step_name
from carnet.gateways.programme_archives._refusals import ArchiveMissing, ArchiveUnreadable, Fault


@dataclass(frozen=True, slots=True)
class Step:
    """One step, in its folder."""

    folder: Path
    manifest: Manifest

    @property
    def name(self) -> str:
        return self.folder.name


@dataclass(frozen=True, slots=True)
class Archive:
    """The steps of the latest chain: its base, then the increments that follow without a gap.

    `stopped`: why there are no more, when a step is missing or unreadable; the later ones (`unused`) are then of no use. What was accepted
    after `known_until` is known by the receipts that places hold.
    """

    folder: Path
    steps: tuple[Step, ...]
    stopped: Fault | None = None
    unused: tuple[str, ...] = ()

    @property
    def base(self) -> Step:
        return self.steps[0]

    @property
    def latest(self) -> Step:
        return self.steps[-1]

    @property
    def known_until(self) -> datetime:
        """The moment up to which everything is here."""
        return self.latest.manifest.made_at


def step_folders(folder: Path) -> dict[int, Path]:
    """Every whole step of a folder by its number, oldest first."""
    if not folder.is_dir():
        return {}
    found = {int(matched[2]): path for path in folder.iterdir() if (matched := STEP_NAME.fullmatch(path.name)) and path.is_dir()}
    return dict(sorted(found.items()))


def read_step(path: Path) -> Step:
    """Raises: ArchiveUnreadable, also when the step is not the one its folder says."""
    try:
        manifest = parsed((path / MANIFEST).read_bytes(), step=path.name)
    except OSError:
        raise ArchiveUnreadable(step=path.name, file=MANIFEST) from None
    if manifest.name != path.name:
        raise ArchiveUnreadable(step=path.name, file=MANIFEST)
    return Step(path, manifest)


def open_archive(folder: Path) -> Archive:
    """The latest chain of a folder. Nothing is checked yet but names: see `check`.

    Raises: ArchiveMissing (no base here), ArchiveUnreadable (the base's manifest).
    """
    found = step_folders(folder)
    bases = [number for number, path in found.items() if path.name.startswith(BASE)]
    if not bases:
        raise ArchiveMissing(folder=str(folder))
    steps = [read_step(found[bases[-1]])]
    stopped: Fault | None = None
    for number in range(bases[-1] + 1, max(found) + 1):
        if number not in found:
            stopped = Fault(step_name("increment", number), "", "", "missing")
            break
        try:
            steps.append(read_step(found[number]))
        except ArchiveUnreadable:
            stopped = Fault(found[number].name, MANIFEST, "", "unreadable")
            break
    reached = steps[-1].manifest.number
    unused = tuple(path.name for number, path in found.items() if number > reached) if stopped else ()
    return Archive(folder, tuple(steps), stopped, unused)


def stream(step: Step, table: str) -> IO[bytes]:
    """The CSV of a table, header included: fit for ``COPY … FROM STDIN (FORMAT csv, HEADER)``. To be closed by the caller.

    Raises: ArchiveUnreadable; while reading, OSError or EOFError when the file was damaged.
    """
    entry = step.manifest.table(table)
    if entry is None:
        raise ArchiveUnreadable(step=step.name, file=table)
    try:
        return gzip.open(step.folder / entry.file, "rb")  # type: ignore[return-value]
    except OSError:
        raise ArchiveUnreadable(step=step.name, file=entry.file) from None


def rows(step: Step, table: str) -> Iterator[bytes]:
    """Each row of a table as it is in the CSV, its end of line included, without the header; none if the step holds nothing of it."""
    if step.manifest.table(table) is None:
        return
    with stream(step, table) as file:
        file.readline()
        yield from csv_rows(file)


def csv_rows(lines: IO[bytes]) -> Iterator[bytes]:
    """Rows of CSV: a line, or several when a text in quotes holds an end of line."""
    row = b""
    for line in lines:
        row = row + line if row else line
        if row.count(b'"') % 2 == 0:
            yield row
            row = b""
    if row:
        yield row
