"""What a person, or somebody beside, fills in. Shape only: the rules of the indicator decide. Nothing has to be answered."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from carnet.observatory.rules import SKILL_RULES, Edition, Said, SkillRule
from carnet.observatory.rules.selfchecks import SLIPS_MAX, AgeOfTables, InviteBy, Mode
from carnet.web.design.forms import DayField, InlineRadioSelect, OperationForm
from carnet.web.selfchecks.words import AGES, ANSWERS, MODES, asked, domain_name

_CHOICES = [(said.value, word) for said, word in ANSWERS.items()]
_BARE = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}


def _said(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=_CHOICES, required=False, widget=InlineRadioSelect())


class SlipForm(forms.Form):
    """What is printed on the slip."""

    number = forms.CharField(
        label=gettext_lazy("1. Le numéro du papier"),
        help_text=gettext_lazy("Il commence par A, comme A-K7FM-42PX."),
        max_length=40,
        widget=forms.TextInput(attrs=_BARE),
        error_messages={"required": gettext_lazy("Recopiez le numéro.")},
    )
    code = forms.CharField(
        label=gettext_lazy("2. Le code"),
        help_text=gettext_lazy("Il a 8 lettres et chiffres."),
        max_length=60,
        widget=forms.TextInput(attrs=_BARE),
        error_messages={"required": gettext_lazy("Recopiez le code.")},
    )


class UseForm(forms.Form):
    """The first question, and an age that may be left out."""

    used_internet = _said(gettext_lazy("Ces 3 derniers mois, avez-vous utilisé internet ?"))
    age = forms.ChoiceField(
        label=gettext_lazy("Votre âge, si vous voulez"),
        choices=[(age.value, word) for age, word in AGES.items()],
        required=False,
        widget=forms.RadioSelect,
    )


class PartForm(forms.Form):
    """The questions of one part."""

    def __init__(self, *args: Any, rule: SkillRule, edition: Edition, **options: Any) -> None:
        super().__init__(*args, **options)
        for item in rule.items:
            self.fields[item.key] = _said(asked(item, edition))

    @property
    def answers(self) -> dict[str, str]:
        """What was answered."""
        return {key: value for key, value in self.cleaned_data.items() if value}


class LaterForm(OperationForm):
    """A number or an address, to be asked once more."""

    channel = forms.ChoiceField(
        label=gettext_lazy("Comment vous écrire ?"),
        choices=[(InviteBy.TEXT.value, gettext_lazy("Par SMS")), (InviteBy.LETTER.value, gettext_lazy("Par lettre"))],
        initial=InviteBy.TEXT.value,
        widget=InlineRadioSelect(),
    )
    phone = forms.CharField(
        label=gettext_lazy("Votre numéro de mobile"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )
    address = forms.CharField(
        label=gettext_lazy("Ou votre nom et votre adresse"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )
    agreed = forms.BooleanField(
        label=gettext_lazy("Oui, écrivez-moi une fois dans six mois."),
        # Said to the person; the refusal of the operation is worded for a desk.
        error_messages={"required": gettext_lazy("Si vous êtes d’accord, cochez cette case.")},
    )


class PrintForm(OperationForm):
    """How many papers, for which programme."""

    programme = forms.TypedChoiceField(label=gettext_lazy("Pour quel programme ?"), coerce=int)
    count = forms.IntegerField(label=gettext_lazy("Combien de papiers ?"), min_value=1, max_value=SLIPS_MAX, initial=1)

    def __init__(self, *args: Any, programmes: Mapping[int, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["programme"].choices = list(programmes.items())  # type: ignore[attr-defined]
        if len(programmes) == 1:
            self.fields["programme"].widget = forms.HiddenInput()
            self.fields["programme"].initial = next(iter(programmes))


class NumberForm(forms.Form):
    """Which sheet is typed."""

    number = forms.CharField(
        label=gettext_lazy("Numéro de la feuille"),
        help_text=gettext_lazy("Il commence par A, comme A-K7FM-42PX."),
        max_length=40,
        widget=forms.TextInput(attrs=_BARE),
    )


class SheetForm(OperationForm):
    """A whole sheet: every question of the edition, by part."""

    number = forms.CharField(widget=forms.HiddenInput, max_length=40)
    mode = forms.ChoiceField(
        label=gettext_lazy("Comment ?"),
        choices=[(mode.value, word) for mode, word in MODES.items()],
        initial=Mode.TOGETHER.value,
        widget=forms.RadioSelect,
    )
    answered_on = DayField(label=gettext_lazy("Jour de la réponse"))
    used_internet = _said(gettext_lazy("Ces 3 derniers mois, avez-vous utilisé internet ?"))
    age = forms.ChoiceField(
        label=gettext_lazy("Âge, si la personne l’a coché"), choices=[(age.value, word) for age, word in AGES.items()], required=False
    )

    def __init__(self, *args: Any, edition: Edition, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.edition = edition
        self.fields["answered_on"].initial = today
        self.fields["age"].initial = AgeOfTables.NOT_SAID.value
        for rule in SKILL_RULES[edition]:
            for item in rule.items:
                self.fields[item.key] = _said(asked(item, edition))

    def parts(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The questions, part by part."""
        return [(domain_name(rule.domain), [self[item.key] for item in rule.items]) for rule in SKILL_RULES[self.edition]]

    @property
    def answers(self) -> dict[str, str]:
        """What was ticked."""
        keys = {item.key for rule in SKILL_RULES[self.edition] for item in rule.items}
        return {key: value for key, value in self.cleaned_data.items() if key in keys and value}

    @property
    def used(self) -> Said:
        """Whether internet was used; not ticked is not known."""
        return Said(self.cleaned_data["used_internet"] or Said.UNKNOWN)


class TermsForm(OperationForm):
    """Whether a programme asks, and in which edition."""

    edition = forms.ChoiceField(
        label=gettext_lazy("Édition de l’indicateur"),
        choices=[
            (Edition.FIVE_DOMAINS.value, gettext_lazy("Depuis 2021 : cinq domaines, trente questions")),
            (Edition.FOUR_DOMAINS.value, gettext_lazy("2015 à 2019 : quatre domaines, vingt-deux questions")),
        ],
        initial=Edition.FIVE_DOMAINS.value,
        widget=forms.RadioSelect,
    )
