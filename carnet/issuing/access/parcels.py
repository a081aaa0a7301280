"""Parcels: who packs and sends them, who receives them, who says what became of what is missing."""

from carnet.funding import access as funding
from carnet.funding.rules import ProgrammeUnknown
from carnet.issuing.access._orders import operated_order
from carnet.issuing.models import Job, Order, Parcel, Shipment
from carnet.issuing.rules import JobKind, OrderUnknown
from carnet.issuing.rules.parcels import Ending, ParcelNotYours, ParcelUnknown, Run
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import ParcelSerial, SerialMistyped


def parcel(parcel_id: int, *, lock: bool = False) -> Parcel:
    """A box from or to the actor's organisation, or of its programme. Raises: ParcelUnknown.

    Locks: its shipment, then the box, as `receive_all` does; of two boxes counted at once, the later one knows that all are counted.
    """
    rows = Parcel.objects.select_for_update(of=("self",)) if lock else Parcel.objects
    if lock:
        of_shipment = Parcel.objects.filter(id=parcel_id).values("shipment_id")
        list(Shipment.objects.select_for_update(of=("self",)).filter(id__in=of_shipment).values_list("id", flat=True))
    found = rows.filter(id=parcel_id).first()
    if found is None:
        raise ParcelUnknown(parcel=parcel_id)
    return found


def parcel_of_number(text: str) -> int:
    """The id that a label's number names, if the reader may see the box. Raises: ParcelUnknown."""
    try:
        number = ParcelSerial.parse(text)
    except SerialMistyped:
        raise ParcelUnknown(parcel=0) from None
    return parcel(number.number).id


def awaited_parcel(actor: Actor, parcel_id: int) -> Parcel:
    """The box, locked, if it was sent to the organisation acted for. Raises: ParcelUnknown, ParcelNotYours."""
    found = parcel(parcel_id, lock=True)
    if actor.kind != "system" and actor.organisation_id != found.to_organisation_id:
        raise ParcelNotYours
    return found


def boxed(order: Order) -> list[Run]:
    """The booklets of an order that were put in boxes, those of boxes emptied before they left apart."""
    rows = Parcel.objects.filter(order=order).exclude(ending=Ending.UNPACKED.value)
    return list(rows.values_list("first_booklet_id", "last_booklet_id"))


def shop_programme(actor: Actor, order_id: int) -> int | None:
    """The programme of an order that the actor's print shop was given files of; None when it was given none."""
    return (
        Job.objects.filter(order_id=order_id, kind=JobKind.PRINT, shop_organisation_id=actor.organisation_id or 0)
        .values_list("programme_id", flat=True)
        .first()
    )


def order_to_send(actor: Actor, order_id: int, *, lock: bool = False) -> Order:
    """The order whose boxes the actor packs and sends: its operator's, or the print shop's it was given to. Raises: OrderUnknown.

    A print shop is let in by `shop_programme` beforehand: its own rows do not hold orders.
    """
    if shop_programme(actor, order_id) is None:
        return operated_order(actor, order_id, lock=lock)
    rows = Order.objects.select_for_update(of=("self",)) if lock else Order.objects
    found = rows.filter(id=order_id).first()
    if found is None:
        raise OrderUnknown(order=order_id)
    return found


def settles(actor: Actor, row: Parcel) -> bool:
    """Whether the actor works for the operator of the parcel's programme."""
    try:
        funding.operated_programme(actor, row.programme_id)
    except ProgrammeUnknown:
        return False
    return True


def open_shipments(programme_id: int) -> list[Shipment]:
    """Shipments of a programme that are not all counted, locked, the oldest first."""
    return list(
        Shipment.objects.select_for_update(of=("self",)).filter(programme_id=programme_id, received_at=None).order_by("shipped_at", "id")
    )
