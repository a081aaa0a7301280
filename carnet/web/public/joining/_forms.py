"""Forms of a file. They show fields and what is wrong with them; what is wrong is decided by the rules, and nothing typed is refused."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.places.rules import LEVEL_LABELS, SERVICE_KINDS, Level
from carnet.places.rules.joining import BEYOND_CENTS_MAX
from carnet.places.rules.offers import ACCESS_NEEDS, MODE_LABELS
from carnet.web.design.forms import EurosField
from carnet.web.joining import FORMS
from carnet.web.public.applications import DraftForm, WhoForm


class PlaceForm(WhoForm):
    """A number that can be checked, then what it is the number of."""

    forms_offered = FORMS


class SiteForm(DraftForm):
    """One site: its door, as a person would look for it."""

    name = forms.CharField(label=gettext_lazy("Nom du lieu"), help_text=gettext_lazy("Celui qui est écrit sur la porte."), max_length=200)
    address = forms.CharField(label=gettext_lazy("Numéro et rue"), max_length=200)
    address_extra = forms.CharField(
        label=gettext_lazy("Complément"), help_text=gettext_lazy("Étage, bâtiment, par où entrer."), max_length=200, required=False
    )
    postcode = forms.CharField(
        label=gettext_lazy("Code postal"), max_length=10, widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "short"})
    )
    commune = forms.CharField(label=gettext_lazy("Commune"), max_length=100)
    phone = forms.CharField(
        label=gettext_lazy("Téléphone"), max_length=30, required=False, widget=forms.TextInput(attrs={"type": "tel", "class": "short"})
    )
    latitude = forms.CharField(
        label=gettext_lazy("Latitude"),
        help_text=gettext_lazy("Si vous la connaissez, comme 47.2173. Sinon laissez vide."),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "short"}),
    )
    longitude = forms.CharField(
        label=gettext_lazy("Longitude"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "short"}),
    )


class TeachingForm(DraftForm):
    """What is taught at one site, how, for how much, and how one comes in."""

    services = forms.MultipleChoiceField(
        label=gettext_lazy("Qu’apprend-on ici ?"),
        help_text=gettext_lazy("Cochez ce que vous enseignez vraiment. Vous pourrez changer plus tard."),
        widget=forms.CheckboxSelectMultiple,
    )
    modes = forms.MultipleChoiceField(
        label=gettext_lazy("Comment ?"),
        widget=forms.CheckboxSelectMultiple,
        choices=lambda: [(mode.value, _(label)) for mode, label in MODE_LABELS.items()],
    )
    beyond_cents = EurosField(
        label=gettext_lazy("Que paie la personne en plus d’un chèque ?"),
        help_text=gettext_lazy("Écrivez 0 si elle ne paie rien."),
        least_cents=0,
        most_cents=BEYOND_CENTS_MAX,
    )
    access = forms.MultipleChoiceField(
        label=gettext_lazy("Comment entre-t-on ?"),
        help_text=gettext_lazy("Ce que vous avez déjà. Rien n’est obligatoire."),
        widget=forms.CheckboxSelectMultiple,
        choices=lambda: [(need.code, _(need.label)) for need in ACCESS_NEEDS],
        required=False,
    )
    note = forms.CharField(
        label=gettext_lazy("Une précision pour venir"), help_text=gettext_lazy("Sans nom de personne."), max_length=200, required=False
    )

    def __init__(self, *arguments: Any, services: Iterable[str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        wanted = set(services)
        self.fields["services"].choices = [  # type: ignore[attr-defined]
            (kind.code, f"{_(LEVEL_LABELS[level])} : {_(kind.label)}")
            for level in Level
            for kind in SERVICE_KINDS
            if kind.level is level and kind.code in wanted
        ]

    def said(self) -> dict[str, Any]:
        """What was ticked and typed; an amount nobody understands is not said."""
        self.full_clean()
        lists = {name: self.data.getlist(name) for name in ("services", "modes", "access")}  # type: ignore[attr-defined]
        return {**lists, "beyond_cents": self.cleaned_data.get("beyond_cents"), "note": self.data.get("note", "")}


class PeopleForm(DraftForm):
    """Who answers for the structure, and who is written to."""

    head_name = forms.CharField(
        label=gettext_lazy("Responsable légal : prénom et nom"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    head_title = forms.CharField(label=gettext_lazy("Sa fonction"), help_text=gettext_lazy("Présidente, maire, gérant…"), max_length=120)
    contact_name = forms.CharField(
        label=gettext_lazy("Personne à contacter : prénom et nom"),
        help_text=gettext_lazy("Celle qui tiendra l’espace du lieu. Cela peut être la même."),
        max_length=120,
    )
    contact_email = forms.EmailField(
        label=gettext_lazy("Son adresse électronique"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    contact_phone = forms.CharField(
        label=gettext_lazy("Son téléphone"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "class": "short", "autocomplete": "tel"}),
    )


class BankForm(DraftForm):
    """Where the vouchers will be paid."""

    holder = forms.CharField(label=gettext_lazy("Titulaire du compte"), help_text=gettext_lazy("Le nom écrit sur le RIB."), max_length=100)
    iban = forms.CharField(
        label=gettext_lazy("IBAN"),
        help_text=gettext_lazy("Il commence par FR et deux chiffres. Les espaces ne comptent pas."),
        max_length=50,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    bic = forms.CharField(
        label=gettext_lazy("BIC"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "short"}),
    )


class CharterForm(DraftForm):
    """Somebody, named, accepts."""

    is_accepted = forms.BooleanField(label=gettext_lazy("J’ai lu la charte et je l’accepte au nom de la structure."))
    accepted_by = forms.CharField(
        label=gettext_lazy("Votre prénom et votre nom"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    role = forms.CharField(label=gettext_lazy("Votre fonction"), max_length=120, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)


class FindForm(forms.Form):
    """Look for a place of the directory, in a commune."""

    where = forms.CharField(label=gettext_lazy("Commune ou code postal"), max_length=100)
    name = forms.CharField(label=gettext_lazy("Un mot de son nom"), max_length=100, required=False)
