"""Ask, tap, next: the answer is counted, and nobody is named."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.activities import operations, queries
from carnet.activities.rules import AskedAfter
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties.rules import Role
from carnet.places.rules import PROCEDURE_BY_CODE, PROCEDURES
from carnet.web import clock
from carnet.web.afterwards.words import ANSWERS, table
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import OperationView, actor_of

HELPERS: frozenset[str] = frozenset({Role.HELPER, Role.HELPER_LEAD})
DESKS: frozenset[str] = frozenset({Role.PRESCRIBER, Role.PRESCRIBER_LEAD})


class AskForm(OperationForm):
    """Which procedure, and one of three answers: the buttons."""

    procedure = forms.ChoiceField(
        label=gettext_lazy("Quelle démarche ?"),
        choices=lambda: [(each.code, _(each.label)) for each in PROCEDURES],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Dites quelle démarche.")},
    )
    answer = forms.ChoiceField(
        label=gettext_lazy("La personne l’a-t-elle fait elle-même ?"),
        choices=[(each.value, word) for each, word in ANSWERS.items()],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choisissez une des trois réponses.")},
    )


class Ask(OperationView):
    """The question, and what this house was answered this month. `procedure` in the address ticks one."""

    template_name = "afterwards/ask.html"
    form_class = AskForm
    refusal_fields = {"done-by-unknown": "answer", "procedure-unknown": "procedure"}

    def get_initial(self) -> dict[str, Any]:
        asked = self.request.GET.get("procedure", "")
        return {"procedure": asked} if asked in PROCEDURE_BY_CODE else {}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        actor, today = actor_of(self.request), legal_day(clock.now())
        lines = queries.afterwards_of_house(actor, from_on=today.replace(day=1), until_on=today)
        base, home = frame_of(actor)
        shared = {"base": base, "home_url": reverse(home), "table": table(_("Ce mois-ci, dans votre structure"), lines)}
        return super().get_context_data(**context) | shared

    def perform(self, form: AskForm) -> HttpResponse:
        actor, given = actor_of(self.request), form.cleaned_data
        operations.note_answer(
            procedure=given["procedure"], answer=given["answer"], asked_after=_asked_after(actor), actor=actor,
            request_id=given["request_id"], at=clock.now(),
        )  # fmt: skip
        messages.success(self.request, _("C’est compté. Personne n’est nommé."))
        return redirect("afterwards:ask")


def _asked_after(actor: Actor) -> AskedAfter:
    if not actor.roles.isdisjoint(HELPERS):
        return AskedAfter.MANDATE
    return AskedAfter.LESSON if actor.roles.isdisjoint(DESKS) else AskedAfter.DESK


def frame_of(actor: Actor) -> tuple[str, str]:
    """The frame of the reader's own audience, and its home."""
    if not actor.roles.isdisjoint(HELPERS):
        return "helper/office.html", "helper:home"
    return ("place/counter.html", "place:home") if actor.roles.isdisjoint(DESKS) else ("prescriber/desk.html", "prescriber:home")
