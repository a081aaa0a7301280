"""The form of a point, wherever it is typed: an application, a desk's own page, the operator's. Shape only: the rules decide."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.distribution.rules.joining import POINT_FIELDS
from carnet.distribution.rules.points import NAME_MAX, NOTE_MAX
from carnet.places.rules.offers import LANGUAGES
from carnet.web.design.forms import InlineCheckboxSelectMultiple, OperationForm

REFUSALS = {
    "point-incomplete": "name",
    "point-commune-unknown": "commune",
    "point-far-from-commune": "latitude",
    "point-coordinates-unreadable": "latitude",
    "point-ages-reversed": "age_from",
    "phone-number-invalid": "phone",
    "place-offer-refused": "hours",
    "nir-in-text": "note",
    "iban-in-text": "note",
    "secret-in-text": "note",
}


def _short(label: Any, *, help_text: Any = "", **attrs: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "short", **attrs})
    return forms.CharField(label=label, help_text=help_text, max_length=20, required=False, widget=widget)


class PointFields(forms.Form):
    """One door: where, when, for whom."""

    name = forms.CharField(
        label=gettext_lazy("Nom du point d’accueil"), help_text=gettext_lazy("Celui qui est écrit sur la porte."), max_length=NAME_MAX
    )
    street = forms.CharField(label=gettext_lazy("Numéro et rue"), max_length=NAME_MAX)
    street_extra = forms.CharField(
        label=gettext_lazy("Complément"),
        help_text=gettext_lazy("Étage, bâtiment, par où entrer."),
        max_length=NAME_MAX,
        required=False,
    )
    postcode = forms.CharField(
        label=gettext_lazy("Code postal"), max_length=10, widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "short"})
    )
    commune = forms.CharField(label=gettext_lazy("Commune"), max_length=100)
    phone = forms.CharField(
        label=gettext_lazy("Téléphone"), max_length=30, required=False, widget=forms.TextInput(attrs={"type": "tel", "class": "short"})
    )
    hours = forms.CharField(
        label=gettext_lazy("Horaires de remise des carnets"),
        help_text=gettext_lazy("Par exemple : lundi au vendredi 9h-12h et 14h-17h ; samedi 9h-12h."),
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    by_appointment = forms.BooleanField(label=gettext_lazy("Sur rendez-vous seulement"), required=False)
    age_from = _short(
        gettext_lazy("À partir de quel âge ?"), help_text=gettext_lazy("Laissez vide s’il n’y en a pas."), inputmode="numeric"
    )
    age_until = _short(gettext_lazy("Jusqu’à quel âge ?"), help_text=gettext_lazy("Laissez vide s’il n’y en a pas."), inputmode="numeric")
    communes = forms.CharField(
        label=gettext_lazy("Seulement les habitants de"),
        help_text=gettext_lazy("Des noms de communes, séparés par des virgules. Vide : tout le monde."),
        max_length=1000,
        required=False,
    )
    note = forms.CharField(
        label=gettext_lazy("Une précision pour venir"),
        help_text=gettext_lazy("Sans nom de personne."),
        max_length=NOTE_MAX,
        required=False,
    )
    is_listed = forms.BooleanField(
        label=gettext_lazy("Publier ce point"),
        help_text=gettext_lazy("Décochez pour une équipe de rue ou un lieu protégé : seul le programme le connaît."),
        required=False,
        initial=True,
    )
    latitude = _short(
        gettext_lazy("Latitude"), help_text=gettext_lazy("Si vous la connaissez, comme 47.2173. Sinon laissez vide."), inputmode="decimal"
    )
    longitude = _short(gettext_lazy("Longitude"), inputmode="decimal")
    # Last: it is long on a telephone.
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Langues parlées, en plus du français"),
        widget=InlineCheckboxSelectMultiple,
        choices=lambda: [(code, _(name)) for code, name in LANGUAGES.items()],
        required=False,
    )

    def typed_point(self) -> dict[str, Any]:
        """What was typed, whole: a value nobody understands is kept as it is. A box that is not sent is not ticked."""
        given: dict[str, Any] = {name: self.data.get(name, "") for name in POINT_FIELDS}
        given |= {name: name in self.data for name in ("by_appointment", "is_listed")}
        return given | {"languages": self.data.getlist("languages") if hasattr(self.data, "getlist") else self.data.get("languages", [])}


class PointForm(OperationForm, PointFields):
    """A point of a desk that exists already."""
