"""Preparing a decision about an application or a desk, and taking it or setting it aside as the second person."""

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.distribution import operations, queries
from carnet.distribution.queries import DeskDecisionView
from carnet.distribution.rules.joining import REASON_MAX, DecisionKind
from carnet.parties import queries as parties
from carnet.web import clock
from carnet.web.applications import printed_number
from carnet.web.design import formats
from carnet.web.design.components import Row
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.desks import DECISIONS, DESK_STATES, FILE_STATES
from carnet.web.operator.deciding import Second, SetAsideView, TakeView, as_prepared

HINTS = {
    DecisionKind.COMPLETE: gettext_lazy("Dites ce qui manque : la structure le lira tel quel."),
    DecisionKind.ADMIT: gettext_lazy(
        "La structure et ses points d’accueil sont créés, le responsable du stock est invité. Il signera la convention."
    ),
    DecisionKind.SUSPEND: gettext_lazy("Ses remises sont refusées aussitôt. Elle peut rendre ses carnets."),
    DecisionKind.REINSTATE: gettext_lazy("Le guichet peut de nouveau remettre des carnets."),
    DecisionKind.END: gettext_lazy("Ses remises sont refusées aussitôt. Sa participation finit quand tous ses carnets sont rendus."),
}
REASONS = {"desk-reason-missing": "reason", "nir-in-text": "reason", "iban-in-text": "reason", "secret-in-text": "reason"}


class ReasonForm(OperationForm):
    """Why."""

    reason = forms.CharField(
        label=gettext_lazy("Pourquoi, pour le guichet"),
        help_text=gettext_lazy("En mots simples. Sans nom de personne ni numéro de compte."),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=REASON_MAX,
        error_messages={"required": gettext_lazy("Dites pourquoi.")},
    )


class YesForm(OperationForm):
    """A yes."""


class _Prepare(OperationView):
    template_name = "operator/confirm.html"
    form_class = ReasonForm
    refusal_fields = REASONS

    @property
    def kind(self) -> DecisionKind:
        try:
            return DecisionKind(self.kwargs["kind"].upper())
        except ValueError:
            raise Http404 from None

    def get_initial(self) -> dict[str, Any]:
        return {"request_id": uuid4()}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        standard = {
            "title": str(DECISIONS[self.kind][0]),
            "lead": str(HINTS.get(self.kind, "")),
            "kind": "danger" if self.kind in (DecisionKind.REFUSE, DecisionKind.END) else "",
            "verb": _("Préparer"),
        }
        return super().get_context_data(**(standard | more))

    def prepare(self, form: ReasonForm, **about: int) -> None:
        given = form.cleaned_data
        operations.prepare_desk_decision(
            kind=self.kind, reason=given["reason"], **about, actor=actor_of(self.request), request_id=given["request_id"], at=clock.now()
        )
        messages.success(self.request, _("La décision est préparée. Une autre personne doit la prendre."))


class PrepareOfFile(_Prepare):
    """Prepare the answer to an application."""

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        view = queries.desk_file(self.kwargs["file_id"], actor=actor_of(self.request), at=clock.now())
        rows = [
            Row(_("Structure"), view.name),
            Row(_("Numéro"), printed_number(view.number)),
            Row(_("État"), str(FILE_STATES[view.state][0])),
        ]
        return super().get_context_data(rows=rows, cancel_url=reverse("operator:desk-file", args=[view.file_id]), **more)

    def perform(self, form: ReasonForm) -> HttpResponseBase:
        self.prepare(form, file_id=self.kwargs["file_id"])
        return redirect("operator:desk-file", self.kwargs["file_id"])


class PrepareOfDesk(_Prepare):
    """Prepare a suspension, its end, or the end of a desk's part."""

    @property
    def about(self) -> dict[str, int]:
        return {name: self.kwargs[name] for name in ("programme_id", "organisation_id")}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        view = queries.desk(**self.about, actor=actor_of(self.request), at=clock.now())
        rows = [
            Row(_("Guichet"), view.line.name),
            Row(_("État"), str(DESK_STATES[view.line.state][0])),
            Row(_("Carnets chez lui ou en route"), formats.number(view.left_to_return)),
        ]
        return super().get_context_data(rows=rows, cancel_url=reverse("operator:desk", args=list(self.about.values())), **more)

    def perform(self, form: ReasonForm) -> HttpResponseBase:
        self.prepare(form, **self.about)
        return redirect("operator:desk", *self.about.values())


def decision(request: HttpRequest, decision_id: int) -> HttpResponse:
    """A decision as it was prepared, for the second person."""
    actor = actor_of(request)
    found = queries.desk_decision(decision_id, actor=actor)
    context = as_prepared(found, actor, "distribution.approve-joining", HINTS) | {
        "title": str(DECISIONS[found.kind][0]),
        "about": about_words(found),
        "back": back_url(found),
    }
    return render(request, "operator/desk_joining/decision.html", context)


def about_words(found: DeskDecisionView) -> str:
    """What a decision is about, in a few words."""
    if found.organisation_id is not None:
        return parties.organisation_name(found.organisation_id)
    return _("un fichier de guichets") if found.import_id is not None else _("une demande")


def back_url(found: DeskDecisionView) -> str:
    """The page of what a decision is about."""
    if found.file_id is not None:
        return reverse("operator:desk-file", args=[found.file_id])
    if found.import_id is not None:
        return reverse("operator:desk-import", args=[found.import_id])
    return reverse("operator:desk", args=[found.programme_id, found.organisation_id])


class _OfDesk(Second):
    hints = HINTS
    refusal_fields = REASONS

    def find(self) -> DeskDecisionView:
        return queries.desk_decision(self.kwargs["decision_id"], actor=actor_of(self.request))

    def title(self) -> str:
        return f"{DECISIONS[self.found.kind][0]} : {about_words(self.found)}"

    def page_url(self) -> str:
        return reverse("operator:desk-decision", args=[self.found.id])

    def back_url(self) -> str:
        return back_url(self.found)


class Take(_OfDesk, TakeView):
    """Take the decision: it has its effect at once."""

    operation = operations.take_desk_decision


class SetAside(_OfDesk, SetAsideView):
    """Say no to what was prepared: nothing happens."""

    operation = operations.set_aside_desk_decision
    nothing_happens = gettext_lazy("Rien ne se passe pour le guichet.")
