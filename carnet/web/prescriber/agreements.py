"""The agreement of a desk with a programme: read whole, signed, read again."""

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.distribution import operations, queries
from carnet.distribution.queries import AgreementView, DeskView
from carnet.distribution.rules.joining import AgreementKind, AgreementNotNow
from carnet.kernel.periods import legal_day
from carnet.web import clock
from carnet.web.design.forms import DayField, OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.desks import AGREEMENTS, agreement_rows, agreement_state
from carnet.web.doors import door
from carnet.web.prescriber.desk import organisation_of
from carnet.web.prescriber.membership import mine


class SignForm(OperationForm):
    """Somebody, named, signs."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    signer_title = forms.CharField(
        label=gettext_lazy("En quelle qualité signez-vous ?"),
        help_text=gettext_lazy("Par exemple : présidente ; maire ; directeur, par délégation."),
        max_length=200,
    )
    regisseur_act = forms.CharField(
        label=gettext_lazy("L’acte qui nomme le régisseur"),
        help_text=gettext_lazy("Son numéro ou son titre, par exemple : arrêté 2026-12 du maire."),
        max_length=200,
    )
    regisseur_act_on = DayField(label=gettext_lazy("Le jour de cet acte"))
    is_read = forms.BooleanField(
        label=gettext_lazy("J’ai lu la convention et je la signe au nom de ma structure."),
        error_messages={"required": gettext_lazy("Cochez pour signer.")},
    )

    def __init__(self, *arguments: Any, kind: AgreementKind, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if kind is not AgreementKind.REGIE:
            del self.fields["regisseur_act"], self.fields["regisseur_act_on"]


class Sign(OperationView):
    """Read the agreement whole, then sign it. The door has asked for a recent proof of who one is."""

    template_name = "prescriber/membership/sign.html"
    form_class = SignForm
    refusal_fields = {
        "desk-signer-title-missing": "signer_title",
        "desk-regisseur-act-missing": "regisseur_act",
        "nir-in-text": "signer_title",
        "iban-in-text": "signer_title",
        "secret-in-text": "signer_title",
    }

    @cached_property
    def desk(self) -> DeskView:
        return mine(self.request, self.kwargs["programme_id"])

    @property
    def kind(self) -> AgreementKind:
        try:
            return AgreementKind(self.kwargs["kind"].upper())
        except ValueError:
            raise Http404 from None

    @property
    def text(self) -> queries.DeskTextView:
        found = next((each for each in self.desk.texts if each.kind is self.kind), None)
        if found is None:
            raise Http404
        return found

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"kind": self.kind}

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.text.version, "request_id": uuid4()}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        if not self.desk.may_sign:
            raise AgreementNotNow
        return super().get_context_data(view=self.desk, text=self.text, name=AGREEMENTS[self.kind][0], **more)

    def perform(self, form: SignForm) -> HttpResponseBase:
        given, actor = form.cleaned_data, actor_of(self.request)
        operations.sign_agreement(
            programme_id=self.desk.programme.id,
            organisation_id=organisation_of(actor),
            kind=self.kind,
            version=given["version"],
            signer_title=given["signer_title"],
            regisseur_act=given.get("regisseur_act", ""),
            regisseur_act_on=given.get("regisseur_act_on"),
            actor=actor,
            request_id=given["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("C’est signé. Le programme signe à son tour, puis vous êtes prévenu."))
        return redirect("prescriber:part", self.desk.programme.id)


def agreement(request: HttpRequest, agreement_id: int) -> HttpResponse:
    """One agreement as it was signed, to read or print."""
    found: AgreementView = queries.agreement(agreement_id, actor=actor_of(request))
    context = {
        "agreement": found,
        "name": AGREEMENTS[found.kind][0],
        "state": agreement_state(found, legal_day(clock.now())),
        "rows": agreement_rows(found),
        "back": reverse("prescriber:part", args=[found.programme_id]),
    }
    return render(request, "prescriber/membership/agreement.html", context)


urlpatterns = [
    path("part/<int:programme_id>/sign/<slug:kind>/", door("distribution.sign-agreement")(Sign.as_view()), name="part-sign"),
    path("agreements/<int:agreement_id>/", door("distribution.see-own-joining")(agreement), name="agreement"),
]
