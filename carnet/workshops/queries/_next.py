"""The next lesson of each of several places, and which places have one soon with a seat left."""

from collections.abc import Collection
from datetime import date, datetime

from django.db.models import F, Min, QuerySet

from carnet.kernel.periods import end_of_day
from carnet.workshops.models import Session
from carnet.workshops.queries._sessions import SessionView, views_of

SATURDAY = 6  # as ISO 8601 numbers days


def next_with_seats(
    *, place_ids: Collection[int], at: datetime, until_on: date | None = None, service: str | None = None, weekday: int | None = None
) -> dict[int, SessionView]:
    """The soonest lesson to come with a seat left at each place (two queries); places without one are left out.

    `until_on` (included) is a day in Paris; `service` a code of the places' catalogue; `weekday` 1 (Monday) to 7, in Paris.
    """
    rows = _with_seats(at, until_on=until_on, service=service, weekday=weekday).filter(place_id__in=list(place_ids))
    soonest = rows.order_by("place_id", "starts_at", "id").distinct("place_id")
    return {view.place_id: view for view in views_of(soonest, at=at)}


def places_with_seats(
    *, at: datetime, until_on: date | None = None, service: str | None = None, weekday: int | None = None, need: str | None = None
) -> tuple[int, ...]:
    """The places that have a lesson to come with a seat left, the soonest first (one query). `need`: made for it, of `places.rules.NEEDS`."""
    rows = _with_seats(at, until_on=until_on, service=service, weekday=weekday)
    if need:
        rows = rows.filter(needs__contains=[need])
    found = rows.values("place_id").annotate(soonest=Min("starts_at")).order_by("soonest", "place_id")
    return tuple(found.values_list("place_id", flat=True))


def _with_seats(at: datetime, *, until_on: date | None, service: str | None, weekday: int | None) -> QuerySet[Session]:
    """Lessons that stand, have a chair and nobody waiting for it."""
    rows = Session.objects.filter(cancelled_at=None, starts_at__gt=at, waiting_count=0, booked_count__lt=F("seats"))
    if until_on is not None:
        rows = rows.filter(starts_at__lt=end_of_day(until_on))
    if service:
        rows = rows.filter(service=service)
    return rows if weekday is None else rows.filter(starts_at__iso_week_day=weekday)
