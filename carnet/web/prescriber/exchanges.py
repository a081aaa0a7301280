"""Exchanging old vouchers at the desk: the old number, what it gives right to, the booklet given. Nobody is named; it needs the network."""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.distribution.operations import exchanges as operations
from carnet.distribution.queries import exchanges as queries
from carnet.distribution.queries.exchanges import ExchangeOffer
from carnet.kernel.refusals import Refusal
from carnet.ledger import queries as ledger
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Row, Table
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import OperationView, actor_of, show_refusal
from carnet.web.doors import door
from carnet.web.prescriber import desk
from carnet.web.stock.forms import serial_field

# What is wrong with the booklet given; what is wrong with the old one is said at the top.
_NEW = {
    "exchange-other-agreement": "serial", "exchange-other-value": "serial", "replacement-too-small": "serial", "already-handed-over": "serial",
    "not-holder": "serial", "series-not-active": "serial", "booklet-unknown": "serial", "serial-mistyped": "serial",
}  # fmt: skip


class FindOldForm(forms.Form):
    """The number of what the person still has, or of the loss declared."""

    number = serial_field(
        gettext_lazy("Numéro de l’ancien carnet"),
        help_text=gettext_lazy("Sur la couverture. Ou le numéro d’un ancien chèque. Ou celui de la perte : R12."),
        autofocus=True,
    )


class ExchangeForm(OperationForm):
    """The booklet given instead. `number` comes back from the page that told what it gives right to."""

    number = forms.CharField(max_length=60, widget=forms.HiddenInput)
    serial = serial_field(gettext_lazy("Numéro du carnet que vous donnez"))


class Exchange(OperationView):
    """First the old number, then what will be given; nothing changes before the second."""

    template_name = "prescriber/exchange.html"
    form_class = ExchangeForm
    refusal_fields = _NEW

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        find, offer = self._find(context.get("form"))
        if offer is not None and "form" not in context:
            context["form"] = ExchangeForm(initial={"number": self._number()})
        return super().get_context_data(
            find=find, offer=offer, rows=_rows(offer) if offer else [], done=_done(desk.organisation_of(actor_of(self.request))), **context
        )

    def _number(self) -> str:
        typed = self.request.POST.get("number") or self.request.GET.get("number", "")
        return typed.strip()[:60]

    def _find(self, form: Any) -> tuple[FindOldForm, ExchangeOffer | None]:
        number = self._number()
        find = FindOldForm({"number": number}) if "number" in self.request.GET or number else FindOldForm()
        if not number or not find.is_valid():
            return find, None
        try:
            return find, queries.exchange_offer(number=number, organisation_id=desk.organisation_of(actor_of(self.request)), at=clock.now())
        except Refusal as refusal:
            show_refusal(find, refusal, {refusal.code: "number"})
            return find, None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        context = self.get_context_data()
        return self.render_to_response(context, status=422 if context["find"].errors else 200)

    def perform(self, form: ExchangeForm) -> HttpResponse:
        typed = form.cleaned_data
        done = operations.exchange(
            number=typed["number"],
            booklet_id=ledger.booklet(typed["serial"]).id,
            actor=actor_of(self.request),
            request_id=typed["request_id"],
            at=clock.now(),
        )
        return redirect(reverse("prescriber:given", args=[done.id]) + "?new")


def _rows(offer: ExchangeOffer) -> list[Row]:
    return [
        Row(_("Ancien carnet"), offer.serial),
        Row(_("Chèques à donner"), formats.number(len(offer.voucher_ids))),
        Row(_("Valeur"), formats.euros(len(offer.voucher_ids) * offer.value_cents)),
        Row(_("Échange possible jusqu’au"), formats.day(offer.until - timedelta(microseconds=1))),
        Row(_("Prix pour la personne"), _("rien")),
    ]


def _done(organisation_id: int) -> Table:
    rows = [
        [
            Cell(formats.day(each.exchanged_at), url=reverse("prescriber:given", args=[each.hand_over_id])),
            each.serial,
            formats.number(each.voucher_count),
        ]
        for each in queries.exchanges(organisation_id=organisation_id)
    ]
    columns = [Column(_("Échangé le")), Column(_("Ancien carnet")), Column(_("Chèques"), number=True)]
    return Table(_("Derniers échanges"), columns, rows, empty=_("Aucun échange pour l’instant."))


urlpatterns = [path("exchange/", door("distribution.exchange")(Exchange.as_view()), name="exchange")]
