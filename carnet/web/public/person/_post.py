"""A booklet by post, for whoever cannot come: a name, an address, three ticks. The address is sealed, and erased once the envelope left."""

from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from carnet.distribution import operations, queries
from carnet.distribution.queries import PostalView
from carnet.distribution.rules import AgeBand, Area, Reason, Ticks
from carnet.distribution.rules.postal import LINE_MAX, PostalAddress, PostalClosed, PostalState
from carnet.gateways.keys import key_ring
from carnet.gateways.throttles import count_tries
from carnet.kernel.periods import legal_day
from carnet.kernel.refusals import Refusal
from carnet.parties.rules import allowed
from carnet.redemption.rules import network_of
from carnet.web import clock
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import actor_of, show_refusal
from carnet.web.public.person._page import page
from carnet.web.tries import address_of

# What one address of a network may send in a day: a library helps several people.
ASKED_MAX, WRONG_MAX, SECONDS = 5, 20, 24 * 3600
FIELDS = {
    "postal-town-unknown": "commune", "postal-outside": "commune", "postal-number-mistyped": "number", "postal-unknown": "number",
    "nir-in-text": "name", "iban-in-text": "name",
}  # fmt: skip
REASONS = {
    Reason.PROCEDURES: gettext_lazy("Mes papiers en ligne"),
    Reason.WORK: gettext_lazy("Mon travail"),
    Reason.MESSAGES: gettext_lazy("Mes messages"),
    Reason.EQUIPMENT: gettext_lazy("Mon ordinateur, mon téléphone"),
    Reason.EVERYDAY: gettext_lazy("La vie de tous les jours"),
    Reason.NOT_SAID: gettext_lazy("Je ne dis pas"),
}
AGES = {
    AgeBand.UNDER_26: gettext_lazy("Moins de 26 ans"),
    AgeBand.FROM_26_TO_59: gettext_lazy("26 à 59 ans"),
    AgeBand.FROM_60_TO_74: gettext_lazy("60 à 74 ans"),
    AgeBand.FROM_75: gettext_lazy("75 ans et plus"),
    AgeBand.NOT_SAID: gettext_lazy("Je ne dis pas"),
}
AREAS = {
    Area.PRIORITY_DISTRICT: gettext_lazy("Un quartier prioritaire"),
    Area.TOWN: gettext_lazy("La ville"),
    Area.COUNTRYSIDE: gettext_lazy("La campagne"),
    Area.NOT_SAID: gettext_lazy("Je ne dis pas"),
}


def _line(label: Any, autocomplete: str, *, required: bool = True, most: int = LINE_MAX) -> forms.CharField:
    missing = {"required": gettext_lazy("Cette ligne manque.")}
    return forms.CharField(
        label=label,
        required=required,
        max_length=most,
        widget=forms.TextInput(attrs={"autocomplete": autocomplete}),
        error_messages=missing,
    )


def _tick(label: Any, words: dict[Any, Any]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=[(each.value, word) for each, word in words.items()],
        initial="NOT_SAID",
        required=False,
        widget=forms.RadioSelect,
    )


class PostForm(OperationForm):
    """What is written on the envelope, and the three ticks of a desk. Nothing is asked in words."""

    name = _line(gettext_lazy("Votre nom, comme sur la boîte aux lettres"), "name")
    street = _line(gettext_lazy("Numéro et rue"), "address-line1")
    street_extra = _line(gettext_lazy("Bâtiment, étage, chez"), "address-line2", required=False)
    postcode = _line(gettext_lazy("Code postal"), "postal-code", most=5)
    commune = _line(gettext_lazy("Ville"), "address-level2")
    reason = _tick(gettext_lazy("Pour quoi faire ?"), REASONS)
    age_band = _tick(gettext_lazy("Quel âge avez-vous ?"), AGES)
    area = _tick(gettext_lazy("Où habitez-vous ?"), AREAS)

    @property
    def said(self) -> PostalAddress:
        """The address as the rules read it."""
        return PostalAddress(**{name: self.cleaned_data[name] for name in PostalAddress.__dataclass_fields__})

    @property
    def ticks(self) -> Ticks:
        """The ticks as the rules read them."""
        given = self.cleaned_data
        return Ticks(AgeBand(given["age_band"] or "NOT_SAID"), Reason(given["reason"] or "NOT_SAID"), Area(given["area"] or "NOT_SAID"))


class NumberForm(forms.Form):
    """The number of a request."""

    number = forms.CharField(
        label=gettext_lazy("Le numéro de votre demande"),
        help_text=gettext_lazy("Il ressemble à K7FM-42PX."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Recopiez le numéro.")},
    )


@never_cache
@sensitive_post_parameters()
def by_post(request: HttpRequest) -> HttpResponse:
    """Ask for a booklet by post. GET shows the form; POST sends it and gives a number. Nothing typed is in an address, a log or a session."""
    at = clock.now()
    form = PostForm(request.POST if request.method == "POST" else None, initial={"request_id": uuid4()})
    if form.is_bound and form.is_valid():
        try:
            helps = allowed(actor_of(request).roles, "distribution.note-postal")
            if not helps:
                _check(request, "asked", ASKED_MAX, at)
            asked = operations.ask_by_post(
                said=form.said, ticks=form.ticks, actor=actor_of(request), request_id=form.cleaned_data["request_id"], at=at
            )
            if not helps:
                _count(request, "asked", at)
            return page(request, "post_asked", {"asked": queries.postal_by_number(asked.number)}, at)
        except Refusal as refusal:
            show_refusal(form, refusal, FIELDS)
    return page(request, "post", {"form": form, "number_form": NumberForm()}, at, status=_status(form))


@never_cache
@sensitive_post_parameters()
def follow(request: HttpRequest) -> HttpResponse:
    """Where is my request? By its number; it may be taken back, which erases the address."""
    at = clock.now()
    form = NumberForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        number = form.cleaned_data["number"]
        try:
            _check(request, "wrong", WRONG_MAX, at)
            if "take-back" in request.POST:
                operations.take_postal_back(number=number, actor=actor_of(request), request_id=uuid4(), at=at)
            found = queries.postal_by_number(number)
            return page(request, "post_state", {"asked": found, "state": state_words(found)}, at)
        except Refusal as refusal:
            if refusal.code == "postal-unknown":
                _count(request, "wrong", at)
            show_refusal(form, refusal, FIELDS)
    return page(request, "post_follow", {"number_form": form}, at, status=_status(form))


def state_words(found: PostalView) -> str:
    """Where a request stands, in one sentence."""
    words = {
        PostalState.WAITING: _("Un guichet prépare votre enveloppe."),
        PostalState.READY: _("Votre carnet est dans l’enveloppe."),
        PostalState.SENT: _("Votre carnet est parti. Comptez quelques jours."),
        PostalState.REFUSED: _("Le guichet ne peut pas l’envoyer. Appelez."),
        PostalState.WITHDRAWN: _("Vous avez repris votre demande."),
        PostalState.EXPIRED: _("Personne n’a pu l’envoyer. Appelez."),
    }
    return words[found.state]


def _status(form: forms.Form) -> int:
    if not form.is_bound:
        return 200
    return 429 if form.has_error(NON_FIELD_ERRORS, PostalClosed.code) else 422


def _check(request: HttpRequest, what: str, most: int, at: Any) -> None:
    if count_tries(_key(request, what, at), by=0, seconds=SECONDS) >= most:
        raise PostalClosed


def _count(request: HttpRequest, what: str, at: Any) -> None:
    count_tries(_key(request, what, at), by=1, seconds=SECONDS)


def _key(request: HttpRequest, what: str, at: Any) -> str:
    """Under which an address of a network is counted today: a keyed hash that is another tomorrow."""
    mark = key_ring().mark(f"postal {what} {legal_day(at).isoformat()}", network_of(address_of(request)))
    return f"postal-{what}:{mark.hex()[:32]}"
