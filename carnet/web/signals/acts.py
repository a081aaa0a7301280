"""What a person of the operator does: set a signal aside, decide a threshold."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.controls.operations import signals as operations
from carnet.controls.queries import signals as queries
from carnet.controls.rules.signals.registry import rule_called
from carnet.funding import queries as funding
from carnet.parties import queries as parties
from carnet.places import queries as places
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Row
from carnet.web.design.forms import InlineRadioSelect, OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.signals import words

_WHY_HELP = gettext_lazy("En quelques mots, sans nom de personne.")


class SetAsideForm(OperationForm):
    """Why it is nothing."""

    reason = forms.CharField(label=gettext_lazy("Pourquoi ce signal n’est rien ?"), help_text=_WHY_HELP, max_length=300)


class ThresholdForm(OperationForm):
    """On from a bound, or off; and why."""

    is_on = forms.ChoiceField(
        label=gettext_lazy("Cette règle"),
        widget=InlineRadioSelect(),
        choices=[("on", gettext_lazy("Regarde")), ("off", gettext_lazy("Est éteinte"))],
        initial="on",
    )
    threshold = forms.IntegerField(label=gettext_lazy("À partir de"), min_value=0)
    reason = forms.CharField(label=gettext_lazy("Pourquoi ?"), help_text=_WHY_HELP, max_length=300)


class SetAsideView(OperationView):
    """Set one signal aside."""

    template_name = "signals/act.html"
    form_class = SetAsideForm
    refusal_fields = {"signal-why-missing": "reason"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        actor = actor_of(self.request)
        found = queries.signal(actor, self.kwargs["signal_id"])
        names = {number: card.name for number, card in parties.organisations(words.organisations_in(found.facts)).items()}
        place = places.names_of([found.place_id]).get(found.place_id, "")
        return super().get_context_data(**kwargs) | {
            "office": words.office_of(actor),
            "title": _("Mettre ce signal de côté"),
            "lead": _("Il reste dans la liste, et compte contre la justesse de la règle. Il pourra encore rejoindre un dossier."),
            "rows": [
                Row(_("Signal"), words.name_of(found.rule)),
                Row(_("Lieu"), place),
                Row(_("Jours regardés"), words.period(found.from_on, found.until_on)),
                *words.evidence(found, names),
            ],
            "verb": _("Mettre de côté"),
            "cancel_url": reverse("signals:signal", args=[found.id]),
        }

    def perform(self, form: SetAsideForm) -> HttpResponseBase:
        given = form.cleaned_data
        operations.set_aside(
            signal_id=self.kwargs["signal_id"],
            reason=given["reason"],
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("Le signal est mis de côté."))
        return redirect("signals:signals")


class ThresholdView(OperationView):
    """Decide one rule's threshold in one programme."""

    template_name = "signals/act.html"
    form_class = ThresholdForm
    refusal_fields = {"signal-why-missing": "reason", "signal-threshold-impossible": "threshold"}

    def get_initial(self) -> dict[str, Any]:
        found = queries.setting_of(actor_of(self.request), self.kwargs["programme_id"], self.kwargs["rule"])
        usual = rule_called(found.rule).usual
        return super().get_initial() | {
            "is_on": "off" if found.threshold is None else "on",
            "threshold": usual if found.threshold is None else found.threshold,
        }

    def get_form(self, form_class: type[forms.Form] | None = None) -> forms.Form:
        form: forms.Form = super().get_form(form_class)
        form.fields["threshold"].help_text = str(words.ASKED_IN[rule_called(self.kwargs["rule"]).unit])
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        actor, programme_id, rule = actor_of(self.request), self.kwargs["programme_id"], rule_called(self.kwargs["rule"])
        found = queries.setting_of(actor, programme_id, rule.code)
        told = words.RULES[rule.code]
        return super().get_context_data(**kwargs) | {
            "office": words.office_of(actor),
            "title": told.name,
            "lead": _("Le nouveau seuil vaut pour les semaines et les mois qui n’ont pas encore été regardés."),
            "rows": [
                Row(_("Programme"), funding.programme(programme_id).name),
                Row(_("Ce que la règle cherche"), told.looks_for),
                Row(_("Ce qui peut l’expliquer"), told.honest),
                Row(_("Seuil d’usage"), words.threshold_of(rule.code, rule.usual)),
                Row(_("Seuil d’aujourd’hui"), words.threshold_of(rule.code, found.threshold)),
                Row(_("Possible"), _("de %(least)s à %(most)s") % {"least": formats.number(rule.least), "most": formats.number(rule.most)}),
            ],
            "verb": _("Enregistrer"),
            "cancel_url": reverse("signals:rules", args=[programme_id]),
        }

    def perform(self, form: ThresholdForm) -> HttpResponseBase:
        given = form.cleaned_data
        operations.set_threshold(
            programme_id=self.kwargs["programme_id"],
            rule=self.kwargs["rule"],
            threshold=given["threshold"] if given["is_on"] == "on" else None,
            reason=given["reason"],
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("Le seuil est enregistré."))
        return redirect("signals:rules", programme_id=self.kwargs["programme_id"])
