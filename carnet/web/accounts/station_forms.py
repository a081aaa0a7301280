"""The shape of what is typed about shared computers and PINs; the rules decide."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from carnet.parties.rules import CEILING, STATION_NAME_MAX, StationLimits
from carnet.web.design.forms import OperationForm

PIN_TYPED = {"inputmode": "numeric", "autocomplete": "off", "maxlength": 9, "class": "short"}
CODE_TYPED = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "maxlength": 12, "class": "short"}


class PinField(forms.CharField):
    """Six digits that nobody reads over a shoulder."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=20, widget=forms.PasswordInput(attrs=PIN_TYPED), **options)


class CodeField(forms.CharField):
    """Eight signs copied by hand."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=40, widget=forms.TextInput(attrs=CODE_TYPED), **options)


class LimitsForm(OperationForm):
    """What a shared computer lets through in a day, and how long it waits."""

    person_daily = forms.IntegerField(
        label=_("Chèques par personne et par jour"), min_value=1, max_value=CEILING.person_daily, initial=StationLimits().person_daily
    )
    station_daily = forms.IntegerField(
        label=_("Chèques par jour sur ce poste, tout le monde compris"),
        min_value=1,
        max_value=CEILING.station_daily,
        initial=StationLimits().station_daily,
    )
    idle_minutes = forms.IntegerField(
        label=_("Minutes sans geste avant de redemander le code PIN"),
        min_value=1,
        max_value=CEILING.idle_minutes,
        initial=StationLimits().idle_minutes,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("person_daily", "station_daily", "idle_minutes"):
            self.fields[name].widget.attrs["class"] = "short"

    @property
    def limits(self) -> StationLimits:
        """As the rules take them."""
        typed = self.cleaned_data
        return StationLimits(typed["person_daily"], typed["station_daily"], typed["idle_minutes"])


class StationForm(LimitsForm):
    """A shared computer: what to call it, and where it stands."""

    name = forms.CharField(
        label=_("Nom du poste"),
        help_text=_("Par exemple : ordinateur de l’accueil. Pas le nom d’une personne."),
        max_length=STATION_NAME_MAX,
    )
    place_id = forms.TypedChoiceField(label=_("Lieu"), coerce=int, empty_value=None, required=False)
    field_order = ("name", "place_id", "person_daily", "station_daily", "idle_minutes")

    def __init__(self, *args: Any, places: Sequence[tuple[int, str]], may_be_without: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        blank = [("", _("Aucun : un guichet qui remet des carnets"))] if may_be_without else []
        self.fields["place_id"].choices = [*blank, *places]  # type: ignore[attr-defined]
        self.fields["place_id"].required = not may_be_without
        if not places:
            del self.fields["place_id"]


class VolunteerForm(OperationForm):
    """Somebody without an e-mail address."""

    display_name = forms.CharField(label=_("Prénom et nom"), help_text=_("L’écran montre le prénom et une initiale."), max_length=120)
    role = forms.ChoiceField(label=_("Ce que fait cette personne"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, roles: Sequence[tuple[str, Any]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["role"].choices = roles  # type: ignore[attr-defined]
        if len(roles) == 1:
            self.fields["role"].initial = roles[0][0]


class _Twice(OperationForm):
    """A PIN, typed twice."""

    pin = PinField(label=_("Nouveau code PIN"), help_text=_("Six chiffres, connus de vous seul. Pas une suite, pas une date de naissance."))
    again = PinField(label=_("Encore une fois"))

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if self.cleaned_data.get("pin") != again:
            raise forms.ValidationError(_("Ce n’est pas le même code."), code="different")
        return again


class OwnPinForm(_Twice):
    """One's own PIN, once fully signed in."""


class PersonField(forms.TypedChoiceField):
    """Who one is, among those this computer knows."""

    def __init__(self, **options: Any) -> None:
        super().__init__(label=_("Qui êtes-vous ?"), coerce=int, widget=forms.RadioSelect(attrs={"class": "names"}), **options)


class FirstCodeForm(_Twice):
    """A PIN chosen on the shared computer, with a first code."""

    person_id = PersonField()
    code = CodeField(label=_("Premier code"), help_text=_("Huit signes, donnés par votre responsable."))
    field_order = ("person_id", "code", "pin", "again")

    def __init__(self, *args: Any, people: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["person_id"].choices = people  # type: ignore[attr-defined]


class TurnForm(OperationForm):
    """Whose turn it is."""

    person_id = PersonField()
    pin = PinField(label=_("Votre code PIN"))

    def __init__(self, *args: Any, people: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["person_id"].choices = people  # type: ignore[attr-defined]
        if len(people) == 1:
            self.fields["person_id"].initial = people[0][0]


class EnrolForm(OperationForm):
    """The code that makes this browser a shared computer."""

    code = CodeField(label=_("Code du poste"), help_text=_("Huit signes, affichés sur l’écran de votre responsable."))
