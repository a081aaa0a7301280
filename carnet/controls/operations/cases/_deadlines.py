"""What the clock does by itself: a reminder, the end of a hold said, papers erased."""

from datetime import datetime
from uuid import uuid5

from django.db import transaction

from carnet.controls.access import cases as access
from carnet.controls.models import Case, CasePaper
from carnet.controls.operations.cases._holding import end_hold
from carnet.controls.operations.cases._steps import last_day, record, step, tell
from carnet.controls.rules.cases import PAPERS_KEPT, CaseState, HoldEnd, StepKind, reminds
from carnet.kernel.actors import Actor


def keep_deadlines(*, at: datetime) -> tuple[int, int]:
    """Remind places that have not answered, and say so where a hold ended by itself; return how many of each. Call it seeing everything.

    A hold ends at its hour whether this ran or not.
    """
    reminded = told = 0
    for case_id in list(
        Case.objects.filter(state=CaseState.OPEN.value, reminded_at__isnull=True).order_by("id").values_list("id", flat=True)
    ):
        reminded += _remind(case_id, at)
    ended = Case.objects.filter(held_cents__gt=0, hold_ended_at__isnull=True, held_until__lte=at).order_by("id")
    for case_id in list(ended.values_list("id", flat=True)):
        told += _ended_by_itself(case_id, at)
    return reminded, told


@transaction.atomic
def erase_papers(*, at: datetime, limit: int = 500) -> int:
    """Erase the papers of cases closed for PAPERS_KEPT, at most `limit` at a time; return how many. Call it seeing everything."""
    old = CasePaper.objects.filter(erased_at__isnull=True, case__closed_at__lte=at - PAPERS_KEPT).order_by("id")
    ids = list(old.values_list("id", flat=True)[:limit])
    return int(CasePaper.objects.filter(id__in=ids, erased_at__isnull=True).update(sealed_content=None, erased_at=at))


@transaction.atomic
def _remind(case_id: int, at: datetime) -> int:
    case = access.locked(Case.objects.get(id=case_id))
    if not reminds(state=CaseState(case.state), answer_until=case.answer_until, reminded_at=case.reminded_at, at=at):
        return 0
    case.reminded_at = at
    case.save(update_fields=["reminded_at"])
    step(case, StepKind.REMINDED, _PROGRAM, uuid5(case.request_id, "reminded"), at)
    record(_PROGRAM, "case-reminded", case, None, at)
    tell("controls.case-reminder", case, at, answer_on=last_day(case.answer_until), held_cents=case.held_cents)
    return 1


@transaction.atomic
def _ended_by_itself(case_id: int, at: datetime) -> int:
    case = access.locked(Case.objects.get(id=case_id))
    if case.hold_ended_at is not None or case.held_until is None or at < case.held_until:
        return 0
    end_hold(case, HoldEnd.BY_ITSELF, case.held_until)
    case.hold_end_told_at = at
    case.save(update_fields=["hold_ended_at", "hold_end", "hold_end_told_at"])
    step(case, StepKind.RELEASED_BY_ITSELF, _PROGRAM, uuid5(case.request_id, "released"), at, cents=case.held_cents)
    record(_PROGRAM, "hold-ended-by-itself", case, None, at, held_cents=case.held_cents)
    tell("controls.payment-released", case, at, held_cents=case.held_cents)
    tell("controls.hold-ended", case, at, to_operator=True, held_cents=case.held_cents)
    return 1


_PROGRAM = Actor.system("deadlines of cases")
