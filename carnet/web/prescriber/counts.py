"""Counting the cupboard of a desk by scanning, then saying what became of what is missing."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from carnet.distribution import operations, queries
from carnet.distribution.queries import StockTakeView
from carnet.distribution.rules import StockTakeUnknown
from carnet.funding import queries as funding
from carnet.kernel.refusals import Refusal
from carnet.ledger import queries as ledger
from carnet.parties.rules import allowed
from carnet.web import clock, theming
from carnet.web.design import formats
from carnet.web.design.components import Figure
from carnet.web.design.screens import OperationView, actor_of, show_refusal
from carnet.web.doors import door
from carnet.web.prescriber import desk
from carnet.web.stock import words
from carnet.web.stock.forms import GapForm, ScanForm


@require_POST
def open_take(request: HttpRequest) -> HttpResponseBase:
    """Begin to count, or go on: one programme at a time, the first of the desk unless another is named."""
    actor, at = actor_of(request), clock.now()
    choices = desk.choices(actor, at)
    named = request.POST.get("programme", "")
    chosen = next((each for each, _name in choices if str(each) == named), choices[0][0] if choices else None)
    if chosen is None:
        return redirect("prescriber:stock")
    take_id = operations.open_stock_take(programme_id=chosen, actor=actor, request_id=uuid4(), at=at)
    return redirect("prescriber:stock-take", stock_take_id=take_id)


def take(request: HttpRequest, stock_take_id: int) -> HttpResponse:
    """Scan one after the other; the count goes up at once."""
    found = _own_take(request, stock_take_id)
    if request.method == "POST" and found.closed_at is None:
        return _scan(request, found)
    return render(request, "prescriber/stock/take.html", _take_page(found, ScanForm()))


def _own_take(request: HttpRequest, stock_take_id: int) -> StockTakeView:
    found = queries.stock_take(stock_take_id)
    if found.organisation_id != desk.organisation_of(actor_of(request)):
        raise StockTakeUnknown(stock_take=stock_take_id)
    theming.carry(request, funding.programme(found.programme_id))
    return found


def _take_page(found: StockTakeView, form: ScanForm, *, waiting_for_last: str = "") -> dict[str, Any]:
    coming = ledger.coming_to(found.organisation_id, found.difference.strange) if found.closed_at is None else frozenset()
    left = found.expected_count - (found.scanned_count if found.closed_at is None else found.expected_count - len(found.difference.missing))
    return {
        "take": found,
        "form": form,
        "waiting_for_last": waiting_for_last,
        "figures": [
            Figure(formats.number(found.scanned_count), _("carnets scannés")),
            Figure(formats.number(found.expected_count), _("carnets attendus")),
            Figure(formats.number(max(0, left)), _("carnets manquants")),
        ],
        "coming": queries.run_views(found.programme_id, coming),
        "strange": queries.run_views(found.programme_id, set(found.difference.strange) - coming),
        "explained": [(str(words.GAPS[gap]), count) for gap in words.GAPS if (count := found.explained.get(gap.value))],
    }


def _scan(request: HttpRequest, found: StockTakeView) -> HttpResponse:
    form = ScanForm(request.POST)
    if not form.is_valid():
        return render(request, "prescriber/stock/take.html", _take_page(found, form), status=422)
    said = form.cleaned_data
    if said["pile"] and not said["first_serial"]:
        again = ScanForm(initial={"first_serial": said["serial"], "pile": True})
        return render(request, "prescriber/stock/take.html", _take_page(found, again, waiting_for_last=said["serial"]))
    first, last = (said["first_serial"], said["serial"]) if said["first_serial"] else (said["serial"], "")
    try:
        done = operations.scan(stock_take_id=found.id, first_serial=first, last_serial=last, actor=actor_of(request), at=clock.now())
    except Refusal as refusal:
        show_refusal(form, refusal, {refusal.code: "serial"})
        return render(request, "prescriber/stock/take.html", _take_page(found, form), status=422)
    _say(request, done)
    return redirect("prescriber:stock-take", stock_take_id=found.id)


def _say(request: HttpRequest, done: operations.Scanned) -> None:
    """What the scan added, in a sentence each."""
    said = (
        (messages.success, done.added, ngettext("%(count)s carnet compté.", "%(count)s carnets comptés.", done.added)),
        (messages.info, done.again, ngettext("%(count)s carnet déjà compté.", "%(count)s carnets déjà comptés.", done.again)),
        (
            messages.warning,
            done.strange,
            ngettext(
                "%(count)s carnet ne devrait pas être ici : mettez-le à part.",
                "%(count)s carnets ne devraient pas être ici : mettez-les à part.",
                done.strange,
            ),
        ),
    )
    for tell, count, text in said:
        if count:
            tell(request, text % {"count": formats.number(count)})


class CloseTake(OperationView):
    """What is missing, run by run: given and not noted, or lost and blocked."""

    template_name = "prescriber/stock/close_take.html"
    form_class = GapForm

    def dispatch(self, *arguments: Any, **options: Any) -> HttpResponseBase:
        self.found = _own_take(self.request, self.kwargs["stock_take_id"])
        if self.found.closed_at is not None:
            return redirect("prescriber:stock-take", stock_take_id=self.found.id)
        return super().dispatch(*arguments, **options)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "runs": queries.run_views(self.found.programme_id, self.found.difference.missing)}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        may_block = allowed(actor_of(self.request).roles, "distribution.declare-loss")
        strange = queries.run_views(self.found.programme_id, self.found.difference.strange)
        return super().get_context_data(take=self.found, may_block=may_block, strange=strange, **context)

    def perform(self, form: GapForm) -> HttpResponse:
        operations.close_stock_take(
            stock_take_id=self.found.id, explained=form.explained(), actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"], at=clock.now(),
        )  # fmt: skip
        messages.success(self.request, _("L’inventaire est terminé. Le stock est à jour."))
        return redirect("prescriber:stock-take", stock_take_id=self.found.id)


_count = door("distribution.count-stock")
urlpatterns = [
    path("stock/takes/", _count(open_take), name="stock-take-open"),
    path("stock/takes/<int:stock_take_id>/", _count(take), name="stock-take"),
    path("stock/takes/<int:stock_take_id>/close/", _count(CloseTake.as_view()), name="stock-take-close"),
]
