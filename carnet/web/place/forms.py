"""What a counter fills in. Shape only: the redemption's rules decide."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from carnet.places.queries import PlaceSummary
from carnet.places.rules import SERVICE_KINDS
from carnet.web.design.forms import DayField, InlineRadioSelect, OperationForm

CODE_LENGTH_MAX = 400
# A scanner set for an American keyboard, plugged into a French one, types the top row without Shift.
TOP_ROW = str.maketrans("&é\"'(-è_çà", "1234567890")
UNSHIFTED = frozenset("&é\"'(-è_çà ")

UNDO_REASONS = {
    "wrong-voucher": _("Ce n’était pas le bon chèque"),
    "lesson-cancelled": _("La leçon n’a pas eu lieu"),
    "typed-twice": _("Saisi deux fois, ou pour une autre personne"),
    "other": _("Autre raison"),
}


class CodeForm(forms.Form):
    """One field for everything: 18 digits, the address in a QR code, or what a scanner types."""

    code = forms.CharField(
        label=_("Code du chèque"),
        help_text=_("18 chiffres, trois par trois. Ou visez le QR code avec un lecteur."),
        max_length=CODE_LENGTH_MAX,
        widget=forms.TextInput(
            attrs={
                "class": "voucher-code",
                "autocomplete": "off",
                "inputmode": "numeric",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )
    place_id = forms.TypedChoiceField(label=_("Lieu de la leçon"), coerce=int)

    def __init__(self, *args: Any, places: Sequence[PlaceSummary], current: int | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["place_id"]
        field.choices = [(place.place_id, place.name) for place in places]  # type: ignore[attr-defined]
        field.initial = current or (places[0].place_id if places else None)
        if len(places) < 2:
            field.widget = forms.HiddenInput()

    def clean_code(self) -> str:
        typed: str = self.cleaned_data["code"].strip()
        if typed and UNSHIFTED.issuperset(typed):
            return typed.translate(TOP_ROW)
        return typed


class AcceptForm(OperationForm):
    """A voucher seen to be good, and the service it pays for."""

    code = forms.CharField(max_length=CODE_LENGTH_MAX, widget=forms.HiddenInput)
    place_id = forms.IntegerField(widget=forms.HiddenInput)
    service = forms.ChoiceField(
        label=_("Pour quel service ?"),
        widget=InlineRadioSelect(),
        error_messages={"required": _("Choisissez le service rendu.")},
    )
    attended_on = DayField(label=_("Jour de la leçon"))

    def __init__(self, *args: Any, service_codes: Sequence[str], today: date, latest: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        kinds = [kind for kind in SERVICE_KINDS if kind.code in set(service_codes)]
        field: Any = self.fields["service"]
        field.choices = [(kind.code, gettext(kind.label)) for kind in kinds]
        if len(kinds) == 1 or latest in {kind.code for kind in kinds}:
            field.initial = kinds[0].code if len(kinds) == 1 else latest
        day = self.fields["attended_on"]
        day.initial = today
        day.widget.attrs["max"] = today.isoformat()


class UndoForm(OperationForm):
    """Why a redemption is undone."""

    reason = forms.ChoiceField(
        label=_("Pourquoi ?"),
        choices=list(UNDO_REASONS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": _("Dites pourquoi.")},
    )
    detail = forms.CharField(
        label=_("Précision"), help_text=_("Sans nom ni numéro de personne."), required=False, max_length=120, widget=forms.TextInput
    )
