"""Keys that sign what this installation says outside of its sealed chains: one at a time, each written once."""

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from carnet.gateways.keys._words import ANCHORS, SECRET_SIZE, KeysUnreadable, private_key


@dataclass(frozen=True, slots=True)
class AnchorKey:
    """One version: an Ed25519 key. Which one signs, the lines themselves say: each new key is announced by the one before."""

    version: int
    made_at: datetime
    signing: bytes = field(repr=False)

    @property
    def public(self) -> bytes:
        """What anybody verifies a line with: 32 bytes, Ed25519."""
        return private_key(self.signing).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, message: bytes) -> bytes:
        """64 bytes, Ed25519, over the purpose and the message."""
        return private_key(self.signing).sign(ANCHORS + message)


class AnchorKeys:
    """What every ring does about them, once it can write a file, read it, and seal."""

    def _anchors_written(self) -> Mapping[int, bytes]:
        """What was written, by version."""
        raise NotImplementedError

    def _anchors_write(self, version: int, content: bytes) -> bool:
        """Write a version; False if another process has just written it."""
        raise NotImplementedError

    def seal(self, purpose: str, content: bytes) -> bytes:
        raise NotImplementedError

    def unseal(self, purpose: str, sealed: bytes) -> bytes:
        raise NotImplementedError

    def anchor_keys(self) -> tuple[AnchorKey, ...]:
        written = self._anchors_written()
        return tuple(self._anchors_read(version, written[version]) for version in sorted(written))

    def draw_anchor_key(self, *, at: datetime) -> AnchorKey:
        signing = secrets.token_bytes(SECRET_SIZE)
        while True:
            version = max(self._anchors_written(), default=0) + 1
            key = AnchorKey(version, at, signing)
            content = {
                "version": version,
                "made_at": at.isoformat(),
                "public": base64.b64encode(key.public).decode("ascii"),
                "sealed": base64.b64encode(self.seal(_about(version), signing)).decode("ascii"),
            }
            if self._anchors_write(version, json.dumps(content, indent=1).encode("ascii")):
                return key

    def _anchors_read(self, version: int, content: bytes) -> AnchorKey:
        try:
            written = json.loads(content)
            sealed, made_at = base64.b64decode(written["sealed"]), datetime.fromisoformat(written["made_at"])
        except (ValueError, KeyError):
            raise KeysUnreadable(about=_about(version)) from None
        return AnchorKey(version, made_at, self.unseal(_about(version), sealed))


def _about(version: int) -> str:
    return f"anchors {version}"
