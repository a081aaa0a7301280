"""The fees of a programme: what is stated, a new statement, the invoices."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.kernel.periods import legal_day
from carnet.parties.rules import allowed
from carnet.settlement import operations, queries
from carnet.settlement.rules import NOTICE_DAYS, Fees
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Column, Table
from carnet.web.design.forms import DayField, EurosField, OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.statements.fee_invoice import stated_words


class FeesForm(OperationForm):
    """What places are charged, from when."""

    yearly = EurosField(label=gettext_lazy("Par lieu et par an, hors taxe"), most_cents=10_000_00, required=False)
    per_voucher = EurosField(label=gettext_lazy("Par chèque payé, hors taxe"), most_cents=100_00, required=False)
    vat_points = forms.DecimalField(label=gettext_lazy("Taux de TVA, en %"), min_value=0, max_value=100, decimal_places=2, initial=20)
    words = forms.CharField(label=gettext_lazy("À quoi ils servent, en une phrase"), max_length=300, required=False)
    valid_from = DayField(label=gettext_lazy("À partir du"), help_text=gettext_lazy("Les lieux les lisent au moins 30 jours à l’avance."))


class InvoiceForm(OperationForm):
    """Until which day."""

    until_on = DayField(label=gettext_lazy("Chèques payés jusqu’au"))


def fees(request: HttpRequest, programme_id: int) -> HttpResponse:
    """What is stated, and the invoices drawn up."""
    actor = actor_of(request)
    lines = queries.fee_invoices(actor=actor, programme_id=programme_id)
    stated = queries.fees_stated(programme_id=programme_id, at=clock.now())
    columns = [
        Column(_("Facture")),
        Column(_("Lieu")),
        Column(_("Établie le")),
        Column(_("À payer avant le")),
        Column(_("Total"), number=True),
    ]
    rows = [
        [each.number, each.payee, formats.day(each.issued_on), formats.day(each.due_on), formats.euros(each.total_cents)] for each in lines
    ]
    context = {
        "programme": funding.programme(programme_id),
        "sentences": stated_words(stated),
        "table": Table(_("Factures de frais"), columns, rows, empty=_("Aucune facture.")),
        "may_state": allowed(actor.roles, "settlement.set-fees"),
        "may_invoice": bool(stated or lines) and allowed(actor.roles, "settlement.invoice-fees"),
    }
    return render(request, "operator/payments/fees.html", context)


class _FeesView(OperationView):
    template_name = "operator/confirm.html"
    words: dict[str, Any]

    def back_url(self) -> str:
        return reverse("operator:payment-fees", args=[self.kwargs["programme_id"]])

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        programme = funding.programme(self.kwargs["programme_id"])
        funding_access.operated_programme(actor_of(self.request), programme.id)
        standard = {"kind": "", "lead": programme.name, "rows": [], "cancel_url": self.back_url()}
        return super().get_context_data(**(standard | self.words | more))

    def done(self, sentence: str) -> HttpResponseBase:
        messages.success(self.request, sentence)
        return HttpResponseRedirect(self.back_url())


class StateView(_FeesView):
    """State fees in advance."""

    form_class = FeesForm
    refusal_fields = {"fees-too-soon": "valid_from"}
    words = {"title": gettext_lazy("Annoncer des frais"), "verb": gettext_lazy("Annoncer")}

    def get_initial(self) -> dict[str, Any]:
        return {"valid_from": legal_day(clock.now()) + timedelta(days=NOTICE_DAYS)}

    def perform(self, form: FeesForm) -> HttpResponseBase:
        given = form.cleaned_data
        stated = queries.fees_stated(programme_id=self.kwargs["programme_id"], at=clock.now())
        if not (given["yearly"] or given["per_voucher"]) and all(each.fees.is_free for each in stated):
            form.add_error("yearly", form.fields["yearly"].error_messages["required"])  # nothing to announce, and nothing to end
            return self.form_invalid(form)
        operations.state_fees(
            programme_id=self.kwargs["programme_id"],
            fees=Fees(given["yearly"] or 0, given["per_voucher"] or 0, int(given["vat_points"] * 100), given["words"]),
            valid_from=given["valid_from"],
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        return self.done(_("Annoncé. Les lieux le lisent sur leur page, et avant de rejoindre le réseau."))


class InvoiceView(_FeesView):
    """Draw up the invoices."""

    form_class = InvoiceForm
    refusal_fields = {"fees-invalid": "until_on"}
    words = {"title": gettext_lazy("Établir les factures de frais"), "verb": gettext_lazy("Établir")}

    def perform(self, form: InvoiceForm) -> HttpResponseBase:
        numbers = operations.invoice_fees(
            programme_id=self.kwargs["programme_id"],
            until_on=form.cleaned_data["until_on"],
            actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        sentence = ngettext("%(count)s facture établie.", "%(count)s factures établies.", len(numbers))
        return self.done(sentence % {"count": formats.number(len(numbers))})
