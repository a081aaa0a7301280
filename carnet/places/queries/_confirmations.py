"""When each place's data were last confirmed, and when they fall due."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max, Q

from carnet.kernel.periods import legal_day
from carnet.places import access
from carnet.places.models import Place, PlaceAcceptance, PlaceConfirmation
from carnet.places.queries._acceptance import on_day
from carnet.places.rules.confirming import Standing, due_on, standing


@dataclass(frozen=True, slots=True)
class Confirmation:
    """One place: when it was last confirmed (None: never), by when it is to be, and where that stands."""

    place_id: int
    name: str
    organisation_id: int
    confirmed_on: date | None
    due_on: date
    standing: Standing


def confirmed_on(place_id: int) -> date | None:
    """The last day a place's data were confirmed; None: never."""
    day: date | None = PlaceConfirmation.objects.filter(place_id=place_id).aggregate(latest=Max("confirmed_on"))["latest"]
    return day


def confirmation_of(place_id: int, *, at: datetime) -> Confirmation | None:
    """Where one place stands; None when nobody runs it, or it has closed. Raises: PlaceUnknown."""
    access.place(place_id)
    return next(iter(_told(Q(id=place_id), at)), None)


def confirmations_of(organisation_ids: Iterable[int], *, at: datetime) -> tuple[Confirmation, ...]:
    """Where the places these organisations run stand, the first due first."""
    return _told(Q(operator_id__in=list(organisation_ids)), at)


def confirmations_due(*, at: datetime) -> tuple[Confirmation, ...]:
    """The places whose data are due to be confirmed today or were before, the first due first."""
    return tuple(each for each in _told(Q(), at) if each.standing in (Standing.DUE, Standing.LATE))


def late_confirmations(programme_ids: Iterable[int], *, at: datetime) -> tuple[Confirmation, ...]:
    """The places of these programmes whose data nobody confirmed a month after they were due, the first due first."""
    accepted = PlaceAcceptance.objects.filter(on_day(legal_day(at)), programme_id__in=list(programme_ids)).values("place_id")
    return tuple(each for each in _told(Q(id__in=accepted), at) if each.standing is Standing.LATE)


def _told(which: Q, at: datetime) -> tuple[Confirmation, ...]:
    """The places somebody runs and that are open to the public, among some (two queries)."""
    today = legal_day(at)
    rows = Place.objects.filter(which, operator_id__isnull=False).exclude(ended_on__lte=today).order_by("id")
    latest = dict(
        PlaceConfirmation.objects.filter(place__in=rows.order_by().values("id"))
        .values("place_id")
        .annotate(latest=Max("confirmed_on"))
        .order_by("place_id")
        .values_list("place_id", "latest")
    )
    found = []
    for place_id, name, organisation_id, updated_on in rows.values_list("id", "name", "operator_id", "updated_on"):
        due = due_on(confirmed_on=latest.get(place_id), updated_on=updated_on)
        found.append(Confirmation(place_id, name, organisation_id, latest.get(place_id), due, standing(due, today=today)))
    return tuple(sorted(found, key=lambda each: (each.due_on, each.name, each.place_id)))
