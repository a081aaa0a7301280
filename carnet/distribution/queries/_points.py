"""What each desk holds, since when, how fast it goes; and the moves worth making. Read by an operator for all, by a desk for itself."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, Sum

from carnet.distribution.models import HandOver, StockMove, StockRequest, StockWeek
from carnet.distribution.queries._doors import _desks
from carnet.distribution.queries._handing import participations
from carnet.distribution.rules import PACE_DAYS, Point, Proposal, is_asleep, keeps, proposals, runs_out
from carnet.funding import queries as funding
from carnet.funding.queries import ProgrammeFacts
from carnet.issuing.queries import parcels as boxes
from carnet.issuing.rules.parcels import count
from carnet.kernel.periods import legal_day
from carnet.ledger import queries as ledger
from carnet.parties import queries as parties
from carnet.parties.queries import OrganisationCard


@dataclass(frozen=True, slots=True)
class PointView:
    """One point as a screen shows it. `held_since`: when the oldest of its booklets arrived."""

    point: Point
    programme_id: int
    name: str
    city: str
    days_left: int
    held_since: datetime | None
    moved_at: datetime | None

    @property
    def is_asleep(self) -> bool:
        """Whether nothing has moved for a month although there are booklets that may still be handed over."""
        return self.days_left > 0 and is_asleep(self.point)

    @property
    def runs_out(self) -> bool:
        """Whether it will soon be empty with nothing on its way."""
        return runs_out(self.point, days_left=self.days_left)

    @property
    def keeps(self) -> int:
        """What it should keep for itself."""
        return keeps(self.point, days_left=self.days_left)


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A move worth making, with the names of both ends."""

    programme_id: int
    proposal: Proposal
    from_name: str
    to_name: str


@dataclass(frozen=True, slots=True)
class StockWeekView:
    """What one weekly look at a programme's stock found."""

    week_on: datetime
    desk_count: int
    asleep_count: int
    booklets_asleep: int
    running_out_count: int
    proposed_count: int


def days_left(programme: ProgrammeFacts, at: datetime) -> int:
    """Days on which the programme's booklets may still be handed over, today included; 0 or less once it is over."""
    return (legal_day(programme.windows.hand_over_until) - legal_day(at)).days


def points(programme_id: int, *, organisation_id: int | None = None, at: datetime) -> list[PointView]:
    """Every desk of a programme and its operator's depot, or one desk only, by name; the depot comes first."""
    programme = funding.programme(programme_id)
    parts = {
        each.organisation_id: each.joined_at for each in participations(programme_id=programme_id, organisation_id=organisation_id, at=at)
    }
    holders = set(parts) | ({programme.operator_id} if organisation_id is None else set())
    facts = _Facts(programme, organisation_id, at)
    names = parties.organisations(holders)
    found = [_view(facts, names[each], parts.get(each)) for each in holders]
    return sorted(found, key=lambda view: (not view.point.is_depot, view.name.casefold(), view.point.organisation_id))


def proposed(programme_id: int, *, at: datetime, views: list[PointView] | None = None) -> list[ProposalView]:
    """The moves worth making in a programme now, the most urgent first. `views`: its points, if they were read already."""
    programme = funding.programme(programme_id)
    views = points(programme_id, at=at) if views is None else views
    names = {view.point.organisation_id: view.name for view in views}
    found = proposals([view.point for view in views], depot_id=programme.operator_id, days_left=days_left(programme, at))
    return [ProposalView(programme_id, each, names[each.from_id], names[each.to_id]) for each in found]


def stock_weeks(*, programme_id: int, limit: int = 12) -> list[StockWeekView]:
    """The latest weekly looks at a programme's stock, the latest first."""
    rows = StockWeek.objects.filter(programme_id=programme_id).order_by("-week_on")[:limit]
    return [StockWeekView(*(getattr(row, name) for name in StockWeekView.__dataclass_fields__)) for row in rows]


class _Facts:
    """What is read once for all the points of a programme."""

    def __init__(self, programme: ProgrammeFacts, organisation_id: int | None, at: datetime) -> None:
        self.programme, self.at, self.left = programme, at, days_left(programme, at)
        self.stock: Counter[int] = Counter()
        # Once nothing may be handed over any more, what is left is still there, to go back.
        for line in ledger.stock(
            holder_id=organisation_id, programme_id=programme.id, to_give_at=at if self.left > 0 else None, whole_only=True
        ):
            self.stock[line.holder_id] += line.booklet_count
        self.since = ledger.held_since(programme_id=programme.id, holder_id=organisation_id)
        self.arrivals = ledger.arrivals(programme_id=programme.id, holder_id=organisation_id)
        self.size = max((each.booklet_size for each in ledger.series_list(programme_id=programme.id)), default=1)
        given = HandOver.objects.filter(programme_id=programme.id)
        given = given if organisation_id is None else given.filter(organisation_id=organisation_id)
        self.given = _by(given.filter(handed_over_at__gte=at - timedelta(days=PACE_DAYS)), Sum("voucher_count"))
        self.latest = _by(given, Max("handed_over_at"))
        self.arriving, self.leaving, self.promised = _moving(
            programme.id, ledger.on_the_way(programme_id=programme.id, holder_id=organisation_id)
        )
        if organisation_id is None:
            self.leaving[programme.operator_id] += count(boxes.set_aside(programme.id))
        self.handing = {each for _programme, each in _desks([programme.id], at)}
        asked = StockRequest.objects.filter(programme_id=programme.id, closed_at=None)
        self.requests = {row.organisation_id: row for row in asked}


def _by(rows: object, measured: object) -> Mapping[int, object]:
    return dict(rows.order_by("organisation_id").values_list("organisation_id").annotate(measured))  # type: ignore[attr-defined]


def _moving(programme_id: int, on_the_way: Mapping[int, int]) -> tuple[Counter[int], Counter[int], Counter[int]]:
    """Booklets on their way or asked for, by receiver; asked for and not sent yet, by giver; and counted for a request, by request."""
    arriving, leaving, promised = Counter(on_the_way), Counter[int](), Counter[int]()
    for row in StockMove.objects.filter(programme_id=programme_id, ended_at=None):
        is_waiting = row.sent_at is None
        if is_waiting:
            arriving[row.to_organisation_id] += row.booklet_count
            leaving[row.from_organisation_id] += row.booklet_count
        lost = len(set(row.missing_ids) - set(row.back_ids) - set(row.lost_ids))
        arriving[row.to_organisation_id] -= lost  # still on its way for the ledger, and told missing
        if row.stock_request_id is not None:
            promised[row.stock_request_id] += row.booklet_count if is_waiting else len(row.booklet_ids) - len(row.missing_ids)
    return arriving, leaving, promised


def _view(facts: _Facts, card: OrganisationCard, joined_at: datetime | None) -> PointView:
    first, latest = facts.arrivals.get(card.id, (None, None))
    moments = [each for each in (facts.latest.get(card.id), latest) if isinstance(each, datetime)]
    moved_at = max(moments, default=None)
    idle_from = moved_at or joined_at or facts.at
    request = facts.requests.get(card.id)
    given = facts.given.get(card.id, 0)
    today = legal_day(facts.at)
    point = Point(
        organisation_id=card.id,
        in_stock=facts.stock[card.id],
        arriving=max(0, facts.arriving[card.id]),
        leaving=facts.leaving[card.id],
        given_vouchers=given if isinstance(given, int) else 0,
        booklet_size=facts.size,
        observed_days=(today - legal_day(first)).days if first else PACE_DAYS,
        idle_days=max(0, (today - legal_day(idle_from)).days),
        requested=max(0, request.booklet_count - facts.promised[request.id]) if request else 0,
        wanted_in_days=(request.wanted_on - today).days if request else None,
        area=card.postcode,
        is_depot=card.id == facts.programme.operator_id,
        hands_over=card.id in facts.handing,
    )
    since = facts.since.get(card.id)
    return PointView(point, facts.programme.id, card.name, card.city, facts.left, since[0] if since else None, moved_at)
