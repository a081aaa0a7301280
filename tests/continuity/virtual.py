"""Another operator's program, written from docs/operating/clearing.md alone: its keys, its identity, its messages. No installation of Carnet."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from carnet.continuity.models import Partner
from carnet.continuity.operations import clearing
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.gateways.keys import TOKEN
from carnet.issuing.rules import VoucherToken, signed_part
from carnet.parties.models import Organisation
from tests.factories.campaign import Campaign
from tests.factories.cards import someone

SIRET, OURS = "21350238800019", "21440109300015"


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def text64(content: bytes) -> str:
    return base64.b64encode(content).decode()


@dataclass
class VirtualPartner:
    """Signs what it says; issues vouchers of one programme worth 10 euros."""

    siret: str = SIRET
    name: str = "Chèque numérique d’Ille-et-Vilaine"
    number: int = 0
    signing: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    sealing: X25519PrivateKey = field(default_factory=X25519PrivateKey.generate)
    programme: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def public(self) -> bytes:
        return self.signing.public_key().public_bytes_raw()

    @property
    def key(self) -> str:
        return hashlib.sha256(self.public).hexdigest()[:16]

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.public + self.sealing.public_key().public_bytes_raw()).hexdigest()[:32]

    def _sign(self, text: str) -> str:
        return text64(self.signing.sign(b"carnet clearing 1\x00" + text.encode()))

    def identity(self, at: datetime, *, cents: int = 1000) -> dict[str, str]:
        text = canonical(
            {
                "format": "carnet-clearing-identity/1", "siret": self.siret, "name": self.name, "address": "https://ille.example",
                "made_at": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "signing": text64(self.public),
                "sealing": text64(self.sealing.public_key().public_bytes_raw()),
                "programmes": [{
                    "slug": "ille-2026", "name": "Ille 2026", "cents": cents, "services": ["mailbox"], "accepted_until": "2026-12-31",
                    "keys": [[1, text64(self.programme.public_key().public_bytes_raw())]],
                }],
            }
        )  # fmt: skip
        return {"identity": text, "key": self.key, "signature": self._sign(text)}

    def token(self, rank: int = 0) -> str:
        """The QR code of one of its vouchers."""
        code_hash = hashlib.sha256(f"{rank}".encode()).digest()[:16]
        signature = self.programme.sign(TOKEN + signed_part(key_version=1, series_id=7, code_hash=code_hash))
        return VoucherToken(1, 7, code_hash, signature).text

    def message(self, kind: str, body: dict[str, Any], *, to: str, at: datetime, box: bytes | None = None) -> dict[str, Any]:
        self.number += 1
        text = canonical(
            {
                "format": "carnet-clearing/1", "id": str(uuid4()), "from": self.siret, "to": to, "number": self.number, "kind": kind,
                "body": body, "sent_at": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            }
        )  # fmt: skip
        return {"envelope": text, "key": self.key, "signature": self._sign(text), "box": text64(box) if box else None}

    def answer(self, asked: str, *, at: datetime, **said: Any) -> dict[str, Any]:
        """To a question's envelope."""
        question = json.loads(asked)
        body = {
            "answers": question["id"], "claim": question["body"].get("claim"), "outcome": "refused", "reason": None, "programme": None,
            "serial": None, "cents": None, "redeemed_at": None, "payable_on": None, "receipt": None,
        } | said  # fmt: skip
        return self.message("ANSWER", body, to=question["from"], at=at)

    def accepted(self, asked: str, *, at: datetime, cents: int = 1000) -> dict[str, Any]:
        return self.answer(
            asked, at=at, outcome="accepted", programme="ille-2026", serial="IV-0000000007-3", cents=cents,
            redeemed_at=at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), payable_on="2026-04-06",
        )  # fmt: skip


def know(ready: Campaign, at: datetime) -> VirtualPartner:
    """A partner of a campaign's operator: proposed by one person, agreed to by another."""
    made = VirtualPartner()
    with acting_as_everything(why="an operator with a number"):
        Organisation.objects.filter(id=ready.operator_id).update(siret=OURS)
        mark = uuid4().hex[:6]
        admin, approver = (
            someone(ready.operator_id, f"{role}.{mark}", role.upper().replace("-", "_"), at) for role in ("operator-admin", "approver")
        )
    with acting_as(admin):
        partner_id = clearing.propose_partner(
            document=json.dumps(made.identity(at)).encode(), programme_ids=[ready.programme_id], actor=admin, request_id=uuid4(), at=at
        )
    with acting_as(approver):
        clearing.agree_partner(partner_id=partner_id, heard=made.fingerprint, actor=approver, request_id=uuid4(), at=at)
    with acting_as_everything(why="nobody is called during a test"):
        Partner.objects.filter(id=partner_id).update(address="")
    return made


def parcel(*messages: dict[str, Any]) -> bytes:
    return canonical({"format": "carnet-clearing-parcel/1", "messages": list(messages)}).encode()
