"""What is typed to send a slip. Shape only."""

from django import forms
from django.utils.translation import gettext_lazy as _

from carnet.web.design.forms import OperationForm
from carnet.web.slips.languages import LANGUAGES

# What is read through the window of an envelope.
ADDRESS_LINES, ADDRESS_LINE_LENGTH = 6, 38


class LanguageForm(forms.Form):
    """In which language the paper speaks."""

    language = forms.ChoiceField(label=_("Langue de la fiche"), choices=[(each.code, each.name) for each in LANGUAGES], required=False)


class TextForm(OperationForm):
    """The mobile telephone a slip is sent to, once."""

    phone = forms.CharField(
        label=_("Numéro de mobile"),
        help_text=_("La fiche part une fois. Le numéro n’est pas gardé."),
        max_length=30,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off", "inputmode": "tel"}),
        error_messages={"required": _("Écrivez le numéro.")},
    )


class AddressForm(forms.Form):
    """The address of a window envelope: printed, never kept."""

    address = forms.CharField(
        label=_("Nom et adresse"),
        help_text=_("Comme sur l’enveloppe, une ligne sous l’autre. Ils sont imprimés et oubliés : rien n’est gardé."),
        max_length=ADDRESS_LINES * (ADDRESS_LINE_LENGTH + 2),
        widget=forms.Textarea(attrs={"rows": ADDRESS_LINES, "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Écrivez l’adresse.")},
    )

    def clean_address(self) -> tuple[str, ...]:
        lines = tuple(line.strip() for line in str(self.cleaned_data["address"]).splitlines() if line.strip())
        if len(lines) > ADDRESS_LINES or any(len(line) > ADDRESS_LINE_LENGTH for line in lines):
            raise forms.ValidationError(
                _("Au plus %(lines)s lignes de %(length)s caractères."),
                code="too-long",
                params={"lines": ADDRESS_LINES, "length": ADDRESS_LINE_LENGTH},
            )
        return lines


class NumberForm(forms.Form):
    """The number of a booking: whoever has it prints the slip again."""

    number = forms.CharField(
        label=_("Le numéro de votre réservation"),
        help_text=_("Il est sur votre fiche, comme K7FM-42PX."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Recopiez le numéro de votre fiche.")},
    )
    language = forms.ChoiceField(label=_("Langue de la fiche"), choices=[(each.code, each.name) for each in LANGUAGES], required=False)
