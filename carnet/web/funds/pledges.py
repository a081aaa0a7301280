"""Noting the part of an agreement's vouchers pledged to a public."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.funding import access, operations
from carnet.funding import queries as funding
from carnet.web import clock
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import OperationView, actor_of


class TargetForm(OperationForm):
    """A part of the vouchers, in whole percents."""

    percent = forms.IntegerField(
        label=gettext_lazy("Part des chèques promise, en %"),
        help_text=gettext_lazy("Par exemple 50. Zéro retire l’engagement."),
        min_value=0,
        max_value=100,
    )


class TargetView(OperationView):
    """Note the pledge, or take it back."""

    template_name = "operator/confirm.html"
    form_class = TargetForm
    refusal_fields = {"target-out-of-range": "percent"}

    def get_initial(self) -> dict[str, Any]:
        agreement_id = self.kwargs["agreement_id"]
        points = funding.public_targets([agreement_id]).get(agreement_id, 50_00)
        return super().get_initial() | {"percent": points // 100}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        agreement_id = self.kwargs["agreement_id"]
        access.operated_agreement(actor_of(self.request), agreement_id)
        words = {
            "title": _("Engagement sur les publics"),
            "lead": _(
                "La part des chèques promise aux demandeurs d’emploi peu qualifiés : jeunes sortis de l’école sans diplôme,"
                " personnes en recherche d’emploi sans le baccalauréat. Elle se suit d’après les coches des guichets, sans aucun nom."
            ),
            "verb": _("Noter l’engagement"),
            "kind": "",
            "cancel_url": reverse("funds:agreement", args=[agreement_id]),
        }
        return super().get_context_data(**(words | more))

    def perform(self, form: TargetForm) -> HttpResponseBase:
        given = form.cleaned_data
        agreement_id = self.kwargs["agreement_id"]
        operations.set_public_target(
            agreement_id=agreement_id,
            basis_points=given["percent"] * 100,
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("L’engagement est noté."))
        return redirect("funds:agreement", agreement_id)
