"""Below how much a fund is low; who receives monthly statements."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from carnet.web.design.forms import EurosField, InlineRadioSelect, OperationForm

_MOST_CENTS = 100_000_000_00  # a threshold above any season's fund is a slip of the finger, and would alert everybody at once


class ThresholdForm(OperationForm):
    """How much is too little."""

    threshold = EurosField(
        label=_("Prévenir quand il reste moins de"),
        help_text=_("En euros, sur le compte réservé. Écrivez 0 pour ne plus être prévenu."),
        least_cents=0,
        most_cents=_MOST_CENTS,
    )


class RecipientsForm(OperationForm):
    """Who receives them, in which language, or nobody."""

    emails = forms.CharField(
        label=_("Adresses électroniques"),
        help_text=_("Une par ligne, dix au plus. Vide : l’adresse de contact de votre organisation."),
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
        max_length=3000,
        required=False,
    )
    language = forms.ChoiceField(label=_("Langue"), choices=[("fr", "Français"), ("en", "English")], widget=InlineRadioSelect, initial="fr")
    is_stopped = forms.BooleanField(
        label=_("Ne plus envoyer ces comptes"), help_text=_("Ils restent chaque mois dans votre espace."), required=False
    )

    def clean_emails(self) -> list[str]:
        """The addresses, one each."""
        return [each for each in re.split(r"[\s,;]+", self.cleaned_data["emails"]) if each]
