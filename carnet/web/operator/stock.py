"""Where the booklets are: in which hands, and on the way to whom."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from carnet.issuing import queries
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Figure, Table
from carnet.web.design.screens import actor_of
from carnet.web.doors import door


def stock(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    lines = queries.stock(actor)
    own = [line for line in lines if line.organisation_id == actor.organisation_id]
    columns = [
        Column(_("Chez qui")), Column(_("Programme")), Column(_("Commande")), Column(_("En stock"), number=True), Column(_("En route"), number=True),
    ]  # fmt: skip
    rows = [
        [
            line.organisation,
            line.programme_name,
            Cell(_("n° %(number)s") % {"number": line.order_id}, url=reverse("operator:order", args=[line.order_id])),
            formats.number(line.in_stock_count),
            formats.number(line.in_transit_count),
        ]
        for line in lines
    ]
    at_hand, on_the_way = sum(line.in_stock_count for line in own), sum(line.in_transit_count for line in lines)
    context = {
        "figures": [
            Figure(formats.number(at_hand), _("carnets dans votre dépôt")),
            Figure(formats.number(sum(line.in_stock_count for line in lines) - at_hand), _("carnets dans les guichets")),
            Figure(formats.number(on_the_way), _("carnets en route")),
        ],
        "table": Table(_("Carnets intacts, par organisation"), columns, rows),
        "is_empty": not lines,
    }
    return render(request, "operator/stock.html", context)


urlpatterns = [path("stock/", door("distribution.see-stock")(stock), name="stock")]
