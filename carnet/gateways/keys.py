"""Secret keys, kept outside the database: hashing and signing keys per programme, seeds per series.

A copy of the database alone says nothing about the codes on paper: it holds keyed hashes only. The
real ring is a folder only its owner reads; a ring on an HSM would answer the same Protocol. Nothing
here is ever logged, and no value's ``repr`` shows a secret.

Files of a ``FileKeyRing`` (all 0600, inside a 0700 folder, written whole or not at all):

``wrapping.key``               32 bytes that seal everything else (may live on another medium)
``programme-7/keys-1.json``    version 1 of the keys of programme 7, sealed; its public key in clear
``programme-7/series-12.seed`` the seed of order 12, sealed; erased after proof of printing

What an installation keeps sealed in its database for a while (a photograph that shows codes, a telephone number to answer) is
sealed under a key drawn from the wrapping key and the purpose: a copy of the database alone opens none of it.
"""

import base64
import hmac
import json
import os
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from carnet.kernel.refusals import Refusal

SECRET_SIZE = 32
HASH_SIZE = 16
NONCE_SIZE = 12
SIGNATURE_SIZE = 64
# One byte of a voucher's token names the version; a programme changes keys once a year at most.
VERSION_MAX = 255

# What is signed begins with what it is for, so that a receipt can never be taken for a token.
TOKEN = b"carnet token 1\x00"
RECEIPT = b"carnet receipt 1\x00"
EXPORT = b"carnet export 1\x00"
JOURNAL = b"carnet journal 1\x00"
FACTS = b"carnet facts 1\x00"

Hasher = Callable[[str], bytes]


class KeysRefused(Refusal):
    """Base of the key ring's refusals."""

    code = "keys-refused"


class KeysMissing(KeysRefused):
    """The ring has no keys of that programme and version: `var/keys` was not brought along."""

    code = "keys-missing"


class KeysUnreadable(KeysRefused):
    """A key file was damaged, or sealed under another wrapping key."""

    code = "keys-unreadable"


class SeedMissing(KeysRefused):
    """The seed of an order was destroyed, or never was in this ring: its codes cannot be drawn again."""

    code = "seed-missing"


class KeysExhausted(KeysRefused):
    """A programme has used its 255 versions of keys."""

    code = "keys-exhausted"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """What verifies a programme's tokens and receipts: 32 bytes, Ed25519."""

    programme_id: int
    version: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class ProgrammeKeys:
    """The keys of one programme, one version."""

    version: int
    hashing: bytes = field(repr=False)
    signing: bytes = field(repr=False)

    @property
    def public(self) -> bytes:
        """The public half of the signing key, raw."""
        return _private(self.signing).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


class KeyRing(Protocol):
    """What the house asks of a place where keys are kept."""

    def create_programme_keys(self, programme_id: int) -> int:
        """Make the first keys of a programme unless it has some. Returns the current version."""
        ...

    def rotate(self, programme_id: int) -> int:
        """Add a version; the earlier ones go on checking what they signed. Returns the new version."""
        ...

    def versions(self, programme_id: int) -> tuple[int, ...]:
        """Versions from the oldest to the current one; empty without keys."""
        ...

    def hasher(self, programme_id: int, version: int) -> Hasher:
        """The keyed hash of that version, as a function of 18 digits. Raises: KeysMissing."""
        ...

    def hash_code(self, programme_id: int, version: int, digits: str) -> bytes:
        """16 bytes that stand for a code in the database. Raises: KeysMissing."""
        ...

    def sign(self, programme_id: int, purpose: bytes, message: bytes, *, version: int | None = None) -> bytes:
        """An Ed25519 signature (64 bytes) by the current version, or the one given. Raises: KeysMissing."""
        ...

    def verify(self, programme_id: int, version: int, purpose: bytes, message: bytes, signature: bytes) -> bool:
        """Whether that version signed that message for that purpose. Raises: KeysMissing."""
        ...

    def public_keys(self, programme_id: int) -> tuple[PublicKey, ...]:
        """The public half of every version, for devices and for anyone who checks."""
        ...

    def create_seed(self, programme_id: int, order_id: int, *, anew: bool = False) -> None:
        """Draw the secret seed of an order's codes unless it has one, or instead of it if `anew`."""
        ...

    def seed(self, programme_id: int, order_id: int) -> bytes:
        """The seed, 32 bytes. Raises: SeedMissing."""
        ...

    def destroy_seed(self, programme_id: int, order_id: int) -> None:
        """Erase the seed for ever; no harm if it is gone."""
        ...

    def sealed_for_successor(self, programme_id: int, version: int) -> bytes | None:
        """The keys in a box only the named successor opens, or None if no successor was named."""
        ...

    def seal(self, purpose: str, content: bytes) -> bytes:
        """`content`, sealed for this installation and this purpose: a place in the database where it waits to be erased."""
        ...

    def unseal(self, purpose: str, sealed: bytes) -> bytes:
        """What was sealed for this purpose. Raises: KeysUnreadable."""
        ...

    def mark(self, purpose: str, text: str) -> bytes:
        """32 bytes that stand for `text` in the database: the same each time, telling nothing without the ring."""
        ...


def signs(public: bytes, purpose: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` is that of `message` for `purpose` by the raw public key: all that a device needs."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, purpose + message)
    except (InvalidSignature, ValueError):
        return False
    return True


def sealed_box(recipient: bytes, content: bytes) -> bytes:
    """`content` for the holder of one X25519 public key: ephemeral key, nonce, ChaCha20-Poly1305."""
    ephemeral = X25519PrivateKey.generate()
    public = ephemeral.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(recipient))
    return public + _seal(_box_key(shared, public, recipient), content, b"carnet box 1")


def open_box(private: X25519PrivateKey, box: bytes) -> bytes:
    """The content of a `sealed_box`. Raises: KeysUnreadable."""
    public, sealed = box[:SECRET_SIZE], box[SECRET_SIZE:]
    recipient = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    shared = private.exchange(X25519PublicKey.from_public_bytes(public))
    return _unseal(_box_key(shared, public, recipient), sealed, b"carnet box 1")


def _box_key(shared: bytes, public: bytes, recipient: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=SECRET_SIZE, salt=None, info=public + recipient).derive(shared)


def _seal(key: bytes, content: bytes, about: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_SIZE)
    return nonce + ChaCha20Poly1305(key).encrypt(nonce, content, about)


def _unseal(key: bytes, sealed: bytes, about: bytes) -> bytes:
    try:
        return ChaCha20Poly1305(key).decrypt(sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], about)
    except (InvalidTag, ValueError):
        # The name is enough to find the file, and says nothing of what is in it.
        raise KeysUnreadable(about=about.decode()) from None


@lru_cache(maxsize=64)
def _private(signing: bytes) -> Ed25519PrivateKey:
    # Reading the key costs as much as signing with it; receipts and print files sign by the thousand.
    return Ed25519PrivateKey.from_private_bytes(signing)


def _new_keys(version: int) -> ProgrammeKeys:
    if version > VERSION_MAX:
        raise KeysExhausted(version_max=VERSION_MAX)
    return ProgrammeKeys(version, hashing=secrets.token_bytes(SECRET_SIZE), signing=secrets.token_bytes(SECRET_SIZE))


class _RingOfKeys:
    """What every ring does once it can find, keep and forget keys and seeds."""

    def _find(self, programme_id: int, version: int) -> ProgrammeKeys:
        raise NotImplementedError

    def _keep(self, programme_id: int, keys: ProgrammeKeys) -> bool:
        """Keep new keys; False if another process has just kept that version."""
        raise NotImplementedError

    def versions(self, programme_id: int) -> tuple[int, ...]:
        raise NotImplementedError

    def create_programme_keys(self, programme_id: int) -> int:
        if not self.versions(programme_id):
            self._keep(programme_id, _new_keys(1))
        return self._current(programme_id)

    def rotate(self, programme_id: int) -> int:
        while not self._keep(programme_id, _new_keys(version := self._current(programme_id) + 1)):
            pass
        return version

    def _current(self, programme_id: int) -> int:
        versions = self.versions(programme_id)
        if not versions:
            raise KeysMissing(programme_id=programme_id)
        return versions[-1]

    def hasher(self, programme_id: int, version: int) -> Hasher:
        key = self._find(programme_id, version).hashing

        def hash_digits(digits: str) -> bytes:
            return hmac.digest(key, digits.encode("ascii"), "sha256")[:HASH_SIZE]

        return hash_digits

    def hash_code(self, programme_id: int, version: int, digits: str) -> bytes:
        return self.hasher(programme_id, version)(digits)

    def sign(self, programme_id: int, purpose: bytes, message: bytes, *, version: int | None = None) -> bytes:
        keys = self._find(programme_id, version or self._current(programme_id))
        return _private(keys.signing).sign(purpose + message)

    def _own_key(self, purpose: str) -> bytes:
        return HKDF(algorithm=SHA256(), length=SECRET_SIZE, salt=None, info=f"carnet own {purpose}".encode()).derive(self._wrapping_key())

    def _wrapping_key(self) -> bytes:
        raise NotImplementedError

    def seal(self, purpose: str, content: bytes) -> bytes:
        return _seal(self._own_key(purpose), content, purpose.encode())

    def unseal(self, purpose: str, sealed: bytes) -> bytes:
        return _unseal(self._own_key(purpose), sealed, purpose.encode())

    def mark(self, purpose: str, text: str) -> bytes:
        return hmac.digest(self._own_key(f"mark {purpose}"), text.encode(), "sha256")

    def verify(self, programme_id: int, version: int, purpose: bytes, message: bytes, signature: bytes) -> bool:
        return signs(self._find(programme_id, version).public, purpose, message, signature)

    def public_keys(self, programme_id: int) -> tuple[PublicKey, ...]:
        return tuple(PublicKey(programme_id, version, self._find(programme_id, version).public) for version in self.versions(programme_id))


class InMemoryKeyRing(_RingOfKeys):
    """A ring that ends with its process: for tests."""

    def __init__(self) -> None:
        self._keys: dict[tuple[int, int], ProgrammeKeys] = {}
        self._seeds: dict[tuple[int, int], bytes] = {}
        self._wrapping = secrets.token_bytes(SECRET_SIZE)

    def _wrapping_key(self) -> bytes:
        return self._wrapping

    def versions(self, programme_id: int) -> tuple[int, ...]:
        return tuple(sorted(version for programme, version in self._keys if programme == programme_id))

    def _find(self, programme_id: int, version: int) -> ProgrammeKeys:
        try:
            return self._keys[programme_id, version]
        except KeyError:
            raise KeysMissing(programme_id=programme_id, version=version) from None

    def _keep(self, programme_id: int, keys: ProgrammeKeys) -> bool:
        return self._keys.setdefault((programme_id, keys.version), keys) is keys

    def create_seed(self, programme_id: int, order_id: int, *, anew: bool = False) -> None:
        drawn = secrets.token_bytes(SECRET_SIZE)
        if anew:
            self._seeds[programme_id, order_id] = drawn
        self._seeds.setdefault((programme_id, order_id), drawn)

    def seed(self, programme_id: int, order_id: int) -> bytes:
        try:
            return self._seeds[programme_id, order_id]
        except KeyError:
            raise SeedMissing(order_id=order_id) from None

    def destroy_seed(self, programme_id: int, order_id: int) -> None:
        self._seeds.pop((programme_id, order_id), None)

    def sealed_for_successor(self, programme_id: int, version: int) -> bytes | None:
        return None


class FileKeyRing(_RingOfKeys):
    """A ring in a folder. `successor` is the raw X25519 public key of whoever would take over, or None."""

    def __init__(self, folder: Path, *, wrapping_key: Path | None = None, successor: bytes | None = None) -> None:
        self._folder = folder
        self._wrapping_path = wrapping_key or folder / "wrapping.key"
        self._successor = successor
        self._cache: dict[tuple[int, int], ProgrammeKeys] = {}
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
        secret = _unseal(self._wrapping_key(), sealed, self._about_keys(programme_id, version))
        keys = ProgrammeKeys(version, hashing=secret[:SECRET_SIZE], signing=secret[SECRET_SIZE:])
        self._cache[programme_id, version] = keys
        return keys

    def _keep(self, programme_id: int, keys: ProgrammeKeys) -> bool:
        secret = keys.hashing + keys.signing
        sealed = _seal(self._wrapping_key(), secret, self._about_keys(programme_id, keys.version))
        written = {"version": keys.version, "public": _text(keys.public), "sealed": _text(sealed)}
        if self._successor is not None:
            written["successor"] = _text(sealed_box(self._successor, secret))
        return _write_once(self._keys_path(programme_id, keys.version), json.dumps(written, indent=1).encode("ascii"))

    def create_seed(self, programme_id: int, order_id: int, *, anew: bool = False) -> None:
        path = self._seed_path(programme_id, order_id)
        if anew:
            _erase(path)
        drawn = secrets.token_bytes(SECRET_SIZE)
        _write_once(path, _seal(self._wrapping_key(), drawn, self._about_seed(programme_id, order_id)))

    def seed(self, programme_id: int, order_id: int) -> bytes:
        try:
            sealed = self._seed_path(programme_id, order_id).read_bytes()
        except FileNotFoundError:
            raise SeedMissing(order_id=order_id) from None
        return _unseal(self._wrapping_key(), sealed, self._about_seed(programme_id, order_id))

    def destroy_seed(self, programme_id: int, order_id: int) -> None:
        _erase(self._seed_path(programme_id, order_id))

    def sealed_for_successor(self, programme_id: int, version: int) -> bytes | None:
        try:
            written = json.loads(self._keys_path(programme_id, version).read_text(encoding="ascii"))
        except FileNotFoundError:
            raise KeysMissing(programme_id=programme_id, version=version) from None
        return base64.b64decode(written["successor"]) if "successor" in written else None

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
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
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


def key_ring() -> KeyRing:
    """The ring of this installation, as the settings say: KEYS_DIR, KEYS_WRAPPING, KEYS_SUCCESSOR.

    Raises: KeysUnreadable, when the successor's public key is not 32 bytes.
    """
    wrapping, successor = settings.KEYS_WRAPPING, settings.KEYS_SUCCESSOR
    return _opened(Path(settings.KEYS_DIR), Path(wrapping) if wrapping else None, Path(successor) if successor else None)


@lru_cache(maxsize=8)
def _opened(folder: Path, wrapping: Path | None, successor: Path | None) -> FileKeyRing:
    public = successor.read_bytes() if successor else None
    if public is not None and len(public) != SECRET_SIZE:
        raise KeysUnreadable(about=str(successor))
    return FileKeyRing(folder, wrapping_key=wrapping, successor=public)
