"""Booklets asked by post: what waits at a desk, what became of one, who could send. Never an address."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from carnet.distribution import access
from carnet.distribution.models import DeskPoint, PostalRequest
from carnet.distribution.queries._doors import _desks, _handing
from carnet.distribution.rules import AgeBand, Area, Reason, Ticks
from carnet.distribution.rules.postal import ADDRESS_KEPT, LATE_AFTER, OPEN_STATES, PostalBy, PostalNumber, PostalState, Sender
from carnet.funding import queries as funding
from carnet.funding.queries import ProgrammeFacts
from carnet.gateways.database import acting_as
from carnet.ledger import queries as ledger
from carnet.places.rules.geography import distance_km


@dataclass(frozen=True, slots=True)
class PostalView:
    """One request as a screen shows it. `forgotten_at`: when its address is erased if nobody sends; `same_box_count`: others for that box."""

    id: int
    programme_id: int
    organisation_id: int
    number: str
    state: PostalState
    ticks: Ticks
    asked_through: PostalBy
    asked_at: datetime
    forgotten_at: datetime
    hand_over_id: int | None
    ended_at: datetime | None
    refused_for: str
    same_box_count: int

    @property
    def is_open(self) -> bool:
        """Whether somebody still waits for it."""
        return self.state in OPEN_STATES

    def is_late_at(self, moment: datetime) -> bool:
        """Whether it waits at its desk for too long."""
        return self.is_open and moment - self.asked_at > LATE_AFTER


def postal_requests(
    *, organisation_id: int | None = None, programme_id: int | None = None, open_only: bool = False, limit: int = 50
) -> list[PostalView]:
    """Requests as far as the reader sees, those that wait first, the oldest of them first."""
    rows = PostalRequest.objects.order_by("asked_at", "id")
    if organisation_id is not None:
        rows = rows.filter(organisation_id=organisation_id)
    if programme_id is not None:
        rows = rows.filter(programme_id=programme_id)
    waiting = list(rows.filter(ended_at=None)[:limit])
    ended = [] if open_only else list(rows.exclude(ended_at=None).order_by("-ended_at", "-id")[: limit - len(waiting)])
    boxes = Counter(bytes(row.address_mark) for row in waiting if row.address_mark is not None)
    return [_view(row, boxes) for row in [*waiting, *ended]]


def postal_request(postal_id: int) -> PostalView:
    """One request of the reader's desk or programme. Raises: PostalUnknown."""
    return _with_its_box(access.postal(postal_id))


def postal_by_number(number: str) -> PostalView:
    """One request, to whoever holds its number. Raises: PostalNumberMistyped, PostalUnknown."""
    return _view(access.postal_presented(PostalNumber.parse(number)), Counter())


def postal_waiting(*, organisation_id: int) -> tuple[int, datetime | None]:
    """How many requests wait at a desk, and since when the oldest does."""
    asked = PostalRequest.objects.filter(organisation_id=organisation_id, ended_at=None).order_by("asked_at")
    moments = list(asked.values_list("asked_at", flat=True)[:500])
    return len(moments), moments[0] if moments else None


def postal_asked_today(*, programme_id: int, at: datetime) -> int:
    """How many requests the public page of a programme took in the last 24 hours. Call it seeing the programme."""
    rows = PostalRequest.objects.filter(programme_id=programme_id, asked_at__gt=at - timedelta(days=1), asked_through=PostalBy.PAGE)
    return int(rows.count())


def postal_senders(*, programme_id: int, near: tuple[float, float] | None, at: datetime) -> list[Sender]:
    """The desks of a programme that hand over now, each with its door nearest to a point; those that publish no door of theirs left out."""
    with acting_as(programme_ids=[programme_id]):
        desks = {organisation_id for _programme, organisation_id in _desks([programme_id], at)}
        doors: dict[int, list[DeskPoint]] = {each: [] for each in desks}
        hidden = set()
        for row in DeskPoint.objects.filter(programme_id=programme_id, organisation_id__in=desks, closed_at=None).order_by("id"):
            (doors[row.organisation_id].append(row) if row.is_listed else hidden.add(row.organisation_id))
        giving = ledger.with_booklets_to_give(((programme_id, each) for each in desks), at=at)
        waiting = Counter(
            PostalRequest.objects.filter(programme_id=programme_id, ended_at=None).order_by().values_list("organisation_id", flat=True)
        )
    return [
        Sender(each, (programme_id, each) in giving, waiting[each], _nearest(doors[each], near))
        for each in sorted(desks)
        if doors[each] or each not in hidden
    ]


def programmes_handing(*, at: datetime) -> list[ProgrammeFacts]:
    """The programmes whose booklets are handed over at that moment."""
    return list(_handing(None, at).values())


def programme_name(programme_id: int) -> str:
    """The name of a programme. Raises: ProgrammeUnknown."""
    return funding.programme(programme_id).name


def _nearest(doors: list[DeskPoint], near: tuple[float, float] | None) -> tuple[float, float] | None:
    points = [(row.latitude, row.longitude) for row in doors]
    if near is None or not points:
        return points[0] if points else None
    return min(points, key=lambda each: distance_km(near, each))


def _with_its_box(row: PostalRequest) -> PostalView:
    if row.address_mark is None:
        return _view(row, Counter())
    same = PostalRequest.objects.filter(organisation_id=row.organisation_id, address_mark=bytes(row.address_mark)).count()
    return _view(row, Counter({bytes(row.address_mark): same}))


def _view(row: PostalRequest, boxes: Counter[bytes]) -> PostalView:
    return PostalView(
        id=row.id,
        programme_id=row.programme_id,
        organisation_id=row.organisation_id,
        number=PostalNumber(row.number).printed(),
        state=PostalState(row.state),
        ticks=Ticks(AgeBand(row.age_band), Reason(row.reason), Area(row.area)),
        asked_through=PostalBy(row.asked_through),
        asked_at=row.asked_at,
        forgotten_at=row.asked_at + ADDRESS_KEPT,
        hand_over_id=row.hand_over_id,
        ended_at=row.ended_at,
        refused_for=row.refused_for,
        same_box_count=max(0, boxes[bytes(row.address_mark)] - 1) if row.address_mark is not None else 0,
    )
