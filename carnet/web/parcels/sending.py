"""Packing and sending an order's boxes: the same page for the operator and for its print shop."""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from carnet.issuing.operations import parcels as operations
from carnet.issuing.queries import parcels as queries
from carnet.issuing.queries.parcels import ParcelView
from carnet.issuing.rules.parcels import NothingPacked, ParcelState
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Table
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import actor_of, show_refusal
from carnet.web.doors import door
from carnet.web.parcels import lists, slip, words
from carnet.web.parcels.forms import PackForm, SendForm

DESTINATIONS_PER_PAGE, BOXES_SHOWN = 10, 5


class Sender:
    """From where boxes leave. `recipients`: to whom some may be packed by number; nobody, for a print shop, which follows the list."""

    def __init__(self, base: str, routes: str, back: str) -> None:
        self.base, self.routes, self.back = base, routes, back

    def url(self, name: str, order_id: int) -> str:
        return reverse(f"{self.routes}:{name}", args=[order_id])

    def back_url(self, order_id: int) -> str:
        return reverse(self.back, args=[order_id])

    def boxes(self, actor: Actor, order_id: int) -> list[ParcelView]:
        """The boxes this sender may see of an order."""
        raise NotImplementedError

    def recipients(self, actor: Actor, order_id: int) -> Sequence[tuple[int, str]]:
        return ()

    def left_behind(self, actor: Actor) -> Collection[int]:
        """Whose boxes this sender may undo beside its own: theirs who pack for it no longer."""
        return ()


def page(request: HttpRequest, order_id: int, *, sender: Sender, status: int = 200, **forms: Any) -> HttpResponse:
    """What is packed, destination by destination; what can still be packed; what has left."""
    actor, at = actor_of(request), clock.now()
    found = sender.boxes(actor, order_id)
    packed = [each for each in found if each.state is ParcelState.PACKED]
    own = [each for each in packed if each.from_id == actor.organisation_id]
    gone = sender.left_behind(actor)
    others = [each for each in packed if each.from_id in gone]
    recipients = sender.recipients(actor, order_id)
    refused = forms.pop("send_form", None)
    groups = [list(boxes) for _to, boxes in groupby(_by_destination(own), key=lambda each: each.to_id)]
    shown = _page_of(groups, request.GET.get("vers"), refused)
    destinations = [_destination(boxes, order_id, sender, refused) for boxes in shown.object_list]
    shown_above = {each.id for each in own}
    rest = lists.page_of(request, [each for each in found if each.id not in shown_above])
    context = {
        "base": sender.base,
        "back": sender.back_url(order_id),
        "lead": _("Commande n° %(number)s") % {"number": order_id},
        "from_list": queries.unboxed_count(actor, order_id),
        "list_form": OperationForm(auto_id=False),
        "destinations": destinations,
        "destinations_page": shown,
        "left_behind": [_undoing(list(boxes)) for _who, boxes in groupby(sorted(others, key=_of_whom), key=_of_whom)],
        # Refused for boxes that are not here any more: they left, or were emptied, from another page.
        "refused": [] if refused is None or any(each["form"] is refused for each in destinations) else refused.non_field_errors(),
        "pack_form": PackForm(organisations=recipients) if recipients else None,
        "table": _table(tuple(rest.object_list), at),
        "table_page": rest,
        **{f"{name}_url": sender.url(f"sending-{name}", order_id) for name in ("list", "send", "pack", "unpack")},
    }
    return render(request, "parcels/sending.html", context | forms, status=status)


def _page_of(groups: list[list[ParcelView]], asked: str | None, refused: SendForm | None) -> Page:
    """Some destinations at a time; the one whose form was refused, whatever was asked."""
    pages = Paginator(groups, DESTINATIONS_PER_PAGE)
    ranks = [
        rank for rank, boxes in enumerate(groups) if refused is not None and str(boxes[0].to_id) == refused.data.get("to_organisation_id")
    ]
    return pages.get_page(ranks[0] // DESTINATIONS_PER_PAGE + 1 if ranks else asked)


def _of_whom(box: ParcelView) -> tuple[int, int]:
    return box.from_id, box.to_id


def _undoing(boxes: list[ParcelView]) -> dict[str, Any]:
    """Boxes to one destination, packed by somebody who will not send them."""
    first, total = boxes[0], sum(each.booklet_count for each in boxes)
    return {
        "from_id": first.from_id,
        "to_id": first.to_id,
        "said": _("%(boxes)s pour %(to)s, %(booklets)s, préparés par %(giver)s.")
        % {"boxes": words.boxes(len(boxes)), "to": first.to_name, "booklets": words.booklets(total), "giver": first.from_name},
    }


def _by_destination(boxes: Sequence[ParcelView]) -> list[ParcelView]:
    return sorted(boxes, key=lambda each: (each.to_name.casefold(), each.to_id, each.position, each.id))


def _destination(boxes: list[ParcelView], order_id: int, sender: Sender, refused: SendForm | None) -> dict[str, Any]:
    first = boxes[0]
    total = sum(each.booklet_count for each in boxes)
    is_refused = refused is not None and str(refused.data.get("to_organisation_id")) == str(first.to_id)
    return {
        "id": first.to_id,
        "name": first.to_name,
        "said": _("%(boxes)s, %(booklets)s.") % {"boxes": words.boxes(len(boxes)), "booklets": words.booklets(total)},
        "boxes": [f"{words.label(each)} : {each.number}, {words.run(each.whole)}" for each in boxes],
        "is_long": len(boxes) > BOXES_SHOWN,
        "slips_url": f"{sender.url('sending-slips', order_id)}?{urlencode({'to': first.to_id})}",
        "form": refused if is_refused else SendForm.blank(first.to_id),
    }


def _table(boxes: Sequence[ParcelView], at: datetime) -> Table:
    columns = [Column(_("Colis")), Column(_("À")), Column(_("Carnets"), number=True), Column(_("Parti le")), Column(_("Où il en est"))]
    rows = [
        [
            each.number,
            each.to_name,
            formats.number(each.booklet_count),
            formats.day(each.sent_at) if each.sent_at else "–",
            Cell(_("En retard"), tone="warning")
            if each.is_late(at)
            else Cell(str(words.STATES[each.state][0]), tone=words.STATES[each.state][1]),
        ]
        for each in boxes
    ]
    return Table(_("Colis de cette commande"), columns, rows, empty=_("Aucun colis n’est encore parti."))


@require_POST
def pack_list(request: HttpRequest, order_id: int, *, sender: Sender) -> HttpResponseBase:
    """A box for every line of the packing list."""
    form = OperationForm(request.POST)
    request_id = form.cleaned_data["request_id"] if form.is_valid() else uuid4()
    made = operations.pack_from_list(order_id=order_id, actor=actor_of(request), request_id=request_id, at=clock.now())
    messages.success(request, _packed(len(made)))
    return redirect(sender.url("sending", order_id))


def _packed(count: int) -> str:
    return ngettext("%(count)s colis prêt : imprimez son étiquette.", "%(count)s colis prêts : imprimez leurs étiquettes.", count) % {
        "count": formats.number(count)
    }


@require_POST
def pack(request: HttpRequest, order_id: int, *, sender: Sender) -> HttpResponseBase:
    """Booklets for one destination, by the number."""
    actor = actor_of(request)
    form = PackForm(request.POST, organisations=sender.recipients(actor, order_id))
    if not form.is_valid():
        return page(request, order_id, sender=sender, status=422, pack_form=form)
    said = form.cleaned_data
    try:
        made = operations.pack_count(
            order_id=order_id, to_organisation_id=said["to_organisation_id"], booklet_count=said["booklet_count"], per_box=said["per_box"],
            actor=actor, request_id=said["request_id"], at=clock.now(),
        )  # fmt: skip
    except Refusal as refusal:
        show_refusal(form, refusal, {"not-enough-in-stock": "booklet_count", "box-size-wrong": "per_box"})
        return page(request, order_id, sender=sender, status=422, pack_form=form)
    messages.success(request, _packed(len(made)))
    return redirect(sender.url("sending", order_id))


@require_POST
def send(request: HttpRequest, order_id: int, *, sender: Sender) -> HttpResponseBase:
    """Every box of a destination left, in one gesture."""
    form = SendForm(request.POST)
    if not form.is_valid():
        return page(request, order_id, sender=sender, status=422, send_form=form)
    said = form.cleaned_data
    try:
        operations.send_parcels(
            order_id=order_id,
            to_organisation_id=said["to_organisation_id"],
            sending=operations.Sending(said["carrier"], said["tracking"]),
            actor=actor_of(request),
            request_id=said["request_id"],
            at=clock.now(),
        )
    except Refusal as refusal:
        show_refusal(form, refusal)
        return page(request, order_id, sender=sender, status=422, send_form=form)
    messages.success(request, _("C’est parti. Le destinataire est prévenu ; il confirmera chaque colis."))
    return redirect(sender.url("sending", order_id))


@require_POST
def unpack(request: HttpRequest, order_id: int, *, sender: Sender) -> HttpResponseBase:
    """Boxes of a destination that will not leave as they are."""
    actor, to_id = actor_of(request), request.POST.get("to_organisation_id", "")
    giver = request.POST.get("from_organisation_id") or str(actor.organisation_id)
    packed = [each for each in sender.boxes(actor, order_id) if each.state is ParcelState.PACKED and str(each.to_id) == to_id]
    ids = [each.id for each in packed if str(each.from_id) == giver]
    operations.unpack(parcel_ids=ids, order_id=order_id, actor=actor, request_id=uuid4(), at=clock.now())
    messages.success(request, _("Ces colis sont défaits. Jetez leurs étiquettes."))
    return redirect(sender.url("sending", order_id))


def slips(request: HttpRequest, order_id: int, *, sender: Sender) -> HttpResponseBase:
    """The labels and slips of the boxes packed for a destination, or of all of them."""
    actor, to_id = actor_of(request), request.GET.get("to", "")
    found = [
        each
        for each in _by_destination(sender.boxes(actor, order_id))
        if each.from_id == actor.organisation_id and (str(each.to_id) == to_id if to_id else each.state is ParcelState.PACKED)
    ]
    wanted = [each for each in found if each.state is ParcelState.PACKED] or found
    if not wanted:
        raise NothingPacked
    return slip.response(wanted[: slip.PAGES_MAX], clock.now())


def routes(sender: Sender) -> list[URLPattern]:
    """The addresses of one sender, each behind its door."""
    send_from, through = {"sender": sender}, door("issuing.send-parcels")
    acts = {"list": pack_list, "pack": pack, "send": send, "unpack": unpack}
    return [
        path("orders/<int:order_id>/parcels/", through(page), send_from, name="sending"),
        *(path(f"orders/<int:order_id>/parcels/{act}/", through(view), send_from, name=f"sending-{act}") for act, view in acts.items()),
        path("orders/<int:order_id>/parcels/bordereaux.pdf", through(slips), send_from, name="sending-slips"),
    ]
