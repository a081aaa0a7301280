"""The whole application: where it stands, what was answered and why; the last page before it is sent; taking back, giving up, contesting."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from carnet.kernel.refusals import Refusal
from carnet.parties.rules.applications import WAITING, FileState, Problem
from carnet.web.applications import problem_words, step_states
from carnet.web.design.components import Task
from carnet.web.design.screens import show_refusal
from carnet.web.public.applications._forms import AppealForm, YesForm
from carnet.web.public.applications._kind import Kind
from carnet.web.public.applications._steps import StepPages

APPEAL_PROBLEMS = dict.fromkeys(("structure-text-missing", "appeal-text-missing", "nir-in-text", "iban-in-text"), "text")


@dataclass(frozen=True, slots=True)
class FilePages:
    """The pages of the whole application of one kind. `where`: the step of a problem, and more where six times "to complete" says nothing."""

    kind: Kind
    steps: StepPages
    states: Mapping[Any, tuple[Promise, str]]
    told: Callable[[Any, Any], Any]
    send: Callable[..., None]
    take_back_operation: Callable[..., None]
    withdraw_operation: Callable[..., None]
    where: Callable[[Any, Problem[Any]], str] | None = None
    parts_shown: Callable[[Any], Any] | None = None  # to whoever only reads; the kind's own when not said
    may_be_done: Callable[[Any, Any], bool] = lambda _step, _view: True  # False: nothing to mend in a step, and nothing done either

    def overview(self, request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponseBase:
        """The steps and their states while it is written; the answer afterwards."""
        view = self.kind.file(request)
        context = {
            "file": view,
            "state": self.states[view.state],
            "steps": self._tasks(view) if view.is_writable else [],
            "is_complete": view.is_writable and not view.problems,
            "decisions": [self.told(each, view) for each in view.decisions],
            "may_take_back": view.state == FileState.SENT,
            "take_back_id": uuid4(),
            "may_withdraw": view.state in WAITING,
            "send_url": reverse(self.kind.route("summary")),
            "take_back_url": reverse(self.kind.route("take-back")),
            "leave_url": reverse(self.kind.route("leave")),
            "withdraw_url": reverse(self.kind.route("withdraw")),
            "parts": (self.parts_shown or self.kind.parts)(view) if not view.is_writable else [],
        }
        return self.kind.render(request, "file", context | more, status=status)

    def summary(self, request: HttpRequest) -> HttpResponseBase:
        """Read the whole again, then send."""
        if (stopped := self.steps.locked(request)) is not None:
            return stopped
        view, form = self.kind.file(request), YesForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                self.kind.call(self.send, request, request_id=form.cleaned_data["request_id"])
            except Refusal as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, str(self.kind.words.sent))
                return self.kind.whole()
        context = {
            "form": form,
            "parts": [(part, self._page(part.step)) for part in self.kind.parts(view)],
            "problems": [(self._where(view, each), problem_words(each), self._page(each.step)) for each in view.problems],
        }
        return self.steps.page(request, list(self.kind.steps)[-1], "summary", status=422 if form.is_bound else 200, **context)

    def take_back(self, request: HttpRequest) -> HttpResponseBase:
        """Correct an application already sent, while nobody has answered."""
        form = YesForm(request.POST)
        if form.is_valid():
            self.kind.call(self.take_back_operation, request, request_id=form.cleaned_data["request_id"])
            messages.success(request, str(self.kind.words.taken_back))
        return self.kind.whole()

    def withdraw(self, request: HttpRequest) -> HttpResponseBase:
        """Give the application up, once asked again."""
        form = YesForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            self.kind.call(self.withdraw_operation, request, request_id=form.cleaned_data["request_id"])
            messages.success(request, str(self.kind.words.withdrawn))
            return self.kind.whole()
        return self.kind.render(request, "withdraw", {"form": form, "file": self.kind.file(request)})

    def contest(self, request: HttpRequest, operation: Callable[..., int], sent: str) -> HttpResponseBase:
        """Contest the latest decision, once, in time. `sent`: what is said once it is done."""
        view, form = self.kind.file(request), AppealForm(request.POST or None)
        if view.appeal_until is None:
            return self.kind.whole()
        if request.method == "POST" and form.is_valid():
            try:
                self.kind.call(operation, request, **form.cleaned_data)
            except Refusal as refusal:
                show_refusal(form, refusal, APPEAL_PROBLEMS)
            else:
                messages.success(request, sent)
                return self.kind.whole()
        context = {"form": form, "file": view, "decision": self.told(view.decisions[0], view)}
        return self.kind.render(request, "contest", context, status=422 if form.is_bound else 200)

    def _tasks(self, view: Any) -> list[Task]:
        filled = list(self.kind.steps)[:-1]
        states = step_states(filled, view.problems, lambda step: self.kind.is_begun(step, view), lambda step: self.may_be_done(step, view))
        return [
            Task(
                str(self.kind.titles[step]), _("Revoir") if tone == "success" else _("Remplir"), self._page(step), tone=tone, tone_text=text
            )
            for step, text, tone in states
        ]

    def _where(self, view: Any, problem: Problem[Any]) -> str:
        return self.where(view, problem) if self.where is not None else str(self.kind.titles[problem.step])

    def _page(self, step: Any) -> str:
        return reverse(self.kind.route(step.value))
