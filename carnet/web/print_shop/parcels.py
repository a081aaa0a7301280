"""The print shop's boxes: packed from the list, labelled, sent; then followed until they are counted."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from carnet.issuing.access.parcels import shop_programme
from carnet.issuing.access.print_shops import given_order_ids
from carnet.issuing.queries import parcels as queries
from carnet.issuing.queries.parcels import ParcelView
from carnet.issuing.rules import OrderUnknown
from carnet.kernel.actors import Actor
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Table
from carnet.web.design.screens import actor_of
from carnet.web.doors import door
from carnet.web.parcels import lists, sending, words


class Press(sending.Sender):
    """A print shop: it follows the packing list, and sends to whom the operator said."""

    def back_url(self, order_id: int) -> str:
        return reverse("print_shop:parcels")

    def boxes(self, actor: Actor, order_id: int) -> list[ParcelView]:
        if shop_programme(actor, order_id) is None:
            raise OrderUnknown(order=order_id)
        return queries.parcels_from(actor.organisation_id or 0, order_id=order_id)


PRESS = Press("print_shop/office.html", "print_shop", "print_shop:parcels")


def parcels(request: HttpRequest) -> HttpResponse:
    """The orders given to this print shop, and its boxes."""
    actor = actor_of(request)
    boxes = lists.page_of(request, queries.parcels_from(actor.organisation_id or 0))
    columns = [Column(_("Commande")), Column(_("Colis à préparer"), number=True)]
    rows = [
        [
            Cell(_("n° %(number)s") % {"number": order_id}, url=reverse("print_shop:sending", args=[order_id])),
            formats.number(queries.unboxed_count(actor, order_id)),
        ]
        for order_id in given_order_ids(actor)
    ]
    context = {
        "orders": Table(_("Commandes à envoyer"), columns, rows, empty=_("Aucune commande ne vous est confiée.")),
        "table": _table(tuple(boxes.object_list)),
        "table_page": boxes,
    }
    return render(request, "print_shop/parcels.html", context)


def _table(boxes: Sequence[ParcelView]) -> Table:
    columns = [Column(_("Colis")), Column(_("À")), Column(_("Carnets"), number=True), Column(_("Parti le")), Column(_("Où il en est"))]
    rows = [
        [
            each.number,
            each.to_name,
            formats.number(each.booklet_count),
            formats.day(each.sent_at) if each.sent_at else "–",
            Cell(str(words.STATES[each.state][0]), tone=words.STATES[each.state][1]),
        ]
        for each in boxes
    ]
    return Table(_("Vos colis"), columns, rows, empty=_("Aucun colis."))


urlpatterns = [path("parcels/", door("home.print_shop")(parcels), name="parcels"), *sending.routes(PRESS)]
