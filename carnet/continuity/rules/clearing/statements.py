"""Statements: each side lists a period's claims out of its own ledger; what differs is named claim by claim."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

MISSING_HERE = "missing-here"
MISSING_THERE = "missing-there"
OTHER_AMOUNT = "other-amount"


@dataclass(frozen=True, slots=True)
class Difference:
    """One claim on which two lists disagree. `there`: who sent the statement; `here`: who answers it. Unit: whole cents."""

    claim: UUID
    what: str
    there_cents: int | None
    here_cents: int | None

    def as_list(self) -> list[str | int | None]:
        """What an answer says of it."""
        return [str(self.claim), self.what, self.there_cents, self.here_cents]


def differences(*, there: Mapping[UUID, int], here: Mapping[UUID, int]) -> tuple[Difference, ...]:
    """Every claim that one list has and the other has not, or with another amount, in the order of their ids."""
    found = []
    for claim in sorted(there.keys() | here.keys(), key=str):
        theirs, ours = there.get(claim), here.get(claim)
        if theirs == ours:
            continue
        what = MISSING_HERE if ours is None else MISSING_THERE if theirs is None else OTHER_AMOUNT
        found.append(Difference(claim, what, theirs, ours))
    return tuple(found)
