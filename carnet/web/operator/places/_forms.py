"""Forms about places. They validate shape; the rules of places decide."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from carnet.places.rules import LEVEL_LABELS, SERVICE_BY_CODE, SIZE_MAX_BYTES, Level
from carnet.places.rules.mapping import REQUIRED, TARGETS
from carnet.places.rules.proposing import Proposal
from carnet.web.design.forms import DayField, OperationForm, WeighedFileField
from carnet.web.operator.places._words import FIELDS


class ImportForm(OperationForm):
    """A file of places, and where it comes from."""

    file = WeighedFileField(
        label=_("Fichier de lieux"),
        help_text=_(
            "CSV, XLSX ou JSON, 20 Mo au plus. Au standard national des lieux de médiation numérique, ou non : "
            "vous direz alors ce que veut dire chaque colonne."
        ),
        most_bytes=SIZE_MAX_BYTES,
        accept=".csv,.xlsx,.json,.geojson,.gz,.txt",
        allow_empty_file=False,
    )
    provenance = forms.CharField(
        label=_("D’où vient ce fichier ?"),
        help_text=_(
            "Qui le publie, par exemple « Hub du numérique des Pays de la Loire ». Le même nom la prochaine fois met à jour ces lieux."
        ),
        max_length=100,
    )


class MappingForm(OperationForm):
    """What each column of a file means, and what holds for every line."""

    constant_names = tuple(f"constant-{name}" for name in REQUIRED if name != "nom")

    def say_missing(self, names: Sequence[str]) -> None:
        """What no column says: on the field that may say it for every line, by its name on the screen."""
        for name in names:
            field = f"constant-{name}"
            words = gettext(
                "Aucune colonne ne dit « %(field)s » : choisissez-la plus haut, ou écrivez ici ce qui vaut pour toutes les lignes."
            )
            if field not in self.fields:
                words = gettext("Aucune colonne ne dit « %(field)s » : choisissez-la.")
            self.add_error(field if field in self.fields else None, words % {"field": FIELDS.get(name, name)})

    def __init__(
        self, *arguments: Any, proposals: Sequence[Proposal], chosen: Mapping[str, str], constants: Mapping[str, str], **options: Any
    ) -> None:
        super().__init__(*arguments, **options)
        self.proposals = proposals
        aside = ("", gettext("Garder à côté du lieu"))
        choices = [aside, *((name, FIELDS[name]) for name in TARGETS)]
        for rank, proposal in enumerate(proposals):
            self.fields[self.name_of(rank)] = forms.ChoiceField(
                label=gettext("Ce que dit « %(column)s »") % {"column": proposal.column},
                choices=choices,
                required=False,
                initial=chosen.get(proposal.column, proposal.target),
            )
        for name in self.constant_names:
            field = name.removeprefix("constant-")
            self.fields[name] = forms.CharField(label=FIELDS[field], required=False, max_length=200, initial=constants.get(field, ""))

    @staticmethod
    def name_of(rank: int) -> str:
        """The name of the field about the column of this rank: a column may be called anything."""
        return f"column-{rank}"

    def targets(self) -> dict[str, str]:
        """Column -> field."""
        return {proposal.column: self.cleaned_data[self.name_of(rank)] for rank, proposal in enumerate(self.proposals)}

    def constants(self) -> dict[str, str]:
        """Field -> what holds for every line."""
        return {name.removeprefix("constant-"): self.cleaned_data[name] for name in self.constant_names if self.cleaned_data[name]}


class ListForm(forms.Form):
    """Narrowing the list of places."""

    name = forms.CharField(label=_("Nom"), required=False, max_length=100)
    where = forms.CharField(label=_("Commune ou code postal"), required=False, max_length=100)
    programme = forms.TypedChoiceField(label=_("Accepte"), required=False, coerce=int, empty_value=None, choices=[])

    def __init__(self, *arguments: Any, programmes: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["programme"].choices = [("", gettext("Peu importe")), *programmes]  # type: ignore[attr-defined]


class FoundForm(forms.Form):
    """Which places to propose, before accepting a programme."""

    department = forms.CharField(
        label=_("Département"), help_text=_("Par exemple 44. Vide : le territoire du programme."), required=False, max_length=3
    )
    name = forms.CharField(label=_("Nom"), required=False, max_length=100)
    where = forms.CharField(label=_("Commune ou code postal"), required=False, max_length=100)


class AcceptForm(OperationForm):
    """Which services, between which days (the last one included), in which places."""

    service_codes = forms.MultipleChoiceField(label=_("Services acceptés"), widget=forms.CheckboxSelectMultiple)
    first_day = DayField(label=_("Premier jour"))
    last_day = DayField(label=_("Dernier jour"), help_text=_("Vide : jusqu’à nouvel ordre."), required=False)
    place_ids = forms.TypedMultipleChoiceField(label=_("Lieux"), widget=forms.CheckboxSelectMultiple, coerce=int, required=False)
    every_place = forms.BooleanField(label=_("Tous les lieux trouvés"), required=False)

    def __init__(
        self, *arguments: Any, service_codes: Sequence[str], places: Sequence[tuple[int, str]], total: int, **options: Any
    ) -> None:
        super().__init__(*arguments, **options)
        self.fields["service_codes"].choices = [  # type: ignore[attr-defined]
            (
                code,
                gettext("%(label)s : %(text)s")
                % {"label": gettext(LEVEL_LABELS[Level(SERVICE_BY_CODE[code].level)]), "text": gettext(SERVICE_BY_CODE[code].label)},
            )
            for code in service_codes
            if code in SERVICE_BY_CODE
        ]
        self.fields["place_ids"].choices = places  # type: ignore[attr-defined]
        self.fields["every_place"].label = gettext("Tous les lieux trouvés (%(total)s)") % {"total": total}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("place_ids") and not cleaned.get("every_place"):
            self.add_error("place_ids", forms.ValidationError(_("Cochez au moins un lieu."), code="required"))
        return cleaned


class EndForm(OperationForm):
    """The last day of something, included."""

    last_day = DayField(label=_("Dernier jour"))


class AttachForm(OperationForm):
    """Which organisation runs a place."""

    organisation_id = forms.TypedChoiceField(
        label=_("Organisation qui tient le lieu"),
        help_text=_("Elle y acceptera les chèques et sera payée. Elle doit être enregistrée comme tenant des lieux."),
        coerce=int,
        choices=[],
    )

    def __init__(self, *arguments: Any, organisations: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["organisation_id"].choices = [("", gettext("Choisir")), *organisations]  # type: ignore[attr-defined]
