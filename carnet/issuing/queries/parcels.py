"""Boxes as every side reads them: what is in one, where it stands, what is missing from it and what became of that."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from carnet.gateways.database import acting_as
from carnet.issuing.access import parcels as access
from carnet.issuing.models import Order, Packing, Parcel
from carnet.issuing.queries._spoiled import spoiled_booklets
from carnet.issuing.rules.parcels import Ending, GapKind, Outcome, ParcelState, Run, apart, count, is_late, label_number, merged, minus
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.ledger.queries import SeriesView
from carnet.parties import queries as parties


@dataclass(frozen=True, slots=True)
class RunOfParcel:
    """Booklets of a box numbered in a row, both ends included."""

    first_booklet_id: int
    last_booklet_id: int
    first_serial: str
    last_serial: str

    @property
    def booklet_count(self) -> int:
        """How many they are."""
        return self.last_booklet_id - self.first_booklet_id + 1


@dataclass(frozen=True, slots=True)
class GapView:
    """Booklets of a box that did not come into stock. `outcome` None: nobody said yet what became of them."""

    kind: GapKind
    run: RunOfParcel
    told_at: datetime
    outcome: Outcome | None
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class ParcelView:
    """One box. `late`: sent long ago and not counted, or missing and not settled. Value in whole cents at face value."""

    id: int
    number: str
    order_id: int
    programme_id: int
    series_id: int
    shipment_id: int | None
    position: int
    of_count: int
    from_id: int
    from_name: str
    to_id: int
    to_name: str
    place_name: str
    address: str
    carrier: str
    tracking: str
    whole: RunOfParcel
    state: ParcelState
    packed_at: datetime
    sent_at: datetime | None
    ended_at: datetime | None
    seen: tuple[RunOfParcel, ...]
    damaged: tuple[RunOfParcel, ...]
    unseen: tuple[RunOfParcel, ...]
    arrived_count: int
    open_count: int
    gaps: tuple[GapView, ...]
    booklet_cents: int

    @property
    def booklet_count(self) -> int:
        """How many booklets were put in it."""
        return self.whole.booklet_count

    @property
    def missing_cents(self) -> int:
        """The face value of what is missing and not settled."""
        return self.open_count * self.booklet_cents

    def is_late(self, at: datetime) -> bool:
        """Whether it should have been counted by now."""
        return self.state is ParcelState.SENT and self.sent_at is not None and is_late(self.sent_at, at=at)


def parcel(parcel_id: int) -> ParcelView:
    """One box of the reader's organisation or programme. Raises: ParcelUnknown."""
    access.parcel(parcel_id)
    (found,) = _views(_rows().filter(id=parcel_id))
    return found


def parcel_of_number(text: str) -> int:
    """The box whose label was read or typed. Raises: ParcelUnknown."""
    return access.parcel_of_number(text)


def parcels_of_order(order_id: int, *, limit: int = 5_000) -> list[ParcelView]:
    """The boxes of an order that were not emptied before they left, in the order of their booklets."""
    rows = _rows().filter(order_id=order_id).exclude(ending=Ending.UNPACKED.value).order_by("first_booklet_id", "id")
    return _views(rows[:limit])


def parcels_to(organisation_id: int, *, awaited_only: bool = False, limit: int = 500) -> list[ParcelView]:
    """Boxes sent to an organisation, the latest first; `awaited_only`: those it has not counted."""
    rows = _rows().filter(to_organisation_id=organisation_id, sent_at__isnull=False).order_by("-sent_at", "position", "id")
    return _views((rows.filter(ended_at=None) if awaited_only else rows)[:limit])


def parcels_from(organisation_id: int, *, order_id: int | None = None, limit: int = 500) -> list[ParcelView]:
    """Boxes packed by an organisation, the latest first: a print shop's own."""
    rows = _rows().filter(from_organisation_id=organisation_id).exclude(ending=Ending.UNPACKED.value)
    if order_id is not None:
        rows = rows.filter(order_id=order_id)
    return _views(rows.order_by("-packed_at", "id")[:limit])


def parcel_count(actor: Actor) -> int:
    """How many boxes the programmes the reader operates, funds or audits have, those emptied before they left apart."""
    return Parcel.objects.filter(programme_id__in=actor.programme_ids).exclude(ending=Ending.UNPACKED.value).count()


def parcels(
    actor: Actor,
    *,
    programme_id: int | None = None,
    open_only: bool = False,
    with_gaps_only: bool = False,
    start: int = 0,
    limit: int = 500,
) -> list[ParcelView]:
    """The boxes of the programmes the reader operates, funds or audits, the latest first; `open_only`: those somebody has to deal with.

    `start`: how many are passed over, of those that are not `open_only`.
    """
    rows = _rows().filter(programme_id__in=actor.programme_ids).exclude(ending=Ending.UNPACKED.value)
    if with_gaps_only:
        rows = rows.filter(gaps__isnull=False).distinct()
    if programme_id is not None:
        rows = rows.filter(programme_id=programme_id)
    rows = rows.order_by("-packed_at", "-id")
    if not open_only:
        return _views(rows[start : start + limit])
    on_the_way = _views(rows.filter(sent_at__isnull=False, ended_at=None)[:limit])
    told = [each for each in _views(rows.filter(gaps__isnull=False).distinct()[:limit]) if each.open_count]
    return sorted([*told, *on_the_way], key=lambda each: each.sent_at or each.packed_at)


def _rows() -> QuerySet[Parcel]:
    return Parcel.objects.select_related("shipment").prefetch_related("gaps__settlements")


def _views(rows: Iterable[Parcel]) -> list[ParcelView]:
    found = list(rows)
    names = parties.organisations({each for row in found for each in (row.from_organisation_id, row.to_organisation_id)})
    series = {series_id: ledger.series(series_id) for series_id in {row.series_id for row in found}}
    return [_view(row, series[row.series_id], names) for row in found]


def _view(row: Parcel, series: SeriesView, names: dict[int, parties.OrganisationCard]) -> ParcelView:
    facts = row.facts
    seen = [(first, last) for first, last in row.seen]
    return ParcelView(
        id=row.id,
        number=label_number(series.issuer_prefix, row.id),
        order_id=row.order_id,
        programme_id=row.programme_id,
        series_id=row.series_id,
        shipment_id=row.shipment_id,
        position=row.position,
        of_count=row.of_count,
        from_id=row.from_organisation_id,
        from_name=names[row.from_organisation_id].name,
        to_id=row.to_organisation_id,
        to_name=names[row.to_organisation_id].name,
        place_name=row.place_name,
        address=row.address,
        carrier=row.shipment.carrier if row.shipment else "",
        tracking=row.shipment.tracking if row.shipment else "",
        whole=run_view(series, row.run),
        state=facts.state,
        packed_at=row.packed_at,
        sent_at=row.sent_at,
        ended_at=row.ended_at,
        seen=tuple(run_view(series, each) for each in seen),
        damaged=tuple(run_view(series, (first, last)) for first, last in row.damaged),
        unseen=tuple(run_view(series, each) for each in minus([row.run], seen)),
        arrived_count=count(facts.arrived),
        open_count=count(facts.open_gaps),
        gaps=tuple(_gaps(row, series)),
        booklet_cents=series.booklet_size * series.face_value_cents,
    )


def _gaps(row: Parcel, series: SeriesView) -> Iterable[GapView]:
    for gap in sorted(row.gaps.all(), key=lambda each: each.first_booklet_id):
        kind, settled = GapKind(gap.kind), sorted(gap.settlements.all(), key=lambda each: each.first_booklet_id)
        runs = [(each.first_booklet_id, each.last_booklet_id) for each in settled]
        for each, run in zip(settled, runs, strict=True):
            yield GapView(kind, run_view(series, run), gap.told_at, Outcome(each.outcome), each.settled_at)
        for run in minus([(gap.first_booklet_id, gap.last_booklet_id)], runs):
            yield GapView(kind, run_view(series, run), gap.told_at, None, None)


def run_view(series: SeriesView, run: Run) -> RunOfParcel:
    """A run with its printed numbers."""
    first, last = (ledger.serial_of_booklet(series, each) for each in run)
    return RunOfParcel(run[0], run[1], first, last)


@dataclass(frozen=True, slots=True)
class OpenParcel:
    """What the ledger must say is on its way, box by box."""

    parcel_id: int
    order_id: int
    series_id: int
    to_id: int
    runs: tuple[Run, ...]


def on_the_way(*, order_id: int | None = None, programme_ids: Collection[int] | None = None) -> list[OpenParcel]:
    """Every box, of an order or of all that are seen, some booklets of which are between two hands, with those booklets."""
    rows = Parcel.objects.filter(sent_at__isnull=False).prefetch_related("gaps__settlements").order_by("id")
    if order_id is not None:
        rows = rows.filter(order_id=order_id)
    if programme_ids is not None:
        rows = rows.filter(programme_id__in=programme_ids)
    # A box counted whole has nothing on the way any more: a nation's are hundreds of thousands of booklets in thousands of them.
    open_or_short = list(rows.filter(ended_at=None)) + list(rows.filter(ended_at__isnull=False, gaps__isnull=False).distinct())
    found = [OpenParcel(row.id, row.order_id, row.series_id, row.to_organisation_id, row.facts.on_the_way) for row in open_or_short]
    return [each for each in found if each.runs]


def ended_runs(*, order_id: int | None = None, programme_ids: Collection[int] | None = None) -> list[tuple[int, int, Run]]:
    """Runs of boxes settled as lost, stolen or spoiled, with their parcel and series: the ledger must have ended them, or the season lapsed."""
    rows = Parcel.objects.filter(gaps__isnull=False).distinct().prefetch_related("gaps__settlements").order_by("id")
    if order_id is not None:
        rows = rows.filter(order_id=order_id)
    if programme_ids is not None:
        rows = rows.filter(programme_id__in=programme_ids)
    return [(row.id, row.series_id, run) for row in rows for outcome, run in row.facts.settled if outcome.end_reason is not None]


def packed_runs(order_id: int) -> list[tuple[int, int, Run]]:
    """Boxes of an order that are packed and have not left: their id, whose shelf they stand on, their booklets."""
    rows = Parcel.objects.filter(order_id=order_id, sent_at=None, ended_at=None).order_by("first_booklet_id")
    return [(row.id, row.from_organisation_id, row.run) for row in rows]


def set_aside(programme_id: int) -> tuple[Run, ...]:
    """Booklets of a programme that the operator answers for and cannot give: in a box that has not left, or spoiled and not printed again."""
    packed = Parcel.objects.filter(programme_id=programme_id, sent_at=None, ended_at=None).values_list(
        "first_booklet_id", "last_booklet_id"
    )
    orders = Order.objects.filter(programme_id=programme_id, series_id__isnull=False, spoiled__isnull=False).order_by("id").distinct()
    return merged([*packed, *(run for order in orders for run in spoiled_booklets(order))])


def unboxed_count(actor: Actor, order_id: int) -> int:
    """How many lines of an order's packing list have no box yet, for its operator or its print shop. 0 before it is printed."""
    programme_id = access.shop_programme(actor, order_id)
    with acting_as(actor, programme_ids=[programme_id] if programme_id else []):
        order = Order.objects.filter(id=order_id, printed_at__isnull=False).first()
        if order is None or order.series_id is None:
            return 0
        first_id = ledger.series(order.series_id).first_booklet_id
        sender_id = order.operator_id if programme_id is None else actor.organisation_id
        lines = Packing.objects.filter(order=order).exclude(to_organisation_id=sender_id).values_list("first_rank", "last_rank")
        return len(apart([(first_id + first - 1, first_id + last - 1) for first, last in lines], access.boxed(order)))
