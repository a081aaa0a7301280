"""The account of an agreement's money after a takeover: entered by one, compared with the bank's paper by another."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.funding import queries as funding
from carnet.funding.operations import ring_fence
from carnet.kernel.identifiers import Iban
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Row
from carnet.web.design.forms import InlineRadioSelect, OperationForm
from carnet.web.design.screens import OperationView, actor_of


class AccountForm(OperationForm):
    """The account an agreement's money will stay in."""

    holder = forms.CharField(label=gettext_lazy("Titulaire du compte"), max_length=140)
    iban = forms.CharField(label=gettext_lazy("IBAN"), help_text=gettext_lazy("Lisez-le sur le papier de la banque."), max_length=42)
    bic = forms.CharField(label=gettext_lazy("BIC"), help_text=gettext_lazy("Facultatif."), required=False, max_length=11)


class AgreeForm(OperationForm):
    """Yes, or no and why."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Votre réponse"),
        widget=InlineRadioSelect(),
        choices=[("accepted", gettext_lazy("C’est le bon compte")), ("refused", gettext_lazy("Refuser"))],
        error_messages={"required": gettext_lazy("Choisissez une réponse.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Pourquoi"), help_text=gettext_lazy("Obligatoire pour un refus."), required=False, max_length=500
    )


class EnterAccount(OperationView):
    """Enter the account that replaces the former operator's."""

    template_name = "operator/confirm.html"
    form_class = AccountForm
    refusal_fields = {"iban-invalid": "iban", "ring-fence-same": "iban"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        fence = funding.ring_fence(self.kwargs["agreement_id"])
        return super().get_context_data(**kwargs) | {
            "title": _("Saisir le nouveau compte réservé"),
            "lead": _("Une autre personne le comparera au papier de la banque. Rien n’est payé avant."),
            "rows": [Row(_("Compte de l’ancien opérateur"), f"{fence.holder}, {Iban(fence.iban).printed()}")],
            "verb": _("Saisir ce compte"),
            "kind": "",
            "cancel_url": reverse("operator:agreement", args=[self.kwargs["agreement_id"]]),
        }

    def perform(self, form: AccountForm) -> HttpResponse:
        given = form.cleaned_data
        change_id = ring_fence.enter_ring_fence(
            agreement_id=self.kwargs["agreement_id"], holder=given["holder"], iban=given["iban"], bic=given["bic"], actor=actor_of(self.request),
            request_id=given["request_id"], at=clock.now(),
        )  # fmt: skip
        messages.success(self.request, _("Le compte est saisi. Une autre personne doit l’approuver."))
        return redirect("operator:ring-fence", change_id=change_id)


class AgreeAccount(OperationView):
    """Compare the account with the bank's paper, and answer."""

    template_name = "operator/confirm.html"
    form_class = AgreeForm
    refusal_fields = {"reason-missing": "reason"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        actor = actor_of(self.request)
        found = ring_fence.entered_account(change_id=self.kwargs["change_id"], actor=actor)
        answers = {True: _("approuvé"), False: _("refusé"), None: _("attend une deuxième personne")}
        return super().get_context_data(**kwargs) | {
            "title": _("Le nouveau compte de « %(name)s »") % {"name": found.agreement_name},
            "lead": _("Comparez chaque caractère avec le papier de la banque."),
            "rows": [
                Row(_("Titulaire"), found.holder),
                Row(_("IBAN"), Iban(found.iban).printed()),
                Row(_("BIC"), found.bic or "–"),
                Row(_("Saisi le"), formats.moment(found.entered_at)),
                Row(_("Réponse"), answers[found.is_agreed]),
            ],
            "verb": _("Répondre"),
            "kind": "",
            "is_mine": found.entered_by == actor.person_id or found.is_agreed is not None,
            "cancel_url": reverse("operator:agreement", args=[found.agreement_id]),
        }

    def perform(self, form: AgreeForm) -> HttpResponse:
        given = form.cleaned_data
        ring_fence.decide_ring_fence(
            change_id=self.kwargs["change_id"], refused_because=given["reason"] if given["decision"] == "refused" else None,
            actor=actor_of(self.request), request_id=given["request_id"], at=clock.now(),
        )  # fmt: skip
        messages.success(self.request, _("C’est noté."))
        return redirect("operator:ring-fence", change_id=self.kwargs["change_id"])
