"""What one's network asks of its places: the version in force, the earlier ones, and publishing another."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.funding.access import operated_programme
from carnet.parties.rules import allowed
from carnet.places import operations, queries
from carnet.places.rules.joining import CHARTER_MAX, DELAYS, criteria_as_text
from carnet.web import clock
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import OperationView, actor_of

# Offered to a network that has published nothing: to be changed, not followed.
FIRST_CRITERIA = gettext_lazy(
    "Apprendre à des débutants\nQuelqu’un sait accueillir une personne qui n’a jamais touché un clavier, et prend son temps.\n\n"
    "Des leçons sans reste à payer, ou un reste annoncé\nCe que la personne paie en plus d’un chèque est affiché avant la leçon.\n\n"
    "Un lieu où l’on peut entrer\nLe lieu dit par où entrer, et ce qu’il fait pour les personnes handicapées.\n\n"
    "Ne rien demander de trop\nNi situation de famille, ni difficulté sociale : un chèque et une leçon suffisent.\n\n"
    "Une assurance et un compte\nUne responsabilité civile à jour, et un compte bancaire au nom de la structure."
)
FIRST_CHARTER = gettext_lazy(
    "Nous accueillons toute personne qui vient avec un chèque, sans lui demander pourquoi.\n\n"
    "Nous prenons un chèque pour une leçon donnée, jamais avant, et jamais pour autre chose.\n\n"
    "Nous n’écrivons nulle part le nom de la personne avec le numéro de son carnet.\n\n"
    "Nous disons au réseau ce qui change : horaires, lieux, responsable, compte bancaire.\n\n"
    "Nous acceptons qu’une personne du réseau vienne voir une leçon."
)
DEFAULTS = {"answer_days": 30, "completion_days": 30, "appeal_days": 60, "label_months": 24}


def _delay(label: Any, name: str) -> forms.IntegerField:
    least, most = DELAYS[name]
    return forms.IntegerField(label=label, min_value=least, max_value=most, widget=forms.NumberInput(attrs={"class": "short"}))


class TermsForm(OperationForm):
    """Criteria, charter, delays."""

    criteria = forms.CharField(
        label=gettext_lazy("Critères"),
        help_text=gettext_lazy(
            "Un paragraphe par critère : sa première ligne le nomme, les suivantes l’expliquent. Une ligne vide les sépare."
        ),
        widget=forms.Textarea(attrs={"rows": 16}),
    )
    charter = forms.CharField(label=gettext_lazy("Charte"), widget=forms.Textarea(attrs={"rows": 12}), max_length=CHARTER_MAX)
    answer_days = _delay(gettext_lazy("Jours pour répondre"), "answer_days")
    completion_days = _delay(gettext_lazy("Jours pour compléter"), "completion_days")
    appeal_days = _delay(gettext_lazy("Jours pour contester"), "appeal_days")
    label_months = _delay(gettext_lazy("Mois d’un label"), "label_months")


def terms(request: HttpRequest, programme_id: int) -> HttpResponse:
    """Every version of one network's terms."""
    actor = actor_of(request)
    programme = operated_programme(actor, programme_id)
    context = {
        "programme_id": programme_id,
        "name": programme.name,
        "slug": programme.slug,
        "versions": queries.terms_versions(programme_id),
        "may_publish": allowed(actor.roles, "places.publish-terms"),
    }
    return render(request, "operator/joining/terms.html", context)


class Publish(OperationView):
    """Publish another version."""

    template_name = "operator/confirm.html"
    form_class = TermsForm
    refusal_fields = {"nir-in-text": "charter", "iban-in-text": "charter", "joining-terms-invalid": "criteria"}

    def get_initial(self) -> dict[str, Any]:
        operated_programme(actor_of(self.request), self.kwargs["programme_id"])
        published = queries.current_terms(self.kwargs["programme_id"])
        if published is None:
            return {"criteria": str(FIRST_CRITERIA), "charter": str(FIRST_CHARTER), **DEFAULTS}
        kept = published.terms
        return {"criteria": criteria_as_text(kept.criteria), "charter": kept.charter, **{name: getattr(kept, name) for name in DELAYS}}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        standard = {
            "title": _("Publier les critères du réseau"),
            "lead": _("Une nouvelle version s’ajoute aux précédentes. Les dossiers déjà envoyés gardent la leur."),
            "rows": [],
            "kind": "",
            "verb": _("Publier"),
            "cancel_url": reverse("operator:joining-terms", args=[self.kwargs["programme_id"]]),
        }
        return super().get_context_data(**(standard | more))

    def perform(self, form: TermsForm) -> HttpResponseBase:
        given = form.cleaned_data
        version = operations.publish_terms(
            programme_id=self.kwargs["programme_id"],
            criteria=given["criteria"],
            charter=given["charter"],
            **{name: given[name] for name in DELAYS},
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("La version %(version)s est publiée.") % {"version": version})
        return redirect("operator:joining-terms", self.kwargs["programme_id"])
