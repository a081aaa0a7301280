"""Which places accept which programmes, for what and until when."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from carnet.kernel.periods import legal_day
from carnet.places.models import Place, PlaceAcceptance
from carnet.places.rules.partners import PARTNERS


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A place accepts a programme for `service_codes`, from `from_on` to `until_on` (exclusive; None: until further notice)."""

    acceptance_id: int
    place_id: int
    programme_id: int
    service_codes: tuple[str, ...]
    from_on: date
    until_on: date | None


def on_day(day: date) -> Q:
    """Acceptances that hold on `day`."""
    return Q(from_on__lte=day) & (Q(until_on__isnull=True) | Q(until_on__gt=day))


def accepting(day: date, *, programme_id: int | None = None, service_code: str | None = None) -> Exists:
    """A condition on places: they accept, on `day`, some programme (or this one) for some service (or this one)."""
    held = PlaceAcceptance.objects.filter(on_day(day), place_id=OuterRef("pk"))
    if programme_id is not None:
        held = held.filter(programme_id=programme_id)
    if service_code is not None:
        held = held.filter(service_codes__contains=[service_code])
    return Exists(held)


def promising(day: date, programme_id: int) -> Exists:
    """A condition on places: they accept this programme on `day`, or will later."""
    lasting = (Q(until_on__isnull=True) | Q(until_on__gt=day)) & ~Q(until_on=F("from_on"))
    return Exists(PlaceAcceptance.objects.filter(lasting, place_id=OuterRef("pk"), programme_id=programme_id))


def accepted(place_id: int, *, at: datetime) -> tuple[Acceptance, ...]:
    """The programmes a place accepts at the aware moment `at`, with their services. Empty for an ended place."""
    return accepted_by([place_id], at=at).get(place_id, ())


def accepted_by(place_ids: Iterable[int], *, at: datetime) -> dict[int, tuple[Acceptance, ...]]:
    """The same for several places, in one query. Places that accept nothing are left out."""
    day = legal_day(at)
    rows = PlaceAcceptance.objects.filter(on_day(day), place_id__in=list(place_ids)).exclude(place__ended_on__lte=day)
    found: dict[int, list[Acceptance]] = defaultdict(list)
    for row in rows.order_by("place_id", "programme_id"):
        found[row.place_id].append(_acceptance(row))
    return {place_id: tuple(acceptances) for place_id, acceptances in found.items()}


def acceptances_of(place_id: int) -> tuple[Acceptance, ...]:
    """Every acceptance of a place, past and to come included, the latest first."""
    rows = PlaceAcceptance.objects.filter(place_id=place_id).order_by("-from_on", "programme_id")
    return tuple(_acceptance(row) for row in rows)


def places_accepting(programme_id: int, *, at: datetime) -> tuple[int, ...]:
    """The ids of the places that accept a programme at `at`, in order."""
    return tuple(_places_accepting(programme_id, legal_day(at)).order_by("id").values_list("id", flat=True))


def place_counts(programme_ids: Iterable[int], *, at: datetime) -> dict[int, int]:
    """How many places accept each programme at `at`."""
    day = legal_day(at)
    rows = (
        PlaceAcceptance.objects.filter(on_day(day), programme_id__in=list(programme_ids))
        .exclude(place__ended_on__lte=day)
        .exclude(place__provenance=PARTNERS)
        .values("programme_id")
        .annotate(places=Count("place_id", distinct=True))
        .order_by("programme_id")
    )
    return {row["programme_id"]: row["places"] for row in rows}


def _places_accepting(programme_id: int, day: date) -> QuerySet[Place]:
    return Place.objects.filter(accepting(day, programme_id=programme_id)).exclude(ended_on__lte=day)


def _acceptance(row: PlaceAcceptance) -> Acceptance:
    return Acceptance(row.id, row.place_id, row.programme_id, tuple(row.service_codes), row.from_on, row.until_on)


def places_on_days(programme_ids: Iterable[int], days: Sequence[date]) -> list[int]:
    """How many places accepted at least one of these programmes on each of these days, in one statement."""
    rows = PlaceAcceptance.objects.filter(programme_id__in=list(programme_ids)).exclude(place__provenance=PARTNERS).order_by()
    held = list(rows.values_list("place_id", "from_on", "until_on", "place__ended_on"))
    counts = []
    for day in days:
        counts.append(
            len(
                {
                    place
                    for place, since, until, ended in held
                    if since <= day and (until is None or until > day) and (ended is None or ended > day)
                }
            )
        )
    return counts
