"""One move of booklets, seen from either side: send, decline, receive, say what became of what did not arrive."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from carnet.distribution import operations, queries
from carnet.distribution.queries import MoveView, RunView
from carnet.distribution.rules import Found, MoveKind, MoveNotNow, MoveNotYours, MoveState, MoveUnknown
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.parties.rules import allowed
from carnet.web import clock, theming
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Row, Table, Task
from carnet.web.design.screens import actor_of, show_refusal
from carnet.web.doors import door
from carnet.web.stock import words
from carnet.web.stock.forms import ReceiveForm, SendForm, SettleForm


@dataclass(frozen=True, slots=True)
class Side:
    """From where stock is looked at: a desk, or the operator's office. `base` is its page, `routes` its names of routes."""

    base: str
    routes: str

    def url(self, name: str, *args: int) -> str:
        """The address of one of its screens."""
        return reverse(f"{self.routes}:{name}", args=args)


DESK = Side("prescriber/desk.html", "prescriber")
OFFICE = Side("operator/office.html", "operator")


def routes(side: Side) -> list[URLPattern]:
    """The addresses of one side, each behind its door."""
    see, moves, receives = door("distribution.see-stock"), door("distribution.move-stock"), door("issuing.receive")
    seen_from = {"side": side}
    return [
        path("stock/moves/", see(moves_list), seen_from, name="stock-moves"),
        path("stock/moves/<int:move_id>/", see(move), seen_from, name="stock-move"),
        path("stock/moves/<int:move_id>/send/", moves(send), seen_from, name="stock-move-send"),
        path("stock/moves/<int:move_id>/decline/", moves(decline), seen_from, name="stock-move-decline"),
        path("stock/moves/<int:move_id>/receive/", receives(receive), seen_from, name="stock-move-receive"),
        path("stock/moves/<int:move_id>/settle/", moves(settle), seen_from, name="stock-move-settle"),
    ]


def moves_list(request: HttpRequest, *, side: Side) -> HttpResponse:
    """Every move from or to one's own, the latest first."""
    found = seen(actor_of(request), side)
    return render(request, "stock/moves.html", {"base": side.base, "back": side.url("stock"), "table": table(found, side)})


def seen(actor: Actor, side: Side, *, open_only: bool = False) -> list[MoveView]:
    """The moves one side looks at: a desk's own, or those of the operator's programmes."""
    if side is DESK:
        return queries.moves(organisation_id=actor.organisation_id, open_only=open_only)
    ids = [each.id for each in funding.programmes_of_operator(actor.organisation_id or 0)]
    found = [each for programme_id in ids for each in queries.moves(programme_id=programme_id, open_only=open_only)]
    return sorted(found, key=lambda each: each.asked_at, reverse=True)


def table(found: Sequence[MoveView], side: Side) -> Table:
    """Moves in a table, each leading to its page."""
    columns = [Column(_("De qui à qui")), Column(_("Carnets"), number=True), Column(_("Demandé le")), Column(_("Où il en est"))]
    rows = [
        [
            Cell(words.direction(each), url=side.url("stock-move", each.id)),
            formats.number(each.booklet_count),
            formats.day(each.asked_at),
            Cell(str(words.STATES[each.state][0]), tone=words.STATES[each.state][1]),
        ]
        for each in found
    ]
    return Table(_("Transferts et retours"), columns, rows, empty=_("Aucun transfert pour l’instant."))


def tasks(actor: Actor, side: Side) -> list[Task]:
    """What waits for this side: to send, to receive, to explain."""
    waiting = []
    for each in seen(actor, side, open_only=True):
        gives, receives = each.from_id == actor.organisation_id, each.to_id == actor.organisation_id
        url, parcel = side.url("stock-move", each.id), words.booklets(each.booklet_count)
        if each.state is MoveState.ASKED and gives and allowed(actor.roles, "distribution.move-stock"):
            title = _("%(booklets)s à envoyer à %(receiver)s") % {"booklets": parcel, "receiver": each.to_name}
            waiting.append(Task(title, _("Préparer"), url, each.asked_at, _why(each)))
        elif each.state is MoveState.SENT and receives:
            title = _("%(booklets)s en route, de %(giver)s") % {"booklets": parcel, "giver": each.from_name}
            verb = _("Compter") if allowed(actor.roles, "issuing.receive") else _("Voir")
            waiting.append(Task(title, verb, url, each.sent_at))
        elif each.state is MoveState.DIFFERENCE and allowed(actor.roles, "distribution.move-stock"):
            count = len(each.unsettled_ids)
            text = ngettext("%(count)s carnet manque au colis de %(giver)s", "%(count)s carnets manquent au colis de %(giver)s", count)
            title = text % {"count": formats.number(count), "giver": each.from_name}
            waiting.append(Task(title, _("Dire où ils sont"), url, each.received_at, each.to_name, "warning", _("à éclaircir")))
    return waiting


def move(request: HttpRequest, move_id: int, *, side: Side) -> HttpResponse:
    """One move: what it is, where it stands, and what its reader may do now."""
    return _page(request, move_id, side)


def _read(actor: Actor, move_id: int, side: Side) -> MoveView:
    found = queries.move(move_id)
    if side is DESK and actor.organisation_id not in (found.from_id, found.to_id):
        raise MoveUnknown(move=move_id)
    return found


def _page(request: HttpRequest, move_id: int, side: Side, *, status: int = 200, **forms: Any) -> HttpResponse:
    actor, at = actor_of(request), clock.now()
    found = _read(actor, move_id, side)
    if side is DESK:
        theming.carry(request, funding.programme(found.programme_id))
    context = {
        "base": side.base,
        "side": side,
        "back": side.url("stock-moves"),
        "move": found,
        "title": _title(found),
        "state": words.STATES[found.state],
        "rows": _rows(found),
        "why": _why(found),
        "runs": queries.run_views(found.programme_id, found.booklet_ids),
        "urls": {name: side.url(f"stock-move-{name}", found.id) for name in ("send", "decline", "receive", "settle")},
    }
    return render(request, "stock/move.html", context | _actions(actor, found, at) | forms, status=status)


def _actions(actor: Actor, found: MoveView, at: datetime) -> dict[str, Any]:
    """The forms a reader may send now, by name."""
    may_move = allowed(actor.roles, "distribution.move-stock")
    gives, receives = found.from_id == actor.organisation_id, found.to_id == actor.organisation_id
    is_operator = funding.programme(found.programme_id).operator_id == actor.organisation_id
    forms: dict[str, Any] = {}
    if found.state is MoveState.ASKED and may_move and gives:
        forms["send_form"] = SendForm(initial={"booklet_count": found.booklet_count})
        forms["to_take"] = queries.to_send(found, at=at)
    if found.state is MoveState.ASKED and may_move and (gives or is_operator):
        forms["decline"] = _("Refuser") if gives and not is_operator else _("Annuler cette demande")
    if found.state is MoveState.SENT and receives and allowed(actor.roles, "issuing.receive"):
        forms["receive_form"] = ReceiveForm(booklets=_numbers(found, found.booklet_ids))
    if found.state is MoveState.DIFFERENCE and may_move and (gives or receives or is_operator):
        forms["settle_form"] = SettleForm(booklets=_numbers(found, found.unsettled_ids), found=_answers(actor, found))
    return forms


def _answers(actor: Actor, found: MoveView) -> list[Found]:
    """What this reader may say of missing booklets: the receiver, that they came; the giver, the rest; the operator, any."""
    if funding.programme(found.programme_id).operator_id == actor.organisation_id:
        return list(Found)
    return [Found.ARRIVED] if found.to_id == actor.organisation_id else [Found.BACK, Found.LOST, Found.STOLEN]


def _numbers(found: MoveView, booklet_ids: Sequence[int]) -> list[tuple[int, str]]:
    return [(each, queries.run_views(found.programme_id, [each])[0].first_serial) for each in booklet_ids]


def _why(found: MoveView) -> str:
    return words.why(found.because, giver=found.from_name, receiver=found.to_name)


def _title(found: MoveView) -> str:
    count = words.booklets(found.booklet_count)
    if found.kind is MoveKind.RETURN:
        return _("Retour de %(booklets)s") % {"booklets": count}
    return _("Transfert de %(booklets)s") % {"booklets": count}


def _rows(found: MoveView) -> list[Row]:
    rows = [Row(_("De"), found.from_name), Row(_("À"), found.to_name), Row(_("Demandé le"), formats.day(found.asked_at))]
    if found.sent_at:
        rows.append(Row(_("Envoyé le"), formats.moment(found.sent_at)))
    if found.received_at:
        arrived = len(found.booklet_ids) - len(found.missing_ids)
        rows += [Row(_("Compté le"), formats.moment(found.received_at)), Row(_("Arrivés"), formats.number(arrived))]
    if found.missing_ids:
        rows.append(Row(_("Jamais arrivés"), formats.number(len(found.missing_ids))))
    return rows


@require_POST
def send(request: HttpRequest, move_id: int, *, side: Side) -> HttpResponseBase:
    """Told first which booklets to take out, then sent."""
    actor, at = actor_of(request), clock.now()
    found = _read(actor, move_id, side)
    form = SendForm(request.POST)
    if not form.is_valid():
        return _page(request, move_id, side, status=422, send_form=form)
    said = form.cleaned_data
    count = said["booklet_count"]
    if found.state is MoveState.ASKED and said["counted"] != count and count != found.booklet_count:
        again = SendForm(initial={"booklet_count": count, "counted": count, "request_id": said["request_id"]})
        return _page(request, move_id, side, send_form=again, to_take=queries.to_send(found, count=count, at=at))
    try:
        runs = operations.send_move(move_id=move_id, booklet_count=count, actor=actor, request_id=said["request_id"], at=at)
    except Refusal as refusal:
        show_refusal(form, refusal, {"booklet-count-outside": "booklet_count", "not-enough-booklets": "booklet_count"})
        return _page(request, move_id, side, status=422, send_form=form)
    gone = sum(run.booklet_count for run in runs)
    text = ngettext("%(count)s carnet est en route.", "%(count)s carnets sont en route.", gone) % {"count": formats.number(gone)}
    messages.success(request, text)
    return redirect(side.url("stock-move", move_id))


@require_POST
def decline(request: HttpRequest, move_id: int, *, side: Side) -> HttpResponseBase:
    """No, or not any more."""
    actor = actor_of(request)
    _read(actor, move_id, side)
    operations.decline_move(move_id=move_id, actor=actor, request_id=uuid4(), at=clock.now())
    messages.success(request, _("C’est noté : rien ne part."))
    return redirect(side.url("stock-move", move_id))


@require_POST
def receive(request: HttpRequest, move_id: int, *, side: Side) -> HttpResponseBase:
    """What arrived, and what did not."""
    actor = actor_of(request)
    found = _read(actor, move_id, side)
    if found.state is MoveState.ASKED:
        raise MoveNotNow(state=found.state.value)
    form = ReceiveForm(request.POST, booklets=_numbers(found, found.booklet_ids))
    if not form.is_valid():
        return _page(request, move_id, side, status=422, receive_form=form)
    arrived = operations.receive_move(
        move_id=move_id,
        missing_ids=form.cleaned_data["missing_ids"],
        actor=actor,
        request_id=form.cleaned_data["request_id"],
        at=clock.now(),
    )
    text = ngettext("%(count)s carnet reçu. Il est dans votre stock.", "%(count)s carnets reçus. Ils sont dans votre stock.", arrived)
    messages.success(request, text % {"count": formats.number(arrived)})
    return redirect(side.url("stock-move", move_id))


@require_POST
def settle(request: HttpRequest, move_id: int, *, side: Side) -> HttpResponseBase:
    """What became of those that did not arrive."""
    actor = actor_of(request)
    found = _read(actor, move_id, side)
    may_answer = {found.from_id, found.to_id, funding.programme(found.programme_id).operator_id}
    if actor.organisation_id not in may_answer:
        raise MoveNotYours
    form = SettleForm(request.POST, booklets=_numbers(found, found.unsettled_ids), found=_answers(actor, found))
    if not form.is_valid():
        return _page(request, move_id, side, status=422, settle_form=form)
    said = form.cleaned_data
    count = operations.settle_missing(
        move_id=move_id,
        booklet_ids=said["booklet_ids"],
        found=Found(said["found"]),
        actor=actor,
        request_id=said["request_id"],
        at=clock.now(),
    )
    done = ngettext("C’est noté pour %(count)s carnet.", "C’est noté pour %(count)s carnets.", count)
    messages.success(request, done % {"count": formats.number(count)})
    return redirect(side.url("stock-move", move_id))


def run_rows(runs: Sequence[RunView]) -> Table:
    """Booklets to take out of a cupboard, pile by pile."""
    columns = [Column(_("Du")), Column(_("Au")), Column(_("Carnets"), number=True)]
    rows = [[run.first_serial, run.last_serial, formats.number(run.booklet_count)] for run in runs]
    return Table(_("Carnets à prendre"), columns, rows)
