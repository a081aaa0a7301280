"""At the counter: a voucher that another operator issued, its answer, and the list."""

from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.continuity.operations import clearing as operations
from carnet.continuity.queries import clearing as queries
from carnet.continuity.rules.clearing.claims import ClaimState
from carnet.places import queries as places
from carnet.places.rules import SERVICE_KINDS
from carnet.web import clock
from carnet.web.clearing import words
from carnet.web.design import formats
from carnet.web.design.components import Row
from carnet.web.design.forms import DayField, OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.design.wedge import untangled


class ClaimForm(OperationForm):
    """The code, who is written on the voucher, the service."""

    code = forms.CharField(
        label=gettext_lazy("Code du chèque"),
        help_text=gettext_lazy("18 chiffres, trois par trois. Ou visez le QR code avec un lecteur."),
        max_length=400,
        widget=forms.TextInput(attrs={"class": "voucher-code", "autocomplete": "off", "inputmode": "numeric", "spellcheck": "false"}),
    )
    issuer = forms.ChoiceField(
        label=gettext_lazy("Quel opérateur est écrit sur le chèque ?"),
        required=False,
        help_text=gettext_lazy("Inutile avec un QR code : il le dit lui-même."),
    )
    service = forms.ChoiceField(label=gettext_lazy("Service rendu"))
    place_id = forms.TypedChoiceField(label=gettext_lazy("Lieu de la leçon"), coerce=int)
    attended_on = DayField(label=gettext_lazy("Jour de la leçon"), required=False, help_text=gettext_lazy("Vide : aujourd’hui."))

    def __init__(
        self, *args: Any, issuers: list[tuple[str, str]], services: list[tuple[str, str]], places: list[tuple[int, str]], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.fields["issuer"].choices = [("", _("Le QR code le dit")), *issuers]  # type: ignore[attr-defined]
        self.fields["service"].choices = services  # type: ignore[attr-defined]
        field = self.fields["place_id"]
        field.choices = places  # type: ignore[attr-defined]
        field.initial = places[0][0] if places else None
        if len(places) < 2:
            field.widget = forms.HiddenInput()

    def clean_code(self) -> str:
        return untangled(self.cleaned_data["code"])


class WithdrawForm(OperationForm):
    """Why."""

    reason = forms.CharField(label=gettext_lazy("Pourquoi ?"), max_length=200)


def home(request: HttpRequest) -> HttpResponse:
    """The place's own claims."""
    actor = actor_of(request)
    context = {
        "office": words.office_of(actor),
        "claims": words.claims_table(queries.own_claims(actor=actor), is_place=True),
        "may_claim": bool(queries.issuers_at(actor=actor, at=clock.now())),
    }
    return render(request, "clearing/claims.html", context)


class ClaimView(OperationView):
    """A voucher of another operator at the counter."""

    template_name = "clearing/claim_new.html"
    form_class = ClaimForm
    refusal_fields = {"code-mistyped": "code", "issuer-unknown": "issuer", "claim-open": "code", "voucher-is-ours": "code"}

    def get_form_kwargs(self) -> dict[str, Any]:
        actor, at = actor_of(self.request), clock.now()
        own = places.places_of([actor.organisation_id] if actor.organisation_id is not None else [], at=at)
        own = tuple(each for each in own if actor.place_id in (None, each.place_id))
        accepted = {code for each in own for found in each.acceptances for code in found.service_codes}
        return super().get_form_kwargs() | {
            "issuers": [(each.siret, each.name) for each in queries.issuers_at(actor=actor, at=at)],
            "services": [(kind.code, _(kind.label)) for kind in SERVICE_KINDS if kind.code in accepted],
            "places": [(each.place_id, each.name) for each in own if each.acceptances],
        }

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        actor = actor_of(self.request)
        return super().get_context_data(
            **({"office": words.office_of(actor), "issuers": queries.issuers_at(actor=actor, at=clock.now())} | more)
        )

    def perform(self, form: Any) -> HttpResponseBase:
        said, actor, at = form.cleaned_data, actor_of(self.request), clock.now()
        made = operations.claim_voucher(
            code=said["code"], issuer=said["issuer"] or None, service=said["service"], place_id=said["place_id"],
            attended_on=said["attended_on"], actor=actor, request_id=said["request_id"], at=at,
        )  # fmt: skip
        _ask_once_kept(made)
        return HttpResponseRedirect(reverse("clearing:claim", args=[made]))


def _ask_once_kept(claim_id: UUID) -> None:
    """Ask the issuer as soon as the request's transaction is kept: nothing is held while it answers, and the next page shows what it said."""
    transaction.on_commit(partial(_ask, claim_id), robust=True)


def _ask(claim_id: UUID) -> None:
    operations.exchange_about(claim_id=claim_id, at=clock.now())


def claim(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """One claim: its answer first, large."""
    actor = actor_of(request)
    found = queries.own_claim(actor=actor, claim_id=claim_id)
    state, tone = words.CLAIM_STATES[found.state]
    rows = [Row(_("Opérateur"), found.partner), Row(_("Demandé le"), formats.moment(found.asked_at))]
    if found.serial:
        rows.append(Row(_("Chèque"), found.serial))
    if found.paid_on:
        rows.append(Row(_("Payé le"), formats.day(found.paid_on)))
    context = {
        "office": words.office_of(actor),
        "claim": found,
        "state": str(state),
        "tone": tone,
        "value": formats.euros(found.cents) if found.cents else "",
        "payable": formats.day(found.payable_on) if found.payable_on else "",
        "why": words.why_refused(found.reason) if found.state is ClaimState.REFUSED else "",
        "kept_because": words.why_refused(found.reason) if found.state is ClaimState.ACCEPTED and found.reason else "",
        "rows": rows,
        "is_waiting": found.state in (ClaimState.PENDING, ClaimState.WITHDRAWING),
    }
    return render(request, "clearing/claim.html", context)


class WithdrawView(OperationView):
    """Withdraw a claim made by mistake."""

    template_name = "clearing/act.html"
    form_class = WithdrawForm

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        back = reverse("clearing:claim", args=[self.kwargs["claim_id"]])
        said = {
            "office": words.office_of(actor_of(self.request)), "title": _("Retirer cette demande"), "verb": _("Retirer"), "kind": "danger",
            "lead": _("L’opérateur du chèque le rend à la personne, si son délai d’annulation n’est pas passé."), "cancel_url": back, "rows": [],
        }  # fmt: skip
        return super().get_context_data(**(said | more))

    def perform(self, form: Any) -> HttpResponseBase:
        claim_id = self.kwargs["claim_id"]
        operations.withdraw_claim(
            claim_id=claim_id, reason=form.cleaned_data["reason"], actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"], at=clock.now(),
        )  # fmt: skip
        _ask_once_kept(claim_id)
        messages.success(self.request, _("Le retrait est demandé."))
        return HttpResponseRedirect(reverse("clearing:claim", args=[claim_id]))
