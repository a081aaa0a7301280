"""A base backup: PostgreSQL's own copy, as it flows, compressed and sealed before it touches a disk."""

import io
import json
import subprocess
import tarfile
import tempfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from carnet.gateways.backups._archive import read_lsn
from carnet.gateways.backups._refusals import BaseFailed, TablespacesUsed
from carnet.gateways.backups._server import Server, described, latest_line, programs, quiet, reached
from carnet.gateways.backups._shelf import (
    BLOCK,
    FORMAT,
    MANIFEST,
    STAMP,
    Base,
    Compressor,
    Progress,
    Sealed,
    Shelf,
    forget,
    sync_folder,
    write_whole,
)

BASE, FILES = "base.tar.gz.age", "files.tar.gz.age"
# Secrets that are made to be destroyed (`KeyRing.destroy_seed`), whole or being written: a copy of them would make that a lie.
NOT_COPIED = ("*.seed", "*.seed.*")
# Keys of people, destroyed with them: copied apart, and only the latest copy is kept (`keep_keys`).
PEOPLE = "people"


def take(
    shelf: Shelf,
    *,
    address: str,
    recipient: str,
    facts: Mapping[str, Any],
    files: Path | None,
    at: datetime,
    progress: Progress | None = None,
) -> Base:
    """Copy the whole cluster as it runs, with the log it needs to stand by itself, and the folder of files if there is one.

    `facts` are written in the manifest beside ours (Carnet's version, the state of its tables, the database and its owner).
    Raises: ServerNotReached, TablespacesUsed, ProgramsMissing, BaseFailed, OtherCluster.
    """
    folder = shelf.bases_folder / at.astimezone(UTC).strftime(STAMP)
    with reached(address) as connection:
        server = described(connection, address)
        if server.tablespaces:
            raise TablespacesUsed(count=server.tablespaces)
        shelf.open_for(system=server.system, recipient=recipient, segment_bytes=server.segment_bytes)
        folder.mkdir(mode=0o700)
        try:
            # The session's own slot: the log written while copying is not recycled before it is copied, however slow the disk.
            connection.execute("SELECT pg_create_physical_replication_slot(%s, true, true)", [f"carnet_base_{connection.info.backend_pid}"])
            written, postgres = _copied(folder, server, address, recipient, progress)
            kept = [written]
            if files is not None and files.is_dir() and any(files.iterdir()):
                kept.append(archive_folder(files, folder / FILES, recipient))
        except psycopg.Error as error:
            forget(folder)
            raise BaseFailed(reason=latest_line(str(error))) from None
        except BaseException:
            forget(folder)
            raise
    manifest = {
        "format": FORMAT, "taken_at": at.astimezone(UTC).isoformat(), "finished_at": datetime.now(UTC).isoformat(),
        "system": server.system, "postgresql": server.version, "segment_bytes": server.segment_bytes, "superuser": server.superuser,
        "recipient": recipient, **postgres, **facts, "files": kept,
    }  # fmt: skip
    write_whole(folder / MANIFEST, json.dumps(manifest, indent=1).encode() + b"\n")
    return Base(folder, manifest)


def _copied(folder: Path, server: Server, address: str, recipient: str, progress: Progress | None) -> tuple[dict[str, Any], dict[str, int]]:
    """Run pg_basebackup into a sealed file; gives what the manifest says of it, and from where to where the log it carries goes."""
    program = programs(server.version, exactly=False) / "pg_basebackup"
    command: list[str | Path] = [
        program,
        "-d",
        address,
        "-D",
        "-",
        "-F",
        "tar",
        "-X",
        "fetch",
        "-c",
        "fast",
        "--no-password",
        "--manifest-checksums=SHA256",
    ]
    with tempfile.TemporaryFile() as complaints, Sealed(folder, recipient) as sealed:
        running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints, stdin=subprocess.DEVNULL, env=quiet(), cwd="/")
        squeezed = Compressor(sealed.sealer)
        tail = bytearray()
        try:
            assert running.stdout is not None
            while block := running.stdout.read(BLOCK):
                squeezed.write(block)
                tail = (tail + block)[-32 * BLOCK :]  # PostgreSQL's own manifest is the last file
                if progress:
                    progress(len(block))
        finally:
            running.stdout.close() if running.stdout else None  # it ends by itself, whatever became of us
            running.wait()
        if running.returncode:
            complaints.seek(0)
            raise BaseFailed(reason=latest_line(complaints.read().decode(errors="replace")) or str(running.returncode))
        squeezed.close()
    path = folder / BASE
    sealed.become(path)
    return {"name": BASE, "bytes": sealed.bytes, "sha256": sealed.sha, "plain_bytes": squeezed.bytes}, _range(bytes(tail))


def _range(tail: bytes) -> dict[str, int]:
    """From where to where the log goes, from the end of PostgreSQL's manifest, the last file of its archive."""
    at = tail.rfind(b'"WAL-Ranges"')
    if at < 0:
        raise BaseFailed(reason="no manifest")
    listed, _ = json.JSONDecoder().raw_decode(tail[at + len(b'"WAL-Ranges":') :].decode(errors="replace").lstrip())
    latest = max(listed, key=lambda each: each["Timeline"])
    first = min(listed, key=lambda each: each["Timeline"])
    return {"timeline": latest["Timeline"], "start_lsn": read_lsn(first["Start-LSN"]), "end_lsn": read_lsn(latest["End-LSN"])}


def archive_folder(folder: Path, path: Path, recipient: str, *, leave_out: Iterable[str] = ()) -> dict[str, Any]:
    """Every file of a folder, sealed."""
    with Sealed(path.parent, recipient) as sealed:
        squeezed = Compressor(sealed.sealer)
        # What is in a file, whatever its name is to the disk: a restoration opens files and folders, and no links.
        with tarfile.open(fileobj=_Writer(squeezed), mode="w|", dereference=True) as tar:  # type: ignore[call-overload]
            for each in sorted(folder.rglob("*")):
                if not any(each.match(pattern) for pattern in leave_out):
                    tar.add(each, arcname=str(each.relative_to(folder)), recursive=False)
        squeezed.close()
    sealed.become(path)
    return {"name": path.name, "bytes": sealed.bytes, "sha256": sealed.sha, "plain_bytes": squeezed.bytes}


class _Writer(io.RawIOBase):
    """What tarfile writes to."""

    def __init__(self, to: Compressor) -> None:
        self._to = to

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        return self._to.write(bytes(content))


def keep_keys(keys: Path, to: Path, *, recipient: str, at: datetime) -> dict[str, Any]:
    """The folder of the keys, sealed in a folder of its own, without the seeds of codes.

    The keys of people go into a file of their own, of which only the latest is kept: a key destroyed since the copy before lives nowhere.
    A wrapping key that lives elsewhere stays there: whoever put it apart copies it apart.
    """
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    stamp = at.astimezone(UTC).strftime(STAMP)
    kept = archive_folder(keys, to / f"keys-{stamp}.tar.gz.age", recipient, leave_out=(*NOT_COPIED, PEOPLE, f"{PEOPLE}/*", f"{PEOPLE}/*/*"))
    if (keys / PEOPLE).is_dir():
        latest = to / f"people-{stamp}.tar.gz.age"
        archive_folder(keys / PEOPLE, latest, recipient)
        for earlier in to.glob("people-*.tar.gz.age"):
            if earlier != latest:
                earlier.unlink()
        sync_folder(to)
    return kept
