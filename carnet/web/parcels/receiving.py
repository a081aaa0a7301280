"""A box opened by whoever it was sent to: confirmed whole by two booklets, counted run by run, or never come. A desk, or the depot."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from carnet.funding import queries as funding
from carnet.issuing.operations import parcels as operations
from carnet.issuing.queries import parcels as queries
from carnet.issuing.queries.parcels import ParcelView
from carnet.issuing.rules.parcels import Outcome, ParcelState, ParcelUnknown
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.parties.rules import allowed
from carnet.web import clock, theming
from carnet.web.design import formats
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import actor_of, show_refusal
from carnet.web.doors import door
from carnet.web.parcels import pages, words
from carnet.web.parcels.forms import ReadForm, SettleForm, WholeForm

RECEIVE = "issuing.receive"
_ACTS = ("whole", "read", "close", "restart", "missing", "arrived")


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where a box is opened: its page, the beginning of the names of its routes, the list it goes back to."""

    base: str
    route: str
    back: str

    def url(self, parcel_id: int, act: str = "") -> str:
        """The address of the box's page, or of one act on it."""
        return reverse(f"{self.route}-{act}" if act else self.route, args=[parcel_id])


DESK = Receiver("prescriber/desk.html", "prescriber:parcel", "prescriber:shipments")
DEPOT = Receiver("operator/office.html", "operator:depot-parcel", "operator:parcels")


def parcel(request: HttpRequest, parcel_id: int, *, receiver: Receiver) -> HttpResponse:
    """One box: everything is there, or not, or it never came."""
    return _page(request, _own(actor_of(request), parcel_id), receiver)


def _own(actor: Actor, parcel_id: int) -> ParcelView:
    box = queries.parcel(parcel_id)
    if box.to_id != actor.organisation_id or box.sent_at is None:
        raise ParcelUnknown(parcel=parcel_id)
    return box


def _page(request: HttpRequest, box: ParcelView, receiver: Receiver, *, status: int = 200, **forms: Any) -> HttpResponse:
    actor = actor_of(request)
    if receiver is DESK:
        theming.carry(request, funding.programme(box.programme_id))
    is_waiting = box.state is ParcelState.SENT
    left = sum(each.booklet_count for each in box.unseen)
    may_receive = allowed(actor.roles, RECEIVE)
    is_counting = bool(box.seen) or "read_form" in forms
    context = {
        "base": receiver.base,
        "back": reverse(receiver.back),
        "title": words.label(box),
        "lead": _("Étiquette %(number)s, %(booklets)s de %(giver)s.")
        % {"number": box.number, "booklets": words.booklets(box.booklet_count), "giver": box.from_name},
        "state": words.STATES[box.state],
        "rows": pages.rows_of(box),
        "is_waiting": is_waiting,
        "may_receive": is_waiting and may_receive,
        "is_counting": is_counting,
        "seen": [words.run(each) for each in box.seen],
        "damaged": [words.run(each) for each in box.damaged],
        "unseen": [words.run(each) for each in box.unseen],
        "rest": ngettext("%(count)s carnet n’est pas lu.", "%(count)s carnets ne sont pas lus.", left) % {"count": formats.number(left)},
        "gaps": [words.gap(each) for each in box.gaps],
        "arrived_form": _arrived_form(box) if box.open_count and may_receive else None,
        # Asked of a box that was counted meanwhile, from another page: its forms are not shown, why it was refused is.
        "refused": [] if is_waiting else _errors(forms.get("whole_form"), forms.get("read_form")),
        "urls": {name: receiver.url(box.id, name) for name in _ACTS},
        "whole_form": WholeForm(cursor="" if is_counting else "first_serial"),
        "read_form": ReadForm(is_first=is_counting),
        "close_form": OperationForm(auto_id=False),
    }  # fmt: skip
    return render(request, "parcels/at_desk.html", context | forms, status=status)


def _errors(*forms: Any) -> list[str]:
    return [error for form in forms if form is not None for errors in form.errors.values() for error in errors]


def _arrived_form(box: ParcelView, data: Any = None) -> SettleForm:
    form = SettleForm(data, gaps=box.gaps, outcomes=[Outcome.ARRIVED])
    del form.fields["outcome"]
    form.fields["runs"].initial = []
    return form


@require_POST
def whole(request: HttpRequest, parcel_id: int, *, receiver: Receiver) -> HttpResponseBase:
    """The first and last booklets were read: everything is there."""
    actor, box = actor_of(request), _own(actor_of(request), parcel_id)
    form = WholeForm(request.POST)
    if not form.is_valid():
        going_on = form.read_on()
        return _page(request, box, receiver, status=422 if going_on is None else 200, whole_form=going_on or form)
    said = form.cleaned_data
    try:
        came = operations.receive_parcel(
            parcel_id=parcel_id, first_serial=said["first_serial"], last_serial=said["last_serial"], actor=actor,
            request_id=said["request_id"], at=clock.now(),
        )  # fmt: skip
    except Refusal as refusal:
        show_refusal(form, refusal, {"serial-mistyped": "first_serial", "booklet-unknown": "first_serial", "not-in-parcel": "last_serial"})
        return _page(request, box, receiver, status=422, whole_form=form)
    return _received(request, box, came, receiver)


def _received(request: HttpRequest, box: ParcelView, came: int, receiver: Receiver) -> HttpResponseBase:
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
        return redirect(receiver.url(box.id))
    return redirect(receiver.back)


@require_POST
def read(request: HttpRequest, parcel_id: int, *, receiver: Receiver) -> HttpResponseBase:
    """A pile read in the open box. Nothing moves yet."""
    box, form = _own(actor_of(request), parcel_id), ReadForm(request.POST)
    if not form.is_valid():
        return _page(request, box, receiver, status=422, read_form=form)
    said = form.cleaned_data
    try:
        operations.scan_parcel(
            parcel_id=parcel_id, first_serial=said["first_serial"], last_serial=said["last_serial"], is_damaged=said["is_damaged"],
            actor=actor_of(request), at=clock.now(),
        )  # fmt: skip
    except Refusal as refusal:
        show_refusal(form, refusal, {refusal.code: "first_serial"})
        return _page(request, box, receiver, status=422, read_form=form)
    return redirect(receiver.url(parcel_id))


@require_POST
def restart(request: HttpRequest, parcel_id: int, *, receiver: Receiver) -> HttpResponseBase:
    """Forget what was read, and begin again."""
    _own(actor_of(request), parcel_id)
    operations.restart_count(parcel_id=parcel_id, actor=actor_of(request), at=clock.now())
    return redirect(receiver.url(parcel_id))


@require_POST
def close(request: HttpRequest, parcel_id: int, *, receiver: Receiver) -> HttpResponseBase:
    """What was read is all there is."""
    actor, box = actor_of(request), _own(actor_of(request), parcel_id)
    form = OperationForm(request.POST)
    request_id = form.cleaned_data["request_id"] if form.is_valid() else uuid4()
    came = operations.close_count(parcel_id=parcel_id, actor=actor, request_id=request_id, at=clock.now())
    return _received(request, box, came, receiver)


@require_POST
def missing(request: HttpRequest, parcel_id: int, *, receiver: Receiver) -> HttpResponseBase:
    """The box never came."""
    actor = actor_of(request)
    _own(actor, parcel_id)
    operations.report_missing(parcel_id=parcel_id, actor=actor, request_id=uuid4(), at=clock.now())
    messages.success(request, _("C’est noté. L’opérateur est prévenu, et cherche ce colis."))
    return redirect(receiver.back)


@require_POST
def arrived(request: HttpRequest, parcel_id: int, *, receiver: Receiver) -> HttpResponseBase:
    """What was missing came after all."""
    actor, box = actor_of(request), _own(actor_of(request), parcel_id)
    form = _arrived_form(box, request.POST)
    if not form.is_valid():
        return _page(request, box, receiver, status=422, arrived_form=form)
    runs = [tuple(int(part) for part in each.split("-")) for each in form.cleaned_data["runs"]]
    came = operations.settle_parcel(
        parcel_id=parcel_id, outcome=Outcome.ARRIVED, runs=[(run[0], run[1]) for run in runs], actor=actor,
        request_id=form.cleaned_data["request_id"], at=clock.now(),
    )  # fmt: skip
    text = ngettext("%(count)s carnet de plus dans votre stock.", "%(count)s carnets de plus dans votre stock.", came)
    messages.success(request, text % {"count": formats.number(came)})
    return redirect(receiver.url(parcel_id))


def routes(receiver: Receiver, sees: str, prefix: str = "parcels") -> list[URLPattern]:
    """The addresses of one receiver, each behind its door."""
    name, opened = receiver.route.split(":")[1], {"receiver": receiver}
    acts = {"whole": whole, "read": read, "close": close, "restart": restart, "missing": missing, "arrived": arrived}
    return [
        path(f"{prefix}/<int:parcel_id>/", door(sees)(parcel), opened, name=name),
        *(path(f"{prefix}/<int:parcel_id>/{act}/", door(RECEIVE)(view), opened, name=f"{name}-{act}") for act, view in acts.items()),
    ]
