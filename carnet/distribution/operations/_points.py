"""The points of a desk: opened, changed, closed. A point that closes stays, so that what was printed of it can be told."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.distribution import access
from carnet.distribution.models import DeskPoint
from carnet.distribution.operations._notes import note
from carnet.distribution.rules.points import POINTS_MAX, PointFacts, PointSaid, TooManyPoints, checked_point
from carnet.kernel.actors import Actor
from carnet.parties.rules import check_may
from carnet.places import queries as places


@transaction.atomic
def open_point(*, programme_id: int, organisation_id: int, said: PointSaid, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Open a point of a desk in a programme; return its id. Locks: the desk's part.

    Raises: NotAllowed, NotPrescriber, ProgrammeUnknown, TooManyPoints, and as `rules.points.checked_point`.
    Repeat: the same request_id returns the first id.
    """
    check_may(actor, "distribution.keep-points")
    access.part(actor, programme_id=programme_id, organisation_id=organisation_id, at=at, lock=True)
    repeated = DeskPoint.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return repeated.id
    standing = DeskPoint.objects.filter(programme_id=programme_id, organisation_id=organisation_id, closed_at=None).count()
    if standing >= POINTS_MAX:
        raise TooManyPoints(most=POINTS_MAX)
    return write_point(programme_id, organisation_id, checked_point(said, places.gazetteer()), actor, request_id, at)


def write_point(programme_id: int, organisation_id: int, facts: PointFacts, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Write a point that was checked, and journal it; return its id."""
    row = DeskPoint.objects.create(
        programme_id=programme_id, organisation_id=organisation_id, opened_at=at, changed_at=at, request_id=request_id, **_columns(facts)
    )
    _note("point-opened", row, [], actor, request_id, at)
    return row.id


@transaction.atomic
def change_point(*, point_id: int, said: PointSaid, actor: Actor, request_id: UUID, at: datetime) -> tuple[str, ...]:
    """Change what is said of a point; return the names of what changed. Saying the same again changes nothing. Locks: the point.

    Raises: NotAllowed, PointUnknown, and as `rules.points.checked_point`.
    """
    row = access.kept_point(actor, point_id)
    access.check_open_point(row)
    columns = _columns(checked_point(said, places.gazetteer()))
    changed = sorted(name for name, value in columns.items() if getattr(row, name) != value)
    if changed:
        for name in changed:
            setattr(row, name, columns[name])
        row.changed_at = at
        row.save(update_fields=[*changed, "changed_at"])
        _note("point-changed", row, changed, actor, request_id, at)
    return tuple(changed)


@transaction.atomic
def close_point(*, point_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Close a point: it is published no more. Closing it again changes nothing. Raises: NotAllowed, PointUnknown."""
    row = access.kept_point(actor, point_id)
    if row.closed_at is None:
        row.closed_at = at
        row.save(update_fields=["closed_at"])
        _note("point-closed", row, [], actor, request_id, at)


def _columns(facts: PointFacts) -> dict[str, object]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(facts).items()}


def _note(what: str, row: DeskPoint, changed: list[str], actor: Actor, request_id: UUID, at: datetime) -> None:
    facts = {"changed": changed} if changed else {}
    note(what, ("desk-point", row.id), row.programme_id, row.organisation_id, facts, actor, request_id, at)
