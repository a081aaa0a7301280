"""The second person's pages of a decision, whatever it is about: it as it was prepared, taken, or set aside."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.kernel.actors import Actor
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.parties.rules.applications import DecisionState
from carnet.web import clock
from carnet.web.applications import decision_rows
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import OperationView, actor_of


class NoForm(OperationForm):
    """A no, and why."""

    reason = forms.CharField(
        label=gettext_lazy("Pourquoi, pour qui l’a préparée"), widget=forms.Textarea(attrs={"rows": 3}), max_length=500
    )


def as_prepared(found: Any, actor: Actor, action: str, hints: Mapping[Any, Promise]) -> dict[str, Any]:
    """What the page of a decision says of it, and whether its reader may take it."""
    waits = found.state is DecisionState.PREPARED
    return {
        "decision": found,
        "hint": str(hints.get(found.kind, "")) if waits else "",
        "rows": decision_rows(found, parties.names_of([found.prepared_by, found.decided_by or 0])),
        "may_decide": waits and allowed(actor.roles, action) and found.prepared_by != actor.person_id,
        "is_mine": waits and found.prepared_by == actor.person_id,
        "is_set_aside": found.state is DecisionState.SET_ASIDE,
    }


class Second(OperationView):
    """What both gestures have in common. Each room says how a decision is found, named and left."""

    template_name = "operator/confirm.html"
    hints: Mapping[Any, Promise] = {}

    def find(self) -> Any:
        """The decision. Raises: the room's own."""
        raise NotImplementedError

    def title(self) -> str:
        """What it is, and about whom."""
        raise NotImplementedError

    def page_url(self) -> str:
        """Its own page."""
        raise NotImplementedError

    def back_url(self) -> str:
        """The page of what it is about."""
        raise NotImplementedError

    @cached_property
    def found(self) -> Any:
        return self.find()

    def get(self, request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
        # Come back to by the browser's arrow: there is nothing left to take nor to set aside, its page says what became of it.
        if self.found.state is not DecisionState.PREPARED:
            return redirect(self.page_url())  # type: ignore[return-value]
        return super().get(request, *arguments, **named)

    def get_initial(self) -> dict[str, Any]:
        return {"request_id": uuid4()}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        standard = {
            "title": self.title(),
            "rows": decision_rows(self.found, parties.names_of([self.found.prepared_by])),
            "is_mine": self.found.prepared_by == actor_of(self.request).person_id,
            "cancel_url": self.page_url(),
        }
        return super().get_context_data(**(standard | more))

    def done(self, operation: Callable[..., None], given: dict[str, Any], said: str) -> HttpResponseBase:
        """Carry it out, say so, and go back to what it is about."""
        operation(decision_id=self.found.id, **given, actor=actor_of(self.request), at=clock.now())
        messages.success(self.request, said)
        return redirect(self.back_url())


class TakeView(Second):
    """Take the decision: it has its effect at once."""

    form_class = OperationForm
    operation: Callable[..., None]

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(lead=str(self.hints.get(self.found.kind, "")), kind="", verb=_("Prendre cette décision"), **more)

    def perform(self, form: OperationForm) -> HttpResponseBase:
        return self.done(type(self).operation, {"request_id": form.cleaned_data["request_id"]}, _("La décision est prise."))


class SetAsideView(Second):
    """Say no to what was prepared: nothing happens."""

    form_class = NoForm
    operation: Callable[..., None]
    nothing_happens: Promise

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(lead=str(self.nothing_happens), kind="secondary", verb=_("L’écarter"), **more)

    def perform(self, form: NoForm) -> HttpResponseBase:
        return self.done(type(self).operation, form.cleaned_data, _("La décision est écartée."))
