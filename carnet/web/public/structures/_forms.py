"""Forms of a request. They show fields and what is wrong with them; what is wrong is decided by the rules, nothing typed is refused."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.mandates.rules.habilitation import COMMITMENTS, MESSAGE_MAX
from carnet.web.design.forms import OperationForm
from carnet.web.public.applications import DraftForm, WhoForm
from carnet.web.structures import FORMS, POSITIONS


class StructureForm(WhoForm):
    """A SIRET, then what it is the number of."""

    forms_offered = FORMS

    number = forms.CharField(
        label=gettext_lazy("Numéro SIRET"),
        help_text=gettext_lazy("Quatorze chiffres. Il est sur vos courriers officiels."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "numeric"}),
    )


class LeadForm(DraftForm):
    """Who answers for the helpers of the structure."""

    lead_name = forms.CharField(
        label=gettext_lazy("Prénom et nom"),
        help_text=gettext_lazy("Le référent inscrit les aidants, les arrête, et suit la structure."),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    lead_job = forms.CharField(label=gettext_lazy("Sa fonction"), max_length=120, required=False)
    lead_email = forms.EmailField(
        label=gettext_lazy("Son adresse électronique au travail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    lead_phone = forms.CharField(
        label=gettext_lazy("Son téléphone au travail"),
        max_length=30,
        widget=forms.TextInput(attrs={"type": "tel", "class": "short", "autocomplete": "tel"}),
    )
    lead_helps = forms.BooleanField(
        label=gettext_lazy("Cette personne sera aussi aidante"),
        help_text=gettext_lazy("Elle suivra la formation et passera le test, comme les autres."),
        required=False,
    )

    def typed(self) -> dict[str, Any]:
        return super().typed() | {"lead_helps": "lead_helps" in self.data}


class HelperForm(DraftForm):
    """Somebody who would help."""

    name = forms.CharField(label=gettext_lazy("Prénom et nom"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    email = forms.EmailField(
        label=gettext_lazy("Adresse électronique au travail"),
        help_text=gettext_lazy("Personnelle, pas celle d’un service : elle ouvre un compte."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    job = forms.CharField(label=gettext_lazy("Métier"), max_length=120, required=False)
    position = forms.ChoiceField(
        label=gettext_lazy("Statut"),
        help_text=gettext_lazy("Seuls les salariés et les agents publics peuvent être aidants."),
        widget=forms.RadioSelect,
        choices=[(code.value, words) for code, words in POSITIONS.items()],
    )


class CommitmentsForm(DraftForm):
    """What a structure promises, and who promises it."""

    codes = forms.MultipleChoiceField(label=gettext_lazy("Notre structure s’engage"), widget=forms.CheckboxSelectMultiple)
    dpo = forms.CharField(
        label=gettext_lazy("Votre délégué à la protection des données"),
        help_text=gettext_lazy("Son nom ou son adresse. Il est déjà informé de cette demande."),
        max_length=200,
    )
    accepted_by = forms.CharField(label=gettext_lazy("Prénom et nom de qui s’engage"), max_length=120)
    accepted_title = forms.CharField(label=gettext_lazy("Sa fonction"), max_length=120)
    version = forms.BooleanField(label=gettext_lazy("Nous avons lu les conditions ci-dessus"))

    def __init__(self, *arguments: Any, terms_version: int, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["codes"].choices = [(each.code, _(each.text)) for each in COMMITMENTS]  # type: ignore[attr-defined]
        self.fields["version"].widget = forms.CheckboxInput(
            attrs={"value": str(terms_version)}, check_test=lambda value: str(value) == str(terms_version)
        )

    def typed(self) -> dict[str, Any]:
        codes = self.data.getlist("codes") if hasattr(self.data, "getlist") else self.data.get("codes", [])
        return super().typed() | {"codes": list(codes), "version": self.data.get("version", "")}


class MessageForm(OperationForm):
    """A message to the programme."""

    text = forms.CharField(
        label=gettext_lazy("Votre message"),
        help_text=gettext_lazy("Sans numéro de sécurité sociale ni compte bancaire."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=MESSAGE_MAX,
        error_messages={"required": gettext_lazy("Écrivez quelques mots.")},
    )


class ResumeForm(forms.Form):
    """The number and the code of the letter."""

    number = forms.CharField(
        label=gettext_lazy("Numéro de la demande"),
        help_text=gettext_lazy("Huit signes, comme K7FM-42PX."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters", "class": "short"}),
    )
    code = forms.CharField(
        label=gettext_lazy("Code"),
        help_text=gettext_lazy("Seize signes, en quatre groupes. Il est dans la lettre."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )
