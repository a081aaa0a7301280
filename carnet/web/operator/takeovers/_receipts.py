"""Receipts that devices brought afterwards, and how a refused one was settled."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.continuity.operations import receipts
from carnet.continuity.queries import takeovers as queries
from carnet.continuity.queries.takeovers import ReceiptLine
from carnet.continuity.rules.takeovers import NOTE_LENGTH_MAX
from carnet.parties.rules import allowed
from carnet.places import queries as places
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Row
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.place.counter import service_word
from carnet.web.taken import receipt_words

SETTLE = "continuity.settle-receipts"


class SettleForm(OperationForm):
    """How a refused receipt was settled by hand."""

    note = forms.CharField(
        label=gettext_lazy("Comment est-ce réglé ?"),
        help_text=gettext_lazy("Une phrase, sans nom de personne. Par exemple : « Les deux lieux ont comparé leurs papiers. »"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=NOTE_LENGTH_MAX,
    )


def receipt(request: HttpRequest, receipt_id: int) -> HttpResponse:
    """One receipt that was refused, or honoured."""
    line, actor = queries.receipt(actor=actor_of(request), receipt_id=receipt_id), actor_of(request)
    may_settle = line.refusal is not None and line.settled_at is None and allowed(actor.roles, SETTLE)
    return render(request, "operator/takeovers/receipt.html", {"line": line, "rows": _receipt_rows(line), "may_settle": may_settle})


def _receipt_rows(line: ReceiptLine) -> list[Row]:
    rows = [
        Row(_("Chèque"), line.voucher_serial),
        Row(_("Valeur"), formats.euros(line.value_cents)),
        Row(_("Lieu"), places.names_of([line.place_id]).get(line.place_id, "")),
        Row(_("Service"), service_word(line.service)),
        Row(_("Encaissé chez l’ancien opérateur le"), formats.moment(line.redeemed_at)),
        Row(_("Apporté le"), formats.moment(line.brought_at)),
        Row(_("Ce qu’il en est"), receipt_words(line)[0]),
    ]
    if line.settled_at is not None:
        rows += [Row(_("Réglé le"), formats.moment(line.settled_at)), Row(_("Comment"), line.note)]
    return rows


class Settle(OperationView):
    """Say how a receipt was settled."""

    template_name = "operator/confirm.html"
    form_class = SettleForm
    refusal_fields = {"takeover-note-missing": "note", "nir-in-text": "note", "iban-in-text": "note"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        line = queries.receipt(actor=actor_of(self.request), receipt_id=self.kwargs["receipt_id"])
        return super().get_context_data(**kwargs) | {
            "title": _("Dire comment c’est réglé"),
            "lead": _("Le reçu quitte la liste. Rien n’est payé par ce geste."),
            "rows": _receipt_rows(line),
            "verb": _("C’est réglé"),
            "kind": "",
            "cancel_url": reverse("operator:takeover-receipt", args=[line.id]),
        }

    def perform(self, form: SettleForm) -> HttpResponse:
        given = form.cleaned_data
        receipts.settle_receipt(
            receipt_id=self.kwargs["receipt_id"],
            note=given["note"],
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("C’est noté."))
        return redirect("operator:takeover-receipt", receipt_id=self.kwargs["receipt_id"])
