"""What is in a folder of backups, whether it would open, and what may go."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from carnet.gateways.backups._archive import HISTORY
from carnet.gateways.backups._bases import FILES
from carnet.gateways.backups._refusals import NoBase
from carnet.gateways.backups._restoring import log_after, opened, unpack_cluster, unpack_histories, unpack_log
from carnet.gateways.backups._shelf import BLOCK, Base, Progress, Shelf, check_hash, forget, sync_folder, write_whole

NEWS = "last.json"


@dataclass(frozen=True, slots=True)
class Checked:
    """What was read through."""

    bases: int
    bytes: int
    archive_bytes: int
    archive_files: int
    opened: bool


@dataclass(frozen=True, slots=True)
class Pruned:
    bases: tuple[str, ...]
    archive_files: int
    bytes: int


def check(shelf: Shelf, *, identities: Sequence[X25519PrivateKey] = (), progress: Progress | None = None) -> Checked:
    """Read everything through: each file against its hash, the archive without a hole; with a key, opened too, down to each table's file.

    Raises: NoBase, BackupDamaged, SegmentMissing, SealedForSomebodyElse.
    """
    bases = shelf.bases()
    if not bases:
        raise NoBase(folder=str(shelf.folder))
    total = 0
    for base in bases:
        for file in base.manifest["files"]:
            name = f"{base.name}/{file['name']}"
            total += check_hash(
                base.folder / file["name"], expected=file["sha256"], bytes_expected=file["bytes"], progress=progress, name=name
            )
        if identities:
            unpack_cluster(base, identities, None)
            if (base.folder / FILES).exists():
                with opened(base.folder / FILES, identities, name=f"{base.name}/{FILES}") as plain:
                    while plain.read(BLOCK):
                        pass
    kept = shelf.archive()
    archived = sum(check_hash(each.path, expected=each.sha, progress=progress) for each in kept)
    for path in shelf.archive_folder.glob("*.history.*"):
        if matched := HISTORY.fullmatch(path.name):
            archived += check_hash(path, expected=matched["sha"], progress=progress)
    log_after(shelf, bases[-1])
    if identities:
        unpack_log(kept, None, identities)
        unpack_histories(shelf, None, identities)
    return Checked(len(bases), total, archived, len(kept), bool(identities))


def bytes_to_check(shelf: Shelf) -> int:
    return sum(base.bytes for base in shelf.bases()) + sum(each.path.stat().st_size for each in shelf.archive())


def prune(shelf: Shelf, *, days: int, at: datetime, keys: Path | None = None) -> Pruned:
    """Forget the bases older than that many days, then the log no base left needs. One base always stays: the latest."""
    bases = shelf.bases()
    if not bases:
        return Pruned((), 0, 0)
    limit = at - timedelta(days=days)
    # To come back to a moment of the last `days`, the base before it is needed: the latest of the old ones stays too.
    old = [base for base in bases if base.finished_at < limit][:-1] if bases[-1].finished_at >= limit else bases[:-1]
    freed = sum(base.bytes for base in old)
    for base in old:
        (base.folder / "manifest.json").unlink()  # first: from now on it is no base
        forget(base.folder)
    remaining = [base for base in bases if base not in old]
    first = min(base.first.rank for base in remaining)
    useless = [each for each in shelf.archive() if each.segment.rank < first]
    freed += sum(each.path.stat().st_size for each in useless)
    for each in useless:
        each.path.unlink(missing_ok=True)
    _sweep(shelf)
    if keys is not None:
        for path in sorted(keys.glob("keys-*.tar.gz.age"))[:-1]:
            if datetime.fromtimestamp(path.stat().st_mtime, UTC) < limit:
                freed += path.stat().st_size
                path.unlink()
    return Pruned(tuple(base.name for base in old), len(useless), freed)


def _sweep(shelf: Shelf) -> None:
    """What a killed backup left: a folder without a manifest, a day old."""
    for folder in shelf.bases_folder.iterdir():
        if not (folder / "manifest.json").exists() and folder.stat().st_mtime < datetime.now(UTC).timestamp() - 86_400:
            forget(folder)
    sync_folder(shelf.archive_folder)


def tell_news(folder: Path, /, **facts: Any) -> None:
    """`last.json`: when the latest base ended, its size, when it was read through, how far the archive is; what doctor and figures read."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(folder / NEWS, json.dumps({**news(folder), **facts}, indent=1).encode() + b"\n")


def news(folder: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((folder / NEWS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {"at": None, "bytes": None, "verified_at": None}
    return found


def latest(shelf: Shelf) -> Base | None:
    bases = shelf.bases()
    return bases[-1] if bases else None
