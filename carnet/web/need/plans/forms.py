"""Forms of allotment plans. They validate shape; the rules of planning decide."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from carnet.planning.rules.travel import Mode
from carnet.web.design.forms import EurosField, InlineRadioSelect, OperationForm

FLOOR_MAX, BOOKLETS_MAX, MINUTES_MAX = 1_000, 1_000_000, 120
MODES = [(Mode.CAR.value, _("En voiture")), (Mode.NO_CAR.value, _("Sans voiture"))]


def _short(field: forms.IntegerField) -> forms.IntegerField:
    field.widget.attrs.update({"class": "short", "inputmode": "numeric"})
    return field


class _Guarantees(OperationForm):
    """What a plan must respect. Empty or zero: not asked for."""

    budget = EurosField(label=_("Budget"), help_text=_("La valeur des chèques. L’impression et l’envoi ne sont pas comptés."))
    floor = _short(
        forms.IntegerField(
            label=_("Carnets promis à chaque commune"),
            help_text=_("Seulement là où un guichet et un lieu sont à portée. Zéro : aucun."),
            min_value=0,
            max_value=FLOOR_MAX,
            initial=0,
        )
    )
    priority_percent = _short(
        forms.IntegerField(
            label=_("Part des publics prioritaires, sur cent"),
            help_text=_("Les personnes peu diplômées : celles que les guichets ont servies, sinon celles de la commune."),
            min_value=0,
            max_value=100,
            initial=0,
        )
    )
    minutes_max = _short(
        forms.IntegerField(
            label=_("Trajet le plus long, en minutes"),
            help_text=_("Jusqu’au guichet, puis jusqu’au lieu. Vide : sans limite."),
            min_value=1,
            max_value=MINUTES_MAX,
            initial=30,
            required=False,
        )
    )
    desk_minimum = _short(
        forms.IntegerField(
            label=_("Carnets par guichet, au moins"),
            help_text=_("Un guichet reçoit ce nombre, ou rien."),
            min_value=0,
            max_value=BOOKLETS_MAX,
            initial=0,
        )
    )
    desk_maximum = _short(
        forms.IntegerField(
            label=_("Carnets par guichet, au plus"), help_text=_("Vide : sans limite."), min_value=1, max_value=BOOKLETS_MAX, required=False
        )
    )


class NewPlanForm(_Guarantees):
    """A new plan: for which programme, on which ground, and what it must respect."""

    programme = forms.TypedChoiceField(label=_("Programme"), coerce=int)
    name = forms.CharField(label=_("Nom du plan"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    territory = forms.CharField(
        label=_("Territoire"),
        help_text=_("Codes de départements, d’intercommunalités ou de communes, par exemple 44 ou 244400404. Vide : tout le programme."),
        max_length=500,
        required=False,
    )
    mode = forms.ChoiceField(label=_("Comment les gens viennent"), choices=MODES, initial=Mode.CAR.value, widget=InlineRadioSelect())
    seats_assumed = _short(
        forms.IntegerField(
            label=_("Places par semaine d’un lieu qui n’annonce pas ses leçons"),
            help_text=_("Une supposition : elle est écrite sur le plan."),
            min_value=0,
            max_value=500,
            initial=8,
        )
    )
    field_order = ("programme", "name", "budget", "territory")

    def __init__(self, *args: Any, programmes: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["programme"].choices = programmes  # type: ignore[attr-defined]

    def clean_territory(self) -> tuple[str, ...]:
        """The codes, one by one, whatever stands between them."""
        return tuple(self.cleaned_data["territory"].upper().replace(",", " ").replace(";", " ").split())


class TryForm(_Guarantees):
    """Something else, asked of the same ground."""

    closed = forms.MultipleChoiceField(
        label=_("Fermer, pour voir"),
        help_text=_("Les guichets et les lieux cochés sont laissés de côté."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    added = forms.MultipleChoiceField(label=_("Lieux ajoutés"), required=False, widget=forms.CheckboxSelectMultiple)
    new_commune = forms.CharField(
        label=_("Ajouter un lieu à"), help_text=_("Une commune ou un code postal."), max_length=80, required=False
    )
    new_people = _short(
        forms.IntegerField(label=_("Personnes qu’il peut recevoir"), min_value=1, max_value=BOOKLETS_MAX, initial=50, required=False)
    )

    def __init__(self, *args: Any, points: Sequence[tuple[str, str]], added: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["closed"].choices = points  # type: ignore[attr-defined]
        self.fields["added"].choices = added  # type: ignore[attr-defined]
        if not added:
            del self.fields["added"]


class OrderForm(OperationForm):
    """Who pays for the booklets of a plan."""

    agreement = forms.TypedChoiceField(
        label=_("Convention"), help_text=_("Qui paie ces chèques. Une autre personne approuvera la commande."), coerce=int
    )

    def __init__(self, *args: Any, agreements: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["agreement"].choices = agreements  # type: ignore[attr-defined]
