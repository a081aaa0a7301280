"""Writing a step: under a temporary name, synced, then renamed. Killed at any moment, it leaves a draft that the next one sweeps away."""

import fcntl
import gzip
import hashlib
import io
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from carnet.gateways.programme_archives._blocks import BlockHeader, write_block
from carnet.gateways.programme_archives._format import (
    MANIFEST,
    SIGNATURE,
    SUM_SIZE,
    XID_SIZE,
    ChainEntry,
    Manifest,
    TableEntry,
    step_name,
    written,
)
from carnet.gateways.programme_archives._reading import Step, read_step, step_folders
from carnet.gateways.programme_archives._refusals import ArchiveBusy

DRAFT = ".draft-"
GONE = ".gone-"
# The fastest level: an increment is written every minute, and hashes of codes shrink by nothing more.
_LEVEL = 1


@contextmanager
def writing(folder: Path) -> Iterator[Path]:
    """The folder of an archive, held by this process alone, without drafts of a process that was killed. Raises: ArchiveBusy."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ArchiveBusy(folder=str(folder)) from None
        for left in folder.glob(".[dg]*-*"):
            if left.name.startswith((DRAFT, GONE)):
                shutil.rmtree(left) if left.is_dir() else left.unlink()
        yield folder


class _Synced(io.BufferedWriter):
    """A file of a draft: once closed, it is on the disk."""

    def __init__(self, path: Path) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        super().__init__(io.FileIO(descriptor, "wb"), buffer_size=1 << 18)

    def close(self) -> None:
        if not self.closed:
            self.flush()
            os.fsync(self.fileno())
        super().close()


class StepWriter:
    """One step being written. Leaving the block without `finish` leaves nothing."""

    def __init__(self, folder: Path, *, kind: str, number: int) -> None:
        self._folder, self._name = folder, step_name(kind, number)
        self._draft = folder / f"{DRAFT}{self._name}"

    def __enter__(self) -> Self:
        for each in (self._draft, self._draft / "tables", self._draft / "blocks", self._draft / "keys"):
            each.mkdir(mode=0o700)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._draft.exists():
            shutil.rmtree(self._draft)

    def table(self, entry: TableEntry, rows: Iterable[bytes | memoryview], *, has_xid: bool = False) -> TableEntry:
        """Write a table's rows as they come, each a line of CSV without header; return its entry, with what was counted.

        `has_xid`: the last cell of each row is the number of its transaction; it goes to a file of its own, beside the sums.
        """
        sums, xids = hashlib.sha256(), hashlib.sha256()
        count = 0
        with (
            self._file(entry.file) as packed,
            gzip.GzipFile(filename="", fileobj=packed, mode="wb", compresslevel=_LEVEL, mtime=0) as file,
            self._file(entry.sums_file) as sums_file,
        ):
            xids_file = self._file(entry.xids_file) if has_xid else None
            file.write(",".join(entry.columns).encode("ascii") + b"\n")
            for each in rows:
                row = bytes(each)
                if xids_file is not None:
                    row, _comma, xid = row.rpartition(b",")
                    row += b"\n"
                    numbered = int(xid).to_bytes(XID_SIZE, "big")
                    xids.update(numbered)
                    xids_file.write(numbered)
                file.write(row)
                summed = hashlib.sha256(row).digest()[:SUM_SIZE]
                sums.update(summed)
                sums_file.write(summed)
                count += 1
            if xids_file is not None:
                xids_file.close()
        size, digest = self._weigh(entry.file)
        return replace(
            entry, rows=count, bytes=size, sha256=digest, sums_sha256=sums.hexdigest(), xids_sha256=xids.hexdigest() if has_xid else ""
        )

    def drop_table(self, entry: TableEntry) -> None:
        """Take back a table that was just written: nothing of it had changed."""
        for name in (entry.file, entry.sums_file, entry.xids_file):
            (self._draft / name).unlink(missing_ok=True)

    def chain(self, table: str, found: Iterable[tuple[BlockHeader, bytes]], *, before: ChainEntry | None) -> ChainEntry:
        """Write the blocks of one sealed table that came after those of the step before."""
        name = f"blocks/{table}.blocks"
        number, digest, to_xid = (before.number, before.digest, before.to_xid) if before else (0, "", 0)
        count = 0
        with self._file(name) as file:
            for header, rows in found:
                write_block(file, header, rows)
                number, digest, to_xid = header.number, header.digest, header.to_xid
                count += 1
        size, sha256 = self._weigh(name)
        return ChainEntry(table, number, digest, to_xid, count, name, size, sha256)

    def small_file(self, name: str, content: bytes) -> str:
        """Write a small file; return its SHA-256."""
        with self._file(name) as file:
            file.write(content)
        return hashlib.sha256(content).hexdigest()

    def finish(self, manifest: Manifest, *, sign: Callable[[bytes], Mapping[int, bytes]]) -> Step:
        """Sign, sync, and give the step its name: from then on it is there. `sign` answers a signature by version of the programme's keys."""
        raw = written(manifest)
        self.small_file(MANIFEST, raw)
        self.small_file(
            SIGNATURE, "".join(f"{version} {signature.hex()}\n" for version, signature in sorted(sign(raw).items())).encode("ascii")
        )
        for each in (self._draft / "tables", self._draft / "blocks", self._draft / "keys", self._draft):
            sync_folder(each)
        whole = self._folder / self._name
        self._draft.rename(whole)
        sync_folder(self._folder)
        return read_step(whole)

    def _file(self, name: str) -> _Synced:
        return _Synced(self._draft / name)

    def _weigh(self, name: str) -> tuple[int, str]:
        with (self._draft / name).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return (self._draft / name).stat().st_size, digest


def next_number(folder: Path) -> int:
    """The number of the step to come."""
    return max(step_folders(folder), default=0) + 1


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
