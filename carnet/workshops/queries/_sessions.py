"""Sessions as screens, calendars and desks read them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, F, Max, QuerySet, Sum

from carnet.kernel.periods import end_of_day, start_of_day
from carnet.places import queries as places
from carnet.places.queries import PlaceSummary
from carnet.places.rules import LocalityUnknown
from carnet.places.rules.geography import distance_km
from carnet.places.rules.opening import zone_of
from carnet.workshops import access
from carnet.workshops.models import Session
from carnet.workshops.rules import Teacher

PER_PAGE = 20
# What a search looks at: at five sessions a day, a place has fewer in two months.
LOOKED_AT_MAX = 5_000


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session and where it is. `day`, `begins` and `finishes` are those of the clock on the place's wall."""

    id: int
    workshop_id: int
    place_id: int
    organisation_id: int
    service: str
    title: str
    note: str
    starts_at: datetime
    ends_at: datetime
    day: date
    begins: time
    finishes: time
    seats: int
    waiting_seats: int
    booked_count: int
    waiting_count: int
    came_count: int
    voucher_count: int
    taught_by: Teacher
    needs: tuple[str, ...]
    languages: tuple[str, ...]
    is_online: bool
    cancelled_at: datetime | None
    cancelled_because: str
    revision: int
    changed_at: datetime
    place_name: str
    address: str
    distance_km: float | None = None

    @property
    def free_seats(self) -> int:
        """Seats that whoever asks now would have: none while somebody waits."""
        return 0 if self.waiting_count else max(0, self.seats - self.booked_count)

    @property
    def free_waiting_seats(self) -> int:
        """How many may still wait."""
        return self.waiting_seats - self.waiting_count

    @property
    def is_free(self) -> bool:
        """No voucher is asked."""
        return self.voucher_count == 0


@dataclass(frozen=True, slots=True)
class Agenda:
    """One page of sessions to come."""

    sessions: tuple[SessionView, ...]
    total: int
    page: int
    page_count: int


@dataclass(frozen=True, slots=True)
class Totals:
    """What sessions came to, cancelled ones apart."""

    sessions: int
    cancelled: int
    seats: int
    booked: int
    came: int


def session(session_id: int, *, at: datetime) -> SessionView:
    """One session. Raises: WorkshopSessionUnknown."""
    (found,) = views_of([access.session(session_id)], at=at)
    return found


def session_at(session_id: int, *, place_id: int, organisation_id: int) -> bool:
    """Whether this session is one of that place's, given by that organisation, and stands."""
    rows = Session.objects.filter(id=session_id, place_id=place_id, organisation_id=organisation_id, cancelled_at=None)
    return rows.exists()


def agenda(
    *,
    at: datetime,
    from_on: date | None = None,
    until_on: date | None = None,
    service: str | None = None,
    around: str | None = None,
    radius_km: float = places.RADIUS_KM,
    place_ids: Collection[int] | None = None,
    need: str | None = None,
    language: str | None = None,
    with_seats: bool = False,
    is_free: bool | None = None,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Agenda:
    """Sessions to come that stand, the soonest first.

    `from_on` and `until_on` (included) are days in Paris; `around` an INSEE code, `radius_km` around its point;
    `with_seats` leaves out the full ones (a waiting list is not a seat). Raises: LocalityUnknown.
    """
    rows = _to_come(at, from_on, until_on)
    rows = _telling(rows, service=service, need=need, language=language, is_free=is_free, place_ids=place_ids)
    if with_seats:
        rows = rows.filter(booked_count__lt=F("seats"), waiting_count=0)
    distances: dict[int, float] = {}
    if around is not None:
        near = _near(rows, around, radius_km, at=at)
        rows, distances = rows.filter(place_id__in=near), {place_id: km for place_id, km in near.items() if km is not None}
    total = rows.count()
    page = max(1, page)
    shown = rows.order_by("starts_at", "id")[(page - 1) * per_page : page * per_page]
    return Agenda(views_of(shown, at=at, distances=distances), total, page, max(1, -(-total // per_page)))


def _to_come(at: datetime, from_on: date | None, until_on: date | None) -> QuerySet[Session]:
    rows = Session.objects.filter(cancelled_at=None, starts_at__gt=at)
    if from_on is not None:
        rows = rows.filter(starts_at__gte=start_of_day(from_on))
    return rows if until_on is None else rows.filter(starts_at__lt=end_of_day(until_on))


def _telling(
    rows: QuerySet[Session],
    *,
    service: str | None,
    need: str | None,
    language: str | None,
    is_free: bool | None,
    place_ids: Collection[int] | None,
) -> QuerySet[Session]:
    asked: dict[str, Any] = {}
    if service:
        asked["service"] = service
    if need:
        asked["needs__contains"] = [need]
    if language:
        asked["languages__contains"] = [language]
    if place_ids is not None:
        asked["place_id__in"] = list(place_ids)
    rows = rows.filter(**asked)
    if is_free is None:
        return rows
    return rows.filter(voucher_count=0) if is_free else rows.filter(voucher_count__gt=0)


def _near(rows: QuerySet[Session], around: str, radius_km: float, *, at: datetime) -> dict[int, float | None]:
    """The places of these sessions in that commune or around it, with the distance to its point."""
    commune = places.commune(around)
    if commune is None:
        raise LocalityUnknown(value=around[:100])
    place_ids = rows.order_by("place_id").values_list("place_id", flat=True).distinct()[:LOOKED_AT_MAX]
    found: dict[int, float | None] = {}
    for place in places.summaries(place_ids, at=at):
        km = distance_km(commune.point, place.point) if commune.point and place.point else None
        is_own = place.postcode in commune.postcodes and place.commune.casefold() == commune.name.casefold()
        if is_own or (km is not None and km <= radius_km):
            found[place.place_id] = km
    return found


def sessions_of(
    *, organisation_id: int | None = None, place_ids: Collection[int] | None = None, from_at: datetime, until_at: datetime, at: datetime
) -> tuple[SessionView, ...]:
    """Sessions that begin between two moments (the second excluded), cancelled ones included, in order."""
    rows = Session.objects.filter(starts_at__gte=from_at, starts_at__lt=until_at).order_by("starts_at", "id")
    if organisation_id is not None:
        rows = rows.filter(organisation_id=organisation_id)
    if place_ids is not None:
        rows = rows.filter(place_id__in=list(place_ids))
    return views_of(rows[:LOOKED_AT_MAX], at=at)


def following(session_id: int, *, at: datetime) -> tuple[SessionView, ...]:
    """A session and the later ones of the same workshop that stand, in order. Raises: WorkshopSessionUnknown."""
    first = access.session(session_id)
    rows = Session.objects.filter(workshop_id=first.workshop_id, starts_at__gte=first.starts_at, cancelled_at=None)
    return views_of(rows.order_by("starts_at", "id"), at=at)


def version(*, place_ids: Collection[int] | None = None, since: datetime) -> tuple[datetime | None, int, int]:
    """The latest change among sessions since a moment, how many there are, and how often they changed: the same as long as a
    calendar says the same.
    """
    rows = Session.objects.filter(starts_at__gte=since)
    if place_ids is not None:
        rows = rows.filter(place_id__in=list(place_ids))
    found = rows.aggregate(latest=Max("changed_at"), count=Count("id"), changes=Sum("revision"))
    return found["latest"], found["count"], found["changes"] or 0


def totals(*, place_ids: Iterable[int], from_at: datetime, until_at: datetime) -> dict[int, Totals]:
    """What the sessions of each place came to between two moments; places without any are left out."""
    rows = Session.objects.filter(place_id__in=list(place_ids), starts_at__gte=from_at, starts_at__lt=until_at).order_by("place_id", "id")
    found: dict[int, Totals] = {}
    for each in rows:
        before = found.get(each.place_id, Totals(0, 0, 0, 0, 0))
        stands = each.cancelled_at is None
        found[each.place_id] = Totals(
            sessions=before.sessions + stands,
            cancelled=before.cancelled + (not stands),
            seats=before.seats + each.seats * stands,
            booked=before.booked + each.booked_count,
            came=before.came + each.came_count,
        )
    return found


def month_around(day: date) -> tuple[datetime, datetime]:
    """The first moment of a day's month in Paris, and of the next one's."""
    first = day.replace(day=1)
    return start_of_day(first), start_of_day((first + timedelta(days=32)).replace(day=1))


def views_of(rows: Iterable[Session], *, at: datetime, distances: dict[int, float] | None = None) -> tuple[SessionView, ...]:
    """Sessions already read, with where they are (two queries), in the order given."""
    found: Sequence[Session] = list(rows)
    where = {place.place_id: place for place in places.summaries({each.place_id for each in found}, at=at)}
    return tuple(_view(each, where[each.place_id], (distances or {}).get(each.place_id)) for each in found)


def _view(row: Session, place: PlaceSummary, km: float | None) -> SessionView:
    zone = zone_of(place.postcode)
    starts, ends = row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)
    return SessionView(
        id=row.id,
        workshop_id=row.workshop_id,
        place_id=row.place_id,
        organisation_id=row.organisation_id,
        service=row.service,
        title=row.title,
        note=row.note,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        day=starts.date(),
        begins=starts.time(),
        finishes=ends.time(),
        seats=row.seats,
        waiting_seats=row.waiting_seats,
        booked_count=row.booked_count,
        waiting_count=row.waiting_count,
        came_count=row.came_count,
        voucher_count=row.voucher_count,
        taught_by=Teacher(row.taught_by),
        needs=tuple(row.needs),
        languages=tuple(row.languages),
        is_online=row.is_online,
        cancelled_at=row.cancelled_at,
        cancelled_because=row.cancelled_because,
        revision=row.revision,
        changed_at=row.changed_at,
        place_name=place.name,
        address=f"{place.address}, {place.postcode} {place.commune}",
        distance_km=km,
    )
