"""Boxes packed and sent: by the operator, or by its print shop. Until its receiver counts a box, the operator answers for it.

The ledger's holder of booklets is the operator from the drawing to the count: neither a print shop nor a carrier ever holds a voucher
(docs/decisions/0074-a-parcel-is-a-box-somebody-answers-for.md).
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from carnet.gateways.database import acting_as
from carnet.issuing.access import parcels as access
from carnet.issuing.models import Order, Packing, Parcel, Shipment
from carnet.issuing.operations._journal import by, note
from carnet.issuing.queries._spoiled import spoiled_booklets
from carnet.issuing.queries.print_shops import left_shops
from carnet.issuing.rules import NotEnoughInStock, RecipientWrong, check_printed
from carnet.issuing.rules.packing import BOOKLETS_PER_BOX, BOOKLETS_PER_BOX_MAX, BoxSizeWrong
from carnet.issuing.rules.parcels import (
    PARCELS_AT_ONCE_MAX,
    BookletsSpoiled,
    Ending,
    NothingPacked,
    ParcelNotYours,
    ParcelsTooMany,
    Run,
    apart,
    boxes_of,
    common,
)
from carnet.kernel.actors import Actor
from carnet.ledger import operations as ledger
from carnet.ledger import queries as ledger_queries
from carnet.notices import operations as notices
from carnet.parties import queries as parties
from carnet.parties.rules import OrganisationKind, check_allowed_now

_HOLDERS = frozenset({OrganisationKind.PRESCRIBER.value, OrganisationKind.OPERATOR.value})
SEND = "issuing.send-parcels"
_RUNS_TOLD = 5


@dataclass(frozen=True, slots=True)
class Sending:
    """Who carries boxes and under which number, when it is known."""

    carrier: str = ""
    tracking: str = ""


@contextmanager
def sender_of(actor: Actor, order_id: int) -> Iterator[None]:
    """See the order whose boxes the actor sends: a print shop's own rows do not hold it, its operator's do."""
    programme_id = access.shop_programme(actor, order_id)
    if programme_id is None:
        with transaction.atomic():
            yield
        return
    with acting_as(actor, programme_ids=[programme_id]):
        yield


def pack_from_list(*, order_id: int, actor: Actor, request_id: UUID, at: datetime) -> list[int]:
    """Make a box of every line of the packing list that has none yet; return the ids of the new ones. Again makes nothing more.

    A line some booklets of which were boxed otherwise is passed over: what is left of it is packed by the number.
    The operator's own boxes for its own depot stay on its shelf: only a print shop sends those.
    Raises: NotAllowed, OrderUnknown, OrderNotDrawn, OrderNotPrinted, ParcelsTooMany.
    """
    check_allowed_now(actor, SEND, at)
    with sender_of(actor, order_id):
        order = access.order_to_send(actor, order_id, lock=True)
        check_printed(order.facts)
        sender_id = _sender(order, actor)
        first_id = ledger_queries.series(order.series_id or 0).first_booklet_id
        lines = {
            (first_id + each.first_rank - 1, first_id + each.last_rank - 1): each
            for each in Packing.objects.filter(order=order).exclude(to_organisation_id=sender_id).order_by("box")
        }
        boxes = [
            _Box(lines[run].to_organisation_id, run, lines[run].place_name, lines[run].address) for run in apart(lines, access.boxed(order))
        ]
        return [each.id for each in _save(order, _packed(order, boxes, sender_id, actor, request_id, at), actor, request_id, at)]


def pack_count(
    *,
    order_id: int,
    to_organisation_id: int,
    booklet_count: int,
    per_box: int = BOOKLETS_PER_BOX,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> list[int]:
    """Pack the operator's next booklets for one destination, in boxes of `per_box`; return the boxes' ids. The same request packs once.

    Raises: NotAllowed, OrderUnknown, OrderNotDrawn, OrderNotPrinted, OrganisationUnknown, RecipientWrong, NotEnoughInStock, BoxSizeWrong.
    """
    check_allowed_now(actor, SEND, at)
    with sender_of(actor, order_id):
        order = access.order_to_send(actor, order_id, lock=True)
        repeated = list(Parcel.objects.filter(order=order, request_id=request_id).order_by("id").values_list("id", flat=True))
        if repeated:
            return repeated
        check_printed(order.facts)
        _check_box(per_box)
        sender_id = _sender(order, actor)
        _check_recipients(sender_id, [to_organisation_id])
        boxes = _boxes_from_stock(order, [(to_organisation_id, booklet_count)], per_box)
        return [each.id for each in _save(order, _packed(order, boxes, sender_id, actor, request_id, at), actor, request_id, at)]


def unpack(*, parcel_ids: Sequence[int], order_id: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Empty boxes that have not left: their labels are worth nothing any more; return how many. Again changes nothing.

    Each empties its own; the operator also those of a print shop that works for it no longer.
    Raises: NotAllowed, OrderUnknown.
    """
    check_allowed_now(actor, SEND, at)
    with sender_of(actor, order_id):
        order = access.order_to_send(actor, order_id, lock=True)
        senders = {_sender(order, actor)}
        if order.operator_id in senders:
            senders |= left_shops(actor)
        rows = Parcel.objects.filter(order=order, id__in=list(parcel_ids), sent_at=None, ended_at=None, from_organisation_id__in=senders)
        count = rows.update(ending=Ending.UNPACKED.value, ended_at=at, ended_by_id=by(actor))
        if count:
            note(order, "parcels-unpacked", actor=actor, request_id=request_id, at=at, facts={"parcels": count})
        return count


def send_parcels(
    *,
    order_id: int,
    to_organisation_id: int | None = None,
    sending: Sending | None = None,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> list[int]:
    """Say that every box packed for a destination (or for all of them) left; return the shipments' ids. The same request sends once.

    Raises: NotAllowed, OrderUnknown, OrderNotPrinted, NothingPacked, BookletsSpoiled, NotHolder (a booklet of a box left some other way:
            pack it again).
    """
    check_allowed_now(actor, SEND, at)
    with sender_of(actor, order_id):
        order = access.order_to_send(actor, order_id, lock=True)
        check_printed(order.facts)
        repeated = _sent_before(order, request_id, [to_organisation_id] if to_organisation_id else None)
        if repeated:
            return repeated
        rows = Parcel.objects.filter(order=order, sent_at=None, ended_at=None, from_organisation_id=_sender(order, actor))
        if to_organisation_id is not None:
            rows = rows.filter(to_organisation_id=to_organisation_id)
        packed = list(rows.order_by("to_organisation_id", "first_booklet_id"))
        if not packed:
            raise NothingPacked
        return _send(order, packed, sending or Sending(), actor, request_id, at)


@transaction.atomic
def ship_many(
    *,
    order_id: int,
    shares: Sequence[tuple[int, int]],
    per_box: int = BOOKLETS_PER_BOX,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> list[int]:
    """Pack and send the operator's next booklets to many destinations at once (organisation, how many); return the shipments' ids, in order.

    The same request sends once.
    Raises: NotAllowed, OrderUnknown, OrderNotDrawn, OrderNotPrinted, OrganisationUnknown, RecipientWrong, NotEnoughInStock, BoxSizeWrong.
    """
    check_allowed_now(actor, "issuing.ship", at)
    order = access.order_to_send(actor, order_id, lock=True)
    repeated = _sent_before(order, request_id, [to for to, _count in shares])
    if repeated:
        return repeated
    check_printed(order.facts)
    _check_box(per_box)
    _check_recipients(order.operator_id, [to for to, _count in shares])
    boxes = _boxes_from_stock(order, shares, per_box)
    return _send(order, _packed(order, boxes, order.operator_id, actor, request_id, at), Sending(), actor, request_id, at)


@dataclass(frozen=True, slots=True)
class _Box:
    to_id: int
    run: Run
    place_name: str = ""
    address: str = ""


def _sender(order: Order, actor: Actor) -> int:
    """Whose hands the boxes leave: the print shop's that has the order, else the operator's."""
    if actor.organisation_id not in (None, order.operator_id) and access.shop_programme(actor, order.id) is not None:
        return actor.organisation_id or 0
    return order.operator_id


def _check_box(per_box: int) -> None:
    if not 1 <= per_box <= BOOKLETS_PER_BOX_MAX:
        raise BoxSizeWrong(box_size=per_box, most=BOOKLETS_PER_BOX_MAX)


def _check_recipients(sender_id: int, ids: Sequence[int]) -> None:
    found = parties.organisations(set(ids))
    for each in ids:
        recipient = found.get(each) or parties.organisation(each)
        if _HOLDERS.isdisjoint(recipient.kinds) or each == sender_id:
            raise RecipientWrong(organisation=recipient.name)


def _boxes_from_stock(order: Order, shares: Sequence[tuple[int, int]], per_box: int) -> list[_Box]:
    """The next booklets the operator has, in a row for everybody if a row is long enough, else destination by destination, then box by box."""
    asked = sum(count for _to, count in shares)
    if asked <= 0:
        raise NotEnoughInStock(asked=asked, held=0)
    taken = list(Parcel.objects.filter(order=order, sent_at=None, ended_at=None).values_list("first_booklet_id", "last_booklet_id"))
    taken += spoiled_booklets(order)
    whole = _row(order, asked, taken)
    if whole is not None:
        return _cut(shares, whole[0], per_box)
    found: list[_Box] = []
    for to_id, count in shares:
        row = _row(order, count, taken)
        sizes = [count] if row is not None else boxes_of(count, per_box=per_box)
        for size in sizes:
            run = row or _row(order, size, taken)
            if run is None:
                longest = ledger_queries.longest_run(series_id=order.series_id or 0, holder_id=order.operator_id, count=size, without=taken)
                raise NotEnoughInStock(asked=count, held=longest[1] - longest[0] + 1 if longest else 0)
            taken.append((run[0], run[0] + size - 1))
            found += _cut([(to_id, size)], run[0], per_box)
    return found


def _row(order: Order, count: int, taken: Sequence[Run]) -> Run | None:
    found = ledger_queries.longest_run(series_id=order.series_id or 0, holder_id=order.operator_id, count=count, without=taken)
    return found if found is not None and found[1] - found[0] + 1 >= count else None


def _cut(shares: Sequence[tuple[int, int]], first: int, per_box: int) -> list[_Box]:
    found = []
    for to_id, count in shares:
        for size in boxes_of(count, per_box=per_box):
            found.append(_Box(to_id, (first, first + size - 1)))
            first += size
    return found


def _packed(order: Order, boxes: Sequence[_Box], sender_id: int, actor: Actor, request_id: UUID, at: datetime) -> list[Parcel]:
    if len(boxes) > PARCELS_AT_ONCE_MAX:
        raise ParcelsTooMany(count=len(boxes), most=PARCELS_AT_ONCE_MAX)
    assert order.series_id is not None, "an order that is printed has a series"
    of: dict[int, int] = {}
    seen: dict[int, int] = {}
    for each in boxes:
        of[each.to_id] = of.get(each.to_id, 0) + 1
    found = []
    for each in boxes:
        seen[each.to_id] = seen.get(each.to_id, 0) + 1
        found.append(
            Parcel(
                order=order,
                programme_id=order.programme_id,
                series_id=order.series_id,
                first_booklet_id=each.run[0],
                last_booklet_id=each.run[1],
                position=seen[each.to_id],
                of_count=of[each.to_id],
                from_organisation_id=sender_id,
                to_organisation_id=each.to_id,
                place_name=each.place_name,
                address=each.address,
                packed_at=at,
                packed_by_id=by(actor),
                request_id=request_id,
            )
        )
    return found


def _save(order: Order, parcels: Sequence[Parcel], actor: Actor, request_id: UUID, at: datetime) -> list[Parcel]:
    if not parcels:
        return []
    saved = Parcel.objects.bulk_create(parcels, batch_size=1_000)
    booklets = sum(each.last_booklet_id - each.first_booklet_id + 1 for each in saved)
    note(order, "parcels-packed", actor=actor, request_id=request_id, at=at, facts={"parcels": len(saved), "booklets": booklets})
    return saved


def _sent_before(order: Order, request_id: UUID, destinations: Iterable[int] | None) -> list[int]:
    rows = Shipment.objects.filter(order=order)
    if destinations is None:
        first = Parcel.objects.filter(order=order).values_list("to_organisation_id", flat=True).distinct()
        destinations = list(first.order_by("to_organisation_id"))
    wanted = [_of_destination(request_id, each) for each in dict.fromkeys(destinations)]
    found = dict(rows.filter(request_id__in=wanted).values_list("request_id", "id"))
    return [found[each] for each in wanted if each in found]


def _of_destination(request_id: UUID, to_id: int) -> UUID:
    return uuid5(request_id, f"to {to_id}")


def _send(order: Order, parcels: Sequence[Parcel], sending: Sending, actor: Actor, request_id: UUID, at: datetime) -> list[int]:
    """Everything that follows from boxes having left, whatever their number: a few statements, then one letter a destination."""
    assert order.series_id is not None, "an order that is drawn has a series"
    if any(each.from_organisation_id not in (order.operator_id, actor.organisation_id) for each in parcels):
        raise ParcelNotYours
    _check_not_spoiled(order, [(each.first_booklet_id, each.last_booklet_id) for each in parcels])
    ledger.ship_runs(
        series_id=order.series_id,
        runs=[(each.first_booklet_id, each.last_booklet_id, each.to_organisation_id) for each in parcels],
        from_holder_id=order.operator_id,
        actor=actor,
        request_id=request_id,
        at=at,
    )
    by_destination: dict[int, list[Parcel]] = {}
    for each in parcels:
        by_destination.setdefault(each.to_organisation_id, []).append(each)
    shipments = Shipment.objects.bulk_create(
        [
            Shipment(
                order=order,
                programme_id=order.programme_id,
                series_id=order.series_id,
                first_booklet_id=min(box.first_booklet_id for box in boxes),
                last_booklet_id=max(box.last_booklet_id for box in boxes),
                from_organisation_id=boxes[0].from_organisation_id,
                to_organisation_id=to_id,
                carrier=sending.carrier.strip()[:80],
                tracking=sending.tracking.strip()[:80],
                shipped_at=at,
                shipped_by_id=by(actor),
                request_id=_of_destination(request_id, to_id),
            )
            for to_id, boxes in by_destination.items()
        ],
        batch_size=1_000,
    )
    for shipment in shipments:
        for box in by_destination[shipment.to_organisation_id]:
            box.shipment, box.sent_at, box.sent_by_id = shipment, at, by(actor)
    if parcels[0].pk is None:
        Parcel.objects.bulk_create(parcels, batch_size=1_000)
    else:
        for shipment in shipments:
            ids = [box.pk for box in by_destination[shipment.to_organisation_id]]
            Parcel.objects.filter(id__in=ids).update(shipment=shipment, sent_at=at, sent_by_id=by(actor))
    _tell(order, shipments, by_destination, actor, request_id, at)
    return [shipment.id for shipment in shipments]


def _check_not_spoiled(order: Order, runs: Sequence[Run]) -> None:
    """A box holds paper: what its press told spoiled, and did not print again, is not in it."""
    spoiled = common(runs, spoiled_booklets(order))
    if spoiled:
        series = ledger_queries.series(order.series_id or 0)
        ends = [[ledger_queries.serial_of_booklet(series, each) for each in dict.fromkeys(run)] for run in spoiled[:_RUNS_TOLD]]
        raise BookletsSpoiled(booklets=sum(last - first + 1 for first, last in spoiled), numbers=[" – ".join(each) for each in ends])


def _tell(
    order: Order, shipments: Sequence[Shipment], boxes: dict[int, list[Parcel]], actor: Actor, request_id: UUID, at: datetime
) -> None:
    series = ledger_queries.series(order.series_id or 0)
    total = 0
    for shipment in shipments:
        own = boxes[shipment.to_organisation_id]
        booklets = sum(box.last_booklet_id - box.first_booklet_id + 1 for box in own)
        total += booklets
        ends = {
            "first": ledger_queries.serial_of_booklet(series, shipment.first_booklet_id),
            "last": ledger_queries.serial_of_booklet(series, shipment.last_booklet_id),
        }
        notices.post(
            kind="issuing.booklets-shipped",
            to_organisation_id=shipment.to_organisation_id,
            context={"booklets": booklets, "parcels": len(own), **ends},
            programme_id=order.programme_id,
            at=at,
        )
    facts = {"shipments": len(shipments), "parcels": sum(len(each) for each in boxes.values()), "booklets": total}
    if len(shipments) == 1:
        facts |= {"shipment": shipments[0].id, "to": shipments[0].to_organisation_id}
    note(order, "booklets-shipped", actor=actor, request_id=request_id, at=at, facts=facts)
