"""What every ring does, and the ring of tests."""

import hmac
import secrets

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from carnet.gateways.keys._anchors import AnchorKeys
from carnet.gateways.keys._boxes import opened, sealed_box, sealed_by, signs
from carnet.gateways.keys._clearing import ClearingKeys
from carnet.gateways.keys._issuer import IssuerKeys
from carnet.gateways.keys._people import UNDER_A_PERSON
from carnet.gateways.keys._words import (
    HASH_SIZE,
    SECRET_SIZE,
    VERSION_MAX,
    Hasher,
    KeysExhausted,
    KeysMissing,
    KeysOfAnother,
    KeysUnreadable,
    PersonKeyDestroyed,
    ProgrammeKeys,
    PublicKey,
    SeedMissing,
    private_key,
)


def new_keys(version: int) -> ProgrammeKeys:
    if version > VERSION_MAX:
        raise KeysExhausted(version_max=VERSION_MAX)
    return ProgrammeKeys(version, hashing=secrets.token_bytes(SECRET_SIZE), signing=secrets.token_bytes(SECRET_SIZE))


def own_key(root: bytes, purpose: str) -> bytes:
    """The key of one purpose, drawn from a wrapping key."""
    return HKDF(algorithm=SHA256(), length=SECRET_SIZE, salt=None, info=f"carnet own {purpose}".encode()).derive(root)


class RingOfKeys(IssuerKeys, ClearingKeys, AnchorKeys):
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
            self._keep(programme_id, new_keys(1))
        return self._current(programme_id)

    def rotate(self, programme_id: int) -> int:
        while not self._keep(programme_id, new_keys(version := self._current(programme_id) + 1)):
            pass
        return version

    def _current(self, programme_id: int) -> int:
        versions = self.versions(programme_id)
        if not versions:
            raise KeysMissing(programme_id=programme_id)
        return versions[-1]

    def bring_keys(self, programme_id: int, keys: ProgrammeKeys) -> bool:
        if keys.version not in self.versions(programme_id) and self._keep(programme_id, keys):
            return True
        kept = self._find(programme_id, keys.version)
        if (kept.hashing, kept.signing) != (keys.hashing, keys.signing):
            raise KeysOfAnother(programme_id=programme_id, version=keys.version)
        return False

    def hasher(self, programme_id: int, version: int) -> Hasher:
        key = self._find(programme_id, version).hashing

        def hash_digits(digits: str) -> bytes:
            return hmac.digest(key, digits.encode("ascii"), "sha256")[:HASH_SIZE]

        return hash_digits

    def hash_code(self, programme_id: int, version: int, digits: str) -> bytes:
        return self.hasher(programme_id, version)(digits)

    def sign(self, programme_id: int, purpose: bytes, message: bytes, *, version: int | None = None) -> bytes:
        keys = self._find(programme_id, version or self._current(programme_id))
        return private_key(keys.signing).sign(purpose + message)

    def sealed_for(self, programme_id: int, version: int, recipient: bytes) -> bytes:
        keys = self._find(programme_id, version)
        return sealed_box(recipient, keys.hashing + keys.signing)

    def seed(self, programme_id: int, order_id: int) -> bytes:
        raise NotImplementedError

    def seed_sealed_for(self, programme_id: int, order_id: int, recipient: bytes) -> bytes:
        return sealed_box(recipient, self.seed(programme_id, order_id))

    def _wrapping_key(self) -> bytes:
        """What seals a file now."""
        raise NotImplementedError

    def _roots(self) -> tuple[bytes, ...]:
        """What own keys are drawn from: first the one that seals, then those that sealed before, last the oldest, which marks."""
        return (self._wrapping_key(),)

    def seal(self, purpose: str, content: bytes) -> bytes:
        return sealed_by(own_key(self._roots()[0], purpose), content, purpose.encode())

    def unseal(self, purpose: str, sealed: bytes) -> bytes:
        roots = self._roots()
        for root in roots[:-1]:
            try:
                return opened(own_key(root, purpose), sealed, purpose.encode())
            except KeysUnreadable:
                continue
        return opened(own_key(roots[-1], purpose), sealed, purpose.encode())

    def seal_for(self, person: str, purpose: str, content: bytes) -> bytes:
        key = self._person_key(person)
        if key is None:
            self._person_write(person, secrets.token_bytes(SECRET_SIZE))
            key = self._person_key(person)
        assert key is not None, "of two processes that draw together, both read the key of the first"
        return UNDER_A_PERSON + sealed_by(key, content, purpose.encode())

    def unseal_for(self, person: str, purpose: str, sealed: bytes) -> bytes:
        if not sealed.startswith(UNDER_A_PERSON):
            return self.unseal(purpose, sealed)
        key = self._person_key(person)
        if key is None:
            raise PersonKeyDestroyed(about=purpose)
        return opened(key, sealed[len(UNDER_A_PERSON) :], purpose.encode())

    def _person_key(self, person: str) -> bytes | None:
        raise NotImplementedError

    def _person_write(self, person: str, key: bytes) -> None:
        """Keep the key of a person; no harm if another process has just kept one."""
        raise NotImplementedError

    def mark(self, purpose: str, text: str) -> bytes:
        # For ever under the oldest: a row found by its mark must be found again.
        return hmac.digest(own_key(self._roots()[-1], f"mark {purpose}"), text.encode(), "sha256")

    def verify(self, programme_id: int, version: int, purpose: bytes, message: bytes, signature: bytes) -> bool:
        return signs(self._find(programme_id, version).public, purpose, message, signature)

    def public_keys(self, programme_id: int) -> tuple[PublicKey, ...]:
        return tuple(PublicKey(programme_id, version, self._find(programme_id, version).public) for version in self.versions(programme_id))


class InMemoryKeyRing(RingOfKeys):
    """A ring that ends with its process: for tests."""

    def __init__(self) -> None:
        self._keys: dict[tuple[int, int], ProgrammeKeys] = {}
        self._seeds: dict[tuple[int, int], bytes] = {}
        self._issuer: dict[tuple[str, int], bytes] = {}
        self._clearing: dict[int, bytes] = {}
        self._anchors: dict[int, bytes] = {}
        self._people: dict[str, bytes] = {}
        self._wrapping = secrets.token_bytes(SECRET_SIZE)

    def _issuer_written(self, algorithm: str) -> dict[int, bytes]:
        return {version: content for (name, version), content in self._issuer.items() if name == algorithm}

    def _issuer_write(self, algorithm: str, version: int, content: bytes) -> bool:
        return self._issuer.setdefault((algorithm, version), content) is content

    def _clearing_written(self) -> dict[int, bytes]:
        return dict(self._clearing)

    def _clearing_write(self, version: int, content: bytes) -> bool:
        return self._clearing.setdefault(version, content) is content

    def _anchors_written(self) -> dict[int, bytes]:
        return dict(self._anchors)

    def _anchors_write(self, version: int, content: bytes) -> bool:
        return self._anchors.setdefault(version, content) is content

    def _person_key(self, person: str) -> bytes | None:
        return self._people.get(person)

    def _person_write(self, person: str, key: bytes) -> None:
        self._people.setdefault(person, key)

    def destroy_person_key(self, person: str) -> bool:
        return self._people.pop(person, None) is not None

    def person_keys(self) -> tuple[str, ...]:
        return tuple(sorted(self._people))

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

    def bring_seed(self, programme_id: int, order_id: int, seed: bytes) -> None:
        self._seeds.setdefault((programme_id, order_id), seed)

    def seed(self, programme_id: int, order_id: int) -> bytes:
        try:
            return self._seeds[programme_id, order_id]
        except KeyError:
            raise SeedMissing(order_id=order_id) from None

    def destroy_seed(self, programme_id: int, order_id: int) -> None:
        self._seeds.pop((programme_id, order_id), None)

    def sealed_for_successor(self, programme_id: int, version: int) -> bytes | None:
        return None
