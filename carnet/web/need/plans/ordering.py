"""From a kept version to an order of booklets: whether it may be made, by which agreement it is paid, what was made of it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from carnet.connectivity import queries as connectivity
from carnet.funding import queries as funding
from carnet.funding.queries import AgreementFacts
from carnet.issuing.rules import OrderState
from carnet.kernel.actors import Actor
from carnet.parties.rules import home_of
from carnet.planning.operations import plans as operations
from carnet.planning.queries import plans as queries
from carnet.planning.queries.plans import VersionPage
from carnet.web import clock, labels
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Row, Table
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.need.plans import tables
from carnet.web.need.plans.forms import OrderForm
from carnet.web.order_states import state_cell

SHOWN_MOST = 15


def office_of(actor: Actor) -> str:
    """The page around, in the room of whoever reads."""
    return f"{home_of(actor.roles).split(':')[0]}/office.html"


class Order(OperationView):
    """Order the booklets of a kept version."""

    form_class = OrderForm
    template_name = "need/plans/order.html"

    @property
    def page(self) -> VersionPage:
        return queries.version(actor_of(self.request), self.kwargs["plan_id"], self.kwargs["number"])

    def get_form_kwargs(self) -> dict[str, Any]:
        actor = actor_of(self.request)
        found = funding.agreements(actor, [self.page.programme_id], at=clock.now())
        connected = frozenset(each.terms.agreement_id for each in connectivity.offers(actor=actor))
        return super().get_form_kwargs() | {"agreements": _for_booklets(list(found), connected)}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        found = self.page
        if found.answer is None:
            raise Http404
        best = found.answer.best
        rows = [
            Row(_("Carnets"), formats.number(best.booklets)),
            Row(_("Valeur totale"), formats.euros(best.booklets * found.ground.booklet_cents, short=True)),
            Row(_("Budget du plan"), formats.euros(found.asked.budget_cents, short=True)),
        ]
        told = {
            "office": office_of(actor_of(self.request)),
            "shown": found,
            "rows": rows,
            "desks": tables.desks_table(found, most=SHOWN_MOST),
            "is_labelled": labels.is_labelled(funding.programme(found.programme_id).operator_id, clock.now()),
        }
        return super().get_context_data(**(told | more))

    def perform(self, form: OrderForm) -> HttpResponseBase:
        order_id = operations.order_version(
            plan_id=self.kwargs["plan_id"],
            number=self.kwargs["number"],
            agreement_id=form.cleaned_data["agreement"],
            actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("La commande est passée. Une autre personne doit maintenant l’approuver."))
        return redirect("operator:order", order_id)


order = Order.as_view()


def is_orderable(page: VersionPage) -> bool:
    """Kept, with booklets in it, and not ordered already unless the order was refused."""
    booklets = page.answer.best.booklets if page.answer is not None else 0
    return page.kept_at is not None and booklets > 0 and all(each.state is OrderState.REFUSED for each in page.orders)


def _for_booklets(agreements: list[AgreementFacts], connected: frozenset[int]) -> list[tuple[int, str]]:
    """The open agreements, those that pay for connections left out when another one may pay for booklets."""
    standing = [each for each in agreements if each.closed_at is None]
    own = [each for each in standing if each.id not in connected]
    return [(each.id, each.name) for each in own or standing]


def orders_table(page: VersionPage) -> Table | None:
    """The orders made of a version; None before the first."""
    if not page.orders:
        return None
    rows = [
        [
            Cell(_("n° %(number)s") % {"number": each.order_id}),
            formats.number(each.booklet_count),
            state_cell(each.state),
        ]
        for each in page.orders
    ]
    return Table(
        _("Commandes faites de cette version"), [Column(_("Commande")), Column(_("Carnets"), number=True), Column(_("État"))], rows
    )
