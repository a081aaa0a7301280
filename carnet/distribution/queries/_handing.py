"""What a desk gave, to how many, and who takes part. No row names a person."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, Sum

from carnet.distribution import access
from carnet.distribution.models import HandOver, PaperSheetLine, ProgrammePrescriber
from carnet.distribution.queries._plans import answers_of_programme
from carnet.distribution.rules import AgeBand, Area, Kind, Reason, Ticks


@dataclass(frozen=True, slots=True)
class HandOverView:
    """One hand-over as a screen shows it. `printed_until` is exclusive."""

    id: int
    kind: Kind
    programme_id: int
    organisation_id: int
    series_id: int
    first_booklet_id: int
    last_booklet_id: int
    voucher_ids: tuple[int, ...]
    voucher_count: int
    printed_until: datetime
    ticks: Ticks
    handed_over_at: datetime

    @property
    def booklet_count(self) -> int:
        """How many booklets it touches."""
        return self.last_booklet_id - self.first_booklet_id + 1


@dataclass(frozen=True, slots=True)
class Participation:
    """An organisation's part in a programme's hand-over."""

    programme_id: int
    organisation_id: int
    joined_at: datetime
    left_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeskTotal:
    """What one desk gave in a programme."""

    organisation_id: int
    hand_over_count: int
    voucher_count: int


def hand_over(hand_over_id: int) -> HandOverView:
    """One hand-over. Raises: HandOverUnknown."""
    return _view(access.hand_over(hand_over_id))


def hand_overs(
    *, organisation_id: int | None = None, programme_id: int | None = None, since: datetime | None = None, limit: int = 50
) -> list[HandOverView]:
    """The latest hand-overs first, at most `limit`."""
    rows = HandOver.objects.order_by("-handed_over_at", "-id")
    if organisation_id is not None:
        rows = rows.filter(organisation_id=organisation_id)
    if programme_id is not None:
        rows = rows.filter(programme_id=programme_id)
    if since is not None:
        rows = rows.filter(handed_over_at__gte=since)
    return [_view(row) for row in rows[:limit]]


def totals(*, organisation_id: int, since: datetime) -> DeskTotal:
    """How many hand-overs and vouchers a desk gave since a moment."""
    found = HandOver.objects.filter(organisation_id=organisation_id, handed_over_at__gte=since).aggregate(
        count=Count("id"), vouchers=Sum("voucher_count")
    )
    return DeskTotal(organisation_id, found["count"], found["vouchers"] or 0)


def totals_by_desk(*, programme_id: int, since: datetime | None = None) -> list[DeskTotal]:
    """What each desk of a programme gave, since a moment if one is given, the largest first."""
    given = HandOver.objects.filter(programme_id=programme_id)
    if since is not None:
        given = given.filter(handed_over_at__gte=since)
    rows = (
        given.values_list("organisation_id")
        .annotate(Count("id"), vouchers=Sum("voucher_count"))
        .order_by("-vouchers", "organisation_id")
    )  # fmt: skip
    return [DeskTotal(*row) for row in rows]


def participations(*, organisation_id: int | None = None, programme_id: int | None = None, at: datetime) -> list[Participation]:
    """Who takes part in which programme at that moment, the earliest first."""
    rows = ProgrammePrescriber.objects.filter(Q(left_at=None) | Q(left_at__gt=at), joined_at__lte=at).order_by("joined_at", "id")
    if organisation_id is not None:
        rows = rows.filter(organisation_id=organisation_id)
    if programme_id is not None:
        rows = rows.filter(programme_id=programme_id)
    return [Participation(*row) for row in rows.values_list(*Participation.__dataclass_fields__)]


def prescriber_count(*, programme_id: int) -> int:
    """How many organisations have taken part in a programme's hand-over, at one time or another."""
    rows = ProgrammePrescriber.objects.filter(programme_id=programme_id)
    return int(rows.aggregate(count=Count("organisation_id", distinct=True))["count"])


def ticks_of_programme(*, programme_id: int) -> dict[str, Counter[str]]:
    """How many hand-overs carry each tick, by question: for whoever may read the programme, never for everybody."""
    counted: dict[str, Counter[str]] = {}
    # A booklet taken out says nothing by itself: the line of paper typed for it does.
    given = HandOver.objects.filter(programme_id=programme_id).exclude(kind=Kind.TAKEN_OUT)
    noted = PaperSheetLine.objects.filter(programme_id=programme_id, was_taken_out=True)
    for question in ("age_band", "reason", "area", "low_qualified_job_seeker", "came_before"):
        counted[question] = Counter()
        for rows in (given, noted):
            told = rows.order_by(question).values_list(question).annotate(Count("id"))
            counted[question].update({str(value): count for value, count in told})
    return counted | answers_of_programme(programme_id=programme_id)


def _view(row: HandOver) -> HandOverView:
    return HandOverView(
        id=row.id,
        kind=Kind(row.kind),
        programme_id=row.programme_id,
        organisation_id=row.organisation_id,
        series_id=row.series_id,
        first_booklet_id=row.first_booklet_id,
        last_booklet_id=row.last_booklet_id,
        voucher_ids=tuple(row.voucher_ids),
        voucher_count=row.voucher_count,
        printed_until=row.printed_until,
        ticks=Ticks(AgeBand(row.age_band), Reason(row.reason), Area(row.area), row.low_qualified_job_seeker, row.came_before),
        handed_over_at=row.handed_over_at,
    )
