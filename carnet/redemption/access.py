"""At which place an actor may spend a voucher, and under which programmes' keys a code is looked for."""

import time
from dataclasses import dataclass
from datetime import datetime

from carnet.gateways.keys import TOKEN, Hasher, KeysMissing, key_ring
from carnet.issuing.rules import VoucherToken, code_input
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import SecretCode
from carnet.places import queries as places
from carnet.redemption.rules import PlaceNotAccepted, PlaceRequired

# How long a process remembers which programmes a place accepts. Only a matter of which keys to hash
# with: the database checks the acceptance itself at every redemption.
PLACE_KEYS_SECONDS = 10.0
PLACES_REMEMBERED_MAX = 5_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """A keyed hash a code may be kept under; `series_id` is 0 when the code does not name its series."""

    code_hash: bytes
    series_id: int = 0


@dataclass(frozen=True, slots=True)
class _PlaceKeys:
    hashers: tuple[Hasher, ...]
    programme_ids: frozenset[int]
    known_until: float


_remembered: dict[int, _PlaceKeys] = {}


def forget_place_keys() -> None:
    """Forget which programmes each place accepts (tests, and whoever has just changed them)."""
    _remembered.clear()


def place_of(actor: Actor, *, place_id: int | None, at: datetime) -> int:
    """The place a voucher is spent at: the one named, the token's, or the organisation's only one.

    Raises: PlaceNotAccepted (not this organisation's), PlaceRequired.
    """
    if actor.organisation_id is None:
        raise PlaceNotAccepted(place_id=place_id)
    if actor.place_id is not None:
        if place_id not in (None, actor.place_id):
            raise PlaceNotAccepted(place_id=place_id)
        return actor.place_id
    if place_id is not None:
        return place_id  # the database refuses a place that is not this organisation's
    own = places.places_of([actor.organisation_id], at=at)
    if len(own) != 1:
        raise PlaceRequired(places=len(own))
    return own[0].place_id


def candidates(text: str, *, place_id: int, at: datetime) -> list[Candidate]:
    """Under which hashes a typed or scanned code may be kept, for the programmes this place accepts.

    A token is believed only if one of those programmes signed it. An empty list is a code that
    cannot be known here. Raises: CodeMistyped, before any look-up.
    """
    read = code_input(text)
    if isinstance(read, SecretCode):
        return [Candidate(hasher(read.digits)) for hasher in _place_keys(place_id, at).hashers]
    return [Candidate(read.code_hash, read.series_id)] if _signed(read, place_id, at) else []


def _signed(token: VoucherToken, place_id: int, at: datetime) -> bool:
    for programme_id in _place_keys(place_id, at).programme_ids:
        try:
            if key_ring().verify(programme_id, token.key_version, TOKEN, token.signed_part, token.signature):
                return True
        except KeysMissing:
            continue
    return False


def _place_keys(place_id: int, at: datetime) -> _PlaceKeys:
    now = time.monotonic()
    known = _remembered.get(place_id)
    if known is not None and known.known_until > now:
        return known
    ring = key_ring()
    programme_ids = frozenset(acceptance.programme_id for acceptance in places.accepted(place_id, at=at))
    hashers = tuple(ring.hasher(programme_id, version) for programme_id in sorted(programme_ids) for version in ring.versions(programme_id))
    if len(_remembered) >= PLACES_REMEMBERED_MAX:
        _remembered.clear()
    _remembered[place_id] = _PlaceKeys(hashers, programme_ids, now + PLACE_KEYS_SECONDS)
    return _remembered[place_id]
