"""Sealing a plan of evaluation, then reading its results: in that order, and every reading is kept. Loaded by its own name: it needs numpy."""

from datetime import datetime
from typing import IO
from uuid import UUID

from django.db import transaction

from carnet.funding import access as funding
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.observatory.models import EvaluationPlan, EvaluationReading
from carnet.observatory.queries.evaluations import seen_plan
from carnet.observatory.rules import evaluations as rules
from carnet.parties.rules import check_may
from carnet.places.rules import content_of
from carnet.places.rules.tables import read_table

CONCLUSION_MAX = 500


@transaction.atomic
def seal_plan(*, programme_id: int, content: bytes, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Keep a plan as it is, before any result: its digest goes to the sealed journal. Return its number.

    Raises: NotAllowed, ProgrammeUnknown, PlanWrong, PlanSealed. Repeat: the same request_id returns the first plan.
    """
    check_may(actor, "observatory.evaluate")
    first = EvaluationPlan.objects.filter(request_id=request_id).first()
    if first is not None:
        return first.pk
    funding.seen_programme(actor, programme_id)
    plan = rules.read_plan(content)
    row, is_new = EvaluationPlan.objects.get_or_create(
        programme_id=programme_id,
        digest=plan.digest,
        defaults={
            "organisation_id": actor.organisation_id,
            "name": plan.name,
            "design": plan.design.value,
            "content": content.decode(),  # byte for byte, so that its digest stays
            "sealed_at": at,
            "sealed_by_id": actor.person_id,
            "request_id": request_id,
        },
    )
    if not is_new:
        raise rules.PlanSealed()
    journal.record(
        actor=actor,
        action="observatory.plan-sealed",
        subject=("evaluation-plan", row.pk),
        facts={"digest": plan.digest, "design": plan.design.value, "units": len(plan.units)},
        programme_id=programme_id,
        request_id=request_id,
        at=at,
    )
    return row.pk


@transaction.atomic
def read_results(*, plan_id: int, stream: IO[bytes], conclusion: str = "", actor: Actor, request_id: UUID, at: datetime) -> int:
    """Compare as a sealed plan says, keep what it comes to, forget the file; return the number of the reading.

    `conclusion`: a sentence of whoever reads, refused when it says a cause that the design cannot bear.
    Raises: NotAllowed, PlanUnknown, ResultsWrong, CausalWordsRefused, and whatever a file cannot be read for (`places.rules`).
    Repeat: the same request_id returns the first reading.
    """
    check_may(actor, "observatory.evaluate")
    first = EvaluationReading.objects.filter(request_id=request_id).first()
    if first is not None:
        return first.pk
    sealed = seen_plan(actor, plan_id)
    content = content_of(stream)
    plan = rules.read_plan(sealed.content.encode())
    result = rules.result_of(plan, read_table(content), sealed_on=legal_day(sealed.sealed_at))
    said = rules.check_words(conclusion.strip()[:CONCLUSION_MAX], result.claim)
    row = EvaluationReading.objects.create(
        programme_id=sealed.programme_id,
        plan=sealed,
        data_digest=rules.digest_of(content),
        content=rules.written(result),
        conclusion=said,
        read_at=at,
        read_by_id=actor.person_id,
        request_id=request_id,
    )
    journal.record(
        actor=actor,
        action="observatory.results-read",
        subject=("evaluation-plan", sealed.pk),
        facts={"reading": row.pk, "data_digest": row.data_digest, "claim": result.claim.value},
        programme_id=sealed.programme_id,
        request_id=request_id,
        at=at,
    )
    return row.pk
