"""Signing with the person beside: choose, prove who they are, read and say yes, sign. Four screens, one thing each."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from carnet.gateways.identity import IdentityRefused
from carnet.mandates import operations, queries
from carnet.mandates.queries import DraftView
from carnet.mandates.rules import (
    MONEY_FAMILIES,
    DraftKind,
    Duration,
    IdentityCheck,
    PivotIdentity,
    Protection,
    last_day,
    window,
)
from carnet.parties.rules import SecondFactorNeeded
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Row
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.doors import ask_for_proof
from carnet.web.helper import words
from carnet.web.helper.forms import ChooseForm, PaperForm, SecondForm, SignForm
from carnet.web.helper.identities import ACR, pivot_of
from carnet.web.identity import exchange
from carnet.web.identity.views import refused

_hidden = method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")


def step_labels() -> list[str]:
    """The four steps."""
    return [_("Choisir"), _("Qui est-ce ?"), _("Lire et dire oui"), _("C’est signé")]


def purpose_of(draft_id: int) -> str:
    """What a sign-in at FranceConnect is for: this preparation alone."""
    return f"mandate:{draft_id}"


@_hidden
class Choose(OperationView):
    """What the person authorises, for how long; a renewal comes with what was signed before."""

    template_name = "helper/choose.html"
    form_class = ChooseForm
    refusal_fields = {"mandate-families-missing": "families", "mandate-family-not-allowed": "families"}

    def dispatch(self, *arguments: Any, **options: Any) -> HttpResponseBase:
        actor, at = actor_of(self.request), clock.now()
        renewed_id = self.kwargs.get("mandate_id")
        self.structure = queries.structure(actor=actor)
        if self.structure is None or not self.structure.is_open:
            return redirect("helper:home")
        self.renewed = queries.mandate(renewed_id, actor=actor, at=at) if renewed_id is not None else None
        return super().dispatch(*arguments, **options)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "families": self.structure.families if self.structure else ()}

    def get_initial(self) -> dict[str, Any]:
        if self.renewed is None:
            return super().get_initial()
        chosen = {"families": [each.value for each in self.renewed.families], "duration": self.renewed.duration.value}
        return super().get_initial() | chosen | {"language": self.renewed.language}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        back = reverse("helper:person", args=[self.renewed.person_id]) if self.renewed else reverse("helper:home")
        return super().get_context_data(steps=step_labels(), renewed=self.renewed, back_url=back, **context)

    def perform(self, form: ChooseForm) -> HttpResponse:
        given = form.cleaned_data
        draft_id = operations.open_draft(
            families=given["families"], duration=Duration(given["duration"]), language=given["language"], actor=actor_of(self.request),
            request_id=given["request_id"], at=clock.now(), renewed_id=self.renewed.id if self.renewed else None,
        )  # fmt: skip
        return redirect("helper:draft", draft_id)


@never_cache
def draft(request: HttpRequest, draft_id: int) -> HttpResponse:
    """How far it is: whoever comes back from FranceConnect goes on to read and sign; else, prove who the person is."""
    actor, at = actor_of(request), clock.now()
    found = queries.draft(draft_id, actor=actor, at=at)
    if found.mandate_id is not None:
        return redirect("helper:mandate", found.mandate_id)
    if not found.is_open:
        return render(request, "helper/over.html", status=409)
    came = exchange.known(request, purpose_of(draft_id)) if found.kind is DraftKind.SIGNATURE else None
    if came is not None:
        operations.identify_draft(
            draft_id=draft_id, identity=pivot_of(came), subject=came.sub, acr=ACR, actor=actor, request_id=uuid4(), at=at
        )
        exchange.forget(request, purpose_of(draft_id))
        return redirect("helper:sign", draft_id)
    if is_ready(found):
        return redirect("helper:sign", draft_id)
    context = {
        "steps": step_labels(),
        "draft": found,
        "waits": found.identity_check is IdentityCheck.PAPER,
        "name": found.identity.name if found.identity else "",
        "prove_url": reverse("helper:franceconnect", args=[draft_id]),
    }
    return render(request, "helper/who.html", context)


def is_ready(found: DraftView) -> bool:
    """Whether the person is known: a renewal needs no new proof, a paper needs two helpers."""
    if found.kind is DraftKind.RENEWAL:
        return True
    if found.identity_check is IdentityCheck.PAPER:
        return found.second_helper_id is not None
    return found.identity is not None


@never_cache
def franceconnect(request: HttpRequest, draft_id: int) -> HttpResponseBase:
    """To FranceConnect, on this screen, the person at the keyboard; then back to the preparation."""
    queries.draft(draft_id, actor=actor_of(request), at=clock.now())
    back = reverse("helper:draft", args=[draft_id])
    try:
        return exchange.begin(request, "franceconnect", purpose=purpose_of(draft_id), back=back)
    except IdentityRefused as refusal:
        return refused(request, refusal, back)


@_hidden
class Paper(OperationView):
    """What the first helper reads on the person's paper."""

    template_name = "helper/paper.html"
    form_class = PaperForm
    refusal_fields = {"mandate-identity-incomplete": "family_name", "nir-in-text": "family_name", "iban-in-text": "family_name"}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        found = queries.draft(self.kwargs["draft_id"], actor=actor_of(self.request), at=clock.now())
        return super().get_context_data(steps=step_labels(), back_url=reverse("helper:draft", args=[found.id]), **context)

    def perform(self, form: PaperForm) -> HttpResponse:
        given = form.cleaned_data
        identity = PivotIdentity(given["family_name"], given["given_names"], given["birthdate"].isoformat())
        operations.note_paper(
            draft_id=self.kwargs["draft_id"],
            identity=identity,
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        return redirect("helper:draft", self.kwargs["draft_id"])


@_hidden
class Second(OperationView):
    """What the second helper reads on the same paper, from their own account."""

    template_name = "helper/second.html"
    form_class = SecondForm

    def dispatch(self, *arguments: Any, **options: Any) -> HttpResponseBase:
        self.draft = queries.draft(self.kwargs["draft_id"], actor=actor_of(self.request), at=clock.now())
        if not self.draft.is_open or self.draft.identity is None or self.draft.identity_check is not IdentityCheck.PAPER:
            return render(self.request, "helper/over.html", status=409)
        if self.request.method == "GET" and self.draft.helper_id == actor_of(self.request).person_id:
            return redirect("helper:draft", self.draft.id)  # two pairs of eyes: not one's own paper
        return super().dispatch(*arguments, **options)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(draft=self.draft, rows=_identity_rows(self.draft), back_url=reverse("helper:home"), **context)

    def perform(self, form: SecondForm) -> HttpResponse:
        operations.confirm_paper(
            draft_id=self.draft.id, actor=actor_of(self.request), request_id=form.cleaned_data["request_id"], at=clock.now()
        )
        return render(self.request, "helper/seconded.html", {"draft": self.draft})


@_hidden
class Sign(OperationView):
    """What is promised on both sides, the question, the yes, and the helper's second factor once more."""

    template_name = "helper/sign.html"
    form_class = SignForm
    refusal_fields = {
        "mandate-person-protected": "protection", "mandate-consent-missing": "has_agreed", "phone-number-invalid": "contact",
    }  # fmt: skip

    def dispatch(self, *arguments: Any, **options: Any) -> HttpResponseBase:
        actor, at = actor_of(self.request), clock.now()
        self.draft = queries.draft(self.kwargs["draft_id"], actor=actor, at=at)
        # Come back by the browser's arrow: what is signed is shown signed. A repeated POST is answered by the operation.
        is_shown_signed = self.draft.mandate_id is not None and self.request.method == "GET"
        if is_shown_signed or (self.draft.mandate_id is None and not (self.draft.is_open and is_ready(self.draft))):
            return redirect("helper:draft", self.draft.id)
        return super().dispatch(*arguments, **options)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        actor, at = actor_of(self.request), clock.now()
        structure = queries.structure(actor=actor)
        return super().get_context_data(
            steps=step_labels(), draft=self.draft, rows=self._rows(at), lines=words.family_lines(self.draft.families),
            structure=structure.name if structure else "", has_money=bool(MONEY_FAMILIES & set(self.draft.families)),
            read_url=reverse("mandate_papers:read", args=[self.draft.id]), back_url=reverse("helper:home"), **context,
        )  # fmt: skip

    def _rows(self, at: datetime) -> list[Row]:
        until = formats.day(last_day(window(self.draft.duration, at)[1]))
        already = queries.replaced_by(self.draft.id, actor=actor_of(self.request), at=at)
        replaced = [
            _("%(family)s, jusqu’au %(day)s") % {"family": words.family(each.family), "day": formats.day(each.last_day)} for each in already
        ]
        return [
            *_identity_rows(self._known()),
            Row(_("Dernier jour"), until),
            *(Row(_("Remplace ce qui était permis"), each) for each in replaced),
        ]

    def _known(self) -> DraftView | PivotIdentity | None:
        if self.draft.kind is DraftKind.SIGNATURE or self.draft.person_id is None:
            return self.draft.identity
        return queries.person(self.draft.person_id, actor=actor_of(self.request), at=clock.now()).identity

    def perform(self, form: SignForm) -> HttpResponseBase:
        given = form.cleaned_data
        try:
            signed = operations.sign_draft(
                draft_id=self.draft.id, protection=Protection(given["protection"]), has_agreed=given["has_agreed"],
                contact=given["contact"] or None, actor=actor_of(self.request), request_id=given["request_id"], at=clock.now(),
            )  # fmt: skip
        except SecondFactorNeeded:
            return ask_for_proof(self.request)
        return redirect(f"{reverse('helper:mandate', args=[signed.id])}?new")


def _identity_rows(known: DraftView | PivotIdentity | None) -> list[Row]:
    identity = known.identity if isinstance(known, DraftView) else known
    if identity is None:
        return []
    return [Row(_("Personne"), identity.name), Row(_("Naissance"), words.born(identity.birthdate))]


@never_cache
@require_POST
def drop(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Give up, with the person: nothing of them is kept."""
    operations.drop_draft(draft_id=draft_id, actor=actor_of(request), request_id=uuid4(), at=clock.now())
    exchange.forget(request, purpose_of(draft_id))
    return redirect("helper:home")
