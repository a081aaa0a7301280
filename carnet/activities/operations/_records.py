"""An activity told, told again, corrected, withdrawn. Nothing is changed: the next telling says otherwise."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction

from carnet.activities import access, queries
from carnet.activities.models import AGE_COLUMNS, Record
from carnet.activities.rules import (
    AGE_BANDS,
    ActivityChanged,
    ActivityToldAlready,
    ActivityWithdrawn,
    NothingToRepeat,
    Origin,
    Source,
    Told,
    again,
    check_day,
    checked,
    visit,
)
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.places.rules.opening import zone_of

BY_HAND = Origin()
AT_THE_DOOR = Origin(Source.DOOR)


@dataclass(frozen=True, slots=True)
class Recorded:
    """An activity just told: its number, which revision of it, where."""

    activity: UUID
    revision: int
    place_id: int
    told: Told


@transaction.atomic
def record(*, place_id: int | None = None, told: Told, origin: Origin = BY_HAND, actor: Actor, request_id: UUID, at: datetime) -> Recorded:
    """Tell one activity of one of the actor's places; the only one, when none is named. Nobody is named.

    Repeat: the same request_id gives the first one again.
    Raises: NotAllowed, PlaceNotYours, PlaceUnknown, ActivityPlaceRequired, ActivityToldAlready, and as `checked`.
    """
    access.check_may_record(actor)
    place = access.own_place(actor, place_id, at=at)
    first = Record.objects.filter(request_id=request_id, organisation_id=actor.organisation_id or 0).first()
    if first is not None:
        return _recorded(first)
    said = checked(told, today=at.astimezone(zone_of(place.postcode)).date())
    assert place.operator_id is not None  # one of the actor's own
    row = _row(said, place_id=place.place_id, organisation_id=place.operator_id, origin=origin, request_id=request_id, at=at)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "activities_record_told_once" not in str(error):
            raise
        raise ActivityToldAlready from error
    _journal("activities.recorded", row, actor=actor, at=at)
    return _recorded(row)


@transaction.atomic
def record_again(*, place_id: int | None = None, actor: Actor, request_id: UUID, at: datetime) -> Recorded:
    """The same as last time, today, at this place. As `record`; Raises also: NothingToRepeat."""
    access.check_may_record(actor)
    place = access.own_place(actor, place_id, at=at)
    latest = queries.latest(actor, place_id=place.place_id)
    if latest is None:
        raise NothingToRepeat(place=place.place_id)
    today = at.astimezone(zone_of(place.postcode)).date()
    return record(place_id=place.place_id, told=again(latest.told, today=today), actor=actor, request_id=request_id, at=at)


@transaction.atomic
def note_visit(
    *,
    place_id: int | None = None,
    age_band: str = "",
    themes: tuple[str, ...] = (),
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> Recorded:
    """One more person at the door of the free space: one tap. As `record`; Raises also: SpaceUnknown."""
    access.check_may_record(actor)
    place = access.own_place(actor, place_id, at=at)
    access.space(place.place_id, at=at)
    told = visit(day=at.astimezone(zone_of(place.postcode)).date(), age_band=age_band, themes=themes)
    return record(place_id=place.place_id, told=told, origin=AT_THE_DOOR, actor=actor, request_id=request_id, at=at)


@transaction.atomic
def correct(*, activity: UUID, revision: int, told: Told, actor: Actor, request_id: UUID, at: datetime) -> Recorded:
    """Tell an activity otherwise; `revision` is the one that was looked at. Its kind may change, its place and origin never.

    Saying the same again changes nothing. Raises: NotAllowed, ActivityUnknown, ActivityWithdrawn, ActivityChanged, and as `checked`.
    """
    access.check_may_record(actor)
    before = access.latest_telling(actor, activity)
    if before.request_id == request_id:
        return _recorded(before)
    _check_standing(before, revision)
    today = legal_day(at)
    check_day(before.day, today=today)
    said = checked(told, today=today)
    if said == queries.told_of(before):
        return _recorded(before)
    row = _next(before, said, is_withdrawn=False, request_id=request_id, at=at)
    _journal("activities.corrected", row, actor=actor, at=at)
    return _recorded(row)


@transaction.atomic
def withdraw(*, activity: UUID, revision: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Take an activity back: it counts no more, and stays written. Withdrawn already, nothing happens.

    Raises: NotAllowed, ActivityUnknown, ActivityChanged, ActivityDayInvalid.
    """
    access.check_may_record(actor)
    before = access.latest_telling(actor, activity)
    if before.is_withdrawn:
        return
    _check_standing(before, revision)
    check_day(before.day, today=legal_day(at))
    row = _next(before, queries.told_of(before), is_withdrawn=True, request_id=request_id, at=at)
    _journal("activities.withdrawn", row, actor=actor, at=at)


@transaction.atomic
def restore(*, activity: UUID, revision: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Count again what was withdrawn. Not withdrawn, nothing happens.

    Raises: NotAllowed, ActivityUnknown, ActivityChanged, ActivityDayInvalid.
    """
    access.check_may_record(actor)
    before = access.latest_telling(actor, activity)
    if not before.is_withdrawn:
        return
    if before.revision != revision:
        raise ActivityChanged
    check_day(before.day, today=legal_day(at))
    row = _next(before, queries.told_of(before), is_withdrawn=False, request_id=request_id, at=at)
    _journal("activities.restored", row, actor=actor, at=at)


@transaction.atomic
def put_aside(*, place_id: int, told: Told, origin: Origin, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Say that a workshop or a day of vouchers is not to be told: it is counted elsewhere. As `record`."""
    made = record(place_id=place_id, told=told, origin=origin, actor=actor, request_id=request_id, at=at)
    withdraw(activity=made.activity, revision=made.revision, actor=actor, request_id=uuid5(request_id, "put aside"), at=at)


def _check_standing(before: Record, revision: int) -> None:
    if before.revision != revision:
        raise ActivityChanged
    if before.is_withdrawn:
        raise ActivityWithdrawn


def _next(before: Record, said: Told, *, is_withdrawn: bool, request_id: UUID, at: datetime) -> Record:
    row = _row(
        said,
        place_id=before.place_id,
        organisation_id=before.organisation_id,
        origin=Origin(Source(before.source), before.source_key),
        request_id=request_id,
        at=at,
    )
    row.activity, row.revision, row.is_withdrawn = before.activity, before.revision + 1, is_withdrawn
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "activities_record_one_revision" not in str(error):
            raise
        raise ActivityChanged from error
    return row


def _row(said: Told, *, place_id: int, organisation_id: int, origin: Origin, request_id: UUID, at: datetime) -> Record:
    return Record(
        activity=request_id,
        revision=0,
        place_id=place_id,
        organisation_id=organisation_id,
        kind=said.kind.value,
        day=said.day,
        where=said.where.value,
        minutes=said.minutes,
        themes=list(said.themes),
        equipment=list(said.equipment),
        people_count=said.people_count,
        returning_count=said.returning_count,
        redirected_to=said.redirected_to,
        level=said.level,
        title=said.title,
        is_withdrawn=False,
        source=origin.source.value,
        source_key=origin.key,
        told_at=at,
        request_id=request_id,
        **{column: said.people[band] for band, column in zip(AGE_BANDS, AGE_COLUMNS, strict=True)},
    )


def _recorded(row: Record) -> Recorded:
    return Recorded(row.activity, row.revision, row.place_id, queries.told_of(row))


def _journal(action: str, row: Record, *, actor: Actor, at: datetime) -> None:
    journal.record(
        actor=actor,
        action=action,
        subject=("activity", str(row.activity)),
        facts={"place": row.place_id, "revision": row.revision, "kind": row.kind, "people": row.people_count, "source": row.source},
        organisation_id=row.organisation_id,
        request_id=row.request_id,
        at=at,
    )
