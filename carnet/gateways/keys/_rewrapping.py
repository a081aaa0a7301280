"""Another wrapping key: every sealed file is opened and sealed anew, one at a time, each whole or not at all. Killed anywhere, it goes on from there.

Beside the wrapping key, ``wrapping.key.next`` is drawn first: from that moment every process opens with either, and seals under the next. Each
file is then replaced (never written over), until a whole pass finds nothing left; the former key is kept in the ring as ``former-1.key``, sealed
by the next, since the database holds what was sealed and marked under it; at last the next takes the place of the present, in one rename.

A person's key, or a seed, may be destroyed meanwhile: both take the lock of its folder, so that none comes back.
"""

import base64
import json
import os
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from carnet.gateways.keys._boxes import opened, sealed_by
from carnet.gateways.keys._files import FORMER, FileKeyRing, about_former, alone, own_key, sync_folder, write_once
from carnet.gateways.keys._people import about as about_person
from carnet.gateways.keys._words import SECRET_SIZE, KeysUnreadable

# A file being written under the present key when the next was drawn is on the disk by then.
SETTLES_SECONDS = 1.0
_PROGRAMME = re.compile(r"programme-(\d+)")
_OWN = {"openid": "issuer {algorithm} {version}", "clearing": "clearing {version}", "anchors": "anchors {version}"}


@dataclass(frozen=True, slots=True)
class Rewrapped:
    """What was done. `resumed`: a change begun before went on."""

    sealed_anew: int
    already: int
    resumed: bool


def prepare_rewrap(ring: FileKeyRing) -> bool:
    """Draw the next wrapping key, once; False when it was drawn already. Copied to other machines now, they will open what comes."""
    present = ring.wrapping_path
    next_path = ring.next_path
    if not present.exists():
        raise KeysUnreadable(about=present.name)
    if not write_once(next_path, secrets.token_bytes(SECRET_SIZE)):
        return False
    like(next_path, present)
    return True


def rewrap(
    ring: FileKeyRing, *, told: Callable[[], None] = lambda: None, before_the_end: Callable[[int], None] = lambda count: None
) -> Rewrapped:
    """Change the wrapping key of a ring, or go on with a change that was cut. `told`: after each file. `before_the_end`: with how many files, once
    nothing is left under the former key; what it raises leaves the change to be gone on with.

    Raises: KeysUnreadable, when a file opens under neither key: nothing is lost, both keys stay.
    """
    resumed = not prepare_rewrap(ring)
    present, coming = ring.wrapping_path.read_bytes(), ring.next_path.read_bytes()
    if len(coming) != SECRET_SIZE:
        raise KeysUnreadable(about=ring.next_path.name)
    _keep_former(ring, present, coming)
    done = 0
    changed, already = _pass(ring, present, coming, told)
    while True:
        done += changed
        time.sleep(SETTLES_SECONDS)
        changed, already = _pass(ring, present, coming, lambda: None)
        if not changed:
            break
    before_the_end(done)
    os.replace(ring.next_path, ring.wrapping_path)
    sync_folder(ring.wrapping_path.parent)
    return Rewrapped(sealed_anew=done, already=already - done, resumed=resumed)


def _keep_former(ring: FileKeyRing, present: bytes, coming: bytes) -> None:
    for path in ring.former_paths():
        if _opens((coming, present), path.read_bytes(), about_former(path)) == present:
            return
    number = max((int(path.stem.removeprefix(f"{FORMER}-")) for path in ring.former_paths()), default=0) + 1
    path = ring.folder / f"{FORMER}-{number}.key"
    write_once(path, sealed_by(coming, present, about_former(path)))
    like(path, ring.folder, mode=0o600)


def _pass(ring: FileKeyRing, present: bytes, coming: bytes, told: Callable[[], None]) -> tuple[int, int]:
    """Seal every file anew that is not yet; how many were, and how many are in all."""
    changed = count = 0
    for path, about, is_own in _sealed_files(ring):
        with alone(path.parent):
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                continue  # destroyed meanwhile
            count += 1
            if (anew := _anew(content, about, present, coming, is_own=is_own, is_json=path.suffix == ".json")) is None:
                continue
            _replace(path, anew)
        changed += 1
        told()
    return changed, count


def _anew(content: bytes, about: bytes, present: bytes, coming: bytes, *, is_own: bool, is_json: bool) -> bytes | None:
    """The same file under the coming key; None when it is already. `is_own`: sealed under a key drawn from the wrapping key and its purpose."""
    written = json.loads(content) if is_json else None
    sealed = base64.b64decode(written["sealed"]) if written is not None else content
    keys = [own_key(each, about.decode()) if is_own else each for each in (coming, present)]
    try:
        opened(keys[0], sealed, about)
    except KeysUnreadable:
        box = sealed_by(keys[0], opened(keys[1], sealed, about), about)
    else:
        return None
    if written is None:
        return box
    written["sealed"] = base64.b64encode(box).decode("ascii")
    return json.dumps(written, indent=1).encode("ascii")


def _sealed_files(ring: FileKeyRing) -> Iterator[tuple[Path, bytes, bool]]:
    """Every file of the ring that the wrapping key seals, what it is sealed for, and whether by a key drawn from it."""
    for folder in sorted(ring.folder.glob("programme-*")):
        if (found := _PROGRAMME.fullmatch(folder.name)) is None:
            continue
        programme = found.group(1)
        for path in sorted(folder.glob("keys-*.json")):
            yield path, f"keys {programme} {path.stem.removeprefix('keys-')}".encode("ascii"), False
        for path in sorted(folder.glob("series-*.seed")):
            yield path, f"seed {programme} {path.stem.removeprefix('series-')}".encode("ascii"), False
    for path in sorted((ring.folder / "people").glob("*/*.key")):
        yield path, about_person(path.stem), False
    for path in ring.former_paths():
        yield path, about_former(path), False
    for name, purpose in _OWN.items():
        for path in sorted((ring.folder / name).glob("*.json")):
            algorithm, _dash, version = path.stem.rpartition("-")
            yield path, purpose.format(algorithm=algorithm, version=version).encode("ascii"), True


def _opens(keys: tuple[bytes, ...], sealed: bytes, about: bytes) -> bytes | None:
    for key in keys:
        try:
            return opened(key, sealed, about)
        except KeysUnreadable:
            continue
    return None


def _replace(path: Path, content: bytes) -> None:
    """Another content under the same name, with the same owner and rights, whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        like(draft, path)
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)


def like(path: Path, other: Path, *, mode: int | None = None) -> None:
    """The same owner as `other`, and its rights: whoever runs the machine may change the key as root."""
    known = other.stat()
    if (path.stat().st_uid, path.stat().st_gid) != (known.st_uid, known.st_gid):
        os.chown(path, known.st_uid, known.st_gid)
    os.chmod(path, mode if mode is not None else known.st_mode & 0o777)
