"""Preparing a decision about an application or a place, and taking it or setting it aside as the second person."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.kernel.periods import legal_day
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.places import operations, queries
from carnet.places.queries import JoiningFileView
from carnet.places.rules.joining import AGAINST, NEEDS_A_DAY, DecisionKind, DecisionState, LabelState
from carnet.web import clock
from carnet.web.applications import printed_number
from carnet.web.design.components import Row
from carnet.web.design.forms import DayField, OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.joining import KINDS, STATES, document_name
from carnet.web.operator.deciding import NoForm
from carnet.web.operator.joining._files import decision_rows

HINTS = {
    DecisionKind.COMPLETE: gettext_lazy("Dites ce qui manque, document par document : le lieu le lira tel quel."),
    DecisionKind.ADMIT: gettext_lazy(
        "L’organisation, ses lieux, leurs labels et leur acceptation des chèques sont créés ; le compte bancaire attend une approbation."
    ),
    DecisionKind.SUSPEND: gettext_lazy("À partir de ce jour, les chèques sont refusés dans ces lieux. Ceux déjà acceptés seront payés."),
    DecisionKind.END: gettext_lazy(
        "À partir de ce jour, les chèques sont refusés dans ces lieux. Le label retiré reste dans la liste publique."
    ),
    DecisionKind.RENEW: gettext_lazy("Un nouveau label suit celui qui finit."),
    DecisionKind.UPHOLD: gettext_lazy("Ce qui avait été décidé est défait."),
    DecisionKind.DISMISS: gettext_lazy("Ce qui avait été décidé reste."),
}


class DecisionForm(OperationForm):
    """Why, on which criteria, from which day, for which places."""

    criteria = forms.MultipleChoiceField(
        label=gettext_lazy("Critères publiés qui fondent cette décision"), widget=forms.CheckboxSelectMultiple, required=False
    )
    place_ids = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Lieux"),
        help_text=gettext_lazy("Aucun coché : tous."),
        widget=forms.CheckboxSelectMultiple,
        coerce=int,
        required=False,
    )
    from_on = DayField(label=gettext_lazy("À partir du"))
    reason = forms.CharField(
        label=gettext_lazy("Pourquoi, pour le lieu"),
        help_text=gettext_lazy("En mots simples. Sans nom de personne ni numéro de compte."),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=2000,
        error_messages={"required": gettext_lazy("Dites pourquoi.")},
    )

    def __init__(self, *arguments: Any, kind: DecisionKind, view: JoiningFileView, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["criteria"].choices = [(each.code, f"{each.code}. {each.title}") for each in view.terms.criteria]  # type: ignore[attr-defined]
        standing = {each.place_id: each.place for each in view.labels if each.state is not LabelState.WITHDRAWN}
        self.fields["place_ids"].choices = list(standing.items())  # type: ignore[attr-defined]
        if kind not in (DecisionKind.SUSPEND, DecisionKind.END, DecisionKind.RENEW) or len(standing) < 2:
            del self.fields["place_ids"]
        if kind not in NEEDS_A_DAY:
            del self.fields["from_on"]
        if kind not in AGAINST:
            self.fields["criteria"].help_text = _("Facultatif ici.")


class YesForm(OperationForm):
    """A yes."""


class Prepare(OperationView):
    """Prepare one decision."""

    template_name = "operator/confirm.html"
    form_class = DecisionForm
    refusal_fields = {
        "joining-criteria-missing": "criteria",
        "joining-reason-missing": "reason",
        "joining-day-missing": "from_on",
        "joining-sites-unknown": "place_ids",
        "nir-in-text": "reason",
        "iban-in-text": "reason",
    }

    @property
    def kind(self) -> DecisionKind:
        try:
            return DecisionKind(self.kwargs["kind"].upper())
        except ValueError:
            raise Http404 from None

    def view(self) -> JoiningFileView:
        return queries.joining_file(self.kwargs["file_id"], actor=actor_of(self.request), at=clock.now())

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"kind": self.kind, "view": self.view()}

    def get_initial(self) -> dict[str, Any]:
        return {"from_on": legal_day(clock.now())}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        view = self.view()
        standard = {
            "title": str(KINDS[self.kind][0]),
            "lead": str(HINTS.get(self.kind, "")),
            "rows": [
                Row(_("Structure"), view.name),
                Row(_("Numéro"), printed_number(view.number)),
                Row(_("État"), str(STATES[view.state][0])),
            ],
            "kind": "danger" if self.kind in (DecisionKind.REFUSE, DecisionKind.END) else "",
            "verb": _("Préparer"),
            "cancel_url": reverse("operator:joining-file", args=[view.file_id]),
        }
        return super().get_context_data(**(standard | more))

    def perform(self, form: DecisionForm) -> HttpResponseBase:
        given = form.cleaned_data
        operations.prepare_joining_decision(
            file_id=self.kwargs["file_id"],
            kind=self.kind.value,
            reason=given["reason"],
            criteria=given["criteria"],
            from_on=given.get("from_on"),
            place_ids=given.get("place_ids", ()),
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("La décision est préparée. Une autre personne doit la prendre."))
        return redirect("operator:joining-file", self.kwargs["file_id"])


def decision(request: HttpRequest, decision_id: int) -> HttpResponse:
    """A decision as it was prepared, for the second person."""
    actor = actor_of(request)
    found = queries.joining_decision(decision_id, actor=actor)
    view = queries.joining_file(found.file_id, actor=actor, at=clock.now())
    people = parties.names_of([found.prepared_by, found.decided_by or 0])
    waits = found.state is DecisionState.PREPARED
    context = {
        "decision": found,
        "file": view,
        "title": str(KINDS[found.kind][0]),
        "hint": str(HINTS.get(found.kind, "")) if waits else "",
        "rows": decision_rows(found, view, people),
        "waits": waits,
        "may_decide": waits and allowed(actor.roles, "places.approve-joining") and found.prepared_by != actor.person_id,
        "is_mine": waits and found.prepared_by == actor.person_id,
        "is_set_aside": found.state is DecisionState.SET_ASIDE,
        "documents": [
            (document_name(each), reverse("operator:joining-document", args=[view.file_id, each.document_id])) for each in view.documents
        ],
        "appeal": view.open_appeal,
    }
    return render(request, "operator/joining/decision.html", context)


class _Second(OperationView):
    template_name = "operator/confirm.html"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        actor = actor_of(self.request)
        found = queries.joining_decision(self.kwargs["decision_id"], actor=actor)
        view = queries.joining_file(found.file_id, actor=actor, at=clock.now())
        standard = {
            "rows": [Row(_("Structure"), view.name), Row(_("Décision"), str(KINDS[found.kind][0])), *decision_rows(found, view, {})],
            "lead": str(HINTS.get(found.kind, "")),
            "kind": "",
            "is_mine": found.prepared_by == actor.person_id,
            "cancel_url": reverse("operator:joining-decision", args=[found.decision_id]),
        }
        return super().get_context_data(**(standard | more))

    def done(self, text: str) -> HttpResponseBase:
        messages.success(self.request, text)
        found = queries.joining_decision(self.kwargs["decision_id"], actor=actor_of(self.request))
        return redirect("operator:joining-file", found.file_id)


class Take(_Second):
    """Take the decision."""

    form_class = YesForm

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(**({"title": _("Prendre cette décision"), "verb": _("Prendre la décision")} | more))

    def perform(self, form: YesForm) -> HttpResponseBase:
        operations.take_joining_decision(
            decision_id=self.kwargs["decision_id"],
            actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        return self.done(_("C’est décidé. Le lieu en est averti, en mots simples."))


class SetAside(_Second):
    """Set the decision aside: nothing happens."""

    form_class = NoForm
    refusal_fields = {"joining-reason-missing": "reason"}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        words = {"title": _("Écarter cette décision"), "verb": _("Écarter"), "kind": "danger", "lead": _("Le dossier reste comme il est.")}
        return super().get_context_data(**(words | more))

    def perform(self, form: NoForm) -> HttpResponseBase:
        given = form.cleaned_data
        operations.set_aside_joining_decision(
            decision_id=self.kwargs["decision_id"],
            reason=given["reason"],
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        return self.done(_("La décision est écartée : rien n’a changé."))
