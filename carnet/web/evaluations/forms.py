"""A file of answers; a plan; results."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from carnet.places.rules.tables import SIZE_MAX_BYTES
from carnet.web.design.forms import OperationForm, WeighedFileField

_TABLES = ".csv,.xlsx,.json,.gz"
_SMALL_BYTES = 2_000_000


class StudyForm(OperationForm):
    """A file of answers, its mapping when its columns have other names, and what to cross."""

    name = forms.CharField(label=_("Nom de l’enquête"), max_length=200)
    answers = WeighedFileField(
        label=_("Le fichier de réponses"),
        help_text=_("CSV ou XLSX, une ligne par personne, 20 Mo au plus. Il est effacé dès que les tables sont calculées."),
        most_bytes=SIZE_MAX_BYTES,
        accept=_TABLES,
    )
    mapping = WeighedFileField(
        label=_("La correspondance des colonnes"),
        help_text=_("Un fichier TOML, si vos colonnes ont d’autres noms."),
        most_bytes=100_000,
        accept=".toml",
        required=False,
    )
    crossed = forms.CharField(
        label=_("Croisements"), help_text=_("Deux colonnes par ligne, par exemple « age,education »."), max_length=200, required=False,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
    )  # fmt: skip

    def clean_crossed(self) -> list[tuple[str, ...]]:
        """Each line as names of columns."""
        lines = self.cleaned_data["crossed"].splitlines()
        return [tuple(name.strip() for name in line.split(",")) for line in lines if line.strip()]


class PlanForm(OperationForm):
    """A plan, of one programme."""

    programme = forms.TypedChoiceField(label=_("Programme"), coerce=int)
    plan = WeighedFileField(
        label=_("Le plan"),
        help_text=_("Un fichier TOML. Une fois scellé, il ne change plus."),
        most_bytes=_SMALL_BYTES,
        accept=".toml",
    )

    def __init__(self, *arguments: Any, programmes: list[tuple[int, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["programme"].choices = programmes  # type: ignore[attr-defined]


class ReadingForm(OperationForm):
    """Results, and a sentence of one's own."""

    results = WeighedFileField(
        label=_("Les résultats"),
        help_text=_("CSV ou XLSX, une ligne par mesure, sans aucun nom. Le fichier est effacé ensuite."),
        most_bytes=SIZE_MAX_BYTES,
        accept=_TABLES,
    )
    conclusion = forms.CharField(
        label=_("Votre conclusion"),
        help_text=_("Une phrase, si vous voulez. Elle est refusée si elle dit une cause que la comparaison ne montre pas."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
    )
