"""Orders, their background work, their files and shipments."""

from django.db.models import QuerySet

from carnet.funding import access as funding
from carnet.funding.rules import ProgrammeUnknown
from carnet.issuing.models import Job, Order, PrintFile, Shipment
from carnet.issuing.rules import JobUnknown, OrderUnknown, PrintFileUnknown, ShipmentNotYours, ShipmentUnknown
from carnet.kernel.actors import Actor


def seen_orders(actor: Actor) -> QuerySet[Order]:
    """The orders of the programmes the actor operates, funds or audits, the latest first."""
    return Order.objects.filter(programme_id__in=actor.programme_ids).order_by("-ordered_at", "-id")


def seen_order(actor: Actor, order_id: int) -> Order:
    """The order, if it is of one of the actor's programmes. Raises: OrderUnknown."""
    found = seen_orders(actor).filter(id=order_id).first()
    if found is None:
        raise OrderUnknown(order=order_id)
    return found


def operated_order(actor: Actor, order_id: int, *, lock: bool = False) -> Order:
    """The order, if the actor works for the operator of its programme. Raises: OrderUnknown."""
    rows = Order.objects.select_for_update(of=("self",)) if lock else Order.objects
    found = rows.filter(id=order_id).first()
    if found is None:
        raise OrderUnknown(order=order_id)
    try:
        funding.operated_programme(actor, found.programme_id)
    except ProgrammeUnknown:
        raise OrderUnknown(order=order_id) from None
    return found


def job(job_id: int, *, lock: bool = False) -> Job:
    """The background work, in the tenant announced by whoever runs it. Raises: JobUnknown."""
    rows = Job.objects.select_for_update(of=("self",)) if lock else Job.objects
    found = rows.filter(id=job_id).first()
    if found is None:
        raise JobUnknown(job=job_id)
    return found


def print_file(actor: Actor, file_id: int) -> PrintFile:
    """The file, if it is still there and the actor works on its order. Raises: PrintFileUnknown."""
    found = PrintFile.objects.filter(id=file_id, deleted_at=None).first()
    if found is None:
        raise PrintFileUnknown(file=file_id)
    try:
        operated_order(actor, found.order_id)
    except OrderUnknown:
        raise PrintFileUnknown(file=file_id) from None
    return found


def awaited_shipment(actor: Actor, shipment_id: int) -> Shipment:
    """The shipment, locked, if it was sent to the organisation acted for. Raises: ShipmentUnknown, ShipmentNotYours."""
    found = Shipment.objects.select_for_update(of=("self",)).filter(id=shipment_id).first()
    if found is None:
        raise ShipmentUnknown(shipment=shipment_id)
    if actor.kind != "system" and found.to_organisation_id != actor.organisation_id:
        raise ShipmentNotYours(shipment=shipment_id)
    return found
