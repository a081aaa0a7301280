"""Orders as they are read: what comes next, work, files, stock, cover."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import QuerySet

from carnet.funding import queries as funding
from carnet.gateways.keys import TOKEN, KeysMissing, key_ring
from carnet.issuing import access
from carnet.issuing.models import Job, Order, PrintFile, Shipment, SpoiledRun
from carnet.issuing.queries._spoiled import spoiled_waiting
from carnet.issuing.queries._stages import stages
from carnet.issuing.rules import JobKind, JobState, OrderFacts, OrderState, Step, VoucherToken, next_step, state_of
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.ledger.queries import SeriesView
from carnet.ledger.rules import SeriesUnknown
from carnet.parties import queries as parties

_LIVE = (JobState.WAITING.value, JobState.RUNNING.value)


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One order in a list. Money in whole cents."""

    id: int
    programme_id: int
    programme_name: str
    agreement_id: int
    booklet_count: int
    voucher_count: int
    face_value_cents: int
    ordered_at: datetime
    state: OrderState
    next_step: Step

    @property
    def total_cents(self) -> int:
        """The face value of the whole order."""
        return self.voucher_count * self.face_value_cents


@dataclass(frozen=True, slots=True)
class JobView:
    """Background work and how far it is: vouchers drawn, or booklets printed."""

    id: int
    order_id: int
    programme_id: int
    kind: JobKind
    state: JobState
    done: int
    total: int
    error: str
    requested_at: datetime
    ended_at: datetime | None

    @property
    def is_live(self) -> bool:
        """Whether there is still something to wait for."""
        return self.state in (JobState.WAITING, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class FileView:
    """One file for the print shop. Ranks of booklets, from 1, both included. Without `shop_organisation_id`, it is in the clear."""

    id: int
    name: str
    first_rank: int
    last_rank: int
    size_bytes: int
    sha256: str
    written_at: datetime
    deleted_at: datetime | None
    shop_organisation_id: int | None = None


@dataclass(frozen=True, slots=True)
class ShipmentView:
    """A run of booklets sent to an organisation."""

    id: int
    series_id: int
    to_organisation_id: int
    to_organisation: str
    booklet_count: int
    first_serial: str
    last_serial: str
    shipped_at: datetime
    received_at: datetime | None


@dataclass(frozen=True, slots=True)
class StockView:
    """Untouched booklets of one series in one organisation's hands."""

    organisation_id: int
    organisation: str
    booklet_count: int
    first_serial: str
    last_serial: str


@dataclass(frozen=True, slots=True)
class HolderStock:
    """Untouched booklets of one order in one organisation's hands, and those on their way to it."""

    order_id: int
    programme_name: str
    organisation_id: int
    organisation: str
    in_stock_count: int
    in_transit_count: int


@dataclass(frozen=True, slots=True)
class CoverLine:
    """What one funder must have in the account for an order, and what it has that no series holds. Whole cents."""

    funder_id: int
    funder: str
    needed_cents: int
    available_cents: int

    @property
    def missing_cents(self) -> int:
        """What it still has to bring in."""
        return max(0, self.needed_cents - self.available_cents)


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Everything about one order. `people` holds the names the reader may see, by id."""

    line: OrderLine
    facts: OrderFacts
    agreement_name: str
    operator_id: int
    issuer_prefix: str
    booklet_size: int
    series: SeriesView | None
    first_serial: str
    last_serial: str
    ordered_by_id: int
    approved_by_id: int | None
    approval_id: int | None
    print_reference: str
    jobs: tuple[JobView, ...]
    files: tuple[FileView, ...]
    shipments: tuple[ShipmentView, ...]
    stock: tuple[StockView, ...]
    people: dict[int, str]


def orders(actor: Actor, *, programme_id: int | None = None) -> list[OrderLine]:
    """The orders of the actor's programmes, or of one of them, the latest first."""
    rows = access.seen_orders(actor)
    if programme_id is not None:
        rows = rows.filter(programme_id=programme_id)
    found = list(rows.select_related("programme"))
    facts = _facts_of(found)
    return [_line(row, facts[row.id]) for row in found]


def order(actor: Actor, order_id: int) -> OrderPage:
    """One order of the actor's programmes. Raises: OrderUnknown."""
    row = access.seen_order(actor, order_id)
    facts = _facts_of([row])[row.id]
    series = ledger.series(row.series_id) if row.series_id else None
    ends = (
        (ledger.serial_of_booklet(series, series.first_booklet_id), ledger.serial_of_booklet(series, series.last_booklet_id))
        if series
        else ("", "")
    )
    return OrderPage(
        line=_line(row, facts),
        facts=facts,
        agreement_name=row.agreement.name,
        operator_id=row.operator_id,
        issuer_prefix=row.issuer_prefix,
        booklet_size=row.booklet_size,
        series=series,
        first_serial=ends[0],
        last_serial=ends[1],
        ordered_by_id=row.ordered_by_id,
        approved_by_id=row.approved_by_id,
        approval_id=row.approval_id,
        print_reference=row.print_reference,
        jobs=tuple(job_view(each) for each in row.jobs.order_by("-id")),
        files=tuple(_file(each) for each in row.files.order_by("first_rank", "name")),
        shipments=tuple(_shipments(row.shipments.order_by("shipped_at", "id"))),
        stock=tuple(_stock(series)),
        people=parties.names_of(
            {row.ordered_by_id, row.approved_by_id or 0, row.drawn_by_id or 0, row.printed_by_id or 0, row.activated_by_id or 0}
        ),
    )


def job(actor: Actor, job_id: int) -> JobView:
    """One background work of the actor's programmes. Raises: JobUnknown."""
    return job_view(access.job(job_id))


def live_jobs(programme_ids: Collection[int] | None = None) -> list[JobView]:
    """What waits or runs, the oldest first: what a worker that starts takes up again. Inside the announced tenant."""
    rows = Job.objects.filter(state__in=_LIVE).order_by("id")
    if programme_ids is not None:
        rows = rows.filter(programme_id__in=programme_ids)
    return [job_view(each) for each in rows]


def shipments_to(actor: Actor, *, awaited_only: bool = True) -> list[ShipmentView]:
    """Booklets sent to the organisation acted for, the oldest first."""
    rows = Shipment.objects.filter(to_organisation_id=actor.organisation_id).order_by("shipped_at", "id")
    return list(_shipments(rows.filter(received_at=None) if awaited_only else rows))


def stock(actor: Actor) -> list[HolderStock]:
    """Where the untouched booklets of the actor's programmes are, by holder then order."""
    rows = {row.series_id: row for row in access.seen_orders(actor).filter(series_id__isnull=False).select_related("programme")}
    at_hand: dict[tuple[int, int], int] = {}
    for programme_id in {row.programme_id for row in rows.values()}:
        for line in ledger.stock(programme_id=programme_id):
            at_hand[line.holder_id, line.series_id] = line.booklet_count
    coming = ledger.on_the_way_of_series([series_id for series_id in rows if series_id])
    on_the_way = {(to_id, series_id): count for (series_id, to_id), count in coming.items()}
    names = parties.organisations({holder_id for holder_id, _series in (*at_hand, *on_the_way)})
    found = [
        HolderStock(
            order_id=rows[series_id].id,
            programme_name=rows[series_id].programme.name,
            organisation_id=holder_id,
            organisation=names[holder_id].name if holder_id in names else "",
            in_stock_count=at_hand.get((holder_id, series_id), 0),
            in_transit_count=on_the_way.get((holder_id, series_id), 0),
        )
        for holder_id, series_id in {*at_hand, *on_the_way}
        if series_id in rows
    ]
    return sorted(found, key=lambda line: (line.organisation.casefold(), line.order_id))


def cover(actor: Actor, order_id: int, *, at: datetime) -> list[CoverLine]:
    """What activating the order takes of each funder, and what each has ready, in the order of the agreement.

    Before codes are drawn, as the shares in force would divide it now; once active, nothing is needed any more.
    Raises: OrderUnknown, and before drawing CapReached, FixedAmountsExhausted, AgreementClosed.
    """
    row = access.seen_order(actor, order_id)
    needed: dict[int, int] = {}
    if row.activated_at is None and row.series_id is not None:
        for pattern in ledger.patterns(series_ids=[row.series_id]).values():
            for funder_id, cents in zip(pattern.funder_ids, pattern.held_cents, strict=True):
                needed[funder_id] = needed.get(funder_id, 0) + cents * pattern.voucher_count
    elif row.activated_at is None:
        total = row.voucher_count * row.face_value_cents
        needed = {weight.funder_id: weight.held_cents for weight in funding.weights_if_ordered(row.agreement_id, total, at=at)}
    available = ledger.unissued(row.agreement_id)
    names = parties.organisations(needed)
    return [
        CoverLine(funder_id, names[funder_id].name if funder_id in names else "", cents, available.get(funder_id, 0))
        for funder_id, cents in needed.items()
        if cents
    ]


def token_holds(token: VoucherToken) -> bool:
    """Whether a QR code's token was signed by the programme of the series it names.

    It says that the voucher is genuine, never that it is unspent. Unknown series and keys answer no.
    """
    try:
        series = ledger.series(token.series_id)
        return key_ring().verify(series.programme_id, token.key_version, TOKEN, token.signed_part, token.signature)
    except (SeriesUnknown, KeysMissing):
        return False


def _facts_of(rows: Collection[Order]) -> dict[int, OrderFacts]:
    """Each order's facts, with what jobs, files, stock and shipments add, in a few queries whatever their number."""
    ids = [row.id for row in rows]
    live = set(Job.objects.filter(order_id__in=ids, state__in=_LIVE).values_list("order_id", "kind"))
    filed = list(PrintFile.objects.filter(order_id__in=ids, deleted_at=None).values_list("order_id", flat=True))
    in_transit: dict[int, int] = {}
    for (series_id, _to_id), count in ledger.on_the_way_of_series([row.series_id for row in rows if row.series_id]).items():
        in_transit[series_id] = in_transit.get(series_id, 0) + count
    at_operator = {
        (line.series_id, line.holder_id): line.booklet_count
        for programme_id in {row.programme_id for row in rows}
        for line in ledger.stock(programme_id=programme_id)
    }
    proved = stages(ids)
    kept = [row.id for row in rows if row.printed_at is not None and row.seed_destroyed_at is None]
    spoiled = {each: spoiled_waiting(each) for each in SpoiledRun.objects.filter(order_id__in=kept).values_list("order_id", flat=True)}
    return {
        row.id: replace(
            row.facts,
            proof=proved[row.id],
            drawing=(row.id, JobKind.DRAW.value) in live,
            printing=(row.id, JobKind.PRINT.value) in live,
            file_count=filed.count(row.id),
            spoiled_count=spoiled.get(row.id, 0),
            at_operator_count=at_operator.get((row.series_id or 0, row.operator_id), 0),
            in_transit_count=in_transit.get(row.series_id or 0, 0),
        )
        for row in rows
    }


def _line(row: Order, facts: OrderFacts) -> OrderLine:
    return OrderLine(
        id=row.id,
        programme_id=row.programme_id,
        programme_name=row.programme.name,
        agreement_id=row.agreement_id,
        booklet_count=row.booklet_count,
        voucher_count=row.voucher_count,
        face_value_cents=row.face_value_cents,
        ordered_at=row.ordered_at,
        state=state_of(facts),
        next_step=next_step(facts),
    )


def job_view(row: Job) -> JobView:
    """One background work as it is read."""
    return JobView(
        id=row.id,
        order_id=row.order_id,
        programme_id=row.programme_id,
        kind=JobKind(row.kind),
        state=JobState(row.state),
        done=row.done,
        total=row.total,
        error=row.error,
        requested_at=row.requested_at,
        ended_at=row.ended_at,
    )


def _file(row: PrintFile) -> FileView:
    return FileView(
        id=row.id,
        name=row.name,
        first_rank=row.first_rank,
        last_rank=row.last_rank,
        size_bytes=row.size_bytes,
        sha256=bytes(row.sha256).hex(),
        written_at=row.written_at,
        deleted_at=row.deleted_at,
        shop_organisation_id=row.shop_organisation_id,
    )


def _shipments(rows: QuerySet[Shipment]) -> Iterable[ShipmentView]:
    found = list(rows.prefetch_related("parcels"))
    names = parties.organisations({row.to_organisation_id for row in found})
    series = {series_id: ledger.series(series_id) for series_id in {row.series_id for row in found}}
    for row in found:
        yield ShipmentView(
            id=row.id,
            series_id=row.series_id,
            to_organisation_id=row.to_organisation_id,
            to_organisation=names[row.to_organisation_id].name,
            booklet_count=sum(box.last_booklet_id - box.first_booklet_id + 1 for box in row.parcels.all()),
            first_serial=ledger.serial_of_booklet(series[row.series_id], row.first_booklet_id),
            last_serial=ledger.serial_of_booklet(series[row.series_id], row.last_booklet_id),
            shipped_at=row.shipped_at,
            received_at=row.received_at,
        )


def _stock(series: SeriesView | None) -> Iterable[StockView]:
    if series is None:
        return
    lines = [line for line in ledger.stock(programme_id=series.programme_id) if line.series_id == series.id]
    names = parties.organisations({line.holder_id for line in lines})
    for line in lines:
        yield StockView(
            organisation_id=line.holder_id,
            organisation=names[line.holder_id].name if line.holder_id in names else "",
            booklet_count=line.booklet_count,
            first_serial=ledger.serial_of_booklet(series, line.first_booklet_id),
            last_serial=ledger.serial_of_booklet(series, line.last_booklet_id),
        )


@dataclass(frozen=True, slots=True)
class SeriesOrder:
    """The order a series was drawn for. `commitment_id`: the line of funding that divided its face value."""

    id: int
    commitment_id: int | None
    ordered_at: datetime
    booklet_count: int


def programme_of_order(order_id: int) -> int | None:
    """The programme of an order, as far as the reader sees; None when unseen."""
    return Order.objects.filter(id=order_id).values_list("programme_id", flat=True).first()


def order_of_series(series_id: int) -> SeriesOrder | None:
    """The order of a series, as far as the reader sees; None when unseen."""
    row = Order.objects.filter(series_id=series_id).first()
    return SeriesOrder(row.id, row.commitment_id, row.ordered_at, row.booklet_count) if row is not None else None
