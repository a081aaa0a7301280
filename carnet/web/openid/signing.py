"""Which key signs, which keys are published, and rotation: the dates written with each key say it all.

A rotation publishes the next key at once and signs with it once every client's copy of the list has expired; the one before stays
published until the last token it signed is dead. A compromised key goes at once, and what it signed with it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from jwcrypto.jwk import JWK

from carnet.gateways.keys import ISSUER_ALGORITHMS, IssuerKey, key_ring
from carnet.kernel.refusals import Refusal
from carnet.web import clock

TOKEN_LIFE = timedelta(minutes=5)  # of access tokens and of identity tokens
LIST_LIFE = timedelta(minutes=5)  # how long a client may keep the list of keys
SKEW = timedelta(minutes=1)  # a client's clock that runs behind ours


class NoSigningKey(Refusal):
    """This installation has no key of that kind yet: the first client registered draws it. Facts: algorithm."""

    code = "openid-key-missing"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key as the protocol names it."""

    kid: str
    algorithm: str
    jwk: JWK = field(repr=False)


def current(algorithm: str) -> SigningKey:
    """The key that signs now. Raises: NoSigningKey."""
    key = signing_at(key_ring().issuer_keys(algorithm), clock.now())
    if key is None:
        raise NoSigningKey(algorithm=algorithm)
    return _named(key)


def published() -> list[dict[str, Any]]:
    """The public halves a client may meet, as a JWK Set lists them."""
    at = clock.now()
    keys = [_named(key) for algorithm in ISSUER_ALGORITHMS for key in published_at(key_ring().issuer_keys(algorithm), at)]
    return [{**json.loads(key.jwk.export_public()), "kid": key.kid, "alg": key.algorithm, "use": "sig"} for key in keys]


def verifying(kid: str) -> SigningKey | None:
    """The key a token given earlier names, however old: an end of session may come hours later. None if unknown, or compromised since."""
    trusted = [key for algorithm in ISSUER_ALGORITHMS for key in trusted_of(key_ring().issuer_keys(algorithm))]
    return next((named for named in map(_named, trusted) if named.kid == kid), None)


def algorithms() -> list[str]:
    """What this installation signs with."""
    return [algorithm for algorithm in ISSUER_ALGORITHMS if key_ring().issuer_keys(algorithm)]


def draw_first(algorithm: str, at: datetime) -> None:
    """Draw the first key of a kind, unless there is one."""
    if not key_ring().issuer_keys(algorithm):
        key_ring().draw_issuer_key(algorithm, at=at, signs_from=at)


def rotate(*, at: datetime, compromised: bool) -> list[SigningKey]:
    """Draw the next key of each kind in use. `compromised`: it signs at once, and those before it are trusted no more."""
    signs_from = at if compromised else at + LIST_LIFE
    drawn = [key_ring().draw_issuer_key(algorithm, at=at, signs_from=signs_from, drops_earlier=compromised) for algorithm in algorithms()]
    return [_named(key) for key in drawn]


def trusted_of(keys: Sequence[IssuerKey]) -> Sequence[IssuerKey]:
    """Those no later key drops, oldest first."""
    dropped = max((rank for rank, key in enumerate(keys) if key.drops_earlier), default=0)
    return keys[dropped:]


def signing_at(keys: Sequence[IssuerKey], at: datetime) -> IssuerKey | None:
    """The latest of them whose time to sign has come."""
    return next((key for key in reversed(trusted_of(keys)) if key.signs_from <= at), None)


def published_at(keys: Sequence[IssuerKey], at: datetime) -> list[IssuerKey]:
    """Those to come, the one that signs, and those whose last token may live."""
    trusted = trusted_of(keys)
    following = [*trusted[1:], None]
    return [key for key, after in zip(trusted, following, strict=False) if after is None or at < after.signs_from + TOKEN_LIFE + SKEW]


@lru_cache(maxsize=32)
def _named(key: IssuerKey) -> SigningKey:
    jwk = JWK.from_pyca(key.private)
    return SigningKey(jwk.thumbprint(), key.algorithm, jwk)
