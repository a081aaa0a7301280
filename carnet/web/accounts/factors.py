"""A helper's second factor, set up with words: a card they were given, a telephone, this computer; and what to do when it is lost."""

from typing import Any
from urllib.parse import urlencode

import structlog
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from carnet.parties import operations
from carnet.parties import queries as parties
from carnet.parties.rules import PartiesRefused
from carnet.web import clock
from carnet.web.accounts.code_forms import CARD
from carnet.web.accounts.desk import FIELDS, page
from carnet.web.accounts.sessions import end_others
from carnet.web.accounts.sign_in import RECOVERED, must_recover, note_proof, safe_next
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import actor_of, show_refusal
from carnet.web.doors import go_to, signed_in

log = structlog.get_logger(__name__)


class CardCodeForm(OperationForm):
    """What a card shows."""

    code = forms.CharField(
        label=gettext_lazy("Le code affiché par la carte"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "short"}),
    )


class RecoveryCodeForm(OperationForm):
    """What the letter says."""

    code = forms.CharField(
        label=gettext_lazy("Le code reçu par courriel"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false", "class": "short"}
        ),
    )


@signed_in
@never_cache
def first_factor(request: HttpRequest) -> HttpResponseBase:
    """Three ways, one sentence each; a card that waits comes first."""
    if must_recover(request):
        return go_to(request, "accounts:recover")
    person_id = actor_of(request).person_id or 0
    if parties.has_second_factor(person_id):
        return HttpResponseRedirect(safe_next(request))
    return page(request, "first_factor", card=parties.my_card(person_id), next=safe_next(request))


@signed_in
@never_cache
def my_card(request: HttpRequest) -> HttpResponseBase:
    """The holder types the first code of the card they were given."""
    if must_recover(request):
        return go_to(request, "accounts:recover")
    actor = actor_of(request)
    card = parties.my_card(actor.person_id or 0)
    if card is None or card.validated_at is not None:
        return page(request, "my_card_none", card=card)
    form = CardCodeForm(request.POST or None)
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        refusal = operations.validate_card(code=typed["code"], actor=actor, request_id=typed["request_id"], at=timezone.now())
        if refusal is None:
            request.session.pop(RECOVERED, None)
            note_proof(request, request.user, CARD)  # type: ignore[arg-type]
            end_others(request)
            messages.success(request, _("Votre carte est prête. Son code vous sera demandé à chaque connexion."))
            return HttpResponseRedirect(safe_next(request))
        log.warning("sign-in failed", method=CARD, person=actor.person_id, code=refusal.code)
        show_refusal(form, refusal, FIELDS)
    return page(request, "my_card", card=card, form=form, next=safe_next(request), status=422 if form.is_bound else 200)


@signed_in
@never_cache
def recover(request: HttpRequest) -> HttpResponseBase:
    """The code of the letter, before another second factor is set up."""
    person_id = actor_of(request).person_id or 0
    if not must_recover(request):
        return HttpResponseRedirect(safe_next(request))
    form = RecoveryCodeForm(request.POST or None)
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        answer = operations.try_recovery_code(person_id=person_id, code=typed["code"], request_id=typed["request_id"], at=clock.now())
        if not isinstance(answer, PartiesRefused):
            request.session[RECOVERED] = answer
            return HttpResponseRedirect(f"{reverse('accounts:first-factor')}?{urlencode({'next': safe_next(request)})}")
        log.warning("sign-in failed", method="recovery-letter", person=person_id, code=answer.code)
        show_refusal(form, answer, FIELDS)
    context: dict[str, Any] = {"form": form, "next": safe_next(request), "has_factor": parties.has_second_factor(person_id)}
    return page(request, "recover", status=422 if form.is_bound else 200, **context)
