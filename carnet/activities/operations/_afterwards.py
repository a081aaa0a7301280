"""One answer to *did you do it yourself?*, of nobody."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.activities import access
from carnet.activities.models import DoneAnswer
from carnet.activities.rules import AskedAfter, DoneBy, checked_answer
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day


@transaction.atomic
def note_answer(*, procedure: str, answer: str, asked_after: AskedAfter, actor: Actor, request_id: UUID, at: datetime) -> DoneBy:
    """Count one answer for the actor's organisation on the legal day of `at`; the journal says that one was noted, not which.

    Repeat: the same request_id counts once, and gives the first answer.
    Raises: NotAllowed, NoMembership, ProcedureUnknown, AnswerUnknown.
    """
    organisation_id = access.asking_house(actor)
    known = DoneAnswer.objects.filter(request_id=request_id, organisation_id=organisation_id).first()
    if known is not None:
        return DoneBy(known.answer)
    code, done_by = checked_answer(procedure, answer)
    row = DoneAnswer.objects.create(
        organisation_id=organisation_id, day=legal_day(at), procedure=code, answer=done_by.value, asked_after=asked_after.value,
        request_id=request_id,
    )  # fmt: skip
    # Neither the answer nor the request's id: with its moment and its author, a line of the journal would point at whoever was there.
    journal.record(actor=actor, action="activities.asked-afterwards", subject=("organisation", organisation_id), at=at)
    return DoneBy(row.answer)
