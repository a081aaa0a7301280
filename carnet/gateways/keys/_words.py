"""What keys are: their sizes and purposes, the refusals about them, and what the house asks of a ring."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from carnet.kernel.refusals import Refusal

if TYPE_CHECKING:
    from carnet.gateways.keys._anchors import AnchorKey
    from carnet.gateways.keys._clearing import ClearingKey
    from carnet.gateways.keys._issuer import IssuerKey

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
SERVICE_DONE = b"carnet service done 1\x00"
EVIDENCE = b"carnet evidence 1\x00"
ORDERS = b"carnet payment orders 1\x00"
OPEN_DATA = b"carnet open data 1\x00"
COMMITMENTS = b"carnet commitments 1\x00"
CLEARING = b"carnet clearing 1\x00"
ANCHORS = b"carnet anchor 1\x00"

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


class KeysOfAnother(KeysRefused):
    """The ring holds other keys under that programme's number and version: what another installation hands over cannot go there."""

    code = "keys-of-another"


class SeedMissing(KeysRefused):
    """The seed of an order was destroyed, or never was in this ring: its codes cannot be drawn again."""

    code = "seed-missing"


class PersonKeyDestroyed(KeysRefused):
    """The key of that person was destroyed with them, or never was in this ring: what was sealed under it says nothing any more."""

    code = "person-key-destroyed"


class KeysExhausted(KeysRefused):
    """A programme has used its 255 versions of keys."""

    code = "keys-exhausted"


@lru_cache(maxsize=64)
def private_key(signing: bytes) -> Ed25519PrivateKey:
    # Reading the key costs as much as signing with it; receipts and print files sign by the thousand.
    return Ed25519PrivateKey.from_private_bytes(signing)


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
        return private_key(self.signing).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


class KeyRing(Protocol):
    """What the house asks of a place where keys are kept."""

    def create_programme_keys(self, programme_id: int) -> int:
        """Make the first keys of a programme unless it has some. Returns the current version."""
        ...

    def rotate(self, programme_id: int) -> int:
        """Add a version; the earlier ones go on checking what they signed. Returns the new version."""
        ...

    def bring_keys(self, programme_id: int, keys: ProgrammeKeys) -> bool:
        """Keep keys that another installation handed over; False if they were here. Raises: KeysOfAnother."""
        ...

    def bring_seed(self, programme_id: int, order_id: int, seed: bytes) -> None:
        """Keep the seed of an order that another installation handed over; no harm if there is one."""
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

    def sealed_for(self, programme_id: int, version: int, recipient: bytes) -> bytes:
        """The same keys in a box made now, for the holder of that X25519 public key. Raises: KeysMissing."""
        ...

    def seed_sealed_for(self, programme_id: int, order_id: int, recipient: bytes) -> bytes:
        """An order's seed in such a box. Raises: SeedMissing."""
        ...

    def seal(self, purpose: str, content: bytes) -> bytes:
        """`content`, sealed for this installation and this purpose: a place in the database where it waits to be erased."""
        ...

    def unseal(self, purpose: str, sealed: bytes) -> bytes:
        """What was sealed for this purpose. Raises: KeysUnreadable."""
        ...

    def seal_for(self, person: str, purpose: str, content: bytes) -> bytes:
        """`content`, sealed under the key of that person alone, drawn the first time. `person`: a word and a number, never a name."""
        ...

    def unseal_for(self, person: str, purpose: str, sealed: bytes) -> bytes:
        """What was sealed for that person, or for this installation before people had keys. Raises: PersonKeyDestroyed, KeysUnreadable."""
        ...

    def destroy_person_key(self, person: str) -> bool:
        """Destroy the key of that person for ever; False if there is none."""
        ...

    def person_keys(self) -> tuple[str, ...]:
        """Whose keys are kept, in order."""
        ...

    def mark(self, purpose: str, text: str) -> bytes:
        """32 bytes that stand for `text` in the database: the same each time, telling nothing without the ring."""
        ...

    def issuer_keys(self, algorithm: str) -> tuple["IssuerKey", ...]:
        """The keys by which this installation signs as an OpenID provider, oldest first; empty before the first is drawn."""
        ...

    def draw_issuer_key(self, algorithm: str, *, at: datetime, signs_from: datetime, drops_earlier: bool = False) -> "IssuerKey":
        """Draw one more such key, ES256 or RS256; it signs from `signs_from`. `drops_earlier`: those before it are trusted no more."""
        ...

    def clearing_keys(self) -> tuple["ClearingKey", ...]:
        """The keys by which this installation speaks with other operators', oldest first; empty before the first is drawn."""
        ...

    def draw_clearing_key(self, *, at: datetime, signs_from: datetime) -> "ClearingKey":
        """Draw one more such pair; it signs from `signs_from`, and those before it go on opening what was sealed for them."""
        ...

    def anchor_keys(self) -> tuple["AnchorKey", ...]:
        """The keys that sign what is said outside of the sealed chains, the oldest first; none before the first is drawn."""
        ...

    def draw_anchor_key(self, *, at: datetime) -> "AnchorKey":
        """Draw the next one. It signs once a line signed by the one before has announced it."""
        ...
