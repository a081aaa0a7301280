"""Setting what is aimed at, and ending it."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from carnet.funding import queries as funding
from carnet.funding.rules import ProgrammeUnknown
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.observatory import access
from carnet.observatory.models import Objective
from carnet.observatory.rules.objectives import Target, check_objective
from carnet.observatory.rules.territories import checked_words
from carnet.parties.rules import check_allowed_now


@transaction.atomic
def set_objective(
    *, programme_id: int | None, measure: Target, starting_count: int, starting_on: date, target_count: int, due_on: date, words: str = "",
    source: str = "", actor: Actor, request_id: UUID, at: datetime,
) -> int:  # fmt: skip
    """Say what is aimed at, by a programme one runs or by the whole installation (None); told to everybody. Returns its id.

    Units: vouchers, or places. Raises: NotAllowed, ProgrammeUnknown, ObjectiveTooLow, ObjectiveDaysWrong, NirInText, IbanInText.
    Repeat: the same request_id gives the first id again.
    """
    check_allowed_now(actor, "observatory.set-objective", at)
    first = Objective.objects.filter(request_id=request_id).first()
    if first is not None:
        return first.id
    if programme_id is not None and programme_id not in actor.programme_ids:
        raise ProgrammeUnknown(programme=programme_id)
    check_objective(starting_count=starting_count, starting_on=starting_on, target_count=target_count, due_on=due_on)
    row = Objective.objects.create(
        programme_id=programme_id,
        organisation_id=actor.organisation_id or (funding.programme(programme_id).operator_id if programme_id else 0),
        measure=measure.value,
        starting_count=starting_count,
        starting_on=starting_on,
        target_count=target_count,
        due_on=due_on,
        words=checked_words(words, is_needed=False),
        source=checked_words(source, most=200, is_needed=False),
        set_at=at,
        request_id=request_id,
    )
    facts: dict[str, object] = {"measure": measure.value, "target": target_count, "due_on": due_on}
    _record("objective-set", row, actor, request_id, at, facts)
    return row.id


@transaction.atomic
def end_objective(*, objective_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """No longer aim at it: it leaves the pages and stays in the table. Raises: NotAllowed, ObjectiveUnknown."""
    check_allowed_now(actor, "observatory.set-objective", at)
    row = access.set_objective_of(actor, objective_id)
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    _record("objective-ended", row, actor, request_id, at, {})


def _record(what: str, row: Objective, actor: Actor, request_id: UUID, at: datetime, facts: dict[str, object]) -> None:
    journal.record(
        actor=actor,
        action=f"observatory.{what}",
        subject=("objective", row.id),
        facts=facts,
        programme_id=row.programme_id,
        organisation_id=actor.organisation_id,
        request_id=request_id,
        at=at,
    )
