"""Where the booklets are, how they go, and what to move: proposals with their reason, requests of desks, transfers, replacements."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.distribution import operations
from carnet.distribution import queries as distribution
from carnet.distribution.queries import PointView, ProposalView, StockRequestView, StockWeekView
from carnet.distribution.rules import StockRequestUnknown
from carnet.funding import queries as funding
from carnet.funding.access import operated_programme
from carnet.funding.queries import ProgrammeFacts
from carnet.issuing import queries as issuing
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.parties.rules import allowed
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Figure, Row, Table, Task
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.doors import door
from carnet.web.stock import moves, replacing, words
from carnet.web.stock.forms import MoveForm, RefuseForm


def stock(request: HttpRequest) -> HttpResponse:
    """Every point of the open programmes with its pace, what to move, and the orders' booklets by holder."""
    actor, at = actor_of(request), clock.now()
    lines = issuing.stock(actor)
    own = [line for line in lines if line.organisation_id == actor.organisation_id]
    at_hand = sum(line.in_stock_count for line in own)
    programmes = funding.programmes_of_operator(actor.organisation_id or 0)
    on_the_way = sum(sum(ledger.on_the_way(programme_id=each.id).values()) for each in programmes)
    may_move = allowed(actor.roles, "distribution.move-stock")
    sections = [_section(each, at, may_move) for each in with_stock(actor, at)]
    context = {
        "figures": [
            Figure(formats.number(at_hand), _("carnets dans votre dépôt")),
            Figure(formats.number(sum(line.in_stock_count for line in lines) - at_hand), _("carnets dans les guichets")),
            Figure(formats.number(on_the_way), _("carnets en route")),
        ],
        "sections": sections,
        "moves": moves.table(moves.seen(actor, moves.OFFICE)[:10], moves.OFFICE),
        "table": _holders(lines),
        "is_empty": not lines and not sections,
        "may_move": may_move,
        "may_replace": allowed(actor.roles, "distribution.replace"),
    }
    return render(request, "operator/stock.html", context)


def with_stock(actor: Actor, at: datetime) -> list[ProgrammeFacts]:
    """The operator's programmes that have booklets and whose vouchers may still be used."""
    found = funding.programmes_of_operator(actor.organisation_id or 0)
    return [each for each in found if each.is_open_at(at) and ledger.series_list(programme_id=each.id)]


def _section(programme: ProgrammeFacts, at: datetime, may_move: bool) -> dict[str, Any]:
    views = distribution.points(programme.id, at=at)
    weeks = distribution.stock_weeks(programme_id=programme.id)
    return {
        "programme": programme,
        "proposals": [_proposed(each, may_move) for each in distribution.proposed(programme.id, at=at, views=views)],
        "requests": _requests(distribution.stock_requests(programme_id=programme.id, open_only=True)),
        "points": _points(views),
        "weeks": _weeks(weeks) if weeks else None,
        "new_url": f"{reverse('operator:stock-ask-move')}?programme={programme.id}",
    }


def _proposed(found: ProposalView, may_move: bool) -> dict[str, str]:
    proposal = found.proposal
    query = f"programme={found.programme_id}&from={proposal.from_id}&to={proposal.to_id}&count={proposal.booklet_count}"
    return {
        "title": _("%(booklets)s : %(giver)s → %(receiver)s")
        % {"booklets": words.booklets(proposal.booklet_count), "giver": found.from_name, "receiver": found.to_name},
        "why": _why(found),
        "url": f"{reverse('operator:stock-ask-move')}?{query}" if may_move else "",
    }


def _why(found: ProposalView) -> str:
    return words.why(found.proposal.because.as_dict(), giver=found.from_name, receiver=found.to_name)


def _points(views: Sequence[PointView]) -> Table:
    columns = [
        Column(_("Guichet")), Column(_("Carnets entiers"), number=True), Column(_("Depuis le")), Column(_("Rythme")), Column(_("Durée")),
        Column(_("Dernier mouvement")), Column(_("État")),
    ]  # fmt: skip
    rows = [
        [
            _("%(name)s (dépôt)") % {"name": view.name} if view.point.is_depot else view.name,
            formats.number(view.point.in_stock),
            formats.day(view.held_since) if view.held_since else "–",
            "–" if view.point.is_depot else words.pace(view),
            "–" if view.point.is_depot else words.lasts(view),
            formats.day(view.moved_at) if view.moved_at else "–",
            "–" if view.point.is_depot else _state(view),
        ]
        for view in views
    ]
    return Table(_("Ce que chaque guichet a, et à quel rythme il le remet"), columns, rows)


def _state(view: PointView) -> Cell:
    if view.is_asleep:
        return Cell(_("Dort depuis %(days)s") % {"days": words.days(view.point.idle_days)}, tone="warning")
    if view.runs_out:
        return Cell(_("Bientôt vide"), tone="danger")
    return Cell(_("Se remplit"), tone="info") if view.point.arriving else Cell(_("Va bien"), tone="success")


def _requests(found: Sequence[StockRequestView]) -> Table | None:
    columns = [Column(_("Guichet")), Column(_("Carnets"), number=True), Column(_("Avant le")), Column(_("Pourquoi")), Column(_("Répondre"))]
    rows = [
        [
            each.organisation,
            formats.number(each.booklet_count),
            formats.day(each.wanted_on),
            str(words.REQUEST_REASONS[each.reason]),
            Cell(_("Répondre"), url=reverse("operator:stock-request", args=[each.id])),
        ]
        for each in found
    ]
    return Table(_("Carnets demandés"), columns, rows) if rows else None


def _weeks(found: Sequence[StockWeekView]) -> Table:
    columns = [
        Column(_("Semaine du")), Column(_("Guichets endormis"), number=True), Column(_("Carnets endormis"), number=True),
        Column(_("Bientôt vides"), number=True), Column(_("Transferts proposés"), number=True),
    ]  # fmt: skip
    rows = [
        [
            formats.day(each.week_on),
            *(formats.number(count) for count in (each.asleep_count, each.booklets_asleep, each.running_out_count, each.proposed_count)),
        ]
        for each in found
    ]
    return Table(_("Semaine après semaine"), columns, rows)


def _holders(lines: Sequence[issuing.HolderStock]) -> Table:
    columns = [
        Column(_("Chez qui")), Column(_("Programme")), Column(_("Commande")), Column(_("En stock"), number=True), Column(_("En route"), number=True),
    ]  # fmt: skip
    rows = [
        [
            line.organisation,
            line.programme_name,
            Cell(_("n° %(number)s") % {"number": line.order_id}, url=reverse("operator:order", args=[line.order_id])),
            formats.number(line.in_stock_count),
            formats.number(line.in_transit_count),
        ]
        for line in lines
    ]
    return Table(_("Carnets intacts, par organisation"), columns, rows)


def tasks(actor: Actor, at: datetime) -> Iterator[Task]:
    """What waits about stock: requests of desks, moves, and what sleeps while others run out."""
    if not allowed(actor.roles, "distribution.move-stock"):
        return
    for programme in with_stock(actor, at):
        for each in distribution.stock_requests(programme_id=programme.id, open_only=True):
            title = _("%(desk)s demande %(booklets)s") % {"desk": each.organisation, "booklets": words.booklets(each.booklet_count)}
            until = _("avant le %(day)s") % {"day": formats.day(each.wanted_on)}
            yield Task(title, _("Répondre"), reverse("operator:stock-request", args=[each.id]), each.asked_at, until)
        found = distribution.proposed(programme.id, at=at)
        if found:
            count = sum(each.proposal.booklet_count for each in found)
            title = ngettext("%(count)s carnet à déplacer", "%(count)s carnets à déplacer", count) % {"count": formats.number(count)}
            yield Task(title, _("Voir les propositions"), reverse("operator:stock"), None, programme.name)
    yield from moves.tasks(actor, moves.OFFICE)


class AskMove(OperationView):
    """Ask a desk for booklets for another, a proposal taken up or an idea of one's own; from the depot, they are sent at once."""

    template_name = "operator/stock/ask_move.html"
    form_class = MoveForm
    refusal_fields = {"not-enough-booklets": "booklet_count", "booklet-count-outside": "booklet_count", "move-to-itself": "to_id"}

    def dispatch(self, *arguments: Any, **options: Any) -> HttpResponseBase:
        actor, at = actor_of(self.request), clock.now()
        asked = self.request.GET.get("request", "")
        self.stock_request = distribution.stock_request(int(asked)) if asked.isdecimal() and len(asked) < 18 else None
        named = str(self.stock_request.programme_id) if self.stock_request else self.request.GET.get("programme", "")
        programmes = with_stock(actor, at)
        chosen = next((each for each in programmes if str(each.id) == named), programmes[0] if programmes else None)
        if chosen is None:
            return redirect("operator:stock")
        operated_programme(actor, chosen.id)
        self.programme = chosen
        self.views = distribution.points(chosen.id, at=at)
        self.proposals = distribution.proposed(chosen.id, at=at, views=self.views)
        return super().dispatch(*arguments, **options)

    def get_form_kwargs(self) -> dict[str, Any]:
        points = [(each.point.organisation_id, f"{each.name} ({words.booklets(each.point.at_hand)})") for each in self.views]
        return {**super().get_form_kwargs(), "points": points}

    def get_initial(self) -> dict[str, Any]:
        given: dict[str, Any] = {
            "from_id": self.request.GET.get("from"),
            "to_id": self.request.GET.get("to"),
            "booklet_count": self.request.GET.get("count"),
        }
        if self.stock_request:
            given |= {"to_id": self.stock_request.organisation_id}
            given["booklet_count"] = given["booklet_count"] or str(self.stock_request.booklet_count)
        return super().get_initial() | {name: value for name, value in given.items() if value}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        found = self._proposal(self.request.GET.get("from", ""), self.request.GET.get("to", ""))
        why = _why(found) if found else ""
        return super().get_context_data(programme=self.programme, why=why, **context)

    def _proposal(self, from_id: str, to_id: str) -> ProposalView | None:
        return next((each for each in self.proposals if (str(each.proposal.from_id), str(each.proposal.to_id)) == (from_id, to_id)), None)

    def perform(self, form: MoveForm) -> HttpResponse:
        said, actor, at = form.cleaned_data, actor_of(self.request), clock.now()
        found = self._proposal(str(said["from_id"]), str(said["to_id"]))
        waiting = distribution.stock_requests(programme_id=self.programme.id, organisation_id=said["to_id"], open_only=True)
        move_id = operations.ask_move(
            programme_id=self.programme.id,
            from_organisation_id=said["from_id"],
            to_organisation_id=said["to_id"],
            booklet_count=said["booklet_count"],
            stock_request_id=waiting[0].id if waiting else None,
            because=found.proposal.because.as_dict() if found else None,
            actor=actor,
            request_id=said["request_id"],
            at=at,
        )
        done = _("C’est demandé : le guichet qui donne le voit dans ses tâches.")
        if said["from_id"] == self.programme.operator_id:
            done = _("Préparez ce colis dans votre dépôt.")
        messages.success(self.request, done)
        return redirect("operator:stock-move", move_id=move_id)


class Answer(OperationView):
    """A request of a desk: find booklets for it, or say no and why."""

    template_name = "operator/stock/request.html"
    form_class = RefuseForm

    def dispatch(self, *arguments: Any, **options: Any) -> HttpResponseBase:
        actor, at = actor_of(self.request), clock.now()
        self.found = distribution.stock_request(self.kwargs["stock_request_id"])
        programme = funding.programme(self.found.programme_id)
        if programme.operator_id != actor.organisation_id:
            raise StockRequestUnknown(stock_request=self.found.id)
        self.views = distribution.points(programme.id, at=at)
        self.proposals = distribution.proposed(programme.id, at=at, views=self.views)
        return super().dispatch(*arguments, **options)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        own = next((view for view in self.views if view.point.organisation_id == self.found.organisation_id), None)
        rows = [
            Row(_("Guichet"), self.found.organisation),
            Row(_("Carnets demandés"), formats.number(self.found.booklet_count)),
            Row(_("Avant le"), formats.day(self.found.wanted_on)),
            Row(_("Pourquoi"), str(words.REQUEST_REASONS[self.found.reason])),
        ]
        if own:
            rows += [Row(_("Il lui reste"), words.booklets(own.point.at_hand)), Row(_("Son rythme"), words.pace(own))]
            rows += [Row(_("Cela dure"), words.lasts(own))]
        mine = [_proposed(each, True) for each in self.proposals if each.proposal.to_id == self.found.organisation_id]
        other = f"{reverse('operator:stock-ask-move')}?request={self.found.id}"
        return super().get_context_data(found=self.found, rows=rows, proposals=mine, other_url=other, **context)

    def perform(self, form: RefuseForm) -> HttpResponse:
        operations.refuse_request(
            stock_request_id=self.found.id, refused_for=form.reason(), actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"], at=clock.now(),
        )  # fmt: skip
        messages.success(self.request, _("Le guichet est prévenu, avec la raison."))
        return redirect("operator:stock")


_move = door("distribution.move-stock")
urlpatterns = [
    path("stock/", door("distribution.see-stock")(stock), name="stock"),
    path("stock/ask-move/", _move(AskMove.as_view()), name="stock-ask-move"),
    path("stock/requests/<int:stock_request_id>/", _move(Answer.as_view()), name="stock-request"),
    *moves.routes(moves.OFFICE),
    *replacing.routes(moves.OFFICE),
]
