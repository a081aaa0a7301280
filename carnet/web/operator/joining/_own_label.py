"""The operator's own label: what it asked the State, what was answered."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.issuing import queries as issuing
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties import operations
from carnet.parties import queries as parties
from carnet.parties.rules import Decision, LabelLevel, LabelState, allowed
from carnet.web import clock, labels
from carnet.web.design import formats
from carnet.web.design.components import Row, Task
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import OperationView, actor_of

# Long enough for two officers to answer before the old label ends.
ENDS_SOON = timedelta(days=60)


def tasks(actor: Actor, at: datetime) -> Iterator[Task]:
    """A label to ask for, or to ask for again before it ends. One already asked for waits for the State, not for the operator."""
    if not allowed(actor.roles, "parties.request-operator-label") or actor.organisation_id is None:
        return
    day, held = legal_day(at), issuing.label_for_editions(actor.organisation_id, at=at)
    if held is not None and (held.until_on or day) > day + ENDS_SOON:
        return
    asked = parties.operator_labels(day=day, organisation_ids=[actor.organisation_id])
    if any(each.state is LabelState.REQUESTED and each.level == LabelLevel.VOUCHERS for each in asked):
        return
    if held is None:
        title, verb = _("Pas de label en vigueur : aucun carnet ne peut être commandé"), _("Demander un label")
    else:
        title, verb = _("Votre label finit le %(day)s") % {"day": labels.last_on(held.until_on)}, _("Le demander à nouveau")
    yield Task(title, verb, reverse("operator:own-label-request"))


class RequestForm(OperationForm):
    """Which label, and what the operator declares."""

    level = forms.ChoiceField(
        label=gettext_lazy("Label demandé"),
        widget=forms.RadioSelect,
        choices=[(str(code), words) for code, words in labels.LEVELS.items()],
        initial=LabelLevel.VOUCHERS.value,
    )
    statement = forms.CharField(
        label=gettext_lazy("Ce que vous faites"),
        help_text=gettext_lazy("Publics, territoires, réseau de lieux, argent cantonné, logiciel libre. Ce texte est publié."),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=2000,
    )


def label(request: HttpRequest) -> HttpResponse:
    """Every label the operator asked for, and each answer."""
    actor, day = actor_of(request), legal_day(clock.now())
    found = parties.operator_labels(day=day, organisation_ids=[actor.organisation_id or 0])
    shown = []
    for each in found:
        reasons = [
            Row(str(labels.ACTS[one.act]), f"{formats.day(one.decided_at)} : {one.reason}")
            for one in parties.label_decisions(each.id, actor=actor)
            if one.decision == Decision.APPROVED and one.decided_at is not None
        ]
        shown.append((labels.operator_state(each), [*labels.operator_rows(each), *reasons]))
    context = {"labels": shown, "may_request": allowed(actor.roles, "parties.request-operator-label")}
    return render(request, "operator/joining/own_label.html", context)


class Request(OperationView):
    """Ask the State for a label."""

    template_name = "operator/confirm.html"
    form_class = RequestForm
    refusal_fields = {
        "reason-missing": "statement",
        "nir-in-text": "statement",
        "iban-in-text": "statement",
        "operator-label-already-stands": "level",
    }

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        standard = {
            "title": _("Demander un label à l’État"),
            "lead": _("La demande et sa réponse sont publiées, avec leurs dates."),
            "rows": [],
            "kind": "",
            "verb": _("Demander"),
            "cancel_url": reverse("operator:own-label"),
        }
        return super().get_context_data(**(standard | more))

    def perform(self, form: RequestForm) -> HttpResponseBase:
        given = form.cleaned_data
        operations.request_operator_label(
            level=given["level"],
            statement=given["statement"],
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("La demande est envoyée à l’État."))
        return redirect("operator:own-label")
