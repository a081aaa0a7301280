"""Indicators of a file of answers, kept without the answers. Loaded by its own name: it needs numpy."""

from collections.abc import Sequence
from datetime import datetime
from typing import IO
from uuid import UUID

from django.db import transaction

from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.observatory.models import IndicatorStudy
from carnet.observatory.rules import surveys
from carnet.parties.rules import check_may
from carnet.places.rules import content_of
from carnet.places.rules.tables import read_table

NAME_MAX = 200
FAULTS_KEPT = 100


@transaction.atomic
def study_answers(
    *,
    name: str,
    stream: IO[bytes],
    mapping: bytes = b"",
    crossed: Sequence[tuple[str, ...]] = (),
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """Read a file of answers, keep its indicators for the actor's organisation, forget the file; return the number of the table.

    Of a wrong line, its number and column are kept, never what was written in it. `mapping`: a TOML file, or nothing.
    Raises: NotAllowed, MappingWrong, ColumnMissing, NoAnswers, CutUnknown, and whatever a file cannot be read for (`places.rules`).
    Repeat: the same request_id returns the first table.
    """
    check_may(actor, "observatory.study-answers")
    first = IndicatorStudy.objects.filter(request_id=request_id).first()
    if first is not None:
        return first.pk
    chosen = surveys.read_mapping(mapping) if mapping else surveys.AS_IS
    answers = surveys.read_answers(read_table(content_of(stream)), chosen)
    table = surveys.compute(answers, crossed=crossed)
    faults = [[fault.line, fault.column] for fault in answers.faults[:FAULTS_KEPT]]
    row = IndicatorStudy.objects.create(
        organisation_id=actor.organisation_id or 0,
        name=name.strip()[:NAME_MAX],
        content={"table": surveys.written(table), "faults": faults},
        made_at=at,
        made_by_id=actor.person_id,
        request_id=request_id,
    )
    journal.record(
        actor=actor,
        action="observatory.answers-studied",
        subject=("indicator-study", row.pk),
        facts={"answers": table.answers, "set_aside": table.set_aside},
        organisation_id=actor.organisation_id,
        request_id=request_id,
        at=at,
    )
    return row.pk
