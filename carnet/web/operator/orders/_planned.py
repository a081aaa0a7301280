"""Where the booklets of an order made from a plan go, desk by desk, and what was sent already."""

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from carnet.issuing.queries import OrderPage
from carnet.kernel.actors import Actor
from carnet.parties.rules import allowed
from carnet.planning.queries.plan_orders import planned_order
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Table


def planned_table(actor: Actor, page: OrderPage) -> Table | None:
    """What the plan sends to each desk, and the way to send what is left; None when no plan made the order."""
    found = planned_order(page.line.id)
    if found is None:
        return None
    sent: dict[int, int] = {}
    for shipment in page.shipments:
        sent[shipment.to_organisation_id] = sent.get(shipment.to_organisation_id, 0) + shipment.booklet_count
    ships = actor.organisation_id == page.operator_id and allowed(actor.roles, "issuing.ship") and bool(page.facts.printed_at)
    url = reverse("operator:order-ship", args=[page.line.id])
    rows = []
    for each in found.destinations:
        # A desk of several points is sent to as one: what was sent fills its lines one after the other.
        done = min(each.booklet_count, sent.get(each.organisation_id, 0))
        sent[each.organisation_id] = sent.get(each.organisation_id, 0) - done
        left = each.booklet_count - done
        asked = urlencode({"organisation": each.organisation_id, "booklets": left})
        name = f"{each.organisation}, {each.point}" if each.point else each.organisation
        rows.append(
            [
                Cell(name, url=f"{url}?{asked}" if ships and left else ""),
                formats.number(each.booklet_count),
                formats.number(done),
                formats.number(left),
            ]
        )
    columns = [Column(_("Guichet")), *(Column(label, number=True) for label in (_("Carnets prévus"), _("Envoyés"), _("Restent")))]
    total = [_("Total"), formats.number(sum(each.booklet_count for each in found.destinations)), "", ""]
    return Table(_("D’après le plan %(plan)s, version %(number)s") % {"plan": found.plan, "number": found.number}, columns, rows, total)
