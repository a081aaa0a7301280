"""Who may read and decide bills of connections. The database hides other tenants' rows; a landlord reads its own lines, never a bill."""

from django.db.models import QuerySet

from carnet.connectivity.models import Bill, BillLine, LandlordPayment
from carnet.connectivity.rules import BillUnknown
from carnet.funding import access as funding_access
from carnet.funding.rules import ProgrammeUnknown
from carnet.kernel.actors import Actor
from carnet.parties.rules import check_may


def seen_bills(actor: Actor) -> QuerySet[Bill]:
    """The bills of one's own network or of one's programmes. Raises: NotAllowed."""
    check_may(actor, "connectivity.see-bills")
    return Bill.objects.all() if actor.programme_ids else Bill.objects.filter(provider_id=actor.organisation_id)


def seen_bill(actor: Actor, bill_id: int) -> Bill:
    """One of them. Raises: NotAllowed, BillUnknown (the same for none and another's)."""
    row = seen_bills(actor).filter(id=bill_id).first()
    if row is None:
        raise BillUnknown(bill=bill_id)
    return row


def operated_bill(actor: Actor, bill_id: int) -> Bill:
    """A bill of a programme that the actor's operator runs, locked. Raises: BillUnknown."""
    row = Bill.objects.select_for_update(of=("self",), no_key=True).filter(id=bill_id).first()
    if row is None:
        raise BillUnknown(bill=bill_id)
    try:
        funding_access.operated_programme(actor, row.programme_id)
    except ProgrammeUnknown:
        raise BillUnknown(bill=bill_id) from None
    return row


def seen_lines(actor: Actor) -> QuerySet[BillLine]:
    """The lines of one's own homes or network, or of one's programmes. Raises: NotAllowed."""
    check_may(actor, "connectivity.see-bills")
    if actor.programme_ids:
        return BillLine.objects.all()
    own = actor.organisation_id
    return BillLine.objects.filter(landlord_id=own) | BillLine.objects.filter(provider_id=own)


def seen_payments(actor: Actor) -> QuerySet[LandlordPayment]:
    """What the actor's organisation paid in, or the landlords of its programmes; the latest first. Raises: NotAllowed."""
    check_may(actor, "connectivity.see-bills")
    rows = LandlordPayment.objects.order_by("-received_on", "-id")
    return rows if actor.programme_ids else rows.filter(landlord_id=actor.organisation_id)
