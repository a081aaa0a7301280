"""Taking vouchers longer than was printed: the one promise that may be changed once vouchers exist, and only upwards."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.funding import access
from carnet.funding.operations._programmes import _journal
from carnet.funding.rules import check_longer_grace
from carnet.kernel.actors import Actor


@transaction.atomic
def extend_grace(*, programme_id: int, grace_days: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Set a programme's days of grace to more than they were. Whoever calls has decided it, keeps why, and moves its series.

    Raises: ProgrammeUnknown, ProgrammeEnded, GraceShorter, GraceNegative.
    """
    row = access.operated_programme(actor, programme_id, lock=True)
    if row.grace_days == grace_days:
        return
    check_longer_grace(current=row.grace_days, proposed=grace_days, ended_at=row.ended_at)
    before, row.grace_days = row.grace_days, grace_days
    row.save(update_fields=["grace_days"])
    _journal(actor, "funding.grace-extended", row, {"from_days": before, "to_days": grace_days}, request_id, at)
