"""Ending booklets of an order before their time: shown once with what ends, then done."""

from typing import Any

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.issuing import operations, queries
from carnet.issuing.rules import OrderNotDrawn
from carnet.ledger import queries as ledger
from carnet.ledger.queries import RangeView
from carnet.ledger.rules import EndReason, check_endable
from carnet.web.design import formats
from carnet.web.design.components import Row
from carnet.web.operator.orders._acts import OrderActView
from carnet.web.operator.orders._forms import VoidForm


class VoidView(OrderActView):
    form_class = VoidForm
    refusal_fields = {
        "range-reversed": "last", "booklet-unknown": "first", "serial-mistyped": "first", "voucher-serial-unknown": "first",
        "already-void": "first", "already-lapsed": "first", "nothing-unspent": "first",
    }  # fmt: skip

    def words(self, page: queries.OrderPage) -> dict[str, Any]:
        return {
            "title": _("Annuler des carnets"),
            "lead": _(
                "Perdus, volés, abîmés ou rappelés : leurs chèques non utilisés ne pourront plus servir. Ceux déjà utilisés restent payés."
            ),
            "rows": [Row(_("Programme"), page.line.programme_name)],
            "verb": _("Compter les chèques"),
        }

    def perform(self, form: VoidForm) -> HttpResponseBase:
        found = self._range(form)
        if form.cleaned_data["counted"] != found.unspent_count:
            return self._ask(form, found)
        ended = operations.void_booklets(
            first_booklet_id=found.first_booklet_id,
            last_booklet_id=found.last_booklet_id,
            reason=EndReason(form.cleaned_data["reason"]),
            **self.told(form),
        )
        return self.done(ngettext("%(count)s chèque annulé.", "%(count)s chèques annulés.", ended) % {"count": formats.number(ended)})

    def _range(self, form: VoidForm) -> RangeView:
        series = self.page().series
        if series is None:
            raise OrderNotDrawn
        first, last = ledger.booklet(form.cleaned_data["first"]), ledger.booklet(form.cleaned_data["last"])
        found = ledger.booklet_range(series_id=series.id, first_booklet_id=first.id, last_booklet_id=last.id)
        held = found.booklet_count
        check_endable(wanted=held, held=held, voided_at=found.voided_at, lapsed_at=found.lapsed_at, unspent=found.unspent_count)
        return found

    def _ask(self, form: VoidForm, found: RangeView) -> HttpResponseBase:
        kept = {name: form.cleaned_data[name] for name in ("request_id", "reason")}
        again = VoidForm(initial=kept | {"first": found.first_serial, "last": found.last_serial, "counted": found.unspent_count})
        for name in ("first", "last"):
            again.fields[name].widget.attrs["readonly"] = True
        rows = [
            Row(_("Carnets"), formats.number(found.booklet_count)),
            Row(_("Chèques annulés, pour toujours"), formats.number(found.unspent_count)),
            Row(_("Chèques déjà utilisés, qui restent payés"), formats.number(found.counts.redeemed)),
        ]
        more = {"form": again, "rows": rows, "title": _("Annuler ces carnets ?"), "verb": _("Annuler ces chèques"), "kind": "danger"}
        return self.render_to_response(self.get_context_data(**more))
