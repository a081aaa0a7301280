"""Forms filled with the person beside: big choices, few words."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.mandates.queries import AuthorisationView, StructureFacts
from carnet.mandates.rules import FAMILIES, NAME_MAX, Duration, Family, Protection
from carnet.mandates.rules.texts import CURRENT
from carnet.web.design import formats
from carnet.web.design.forms import DayField, OperationForm
from carnet.web.helper import words
from carnet.web.mandate_papers.content import languages_ready


def family_choices(some: Collection[Family]) -> list[tuple[str, str]]:
    """Families and what they cover, in the list's order."""
    return [(each.value, f"{words.family(each)} : {_(FAMILIES[each].description)}") for each in Family if each in some]


class ChooseForm(OperationForm):
    """What the person authorises, and for how long."""

    families = forms.MultipleChoiceField(
        label=gettext_lazy("Pour quelles démarches ?"),
        help_text=gettext_lazy("Seulement celles dont la personne a besoin."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choisissez au moins une sorte de démarches.")},
    )
    duration = forms.ChoiceField(
        label=gettext_lazy("Pour combien de temps ?"),
        choices=list(words.DURATIONS.items()),
        widget=forms.RadioSelect,
        initial=Duration.DAY.value,
    )
    language = forms.ChoiceField(label=gettext_lazy("La langue de la personne"), help_text=gettext_lazy("Le texte français fait foi."))

    def __init__(self, *arguments: Any, families: Collection[Family], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["families"].choices = family_choices(families)  # type: ignore[attr-defined]
        self.fields["language"].choices = [(each.code, each.name) for each in languages_ready(CURRENT)]  # type: ignore[attr-defined]


class PaperForm(OperationForm):
    """What is read on the person's paper."""

    family_name = forms.CharField(
        label=gettext_lazy("Nom de naissance"), max_length=NAME_MAX, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    given_names = forms.CharField(label=gettext_lazy("Prénoms"), max_length=NAME_MAX, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    birthdate = DayField(label=gettext_lazy("Date de naissance"))


class SecondForm(OperationForm):
    """A second helper has seen the paper."""

    has_seen = forms.BooleanField(
        label=gettext_lazy("J’ai vu ce papier, et la personne est devant moi."),
        error_messages={"required": gettext_lazy("Cochez la case, ou ne confirmez pas.")},
    )


class SignForm(OperationForm):
    """Said aloud, answered by the person, ticked by the helper."""

    protection = forms.ChoiceField(
        label=gettext_lazy("Un juge protège-t-il la personne ?"),
        help_text=gettext_lazy("Tutelle, curatelle ou sauvegarde de justice. Posez la question."),
        widget=forms.RadioSelect,
        choices=[(Protection.NONE.value, gettext_lazy("Non")), (Protection.MEASURE.value, gettext_lazy("Oui"))],
        error_messages={"required": gettext_lazy("Posez la question, puis choisissez.")},
    )
    contact = forms.CharField(
        label=gettext_lazy("Un téléphone pour la prévenir"),
        help_text=gettext_lazy("Elle est prévenue quand on s’occupe de son argent, et avant la fin."),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off", "class": "short"}),
    )
    has_agreed = forms.BooleanField(
        label=gettext_lazy("La personne a entendu le texte. Elle dit oui."),
        error_messages={"required": gettext_lazy("Sans son oui, rien n’est signé.")},
    )


class StopForm(OperationForm):
    """What the person stops: all of it is ticked, one unticks what is kept. No reason is asked."""

    authorisations = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Ce qui s’arrête"),
        help_text=gettext_lazy("Décochez ce que la personne garde. Elle n’a pas à dire pourquoi."),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Cochez ce qui s’arrête.")},
    )

    def __init__(self, *arguments: Any, live: Collection[AuthorisationView], **options: Any) -> None:
        super().__init__(*arguments, **options)
        until = _("jusqu’au %(day)s")
        self.fields["authorisations"].choices = [  # type: ignore[attr-defined]
            (each.id, f"{words.family(each.family)} ({until % {'day': formats.day(each.last_day)}})") for each in live
        ]
        self.fields["authorisations"].initial = [each.id for each in live]


class CloseForm(OperationForm):
    """Why nothing is signed with this person any more."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Que s’est-il passé ?"),
        choices=[(each.value, word) for each, word in words.ENDS.items()],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choisissez ce qui s’est passé.")},
    )


class CarryForm(OperationForm):
    """Where the person goes."""

    to = forms.TypedChoiceField(
        label=gettext_lazy("Quelle structure prend la suite ?"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choisissez une structure.")},
    )
    has_agreed = forms.BooleanField(
        label=gettext_lazy("La personne est d’accord. Elle l’a dit."),
        error_messages={"required": gettext_lazy("Sans son oui, rien ne change.")},
    )

    def __init__(self, *arguments: Any, structures: Collection[StructureFacts], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["to"].choices = [(each.organisation_id, each.name) for each in structures]  # type: ignore[attr-defined]
