"""The terms of helpers: every version published, and the next."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.funding import queries as funding
from carnet.funding.access import operated_programme
from carnet.kernel.refusals import Refusal
from carnet.mandates.operations import habilitation as operations
from carnet.mandates.queries import habilitation as queries
from carnet.mandates.rules.habilitation import TERMS_MAX
from carnet.parties.rules import allowed
from carnet.web import clock
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import actor_of, show_refusal

FIELDS = dict.fromkeys(("helper-terms-invalid", "nir-in-text", "iban-in-text"), "text")


class TermsForm(OperationForm):
    """The next version."""

    text = forms.CharField(
        label=gettext_lazy("Conditions des aidants"),
        help_text=gettext_lazy("Chaque aidant les lit et les accepte avant d’agir. Une nouvelle version est à accepter par tous."),
        widget=forms.Textarea(attrs={"rows": 14}),
        max_length=TERMS_MAX,
        error_messages={"required": gettext_lazy("Écrivez les conditions.")},
    )


def terms(request: HttpRequest, programme_id: int) -> HttpResponseBase:
    """Every version, and the form of the next."""
    actor = actor_of(request)
    operated_programme(actor, programme_id)
    programme, versions = funding.programme(programme_id), queries.terms_versions(programme_id)
    form = TermsForm(request.POST or None, initial={"text": versions[0].text if versions else ""})
    if request.method == "POST" and form.is_valid():
        try:
            version = operations.publish_helper_terms(programme_id=programme_id, **form.cleaned_data, actor=actor, at=clock.now())
        except Refusal as refusal:
            if refusal.code not in FIELDS:
                raise
            show_refusal(form, refusal, FIELDS)
        else:
            messages.success(request, _("La version %(version)s est publiée.") % {"version": version})
            return redirect("operator:helper-terms", programme_id)
    may_publish = allowed(actor.roles, "mandates.publish-terms") and programme.operator_id == actor.organisation_id
    context = {"programme": programme, "versions": versions, "form": form if may_publish else None}
    return render(request, "operator/structures/terms.html", context, status=422 if form.is_bound else 200)
