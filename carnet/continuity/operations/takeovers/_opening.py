"""What is looked at before a row is copied: is the archive as it was signed, by whom, for which tables, and can its keys be opened."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from carnet.continuity.rules.takeovers import (
    ArchiveIncomplete,
    ArchiveTampered,
    ArchiveUntrusted,
    SuccessorKeyWrong,
    check_versions,
)
from carnet.gateways import programme_archives as archives
from carnet.gateways.keys import SECRET_SIZE, KeysUnreadable, ProgrammeKeys, key_ring, open_box
from carnet.gateways.programme_archives import Archive, Fault, Manifest, Step


@dataclass(frozen=True, slots=True)
class Opened:
    """An archive as it was signed. `signing_key`: the fingerprint of the key of its base, in hexadecimal. `gap`: the step where it stops short."""

    archive: Archive
    signing_key: str
    gap: Fault | None = None

    @property
    def latest(self) -> Manifest:
        return self.archive.latest.manifest

    @property
    def row_count(self) -> int:
        return sum(entry.rows for step in self.archive.steps for entry in step.manifest.tables)

    @property
    def byte_count(self) -> int:
        return sum(path.stat().st_size for step in self.archive.steps for path in step.folder.rglob("*") if path.is_file())


def open_whole(
    archive: Archive, *, announced: bytes | None = None, up_to_gap: bool = False, progress: Callable[[int, int], None] | None = None
) -> Opened:
    """The archive, read once from end to end and found as it was signed. Nothing is written anywhere.

    `announced`: the fingerprint of the programme's key, known from elsewhere.
    Raises: ArchiveTampered (the first row, file or step that is not), ArchiveUntrusted, ArchiveIncomplete (unless `up_to_gap`).
    """
    signing = archives.fingerprint(bytes.fromhex(archive.base.manifest.keys[0].public)) if archive.base.manifest.keys else b""
    faults = archives.check(archive, trusted=announced, progress=progress)
    gap = archive.stopped
    wrong = [each for each in faults if each != gap]
    if wrong:
        first = wrong[0]
        publics = [archives.fingerprint(bytes.fromhex(each.public)) for each in archive.base.manifest.keys]
        if first.what == "signature" and first.step == archive.base.name and announced is not None and announced not in publics:
            raise ArchiveUntrusted(found=signing.hex(), announced=announced.hex())
        raise ArchiveTampered(step=first.step, table=first.table, key=first.key, what=first.what, faults=len(wrong))
    if gap is not None and not up_to_gap:
        raise ArchiveIncomplete(step=gap.step, known_at=archive.known_until)
    return Opened(archive, signing.hex(), gap)


def check_same_tables(manifest: Manifest) -> None:
    """The archive's tables are those of this installation. Raises: ArchiveOfAnotherVersion."""
    latest: dict[str, str] = {}
    for app, name in sorted(MigrationRecorder(connection).applied_migrations()):
        latest[app] = max(name, latest.get(app, ""))
    check_versions(manifest.schema, latest)


def opened_keys(archive: Archive, successor: X25519PrivateKey) -> list[ProgrammeKeys]:
    """The programme's keys, oldest first, out of the boxes sealed for the successor. Raises: SuccessorKeyWrong."""
    found: list[ProgrammeKeys] = []
    for version, path in sorted(_latest_files(archive).items()):
        try:
            written = json.loads(path[0].read_text(encoding="ascii"))
            secret = open_box(successor, base64.b64decode(written["successor"]))
        except (KeysUnreadable, KeyError, ValueError):
            raise SuccessorKeyWrong(version=version) from None
        keys = ProgrammeKeys(version, hashing=secret[:SECRET_SIZE], signing=secret[SECRET_SIZE:])
        if keys.public.hex() != path[1]:
            raise SuccessorKeyWrong(version=version)
        found.append(keys)
    return found


def _latest_files(archive: Archive) -> Mapping[int, tuple[Path, str]]:
    return {
        each.version: (step.folder / each.file, each.public)
        for step in archive.steps
        for each in step.manifest.keys
        if _is_there(step, each.file)
    }


def _is_there(step: Step, name: str) -> bool:
    return (step.folder / name).is_file()


def opened_seeds(archive: Archive, successor: X25519PrivateKey) -> dict[int, bytes]:
    """The seeds of orders whose paper does not exist yet, by order. One that cannot be opened is left: its codes will be drawn again."""
    found: dict[int, bytes] = {}
    for each in archive.latest.manifest.seeds:
        path = next((step.folder / each.file for step in reversed(archive.steps) if _is_there(step, each.file)), None)
        if path is None:
            continue
        try:
            found[each.order] = open_box(successor, path.read_bytes())
        except (KeysUnreadable, ValueError):
            continue
    return found


def bring_keys(programme_id: int, keys: list[ProgrammeKeys], seeds: Mapping[int, bytes]) -> None:
    """Put them in this installation's ring, under its own wrapping key; those that are there already stay. Raises: KeysOfAnother."""
    ring = key_ring()
    for each in keys:
        ring.bring_keys(programme_id, each)
    for order_id, seed in seeds.items():
        ring.bring_seed(programme_id, order_id, seed)
