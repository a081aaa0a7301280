"""What places say was a mistake, once they can no longer undo it alone: read, then accepted or refused by somebody else."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.kernel.actors import Actor
from carnet.parties.rules import allowed
from carnet.redemption import operations, queries
from carnet.redemption.queries import DisputeLine
from carnet.redemption.rules import DisputeOutcome
from carnet.settlement import operations as settlement
from carnet.web import clock
from carnet.web import disputes as words
from carnet.web.design.components import Task
from carnet.web.design.forms import InlineRadioSelect, OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.doors import door

DONE = {
    DisputeOutcome.REVERSED: gettext_lazy("Accordé : le passage est annulé, le chèque peut de nouveau servir."),
    DisputeOutcome.TO_RECOVER: gettext_lazy(
        "Accordé. Le passage est déjà décompté : son montant sera retenu sur le prochain paiement du lieu."
    ),
    DisputeOutcome.REFUSED: gettext_lazy("Refusé : le passage reste accepté."),
}


class DecideForm(OperationForm):
    """Yes or no, and why."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Votre réponse"),
        widget=InlineRadioSelect(),
        choices=[
            ("accepted", gettext_lazy("C’était une erreur : annuler le passage")),
            ("refused", gettext_lazy("Le passage est juste : refuser")),
        ],
        error_messages={"required": gettext_lazy("Choisissez une réponse.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("En quelques mots, pour le lieu"),
        help_text=gettext_lazy("Obligatoire pour un refus. Sans nom ni numéro de personne."),
        required=False,
        max_length=200,
    )


class OpenForm(OperationForm):
    """A redemption disputed in the name of its place, which asked for it by telephone."""

    number = forms.CharField(
        label=gettext_lazy("Numéro du passage"), help_text=gettext_lazy("Le lieu le lit sur la page du passage."), max_length=60
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Pourquoi ?"),
        choices=list(words.MISTAKES.items()),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Dites pourquoi.")},
    )
    detail = forms.CharField(
        label=gettext_lazy("Précision"), help_text=gettext_lazy("Sans nom ni numéro de personne."), required=False, max_length=120
    )


def disputes(request: HttpRequest) -> HttpResponse:
    """Every dispute of the programmes one runs or audits, those that wait first."""
    table = words.table(_("Contestations"), queries.disputes(), _address, empty=_("Aucune contestation."))
    context = {"table": table, "may_open": allowed(actor_of(request).roles, "redemption.dispute")}
    return render(request, "operator/disputes/disputes.html", context)


def dispute(request: HttpRequest, number: str) -> HttpResponse:
    """One dispute, and its answer."""
    line, actor = queries.dispute(number=number), actor_of(request)
    may_decide = line.is_open and line.opened_by_id != actor.person_id and allowed(actor.roles, "redemption.decide-dispute")
    return render(request, "operator/disputes/dispute.html", {"line": line, "rows": words.summary(line), "may_decide": may_decide})


class Decide(OperationView):
    """Accept or refuse."""

    template_name = "operator/confirm.html"
    form_class = DecideForm
    refusal_fields = {"reason-missing": "reason", "nir-in-text": "reason", "iban-in-text": "reason"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        line = queries.dispute(number=self.kwargs["number"])
        return super().get_context_data(**kwargs) | {
            "title": _("Répondre à la contestation"),
            "lead": _("Si le passage est déjà décompté, il n’est pas annulé : son montant est retenu sur le prochain paiement du lieu."),
            "rows": words.summary(line),
            "verb": _("Répondre"),
            "kind": "",
            "cancel_url": _address(line),
        }

    def perform(self, form: DecideForm) -> HttpResponse:
        given = form.cleaned_data
        outcome = settlement.decide_dispute(
            number=self.kwargs["number"],
            accepted=given["decision"] == "accepted",
            reason=given["reason"],
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, str(DONE[outcome]))
        return redirect("operator:dispute", number=self.kwargs["number"])


class Open(OperationView):
    """Dispute in the name of a place. Whoever opens it never answers it."""

    template_name = "operator/confirm.html"
    form_class = OpenForm
    refusal_fields = {"redemption-unknown": "number", "nir-in-text": "detail", "iban-in-text": "detail"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "title": _("Contester au nom d’un lieu"),
            "lead": _("Une autre personne que vous y répondra."),
            "verb": _("Contester ce passage"),
            "kind": "",
            "cancel_url": reverse("operator:disputes"),
        }

    def perform(self, form: OpenForm) -> HttpResponse:
        given = form.cleaned_data
        number = operations.open_dispute(
            number=given["number"].strip(),
            reason=words.reason_kept(given["reason"], given["detail"].strip()),
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("La contestation est ouverte. Une autre personne y répondra."))
        return redirect("operator:dispute", number=number)


def tasks(actor: Actor) -> list[Task]:
    """Disputes that wait for this person's answer."""
    if not allowed(actor.roles, "redemption.decide-dispute"):
        return []
    waiting = [line for line in queries.disputes(is_open=True) if line.opened_by_id != actor.person_id]
    if not waiting:
        return []
    title = ngettext("%(count)s passage contesté par son lieu", "%(count)s passages contestés par leurs lieux", len(waiting))
    since = min(line.opened_at for line in waiting)
    return [Task(title % {"count": len(waiting)}, _("Répondre"), reverse("operator:disputes"), since)]


def _address(line: DisputeLine) -> str:
    return reverse("operator:dispute", args=[line.number])


urlpatterns = [
    path("disputes/", door("redemption.see-disputes")(disputes), name="disputes"),
    path("disputes/open/", door("redemption.see-disputes", post="redemption.dispute")(Open.as_view()), name="dispute-open"),
    path("disputes/<str:number>/", door("redemption.see-disputes")(dispute), name="dispute"),
    path("disputes/<str:number>/decide/", door("redemption.decide-dispute")(Decide.as_view()), name="dispute-decide"),
]
