"""A file of residences, what is chosen, and what is supposed: three values, or one when it is known."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from carnet.connectivity.rules.study.assumptions import ASSUMPTIONS, BY_KEY, MONTHS_MAX, Choices, Key, Range, Unit, ranges_given
from carnet.connectivity.rules.study.estate import NAME_MAX
from carnet.web.connection_studies.words import KEY_WORDS, written
from carnet.web.design import formats
from carnet.web.design.forms import EurosField, OperationForm, WeighedFileField

FILE_MOST_BYTES = 4_000_000
_UNIT_WORDS = {Unit.SHARE: _("en pour cent"), Unit.CENTS: _("en euros"), Unit.MONTHS: _("en mois"), Unit.MINUTES: _("en minutes")}
CHOSEN = ("household", "landlord", "months", "is_open_to_all", "lends_computers", "is_fibre_only")
_NUMBER = re.compile(r"([0-9]{1,9})(?:[.,]([0-9]{1,2}))?")


class RangeField(forms.CharField):
    """``6 / 8 / 10``: low, likely, high; or one number, when it is known. In the unit of the assumption, hundredths at most."""

    default_error_messages = {
        "unreadable": _("Écrivez un nombre, ou trois séparés par des barres : 6 / 8 / 10."),
        "order": _("Écrivez d’abord la valeur basse, puis la probable, puis la haute."),
        "bounds": _("Restez entre %(least)s et %(most)s."),
    }

    def __init__(self, key: Key, **options: Any) -> None:
        self.known = BY_KEY[key]
        unit = _UNIT_WORDS[self.known.unit]
        super().__init__(label=KEY_WORDS[key], help_text=unit, required=False, max_length=60, **options)
        self.widget.attrs.update({"class": "short", "autocomplete": "off", "inputmode": "text"})

    def clean(self, value: Any) -> Range:  # type: ignore[override]
        typed = (super().clean(value) or "").replace("\u202f", "").replace("\xa0", "").replace(" ", "")
        if not typed:
            return self.known.given
        shapes = [_NUMBER.fullmatch(part.strip("%€")) for part in typed.split("/")]
        if len(shapes) not in (1, 3) or not all(shapes):
            raise forms.ValidationError(self.error_messages["unreadable"], code="unreadable")
        values = [self._whole(shape) for shape in shapes if shape]
        low, likely, high = values if len(values) == 3 else values * 3
        if not low <= likely <= high:
            raise forms.ValidationError(self.error_messages["order"], code="order")
        if low < self.known.least or high > self.known.most:
            bounds = {"least": written(self.known.least, self.known.unit), "most": written(self.known.most, self.known.unit)}
            raise forms.ValidationError(self.error_messages["bounds"], code="bounds", params=bounds)
        return Range(low, likely, high)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Range):
            return value
        if value.low == value.high:
            return self._text(value.likely)
        return " / ".join(self._text(each) for each in (value.low, value.likely, value.high))

    def _whole(self, shape: re.Match[str]) -> int:
        whole, part = int(shape[1]), (shape[2] or "").ljust(2, "0")
        if self.known.unit in (Unit.SHARE, Unit.CENTS):
            return whole * 100 + int(part)
        if int(part):
            raise forms.ValidationError(self.error_messages["unreadable"], code="unreadable")
        return whole

    def _text(self, value: int) -> str:
        if self.known.unit not in (Unit.SHARE, Unit.CENTS):
            return str(value)
        whole, part = divmod(value, 100)
        return f"{whole}{formats.decimal_mark()}{part:02d}" if part else str(whole)


class _Choosing(forms.Form):
    """What the author decides."""

    household = EurosField(label=_("Prix pour le ménage, par mois"), least_cents=0, most_cents=100_00)
    landlord = EurosField(label=_("Part du bailleur, par ménage connecté et par mois"), least_cents=0, most_cents=100_00)
    months = forms.IntegerField(label=_("Durée, en mois"), min_value=1, max_value=MONTHS_MAX)
    is_open_to_all = forms.BooleanField(
        label=_("Ouverte à tous les ménages de la résidence"),
        help_text=_("Sinon, aux seuls ménages en difficulté."),
        required=False,
    )
    lends_computers = forms.BooleanField(label=_("Prêter un ordinateur à qui n’en a pas"), required=False)

    is_fibre_only = forms.BooleanField(
        label=_("Seulement les résidences déjà fibrées"), help_text=_("Les autres sortent de l’étude."), required=False
    )

    def chosen(self) -> Choices:
        """The choices typed."""
        given = self.cleaned_data
        return Choices(
            given["household"],
            given["landlord"],
            given["months"],
            given["is_open_to_all"],
            given["lends_computers"],
            given["is_fibre_only"],
        )


def initial_of(choices: Choices, ranges: dict[Key, Range]) -> dict[str, Any]:
    """What a form shows at first."""
    return {
        "household": choices.household_cents,
        "landlord": choices.landlord_cents,
        "months": choices.months,
        "is_open_to_all": choices.is_open_to_all,
        "lends_computers": choices.lends_computers,
        "is_fibre_only": choices.is_fibre_only,
        **{key.value: values for key, values in ranges.items()},
    }


class NewStudyForm(_Choosing, OperationForm):
    """An estate to study: a file, or the residences already registered."""

    name = forms.CharField(label=_("Nom de l’étude"), max_length=NAME_MAX)
    estate = WeighedFileField(
        label=_("Le fichier des résidences"),
        help_text=_("CSV ou XLSX, une ligne par résidence, 4 Mo au plus. Aucun nom d’habitant."),
        most_bytes=FILE_MOST_BYTES,
        accept=".csv,.xlsx",
        required=False,
    )
    registered = forms.ChoiceField(label=_("Ou les résidences déjà enregistrées"), required=False)
    shared = forms.ChoiceField(label=_("Partager l’étude"), required=False, help_text=_("Vous pourrez en faire d’autres pour vous seuls."))

    field_order = ("name", "estate", "registered", *CHOSEN, "shared")

    def __init__(self, *arguments: Any, registered: list[tuple[str, str]], shared: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        for name, choices, empty in (
            ("registered", registered, _("Aucune : j’apporte un fichier")),
            ("shared", shared, _("Avec personne")),
        ):
            if choices:
                self.fields[name].choices = [("", empty), *choices]  # type: ignore[attr-defined]
            else:
                del self.fields[name]
        self.fields["estate"].required = not registered

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not given.get("estate") and not given.get("registered") and "estate" not in self.errors:
            self.add_error("estate", forms.ValidationError(_("Apportez un fichier."), code="required"))
        return given


class TrialForm(_Choosing):
    """Other choices and assumptions, to see what changes. Nothing is kept: it is read from the address."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for assumption in ASSUMPTIONS:
            self.fields[assumption.key.value] = RangeField(assumption.key)

    def supposed(self) -> dict[Key, Range]:
        """The assumptions typed, those left empty as Carnet supposes them."""
        return {key: self.cleaned_data.get(key.value, given) for key, given in ranges_given().items()}


class KeepForm(OperationForm):
    """A name for what was tried."""

    name = forms.CharField(label=_("Nom de l’étude"), max_length=NAME_MAX)
