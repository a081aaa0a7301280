"""Keys by which this installation speaks with another operator's: one signs, one opens what was sealed for us; each is written once."""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from carnet.gateways.keys._boxes import open_box
from carnet.gateways.keys._words import CLEARING, SECRET_SIZE, KeysUnreadable, private_key

FINGERPRINT_GROUPS = 8


@dataclass(frozen=True, slots=True)
class ClearingKey:
    """One version: an Ed25519 key that signs from `signs_from`, an X25519 key that opens boxes for as long as it is kept."""

    version: int
    made_at: datetime
    signs_from: datetime
    signing: bytes = field(repr=False)
    sealing: bytes = field(repr=False)

    @property
    def public_signing(self) -> bytes:
        """What others verify our messages with: 32 bytes, Ed25519."""
        return private_key(self.signing).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def public_sealing(self) -> bytes:
        """What others seal codes with, for us alone: 32 bytes, X25519."""
        return X25519PrivateKey.from_private_bytes(self.sealing).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def name(self) -> str:
        """What a message calls the key that signed it."""
        return key_name(self.public_signing)

    def sign(self, message: bytes) -> bytes:
        """64 bytes, Ed25519, over the purpose and the message."""
        return private_key(self.signing).sign(CLEARING + message)

    def open(self, box: bytes) -> bytes:
        """What was sealed for this key. Raises: KeysUnreadable."""
        try:
            return open_box(X25519PrivateKey.from_private_bytes(self.sealing), box)
        except ValueError:
            raise KeysUnreadable(about="clearing box") from None


def key_name(public_signing: bytes) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of a public signing key."""
    return hashlib.sha256(public_signing).hexdigest()[:16]


def fingerprint(public_signing: bytes, public_sealing: bytes) -> str:
    """Both keys in eight groups of four hexadecimal digits, read out on the telephone: SHA-256 of the one and the other, its first 16 bytes."""
    digits = hashlib.sha256(public_signing + public_sealing).hexdigest().upper()
    return " ".join(digits[4 * rank : 4 * rank + 4] for rank in range(FINGERPRINT_GROUPS))


class ClearingKeys:
    """What every ring does about them, once it can write a file, read it, and seal."""

    def _clearing_written(self) -> Mapping[int, bytes]:
        """What was written, by version."""
        raise NotImplementedError

    def _clearing_write(self, version: int, content: bytes) -> bool:
        """Write a version; False if another process has just written it."""
        raise NotImplementedError

    def seal(self, purpose: str, content: bytes) -> bytes:
        raise NotImplementedError

    def unseal(self, purpose: str, sealed: bytes) -> bytes:
        raise NotImplementedError

    def clearing_keys(self) -> tuple[ClearingKey, ...]:
        written = self._clearing_written()
        return tuple(self._clearing_read(version, written[version]) for version in sorted(written))

    def draw_clearing_key(self, *, at: datetime, signs_from: datetime) -> ClearingKey:
        signing, sealing = secrets.token_bytes(SECRET_SIZE), secrets.token_bytes(SECRET_SIZE)
        while True:
            version = max(self._clearing_written(), default=0) + 1
            key = ClearingKey(version, at, signs_from, signing, sealing)
            content = {
                "version": version,
                "made_at": at.isoformat(),
                "signs_from": signs_from.isoformat(),
                "signing": _text(key.public_signing),
                "sealing": _text(key.public_sealing),
                "sealed": _text(self.seal(_about(version), signing + sealing)),
            }
            if self._clearing_write(version, json.dumps(content, indent=1).encode("ascii")):
                return key

    def _clearing_read(self, version: int, content: bytes) -> ClearingKey:
        try:
            written = json.loads(content)
            sealed = base64.b64decode(written["sealed"])
            made_at, signs_from = datetime.fromisoformat(written["made_at"]), datetime.fromisoformat(written["signs_from"])
        except (ValueError, KeyError):
            raise KeysUnreadable(about=_about(version)) from None
        secret = self.unseal(_about(version), sealed)
        return ClearingKey(version, made_at, signs_from, secret[:SECRET_SIZE], secret[SECRET_SIZE:])


def _about(version: int) -> str:
    return f"clearing {version}"


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
