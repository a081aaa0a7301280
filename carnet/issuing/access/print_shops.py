"""Who may reach which print shop, key, edition given to be printed: the operator that admitted the shop, and the shop itself."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import Q, QuerySet

from carnet.gateways.database import acting_as
from carnet.issuing.models import Job, Order, PrintFile, PrintKey, PrintShop
from carnet.issuing.rules import JobKind, OrderUnknown, PrintFileUnknown
from carnet.issuing.rules.print_shops import PrintKeyUnknown, PrintShopUnknown
from carnet.kernel.actors import Actor


def _own(actor: Actor) -> Q:
    return Q(operator_id=actor.organisation_id) | Q(organisation_id=actor.organisation_id)


def seen_print_shops(actor: Actor) -> QuerySet[PrintShop]:
    """The print shops the actor's operator admitted; for a print shop, its ties to each operator."""
    return PrintShop.objects.filter(_own(actor)).select_related("operator", "organisation").order_by("id")


def print_shop(actor: Actor, print_shop_id: int, *, lock: bool = False) -> PrintShop:
    """The tie, for either end of it. Raises: PrintShopUnknown."""
    rows = seen_print_shops(actor).select_for_update(of=("self",)) if lock else seen_print_shops(actor)
    found = rows.filter(id=print_shop_id).first()
    if found is None:
        raise PrintShopUnknown(print_shop=print_shop_id)
    return found


def operated_print_shop(actor: Actor, print_shop_id: int, *, lock: bool = False) -> PrintShop:
    """The tie, for the operator that made it. Raises: PrintShopUnknown."""
    found = print_shop(actor, print_shop_id, lock=lock)
    if found.operator_id != actor.organisation_id:
        raise PrintShopUnknown(print_shop=print_shop_id)
    return found


def print_key(actor: Actor, key_id: int) -> PrintKey:
    """The key, for the operator it was proposed to and the print shop it is of. Raises: PrintKeyUnknown."""
    found = PrintKey.objects.filter(_own(actor), id=key_id).select_related("print_shop", "organisation").first()
    if found is None:
        raise PrintKeyUnknown(key=key_id)
    return found


def given_order_ids(actor: Actor) -> list[int]:
    """The orders whose files were ever made for the actor's print shop."""
    rows = Job.objects.filter(kind=JobKind.PRINT.value, shop_organisation_id=actor.organisation_id)
    return sorted(set(rows.values_list("order_id", flat=True)))


@contextmanager
def given_order(actor: Actor, order_id: int, *, lock: bool = False) -> Iterator[Order]:
    """The order given to the actor's print shop, inside its programme's walls for as long as the block lasts. Raises: OrderUnknown."""
    given = Job.objects.filter(order_id=order_id, kind=JobKind.PRINT.value, shop_organisation_id=actor.organisation_id).first()
    if given is None or actor.organisation_id is None:
        raise OrderUnknown(order=order_id)
    with acting_as(actor, programme_ids=[given.programme_id]):
        rows = Order.objects.select_for_update(of=("self",)) if lock else Order.objects
        found = rows.filter(id=order_id).first()
        assert found is not None, "a job is of an order of its programme"
        yield found


def given_file(actor: Actor, file_id: int) -> PrintFile:
    """The sealed file, if it is still there and sealed for the actor's print shop. Raises: PrintFileUnknown."""
    found = PrintFile.objects.filter(id=file_id, deleted_at=None, shop_organisation_id=actor.organisation_id).first()
    if found is None or actor.organisation_id is None:
        raise PrintFileUnknown(file=file_id)
    return found
