"""Preparing a decision about a structure, and taking it or setting it aside as the second person."""

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.mandates.operations import habilitation as operations
from carnet.mandates.queries import habilitation as queries
from carnet.mandates.queries.habilitation import DecisionView
from carnet.mandates.rules.habilitation import TEXT_MAX, DecisionKind
from carnet.web import clock
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.operator.deciding import Second, SetAsideView, TakeView, as_prepared
from carnet.web.operator.structures._files import summary_rows
from carnet.web.structures import DECISIONS

HINTS = {
    DecisionKind.COMPLETE: gettext_lazy("Dites ce qui manque : la structure le lira tel quel."),
    DecisionKind.ADMIT: gettext_lazy("La structure est créée, son référent invité. Ses aidants sont à former : aucun n’agit avant."),
    DecisionKind.SUSPEND: gettext_lazy("Plus personne n’y signe ni n’agit. Les personnes gardent leurs mandats et peuvent y mettre fin."),
    DecisionKind.REINSTATE: gettext_lazy("Ses aidants actifs peuvent de nouveau signer et agir."),
    DecisionKind.END: gettext_lazy("Tous ses mandats prennent fin aussitôt, sans retour possible. Prévenez d’abord les personnes."),
    DecisionKind.UPHOLD: gettext_lazy("La décision contestée est défaite. Les mandats déjà terminés ne reviennent pas."),
    DecisionKind.DISMISS: gettext_lazy("La décision contestée reste."),
}
REASONS = dict.fromkeys(("structure-text-missing", "nir-in-text", "iban-in-text", "secret-in-text"), "reason")


class ReasonForm(OperationForm):
    """Why."""

    reason = forms.CharField(
        label=gettext_lazy("Pourquoi, pour la structure"),
        help_text=gettext_lazy("En mots simples. Sans nom de personne ni numéro de compte."),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=TEXT_MAX,
        error_messages={"required": gettext_lazy("Dites pourquoi.")},
    )


class Prepare(OperationView):
    """Prepare a decision about a structure."""

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
        view = queries.structure_file(self.kwargs["file_id"], actor=actor_of(self.request), at=clock.now())
        standard = {
            "title": str(DECISIONS[self.kind][0]),
            "lead": str(HINTS.get(self.kind, "")),
            "kind": "danger" if self.kind in (DecisionKind.REFUSE, DecisionKind.END, DecisionKind.DISMISS) else "",
            "verb": _("Préparer"),
            "rows": summary_rows(view),
            "cancel_url": reverse("operator:structure-file", args=[view.file_id]),
        }
        return super().get_context_data(**(standard | more))

    def perform(self, form: ReasonForm) -> HttpResponseBase:
        operations.prepare_structure_decision(
            file_id=self.kwargs["file_id"], kind=self.kind, **form.cleaned_data, actor=actor_of(self.request), at=clock.now()
        )
        messages.success(self.request, _("La décision est préparée. Une autre personne doit la prendre."))
        return redirect("operator:structure-file", self.kwargs["file_id"])


def decision(request: HttpRequest, decision_id: int) -> HttpResponse:
    """A decision as it was prepared, for the second person."""
    actor = actor_of(request)
    found = queries.structure_decision(decision_id, actor=actor)
    context = as_prepared(found, actor, "mandates.approve-structures", HINTS) | {
        "title": str(DECISIONS[found.kind][0]),
        "back": reverse("operator:structure-file", args=[found.file_id]),
    }
    return render(request, "operator/structures/decision.html", context)


class _OfStructure(Second):
    hints = HINTS
    refusal_fields = REASONS

    def find(self) -> DecisionView:
        return queries.structure_decision(self.kwargs["decision_id"], actor=actor_of(self.request))

    def title(self) -> str:
        return f"{DECISIONS[self.found.kind][0]} : {self.found.name}"

    def page_url(self) -> str:
        return reverse("operator:structure-decision", args=[self.found.id])

    def back_url(self) -> str:
        return reverse("operator:structure-file", args=[self.found.file_id])


class Take(_OfStructure, TakeView):
    """Take the decision: it has its effect at once."""

    operation = operations.take_structure_decision


class SetAside(_OfStructure, SetAsideView):
    """Say no to what was prepared: nothing happens."""

    operation = operations.set_aside_structure_decision
    nothing_happens = gettext_lazy("Rien ne se passe pour la structure.")
