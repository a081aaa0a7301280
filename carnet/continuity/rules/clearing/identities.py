"""Who an operator's installation is: its keys, its address, the programmes whose vouchers it issues and the keys their QR codes are signed with."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from carnet.continuity.rules.clearing import messages
from carnet.continuity.rules.clearing.refusals import MessageTooLarge, MessageUnreadable

IDENTITY_BYTES_MAX = 256 * 1024
PROGRAMMES_MAX = 200
_FIELDS = {"format", "siret", "name", "address", "made_at", "signing", "sealing", "programmes"}
_OF_PROGRAMME = {"slug", "name", "cents", "services", "accepted_until", "keys"}


@dataclass(frozen=True, slots=True)
class IssuedProgramme:
    """One programme of an operator. `keys`: (version, raw Ed25519 public key). Unit: whole cents."""

    slug: str
    name: str
    cents: int
    services: tuple[str, ...]
    accepted_until: str
    keys: tuple[tuple[int, bytes], ...]

    def as_json(self) -> dict[str, Any]:
        """What an identity says of it."""
        return {
            "slug": self.slug, "name": self.name, "cents": self.cents, "services": list(self.services), "accepted_until": self.accepted_until,
            "keys": [[version, encoded(key)] for version, key in self.keys],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Identity:
    """Who speaks. `signing` and `sealing`: its raw public keys, Ed25519 and X25519."""

    siret: str
    name: str
    address: str
    made_at: datetime
    signing: bytes
    sealing: bytes
    programmes: tuple[IssuedProgramme, ...]

    @property
    def text(self) -> str:
        """The exact bytes that are signed."""
        return messages.canonical(
            {
                "format": messages.IDENTITY, "siret": self.siret, "name": self.name, "address": self.address,
                "made_at": messages.moment(self.made_at), "signing": encoded(self.signing), "sealing": encoded(self.sealing),
                "programmes": [each.as_json() for each in self.programmes],
            }
        )  # fmt: skip


def encoded(content: bytes) -> str:
    """Bytes as these documents write them: base64 of RFC 4648."""
    return base64.b64encode(content).decode()


def decoded(text: object, size: int) -> bytes:
    """The same, read back, of exactly that size. Raises: MessageUnreadable."""
    try:
        found = base64.b64decode(text, validate=True) if isinstance(text, str) and len(text) < 4 * size else b""
    except (binascii.Error, ValueError):
        found = b""
    if len(found) != size:
        raise MessageUnreadable(what="base64")
    return found


def read_signed_identity(content: bytes | str) -> tuple[str, str, bytes]:
    """The text, the key's name and the signature of an identity as it travels. Raises: MessageTooLarge, MessageUnreadable."""
    if len(content) > 2 * IDENTITY_BYTES_MAX:
        raise MessageTooLarge(bytes_max=2 * IDENTITY_BYTES_MAX)
    return signed_identity(messages.loaded(content, "identity"))


def signed_identity(said: object) -> tuple[str, str, bytes]:
    """The same, once the JSON around it is read. Raises: MessageUnreadable."""
    if not isinstance(said, dict) or set(said) != {"identity", "key", "signature"} or not isinstance(said["key"], str):
        raise MessageUnreadable(what="identity")
    text = said["identity"]
    if not isinstance(text, str) or len(text) > IDENTITY_BYTES_MAX or len(said["key"]) != 16:
        raise MessageUnreadable(what="identity")
    return text, said["key"], decoded(said["signature"], 64)


def read_identity(text: str) -> Identity:
    """Who a text says it is, strictly. The signature is not verified. Raises: MessageUnreadable."""
    said = messages.loaded(text, "identity")
    if not isinstance(said, dict) or set(said) != _FIELDS or said["format"] != messages.IDENTITY:
        raise MessageUnreadable(what="identity")
    named = messages.is_siret(said["siret"]) and messages.is_words(said["name"], 140) and said["name"].strip()
    if not named or not messages.is_words(said["address"], 300):
        raise MessageUnreadable(what="identity")
    if not isinstance(said["programmes"], list) or len(said["programmes"]) > PROGRAMMES_MAX:
        raise MessageUnreadable(what="programmes")
    found = Identity(
        said["siret"], said["name"], said["address"], messages.parse_moment(said["made_at"]), decoded(said["signing"], 32),
        decoded(said["sealing"], 32), tuple(read_programme(each) for each in said["programmes"]),
    )  # fmt: skip
    if found.text != text:
        raise MessageUnreadable(what="writing")
    return found


def read_programme(said: Mapping[str, Any] | object) -> IssuedProgramme:
    """One programme of an identity. Raises: MessageUnreadable."""
    if not isinstance(said, Mapping) or set(said) != _OF_PROGRAMME:
        raise MessageUnreadable(what="programmes")
    services, keys = said["services"], said["keys"]
    plain = messages.is_word(said["slug"]) and messages.is_words(said["name"]) and messages.is_count(said["cents"])
    lists = isinstance(services, list) and all(messages.is_word(each) for each in services) and isinstance(keys, list) and len(keys) <= 255
    if not plain or not lists or not messages.is_words(said["accepted_until"], 32):
        raise MessageUnreadable(what="programmes")
    if not all(isinstance(each, list) and len(each) == 2 and messages.is_count(each[0], 255) for each in keys):
        raise MessageUnreadable(what="keys")
    return IssuedProgramme(
        said["slug"], said["name"], said["cents"], tuple(services), said["accepted_until"],
        tuple((version, decoded(key, 32)) for version, key in keys),
    )  # fmt: skip
