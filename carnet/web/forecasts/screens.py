"""The pages of a forecast, of its threshold and of monthly statements, for whoever's office they are shown in."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.funding import operations as funding_operations
from carnet.funding import queries as funding
from carnet.jobs.monthly import file_name, letter_pdf
from carnet.kernel.actors import Actor
from carnet.observatory import operations
from carnet.observatory import queries as observatory
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Task
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.forecasts.forms import RecipientsForm, ThresholdForm
from carnet.web.forecasts.panel import letters, panel, threshold_row


def page(request: HttpRequest, agreement_id: int, *, audience: str) -> HttpResponse:
    """What is likely of an agreement, its threshold, the monthly statements made of it."""
    actor, at = actor_of(request), clock.now()
    facts = funding.agreement(actor, agreement_id, at=at)
    threshold = funding.fund_threshold(agreement_id)
    may_set = allowed(actor.roles, "funding.set-threshold") and facts.closed_at is None
    url = reverse(f"{audience}:threshold", args=[agreement_id]) if may_set else ""
    who = parties.organisation_name(threshold.organisation_id) if threshold.organisation_id else ""
    alerts = funding.open_fund_alerts([agreement_id])
    context = {
        "office": f"{audience}/office.html",
        "agreement": facts,
        "back_url": reverse(f"{audience}:agreement", args=[agreement_id]),
        "alert": alerts[0] if alerts else None,
        "forecast": panel(actor, agreement_id, at=at),
        "threshold_rows": [threshold_row(threshold.cents, by=who, url=url)],
        "letters": letters(actor, agreement_id, at=at, route=f"{audience}:monthly-letter"),
        "recipients_url": reverse(f"{audience}:recipients") if audience == "funder" else "",
    }
    return render(request, "forecasts/page.html", context)


def letter(request: HttpRequest, letter_id: int) -> HttpResponse:
    """A monthly statement as it was sent, in the reader's language."""
    kept = observatory.kept_letter(actor=actor_of(request), letter_id=letter_id)
    response = HttpResponse(letter_pdf(kept.figures), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{file_name(kept.figures)}"'
    return response


class ThresholdView(OperationView):
    """Say below how much the fund is low."""

    template_name = "forecasts/form.html"
    form_class = ThresholdForm
    audience: ClassVar[str] = "operator"

    def get_initial(self) -> dict[str, Any]:
        return {"threshold": funding.fund_threshold(self.kwargs["agreement_id"]).cents}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        facts = funding.agreement(actor_of(self.request), self.kwargs["agreement_id"], at=clock.now())
        more |= {
            "office": f"{self.audience}/office.html",
            "title": _("Quand le compte réservé est bas"),
            "lead": f"{facts.programme_name}, {facts.name}",
            "sentence": _("L’opérateur et chaque financeur sont prévenus une fois, par e-mail et sur leur page d’accueil."),
            "verb": _("Enregistrer ce seuil"),
            "back_url": self.back_url(),
        }
        return super().get_context_data(**more)

    def back_url(self) -> str:
        return reverse(f"{self.audience}:forecast", args=[self.kwargs["agreement_id"]])

    def perform(self, form: ThresholdForm) -> HttpResponseBase:
        funding_operations.set_fund_threshold(
            agreement_id=self.kwargs["agreement_id"],
            cents=form.cleaned_data["threshold"],
            actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("Le seuil est enregistré."))
        return HttpResponseRedirect(self.back_url())


class RecipientsView(OperationView):
    """Say who receives the monthly statements, or stop them."""

    template_name = "forecasts/form.html"
    form_class = RecipientsForm
    refusal_fields: ClassVar[dict[str, str]] = {"recipient-wrong": "emails", "recipients-too-many": "emails"}

    def get_initial(self) -> dict[str, Any]:
        chosen = observatory.recipients(actor_of(self.request))
        return {"emails": "\n".join(chosen.emails), "language": chosen.language, "is_stopped": chosen.is_stopped}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        more |= {
            "office": "funder/office.html",
            "title": _("Vos comptes du mois, par e-mail"),
            "lead": "",
            "sentence": _("Le premier jour ouvré du mois, vos comptes du mois passé sont envoyés en PDF, un par convention."),
            "verb": _("Enregistrer"),
            "back_url": reverse("funder:home"),
        }
        return super().get_context_data(**more)

    def perform(self, form: RecipientsForm) -> HttpResponseBase:
        given = form.cleaned_data
        operations.choose_recipients(
            emails=given["emails"],
            language=given["language"],
            is_stopped=given["is_stopped"],
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("Votre choix est enregistré."))
        return HttpResponseRedirect(reverse("funder:home"))


def tasks(actor: Actor, agreements: Sequence[funding.AgreementFacts], *, audience: str) -> Iterator[Task]:
    """Funds that are low, for a home page; the task goes when money arrives."""
    if not allowed(actor.roles, "observatory.see"):
        return
    by_id = {each.id: each for each in agreements if each.closed_at is None}
    for alert in funding.open_fund_alerts(list(by_id)) if by_id else ():
        facts = by_id[alert.agreement_id]
        yield Task(
            _("Le compte réservé est bas : moins de %(amount)s") % {"amount": formats.euros(alert.threshold_cents, short=True)},
            _("Voir la prévision"),
            reverse(f"{audience}:forecast", args=[alert.agreement_id]),
            alert.opened_at,
            f"{facts.programme_name}, {facts.name}",
            "warning",
            _("bas"),
        )
