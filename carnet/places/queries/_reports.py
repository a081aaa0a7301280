"""Errors reported: to whoever answers them, to whoever sent one, and in counts to everybody."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Avg, Count, F, Q

from carnet.gateways.database import acting_as_everything
from carnet.kernel.actors import Actor
from carnet.places import access
from carnet.places.models import PlaceReport
from carnet.places.rules.errors import ANSWER_WITHIN, ReportNumber, ReportState

COUNTED_FOR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class ReportView:
    """One report. `contact` "" when none was left, or once answered; `is_late`: it waits for more than a fortnight; `is_run`: somebody runs the place."""

    id: int
    number: str
    place_id: int
    place: str
    about: str
    said: str
    contact: str
    reported_at: datetime
    state: ReportState
    answer: str
    answered_at: datetime | None
    answered_by_id: int | None
    is_late: bool
    is_run: bool


@dataclass(frozen=True, slots=True)
class ReportCounts:
    """What became of a year's reports. `days_to_answer`: the mean, rounded up; None when none was answered."""

    reported: int
    accepted: int
    refused: int
    days_to_answer: int | None

    @property
    def waiting(self) -> int:
        """Those without an answer yet."""
        return self.reported - self.accepted - self.refused


def report_by_number(typed: str, *, at: datetime) -> ReportView:
    """The report of a number, for whoever holds it; what was left to be answered by is not shown. Raises: ReportNumberMistyped, ReportUnknown."""
    return _view(access.presented_report(ReportNumber.parse(typed)), at, with_contact=False)


def report(report_id: int, *, actor: Actor, at: datetime) -> ReportView:
    """A report the actor answers. Raises: ReportUnknown."""
    return _view(access.managed_report(actor, report_id), at)


def reports(
    *, actor: Actor, at: datetime, only_waiting: bool = False, place_id: int | None = None, most: int = 200
) -> tuple[ReportView, ...]:
    """The reports the actor's organisation answers: those that wait first, the oldest first, then the latest answered."""
    rows = PlaceReport.objects.filter(Q(organisation_id=actor.organisation_id) | Q(operator_ids__contains=[actor.organisation_id]))
    if only_waiting:
        rows = rows.filter(state=ReportState.WAITING.value)
    if place_id is not None:
        rows = rows.filter(place_id=place_id)
    found = [_view(row, at) for row in rows.select_related("place").order_by("-reported_at", "-id")[:most]]
    waiting = [each for each in reversed(found) if each.state is ReportState.WAITING]
    return (*waiting, *(each for each in found if each.state is not ReportState.WAITING))


def report_counts(*, at: datetime, place_id: int | None = None) -> ReportCounts:
    """What became of the last year's reports, of a place or of all. Counts say nothing of anybody: they are published."""
    with acting_as_everything(why="counts of reports are published"):
        rows = PlaceReport.objects.filter(reported_at__gt=at - COUNTED_FOR)
        if place_id is not None:
            rows = rows.filter(place_id=place_id)
        told = rows.aggregate(
            reported=Count("id"),
            accepted=Count("id", filter=Q(state=ReportState.ACCEPTED.value)),
            refused=Count("id", filter=Q(state=ReportState.REFUSED.value)),
            wait=Avg(F("answered_at") - F("reported_at")),
        )
    wait: timedelta | None = told["wait"]
    return ReportCounts(told["reported"], told["accepted"], told["refused"], -(-wait // timedelta(days=1)) if wait is not None else None)


def _view(row: PlaceReport, at: datetime, *, with_contact: bool = True) -> ReportView:
    state = ReportState(row.state)
    return ReportView(
        id=row.id,
        number=ReportNumber(row.number).printed(),
        place_id=row.place_id,
        place=row.place.name,
        about=row.about,
        said=row.said,
        contact=row.contact if with_contact else "",
        reported_at=row.reported_at,
        state=state,
        answer=row.answer,
        answered_at=row.answered_at,
        answered_by_id=row.answered_by_id,
        is_late=state is ReportState.WAITING and at - row.reported_at > ANSWER_WITHIN,
        is_run=row.organisation_id is not None,
    )
