"""The stock of a desk: what it holds, how fast it goes, booklets asked for or given back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from carnet.distribution import operations, queries
from carnet.distribution.queries import PointView, StockRequestView, StockTakeView
from carnet.distribution.rules import MoveKind, NotEnoughBooklets, RequestOutcome, RequestReason
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Figure, Table, Task
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.doors import door
from carnet.web.prescriber import counts, desk
from carnet.web.stock import moves, replacing, words
from carnet.web.stock.forms import RequestForm, ReturnForm


def own_points(organisation_id: int, at: datetime) -> list[PointView]:
    """What a desk holds, programme by programme."""
    parts = queries.participations(organisation_id=organisation_id, at=at)
    ids = list(dict.fromkeys(part.programme_id for part in parts))
    found = [view for each in ids for view in queries.points(each, organisation_id=organisation_id, at=at)]
    kept = [view for view in found if view.days_left > 0 or view.point.in_stock]
    return sorted(kept, key=lambda view: -view.days_left)


def alerts(views: Sequence[PointView]) -> list[str]:
    """What a desk should know of its stock, in sentences."""
    told = []
    for view in views:
        if view.days_left <= 0 and view.point.in_stock:
            held = {"booklets": words.booklets(view.point.in_stock)}
            told.append(_("Une saison de remise est finie : il vous reste %(booklets)s à rendre à l’opérateur.") % held)
        elif view.is_asleep:
            held = {"booklets": words.booklets(view.point.at_hand), "days": words.days(view.point.idle_days)}
            told.append(_("Votre stock dort : %(booklets)s, et rien n’a bougé depuis %(days)s. Remettez-les, ou rendez-en.") % held)
        elif view.runs_out and view.point.at_hand == 0:
            told.append(_("Votre stock est vide, et rien n’est en route. Demandez des carnets."))
        elif view.runs_out:
            told.append(
                _("À ce rythme, votre stock sera vide dans %(days)s. Demandez des carnets.")
                % {"days": words.days(view.point.cover_days or 0)}
            )
    return told


def tasks(actor: Actor) -> list[Task]:
    """What waits for a desk about its stock."""
    return [*moves.tasks(actor, moves.DESK), *replacing.tasks(actor)]


def stock(request: HttpRequest) -> HttpResponse:
    """The cupboard at a glance, and what may be done about it."""
    actor, at = actor_of(request), clock.now()
    organisation_id = desk.organisation_of(actor)
    desk.programmes(request, organisation_id, at)
    views = own_points(organisation_id, at)
    names = {each.id: each.name for each in funding.programmes({view.programme_id for view in views})}
    waiting = queries.stock_requests(organisation_id=organisation_id, open_only=True)
    context = {
        "sections": [{"name": names[view.programme_id], "figures": _figures(view), "view": view} for view in views],
        "may_ask": any(view.days_left > 0 for view in views) and not waiting,
        "alerts": alerts(views),
        "tasks": tasks(actor),
        "requests": waiting,
        "past_requests": _request_table(queries.stock_requests(organisation_id=organisation_id, limit=10)),
        "moves": moves.table(queries.moves(organisation_id=organisation_id, limit=8), moves.DESK),
        "takes": _take_table(queries.stock_takes(organisation_id=organisation_id)),
    }
    return render(request, "prescriber/stock/stock.html", context)


def _figures(view: PointView) -> list[Figure]:
    if view.days_left <= 0:
        left = ngettext("carnet à rendre", "carnets à rendre", view.point.in_stock)
        return [Figure(formats.number(view.point.in_stock), left, _("la saison de remise est finie"))]
    return [
        Figure(formats.number(view.point.in_stock), ngettext("carnet entier en stock", "carnets entiers en stock", view.point.in_stock)),
        Figure(words.pace(view), _("rythme des remises"), _("depuis quatre semaines")),
        Figure(words.lasts(view), _("durée du stock à ce rythme")),
        *(
            [Figure(formats.number(view.point.arriving), ngettext("carnet qui arrive", "carnets qui arrivent", view.point.arriving))]
            if view.point.arriving
            else []
        ),
    ]


def _request_table(found: Sequence[StockRequestView]) -> Table | None:
    closed = [each for each in found if each.closed_at]
    columns = [Column(_("Demandée le")), Column(_("Carnets"), number=True), Column(_("Réponse")), Column(_("Pourquoi"))]
    rows = [
        [
            formats.day(each.asked_at),
            formats.number(each.booklet_count),
            Cell(str(words.OUTCOMES[each.outcome]), tone="success" if each.outcome is RequestOutcome.SERVED else "neutral"),
            str(words.REFUSED_FOR[each.refused_for]) if each.refused_for else "",
        ]
        for each in closed
        if each.outcome
    ]
    return Table(_("Demandes passées"), columns, rows) if rows else None


def _take_table(found: Sequence[StockTakeView]) -> Table:
    columns = [
        Column(_("Inventaire")),
        Column(_("Attendus"), number=True),
        Column(_("Scannés"), number=True),
        Column(_("Manquants"), number=True),
    ]
    rows = [
        [
            Cell(_("du %(day)s") % {"day": formats.day(each.opened_at)}, url=reverse("prescriber:stock-take", args=[each.id])),
            formats.number(each.expected_count),
            formats.number(each.scanned_count),
            formats.number(len(each.difference.missing)) if each.closed_at else _("en cours"),
        ]
        for each in found
    ]
    return Table(_("Inventaires"), columns, rows, empty=_("Aucun inventaire pour l’instant."))


class Ask(OperationView):
    """Ask the operator for booklets before a day."""

    template_name = "prescriber/stock/ask.html"
    form_class = RequestForm
    refusal_fields = {"booklet-count-outside": "booklet_count", "wanted-in-the-past": "wanted_on"}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "programmes": desk.choices(actor_of(self.request), clock.now(), to_give_only=True)}

    def get_initial(self) -> dict[str, Any]:
        return super().get_initial() | {"wanted_on": legal_day(clock.now()) + timedelta(weeks=2)}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        desk.programmes(self.request, desk.organisation_of(actor_of(self.request)), clock.now())
        return super().get_context_data(**context)

    def perform(self, form: RequestForm) -> HttpResponse:
        said = form.cleaned_data
        operations.ask_for_stock(
            programme_id=said["programme_id"],
            booklet_count=said["booklet_count"],
            wanted_on=said["wanted_on"],
            reason=RequestReason(said["reason"]),
            actor=actor_of(self.request),
            request_id=said["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("C’est demandé. L’opérateur vous répond ici."))
        return redirect("prescriber:stock")


@require_POST
def withdraw(request: HttpRequest, stock_request_id: int) -> HttpResponseBase:
    operations.withdraw_request(stock_request_id=stock_request_id, actor=actor_of(request), request_id=uuid4(), at=clock.now())
    messages.success(request, _("Votre demande est retirée."))
    return redirect("prescriber:stock")


class GiveBack(OperationView):
    """Booklets that go back to the operator: told first which to take, then sent."""

    template_name = "prescriber/stock/give_back.html"
    form_class = ReturnForm
    refusal_fields = {"not-enough-booklets": "booklet_count", "booklet-count-outside": "booklet_count"}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "programmes": self._programmes()}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        desk.programmes(self.request, desk.organisation_of(actor_of(self.request)), clock.now())
        return super().get_context_data(**context)

    def _programmes(self) -> list[tuple[int, str]]:
        return desk.choices(actor_of(self.request), clock.now())

    def perform(self, form: ReturnForm) -> HttpResponse:
        said, actor, at = form.cleaned_data, actor_of(self.request), clock.now()
        own, count = desk.organisation_of(actor), said["booklet_count"]
        if said["counted"] != count:
            chosen = queries.chosen_booklets(MoveKind.RETURN, said["programme_id"], own, count, at=at)
            if len(chosen) < count:
                raise NotEnoughBooklets(asked=count, held=len(chosen))
            again = ReturnForm(initial=said | {"counted": count}, programmes=self._programmes())
            return self.render_to_response(self.get_context_data(form=again, runs=queries.run_views(said["programme_id"], chosen)))
        move_id = operations.ask_move(
            programme_id=said["programme_id"],
            from_organisation_id=own,
            to_organisation_id=funding.programme(said["programme_id"]).operator_id,
            booklet_count=count,
            actor=actor,
            request_id=said["request_id"],
            at=at,
        )
        operations.send_move(move_id=move_id, actor=actor, request_id=said["request_id"], at=at)
        messages.success(self.request, _("C’est noté : l’opérateur les comptera à leur arrivée."))
        return redirect("prescriber:stock-move", move_id=move_id)


urlpatterns = [
    path("stock/", door("distribution.see-stock")(stock), name="stock"),
    path("stock/ask/", door("distribution.request-stock")(Ask.as_view()), name="stock-ask"),
    path("stock/requests/<int:stock_request_id>/withdraw/", door("distribution.request-stock")(withdraw), name="stock-withdraw"),
    path("stock/give-back/", door("distribution.move-stock")(GiveBack.as_view()), name="stock-give-back"),
    *counts.urlpatterns,
    *moves.routes(moves.DESK),
    *replacing.routes(moves.DESK),
]
