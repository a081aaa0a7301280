"""Complaints: for the operator that answers, the place that is asked, who filed, whoever holds the number; in counts for everybody."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Avg, Count, F, Q, QuerySet

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.helpline import access
from carnet.helpline.models import Complaint, ComplaintDelays, ComplaintLine
from carnet.helpline.rules import (
    ABOUT_A_PLACE,
    FOR_THE_PLACE,
    REPEATED_DAYS,
    ComplaintKind,
    ComplaintNumber,
    ComplaintState,
    Decision,
    Filer,
    Said,
    is_late,
)
from carnet.kernel.actors import Actor

SHOWN_MAX = 200
COUNTED_FOR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class ComplaintView:
    """One complaint without its words. `due_on`: the last day for its answer. `asked_until_on`: the place's own day, None if never asked."""

    id: int
    number: str
    kind: ComplaintKind
    filed_by: Filer
    programme_id: int | None
    programme: str
    place_id: int | None
    place: str
    place_organisation_id: int | None
    filer_organisation_id: int | None
    booklet_id: int | None
    series_id: int | None
    filed_at: datetime
    due_on: date
    state: ComplaintState
    asked_until_on: date | None
    heard_at: datetime | None
    decision: Decision | None
    closed_at: datetime | None
    closed_by_id: int | None
    is_late: bool

    @property
    def is_open(self) -> bool:
        """Whether it waits for its answer."""
        return self.state is ComplaintState.OPEN

    @property
    def waits_for_place(self) -> bool:
        """Whether the place was asked and has not answered."""
        return self.is_open and self.asked_until_on is not None and self.heard_at is None


@dataclass(frozen=True, slots=True)
class LineView:
    """What was said, by whose organisation, when. `said` is "" once erased."""

    kind: Said
    said: str
    by_organisation_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """A complaint and its lines, the first first, as one reader may read them. `contact` "" unless its keeper reads an open one."""

    complaint: ComplaintView
    lines: tuple[LineView, ...]
    contact: str = ""


@dataclass(frozen=True, slots=True)
class KindCount:
    """What became of a year's complaints of one kind. `days_to_answer`: the mean, rounded up; None when none was closed."""

    kind: ComplaintKind
    filed: int
    closed: int
    closed_late: int
    upheld: int
    days_to_answer: int | None


def complaints(
    *,
    actor: Actor,
    at: datetime,
    is_open: bool | None = None,
    place_id: int | None = None,
    booklet_id: int | None = None,
    most: int = SHOWN_MAX,
) -> tuple[ComplaintView, ...]:
    """The complaints the actor's organisation answers: those that wait first, the soonest due first, then the latest closed."""
    rows = Complaint.objects.filter(operator_ids__contains=[actor.organisation_id])
    if place_id is not None:
        rows = rows.filter(place_id=place_id)
    if booklet_id is not None:
        rows = rows.filter(booklet_id=booklet_id)
    waiting = () if is_open is False else _views(rows.filter(state=ComplaintState.OPEN.value).order_by("due_on", "id")[:most], at)
    closed = () if is_open is True else _views(rows.filter(state=ComplaintState.CLOSED.value).order_by("-closed_at", "-id")[:most], at)
    return (*waiting, *closed)


def asked_of(*, organisation_id: int, at: datetime, waiting_only: bool = False) -> tuple[ComplaintView, ...]:
    """The complaints about an organisation's places on which it was asked for its side, those that wait first."""
    rows = Complaint.objects.filter(place_organisation_id=organisation_id, asked_until_on__isnull=False)
    if waiting_only:
        rows = rows.filter(state=ComplaintState.OPEN.value, heard_at=None)
    found = _views(rows.order_by("-asked_until_on", "-id")[:SHOWN_MAX], at)
    return tuple(sorted(found, key=lambda each: not each.waits_for_place))


def filed_of(*, organisation_id: int, at: datetime) -> tuple[ComplaintView, ...]:
    """What an organisation filed, for a person or for itself, the latest first."""
    return _views(Complaint.objects.filter(filer_organisation_id=organisation_id).order_by("-filed_at", "-id")[:SHOWN_MAX], at)


def kept(complaint_id: int, *, actor: Actor, at: datetime) -> Told:
    """A complaint the actor's organisation answers, whole. Raises: ComplaintUnknown."""
    row = access.kept_complaint(actor, complaint_id)
    return Told(_view(row, at), _lines(row), access.contact_of(row))


def asked(complaint_id: int, *, actor: Actor, at: datetime) -> Told:
    """A complaint as the place reads it: what it is asked, what it said, what was decided; never the words of whoever complains.

    Raises: ComplaintUnknown.
    """
    row = access.asked_complaint(actor, complaint_id)
    return Told(_view(row, at), tuple(each for each in _lines(row) if each.kind in FOR_THE_PLACE))


def filed(complaint_id: int, *, actor: Actor, at: datetime) -> Told:
    """A complaint the actor's organisation filed, as the person would read it. Raises: ComplaintUnknown."""
    row = access.filed_complaint(actor, complaint_id)
    return Told(_view(row, at), _lines(row, for_the_person=True))


def secret_of_filed(complaint_id: int, *, actor: Actor) -> str:
    """The six digits that go with its number, for who filed it and says them to the person. Raises: ComplaintUnknown."""
    return access.secret_for(ComplaintNumber(access.filed_complaint(actor, complaint_id).number))


def by_number(number: str, secret: str, *, at: datetime) -> Told:
    """A complaint as whoever holds its number and secret reads it. Raises: ComplaintNumberMistyped, ComplaintUnknown, ComplaintLocked."""
    parsed = ComplaintNumber.parse(number)
    row = access.check_secret(parsed, secret)
    with access.presenting(parsed):
        return Told(_view(row, at), _lines(row, for_the_person=True))


def found_by_number(number: str, *, actor: Actor, at: datetime) -> ComplaintView | None:
    """The complaint of this number, if the actor's organisation answers it; None else. Raises: ComplaintNumberMistyped."""
    row = Complaint.objects.select_related("place", "programme").filter(number=str(ComplaintNumber.parse(number))).first()
    return _view(row, at) if row is not None and actor.organisation_id in row.operator_ids else None


def complaints_on(place_ids: Iterable[int], *, actor: Actor, at: datetime) -> dict[int, int]:
    """How many complaints of the last year the actor's organisation has on each of these places; those without any are left out."""
    rows = Complaint.objects.filter(
        operator_ids__contains=[actor.organisation_id], place_id__in=list(place_ids), kind__in=[each.value for each in ABOUT_A_PLACE],
        filed_at__gt=at - timedelta(days=REPEATED_DAYS),
    ).exclude(filed_by=Filer.PLACE.value)  # fmt: skip
    return dict(rows.order_by("place_id").values_list("place_id").annotate(Count("id")))


def complaint_counts(*, at: datetime, programme_id: int | None = None) -> tuple[KindCount, ...]:
    """What became of the last year's complaints, by kind, of a programme or of all. Counts say nothing of anybody."""
    with acting_as_everything(why="counts of complaints are published"):
        rows = Complaint.objects.filter(filed_at__gt=at - COUNTED_FOR)
        if programme_id is not None:
            rows = rows.filter(programme_id=programme_id)
        is_closed = Q(state=ComplaintState.CLOSED.value)
        found = rows.order_by("kind").values_list("kind").annotate(
            Count("id"),
            closed=Count("id", filter=is_closed),
            late=Count("id", filter=is_closed & Q(closed_at__date__gt=F("due_on"))),
            upheld=Count("id", filter=Q(decision__in=[Decision.UPHELD.value, Decision.PARTLY.value])),
            wait=Avg(F("closed_at") - F("filed_at")),
        )  # fmt: skip
        return tuple(
            KindCount(ComplaintKind(kind), filed_count, closed_count, late_count, upheld_count, _days(wait))
            for kind, filed_count, closed_count, late_count, upheld_count, wait in found
        )


def waiting_in(programme_id: int, *, at: datetime) -> tuple[int, int]:
    """How many complaints of a programme wait for their answer, as far as one sees, and how many of them are late."""
    due = (
        Complaint.objects.filter(programme_id=programme_id, state=ComplaintState.OPEN.value).order_by("id").values_list("due_on", flat=True)
    )
    return len(due), sum(is_late(state=ComplaintState.OPEN, due=day, at=at) for day in due)


def own_delays(programme_id: int) -> dict[str, int]:
    """How soon a programme promises to answer, by kind, where it set its own delays. They are public: a promise."""
    with acting_as(programme_ids=[programme_id]):
        row = ComplaintDelays.objects.filter(programme_id=programme_id).order_by("-id").first()
        return dict(row.days) if row is not None else {}


def _days(wait: timedelta | None) -> int | None:
    return -(-wait // timedelta(days=1)) if wait is not None else None


def _lines(row: Complaint, *, for_the_person: bool = False) -> tuple[LineView, ...]:
    rows = ComplaintLine.objects.filter(complaint_id=row.id).order_by("at", "id")
    if for_the_person:
        rows = rows.filter(is_for_person=True)
    return tuple(LineView(Said(each.kind), each.said, each.by_organisation_id, each.at) for each in rows)


def _views(rows: QuerySet[Complaint], at: datetime) -> tuple[ComplaintView, ...]:

    return tuple(_view(row, at) for row in rows.select_related("place", "programme"))


def _view(row: Complaint, at: datetime) -> ComplaintView:
    state = ComplaintState(row.state)
    return ComplaintView(
        id=row.id,
        number=ComplaintNumber(row.number).printed(),
        kind=ComplaintKind(row.kind),
        filed_by=Filer(row.filed_by),
        programme_id=row.programme_id,
        programme=row.programme.name if row.programme else "",
        place_id=row.place_id,
        place=row.place.name if row.place else "",
        place_organisation_id=row.place_organisation_id,
        filer_organisation_id=row.filer_organisation_id,
        booklet_id=row.booklet_id,
        series_id=row.series_id,
        filed_at=row.filed_at,
        due_on=row.due_on,
        state=state,
        asked_until_on=row.asked_until_on,
        heard_at=row.heard_at,
        decision=Decision(row.decision) if row.decision else None,
        closed_at=row.closed_at,
        closed_by_id=row.closed_by_id,
        is_late=is_late(state=state, due=row.due_on, at=at),
    )
