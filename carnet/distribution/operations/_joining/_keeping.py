"""Once a day: one reminder before an agreement ends, a desk that did not renew suspended, what has served forgotten."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from carnet.distribution.models import DeskAgreement, DeskFile, DeskImport, ProgrammePrescriber
from carnet.distribution.operations._joining._imports import drop
from carnet.distribution.operations._notes import note, tell
from carnet.distribution.rules.joining import ANSWERED_KEPT, DRAFT_KEPT, REMIND_DAYS, FileState, ImportState, SuspendedFor
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day

IMPORT_KEPT = timedelta(days=90)
_SYSTEM = Actor.system("agreements of desks")


def remind_of_agreements(*, at: datetime, limit: int = 500) -> int:
    """Tell each desk, once, that its agreement ends within REMIND_DAYS and that none follows; return how many. Call it seeing everything."""
    today = legal_day(at)
    ending = DeskAgreement.objects.filter(until_on__gt=today, until_on__lte=today + timedelta(days=REMIND_DAYS), reminded_on__isnull=True)
    told = 0
    with transaction.atomic():
        for row in ending.select_related("programme").select_for_update(of=("self",)).order_by("until_on", "id")[:limit]:
            row.reminded_on = today
            row.save(update_fields=["reminded_on"])
            if row.until_on is None or _renewed(row) or not _stands(row):
                continue
            last_on = row.until_on - timedelta(days=1)
            context = {"programme": row.programme.name, "last_on": last_on.isoformat()}
            tell("distribution.agreement-ends", row.organisation_id, row.programme_id, context, at)
            told += 1
    return told


def lapse_agreements(*, at: datetime, limit: int = 500) -> int:
    """Suspend each desk whose agreement ended and that signed no other; return how many. Call it seeing everything.

    The rule refuses its hand-overs from the first minute of that day; this says so, in the lists and in a letter.
    """
    today = legal_day(at)
    mine = DeskAgreement.objects.filter(programme_id=OuterRef("programme_id"), organisation_id=OuterRef("organisation_id"))
    ended = ProgrammePrescriber.objects.select_related("programme").filter(
        Exists(mine.filter(until_on__lte=today)), ~Exists(mine.filter(until_on__gt=today)), left_at=None, leaving_at=None, suspended_at=None
    )
    with transaction.atomic():
        rows = list(ended.select_for_update(of=("self",)).order_by("id")[:limit])
        for part in rows:
            part.suspended_at, part.suspended_for = at, SuspendedFor.NOT_RENEWED.value
            part.save(update_fields=["suspended_at", "suspended_for"])
            subject = ("organisation", part.organisation_id)
            note("agreement-lapsed", subject, part.programme_id, part.organisation_id, {}, _SYSTEM, part.request_id, at)
            tell("distribution.agreement-lapsed", part.organisation_id, part.programme_id, {"programme": part.programme.name}, at)
    return len(rows)


def forget_desk_files(*, at: datetime, limit: int = 200) -> int:
    """Erase what applications and files of desks say once it has served; return how many. Decisions stay. Call it seeing everything."""
    answered = [FileState.ADMITTED.value, FileState.REFUSED.value, FileState.WITHDRAWN.value]
    writing = [FileState.DRAFT.value, FileState.COMPLETION.value]
    old = DeskFile.objects.filter(erased_at__isnull=True).filter(
        Q(state__in=writing, changed_at__lte=at - DRAFT_KEPT) | Q(state__in=answered, changed_at__lte=at - ANSWERED_KEPT)
    )
    with transaction.atomic():
        ids = list(old.order_by("id").values_list("id", flat=True)[:limit])
        erased = DeskFile.objects.filter(id__in=ids).update(sealed_answers=None, sealed_email=None, email_mark=None, erased_at=at)
        files = DeskImport.objects.select_for_update(of=("self",)).filter(state=ImportState.READ.value, sent_at__lte=at - IMPORT_KEPT)
        for row in files.order_by("id")[:limit]:
            drop(row, at)
            erased += 1
    return int(erased)


def _renewed(row: DeskAgreement) -> bool:
    """Whether another follows, or waits for the operator: its desk has done its share."""
    later = Q(from_on__gte=row.until_on) | Q(countersigned_at__isnull=True, sent_back_at__isnull=True)
    return DeskAgreement.objects.filter(later, programme_id=row.programme_id, organisation_id=row.organisation_id).exists()


def _stands(row: DeskAgreement) -> bool:
    parts = ProgrammePrescriber.objects.filter(programme_id=row.programme_id, organisation_id=row.organisation_id)
    return parts.filter(left_at=None, leaving_at=None).exists()
