"""The State's screens: its agreements in a few figures, the labels asked for, an answer prepared, the same answer taken or set aside by somebody else."""

from datetime import timedelta
from itertools import islice
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.funding import queries as funding
from carnet.kernel.periods import legal_day
from carnet.observatory import queries as observatory
from carnet.parties import operations
from carnet.parties import queries as parties
from carnet.parties.queries import LabelDecisionView, OperatorLabelView
from carnet.parties.rules import Decision, LabelAct, LabelState
from carnet.web import clock, commitment_tasks, labels
from carnet.web.design import formats
from carnet.web.design.components import Row, Task
from carnet.web.design.forms import DayField, OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.funds.portfolio import handed_over, totals_of
from carnet.web.funds.views import first_figures
from carnet.web.funds.words import use_sentence

IN_DANGER_SHOWN = 20
ACTS_OF_STATE = {LabelState.REQUESTED: (LabelAct.GRANT, LabelAct.REFUSE), LabelState.GRANTED: (LabelAct.WITHDRAW,)}


class PrepareForm(OperationForm):
    """An answer, its order, its days, and why."""

    act = forms.ChoiceField(label=gettext_lazy("Décision"), widget=forms.RadioSelect, choices=list(labels.ACTS.items()))
    order_reference = forms.CharField(
        label=gettext_lazy("Référence de l’arrêté"),
        help_text=gettext_lazy("Par exemple « Arrêté du 3 mars 2026, NOR XXXX2600000A ». Inutile pour un refus."),
        max_length=120,
        required=False,
    )
    from_on = DayField(label=gettext_lazy("À partir du"), required=False)
    until_on = DayField(label=gettext_lazy("Dernier jour"), help_text=gettext_lazy("Seulement pour accorder."), required=False)
    reason = forms.CharField(
        label=gettext_lazy("Pourquoi"),
        help_text=gettext_lazy("Lu par l’opérateur. Sans nom de personne."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
    )

    def __init__(self, *arguments: Any, state: LabelState, **options: Any) -> None:
        super().__init__(*arguments, **options)
        acts = ACTS_OF_STATE.get(state, ())
        self.fields["act"].choices = [(act.value, labels.ACTS[act]) for act in acts]  # type: ignore[attr-defined]
        if len(acts) == 1:
            self.fields["act"].initial = acts[0].value


class BareForm(OperationForm):
    """A yes."""


class ReasonForm(OperationForm):
    """A no, and why."""

    reason = forms.CharField(label=gettext_lazy("Pourquoi"), widget=forms.Textarea(attrs={"rows": 3}), max_length=500)


def home(request: HttpRequest) -> HttpResponse:
    """What waits: requests to answer, answers to take; then every label."""
    actor, day = actor_of(request), legal_day(clock.now())
    found = parties.operator_labels(day=day)
    lines = observatory.portfolio(actor=actor, funder_id=actor.organisation_id, at=clock.now())
    total = totals_of(lines)
    context = {
        "sentence": use_sentence(total, handed_over(lines)) if lines else _("Votre service ne finance aucune convention."),
        "warned": sum(1 for line in lines if line.signals),
        "figures": first_figures(total, _("votre part"), {}) if lines else [],
        "tasks": [*_in_danger(), *_tasks(request, found)],
        "table": labels.operators_table(found, route="state:label"),
        "may_see_members": actor.organisation_id is not None,
    }
    return render(request, "state/home.html", context)


def _in_danger() -> list[Task]:
    """Programmes whose money is in danger, whoever runs them: simulated ones only where there is nothing else."""
    every = funding.programmes()
    watched = [each.id for each in every if not each.is_simulated] or [each.id for each in every]
    return list(islice(commitment_tasks.tasks(watched, clock.now()), IN_DANGER_SHOWN))


def _tasks(request: HttpRequest, found: list[OperatorLabelView]) -> list[Task]:
    actor = actor_of(request)
    to_take = {each.subject_id: each for each in parties.approvals_waiting_for(actor=actor)}
    by_id = {each.id: each for each in found}
    tasks = [
        Task(
            _("Décision préparée : %(operator)s") % {"operator": by_id[label_id].organisation},
            _("Décider"),
            reverse("state:label", args=[label_id]),
            waiting.requested_at,
        )
        for label_id, waiting in to_take.items()
        if waiting.subject_kind == "operator-label" and label_id in by_id
    ]
    for each in found:
        prepared = any(one.decision is None for one in parties.label_decisions(each.id, actor=actor))
        if each.state is LabelState.REQUESTED and not prepared:
            title = _("%(operator)s demande un label") % {"operator": each.organisation}
            tasks.append(
                Task(title, _("Instruire"), reverse("state:label", args=[each.id]), each.requested_at, str(labels.LEVELS[each.level]))
            )
    return tasks


def label(request: HttpRequest, label_id: int) -> HttpResponse:
    """One label: what was asked, what is prepared, what was decided."""
    actor, day = actor_of(request), legal_day(clock.now())
    found = parties.operator_label(label_id, day=day)
    decisions = parties.label_decisions(label_id, actor=actor)
    prepared = next((each for each in decisions if each.decision is None), None)
    context = {
        "label": found,
        "state": labels.operator_state(found),
        "rows": labels.operator_rows(found),
        "prepared": prepared,
        "prepared_rows": decision_rows(prepared) if prepared else [],
        "may_prepare": prepared is None and found.state in ACTS_OF_STATE,
        "may_take": prepared is not None and prepared.prepared_by != actor.person_id,
        "history": [decision_rows(each) for each in decisions if each.decision is not None],
    }
    return render(request, "state/label.html", context)


def decision_rows(decision: LabelDecisionView) -> list[Row]:
    """A decision about a label, prepared or taken."""
    rows = [Row(_("Décision"), str(labels.ACTS[decision.act])), Row(_("Pourquoi"), decision.reason)]
    if decision.order_reference:
        rows.append(Row(_("Arrêté"), decision.order_reference))
    if decision.from_on is not None:
        rows.append(Row(_("À partir du"), labels.day_or_dash(decision.from_on)))
    if decision.until_on is not None:
        rows.append(Row(_("Dernier jour"), labels.last_on(decision.until_on)))
    rows.append(Row(_("Préparée le"), formats.moment(decision.prepared_at)))
    if decision.decided_at is not None:
        words = _("Prise le") if decision.decision == Decision.APPROVED else _("Écartée le")
        rows.append(Row(words, formats.moment(decision.decided_at)))
    return rows


class _LabelView(OperationView):
    template_name = "state/confirm.html"
    title, verb, kind, lead = "", "", "", ""

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        label_id = self.kwargs["label_id"]
        found = parties.operator_label(label_id, day=legal_day(clock.now()))
        standard = {
            "title": self.title,
            "lead": self.lead,
            "rows": labels.operator_rows(found),
            "verb": self.verb,
            "kind": self.kind,
            "cancel_url": reverse("state:label", args=[label_id]),
        }
        return super().get_context_data(**(standard | more))

    def done(self, text: str) -> HttpResponseBase:
        messages.success(self.request, text)
        return redirect("state:label", self.kwargs["label_id"])


class Prepare(_LabelView):
    """Prepare an answer."""

    form_class = PrepareForm
    refusal_fields = {
        "operator-label-order-missing": "order_reference",
        "operator-label-days-invalid": "from_on",
        "reason-missing": "reason",
        "nir-in-text": "reason",
        "iban-in-text": "reason",
    }

    def get_form_kwargs(self) -> dict[str, Any]:
        state = parties.operator_label(self.kwargs["label_id"], day=legal_day(clock.now())).state
        return super().get_form_kwargs() | {"state": state}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        words = {
            "title": _("Préparer une décision"),
            "verb": _("Préparer"),
            "lead": _("Une autre personne de votre service la prendra. Rien ne change avant."),
        }
        return super().get_context_data(**(words | more))

    def perform(self, form: PrepareForm) -> HttpResponseBase:
        given = form.cleaned_data
        until_on = given["until_on"]
        operations.prepare_label_decision(
            label_id=self.kwargs["label_id"],
            act=given["act"],
            reason=given["reason"],
            order_reference=given["order_reference"],
            from_on=given["from_on"],
            until_on=until_on + timedelta(days=1) if until_on else None,
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        return self.done(_("La décision est préparée. Une autre personne doit la prendre."))


class Take(_LabelView):
    """Take what another officer prepared."""

    form_class = BareForm

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        actor = actor_of(self.request)
        prepared = next((each for each in parties.label_decisions(self.kwargs["label_id"], actor=actor) if each.decision is None), None)
        words = {
            "title": _("Prendre cette décision"),
            "verb": _("Prendre la décision"),
            "lead": _("Un label retiré ne change rien aux chèques déjà remis : ils restent bons et seront payés."),
            "rows": decision_rows(prepared) if prepared else [],
        }
        return super().get_context_data(**(words | more))

    def perform(self, form: BareForm) -> HttpResponseBase:
        operations.take_label_decision(
            label_id=self.kwargs["label_id"], actor=actor_of(self.request), request_id=form.cleaned_data["request_id"], at=clock.now()
        )
        return self.done(_("C’est décidé. L’opérateur en est averti, et la liste publique est à jour."))


class SetAside(_LabelView):
    """Say no to what another officer prepared."""

    form_class = ReasonForm

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        words = {"title": _("Écarter cette décision"), "verb": _("Écarter"), "kind": "danger", "lead": _("Le label reste comme il est.")}
        return super().get_context_data(**(words | more))

    def perform(self, form: ReasonForm) -> HttpResponseBase:
        given = form.cleaned_data
        operations.set_aside_label_decision(
            label_id=self.kwargs["label_id"],
            reason=given["reason"],
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        return self.done(_("La décision est écartée : rien n’a changé."))
