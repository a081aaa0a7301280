"""An account that mixes what must wait with the rest is redrawn as two: one that is paid, one that waits. Pure.

Source: docs/decisions/0098-an-account-is-redrawn-for-a-hold.md.
"""

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from carnet.settlement.rules._payments import Sums


class Claimed(Protocol):
    """One redemption of an account. Unit: whole cents."""

    @property
    def key(self) -> Hashable:
        """Which redemption."""

    @property
    def cents(self) -> int:
        """What it is worth."""

    @property
    def redeemed_at(self) -> datetime:
        """When (aware)."""


@dataclass(frozen=True, slots=True)
class Half:
    """One of the two accounts that stand for another. Unit: whole cents."""

    sums: Sums
    first_redeemed_at: datetime


@dataclass(frozen=True, slots=True)
class Halves:
    """What is paid as it was announced, and what waits. Together: the account they stand for, to the cent."""

    paid: Half
    waiting: Half


def halve(*, claimed: Sums, lines: Sequence[Claimed], waiting: Collection[Hashable]) -> Halves | None:
    """The two accounts that stand for one of which the lines called `waiting` must wait; None where there is nothing to redraw.

    Nothing is redrawn where all of it waits or none of it, nor where an account is not the sum of its lines: somebody must look first.
    """
    kept = [line for line in lines if line.key in waiting]
    rest = [line for line in lines if line.key not in waiting]
    if not kept or not rest or claimed != _sums(lines):
        return None
    return Halves(_half(rest), _half(kept))


def _half(lines: Sequence[Claimed]) -> Half:
    return Half(_sums(lines), min(line.redeemed_at for line in lines))


def _sums(lines: Sequence[Claimed]) -> Sums:
    return Sums(len(lines), sum(line.cents for line in lines))
