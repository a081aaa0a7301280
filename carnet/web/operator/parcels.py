"""The operator's boxes: packed, sent, followed, and what became of what is missing from them."""

from collections.abc import Collection, Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from carnet.issuing import queries as issuing
from carnet.issuing.operations import parcels as operations
from carnet.issuing.queries import parcels as queries
from carnet.issuing.queries.parcels import ParcelView
from carnet.issuing.queries.print_shops import left_shops
from carnet.issuing.rules.parcels import Outcome, ParcelState, count
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.ledger import queries as ledger
from carnet.parties import queries as parties
from carnet.parties.rules import OrganisationKind
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Row
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import OperationView, actor_of, show_refusal
from carnet.web.doors import door
from carnet.web.parcels import pages, receiving, sending, slip, words
from carnet.web.parcels.forms import read_runs
from carnet.web.parcels.sides import OPERATOR
from carnet.web.parcels.urls import reading


class Depot(sending.Sender):
    """The operator's own depot."""

    def boxes(self, actor: Actor, order_id: int) -> list[ParcelView]:
        issuing.order(actor, order_id)
        return queries.parcels_of_order(order_id)

    def recipients(self, actor: Actor, order_id: int) -> Sequence[tuple[int, str]]:
        page = issuing.order(actor, order_id)
        if page.operator_id != actor.organisation_id or page.facts.printed_at is None or not page.facts.at_operator_count:
            return ()
        found = parties.organisations_registered_by(actor=actor, kind=OrganisationKind.PRESCRIBER)
        return [(each.id, each.name) for each in found if not each.has_ended]

    def left_behind(self, actor: Actor) -> Collection[int]:
        return left_shops(actor)


DEPOT = Depot("operator/office.html", "operator", "operator:order")


def one_slip(request: HttpRequest, parcel_id: int) -> HttpResponseBase:
    """The slip of one box, again."""
    return slip.response([pages.seen(actor_of(request), parcel_id)], clock.now())


@require_POST
def settle(request: HttpRequest, parcel_id: int) -> HttpResponseBase:
    """Found or back at once; lost, stolen or spoiled after a second gesture."""
    actor = actor_of(request)
    box = pages.seen(actor, parcel_id)
    form = pages.settle_form(actor, box, request.POST)
    if form is None:
        return redirect(OPERATOR.url("parcel", parcel_id))
    if not form.is_valid():
        return pages.page(request, box, OPERATOR, form=form, status=422)
    runs, outcome = form.chosen()
    if outcome.end_reason is not None:
        asked = [("outcome", outcome.value), *(("run", f"{first}-{last}") for first, last in runs or ())]
        return redirect(f"{reverse('operator:parcel-end', args=[parcel_id])}?{urlencode(asked)}")
    try:
        settled = operations.settle_parcel(
            parcel_id=parcel_id, outcome=outcome, runs=runs, actor=actor, request_id=form.cleaned_data["request_id"], at=clock.now()
        )
    except Refusal as refusal:
        show_refusal(form, refusal)
        return pages.page(request, box, OPERATOR, form=form, status=422)
    _say(request, settled)
    return redirect(OPERATOR.url("parcel", parcel_id))


def _say(request: HttpRequest, settled: int) -> None:
    text = ngettext("C’est noté pour %(count)s carnet.", "C’est noté pour %(count)s carnets.", settled)
    messages.success(request, text % {"count": formats.number(settled)})


class EndForm(OperationForm):
    """What ends for ever, as it was chosen on the page before."""

    outcome = forms.ChoiceField(
        choices=[(each.value, each.value) for each in Outcome if each.end_reason is not None], widget=forms.HiddenInput
    )
    runs = forms.CharField(required=False, max_length=4_000, widget=forms.HiddenInput)


class End(OperationView):
    """Booklets of a box end before their time: told what ends, then done."""

    template_name = "parcels/end.html"
    form_class = EndForm

    def _box(self) -> ParcelView:
        return pages.seen(actor_of(self.request), self.kwargs["parcel_id"])

    def get_initial(self) -> dict[str, Any]:
        asked = self.request.GET
        return super().get_initial() | {"outcome": asked.get("outcome", ""), "runs": ",".join(asked.getlist("run"))}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        box, said = self._box(), self.request.POST or self.get_initial()
        keys = [each for each in str(said.get("runs", "")).split(",") if each]
        runs = read_runs(keys) or [(each.run.first_booklet_id, each.run.last_booklet_id) for each in box.gaps if each.outcome is None]
        if box.state is ParcelState.SENT:
            runs = [(box.whole.first_booklet_id, box.whole.last_booklet_id)]
        outcome = said.get("outcome", "")
        series = ledger.series(box.series_id)
        ended = count(runs)
        more = {
            "base": OPERATOR.base,
            "back": OPERATOR.url("parcel", box.id),
            "title": str(words.OUTCOMES[Outcome(outcome)]) if outcome in set(Outcome) else _("Annuler des carnets"),
            "lead": _("Colis %(number)s, vers %(to)s") % {"number": box.number, "to": box.to_name},
            "warning": _("Ces carnets ne pourront plus jamais servir. Leur argent revient aux financeurs à la fin de la saison.")
            if series.lapsed_at is None
            else _(
                "La saison est finie : ces carnets ne servent plus, et leur argent n’est rendu qu’une fois. Ce que vous dites est gardé."
            ),
            "rows": [
                *(Row(_("Carnets"), words.run(queries.run_view(series, each))) for each in runs),
                Row(_("Nombre de carnets"), formats.number(ended)),
                Row(_("Valeur"), formats.euros(ended * box.booklet_cents)),
            ],
            "verb": _("Les bloquer pour toujours") if series.lapsed_at is None else _("Le noter"),
        }
        return super().get_context_data(**(more | context))

    def perform(self, form: EndForm) -> HttpResponse:
        box, said = self._box(), form.cleaned_data
        keys = [each for each in said["runs"].split(",") if each]
        settled = operations.settle_parcel(
            parcel_id=box.id,
            outcome=Outcome(said["outcome"]),
            runs=read_runs(keys) if keys else None,
            actor=actor_of(self.request),
            request_id=said["request_id"],
            at=clock.now(),
        )
        _say(self.request, settled)
        return redirect(OPERATOR.url("parcel", box.id))


_see = door("issuing.see-parcels")
urlpatterns = [
    *reading(OPERATOR),
    *receiving.routes(receiving.DEPOT, "issuing.see-parcels", "parcels/depot"),
    *sending.routes(DEPOT),
    path("parcels/<int:parcel_id>/settle/", door("issuing.settle-parcel")(settle), name="parcel-settle"),
    path("parcels/<int:parcel_id>/end/", door("issuing.see-parcels", post="issuing.void")(End.as_view()), name="parcel-end"),
    path("parcels/<int:parcel_id>/bordereau.pdf", _see(one_slip), name="parcel-slip"),
]
