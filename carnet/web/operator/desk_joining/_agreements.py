"""Agreements: the texts a programme publishes, those a desk signed, signing them for the operator or sending them back."""

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.distribution import operations, queries
from carnet.distribution.queries import AgreementView
from carnet.distribution.rules.joining import AGREEMENT_MAX, MONTHS_MAX, MONTHS_MIN, AgreementKind
from carnet.funding.access import operated_programme
from carnet.kernel.periods import legal_day
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.web import clock
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.desks import AGREEMENTS, agreement_rows, agreement_state
from carnet.web.operator.desk_joining._decisions import REASONS, ReasonForm, YesForm

# Offered to a programme that has published nothing: to be changed with its accountant and its lawyer, not followed.
FIRST_TEXTS = {
    AgreementKind.MANDATE: gettext_lazy(
        "Le programme (le mandant) confie au guichet (le mandataire) des carnets de chèques, à remettre aux personnes.\n\n"
        "Article 1. Les carnets restent au programme jusqu’à leur remise. Ce sont des valeurs : le guichet les garde sous clé et les compte.\n\n"
        "Article 2. Le guichet ne vend rien, n’échange rien contre de l’argent, et ne rend pas la monnaie.\n\n"
        "Article 3. Il note chaque remise le jour même, sans le nom de la personne.\n\n"
        "Article 4. Il dit aussitôt un carnet perdu, volé ou abîmé.\n\n"
        "Article 5. Il nomme un responsable du stock, et rend ses carnets en partant ou si le programme le demande.\n\n"
        "Article 6. La convention dure le temps indiqué. Sans renouvellement, les remises s’arrêtent."
    ),
    AgreementKind.REGIE: gettext_lazy(
        "Le programme remet au guichet, organisme public, des carnets de chèques tenus par sa régie.\n\n"
        "Article 1. Un acte du guichet crée ou étend la régie. Un acte nomme le régisseur ; il est cité avec la signature.\n\n"
        "Article 2. Les carnets sont des valeurs inactives : le régisseur en tient le compte, sous le contrôle de son comptable public.\n\n"
        "Article 3. Le guichet note chaque remise le jour même, sans le nom de la personne.\n\n"
        "Article 4. Il dit aussitôt un carnet perdu, volé ou abîmé, et rend ses carnets en partant.\n\n"
        "Article 5. La convention dure le temps indiqué. Sans renouvellement, les remises s’arrêtent."
    ),
}


class TextForm(OperationForm):
    """The text of an agreement, and how long it holds."""

    text = forms.CharField(
        label=gettext_lazy("Texte de la convention"), widget=forms.Textarea(attrs={"rows": 20}), max_length=AGREEMENT_MAX
    )
    months = forms.IntegerField(
        label=gettext_lazy("Durée, en mois"),
        help_text=gettext_lazy("Une saison. Un rappel part un mois avant la fin."),
        min_value=MONTHS_MIN,
        max_value=MONTHS_MAX,
        widget=forms.NumberInput(attrs={"class": "short"}),
    )


def texts(request: HttpRequest, programme_id: int) -> HttpResponse:
    """Every version of a programme's agreements."""
    actor = actor_of(request)
    programme = operated_programme(actor, programme_id)
    context = {
        "programme": programme,
        "versions": [(each, AGREEMENTS[each.kind][0]) for each in queries.desk_text_versions(programme_id)],
        "kinds": [
            (reverse("operator:desk-publish", args=[programme_id, kind.value.lower()]), AGREEMENTS[kind][0]) for kind in AgreementKind
        ],
        "may_publish": allowed(actor.roles, "distribution.publish-agreement"),
    }
    return render(request, "operator/desk_joining/texts.html", context)


class Publish(OperationView):
    """Publish another version of an agreement."""

    template_name = "operator/confirm.html"
    form_class = TextForm
    refusal_fields = {"desk-agreement-text-invalid": "text", "nir-in-text": "text", "iban-in-text": "text", "secret-in-text": "text"}

    @property
    def kind(self) -> AgreementKind:
        try:
            return AgreementKind(self.kwargs["kind"].upper())
        except ValueError:
            raise Http404 from None

    def get_initial(self) -> dict[str, Any]:
        programme = operated_programme(actor_of(self.request), self.kwargs["programme_id"])
        published = next((each for each in queries.desk_texts(programme.id, at=clock.now()) if each.kind is self.kind), None)
        text, months = (published.text, published.months) if published else (str(FIRST_TEXTS[self.kind]), 12)
        return {"text": text, "months": months, "request_id": uuid4()}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        standard = {
            "title": _("Publier : %(name)s") % {"name": AGREEMENTS[self.kind][0]},
            "lead": _("Une nouvelle version s’ajoute aux précédentes. Ce qui est signé reste signé."),
            "rows": [],
            "kind": "",
            "verb": _("Publier"),
            "cancel_url": reverse("operator:desk-texts", args=[self.kwargs["programme_id"]]),
        }
        return super().get_context_data(**(standard | more))

    def perform(self, form: TextForm) -> HttpResponseBase:
        given = form.cleaned_data
        version = operations.publish_agreement(
            programme_id=self.kwargs["programme_id"], kind=self.kind, text=given["text"], months=given["months"],
            actor=actor_of(self.request), request_id=given["request_id"], at=clock.now(),
        )  # fmt: skip
        messages.success(self.request, _("La version %(version)s est publiée.") % {"version": version})
        return redirect("operator:desk-texts", self.kwargs["programme_id"])


def agreement(request: HttpRequest, agreement_id: int) -> HttpResponse:
    """One agreement as it was signed."""
    actor = actor_of(request)
    found = queries.agreement(agreement_id, actor=actor)
    context = {
        "agreement": found,
        "name": AGREEMENTS[found.kind][0],
        "desk": parties.organisation_name(found.organisation_id),
        "state": agreement_state(found, legal_day(clock.now())),
        "rows": agreement_rows(found),
        "may_answer": found.waits and allowed(actor.roles, "distribution.countersign-agreement"),
    }
    return render(request, "operator/desk_joining/agreement.html", context)


class _Answer(OperationView):
    template_name = "operator/confirm.html"

    @cached_property
    def found(self) -> AgreementView:
        return queries.agreement(self.kwargs["agreement_id"], actor=actor_of(self.request))

    def get_initial(self) -> dict[str, Any]:
        return {"request_id": uuid4()}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        name = parties.organisation_name(self.found.organisation_id)
        standard = {
            "lead": f"{AGREEMENTS[self.found.kind][0]}, {name}",
            "rows": agreement_rows(self.found),
            "kind": "",
            "cancel_url": reverse("operator:desk-agreement", args=[self.found.id]),
        }
        return super().get_context_data(**(standard | more))

    @property
    def given(self) -> dict[str, Any]:
        return {"agreement_id": self.found.id, "actor": actor_of(self.request), "at": clock.now()}

    def done(self, words: str) -> HttpResponseBase:
        messages.success(self.request, words)
        return redirect("operator:desk", self.found.programme_id, self.found.organisation_id)


class Countersign(_Answer):
    """Sign for the operator."""

    form_class = YesForm

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(title=_("Signer pour le programme ?"), verb=_("Signer"), **more)

    def perform(self, form: YesForm) -> HttpResponseBase:
        operations.countersign_agreement(request_id=form.cleaned_data["request_id"], **self.given)
        return self.done(_("La convention est signée des deux côtés."))


class SendBack(_Answer):
    """Do not sign, and say why."""

    form_class = ReasonForm
    refusal_fields = REASONS

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(title=_("Renvoyer sans signer ?"), verb=_("Renvoyer"), **more)

    def perform(self, form: ReasonForm) -> HttpResponseBase:
        given = form.cleaned_data
        operations.send_agreement_back(reason=given["reason"], request_id=given["request_id"], **self.given)
        return self.done(_("La convention est renvoyée au guichet."))
