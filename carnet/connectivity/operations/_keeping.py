"""What time does to connections: contacts erased a month after the end, terms that are over. Background work, seeing everything."""

from datetime import datetime, timedelta
from uuid import NAMESPACE_OID, uuid5

from carnet.connectivity.models import Connection, Contact
from carnet.connectivity.operations._life import end_row
from carnet.connectivity.rules import CONTACT_KEPT_DAYS, ConnectionState, EndReason
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day

_NIGHT = Actor.system("the nightly keeping of connections")


def forget_contacts(*, at: datetime) -> int:
    """Erase the telephone numbers of connections that ended a month ago. Call it seeing everything. Returns how many."""
    over = Connection.objects.filter(over_at__lte=at - timedelta(days=CONTACT_KEPT_DAYS))
    return Contact.objects.filter(erased_at=None, connection__in=over).update(sealed_phone=None, erased_at=at)


def end_terms(*, at: datetime, limit: int = 500) -> int:
    """End the connections whose months are over, each from its own day. Call it seeing everything, in a transaction. Returns how many.

    Repeat: what has ended has ended.
    """
    today = legal_day(at)
    running = [ConnectionState.ACTIVE.value, ConnectionState.SUSPENDED.value]
    rows = Connection.objects.select_for_update(of=("self",), no_key=True, skip_locked=True).select_related("offer")
    # By agreement: two keepings at once take the locks of their books in the same order.
    due = list(rows.filter(state__in=running, ends_on__lte=today).order_by("offer__agreement_id", "id")[:limit])
    for row in due:
        request_id = uuid5(NAMESPACE_OID, f"end of the term of connection {row.id}")
        end_row(row, reason=EndReason.TERM, day=row.ends_on or today, is_late=True, actor=_NIGHT, request_id=request_id, at=at)
    return len(due)
