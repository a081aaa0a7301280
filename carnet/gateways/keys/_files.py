"""The ring of an installation: sealed files in a folder."""

import base64
import json
import os
import secrets
import threading
from pathlib import Path

from carnet.gateways.keys._boxes import opened, sealed_box, sealed_by
from carnet.gateways.keys._issuer import IssuerKey
from carnet.gateways.keys._people import FOLDER, about, path_of
from carnet.gateways.keys._rings import RingOfKeys
from carnet.gateways.keys._words import (
    SECRET_SIZE,
    KeysMissing,
    KeysUnreadable,
    ProgrammeKeys,
    SeedMissing,
)


class FileKeyRing(RingOfKeys):
    """A ring in a folder. `successor` is the raw X25519 public key of whoever would take over, or None."""

    def __init__(self, folder: Path, *, wrapping_key: Path | None = None, successor: bytes | None = None) -> None:
        self._folder = folder
        self._wrapping_path = wrapping_key or folder / "wrapping.key"
        self._successor = successor
        self._cache: dict[tuple[int, int], ProgrammeKeys] = {}
        self._issuer_cache: dict[tuple[str, int], IssuerKey] = {}
        self._wrapping: bytes | None = None
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
        secret = opened(self._wrapping_key(), sealed, self._about_keys(programme_id, version))
        keys = ProgrammeKeys(version, hashing=secret[:SECRET_SIZE], signing=secret[SECRET_SIZE:])
        self._cache[programme_id, version] = keys
        return keys

    def _keep(self, programme_id: int, keys: ProgrammeKeys) -> bool:
        secret = keys.hashing + keys.signing
        sealed = sealed_by(self._wrapping_key(), secret, self._about_keys(programme_id, keys.version))
        written = {"version": keys.version, "public": _text(keys.public), "sealed": _text(sealed)}
        if self._successor is not None:
            written["successor"] = _text(sealed_box(self._successor, secret))
        return _write_once(self._keys_path(programme_id, keys.version), json.dumps(written, indent=1).encode("ascii"))

    def create_seed(self, programme_id: int, order_id: int, *, anew: bool = False) -> None:
        path = self._seed_path(programme_id, order_id)
        if anew:
            _erase(path)
        drawn = secrets.token_bytes(SECRET_SIZE)
        _write_once(path, sealed_by(self._wrapping_key(), drawn, self._about_seed(programme_id, order_id)))

    def bring_seed(self, programme_id: int, order_id: int, seed: bytes) -> None:
        _write_once(
            self._seed_path(programme_id, order_id), sealed_by(self._wrapping_key(), seed, self._about_seed(programme_id, order_id))
        )

    def seed(self, programme_id: int, order_id: int) -> bytes:
        try:
            sealed = self._seed_path(programme_id, order_id).read_bytes()
        except FileNotFoundError:
            raise SeedMissing(order_id=order_id) from None
        return opened(self._wrapping_key(), sealed, self._about_seed(programme_id, order_id))

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
        return _write_once(self._issuer_path(algorithm, version), content)

    def _issuer_folder(self) -> Path:
        return self._folder / "openid"

    def _issuer_path(self, algorithm: str, version: int) -> Path:
        return self._issuer_folder() / f"{algorithm}-{version}.json"

    def _clearing_written(self) -> dict[int, bytes]:
        paths = self._clearing_folder().glob("keys-*.json")
        return {int(path.stem.removeprefix("keys-")): path.read_bytes() for path in paths}

    def _clearing_write(self, version: int, content: bytes) -> bool:
        return _write_once(self._clearing_folder() / f"keys-{version}.json", content)

    def _clearing_folder(self) -> Path:
        return self._folder / "clearing"

    def _anchors_written(self) -> dict[int, bytes]:
        paths = self._anchors_folder().glob("keys-*.json")
        return {int(path.stem.removeprefix("keys-")): path.read_bytes() for path in paths}

    def _anchors_write(self, version: int, content: bytes) -> bool:
        return _write_once(self._anchors_folder() / f"keys-{version}.json", content)

    def _anchors_folder(self) -> Path:
        return self._folder / "anchors"

    def _person_key(self, person: str) -> bytes | None:
        # Never remembered: another process may just have destroyed it.
        try:
            sealed = path_of(self._folder, person).read_bytes()
        except FileNotFoundError:
            return None
        return opened(self._wrapping_key(), sealed, about(person))

    def _person_write(self, person: str, key: bytes) -> None:
        _write_once(path_of(self._folder, person), sealed_by(self._wrapping_key(), key, about(person)))

    def destroy_person_key(self, person: str) -> bool:
        path = path_of(self._folder, person)
        if not path.exists():
            return False
        _erase(path)
        return True

    def person_keys(self) -> tuple[str, ...]:
        return tuple(sorted(path.stem for path in (self._folder / FOLDER).glob("*/*.key")))

    def _wrapping_key(self) -> bytes:
        with self._lock:
            if self._wrapping is None:
                if not self._wrapping_path.exists():
                    # Of two processes starting together, both read the key of the first.
                    _write_once(self._wrapping_path, secrets.token_bytes(SECRET_SIZE))
                self._wrapping = self._wrapping_path.read_bytes()
                if len(self._wrapping) != SECRET_SIZE:
                    raise KeysUnreadable(about=self._wrapping_path.name)
            return self._wrapping

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


def _write_once(path: Path, content: bytes) -> bool:
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
    _sync_folder(path.parent)
    return True


def _erase(path: Path) -> None:
    """Overwrite, then remove: what a copy-on-write disk may keep is still sealed by the wrapping key."""
    try:
        with open(path, "r+b") as file:
            file.write(secrets.token_bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except FileNotFoundError:
        return
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
