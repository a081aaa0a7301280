"""A place's head is gone: one person of the operator relies on a document, another agrees, the new head is invited."""

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.gateways.documents import BYTES_MAX
from carnet.parties import operations
from carnet.parties import queries as parties
from carnet.parties.queries import HeadChangeView
from carnet.parties.rules import HeadChangeState, Role, allowed
from carnet.web import clock
from carnet.web.applications import attachment
from carnet.web.design import formats
from carnet.web.design.components import Row
from carnet.web.design.forms import OperationForm, WeighedFileField
from carnet.web.design.screens import OperationView, actor_of

STATES = {
    HeadChangeState.ASKED: (gettext_lazy("attend une seconde personne"), "warning"),
    HeadChangeState.INVITED: (gettext_lazy("invitation envoyée"), "info"),
    HeadChangeState.DONE: (gettext_lazy("fait"), "success"),
    HeadChangeState.REFUSED: (gettext_lazy("refusé"), "neutral"),
}


class HeadForm(OperationForm):
    """Who leaves, who comes, and the paper that says so."""

    membership_id = forms.TypedChoiceField(
        label=gettext_lazy("Qui n’est plus responsable ?"), coerce=int, empty_value=None, required=False, widget=forms.RadioSelect
    )
    display_name = forms.CharField(label=gettext_lazy("Nouveau responsable : prénom et nom"), max_length=120)
    email = forms.EmailField(label=gettext_lazy("Son adresse électronique"), max_length=254)
    reason = forms.CharField(
        label=gettext_lazy("Ce que dit le document"),
        help_text=gettext_lazy("Par exemple « procès-verbal de l’assemblée du 3 mars ». Sans autre nom de personne."),
        max_length=500,
    )
    document = WeighedFileField(
        label=gettext_lazy("Le document"),
        help_text=gettext_lazy("Un PDF, ou une photo bien lisible. 8 Mo au plus."),
        most_bytes=BYTES_MAX,
        accept="application/pdf,image/jpeg,image/png,image/webp",
    )

    def __init__(self, *arguments: Any, heads: list[tuple[int, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["membership_id"].choices = [*heads, ("", _("Personne : il n’y avait plus de responsable"))]  # type: ignore[attr-defined]


class YesForm(OperationForm):
    """A yes."""


class NoForm(OperationForm):
    """A no, and why."""

    reason = forms.CharField(label=gettext_lazy("Pourquoi"), widget=forms.Textarea(attrs={"rows": 3}), max_length=500)


class PrepareHead(OperationView):
    """Prepare a change of head."""

    template_name = "operator/joining/head_form.html"
    form_class = HeadForm
    refusal_fields = {
        "email-invalid": "email",
        "head-already": "email",
        "person-name-missing": "display_name",
        "reason-missing": "reason",
        "nir-in-text": "reason",
        "iban-in-text": "reason",
        "document-too-heavy": "document",
        "document-unreadable": "document",
        "document-locked": "document",
    }

    def get_form_kwargs(self) -> dict[str, Any]:
        found = parties.members(actor=actor_of(self.request), organisation_id=self.kwargs["organisation_id"], at=clock.now())
        heads = [(each.membership_id, each.display_name) for each in found if each.role == Role.PLACE_MANAGER]
        return super().get_form_kwargs() | {"heads": heads}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        organisation = parties.organisation(self.kwargs["organisation_id"])
        standard = {
            "title": _("Changer le responsable"),
            "lead": _("Quand l’ancien responsable ne peut plus passer la main. Une autre personne devra être d’accord."),
            "rows": [Row(_("Organisation"), organisation.name)],
            "kind": "",
            "verb": _("Préparer"),
            "cancel_url": reverse("operator:organisation", args=[organisation.id]),
        }
        return super().get_context_data(**(standard | more))

    def perform(self, form: HeadForm) -> HttpResponseBase:
        given = form.cleaned_data
        change_id = operations.prepare_new_head(
            organisation_id=self.kwargs["organisation_id"],
            membership_id=given["membership_id"] or None,
            email=given["email"],
            display_name=given["display_name"],
            reason=given["reason"],
            document=given["document"].read(),
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("C’est préparé. Une autre personne doit lire le document et décider."))
        return redirect("operator:new-head", change_id)


def head(request: HttpRequest, change_id: int) -> HttpResponse:
    """One change of head."""
    actor = actor_of(request)
    change = parties.head_change(change_id, actor=actor)
    waits = change.state is HeadChangeState.ASKED
    context = {
        "change": change,
        "state": STATES[change.state],
        "rows": head_rows(change),
        "may_decide": waits and change.asked_by != actor.person_id and allowed(actor.roles, "parties.approve-new-head"),
        "is_mine": waits and change.asked_by == actor.person_id,
    }
    return render(request, "operator/joining/head.html", context)


def head_rows(change: HeadChangeView) -> list[Row]:
    """What a change of head says."""
    return [
        Row(_("Organisation"), change.organisation),
        Row(_("Nouveau responsable"), change.display_name),
        Row(_("Adresse"), change.email),
        Row(_("Ce que dit le document"), change.reason),
        Row(_("Préparé le"), formats.moment(change.asked_at)),
    ]


def document(request: HttpRequest, change_id: int) -> HttpResponse:
    """The paper, to save."""
    content, media_type = operations.look_at_head_document(change_id=change_id, actor=actor_of(request), request_id=uuid4(), at=clock.now())
    return attachment(content, media_type, f"responsable-{change_id}")


class _Answer(OperationView):
    template_name = "operator/confirm.html"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        change = parties.head_change(self.kwargs["change_id"], actor=actor_of(self.request))
        standard = {"rows": head_rows(change), "kind": "", "lead": "", "cancel_url": reverse("operator:new-head", args=[change.id])}
        return super().get_context_data(**(standard | more))


class ApproveHead(_Answer):
    """Agree."""

    form_class = YesForm

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        words = {
            "title": _("Accepter ce changement de responsable"),
            "verb": _("Accepter"),
            "lead": _("La nouvelle personne reçoit une invitation. L’ancienne garde son accès jusqu’à ce qu’elle soit entrée."),
        }
        return super().get_context_data(**(words | more))

    def perform(self, form: YesForm) -> HttpResponseBase:
        operations.approve_new_head(
            change_id=self.kwargs["change_id"], actor=actor_of(self.request), request_id=form.cleaned_data["request_id"], at=clock.now()
        )
        messages.success(self.request, _("L’invitation part."))
        return redirect("operator:new-head", self.kwargs["change_id"])


class RefuseHead(_Answer):
    """Disagree."""

    form_class = NoForm

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        words = {"title": _("Refuser ce changement de responsable"), "verb": _("Refuser"), "kind": "danger"}
        return super().get_context_data(**(words | more))

    def perform(self, form: NoForm) -> HttpResponseBase:
        given = form.cleaned_data
        operations.refuse_new_head(
            change_id=self.kwargs["change_id"],
            reason=given["reason"],
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("C’est refusé : rien n’a changé."))
        return redirect("operator:new-head", self.kwargs["change_id"])
