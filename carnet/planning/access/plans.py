"""Who reaches which plan: whoever reads the plans of a programme it operates, funds or audits. The database hides the others."""

from carnet.kernel.actors import Actor
from carnet.parties.rules import check_may
from carnet.planning.models import AllotmentPlan, PlanVersion
from carnet.planning.rules.plans import PlanUnknown


def seen_plan(actor: Actor, plan_id: int, *, lock: bool = False) -> AllotmentPlan:
    """The plan, if it is of one of the actor's programmes. Locked, versions are numbered one after the other. Raises: NotAllowed, PlanUnknown."""
    check_may(actor, "planning.see")
    # Plans are append-only, and nobody may lock a row that may not change: their versions are what is locked.
    row = AllotmentPlan.objects.filter(id=plan_id).first()
    if row is None or row.programme_id not in actor.programme_ids:
        raise PlanUnknown(plan=plan_id)
    if lock:
        list(PlanVersion.objects.select_for_update(of=("self",)).filter(plan_id=row.pk, number=1).values_list("id", flat=True))
    return row


def seen_version(actor: Actor, plan_id: int, number: int, *, lock: bool = False) -> PlanVersion:
    """One version of a plan. Raises: NotAllowed, PlanUnknown."""
    plan = seen_plan(actor, plan_id)
    rows = PlanVersion.objects.select_for_update(of=("self",)) if lock else PlanVersion.objects
    row = rows.filter(plan_id=plan.pk, number=number).first()
    if row is None:
        raise PlanUnknown(plan=plan_id, version=number)
    return row
