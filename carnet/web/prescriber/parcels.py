"""The boxes a desk receives: opened by their label, confirmed whole by two booklets, or counted run by run."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from carnet.issuing.operations import parcels as operations
from carnet.issuing.queries import parcels as queries
from carnet.issuing.queries.parcels import ParcelView
from carnet.issuing.rules.parcels import Outcome, ParcelState, ParcelUnknown
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.parties.rules import allowed
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Table, Task
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import actor_of, show_refusal
from carnet.web.doors import door
from carnet.web.parcels import pages, words
from carnet.web.parcels.forms import NumberForm, ReadForm, SettleForm, WholeForm
from carnet.web.prescriber import desk

RECEIVE = "issuing.receive"


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
    context = {
        "form": form,
        "awaited": [_card(each) for each in found if each.state is ParcelState.SENT],
        "table": _table([each for each in found if each.state is not ParcelState.SENT], at),
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


def _table(found: list[ParcelView], at: datetime) -> Table:
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


def parcel(request: HttpRequest, parcel_id: int) -> HttpResponse:
    """One box: everything is there, or not, or it never came."""
    return _page(request, _own(actor_of(request), parcel_id))


def _own(actor: Actor, parcel_id: int) -> ParcelView:
    box = queries.parcel(parcel_id)
    if box.to_id != actor.organisation_id or box.sent_at is None:
        raise ParcelUnknown(parcel=parcel_id)
    return box


def _page(request: HttpRequest, box: ParcelView, *, status: int = 200, **forms: Any) -> HttpResponse:
    actor = actor_of(request)
    desk.programmes(request, desk.organisation_of(actor), clock.now())
    is_waiting = box.state is ParcelState.SENT
    left = sum(each.booklet_count for each in box.unseen)
    may_receive = allowed(actor.roles, RECEIVE)
    context = {
        "title": words.label(box),
        "lead": _("Étiquette %(number)s, %(booklets)s de %(giver)s.")
        % {"number": box.number, "booklets": words.booklets(box.booklet_count), "giver": box.from_name},
        "state": words.STATES[box.state],
        "rows": pages.rows_of(box),
        "is_waiting": is_waiting,
        "may_receive": is_waiting and may_receive,
        "is_counting": bool(box.seen) or "read_form" in forms,
        "seen": [words.run(each) for each in box.seen],
        "damaged": [words.run(each) for each in box.damaged],
        "unseen": [words.run(each) for each in box.unseen],
        "rest": ngettext("%(count)s carnet n’est pas lu.", "%(count)s carnets ne sont pas lus.", left) % {"count": formats.number(left)},
        "gaps": [words.gap(each) for each in box.gaps],
        "arrived_form": _arrived_form(box) if box.open_count and may_receive else None,
        "urls": {name: reverse(f"prescriber:parcel-{name}", args=[box.id]) for name in ("whole", "read", "close", "restart", "missing", "arrived")},
        "whole_form": WholeForm(),
        "read_form": ReadForm(),
        "close_form": OperationForm(),
    }  # fmt: skip
    return render(request, "parcels/at_desk.html", context | forms, status=status)


def _arrived_form(box: ParcelView, data: Any = None) -> SettleForm:
    form = SettleForm(data, gaps=box.gaps, outcomes=[Outcome.ARRIVED])
    del form.fields["outcome"]
    form.fields["runs"].initial = []
    return form


@require_POST
def whole(request: HttpRequest, parcel_id: int) -> HttpResponseBase:
    """The first and last booklets were read: everything is there."""
    actor, box = actor_of(request), _own(actor_of(request), parcel_id)
    form = WholeForm(request.POST)
    if not form.is_valid():
        return _page(request, box, status=422, whole_form=form)
    said = form.cleaned_data
    try:
        came = operations.receive_parcel(
            parcel_id=parcel_id, first_serial=said["first_serial"], last_serial=said["last_serial"], actor=actor,
            request_id=said["request_id"], at=clock.now(),
        )  # fmt: skip
    except Refusal as refusal:
        show_refusal(form, refusal, {"serial-mistyped": "first_serial", "booklet-unknown": "first_serial", "not-in-parcel": "last_serial"})
        return _page(request, box, status=422, whole_form=form)
    return _received(request, box, came)


def _received(request: HttpRequest, box: ParcelView, came: int) -> HttpResponseBase:
    text = ngettext("%(count)s carnet reçu. Il est dans votre stock.", "%(count)s carnets reçus. Ils sont dans votre stock.", came)
    messages.success(request, text % {"count": formats.number(came)})
    again = queries.parcel(box.id)
    if again.open_count:
        gone = ngettext(
            "%(count)s carnet à expliquer : l’opérateur est prévenu.",
            "%(count)s carnets à expliquer : l’opérateur est prévenu.",
            again.open_count,
        )
        messages.warning(request, gone % {"count": formats.number(again.open_count)})
        return redirect("prescriber:parcel", parcel_id=box.id)
    return redirect("prescriber:shipments")


@require_POST
def read(request: HttpRequest, parcel_id: int) -> HttpResponseBase:
    """A pile read in the open box. Nothing moves yet."""
    box, form = _own(actor_of(request), parcel_id), ReadForm(request.POST)
    if not form.is_valid():
        return _page(request, box, status=422, read_form=form)
    said = form.cleaned_data
    try:
        operations.scan_parcel(
            parcel_id=parcel_id, first_serial=said["first_serial"], last_serial=said["last_serial"], is_damaged=said["is_damaged"],
            actor=actor_of(request), at=clock.now(),
        )  # fmt: skip
    except Refusal as refusal:
        show_refusal(form, refusal, {refusal.code: "first_serial"})
        return _page(request, box, status=422, read_form=form)
    return redirect("prescriber:parcel", parcel_id=parcel_id)


@require_POST
def restart(request: HttpRequest, parcel_id: int) -> HttpResponseBase:
    """Forget what was read, and begin again."""
    _own(actor_of(request), parcel_id)
    operations.restart_count(parcel_id=parcel_id, actor=actor_of(request), at=clock.now())
    return redirect("prescriber:parcel", parcel_id=parcel_id)


@require_POST
def close(request: HttpRequest, parcel_id: int) -> HttpResponseBase:
    """What was read is all there is."""
    actor, box = actor_of(request), _own(actor_of(request), parcel_id)
    form = OperationForm(request.POST)
    request_id = form.cleaned_data["request_id"] if form.is_valid() else uuid4()
    came = operations.close_count(parcel_id=parcel_id, actor=actor, request_id=request_id, at=clock.now())
    return _received(request, box, came)


@require_POST
def missing(request: HttpRequest, parcel_id: int) -> HttpResponseBase:
    """The box never came."""
    actor = actor_of(request)
    _own(actor, parcel_id)
    operations.report_missing(parcel_id=parcel_id, actor=actor, request_id=uuid4(), at=clock.now())
    messages.success(request, _("C’est noté. L’opérateur est prévenu, et cherche ce colis."))
    return redirect("prescriber:shipments")


@require_POST
def arrived(request: HttpRequest, parcel_id: int) -> HttpResponseBase:
    """What was missing came after all."""
    actor, box = actor_of(request), _own(actor_of(request), parcel_id)
    form = _arrived_form(box, request.POST)
    if not form.is_valid():
        return _page(request, box, status=422, arrived_form=form)
    runs = [tuple(int(part) for part in each.split("-")) for each in form.cleaned_data["runs"]]
    came = operations.settle_parcel(
        parcel_id=parcel_id, outcome=Outcome.ARRIVED, runs=[(run[0], run[1]) for run in runs], actor=actor,
        request_id=form.cleaned_data["request_id"], at=clock.now(),
    )  # fmt: skip
    text = ngettext("%(count)s carnet de plus dans votre stock.", "%(count)s carnets de plus dans votre stock.", came)
    messages.success(request, text % {"count": formats.number(came)})
    return redirect("prescriber:parcel", parcel_id=parcel_id)


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
_receive = door(RECEIVE)
urlpatterns = [
    path("shipments/", _see(shipments), name="shipments"),
    path("shipments/<int:shipment_id>/", _see(shipment), name="receive"),
    path("parcels/<int:parcel_id>/", _see(parcel), name="parcel"),
    path("parcels/<int:parcel_id>/whole/", _receive(whole), name="parcel-whole"),
    path("parcels/<int:parcel_id>/read/", _receive(read), name="parcel-read"),
    path("parcels/<int:parcel_id>/restart/", _receive(restart), name="parcel-restart"),
    path("parcels/<int:parcel_id>/close/", _receive(close), name="parcel-close"),
    path("parcels/<int:parcel_id>/missing/", _receive(missing), name="parcel-missing"),
    path("parcels/<int:parcel_id>/arrived/", _receive(arrived), name="parcel-arrived"),
]
