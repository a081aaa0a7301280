"""A serial asked together with its secret, and its lock after wrong secrets.

Source: docs/decisions/0013-who-guesses-is-slowed.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from carnet.redemption.rules._redeeming import RedemptionRefused

# Different wrong secrets given with one serial, after which a person must unlock it.
WRONG_SECRETS_MAX = 5


class SerialLocked(RedemptionRefused):
    """Too many wrong secrets were given with this serial: a person must unlock it. The code alone still spends it at a counter."""

    code = "serial-locked"


class SerialNotLocked(RedemptionRefused):
    """Nothing to unlock: the serial is not locked, or was unlocked meanwhile."""

    code = "serial-not-locked"


@dataclass(frozen=True, slots=True)
class SerialHappening:
    """One thing that happened to a serial. `kind`: WRONG, LOCKED, UNLOCKED. `guess` tells wrong secrets apart."""

    kind: str
    at: datetime
    guess: bytes = b""


def is_locked(happenings: Iterable[SerialHappening]) -> bool:
    """Whether a serial is locked, from what happened to it, oldest first."""
    locked = False
    for each in happenings:
        locked = each.kind == "LOCKED" if each.kind != "WRONG" else locked
    return locked


def wrong_secrets(happenings: Iterable[SerialHappening]) -> int:
    """How many different wrong secrets were given since the latest unlocking."""
    guesses: set[bytes] = set()
    for each in happenings:
        if each.kind == "UNLOCKED":
            guesses.clear()
        elif each.kind == "WRONG":
            guesses.add(each.guess)
    return len(guesses)


def locks_now(happenings: Iterable[SerialHappening]) -> bool:
    """Whether the wrong secrets so far lock the serial. The database says the same in ``redemption_match_serials``."""
    return wrong_secrets(happenings) >= WRONG_SECRETS_MAX
