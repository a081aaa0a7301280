"""A desk's own part in a programme: what it still has to do, and what is there already; its training, ticked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from carnet.distribution import operations, queries
from carnet.distribution.queries import DeskLineView, DeskView
from carnet.distribution.rules.joining import HANDING, TRAINING, DeskState, Todo, TodoState
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Task
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.desks import AGREEMENTS, DESK_STATES, TODO_STATES, TODOS, agreement_state, last_day, point_rows, told
from carnet.web.doors import door
from carnet.web.prescriber.desk import organisation_of

VERBS = {
    Todo.AGREEMENT: gettext_lazy("Lire et signer"),
    Todo.LEAD: gettext_lazy("Voir l’équipe"),
    Todo.POINTS: gettext_lazy("Ajouter un point"),
    Todo.TRAINING: gettext_lazy("Se former"),
}
# Items of the training that are pages of this site.
LESSONS = {"guide": "rehearsal:guide", "rehearsal": "rehearsal:start"}


def mine(request: HttpRequest, programme_id: int) -> DeskView:
    """The desk of this page. Raises: NotPrescriber (shown as a page)."""
    actor = actor_of(request)
    return queries.desk(programme_id=programme_id, organisation_id=organisation_of(actor), actor=actor, at=clock.now())


class Confirm(OperationView):
    """A page that asks once more, then does one thing."""

    template_name = "prescriber/membership/confirm.html"
    form_class = OperationForm

    @cached_property
    def desk(self) -> DeskView:
        return mine(self.request, self.kwargs["programme_id"])

    @property
    def about(self) -> dict[str, Any]:
        return {"programme_id": self.desk.programme.id, "organisation_id": self.desk.line.organisation_id}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(back=reverse("prescriber:part", args=[self.kwargs["programme_id"]]), **more)

    def done(self, words: str) -> HttpResponseBase:
        messages.success(self.request, words)
        return redirect("prescriber:part", self.kwargs["programme_id"])


def parts(request: HttpRequest) -> HttpResponseBase:
    """The programmes this desk takes part in; the page of the only one, when there is one."""
    found = queries.own_desks(actor=actor_of(request), at=clock.now())
    if len(found) == 1:
        return redirect("prescriber:part", found[0].programme_id)
    lines = [(each, _programme_name(each), DESK_STATES[each.state]) for each in found]
    return render(request, "prescriber/membership/parts.html", {"lines": lines})


def part(request: HttpRequest, programme_id: int) -> HttpResponse:
    """One part whole: the checklist in order, then what is there already."""
    actor, view = actor_of(request), mine(request, programme_id)
    today, may_keep = legal_day(clock.now()), allowed(actor.roles, "distribution.keep-points")
    context = {
        "view": view,
        "state": DESK_STATES[view.line.state],
        "todos": list(checklist(view.line)),
        "agreements": [(each, AGREEMENTS[each.kind][0], agreement_state(each, today)) for each in view.agreements],
        "offers": [(text, *AGREEMENTS[text.kind]) for text in view.texts] if view.may_sign else [],
        "may_sign": view.may_sign and allowed(actor.roles, "distribution.sign-agreement"),
        "ends_on": last_day(view.line.agreed_until) if view.line.agreed_until else "",
        "regularise_on": formats.day(view.regularise_until) if view.regularise_until else "",
        "points": [(point, point_rows(point, today)) for point in view.points if point.closed_at is None],
        "may_keep": may_keep,
        "training": _training(view, actor),
        "decisions": [told(each) for each in view.decisions],
        "may_leave": allowed(actor.roles, "distribution.leave"),
        "request_id": uuid4(),
    }
    return render(request, "prescriber/membership/part.html", context)


def _training(view: DeskView, actor: Actor) -> list[dict[str, Any]]:
    ticked = {each.item: each for each in view.training}
    names = parties.names_of([each.ticked_by for each in view.training])
    return [
        {
            "item": item,
            "tick": ticked.get(item.code),
            "by": names.get(ticked[item.code].ticked_by, "") if item.code in ticked else "",
            "url": reverse(LESSONS[item.code]) if item.code in LESSONS else "",
        }
        for item in TRAINING
    ]


def checklist(line: DeskLineView) -> Iterator[Task]:
    """What a desk has to do, in order, as tasks: done ones stay, so that one sees how far one is."""
    page = reverse("prescriber:part", args=[line.programme_id])
    anchors = {Todo.AGREEMENT: "#convention", Todo.POINTS: "#points", Todo.TRAINING: "#formation"}
    for todo, state in line.todos.items():
        words, tone = TODO_STATES[state]
        is_left = state in (TodoState.TO_DO, TodoState.SOON)
        url = reverse("accounts:members") if todo is Todo.LEAD else page + anchors[todo]
        yield Task(str(TODOS[todo]), str(VERBS[todo]) if is_left else _("Voir"), url, tone=tone, tone_text=str(words))


@dataclass(frozen=True, slots=True)
class PartToDo:
    """What the home page says of one part that is not whole: its state, what is missing in order, and where to do it.

    `stops`: nothing can be handed over until it is done, so it is said before anything else.
    """

    programme: str
    url: str
    state: str
    tone: str
    sentence: str
    tasks: Sequence[Task]
    stops: bool


def parts_to_do(actor: Actor) -> list[PartToDo]:
    """The parts of this desk that lack something, or must be renewed soon. Nothing when all is done."""
    if not allowed(actor.roles, "distribution.see-own-joining"):
        return []
    found = []
    for line in queries.own_desks(actor=actor, at=clock.now()):
        is_soon = TodoState.SOON in line.todos.values()
        if line.missing or is_soon or line.state in (DeskState.SUSPENDED, DeskState.LEAVING):
            words, tone = DESK_STATES[line.state]
            left = [task for task in checklist(line) if task.tone != "success"]
            url = reverse("prescriber:part", args=[line.programme_id])
            found.append(PartToDo(_programme_name(line), url, str(words), tone, _sentence(line), left, line.state not in HANDING))
    return found


def _sentence(line: DeskLineView) -> str:
    """What the state means for whoever stands at the desk, when it means something."""
    if TodoState.SOON in line.todos.values() and line.agreed_until is not None:
        return _("Votre convention finit le %(day)s inclus. Renouvelez-la.") % {"day": last_day(line.agreed_until)}
    said = {
        DeskState.UNSIGNED: _("Vos remises sont refusées tant que la convention n’est pas signée."),
        DeskState.TO_REGULARISE: _("Vous pouvez remettre des carnets. Il reste à signer la convention."),
        DeskState.SUSPENDED: _("Vos remises sont refusées. Vous pouvez rendre vos carnets."),
        DeskState.LEAVING: _("Vous quittez ce programme : rendez vos carnets."),
        DeskState.INCOMPLETE: _("Vous pouvez remettre des carnets. Il reste ceci à faire."),
    }
    return said.get(line.state, "")


def _programme_name(line: DeskLineView) -> str:
    return funding.programme(line.programme_id).name


@require_POST
def tick(request: HttpRequest, programme_id: int) -> HttpResponseBase:
    """Tick an item of the training, or take the tick off."""
    actor, form = actor_of(request), OperationForm(request.POST)
    if form.is_valid():
        operations.tick_training(
            programme_id=programme_id,
            organisation_id=organisation_of(actor),
            item=request.POST.get("item", ""),
            is_done=request.POST.get("done") == "1",
            actor=actor,
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
    return redirect(reverse("prescriber:part", args=[programme_id]) + "#formation")


_see = door("distribution.see-own-joining")

urlpatterns = [
    path("part/", _see(parts), name="parts"),
    path("part/<int:programme_id>/", _see(part), name="part"),
    path("part/<int:programme_id>/training/", door("distribution.tick-training")(tick), name="part-training"),
]
