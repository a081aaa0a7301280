"""What a desk types to apply with a person: the home, what they say, and nothing else. Shape only: the rules decide."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.connectivity.queries.applying import HomeCalled, OpenOffer
from carnet.connectivity.rules import EndReason, Ground, IncidentKind
from carnet.web.connections import words
from carnet.web.design.forms import InlineCheckboxSelectMultiple, OperationForm
from carnet.web.slips.languages import LANGUAGES

_PHONE = forms.TextInput(attrs={"type": "tel", "autocomplete": "off", "inputmode": "tel"})


class WhereForm(forms.Form):
    """Which residence: a town, a street, a name."""

    where = forms.CharField(
        label=gettext_lazy("La résidence, la rue ou la commune"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class ApplyForm(OperationForm):
    """One home, a tick or two, a telephone if the person wishes. `choices`: the homes that answer to what was typed, when several do."""

    home = forms.CharField(
        label=gettext_lazy("Le logement"),
        help_text=gettext_lazy("Le numéro écrit sur l’avis de loyer. Ou la porte : « B 12 »."),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Écrivez le numéro du logement, ou la porte.")},
    )
    home_id = forms.ChoiceField(label=gettext_lazy("Lequel ?"), required=False, widget=forms.RadioSelect)
    grounds = forms.MultipleChoiceField(
        label=gettext_lazy("La personne le dit"), required=False, widget=InlineCheckboxSelectMultiple(), choices=list(words.GROUNDS.items())
    )
    shown = forms.BooleanField(required=False)
    wants_computer = forms.BooleanField(label=gettext_lazy("Prêter aussi un ordinateur"), required=False)
    phone = forms.CharField(
        label=gettext_lazy("Un téléphone pour le rendez-vous, si la personne veut"),
        help_text=gettext_lazy("Le bailleur ne le voit pas. Il est effacé à la fin."),
        max_length=30,
        required=False,
        widget=_PHONE,
    )
    may_text = forms.BooleanField(label=gettext_lazy("On peut lui écrire des SMS sur sa connexion"), required=False)
    language = forms.ChoiceField(
        label=gettext_lazy("Langue de la fiche"), choices=[(each.code, each.name) for each in LANGUAGES], required=False
    )

    def __init__(self, *arguments: Any, offer: OpenOffer, choices: Sequence[HomeCalled] = (), **options: Any) -> None:
        super().__init__(*arguments, **options)
        rules = offer.terms.eligibility
        self.fields["grounds"].choices = [(each.value, words.GROUNDS[each]) for each in rules.asked]  # type: ignore[attr-defined]
        papers = words.papers_words(rules)
        if papers:
            self.fields["shown"].label = _("J’ai vu une de ces choses : %(papers)s. Je n’ai rien copié.") % {"papers": papers}
            self.fields["shown"].required = True
            self.fields["shown"].error_messages["required"] = _("Regardez une seule de ces choses, puis cochez.")
        else:
            del self.fields["shown"]
        if not offer.terms.lends_computer:
            del self.fields["wants_computer"]
        if choices:
            self.fields["home_id"].choices = [(str(each.id), each.door or each.reference) for each in choices]  # type: ignore[attr-defined]
        else:
            del self.fields["home_id"]

    @property
    def said(self) -> tuple[Ground, ...]:
        """The grounds ticked."""
        return tuple(Ground(each) for each in self.cleaned_data.get("grounds", ()))


class IncidentForm(OperationForm):
    """What does not work: one of five things."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Ce qui ne marche pas"),
        choices=[(each.value, words.INCIDENTS[each]) for each in IncidentKind],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choisissez ce qui ne marche pas.")},
    )


class PaperForm(OperationForm):
    """What is printed on the person's paper."""

    number = forms.CharField(
        label=gettext_lazy("1. Votre numéro"),
        help_text=gettext_lazy("Il commence par I, comme I-K7FM-42PX."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Recopiez le numéro.")},
    )
    code = forms.CharField(
        label=gettext_lazy("2. Votre code"),
        help_text=gettext_lazy("Il a 8 lettres et chiffres, par groupes de quatre."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Recopiez le code.")},
    )


class EndForm(OperationForm):
    """Why it stops: what a person says of it, no more."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Pourquoi ?"),
        choices=[(each.value, words.ENDS[each]) for each in (EndReason.ASKED, EndReason.MOVED_OUT, EndReason.OTHER_OFFER)],
        widget=forms.RadioSelect,
    )
