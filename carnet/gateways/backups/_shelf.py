"""The folder backups are kept in: what is where, written whole or not at all.

    carnet-backup.json                 of which cluster, sealed for which key
    bases/20261123T043000Z/            one base backup: manifest.json (in clear: sizes, hashes, places; no data), base.tar.gz.age, files.tar.gz.age
    wal/                               the continuous archive (see _archive.py)

In a folder apart, `keys-20261123T043000Z.tar.gz.age` and its manifest: never in the same place.
"""

import contextlib
import fcntl
import gzip
import hashlib
import json
import os
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from carnet.gateways.backups._age import Sealer
from carnet.gateways.backups._archive import Kept, Segment, kept_in, name_of, segment_of
from carnet.gateways.backups._refusals import AlreadyArchiving, BackupDamaged, NoBase, OtherCluster

DESCRIPTION = "carnet-backup.json"
MANIFEST = "manifest.json"
FORMAT = 1
STAMP = "%Y%m%dT%H%M%SZ"
# Of zlib: the quickest; on PostgreSQL's pages it takes away most of what the slowest does.
COMPRESSION = 1
GZIP = 31
BLOCK = 1 << 20
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Base:
    """One base backup, as its manifest says."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def finished_at(self) -> datetime:
        return datetime.fromisoformat(self.manifest["finished_at"])

    @property
    def bytes(self) -> int:
        return sum(int(file["bytes"]) for file in self.manifest["files"])

    @property
    def first(self) -> Segment:
        return self._segment(self.manifest["start_lsn"])

    @property
    def last(self) -> Segment:
        """The last segment the base carries in itself."""
        return self._segment(self.manifest["end_lsn"] - 1)

    def _segment(self, place: int) -> Segment:
        return segment_of(place, timeline=self.manifest["timeline"], size=self.manifest["segment_bytes"])


class Shelf:
    """One folder of backups."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()

    @property
    def bases_folder(self) -> Path:
        return self.folder / "bases"

    @property
    def archive_folder(self) -> Path:
        return self.folder / "wal"

    def described(self) -> dict[str, Any]:
        """Of which cluster, for which key. Raises: NoBase when this is no folder of backups."""
        try:
            found: dict[str, Any] = json.loads((self.folder / DESCRIPTION).read_text(encoding="utf-8"))
        except OSError:
            raise NoBase(folder=str(self.folder)) from None
        except ValueError:
            raise BackupDamaged(file=DESCRIPTION, reason="unreadable") from None
        return found

    def open_for(self, *, system: str, recipient: str, segment_bytes: int) -> None:
        """Make the folder, or find it made for the same cluster. Raises: OtherCluster."""
        for folder in (self.folder, self.bases_folder, self.archive_folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.folder / DESCRIPTION
        if path.exists() and str(self.described()["system"]) != system:
            raise OtherCluster(folder=str(self.folder))
        content = {"format": FORMAT, "system": system, "recipient": recipient, "segment_bytes": segment_bytes}
        write_whole(path, json.dumps(content, indent=1).encode() + b"\n")

    @property
    def segment_bytes(self) -> int:
        return int(self.described()["segment_bytes"])

    def bases(self) -> list[Base]:
        """Those that are complete, the oldest first."""
        found = []
        for path in sorted(self.bases_folder.glob(f"*/{MANIFEST}")):
            try:
                found.append(Base(path.parent, json.loads(path.read_text(encoding="utf-8"))))
            except ValueError:
                raise BackupDamaged(file=f"{path.parent.name}/{MANIFEST}", reason="unreadable") from None
        return found

    def archive(self) -> list[Kept]:
        return kept_in(self.archive_folder, size=self.segment_bytes)

    def keep(self, segment: Segment, first: int, content: bytes, recipient: str) -> Kept:
        """Write a run of bytes of a segment, compressed and sealed; on the disk when this returns."""
        until = first + len(content)
        path, sha = self._keep(
            gzip.compress(content, COMPRESSION, mtime=0), recipient, name=lambda sha: name_of(segment, first, until, sha)
        )
        return Kept(segment, first, until, sha, path)

    def keep_history(self, name: str, content: bytes, recipient: str) -> None:
        if not any(self.archive_folder.glob(f"{name}.*")):
            self._keep(gzip.compress(content, mtime=0), recipient, name=lambda sha: f"{name}.{sha}.gz.age")

    def _keep(self, content: bytes, recipient: str, *, name: Callable[[str], str]) -> tuple[Path, str]:
        with Sealed(self.archive_folder, recipient) as sealed:
            sealed.sealer.write(content)
        path = self.archive_folder / name(sealed.sha[:32])
        sealed.become(path)
        return path, sealed.sha[:32]

    @contextlib.contextmanager
    def archiving(self) -> Iterator[None]:
        """Only one process receives the archive into this folder. Raises: AlreadyArchiving."""
        with (self.folder / ".archiving").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AlreadyArchiving(folder=str(self.folder)) from None
            for draft in self.archive_folder.glob(".draft-*"):  # of one that was killed
                draft.unlink(missing_ok=True)
            yield


class Sealed:
    """A sealed file being written under a name of its own; it has its real name, or never was."""

    def __init__(self, folder: Path, recipient: str) -> None:
        descriptor, name = tempfile.mkstemp(prefix=".draft-", dir=folder)
        self.draft, self._file, self._hash, self.bytes, self.sha = Path(name), os.fdopen(descriptor, "wb"), hashlib.sha256(), 0, ""
        self.sealer = Sealer(self, recipient)  # type: ignore[arg-type]

    def write(self, content: bytes) -> int:
        self._hash.update(content)
        self.bytes += len(content)
        return self._file.write(content)

    def __enter__(self) -> "Sealed":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None:
                self.sealer.close()
                self._file.flush()
                os.fsync(self._file.fileno())
                self.sha = self._hash.hexdigest()
        except BaseException:
            self.draft.unlink(missing_ok=True)
            raise
        finally:
            self._file.close()
            if kind is not None:
                self.draft.unlink(missing_ok=True)

    def become(self, path: Path) -> None:
        self.draft.replace(path)
        sync_folder(path.parent)


class Compressor:
    """Writes what it is given, gzip, to a sealer."""

    def __init__(self, to: Sealer) -> None:
        self._to, self._zip, self.bytes = to, zlib.compressobj(COMPRESSION, zlib.DEFLATED, GZIP), 0

    def write(self, content: bytes) -> int:
        self.bytes += len(content)
        if squeezed := self._zip.compress(content):
            self._to.write(squeezed)
        return len(content)

    def close(self) -> None:
        self._to.write(self._zip.flush())


def check_hash(path: Path, *, expected: str, bytes_expected: int | None = None, progress: Progress | None = None, name: str | None = None) -> int:  # fmt: skip
    """Read a file through, without opening it; gives its size. Raises: BackupDamaged."""
    name = name or path.name
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                digest.update(block)
                size += len(block)
                if progress:
                    progress(len(block))
    except FileNotFoundError:
        raise BackupDamaged(file=name, reason="missing") from None
    except OSError as error:
        raise BackupDamaged(file=name, reason=error.strerror or "unreadable") from None
    if bytes_expected is not None and size < bytes_expected:
        raise BackupDamaged(file=name, reason="truncated")
    if not digest.hexdigest().startswith(expected):
        raise BackupDamaged(file=name, reason="changed")
    return size


def write_whole(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def forget(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def copied(source: BinaryIO, to: Compressor, progress: Progress | None) -> None:
    while block := source.read(BLOCK):
        to.write(block)
        if progress:
            progress(len(block))
