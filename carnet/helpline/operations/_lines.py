"""One way to write what was said of a complaint, and to journal what happened to it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from carnet.helpline.models import Complaint, ComplaintLine
from carnet.helpline.rules import FOR_THE_PERSON, Said
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor


def add_line(row: Complaint, kind: Said, said: str, *, readers: Iterable[int], actor: Actor, request_id: UUID, at: datetime) -> None:
    """Keep what was said, for these readers, and for the person when it is of those kinds."""
    ComplaintLine.objects.create(
        complaint=row, kind=kind.value, said=said, reader_ids=sorted(set(readers)), is_for_person=kind in FOR_THE_PERSON,
        by_organisation_id=actor.organisation_id, by_person_id=actor.person_id, at=at, request_id=request_id,
    )  # fmt: skip


def is_said(request_id: UUID) -> bool:
    """Whether this was said already: the same request changes nothing twice."""
    return ComplaintLine.objects.filter(request_id=request_id).exists()


def say_again(request_id: UUID, kind: Said) -> UUID:
    """The request of the line that comes with another act."""
    return uuid5(request_id, kind.value)


def with_the_place(row: Complaint) -> list[int]:
    """The operators, and the organisation of the place: who reads what it is asked and what it says."""
    return sorted({*row.operator_ids, *([row.place_organisation_id] if row.place_organisation_id is not None else [])})


def with_the_filer(row: Complaint) -> list[int]:
    """The operators, and the organisation that filed: who reads what is told to the person."""
    return sorted({*row.operator_ids, *([row.filer_organisation_id] if row.filer_organisation_id is not None else [])})


def note(what: str, row: Complaint, facts: Mapping[str, Any], *, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Add the line ``helpline.<what>`` about a complaint. Its number stays out: with a secret it opens the answer; words stay out too."""
    journal.record(
        actor=actor,
        action=f"helpline.{what}",
        subject=("complaint", row.id),
        facts=dict(facts),
        programme_id=row.programme_id,
        organisation_id=actor.organisation_id or row.operator_ids[0],
        request_id=request_id,
        at=at,
    )
