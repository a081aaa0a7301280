"""What a month of a connection costs, and to whom. Pure; whole cents. Source: docs/decisions/0069-the-money-of-connections.md.

A connection's month runs from the day it was activated to the same day of the next month, so that its months are exactly as many as its
offer's and no bill can ever pass what was reserved. A month is billed once it is over. Days without the connection are taken off.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from carnet.connectivity.rules._offers import OfferTerms
from carnet.connectivity.rules._words import Collector, IncidentKind, MendedBy
from carnet.kernel.periods import add_months

Days = tuple[date, date]
"""Half-open: from a day, to the first day after."""


class BillState(StrEnum):
    """A bill's life: sent by the provider, checked by one person, agreed by another, taken to the bank, paid; or refused; or come back."""

    SUBMITTED = "SUBMITTED"
    CHECKED = "CHECKED"
    REFUSED = "REFUSED"
    AGREED = "AGREED"
    SENT = "SENT"
    PAID = "PAID"
    RETURNED = "RETURNED"


OWED_STATES = frozenset({BillState.AGREED, BillState.SENT, BillState.PAID, BillState.RETURNED})


# Days are taken off for what kept somebody from connecting; not for a slow line, nor a computer on loan, nor what was working.
_DEDUCTED = frozenset({IncidentKind.NOTHING, IncidentKind.CUTS, IncidentKind.BOX})


def is_deducted(kind: str, mended_by: str) -> bool:
    """Whether the days of an incident are taken off the bill, by what did not work and what put it right."""
    return kind in _DEDUCTED and mended_by != MendedBy.WAS_WORKING


@dataclass(frozen=True, slots=True)
class Lived:
    """What became of a connection, in days: activated, its term, ended if it was, suspended, and when incidents lasted."""

    activated_on: date
    ends_on: date
    ended_on: date | None = None
    suspended: tuple[Days, ...] = ()
    incidents: tuple[Days, ...] = ()

    @property
    def over_on(self) -> date:
        """The first day it is not served."""
        return self.ends_on if self.ended_on is None else min(self.ended_on, self.ends_on)


@dataclass(frozen=True, slots=True)
class MonthDue:
    """One month of one connection, as it is billed: its days, those without the connection, and each party's cents.

    `setup_cents` is the funders' too; it comes once, with the first month.
    """

    since: date
    until: date
    whole_until: date
    suspended_days: int
    incident_days: int
    household_cents: int
    landlord_cents: int
    funders_cents: int
    setup_cents: int

    @property
    def served_days(self) -> int:
        """Days that are paid."""
        return (self.until - self.since).days - self.suspended_days - self.incident_days

    @property
    def total_cents(self) -> int:
        """The three parts and the set-up."""
        return self.household_cents + self.landlord_cents + self.funders_cents + self.setup_cents


def months_due(lived: Lived, terms: OfferTerms, *, before: date, billed: Collection[date] = ()) -> tuple[MonthDue, ...]:
    """The months of a connection that are over before a day and were never billed, the first first.

    A month cut short by the end of the connection is over then.
    """
    found = []
    for rank in range(terms.months):
        since = add_months(lived.activated_on, rank)
        until = min(add_months(lived.activated_on, rank + 1), lived.over_on)
        if since in billed or until > before or (until <= since and rank):
            continue
        due = _month(lived, terms, rank, max(since, until))
        if due.total_cents:
            found.append(due)
    return tuple(found)


def funders_still_to_bill(lived: Lived, terms: OfferTerms, *, agreed: Collection[date]) -> int:
    """The most that the funders of an ended connection may still owe: its months nobody agreed to pay yet. Unit: whole cents."""
    due = months_due(lived, terms, before=date.max, billed=agreed)
    return sum(each.funders_cents + each.setup_cents for each in due)


def _month(lived: Lived, terms: OfferTerms, rank: int, until: date) -> MonthDue:
    since, whole_until = add_months(lived.activated_on, rank), add_months(lived.activated_on, rank + 1)
    suspended = _days_in(lived.suspended, since, until)
    lost: set[date] = set()
    for first, after in lived.incidents:
        lost |= _days_in([(first + timedelta(days=terms.tolerated_days), after)], since, until)
    lost -= suspended
    served = (until - since).days - len(suspended) - len(lost)
    whole = (whole_until - since).days
    household, landlord, funders = (
        _part(cents, served, whole) for cents in (terms.household_cents, terms.landlord_cents, terms.funders_cents)
    )
    return MonthDue(
        since, until, whole_until, len(suspended), len(lost), household, landlord, funders, terms.setup_cents if rank == 0 else 0
    )


def _part(cents: int, served: int, whole: int) -> int:
    """The part of a month's price for its served days; half a cent is rounded up. A whole month is exactly the price."""
    return (2 * cents * served + whole) // (2 * whole)


def _days_in(periods: Collection[Days], since: date, until: date) -> set[date]:
    days: set[date] = set()
    for first, after in periods:
        day = max(first, since)
        while day < min(after, until):
            days.add(day)
            day += timedelta(days=1)
    return days


@dataclass(frozen=True, slots=True)
class Parts:
    """Who pays a line, and through whom. Unit: whole cents. `called`: what the landlord owes, its tenants' part included if it collects it."""

    funders_cents: int
    called_cents: int
    collected_cents: int


def parts_of(due: MonthDue, collector: Collector) -> Parts:
    """How a line divides: out of the reservation, called from the landlord, taken from the household by the provider itself."""
    by_landlord = due.household_cents if collector is Collector.LANDLORD else 0
    return Parts(due.funders_cents + due.setup_cents, due.landlord_cents + by_landlord, due.household_cents - by_landlord)


def landlord_split(cents: int, *, households_due_cents: int) -> tuple[int, int]:
    """What a landlord paid in, as (its own, its tenants'): first what it collected from them, which was never its own."""
    households = min(cents, max(0, households_due_cents))
    return cents - households, households


def payable_by_landlords(owed: Mapping[int, int], available: Mapping[int, int]) -> dict[int, int]:
    """Of what each landlord owes a provider, what it has paid in: no more is ever paid on. Whole cents, zeros left out."""
    found = {landlord: min(cents, available.get(landlord, 0)) for landlord, cents in owed.items()}
    return {landlord: cents for landlord, cents in found.items() if cents > 0}


def bank_verdict(
    *, state: BillState, cents: int, ibans: Collection[str], outcome: str, told_cents: int | None, told_iban: str | None
) -> str:
    """What the bank's word means for a bill's payment: PAID, RETURNED (before or after it was booked), KNOWN, or why it changes nothing."""
    if told_cents is not None and told_cents != cents:
        return "OTHER_AMOUNT"
    if told_iban is not None and told_iban not in ibans:
        return "OTHER_ACCOUNT"
    if outcome == "PAID":
        return {BillState.SENT: "PAID", BillState.PAID: "KNOWN"}.get(state, "CONTRADICTS")
    came_back = {BillState.SENT: "RETURNED", BillState.RETURNED: "KNOWN"}
    if outcome == "RETURNED":
        came_back[BillState.PAID] = "RETURNED"
    return came_back.get(state, "CONTRADICTS")
