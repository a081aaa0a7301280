"""Forms of every application. They show fields and what is wrong with them; the rules decide what is wrong, nothing typed is refused."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.utils.translation import gettext_lazy

from carnet.gateways.documents import BYTES_MAX
from carnet.parties.rules.applications import Problem
from carnet.web.applications import problem_words
from carnet.web.design.forms import OperationForm, WeighedFileField


class DraftForm(forms.Form):
    """A step: shown with what was typed, right or wrong, and the sentences of its problems."""

    def typed(self) -> dict[str, Any]:
        """What was typed, whole: a value the form does not understand is kept as it is."""
        return {name: self.data.get(self.add_prefix(name), "") for name in self.fields if self.add_prefix(name) in self.data}

    def show(self, problems: Iterable[Problem[Any]]) -> None:
        """Put each problem on its field, in place of the form's own opinion."""
        self.full_clean()
        self._errors = ErrorDict()
        for each in problems:
            self.add_error(each.field if each.field in self.fields else None, problem_words(each))


def filled(form_class: type[DraftForm], values: Mapping[str, Any], **options: Any) -> DraftForm:
    """A form showing what is kept, as if it had just been typed: its problems can be put on its fields, a box not ticked is not there."""
    return form_class({name: value for name, value in values.items() if value not in (None, False)}, **options)


class WhoForm(DraftForm):
    """A number that can be checked, then what it is the number of. Each kind says which legal forms may ask."""

    number = forms.CharField(
        label=gettext_lazy("Numéro SIRET ou RNA"),
        help_text=gettext_lazy("SIRET : 14 chiffres. Une association sans SIRET donne son numéro RNA : W suivi de 9 signes."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    name = forms.CharField(
        label=gettext_lazy("Nom de la structure"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    form = forms.ChoiceField(label=gettext_lazy("Vous êtes"), widget=forms.RadioSelect)
    street = forms.CharField(
        label=gettext_lazy("Numéro et rue"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "street-address"})
    )
    postcode = forms.CharField(
        label=gettext_lazy("Code postal"),
        max_length=10,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code", "inputmode": "numeric", "class": "short"}),
    )
    city = forms.CharField(label=gettext_lazy("Commune"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "address-level2"}))

    forms_offered: Mapping[str, Any] = {}

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["form"].choices = [(str(code), words) for code, words in self.forms_offered.items()]  # type: ignore[attr-defined]


class PaperForm(OperationForm):
    """One paper at a time, so that a bad one does not take the good ones with it."""

    kind = forms.ChoiceField(label=gettext_lazy("Quel document ?"))
    file = WeighedFileField(
        label=gettext_lazy("Le fichier"),
        help_text=gettext_lazy("Un PDF, ou une photo bien lisible (JPEG, PNG). 8 Mo au plus."),
        most_bytes=BYTES_MAX,
        accept="application/pdf,image/jpeg,image/png,image/webp",
        error_messages={"required": gettext_lazy("Choisissez un fichier.")},
    )

    def __init__(self, *arguments: Any, kinds: Iterable[tuple[str, Any]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["kind"].choices = list(kinds)  # type: ignore[attr-defined]


class AppealForm(OperationForm):
    """What is wrong with a decision."""

    text = forms.CharField(
        label=gettext_lazy("Pourquoi cette décision vous paraît-elle fausse ?"),
        help_text=gettext_lazy("Des faits et des dates. Sans nom de personne ni numéro de compte."),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=2000,
        error_messages={"required": gettext_lazy("Expliquez pourquoi, en quelques phrases.")},
    )


class YesForm(OperationForm):
    """A yes."""
