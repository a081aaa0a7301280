"""The funders' money of one connection: reserved when it is accepted, free again when it ends. Called inside the operation that decides.

Source: docs/decisions/0069-the-money-of-connections.md.
"""

from collections import Counter
from datetime import date, datetime
from uuid import UUID, uuid5

from django.db.models import Max

from carnet.connectivity.models import BillLine, Connection
from carnet.connectivity.operations._bill_steps import lock_bills
from carnet.connectivity.queries.bills import still_to_bill
from carnet.connectivity.rules import OWED_STATES
from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.ledger import operations as ledger
from carnet.ledger.operations import ConnectionBook


def reserve_for(connection: Connection, *, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Set the funders' whole part aside, the set-up and every month: nothing starts unfunded. Return the cents; none if funders pay nothing.

    Each funder's part is what it would be of an order of the same amount, by the shares in force; a share paid on use is set aside by
    whoever advances it. Whoever decides is a landlord: the programme's books are opened for this one act.
    Lock: the agreement, as an order takes it: two connections at once never pass a ceiling that each alone keeps.
    Raises: NotCovered (facts: what each funder is missing), AgreementClosed, CapReached, FixedAmountsExhausted.
    Repeat: the same request_id sets nothing more aside.
    """
    cents = connection.offer.terms.reserved_cents
    if not cents:
        return 0
    with acting_as(actor, programme_ids=[connection.programme_id]):
        funding_access.lock_division(connection.offer.agreement_id)
        held: Counter[int] = Counter()
        for weight in funding.weights_if_ordered(connection.offer.agreement_id, cents, at=at):
            held[weight.funder_id] += weight.held_cents
        return ledger.reserve_connection(
            book=book_of(connection), by_funder=held, actor=actor, request_id=uuid5(request_id, "reserve"), at=at
        )


def release_for(connection: Connection, *, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Free what its months cannot cost any more, once it has ended; return the cents freed. Its days without a bill stay covered.

    Call it once the end is written. What is left is freed with its last bill, or at the closing.
    Lock: the agreement's bills: a month that is being agreed is owed before what is left is counted.
    Repeat: the same request_id frees nothing more.
    """
    lock_bills(connection.offer.agreement_id)
    with acting_as(actor, programme_ids=[connection.programme_id]):
        freed = ledger.release_connection(
            book=book_of(connection),
            keep_cents=still_to_bill(connection_id=connection.id),
            actor=actor,
            request_id=uuid5(request_id, "release"),
            at=at,
        )
    return sum(freed.values())


def billed_until(connection: Connection, *, actor: Actor) -> date | None:
    """The first day that no agreed bill covers, or none was: it cannot be said any more that it ended before.

    Lock: the agreement's bills: one that is being agreed is waited for, and counted.
    """
    lock_bills(connection.offer.agreement_id)
    with acting_as(actor, programme_ids=[connection.programme_id]):
        rows = BillLine.objects.filter(connection=connection, voided_at=None, bill__state__in=[each.value for each in OWED_STATES])
        found: date | None = rows.aggregate(until=Max("until"))["until"]
    return found


def book_of(connection: Connection) -> ConnectionBook:
    """Whose books its money is written in."""
    return ConnectionBook(connection.programme_id, connection.offer.agreement_id, connection.id)
