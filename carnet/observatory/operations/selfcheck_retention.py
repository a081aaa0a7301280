"""What is known of self-checks leaves by itself: slips that open nothing any more, what was never finished, numbers nobody wrote to in time.

Source: docs/decisions/0060-answers-of-nobody.md.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction

from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.periods import add_months, legal_day
from carnet.observatory.models import SelfCheckInvitation, SelfCheckKeeping, SelfCheckRound, SelfCheckSlip
from carnet.observatory.rules.selfchecks import SLIP_MONTHS, STALE_DAYS, UNFINISHED_DAYS, InviteEnd


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What one night forgot in a programme. `repeated`: it had been done that day."""

    programme_id: int
    day: date
    closed_count: int
    unfinished_count: int
    erased_count: int
    repeated: bool


def programmes_with_slips() -> list[int]:
    """The programmes that have, or had, slips. Call it seeing everything."""
    return list(SelfCheckSlip.objects.order_by("programme_id").values_list("programme_id", flat=True).distinct())


@transaction.atomic
def forget_in_time(*, programme_id: int, actor: Actor, at: datetime) -> Forgotten:
    """Close the slips that are over, drop what was never finished, erase numbers past their day; write the day's proof. Call it seeing everything.

    Units: Paris days. Lock: the day of the programme. Repeat: the same day gives the first answer.
    """
    today = legal_day(at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('observatory.self-checks', %s))", [programme_id])
    first = SelfCheckKeeping.objects.filter(programme_id=programme_id, day=today).first()
    if first is not None:
        return Forgotten(programme_id, today, first.closed_count, first.unfinished_count, first.erased_count, repeated=True)
    over = SelfCheckSlip.objects.select_for_update(of=("self",)).filter(
        programme_id=programme_id, closed_on=None, opened_on__lte=add_months(today, -SLIP_MONTHS)
    )  # fmt: skip
    closed = dict(over.order_by("number").values_list("id", "number"))
    waiting = SelfCheckInvitation.objects.filter(programme_id=programme_id, ended_at=None)
    late = waiting.filter(due_on__lt=today - timedelta(days=STALE_DAYS))
    erased_count = (late | waiting.filter(slip_id__in=closed)).update(sealed=None, ended_at=at, ended_for=InviteEnd.STALE.value)
    begun = SelfCheckRound.objects.filter(programme_id=programme_id, finished_on=None)
    left = begun.filter(begun_on__lt=today - timedelta(days=UNFINISHED_DAYS)) | begun.filter(slip_id__in=closed)
    unfinished_count, _by_model = left.delete()
    SelfCheckSlip.objects.filter(id__in=closed).update(closed_on=today, visit_mark=None, visit_opened_at=None, visit_seen_at=None)
    row = SelfCheckKeeping.objects.create(
        programme_id=programme_id, day=today, closed_count=len(closed), unfinished_count=unfinished_count, erased_count=erased_count,
        digest=hashlib.sha256("\n".join(closed.values()).encode()).digest(),
        open_count=SelfCheckSlip.objects.filter(programme_id=programme_id, closed_on=None).count(),
        waiting_count=SelfCheckInvitation.objects.filter(programme_id=programme_id, ended_at=None).count(), at=at,
    )  # fmt: skip
    facts = {"day": today.isoformat(), "closed": row.closed_count, "unfinished": unfinished_count, "erased": erased_count}
    facts["closed_sha256"] = row.digest.hex()
    journal.record(
        actor=actor, action="observatory.self-checks-forgotten", subject=("self-check-keeping", row.id), facts=facts,
        programme_id=programme_id, at=at,
    )  # fmt: skip
    return Forgotten(programme_id, today, len(closed), unfinished_count, erased_count, repeated=False)
