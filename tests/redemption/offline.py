"""A device as the tests hold it: its own key, its chain, its clock; and nothing of the server's."""

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.redemption import operations
from carnet.redemption.rules import ITEM, UPLOAD, SignedText
from tests.factories.campaign import LATER, Campaign, rid


@dataclass
class Tablet:
    """What a browser does, in Python. `skew`: how far its clock is from the server's."""

    id: int = 0
    skew: timedelta = timedelta(0)
    private: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    counter: int = 0
    previous: str = ""

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def clock(self, at: datetime) -> datetime:
        """What it believes the time is."""
        return at + self.skew

    def sign(self, purpose: bytes, message: bytes) -> bytes:
        r, s = decode_dss_signature(self.private.sign(purpose + message, ECDSA(SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def accept(self, token: str, *, at: datetime, facts_at: datetime, **changes: Any) -> SignedText:
        """Accept a voucher at the true moment `at`."""
        self.counter += 1
        said = {
            "v": 1,
            "device": self.id,
            "key": str(uuid4()),
            "counter": self.counter,
            "previous": self.previous,
            "token": token,
            "service": "mailbox",
            "device_at": written(self.clock(at)),
            "facts_at": written(facts_at),
            **changes,
        }
        text = json.dumps({name: value for name, value in said.items() if value is not None})
        self.previous = hashlib.sha256(text.encode()).hexdigest()
        return SignedText(text, self.sign(ITEM, text.encode()))

    def seal(self, body: bytes) -> bytes:
        """The signature of a whole request."""
        return self.sign(UPLOAD, body)


def written(at: datetime) -> str:
    """A moment as browsers write it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def enrolled(ready: Campaign, **options: Any) -> Tablet:
    """A tablet of the campaign's place, enrolled by its manager."""
    tablet, actor = Tablet(**options), manager_of(ready)
    with acting_as(actor):
        tablet.id = operations.enrol_device(
            place_id=ready.place_id, name="Tablette", public_key=tablet.public, actor=actor, request_id=rid(), at=LATER
        )
    return tablet


def manager_of(ready: Campaign) -> Actor:
    """Whoever runs the campaign's place, a second factor just proved."""
    return replace(ready.mediator, roles=frozenset({"PLACE_MANAGER"}), proved_at=LATER)
