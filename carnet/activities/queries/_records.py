"""Activities as the place that told them reads them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery

from carnet.activities import access
from carnet.activities.models import AGE_COLUMNS, Record
from carnet.activities.rules import AGE_BANDS, BY_HAND, Exported, Kind, Origin, Source, Told, Where, Whereabouts
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.places import queries as places

SHOWN_MAX = 2_000


@dataclass(frozen=True, slots=True)
class ActivityView:
    """One activity as it stands. `revision` 0: as first told; `told_at` the first telling, `changed_at` the latest correction.

    `row_id` places it in a list; it changes with each telling.
    """

    row_id: int
    activity: UUID
    revision: int
    place_id: int
    told: Told
    source: Source
    source_key: str
    told_at: datetime
    changed_at: datetime | None
    is_withdrawn: bool


@dataclass(frozen=True, slots=True)
class Visits:
    """Today's taps at the door: how many people, by age band, and the latest tap, which may be taken back."""

    count: int
    by_band: dict[str, int]
    latest: ActivityView | None


def activity(actor: Actor, number: UUID) -> ActivityView:
    """One activity of one's own, withdrawn or not. Raises: NotAllowed, ActivityUnknown."""
    access.check_may_see(actor)
    found = access.latest_telling(actor, number)
    first = Record.objects.get(activity=number, revision=0)
    return _view(found, first.told_at)


def activities(
    actor: Actor,
    *,
    from_on: date,
    until_on: date,
    place_id: int | None = None,
    kind: Kind | None = None,
    without_visits: bool = False,
    after: tuple[date, int] | None = None,
    limit: int = SHOWN_MAX,
) -> tuple[ActivityView, ...]:
    """One's own activities between two days (the second excluded), the latest day first. Raises: NotAllowed.

    `after`, the day and the `row_id` of one: only those that follow it in the list.
    """
    access.check_may_see(actor)
    rows = access.standing().filter(organisation_id=actor.organisation_id or 0, day__gte=from_on, day__lt=until_on)
    chosen = place_id if actor.place_id is None else actor.place_id
    if chosen is not None:
        rows = rows.filter(place_id=chosen)
    if kind is not None:
        rows = rows.filter(kind=kind.value)
    if without_visits:
        rows = rows.exclude(kind=Kind.SPACE_VISIT.value)
    if after is not None:
        rows = rows.filter(Q(day__lt=after[0]) | Q(day=after[0], id__lt=after[1]))
    return _views(rows.order_by("-day", "-id")[:limit])


def latest(actor: Actor, *, place_id: int) -> ActivityView | None:
    """What was recorded last by hand at a place, and stands: what *same as last time* repeats. Raises: NotAllowed."""
    access.check_may_see(actor)
    rows = access.standing().filter(
        place_id=place_id,
        organisation_id=actor.organisation_id or 0,
        source=Source.HAND.value,
        kind__in=[each.value for each in BY_HAND],
    )
    found = _views(rows.order_by("-told_at", "-id")[:1])
    return found[0] if found else None


def visits(actor: Actor, *, place_id: int, day: date) -> Visits:
    """The visits of a day at a free space: taps, and booked seats whose person came. Raises: NotAllowed."""
    access.check_may_see(actor)
    rows = access.standing().filter(
        place_id=place_id, organisation_id=actor.organisation_id or 0, day=day, kind=Kind.SPACE_VISIT.value
    )  # fmt: skip
    found = _views(rows.order_by("-told_at", "-id"))
    by_band = {band: sum(each.told.people[band] for each in found) for band in AGE_BANDS}
    return Visits(sum(by_band.values()), by_band, next((each for each in found if each.source is Source.DOOR), None))


def told_keys(keys: Iterable[str]) -> set[str]:
    """Which of these origins were told already, even if withdrawn since."""
    rows = Record.objects.filter(source_key__in=list(keys), revision=0)
    return set(rows.order_by("id").values_list("source_key", flat=True))


def told_from(actor: Actor, origin: Origin) -> ActivityView | None:
    """What was told from this origin by the actor's organisation, withdrawn or not. Raises: NotAllowed."""
    access.check_may_see(actor)
    first = Record.objects.filter(source_key=origin.key, revision=0, organisation_id=actor.organisation_id or 0).first()
    return activity(actor, first.activity) if first is not None else None


def exported(views: Iterable[ActivityView], *, at: datetime) -> list[Exported]:
    """Activities ready for the national tool's file, in the order of their days (two queries)."""
    found = sorted(views, key=lambda each: (each.told.day, each.told_at))
    where = whereabouts({each.place_id for each in found}, at=at)
    return [
        Exported(
            number=str(each.activity),
            told=each.told,
            whereabouts=where[each.place_id],
            told_on=legal_day(each.told_at),
            changed_on=legal_day(each.changed_at) if each.changed_at else None,
        )
        for each in found
    ]


def whereabouts(place_ids: Iterable[int], *, at: datetime) -> dict[int, Whereabouts]:
    """The names and addresses of places, as a file says them."""
    cards = (places.place_card(place_id, at=at) for place_id in sorted(place_ids))
    return {
        card.summary.place_id: Whereabouts(
            card.summary.name, card.summary.address, card.summary.commune, card.summary.postcode, card.commune_code
        )
        for card in cards
    }


def _views(rows: QuerySet[Record]) -> tuple[ActivityView, ...]:
    first = Record.objects.filter(activity=OuterRef("activity"), revision=0).order_by("id").values("told_at")[:1]
    return tuple(_view(row, row.first_told_at) for row in rows.annotate(first_told_at=Subquery(first)))  # type: ignore[attr-defined]


def _view(row: Record, first_told_at: datetime) -> ActivityView:
    return ActivityView(
        row_id=row.id,
        activity=row.activity,
        revision=row.revision,
        place_id=row.place_id,
        told=told_of(row),
        source=Source(row.source),
        source_key=row.source_key,
        told_at=first_told_at,
        changed_at=row.told_at if row.revision else None,
        is_withdrawn=row.is_withdrawn,
    )


def told_of(row: Record) -> Told:
    """What a row tells, as the rules read it."""
    return Told(
        kind=Kind(row.kind),
        day=row.day,
        minutes=row.minutes,
        people={band: getattr(row, column) for band, column in zip(AGE_BANDS, AGE_COLUMNS, strict=True)},
        where=Where(row.where),
        themes=tuple(row.themes),
        equipment=tuple(row.equipment),
        returning_count=row.returning_count,
        redirected_to=row.redirected_to,
        level=row.level,
        title=row.title,
    )
