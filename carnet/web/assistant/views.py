"""Screens of the first hour."""

from typing import Any
from uuid import uuid5

from django import forms
from django.contrib import messages
from django.contrib.auth.password_validation import validate_password
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.funding import access
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.parties import operations as parties_operations
from carnet.parties import queries as parties
from carnet.web import clock
from carnet.web.assistant.first_hour import first_steps
from carnet.web.assistant.specimen import specimen_pdf
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.doors import from_this_machine


class FirstAdministratorForm(OperationForm):
    """The operator, and the first person of it."""

    organisation_name = forms.CharField(label=gettext_lazy("Nom de votre organisation"), max_length=200)
    siret = forms.CharField(
        label=gettext_lazy("SIRET"),
        help_text=gettext_lazy("14 chiffres. Une association peut donner son numéro RNA."),
        max_length=20,
        required=False,
    )
    rna = forms.CharField(label=gettext_lazy("Numéro RNA"), max_length=12, required=False)
    display_name = forms.CharField(label=gettext_lazy("Votre nom"), max_length=120)
    email = forms.EmailField(label=gettext_lazy("Votre adresse électronique"), max_length=254)
    password = forms.CharField(
        label=gettext_lazy("Mot de passe"),
        help_text=gettext_lazy("Au moins 12 signes ; une phrase convient très bien."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
    )
    again = forms.CharField(
        label=gettext_lazy("Le même mot de passe"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), strip=False
    )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "password" in cleaned and cleaned.get("again") != cleaned["password"]:
            self.add_error("again", forms.ValidationError(gettext_lazy("Ce n’est pas le même mot de passe."), code="different"))
        return cleaned


class FirstAdministratorView(OperationView):
    """The only page that creates someone without an invitation: it exists while nobody does, for a browser of this machine.

    Elsewhere the first to come would own the installation: on a server, `carnet init` makes the first account.
    """

    form_class = FirstAdministratorForm
    template_name = "assistant/first_administrator.html"
    refusal_fields = {"siret-invalid": "siret", "rna-invalid": "rna", "organisation-unnumbered": "siret", "email-invalid": "email"}

    def dispatch(self, request: HttpRequest, *args: Any, **more: Any) -> HttpResponseBase:
        if parties.is_initialised():
            return redirect("assistant:steps")  # whose door asks who is there
        if not from_this_machine(request):
            raise Http404
        return super().dispatch(request, *args, **more)

    def perform(self, form: FirstAdministratorForm) -> HttpResponseBase:
        given = form.cleaned_data
        parties_operations.bootstrap_administrator(
            email=given["email"],
            display_name=given["display_name"],
            password=given["password"],
            organisation_name=given["organisation_name"],
            siret=given["siret"] or None,
            rna=given["rna"] or None,
            actor=Actor.system("first-run assistant"),
            request_id=uuid5(given["request_id"], "first administrator"),
            at=clock.now(),
        )
        messages.success(self.request, _("Votre compte est créé. Connectez-vous : la suite vous attend."))
        return redirect("/sign-in/?next=/setup/steps/")


def steps(request: HttpRequest) -> HttpResponse:
    actor, at = actor_of(request), clock.now()
    programmes = funding.programmes_of_operator(actor.organisation_id or 0)
    agreements = funding.agreements(actor, [each.id for each in programmes], at=at)
    found = first_steps(actor, programmes, agreements, at=at)
    required = found[:-1]  # the specimen is for looking, not for beginning
    context = {"steps": found, "done": sum(step.is_done for step in required), "count": len(required)}
    return render(request, "assistant/steps.html", context)


def specimen(request: HttpRequest, programme_id: int) -> FileResponse:
    actor = actor_of(request)
    access.operated_programme(actor, programme_id)
    agreements = funding.agreements(actor, [programme_id], at=clock.now())
    funder_ids = agreements[-1].funder_ids if agreements else ()
    name = f"specimen-{funding.programme(programme_id).slug}.pdf"
    return FileResponse(specimen_pdf(programme_id, funder_ids=funder_ids), content_type="application/pdf", filename=name)
