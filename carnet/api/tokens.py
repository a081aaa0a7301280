"""Who a bearer token is. Remembered for three seconds, so that a revocation holds within five."""

import time
from datetime import date, datetime

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties import operations as parties
from carnet.parties.queries import actor_for_token
from carnet.parties.rules import secret_hash

REMEMBERED_SECONDS = 3.0
REMEMBERED_MAX = 10_000

_remembered: dict[bytes, tuple[float, Actor]] = {}
_noted: dict[int, date] = {}


def remembered_actor(raw: str) -> Actor | None:
    """The actor of a token presented less than three seconds ago, or None. Asks nothing of the database."""
    found = _remembered.get(secret_hash(raw))
    return found[1] if found is not None and found[0] > time.monotonic() else None


def actor_of(raw: str, *, at: datetime) -> Actor:
    """The actor that a presented token is.

    Raises: TokenInvalid (unknown, expired, revoked, organisation ended: the same words).
    """
    known = remembered_actor(raw)
    if known is not None:
        return known
    since = time.monotonic()
    actor = actor_for_token(raw=raw, at=at)
    _note_use(actor, at)
    if len(_remembered) >= REMEMBERED_MAX:
        _remembered.clear()
    _remembered[secret_hash(raw)] = (since + REMEMBERED_SECONDS, actor)
    return actor


def bearer(authorization: str | None) -> str | None:
    """The token of an ``Authorization`` header, or None."""
    scheme, _, raw = (authorization or "").strip().partition(" ")
    return raw.strip() or None if scheme.lower() == "bearer" else None


def forget_tokens() -> None:
    """Ask the database again about every token."""
    _remembered.clear()
    _noted.clear()


def _note_use(actor: Actor, at: datetime) -> None:
    """The day of latest use: once per token and day in each process."""
    today = legal_day(at)
    if actor.token_id is None or actor.organisation_id is None or _noted.get(actor.token_id) == today:
        return
    with acting_as(actor):
        parties.note_token_use(token_id=actor.token_id, organisation_id=actor.organisation_id, at=at)
    if len(_noted) >= REMEMBERED_MAX:
        _noted.clear()
    _noted[actor.token_id] = today
