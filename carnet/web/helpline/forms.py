"""The forms of a complaint: filed, asked about, answered."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from carnet.helpline.rules import CONTACT_MAX, DELAYS, SAID_MAX, ComplaintKind, Decision
from carnet.web.design.forms import DayField, OperationForm
from carnet.web.helpline import words

TEXT_FIELDS = dict.fromkeys(
    ("nir-in-text", "iban-in-text", "card-in-text", "code-in-text", "complaint-empty", "complaint-answer-missing"), "said"
)
FILING_FIELDS = TEXT_FIELDS | {
    "complaint-contact-invalid": "contact", "serial-mistyped": "serial", "booklet-unknown": "serial", "voucher-serial-unknown": "serial",
    "complaint-kind-not-yours": "kind",
}  # fmt: skip


def words_field(label: Any, help_text: Any = "", *, rows: int = 4) -> forms.CharField:
    """A few sentences typed freely, screened by the rules."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=SAID_MAX,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": gettext_lazy("Écrivez quelques mots.")},
    )


class ComplaintForm(OperationForm):
    """What happened, where, and how to be answered. `place_id` comes with the page; a name of a place is never searched here."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Que s’est-il passé ?"),
        widget=forms.RadioSelect,
        choices=[],
        error_messages={"required": gettext_lazy("Choisissez ce qui s’est passé.")},
    )
    said = words_field(
        gettext_lazy("Racontez en quelques mots"), gettext_lazy("Quel jour, où, ce qu’on vous a dit. Aucun nom, aucun numéro secret.")
    )
    serial = forms.CharField(
        label=gettext_lazy("Le numéro du carnet ou du chèque"),
        help_text=gettext_lazy("Si vous l’avez : il commence par des lettres. Jamais les 18 chiffres secrets."),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    contact = forms.CharField(
        label=gettext_lazy("Un téléphone ou un courriel pour la réponse"),
        help_text=gettext_lazy("Seulement si vous voulez. Il sert une fois, puis il est effacé."),
        required=False,
        max_length=CONTACT_MAX,
    )

    def __init__(self, *arguments: Any, kinds: Iterable[ComplaintKind], asks_contact: bool = True, **options: Any) -> None:
        super().__init__(*arguments, **options)
        chosen = [(kind.value, words.KINDS[kind]) for kind in ComplaintKind if kind in set(kinds)]
        self.fields["kind"].choices = chosen  # type: ignore[attr-defined]
        if not asks_contact:
            del self.fields["contact"]
            del self.fields["serial"]


class AskForm(OperationForm):
    """What the place is asked, and before which day."""

    said = words_field(
        gettext_lazy("Votre question au lieu"),
        gettext_lazy("Le lieu lit cette question, jamais les mots de la personne. Ne dites rien qui la fasse reconnaître."),
    )
    until_on = DayField(label=gettext_lazy("Réponse avant le"))


class SayForm(OperationForm):
    """A few words, for whoever complains or from the place."""

    said = words_field(gettext_lazy("Votre message"))


class CloseForm(OperationForm):
    """The decision and the answer."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Votre décision"),
        widget=forms.RadioSelect,
        choices=[(each.value, words.DECISIONS[each]) for each in Decision],
        error_messages={"required": gettext_lazy("Choisissez une décision.")},
    )
    said = words_field(
        gettext_lazy("La réponse, en mots simples"),
        gettext_lazy("Phrases courtes : ce que vous avez trouvé, ce qui change, quoi faire maintenant. La personne lira ces mots."),
        rows=6,
    )


class NumberForm(forms.Form):
    """The number of a complaint and its six digits."""

    number = forms.CharField(
        label=gettext_lazy("Le numéro de la réclamation"),
        help_text=gettext_lazy("Huit signes, comme K7FM-42PX."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Recopiez le numéro.")},
    )
    secret = forms.CharField(
        label=gettext_lazy("Les six chiffres"),
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric", "class": "short"}),
        error_messages={"required": gettext_lazy("Recopiez les six chiffres.")},
    )


class DelaysForm(OperationForm):
    """How soon one answers, by kind."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for kind, delay in DELAYS.items():
            self.fields[kind.value] = forms.IntegerField(
                label=words.KINDS[kind],
                min_value=1,
                max_value=delay.days_max,
                initial=delay.days,
                help_text=gettext_lazy("Jours de semaine.")
                if delay.is_working
                else gettext_lazy("Jours du calendrier : une semaine au plus."),
                widget=forms.NumberInput(attrs={"class": "short"}),
            )
