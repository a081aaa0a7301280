"""The ring of an installation: sealed files in a folder."""

import base64
import fcntl
import json
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from carnet.gateways.keys._boxes import opened, sealed_box, sealed_by
from carnet.gateways.keys._issuer import IssuerKey
from carnet.gateways.keys._people import FOLDER, about, path_of
from carnet.gateways.keys._rings import RingOfKeys, own_key
from carnet.gateways.keys._words import (
    SECRET_SIZE,
    KeysMissing,
    KeysUnreadable,
    ProgrammeKeys,
    SeedMissing,
)

# Wrapping keys of before, each sealed by the present one: the database holds what was sealed and marked under them.
FORMER = "former"
__all__ = ["FORMER", "FileKeyRing", "about_former", "alone", "own_key", "sync_folder", "write_once"]


class FileKeyRing(RingOfKeys):
    """A ring in a folder. `successor` is the raw X25519 public key of whoever would take over, or None."""

    def __init__(self, folder: Path, *, wrapping_key: Path | None = None, successor: bytes | None = None) -> None:
        self._folder = self.folder = folder
        self._wrapping_path = self.wrapping_path = wrapping_key or folder / "wrapping.key"
        self.next_path = self._wrapping_path.with_name(f"{self._wrapping_path.name}.next")
        self._successor = successor
        self._cache: dict[tuple[int, int], ProgrammeKeys] = {}
        self._issuer_cache: dict[tuple[str, int], IssuerKey] = {}
        self._wrappings: tuple[object, tuple[bytes, ...], tuple[bytes, ...]] | None = None
        self._lock = threading.Lock()

    def versions(self, programme_id: int) -> tuple[int, ...]:
        names = [path.stem for path in self._programme(programme_id).glob("keys-*.json")]
        return tuple(sorted(int(name.removeprefix("keys-")) for name in names))

    def _find(self, programme_id: int, version: int) -> ProgrammeKeys:
        if found := self._cache.get((programme_id, version)):
            return found
        try:
            written = json.loads(self._keys_path(programme_id, version).read_text(encoding="ascii"))
            sealed = base64.b64decode(written["sealed"])
        except FileNotFoundError:
            raise KeysMissing(programme_id=programme_id, version=version) from None
        except (ValueError, KeyError):
            raise KeysUnreadable(about=self._about_keys(programme_id, version).decode()) from None
        secret = self._opened(sealed, self._about_keys(programme_id, version))
        keys = ProgrammeKeys(version, hashing=secret[:SECRET_SIZE], signing=secret[SECRET_SIZE:])
        self._cache[programme_id, version] = keys
        return keys

    def _keep(self, programme_id: int, keys: ProgrammeKeys) -> bool:
        secret = keys.hashing + keys.signing
        sealed = sealed_by(self._wrapping_key(), secret, self._about_keys(programme_id, keys.version))
        written = {"version": keys.version, "public": _text(keys.public), "sealed": _text(sealed)}
        if self._successor is not None:
            written["successor"] = _text(sealed_box(self._successor, secret))
        return write_once(self._keys_path(programme_id, keys.version), json.dumps(written, indent=1).encode("ascii"))

    def create_seed(self, programme_id: int, order_id: int, *, anew: bool = False) -> None:
        path = self._seed_path(programme_id, order_id)
        if anew:
            _erase(path)
        drawn = secrets.token_bytes(SECRET_SIZE)
        write_once(path, sealed_by(self._wrapping_key(), drawn, self._about_seed(programme_id, order_id)))

    def bring_seed(self, programme_id: int, order_id: int, seed: bytes) -> None:
        write_once(self._seed_path(programme_id, order_id), sealed_by(self._wrapping_key(), seed, self._about_seed(programme_id, order_id)))

    def seed(self, programme_id: int, order_id: int) -> bytes:
        try:
            sealed = self._seed_path(programme_id, order_id).read_bytes()
        except FileNotFoundError:
            raise SeedMissing(order_id=order_id) from None
        return self._opened(sealed, self._about_seed(programme_id, order_id))

    def destroy_seed(self, programme_id: int, order_id: int) -> None:
        _erase(self._seed_path(programme_id, order_id))

    def sealed_for_successor(self, programme_id: int, version: int) -> bytes | None:
        try:
            written = json.loads(self._keys_path(programme_id, version).read_text(encoding="ascii"))
        except FileNotFoundError:
            raise KeysMissing(programme_id=programme_id, version=version) from None
        return base64.b64decode(written["successor"]) if "successor" in written else None

    def issuer_keys(self, algorithm: str) -> tuple[IssuerKey, ...]:
        # A file never changes: opened and unsealed once, while the folder is looked at each time, for another process may have added one.
        versions = sorted(int(path.stem.rpartition("-")[2]) for path in self._issuer_folder().glob(f"{algorithm}-*.json"))
        for version in versions:
            if (algorithm, version) not in self._issuer_cache:
                content = self._issuer_path(algorithm, version).read_bytes()
                self._issuer_cache[algorithm, version] = self._issuer_read(algorithm, version, content)
        return tuple(self._issuer_cache[algorithm, version] for version in versions)

    def _issuer_written(self, algorithm: str) -> dict[int, bytes]:
        paths = self._issuer_folder().glob(f"{algorithm}-*.json")
        return {int(path.stem.rpartition("-")[2]): path.read_bytes() for path in paths}

    def _issuer_write(self, algorithm: str, version: int, content: bytes) -> bool:
        return write_once(self._issuer_path(algorithm, version), content)

    def _issuer_folder(self) -> Path:
        return self._folder / "openid"

    def _issuer_path(self, algorithm: str, version: int) -> Path:
        return self._issuer_folder() / f"{algorithm}-{version}.json"

    def _clearing_written(self) -> dict[int, bytes]:
        paths = self._clearing_folder().glob("keys-*.json")
        return {int(path.stem.removeprefix("keys-")): path.read_bytes() for path in paths}

    def _clearing_write(self, version: int, content: bytes) -> bool:
        return write_once(self._clearing_folder() / f"keys-{version}.json", content)

    def _clearing_folder(self) -> Path:
        return self._folder / "clearing"

    def _anchors_written(self) -> dict[int, bytes]:
        paths = self._anchors_folder().glob("keys-*.json")
        return {int(path.stem.removeprefix("keys-")): path.read_bytes() for path in paths}

    def _anchors_write(self, version: int, content: bytes) -> bool:
        return write_once(self._anchors_folder() / f"keys-{version}.json", content)

    def _anchors_folder(self) -> Path:
        return self._folder / "anchors"

    def _person_key(self, person: str) -> bytes | None:
        # Never remembered: another process may just have destroyed it.
        try:
            sealed = path_of(self._folder, person).read_bytes()
        except FileNotFoundError:
            return None
        return self._opened(sealed, about(person))

    def _person_write(self, person: str, key: bytes) -> None:
        write_once(path_of(self._folder, person), sealed_by(self._wrapping_key(), key, about(person)))

    def destroy_person_key(self, person: str) -> bool:
        path = path_of(self._folder, person)
        if not path.exists():
            return False
        _erase(path)
        return True

    def person_keys(self) -> tuple[str, ...]:
        return tuple(sorted(path.stem for path in (self._folder / FOLDER).glob("*/*.key")))

    def former_paths(self) -> list[Path]:
        """The files of wrapping keys of before, the oldest first."""
        return sorted(self._folder.glob(f"{FORMER}-*.key"), key=lambda path: int(path.stem.removeprefix(f"{FORMER}-")))

    def _wrapping_key(self) -> bytes:
        return self._keys()[0][0]

    def _roots(self) -> tuple[bytes, ...]:
        return self._keys()[1]

    def _opened(self, sealed: bytes, about: bytes) -> bytes:
        return _opened_by(self._keys()[0], sealed, about)

    def _keys(self) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
        """What files may be sealed by, first the one to seal with; what own keys may be drawn from, first the one to seal with, last the oldest.

        Both follow the files, while the wrapping key is being changed by another process too (`_rewrapping`).
        """
        with self._lock:
            if self._wrappings is None or self._wrappings[0] != self._signature():
                self._wrappings = self._read_wrappings()
            return self._wrappings[1:]

    def _signature(self) -> object:
        return _mark_of(self._wrapping_path), _mark_of(self.next_path)

    def _read_wrappings(self) -> tuple[object, tuple[bytes, ...], tuple[bytes, ...]]:
        if not self._wrapping_path.exists():
            # Of two processes starting together, both read the key of the first.
            write_once(self._wrapping_path, secrets.token_bytes(SECRET_SIZE))
        coming: tuple[bytes, ...]
        while True:
            before = self._signature()
            present = self._wrapping_path.read_bytes()
            try:
                coming = (self.next_path.read_bytes(),)
            except FileNotFoundError:
                coming = ()
            if before == self._signature():
                break
        for each, path in ((present, self._wrapping_path), *((each, self.next_path) for each in coming)):
            if len(each) != SECRET_SIZE:
                raise KeysUnreadable(about=path.name)
        wrappings = (*coming, present)
        formers = [_opened_by(wrappings, path.read_bytes(), about_former(path)) for path in reversed(self.former_paths())]
        oldest = formers[-1] if formers else present
        return before, wrappings, (present, *coming, *formers[:-1], oldest)

    def _programme(self, programme_id: int) -> Path:
        return self._folder / f"programme-{programme_id}"

    def _keys_path(self, programme_id: int, version: int) -> Path:
        return self._programme(programme_id) / f"keys-{version}.json"

    def _seed_path(self, programme_id: int, order_id: int) -> Path:
        return self._programme(programme_id) / f"series-{order_id}.seed"

    @staticmethod
    def _about_keys(programme_id: int, version: int) -> bytes:
        return f"keys {programme_id} {version}".encode("ascii")

    @staticmethod
    def _about_seed(programme_id: int, order_id: int) -> bytes:
        return f"seed {programme_id} {order_id}".encode("ascii")


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def about_former(path: Path) -> bytes:
    """What a wrapping key of before is sealed for."""
    return f"wrapping {path.stem}".encode("ascii")


def _opened_by(keys: tuple[bytes, ...], sealed: bytes, about: bytes) -> bytes:
    for key in keys[:-1]:
        try:
            return opened(key, sealed, about)
        except KeysUnreadable:
            continue
    return opened(keys[-1], sealed, about)


def _mark_of(path: Path) -> tuple[int, int, int] | None:
    """Changes whenever the file does."""
    try:
        seen = path.stat()
    except FileNotFoundError:
        return None
    return seen.st_ino, seen.st_mtime_ns, seen.st_size


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Whoever replaces or destroys a file of a folder is alone there: nothing destroyed is written again."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def write_once(path: Path, content: bytes) -> bool:
    """Write a file whole, readable by its owner only; False, and nothing changed, if it exists."""
    for folder in reversed([folder for folder in path.parents if not folder.exists()]):
        folder.mkdir(mode=0o700, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink(missing_ok=True)  # written, or not for want of room
    sync_folder(path.parent)
    return True


def _erase(path: Path) -> None:
    """Overwrite, then remove: what a copy-on-write disk may keep is still sealed by the wrapping key."""
    try:
        with alone(path.parent):
            with open(path, "r+b") as file:
                file.write(secrets.token_bytes(path.stat().st_size))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()
    except FileNotFoundError:
        return
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
