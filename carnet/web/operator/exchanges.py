"""For how many days after their end a programme's vouchers are exchanged: decided here, told to its desks."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.distribution.operations import exchanges as operations
from carnet.distribution.queries.exchanges import exchange_days
from carnet.distribution.rules.exchanges import EXCHANGE_DAYS_MAX
from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.web import clock
from carnet.web.design.components import Row
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.doors import door


class ExchangeDaysForm(OperationForm):
    """Zero is: no exchange."""

    days = forms.IntegerField(
        label=gettext_lazy("Nombre de jours après la fin des chèques"),
        help_text=gettext_lazy("Zéro : aucun échange. Les chèques-vacances s’échangent pendant trois mois."),
        min_value=0,
        max_value=EXCHANGE_DAYS_MAX,
        widget=forms.NumberInput(attrs={"class": "short"}),
    )


class ExchangeDays(OperationView):
    """One number, and what follows from it."""

    template_name = "operator/confirm.html"
    form_class = ExchangeDaysForm
    refusal_fields = {"exchange-days-wrong": "days"}

    def get_initial(self) -> dict[str, Any]:
        return {"days": exchange_days(self.kwargs["programme_id"])}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        funding_access.operated_programme(actor_of(self.request), self.kwargs["programme_id"])
        context = {
            "title": _("Échange des chèques périmés ou perdus"),
            "lead": funding.programme(self.kwargs["programme_id"]).name,
            "rows": [
                Row(_("Pour la personne"), _("gratuit, une seule fois, sans donner son nom")),
                Row(_("Au guichet"), _("autant de chèques de la même convention, pris dans son stock")),
                Row(_("L’argent"), _("celui des anciens chèques paie les nouveaux, tant qu’il n’a pas été rendu aux financeurs")),
            ],
            "verb": _("Enregistrer"),
            "kind": "",
            "cancel_url": reverse("operator:programme", args=[self.kwargs["programme_id"]]),
        }
        return super().get_context_data(**(context | more))

    def perform(self, form: ExchangeDaysForm) -> HttpResponse:
        days = form.cleaned_data["days"]
        operations.decide_exchanges(
            programme_id=self.kwargs["programme_id"], days=days, actor=actor_of(self.request), request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )  # fmt: skip
        messages.success(self.request, _("C’est décidé : les guichets échangent.") if days else _("C’est décidé : aucun échange."))
        return HttpResponseRedirect(reverse("operator:programme", args=[self.kwargs["programme_id"]]))


urlpatterns = [
    path("programmes/<int:programme_id>/exchanges/", door("distribution.set-exchanges")(ExchangeDays.as_view()), name="programme-exchanges")
]
