"""What is typed about need: a file of areas, a name for weights."""

from django import forms
from django.utils.translation import gettext_lazy as _

from carnet.planning.operations.need import NAME_MAX
from carnet.web.design.forms import OperationForm, WeighedFileField

FILE_BYTES_MAX = 40 * 1024 * 1024


class AreasForm(OperationForm):
    """A file of neighbourhoods, of network cover or of minutes."""

    file = WeighedFileField(
        label=_("Fichier CSV"),
        help_text=_("Quartiers (base-ic de l’INSEE), couverture des réseaux (Ma connexion internet) ou temps de trajet."),
        most_bytes=FILE_BYTES_MAX,
        accept=".csv,text/csv",
    )
    source = forms.CharField(
        label=_("Source"), help_text=_("Qui le publie, et de quelle année. Par exemple : ARCEP, fin 2024."), max_length=200
    )
    is_dry = forms.BooleanField(label=_("Vérifier seulement, sans rien garder"), required=False)


class WeighingForm(OperationForm):
    """A name and a reason for the weights in the address."""

    name = forms.CharField(label=_("Nom de ces poids"), help_text=_("Par exemple : Plan seniors."), max_length=NAME_MAX)
    words = forms.CharField(
        label=_("Pourquoi ces poids"),
        help_text=_("Une phrase, lue par votre organisation. Elle reste, même si vous en changez."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=400,
    )
