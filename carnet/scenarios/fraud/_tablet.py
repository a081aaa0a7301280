"""A tablet that accepts without network: its own key, its chain of items, and a clock that may be wrong."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.redemption import access, operations
from carnet.redemption.operations import ItemAnswer
from carnet.redemption.rules import ITEM, UPLOAD, SignedText


@dataclass
class Tablet:
    """What a browser does, in Python."""

    id: int = 0
    private: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    counter: int = 0
    previous: str = ""

    @classmethod
    def enrolled(cls, *, place_id: int, manager: Actor, at: datetime, key: EllipticCurvePrivateKey | None = None) -> "Tablet":
        """A tablet of a place, as its manager enrols it; under a key it has already, when it is of another place too."""
        tablet = cls() if key is None else cls(private=key)
        public = tablet.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        with acting_as(manager):
            tablet.id = operations.enrol_device(
                place_id=place_id, name="Tablette", public_key=public, actor=manager, request_id=uuid4(), at=at
            )
        return tablet

    def send(self, accepted: list[tuple[str, str, datetime]], *, facts_at: datetime, skew: timedelta, at: datetime) -> list[ItemAnswer]:
        """Send what was accepted: each token, its service, and when, on the tablet's own clock, which is `skew` away from ours."""
        items = [self._item(token, service, device_at, facts_at) for token, service, device_at in accepted]
        body = json.dumps([each.text for each in items]).encode()
        device = access.presented_device(device_id=self.id, message=body, signature=self._sign(UPLOAD, body))
        actor = access.device_actor(device)
        with acting_as(actor):
            return operations.upload(device_id=self.id, device_now=at + skew, items=items, actor=actor, request_id=uuid4(), at=at)

    def _item(self, token: str, service: str, device_at: datetime, facts_at: datetime) -> SignedText:
        self.counter += 1
        said = {
            "v": 1, "device": self.id, "key": str(uuid4()), "counter": self.counter, "previous": self.previous, "token": token,
            "service": service, "device_at": _written(device_at), "facts_at": _written(facts_at),
        }  # fmt: skip
        text = json.dumps(said)
        self.previous = hashlib.sha256(text.encode()).hexdigest()
        return SignedText(text, self._sign(ITEM, text.encode()))

    def _sign(self, purpose: bytes, message: bytes) -> bytes:
        r, s = decode_dss_signature(self.private.sign(purpose + message, ECDSA(SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
