"""Secret keys, kept outside the database: hashing and signing keys per programme, seeds per series.

A copy of the database alone says nothing about the codes on paper: it holds keyed hashes only. The
real ring is a folder only its owner reads; a ring on an HSM would answer the same Protocol. Nothing
here is ever logged, and no value's ``repr`` shows a secret.

Files of a ``FileKeyRing`` (all 0600, inside a 0700 folder, written whole or not at all):

``wrapping.key``               32 bytes that seal everything else (may live on another medium)
``programme-7/keys-1.json``    version 1 of the keys of programme 7, sealed; its public key in clear
``programme-7/series-12.seed`` the seed of order 12, sealed; erased after proof of printing
``openid/ES256-1.json``        the first key this installation signs with as an OpenID provider, sealed; its public key in clear
``clearing/keys-1.json``       the first keys this installation speaks with other operators' by, sealed; their public halves in clear
``anchors/keys-1.json``        the first key this installation signs its daily anchors with, sealed; its public key in clear
``former-1.key``               a wrapping key of before, sealed by the present one: the database holds what it sealed
``people/f2/person-K7WM2QXA.key`` the key of one person, sealed; destroyed with them (0091)

What an installation keeps sealed in its database for a while (a photograph that shows codes, a telephone number to answer) is
sealed under a key drawn from the wrapping key and the purpose: a copy of the database alone opens none of it.
"""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from carnet.gateways.keys._anchors import AnchorKey
from carnet.gateways.keys._boxes import new_pair, open_box, opened, sealed_box, sealed_by, signs
from carnet.gateways.keys._clearing import ClearingKey, fingerprint, key_name
from carnet.gateways.keys._files import FileKeyRing
from carnet.gateways.keys._issuer import ISSUER_ALGORITHMS, IssuerKey, IssuerPrivateKey
from carnet.gateways.keys._people import UNDER_A_PERSON
from carnet.gateways.keys._rewrapping import Rewrapped, prepare_rewrap, rewrap
from carnet.gateways.keys._rings import InMemoryKeyRing
from carnet.gateways.keys._words import (
    ANCHORS,
    CLEARING,
    COMMITMENTS,
    EVIDENCE,
    EXPORT,
    FACTS,
    HASH_SIZE,
    JOURNAL,
    NONCE_SIZE,
    OPEN_DATA,
    ORDERS,
    RECEIPT,
    SECRET_SIZE,
    SERVICE_DONE,
    SIGNATURE_SIZE,
    TOKEN,
    VERSION_MAX,
    Hasher,
    KeyRing,
    KeysExhausted,
    KeysMissing,
    KeysOfAnother,
    KeysRefused,
    KeysUnreadable,
    PersonKeyDestroyed,
    ProgrammeKeys,
    PublicKey,
    SeedMissing,
)

__all__ = [
    "ANCHORS",
    "CLEARING",
    "COMMITMENTS",
    "EVIDENCE",
    "EXPORT",
    "FACTS",
    "HASH_SIZE",
    "ISSUER_ALGORITHMS",
    "JOURNAL",
    "NONCE_SIZE",
    "OPEN_DATA",
    "ORDERS",
    "RECEIPT",
    "SECRET_SIZE",
    "SERVICE_DONE",
    "SIGNATURE_SIZE",
    "TOKEN",
    "UNDER_A_PERSON",
    "VERSION_MAX",
    "AnchorKey",
    "ClearingKey",
    "FileKeyRing",
    "Hasher",
    "InMemoryKeyRing",
    "IssuerKey",
    "IssuerPrivateKey",
    "KeyRing",
    "KeysExhausted",
    "KeysMissing",
    "KeysOfAnother",
    "KeysRefused",
    "KeysUnreadable",
    "PersonKeyDestroyed",
    "ProgrammeKeys",
    "PublicKey",
    "Rewrapped",
    "SeedMissing",
    "fingerprint",
    "key_name",
    "key_ring",
    "new_pair",
    "open_box",
    "opened",
    "prepare_rewrap",
    "rewrap",
    "sealed_box",
    "sealed_by",
    "signs",
]


def key_ring() -> KeyRing:
    """The ring of this installation, as the settings say: KEYS_DIR, KEYS_WRAPPING, KEYS_SUCCESSOR.

    Raises: KeysUnreadable, when the successor's public key is not 32 bytes.
    """
    return _opened(str(settings.KEYS_DIR), str(settings.KEYS_WRAPPING or ""), str(settings.KEYS_SUCCESSOR or ""))


@lru_cache(maxsize=8)
def _opened(folder: str, wrapping: str, successor: str) -> FileKeyRing:
    public = Path(successor).read_bytes() if successor else None
    if public is not None and len(public) != SECRET_SIZE:
        raise KeysUnreadable(about=successor)
    return FileKeyRing(Path(folder), wrapping_key=Path(wrapping) if wrapping else None, successor=public)
