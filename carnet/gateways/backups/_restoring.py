"""Making a cluster of a base and the log that follows: beside, then in its place, or not at all."""

import contextlib
import gzip
import hashlib
import io
import json
import os
import shlex
import shutil
import subprocess
import tarfile
import tempfile
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import psycopg
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from carnet.gateways.backups._age import Opener
from carnet.gateways.backups._archive import HISTORY, Cover, Kept, Segment, cover
from carnet.gateways.backups._bases import BASE, FILES
from carnet.gateways.backups._refusals import (
    BackupDamaged,
    MomentTooEarly,
    MomentTooLate,
    NoBase,
    PlaceTaken,
    RestoreFailed,
    SegmentMissing,
)
from carnet.gateways.backups._server import latest_line, programs
from carnet.gateways.backups._shelf import BLOCK, Base, Progress, Shelf, check_hash
from carnet.gateways.embedded_postgres import Placement as Place
from carnet.gateways.embedded_postgres import one_at_a_time, placement_in, socket_query

START_SECONDS = 3600
STAGING = "restoring"
# Of its own, whatever the source's were: one folder's socket, closed to everybody else, and no network.
HBA = "local all all trust\nlocal replication all trust\n"
SETTINGS = {"listen_addresses": "", "unix_socket_permissions": "0700", "ssl": "off", "archive_mode": "off", "logging_collector": "off",
            "shared_preload_libraries": "", "log_min_messages": "log", "timezone": "UTC", "log_timezone": "UTC", "synchronous_standby_names": "",
            "cluster_name": "",
            # Nobody reads before the end; and PostgreSQL would ask for as many connections as the source allowed.
            "hot_standby": "off"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Restored:
    """What was made, and how far it goes."""

    base: str
    data: str
    address: str
    log: str
    seconds: float
    recovered_until: datetime | None
    archive_reached: bool


def chosen(shelf: Shelf, *, name: str | None, moment: datetime | None) -> Base:
    """The latest base that had ended by the moment, or the one named. Raises: NoBase, MomentTooEarly."""
    bases = shelf.bases()
    if name is not None:
        bases = [base for base in bases if base.name == name]
    if not bases:
        raise NoBase(folder=str(shelf.folder))
    earlier = [base for base in bases if moment is None or base.finished_at <= moment]
    if not earlier:
        assert moment is not None
        raise MomentTooEarly(moment=moment.isoformat(), earliest=bases[0].finished_at.isoformat())
    return earlier[-1]


def log_after(shelf: Shelf, base: Base, *, despite_a_hole: bool = False) -> Cover:
    """The archive from this base on. Raises: SegmentMissing."""
    # The base carries its own log up to the end of its last segment: the archive counts from the first it has of those.
    kept = shelf.archive()
    following = Segment(base.last.timeline, base.last.rank + 1, base.last.size)
    found = cover(kept, start=following)
    if found.missing and not despite_a_hole:
        raise SegmentMissing(file=found.missing, after=found.after)
    return found


@contextlib.contextmanager
def restored(
    shelf: Shelf,
    *,
    into: Path,
    identities: Sequence[X25519PrivateKey],
    moment: datetime | None = None,
    name: str | None = None,
    despite_a_hole: bool = False,
    progress: Progress | None = None,
) -> Iterator[Restored]:
    """Restore into a folder that holds no database yet, serve it on a closed socket while the block lasts, then put it in its place.

    Nothing is left when anything fails, the block included; what a killed restoration left is removed by the next.
    Raises: NoBase, MomentTooEarly, MomentTooLate, SegmentMissing, BackupDamaged, SealedForSomebodyElse, ProgramsMissing, PlaceTaken, RestoreFailed.
    """  # fmt: skip
    began = time.monotonic()
    base = chosen(shelf, name=name, moment=moment)
    found = log_after(shelf, base, despite_a_hole=despite_a_hole)
    binaries = programs(int(base.manifest["postgresql"]), exactly=True, program="postgres")
    was_there = into.exists()
    place = placement_in(into, binaries)
    try:
        with one_at_a_time(into / "postgres.lock"):
            if place.data.exists():
                raise PlaceTaken(folder=str(place.data))
            if (into / "files").exists() and any((into / "files").iterdir()):
                raise PlaceTaken(folder=str(into / "files"))
            staging = place.home / STAGING
            shutil.rmtree(staging, ignore_errors=True)
            staging.mkdir(mode=0o700)
            try:
                with _served(shelf, base, found, place, staging, identities, moment, progress) as (address, until):
                    yield Restored(
                        base.name,
                        str(place.data),
                        address,
                        str(place.home / "restore.log"),
                        round(time.monotonic() - began, 2),
                        until,
                        bool(found.used),
                    )
                if (staging / "files").exists():
                    (staging / "files").rename(into / "files")
                (staging / "data").rename(place.data)
            finally:
                shutil.rmtree(staging, ignore_errors=True)
    except BaseException:
        if not place.data.exists():
            _leave_nothing(into, place, was_there=was_there)
        raise


def _leave_nothing(into: Path, place: Place, *, was_there: bool) -> None:
    for path in (place.home / "restore.log", into / "postgres.json", into / "postgres.lock"):
        path.unlink(missing_ok=True)
    for folder in (place.sockets, place.home, into):
        if folder != into or not was_there:
            with contextlib.suppress(OSError):
                folder.rmdir()  # only if it is empty


@contextlib.contextmanager
def _served(
    shelf: Shelf, base: Base, found: Cover, place: Place, staging: Path, identities: Sequence[X25519PrivateKey], moment: datetime | None,
    progress: Progress | None,
) -> Iterator[tuple[str, datetime | None]]:  # fmt: skip
    data, log = staging / "data", staging / "log"
    data.mkdir(mode=0o700)
    log.mkdir(mode=0o700)
    for file in base.manifest["files"]:
        check_hash(base.folder / file["name"], expected=file["sha256"], bytes_expected=file["bytes"], name=f"{base.name}/{file['name']}")
    unpack_cluster(base, identities, data, progress=progress)
    if (base.folder / FILES).exists():
        unpack(base.folder / FILES, staging / "files", identities)
    unpack_log(found.used, log, identities)
    unpack_histories(shelf, log, identities)
    for name, content in {"pg_hba.conf": HBA, "postgresql.conf": "", "pg_ident.conf": ""}.items():
        if not (data / name).exists():  # Debian keeps them elsewhere, with its own rules
            (data / name).write_text(content, encoding="ascii")
    with (data / "postgresql.auto.conf").open("a", encoding="utf-8") as settings:
        # A copy has no standby yet: it would wait for it at its first commit.
        settings.write("synchronous_standby_names = ''\n")
    (data / "recovery.signal").touch()
    (staging / "hba.conf").write_text(HBA, encoding="ascii")
    place.give(staging)
    server = _Server(place, staging, str(base.manifest["superuser"]))
    server.start(recovery={
        "restore_command": f"cp {shlex.quote(str(log)).replace('%', '%%')}/%f %p",
        "recovery_target_timeline": "latest", "recovery_target_action": "promote",
        **({"recovery_target_time": moment.astimezone(UTC).isoformat(sep=" ")} if moment else {}),
    })  # fmt: skip
    try:
        yield (
            server.address(str(base.manifest.get("database", "postgres")), str(base.manifest.get("owner", base.manifest["superuser"]))),
            server.recovered_until(),
        )
    finally:
        server.stop()
        if (staging / "server.log").exists():
            shutil.copyfile(staging / "server.log", place.home / "restore.log")


def unpack_cluster(base: Base, identities: Sequence[X25519PrivateKey], data: Path | None, *, progress: Progress | None = None) -> int:
    """Open a base, into a folder or nowhere, and hold every file to PostgreSQL's own manifest; gives how many files. Raises: BackupDamaged."""
    name = f"{base.name}/{BASE}"
    hashes: dict[str, tuple[int, str]] = {}
    with opened(base.folder / BASE, identities, name=name) as plain:
        manifest = b""
        try:
            with tarfile.open(fileobj=_Counted(plain, progress), mode="r|") as tar:
                for member in tar:
                    if member.name == "backup_manifest":
                        source = tar.extractfile(member)
                        manifest = source.read() if source else b""
                    else:
                        _unpacked(tar, member, data, hashes)
        except tarfile.TarError:
            raise BackupDamaged(file=name, reason="changed") from None
    try:
        listed = json.loads(manifest)["Files"]
    except ValueError:
        raise BackupDamaged(file=name, reason="truncated") from None
    for each in listed:
        path = each.get("Path") or bytes.fromhex(each["Encoded-Path"]).decode("utf-8", "surrogateescape")
        size, sha = hashes.get(path, (-1, ""))
        if size < 0:
            raise BackupDamaged(file=f"{name}: {path}", reason="missing")
        if size != each["Size"] or sha != each["Checksum"]:
            raise BackupDamaged(file=f"{name}: {path}", reason="changed")
    return len(listed)


def _unpacked(tar: tarfile.TarFile, member: tarfile.TarInfo, data: Path | None, hashes: dict[str, tuple[int, str]]) -> None:
    path = os.path.normpath(member.name)
    if path.startswith((os.sep, "..")):
        raise tarfile.TarError(member.name)
    if member.isdir():
        if data is not None:
            (data / path).mkdir(mode=0o700, parents=True, exist_ok=True)
        return
    source = tar.extractfile(member) if member.isreg() else None
    if source is None:
        raise tarfile.TarError(member.name)
    digest = hashlib.sha256()
    with contextlib.ExitStack() as stack:
        file = (
            stack.enter_context(open(os.open(data / path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")) if data is not None else None
        )
        while block := source.read(BLOCK):
            digest.update(block)
            if file:
                file.write(block)
    hashes[path] = (member.size, digest.hexdigest())


def unpack(path: Path, folder: Path, identities: Sequence[X25519PrivateKey]) -> int:
    """Open an archive of files (the keys, the site's own files) into a folder that is made; gives how many."""
    hashes: dict[str, tuple[int, str]] = {}
    with opened(path, identities, name=path.name) as plain:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with tarfile.open(fileobj=plain, mode="r|") as tar:
                for member in tar:
                    _unpacked(tar, member, folder, hashes)
        except tarfile.TarError:
            raise BackupDamaged(file=path.name, reason="changed") from None
        except FileExistsError as error:
            raise PlaceTaken(folder=str(error.filename)) from None
    return len(hashes)


def unpack_log(kept: Sequence[Kept], folder: Path | None, identities: Sequence[X25519PrivateKey]) -> int:
    """Open the archive's files into whole segments (the last filled with zeros, as PostgreSQL expects), or nowhere; gives how many bytes."""
    total = 0
    for each in kept:
        check_hash(each.path, expected=each.sha)
        with opened(each.path, identities, name=each.path.name) as plain:
            content = plain.read()
        if len(content) != each.until - each.first:
            raise BackupDamaged(file=each.path.name, reason="changed")
        total += len(content)
        if folder is not None:
            with open(os.open(folder / each.segment.name, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
                file.truncate(each.segment.size)
                file.seek(each.first)
                file.write(content)
    return total


def unpack_histories(shelf: Shelf, folder: Path | None, identities: Sequence[X25519PrivateKey]) -> None:
    for path in shelf.archive_folder.glob("*.history.*"):
        if matched := HISTORY.fullmatch(path.name):
            check_hash(path, expected=matched["sha"])
            with opened(path, identities, name=path.name) as plain:
                content = plain.read()
            if folder is not None:
                (folder / matched["name"]).write_bytes(content)


@contextlib.contextmanager
def opened(path: Path, identities: Sequence[X25519PrivateKey], *, name: str) -> Iterator[BinaryIO]:
    """What a sealed, compressed file holds, as it is read. Raises: BackupDamaged, SealedForSomebodyElse."""
    try:
        with contextlib.ExitStack() as stack:
            sealed = stack.enter_context(path.open("rb"))
            squeezed = stack.enter_context(io.BufferedReader(Opener(sealed, identities, name=name), BLOCK))
            plain = stack.enter_context(gzip.GzipFile(fileobj=squeezed))
            yield plain  # type: ignore[misc]
            while squeezed.read(BLOCK):  # to the mark of the end
                pass
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise BackupDamaged(file=name, reason="changed") from None
    except FileNotFoundError as error:
        if error.filename != str(path):
            raise
        raise BackupDamaged(file=name, reason="missing") from None


class _Counted(io.RawIOBase):
    def __init__(self, source: BinaryIO, progress: Progress | None) -> None:
        self._source, self._progress = source, progress

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        block = self._source.read(size)
        if self._progress:
            self._progress(len(block))
        return block


class _Server:
    """The restored cluster, served from beside its place."""

    def __init__(self, place: Place, staging: Path, superuser: str) -> None:
        self.place, self.staging, self.superuser = place, staging, superuser
        # In a folder of its own, and short: a socket's address holds 107 bytes.
        self.sockets = Path(tempfile.mkdtemp(prefix="carnet-restore-"))
        place.give(self.sockets)

    def address(self, database: str, role: str) -> str:
        return f"postgresql://{role}@/{database}?{socket_query(host=str(self.sockets))}"

    def start(self, *, recovery: dict[str, str]) -> None:
        ours = {"hba_file": str(self.staging / "hba.conf"), "unix_socket_directories": str(self.sockets), **SETTINGS, **recovery}
        options = " ".join(shlex.quote(f"--{name}={value}") for name, value in ours.items())
        command: list[str | Path] = [self.place.binaries / "pg_ctl", "-D", self.staging / "data", "-l", self.staging / "server.log", "-w",
                                     "-t", str(START_SECONDS), "-o", options, "start"]  # fmt: skip
        done = self.place.runner.run(command, timeout=START_SECONDS + 30, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if done.returncode:
            self._refuse()
        self._wait_until_promoted()

    def _wait_until_promoted(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            try:
                with psycopg.connect(self.address("postgres", self.superuser), autocommit=True) as connection:
                    row = connection.execute("SELECT pg_is_in_recovery()").fetchone()
                    if row and not row[0]:
                        return
            except psycopg.OperationalError:
                if not (self.staging / "data" / "postmaster.pid").exists():
                    self._refuse()
            time.sleep(0.1)
        self._refuse()

    def _refuse(self) -> None:
        log = self._log()
        if "recovery ended before configured recovery target was reached" in log:
            raise MomentTooLate(latest=_completed(log) or "?")
        reason = next((line for line in reversed(log.splitlines()) if "FATAL" in line or "PANIC" in line), latest_line(log))
        self.stop()
        raise RestoreFailed(reason=reason)

    def recovered_until(self) -> datetime | None:
        """The last transaction the log gave back, by the source's own clock."""
        told = _completed(self._log())
        return datetime.fromisoformat(told) if told else None

    def _log(self) -> str:
        try:
            return (self.staging / "server.log").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def stop(self) -> None:
        command: list[str | Path] = [self.place.binaries / "pg_ctl", "-D", self.staging / "data", "-m", "fast", "-w", "-t", "120", "stop"]
        self.place.runner.run(command, timeout=150, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        shutil.rmtree(self.sockets, ignore_errors=True)


def _completed(log: str) -> str | None:
    found = [line for line in log.splitlines() if "last completed transaction was at log time" in line]
    return found[-1].rpartition("log time ")[2].strip() if found else None
