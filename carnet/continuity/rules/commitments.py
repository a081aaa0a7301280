"""Whether an agreement's account holds what its money is promised to: cents of the ledger against the bank's own balance and days.

Source: CGCT art. R1611-9 (docs/sources/public-money.md#r1611-9); docs/decisions/0084-the-ring-fence-and-what-is-owed-every-day.md.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

# A bank sends a statement every working day; a public accountant, one a month. Past this, nobody outside can tell what is there.
STATEMENT_DAYS_MAX = 35


class Alert(StrEnum):
    """What shows in red to everyone."""

    GAP = "gap"
    STATEMENT_OLD = "statement-old"
    STATEMENT_MISSING = "statement-missing"
    LABEL_WITHDRAWN = "label-withdrawn"
    LABEL_ENDED = "label-ended"


@dataclass(frozen=True, slots=True)
class Held:
    """What an account held at the close of a day, and whether every line before it was read. Unit: whole cents."""

    day: date
    cents: int
    is_continuous: bool
    source: str = "STATEMENT"
    unmatched_count: int = 0
    unmatched_out_cents: int = 0


@dataclass(frozen=True, slots=True)
class Cash:
    """Cents that passed through the account on one of the bank's days; below zero, they left."""

    day: date
    cents: int


@dataclass(frozen=True, slots=True)
class Sent:
    """A payment given to the bank: when, and the day it was booked (None: nobody told yet). Whole cents."""

    sent_on: date
    booked_on: date | None
    cents: int


@dataclass(frozen=True, slots=True)
class Standing:
    """One account's promises, by the ledger, and what is known of the account itself. Unit: whole cents.

    `landlords_cents`: what landlords paid in that no provider was paid yet. `cash`: what passed since the day of `held`.
    """

    funded_cents: int = 0
    unissued_cents: int = 0
    in_circulation_cents: int = 0
    owed_cents: int = 0
    connections_cents: int = 0
    landlords_cents: int = 0
    paid_cents: int = 0
    returned_cents: int = 0
    held: Held | None = None
    cash: tuple[Cash, ...] = ()
    sent: tuple[Sent, ...] = ()
    owed_since: date | None = None
    funded_since: date | None = None

    @property
    def needed_cents(self) -> int:
        """What must be in the account now."""
        return self.unissued_cents + self.in_circulation_cents + self.owed_cents + self.connections_cents + self.landlords_cents

    @property
    def sent_cents(self) -> int:
        """Given to the bank, which has not answered."""
        return sum(each.cents for each in self.sent if each.booked_on is None)


@dataclass(frozen=True, slots=True)
class Cover:
    """What the account should hold now, what it holds, and what is missing. Unit: whole cents.

    `held_cents` None: nobody ever said. `explained_cents`: what a payment on its way may explain; the rest is `gap_cents`.
    """

    needed_cents: int
    held_cents: int | None
    explained_cents: int
    gap_cents: int


def cover(standing: Standing) -> Cover:
    """Compare an account's promises with what it holds.

    The balance is the bank's, of a day: what passed since is added by the bank's own days, so that a balance of a day before a payment
    compares with promises of a day before it too. A payment sent by then that nobody said was booked may have left or not: it explains what
    is missing up to its amount, unless every line of the bank was read, which would have told. Nothing known of the account: no gap is told,
    and that itself is (`alerts`).
    """
    needed = standing.needed_cents
    if standing.held is None:
        return Cover(needed, None, 0, 0)
    held = standing.held.cents + sum(each.cents for each in standing.cash if each.day > standing.held.day)
    missing = max(0, needed - held)
    explained = min(missing, 0 if standing.held.is_continuous else _unsure(standing.sent, standing.held.day))
    return Cover(needed, held, explained, missing - explained)


def _unsure(sent: Iterable[Sent], day: date) -> int:
    """What had been sent by the close of a day and was not known to be booked by then."""
    return sum(each.cents for each in sent if each.sent_on <= day and (each.booked_on is None or each.booked_on > day))


def alerts_of(standings: Sequence[Standing], *, today: date, label: str) -> tuple[Alert, ...]:
    """What is wrong with a programme's accounts and its operator, the worst first. `label`: "in-force", "none", "ended" or "withdrawn"."""
    found = []
    if any(cover(each).gap_cents for each in standings):
        found.append(Alert.GAP)
    promised = [each for each in standings if each.needed_cents]
    oldest = today - timedelta(days=STATEMENT_DAYS_MAX)
    if any(each.held is None and each.funded_since is not None and each.funded_since < oldest for each in promised):
        found.append(Alert.STATEMENT_MISSING)
    if any(each.held is not None and each.held.day < oldest for each in promised):
        found.append(Alert.STATEMENT_OLD)
    # Whoever holds nobody's money any more needs no label.
    if promised and label == "withdrawn":
        found.append(Alert.LABEL_WITHDRAWN)
    if promised and label == "ended":
        found.append(Alert.LABEL_ENDED)
    return tuple(found)
