"""What the rule of 2019 says of a project, kept with what was chosen."""

from datetime import datetime
from fractions import Fraction
from uuid import UUID

from django.db import transaction

from carnet.funding import access
from carnet.funding.models import Agreement, StateShareStudy
from carnet.funding.rules import (
    CoFinancingCase,
    OtherShareUnexplained,
    PovertyReading,
    ProgrammeEnded,
    ShareNotPositive,
    StudyUnknown,
    case_facts,
    state_part_2019,
)
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.parties.rules import check_may


@transaction.atomic
def decide_state_share(
    *,
    programme_id: int,
    case: CoFinancingCase,
    territory: str = "",
    portion: Fraction | None = None,
    reason: str = "",
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """Keep what the State would bear by the rule of 2019 and the portion chosen (None: the rule's); return the study's id.

    Another portion than the rule's is written with its reason. Nothing is signed: the agreement takes the portion from the study.
    Raises:  NotAllowed, ProgrammeUnknown, ProgrammeEnded, OwnBudgetNotPositive, TerritoryFigureWrong, ShareNotPositive,
             OtherShareUnexplained.
    Repeat:  the same request_id returns the first id.
    """
    check_may(actor, "funding.prepare-agreement")
    programme = access.operated_programme(actor, programme_id)
    repeated = StateShareStudy.objects.filter(request_id=request_id).values_list("id", flat=True).first()
    if repeated is not None:
        return repeated
    if programme.ended_at is not None:
        raise ProgrammeEnded(ended_at=programme.ended_at)
    answer = state_part_2019(case)
    chosen = answer.portion if portion is None else portion
    if not 0 <= chosen <= 1:
        raise ShareNotPositive(funder_id=0)
    if chosen != answer.portion and not reason.strip():
        raise OtherShareUnexplained
    is_rule = chosen == answer.portion
    row = StateShareStudy.objects.create(
        programme_id=programme_id,
        territory=territory.strip()[:120],
        case=case_facts(case),
        rate_percent=answer.rate_percent,
        text_rate_percent=state_part_2019(case, reading=PovertyReading.TEXT).rate_percent,
        state_cents=answer.state_cents,
        portion_numerator=answer.rate_percent if is_rule else chosen.numerator,
        portion_denominator=100 if is_rule else chosen.denominator,
        reason="" if is_rule else reason.strip()[:300],
        decided_at=at,
        decided_by_id=actor.person_id,
        request_id=request_id,
    )
    facts = {"rate_percent": row.rate_percent, "portion": str(chosen), "state_cents": row.state_cents, "is_rule": is_rule}
    journal.record(
        actor=actor,
        action="funding.state-share-decided",
        subject=("state-share-study", row.id),
        facts=facts,
        programme_id=programme_id,
        request_id=request_id,
        at=at,
    )
    return row.id


def bind_study(study_id: int, row: Agreement) -> None:
    """Say which agreement a study became. Raises: StudyUnknown."""
    bound = StateShareStudy.objects.filter(id=study_id, programme_id=row.programme_id, agreement__isnull=True).update(agreement=row)
    if not bound:
        raise StudyUnknown(study=study_id)
