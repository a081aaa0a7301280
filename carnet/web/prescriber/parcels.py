"""The boxes a desk receives: those on their way, opened by their label, and those of before."""

from collections.abc import Sequence
from datetime import datetime

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from carnet.issuing.queries import parcels as queries
from carnet.issuing.queries.parcels import ParcelView
from carnet.issuing.rules.parcels import ParcelState, ParcelUnknown
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.parties.rules import allowed
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Table, Task
from carnet.web.design.screens import actor_of, show_refusal
from carnet.web.doors import door
from carnet.web.parcels import lists, pages, receiving, words
from carnet.web.parcels.forms import NumberForm
from carnet.web.prescriber import desk

RECEIVE = receiving.RECEIVE


def shipments(request: HttpRequest) -> HttpResponseBase:
    """Boxes on their way, and those of before."""
    actor, at = actor_of(request), clock.now()
    organisation_id = desk.organisation_of(actor)
    desk.programmes(request, organisation_id, at)
    form = NumberForm(request.GET if request.GET.get("number") else None)
    if form.is_bound and form.is_valid():
        try:
            return redirect("prescriber:parcel", parcel_id=queries.parcel_of_number(form.cleaned_data["number"]))
        except Refusal as refusal:
            show_refusal(form, refusal, {refusal.code: "number"})
    found = queries.parcels_to(organisation_id)
    awaited = lists.page_of(request, [each for each in found if each.state is ParcelState.SENT], "attente")
    before = lists.page_of(request, [each for each in found if each.state is not ParcelState.SENT])
    context = {
        "form": form,
        "awaited": [_card(each) for each in awaited.object_list],
        "awaited_page": awaited,
        "table": _table(tuple(before.object_list), at),
        "table_page": before,
        "may_receive": allowed(actor.roles, RECEIVE),
    }
    return render(request, "prescriber/shipments.html", context)


def _card(box: ParcelView) -> dict[str, str]:
    said = {
        "number": box.number,
        "giver": box.from_name,
        "day": formats.day(box.sent_at or box.packed_at),
        "count": words.booklets(box.booklet_count),
    }
    return {
        "title": words.label(box),
        "said": _("%(count)s, partis le %(day)s de %(giver)s. Étiquette %(number)s.") % said,
        "url": reverse("prescriber:parcel", args=[box.id]),
    }


def _table(found: Sequence[ParcelView], at: datetime) -> Table:
    columns = [Column(_("Colis")), Column(_("Du")), Column(_("Au")), Column(_("Entrés en stock"), number=True), Column(_("Où il en est"))]
    rows = [
        [
            Cell(each.number, url=reverse("prescriber:parcel", args=[each.id])),
            each.whole.first_serial,
            each.whole.last_serial,
            formats.number(each.arrived_count),
            pages.state_cell(each, at),
        ]
        for each in found
    ]
    return Table(_("Colis reçus"), columns, rows, empty=_("Aucun colis reçu pour l’instant."))


def shipment(request: HttpRequest, shipment_id: int) -> HttpResponseBase:
    """The address of letters of before: the first box of a shipment that waits."""
    found = [each for each in queries.parcels_to(desk.organisation_of(actor_of(request))) if each.shipment_id == shipment_id]
    if not found:
        raise ParcelUnknown(parcel=0)
    waiting = [each for each in found if each.state is ParcelState.SENT]
    return redirect("prescriber:parcel", parcel_id=(waiting or found)[0].id)


def tasks(actor: Actor, at: datetime) -> list[Task]:
    """Boxes on their way to this desk."""
    waiting = queries.parcels_to(actor.organisation_id or 0, awaited_only=True)
    found = []
    for each in waiting[:5]:
        title = _("%(booklets)s en route vers vous : %(label)s") % {
            "booklets": words.booklets(each.booklet_count),
            "label": words.label(each).lower(),
        }
        url = reverse("prescriber:parcel", args=[each.id])
        late = ("warning", _("en retard")) if each.is_late(at) else ("", "")
        if allowed(actor.roles, RECEIVE):
            found.append(Task(title, _("Recevoir"), url, each.sent_at, "", *late))
        else:
            found.append(Task(title, _("Voir"), url, each.sent_at, _("Votre responsable confirme la réception."), *late))
    return found


_see = door("distribution.see-stock")
urlpatterns = [
    path("shipments/", _see(shipments), name="shipments"),
    path("shipments/<int:shipment_id>/", _see(shipment), name="receive"),
    *receiving.routes(receiving.DESK, "distribution.see-stock"),
]
