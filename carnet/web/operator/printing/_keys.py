"""A print shop's key: received by somebody, agreed to by somebody else with the telephone in hand."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.issuing.operations import print_shops as operations
from carnet.issuing.queries import print_shops as queries
from carnet.issuing.rules.print_shops import SPOKEN_DIGITS, PrintKeyState
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Row
from carnet.web.design.forms import InlineRadioSelect, OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.print_shop.forms import CERTIFICATE_REFUSALS, CertificateForm
from carnet.web.print_shop.words import KEY_STATES


class ProposeView(OperationView):
    """The operator received the certificate by another way, and gives it here for the print shop."""

    template_name = "operator/printing/propose.html"
    form_class = CertificateForm
    refusal_fields = CERTIFICATE_REFUSALS

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        found = queries.print_shop(actor_of(self.request), self.kwargs["shop_id"], at=clock.now())
        return super().get_context_data(shop=found, **more)

    def perform(self, form: CertificateForm) -> HttpResponseBase:
        given = form.cleaned_data
        operations.propose_print_key(
            print_shop_id=self.kwargs["shop_id"], content=given["certificate"].read(), actor=actor_of(self.request),
            request_id=given["request_id"], at=clock.now(),
        )  # fmt: skip
        messages.success(
            self.request, _("La clé est proposée. Une autre personne doit maintenant l’approuver, au téléphone avec l’imprimeur.")
        )
        return redirect("operator:print-shop", self.kwargs["shop_id"])


class AnswerForm(OperationForm):
    """Yes with what was heard, or no and why."""

    answer = forms.ChoiceField(
        label=gettext_lazy("Votre réponse"),
        choices=[("yes", gettext_lazy("J’approuve")), ("no", gettext_lazy("Je refuse"))],
        widget=InlineRadioSelect(),
        initial="yes",
    )
    spoken = forms.CharField(
        label=gettext_lazy("La fin de l’empreinte, lue au téléphone"),
        help_text=gettext_lazy("Les huit derniers signes, que l’imprimeur vous lit. Ils ne sont affichés nulle part chez vous."),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"class": "short", "autocomplete": "off", "spellcheck": "false"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Pourquoi, si vous refusez"), widget=forms.Textarea(attrs={"rows": 2}), max_length=500, required=False
    )


class DecideView(OperationView):
    """One key; the second person answers on it."""

    template_name = "operator/printing/key.html"
    form_class = AnswerForm
    refusal_fields = {"fingerprint-differs": "spoken", "reason-missing": "reason"}

    @cached_property
    def found(self) -> queries.PrintKeyView:
        return queries.print_key(actor_of(self.request), self.kwargs["key_id"], at=clock.now())

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        actor, key = actor_of(self.request), self.found
        waits = key.state is PrintKeyState.PROPOSED
        own = actor.person_id in (key.proposed_by_id, key.admitted_by_id)
        word, tone = KEY_STATES[key.state]
        digits = key.fingerprint.hex()
        shown = f"{queries.grouped(digits[:-SPOKEN_DIGITS])} ···· ····" if waits else key.printed_fingerprint
        names = parties.names_of({key.proposed_by_id, key.approved_by_id or 0})
        rows = [
            Row(_("Empreinte SHA-256"), shown),
            Row(_("Clé"), _("RSA, %(bits)s bits") % {"bits": formats.number(key.bits)}),
            Row(_("Valable"), f"{formats.day(key.valid_from)} – {formats.last_day(key.valid_until)}"),
            Row(_("Proposée"), _by(key.proposed_at, names.get(key.proposed_by_id, key.organisation))),
            *([Row(_("Approuvée"), _by(key.approved_at, names.get(key.approved_by_id or 0, "")))] if key.approved_at else []),
            *([Row(_("Refusée"), formats.moment(key.refused_at))] if key.refused_at else []),
            *([Row(_("Finie"), formats.moment(key.ended_at))] if key.ended_at else []),
        ]
        return super().get_context_data(
            key=key, rows=rows, state=str(word), tone=tone, back=reverse("operator:print-shop", args=[key.print_shop_id]),
            may_decide=waits and not own and allowed(actor.roles, "issuing.approve-print-key"), is_mine=waits and own, **more,
        )  # fmt: skip

    def perform(self, form: AnswerForm) -> HttpResponseBase:
        given = form.cleaned_data
        told: dict[str, Any] = {"key_id": self.found.id, "actor": actor_of(self.request), "at": clock.now()}
        if given["answer"] == "yes":
            operations.approve_print_key(spoken=given["spoken"], request_id=given["request_id"], **told)
            messages.success(self.request, _("La clé est approuvée : les prochains fichiers sont scellés pour elle."))
        else:
            operations.refuse_print_key(reason=given["reason"], request_id=given["request_id"], **told)
            messages.success(self.request, _("La clé est refusée."))
        return redirect("operator:print-shop", self.found.print_shop_id)


def _by(at: Any, who: str) -> str:
    return _("le %(moment)s, %(who)s") % {"moment": formats.moment(at), "who": who} if who else formats.moment(at)


class EndView(OperationView):
    """Seal nothing more for a key."""

    template_name = "operator/confirm.html"
    form_class = OperationForm

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        found = queries.print_key(actor_of(self.request), self.kwargs["key_id"], at=clock.now())
        return super().get_context_data(**more) | {
            "title": _("Mettre fin à cette clé ?"),
            "lead": _(
                "Plus aucun fichier ne sera scellé pour elle. À faire si l’imprimeur l’a perdue, ou si quelqu’un d’autre a pu la voir."
            ),
            "verb": _("Mettre fin"),
            "kind": "danger",
            "cancel_url": reverse("operator:print-shop", args=[found.print_shop_id]),
        }

    def perform(self, form: OperationForm) -> HttpResponseBase:
        actor, at = actor_of(self.request), clock.now()
        found = queries.print_key(actor, self.kwargs["key_id"], at=at)
        operations.end_print_key(key_id=found.id, actor=actor, request_id=form.cleaned_data["request_id"], at=at)
        messages.success(self.request, _("La clé est finie."))
        return redirect("operator:print-shop", found.print_shop_id)
