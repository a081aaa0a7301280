"""What every step of a bill begins with: its lock, and the state it must be in."""

from django.db import connection

from carnet.connectivity.models import Bill
from carnet.connectivity.rules import BillNotInState, BillState

SUBJECT = "connection-bill"


def in_state(bill: Bill, *states: BillState) -> None:
    """Raises: BillNotInState."""
    if bill.state not in states:
        raise BillNotInState(state=bill.state)


def lock_bills(agreement_id: int) -> None:
    """Bills of an agreement are counted, agreed and paid one at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('connectivity.bills', %s))", [agreement_id])
