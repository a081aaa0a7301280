"""A number asked of the line: told once, journalled each time."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.helpline.models import Question
from carnet.helpline.queries import Story, pace_of, story_of
from carnet.helpline.rules import NumberUnknown, Reading, check_pace, readings
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.parties.rules import check_may


def ask(*, typed: str, actor: Actor, request_id: UUID, at: datetime) -> Story:
    """The story of one exact number. The question is kept and journalled, found or not; what was typed is not. Lock: none.

    Not one transaction with what the caller does of a refusal: a question that found nothing stays counted.
    Raises: NotAllowed, CodeDictated, NumberUnreadable, TooManyQuestions, NumberUnknown (unknown, or another operator's: the same).
    """
    check_may(actor, "helpline.ask")
    ways = readings(typed)
    asked, unknown = pace_of(actor, at=at)
    check_pace(asked=asked, unknown=unknown)
    found = next((story for way in ways if (story := story_of(way, actor=actor, at=at)) is not None), None)
    _keep(ways[0], found, actor=actor, request_id=request_id, at=at)
    if found is None:
        raise NumberUnknown
    return found


@transaction.atomic
def _keep(way: Reading, found: Story | None, *, actor: Actor, request_id: UUID, at: datetime) -> None:
    kind = found.kind if found is not None else way.kind
    row = Question.objects.create(
        organisation_id=actor.organisation_id or 0, person_id=actor.person_id, kind=kind.value, is_found=found is not None, asked_at=at
    )
    journal.record(
        actor=actor,
        action="helpline.asked",
        subject=found.subject if found is not None else ("question", row.id),
        facts={"kind": kind.value, "found": found is not None},
        programme_id=found.programme_id if found is not None else None,
        organisation_id=actor.organisation_id,
        request_id=request_id,
        at=at,
    )
