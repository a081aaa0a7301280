"""Declaring booklets lost, stolen or damaged, at the desk that had them."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import ngettext

from carnet.distribution import operations as distribution_writes
from carnet.ledger import queries as ledger
from carnet.ledger.queries import RangeView
from carnet.ledger.rules import EndReason, RangeReversed, check_endable
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.prescriber import desk
from carnet.web.prescriber.forms import LossForm


class DeclareLoss(OperationView):
    """Booklets the desk has, or handed over itself. Shown once with what ends, then done."""

    template_name = "prescriber/loss.html"
    form_class = LossForm
    refusal_fields = {
        "range-reversed": "last_serial", "not-holder": "first_serial", "booklet-unknown": "first_serial", "serial-mistyped": "first_serial",
        "voucher-serial-unknown": "first_serial", "already-void": "first_serial", "already-lapsed": "first_serial", "nothing-unspent": "first_serial",
    }  # fmt: skip

    def get_initial(self) -> dict[str, Any]:
        return super().get_initial() | {"first_serial": self.request.GET.get("serial", "")[:60]}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        desk.programmes(self.request, desk.organisation_of(actor_of(self.request)), clock.now())
        return super().get_context_data(**more)

    def perform(self, form: LossForm) -> HttpResponse:
        found = self._range(form)
        if form.cleaned_data["counted"] != found.unspent_count:
            return self._ask(form, found)
        ended = distribution_writes.declare_loss(
            series_id=found.series_id,
            first_booklet_id=found.first_booklet_id,
            last_booklet_id=found.last_booklet_id,
            reason=EndReason(form.cleaned_data["reason"]),
            actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        text = ngettext("C’est noté. %(count)s chèque est annulé.", "C’est noté. %(count)s chèques sont annulés.", ended)
        messages.success(self.request, text % {"count": formats.number(ended)})
        return redirect("prescriber:home")

    def _range(self, form: LossForm) -> RangeView:
        first = ledger.booklet(form.cleaned_data["first_serial"])
        last = ledger.booklet(form.cleaned_data["last_serial"]) if form.cleaned_data["last_serial"] else first
        if first.series_id != last.series_id:
            raise RangeReversed(first_booklet_id=first.id, last_booklet_id=last.id)
        found = ledger.booklet_range(
            series_id=first.series_id,
            first_booklet_id=first.id,
            last_booklet_id=last.id,
            holder_id=desk.organisation_of(actor_of(self.request)),
        )
        wanted = last.id - first.id + 1
        check_endable(
            wanted=wanted, held=found.booklet_count, voided_at=found.voided_at, lapsed_at=found.lapsed_at, unspent=found.unspent_count
        )
        return found

    def _ask(self, form: LossForm, found: RangeView) -> HttpResponse:
        kept = {name: form.cleaned_data[name] for name in ("request_id", "reason")}
        shown = {"first_serial": found.first_serial, "last_serial": found.last_serial, "counted": found.unspent_count}
        again = LossForm(initial=kept | shown)
        for name in ("first_serial", "last_serial"):
            again.fields[name].widget.attrs["readonly"] = True
        return self.render_to_response(self.get_context_data(form=again, found=found))
