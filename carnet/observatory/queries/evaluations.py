"""Plans of evaluation and what was read of each. Loaded by its own name: it needs numpy."""

from dataclasses import dataclass
from datetime import datetime

from carnet.kernel.actors import Actor
from carnet.observatory.models import EvaluationPlan, EvaluationReading
from carnet.observatory.rules import evaluations as rules
from carnet.parties.rules import check_may

LISTED_MAX = 100


@dataclass(frozen=True, slots=True)
class PlanCard:
    """One of a list of plans."""

    id: int
    programme_id: int
    name: str
    design: rules.Design
    sealed_at: datetime


@dataclass(frozen=True, slots=True)
class Reading:
    """Results read under a plan. `data_digest`: SHA-256 of the file, which is not kept."""

    id: int
    read_at: datetime
    data_digest: str
    conclusion: str
    result: rules.Result


@dataclass(frozen=True, slots=True)
class SealedPlan:
    """A plan as it was sealed, and every reading of it, the first first."""

    id: int
    programme_id: int
    sealed_at: datetime
    content: str
    plan: rules.Plan
    readings: tuple[Reading, ...]


def seen_plan(actor: Actor, plan_id: int) -> EvaluationPlan:
    """The plan, if it is of one of the actor's programmes. Here and not in `access`, which every page loads. Raises: PlanUnknown."""
    row = EvaluationPlan.objects.filter(id=plan_id).first()
    if row is None or (actor.kind != "system" and row.programme_id not in actor.programme_ids):
        raise rules.PlanUnknown(plan=plan_id)
    return row


def plans(actor: Actor) -> list[PlanCard]:
    """The plans of the actor's programmes, the latest first. Raises: NotAllowed."""
    check_may(actor, "observatory.see-evaluations")
    rows = EvaluationPlan.objects.filter(programme_id__in=actor.programme_ids).order_by("-id").defer("content")[:LISTED_MAX]
    return [PlanCard(row.pk, row.programme_id, row.name, rules.Design(row.design), row.sealed_at) for row in rows]


def plan(actor: Actor, plan_id: int) -> SealedPlan:
    """One plan. Raises: NotAllowed, PlanUnknown."""
    check_may(actor, "observatory.see-evaluations")
    row = seen_plan(actor, plan_id)
    readings = tuple(_reading(each) for each in EvaluationReading.objects.filter(plan_id=row.pk).order_by("id"))
    return SealedPlan(row.pk, row.programme_id, row.sealed_at, row.content, rules.read_plan(row.content.encode()), readings)


def reading(actor: Actor, plan_id: int, reading_id: int) -> tuple[SealedPlan, Reading]:
    """One reading, with its plan. Raises: NotAllowed, PlanUnknown."""
    sealed = plan(actor, plan_id)
    found = next((each for each in sealed.readings if each.id == reading_id), None)
    if found is None:
        raise rules.PlanUnknown(plan=plan_id)
    return sealed, found


def _reading(row: EvaluationReading) -> Reading:
    return Reading(row.pk, row.read_at, row.data_digest, row.conclusion, rules.read_result(row.content))
