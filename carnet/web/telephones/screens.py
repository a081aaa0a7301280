"""Where a place's manager registers a telephone, types the digits it received, and takes one away."""

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from carnet.gateways import sms
from carnet.jobs import texts
from carnet.kernel.refusals import Refusal
from carnet.places import queries as places
from carnet.redemption import operations
from carnet.redemption import queries as redemption
from carnet.redemption.queries import TelephoneLine
from carnet.redemption.rules import SERVICE_NUMBERS
from carnet.web import clock, theming
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Table
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import OperationView, actor_of, show_refusal
from carnet.web.figures import service_words
from carnet.web.telephones import words

LANGUAGES = [("fr", gettext_lazy("français")), ("en", gettext_lazy("anglais"))]


class TelephoneForm(OperationForm):
    """The telephone that will write, and for which place."""

    place_id = forms.TypedChoiceField(label=gettext_lazy("Pour quel lieu ?"), coerce=int)
    number = forms.CharField(
        label=gettext_lazy("Numéro de ce téléphone"),
        help_text=gettext_lazy("Un téléphone du lieu, jamais celui d’une personne aidée. Il va recevoir six chiffres à taper ici."),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off", "class": "short"}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Langue des réponses"), choices=LANGUAGES)

    def __init__(self, *args: Any, places: list[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["place_id"]
        field.choices = places  # type: ignore[attr-defined]
        if len(places) == 1:
            field.widget, field.initial = forms.HiddenInput(), places[0][0]
        self.fields["language"].initial = (get_language() or "fr")[:2]


class DigitsForm(OperationForm):
    """The digits the telephone received."""

    digits = forms.CharField(
        label=gettext_lazy("Les six chiffres reçus"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "short"}),
    )


def telephones(request: HttpRequest) -> HttpResponseBase:
    """The telephones of one's organisation, how to write, and registering another."""
    if request.method != "POST":
        return _page(request, _form(request))
    form = _form(request, request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    given = form.cleaned_data
    try:
        telephone_id = operations.register_telephone(
            place_id=given["place_id"],
            number=given["number"],
            language=given["language"],
            write=lambda digits: words.confirmation(digits, language=given["language"]),
            actor=actor_of(request),
            request_id=given["request_id"],
            at=clock.now(),
        )
    except Refusal as refusal:
        show_refusal(form, refusal, {"phone-number-invalid": "number", "confirmations-too-many": "number"})
        return _page(request, form, status=422)
    texts.enqueue()
    return redirect("place:telephone-confirm", telephone_id=telephone_id)


def _form(request: HttpRequest, data: Any = None) -> TelephoneForm:
    organisation_id = actor_of(request).organisation_id
    at = clock.now()
    own = [each for each in places.places_of([organisation_id] if organisation_id is not None else [], at=at) if each.acceptances]
    theming.carry_of_places(request, own, at)
    return TelephoneForm(data, places=[(each.place_id, each.name) for each in own])


def _page(request: HttpRequest, form: TelephoneForm, *, status: int = 200) -> HttpResponse:
    actor, at = actor_of(request), clock.now()
    found = redemption.telephones(actor, at=at)
    context = {
        "form": form,
        "is_offered": sms.is_offered(),
        "number": words.number_to_write_to(),
        "table": _table(found, places.names_of({each.place_id for each in found})),
        "services": _services(actor.organisation_id or 0),
    }
    return render(request, "telephones/telephones.html", context, status=status)


def _table(found: tuple[TelephoneLine, ...], names: dict[int, str]) -> Table:
    rows = [
        [
            Cell(_("… %(digits)s") % {"digits": each.last_digits}, url=_url(each)),
            names.get(each.place_id, ""),
            formats.day(each.confirmed_at or each.asked_at),
            Cell(_("En service"), tone="success") if each.confirmed_at else Cell(_("Chiffres à taper"), tone="warning"),
        ]
        for each in found
    ]
    columns = [Column(_("Téléphone")), Column(_("Lieu")), Column(_("Depuis")), Column(_("État"))]
    return Table(_("Téléphones enregistrés"), columns, rows, empty=_("Aucun téléphone enregistré."))


def _url(line: TelephoneLine) -> str:
    return reverse("place:telephone-confirm" if line.confirmed_at is None else "place:telephone", args=[line.id])


def _services(organisation_id: int) -> list[str]:
    own = places.places_of([organisation_id], at=clock.now())
    codes = {code for place in own for each in place.acceptances for code in each.service_codes}
    return [
        _("%(number)s ou %(word)s : %(service)s") % {"number": each.number, "word": each.words[0], "service": service_words([each.code])[0]}
        for each in SERVICE_NUMBERS
        if each.code in codes
    ]


class Confirm(OperationView):
    """Type the digits back."""

    template_name = "telephones/confirm.html"
    form_class = DigitsForm
    refusal_fields = {"confirmation-wrong": "digits", "confirmation-expired": "digits", "telephone-taken": "digits"}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        line = redemption.telephone(actor_of(self.request), self.kwargs["telephone_id"], at=clock.now())
        return super().get_context_data(**context) | {"line": line}

    def perform(self, form: DigitsForm) -> HttpResponseBase:
        operations.confirm_telephone(
            telephone_id=self.kwargs["telephone_id"],
            digits=form.cleaned_data["digits"],
            actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("Ce téléphone peut maintenant écrire pour votre lieu."))
        return redirect("place:telephones")


def telephone(request: HttpRequest, telephone_id: int) -> HttpResponse:
    """One telephone in service, and the way to take it away."""
    line = redemption.telephone(actor_of(request), telephone_id, at=clock.now())
    name = places.names_of([line.place_id]).get(line.place_id, "")
    return render(request, "telephones/telephone.html", {"line": line, "place_name": name})


@require_POST
def revoke(request: HttpRequest, telephone_id: int) -> HttpResponseBase:
    """Lost, sold, changed hands: it no longer writes for the place."""
    operations.revoke_telephone(telephone_id=telephone_id, actor=actor_of(request), request_id=uuid4(), at=clock.now())
    messages.success(request, _("Ce téléphone ne sert plus à votre lieu. Son numéro est oublié."))
    return redirect("place:telephones")
