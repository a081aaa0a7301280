"""What is typed about a territory."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from carnet.observatory.queries.territories import TerritoryView
from carnet.observatory.rules.objectives import MOST, Target
from carnet.observatory.rules.territories import CONTACT_MAX, HOURS_MAX, NAME_MAX, WORDS_MAX, Public
from carnet.observatory.rules.territories import Need as NeedCode
from carnet.places import queries as places
from carnet.places.rules.areas import AreaLevel
from carnet.places.rules.geography import folded
from carnet.web.design.forms import DayField, InlineCheckboxSelectMultiple, OperationForm, WeighedFileField
from carnet.web.local import words

FILE_BYTES_MAX = 40 * 1024 * 1024
# "44109 Nantes": a code, whatever follows it.
_CODED = re.compile(r"(\d{9}|\d[\dAB]\d{3}|\d[\dAB]\d?)(?:\s|$)")
_LEVELS = {2: AreaLevel.DEPARTEMENT, 3: AreaLevel.DEPARTEMENT, 5: AreaLevel.COMMUNE, 9: AreaLevel.EPCI}


def _of_code(code: str) -> list[str]:
    """The communes of a code; a code of five digits is a commune before it is a postal code."""
    area = places.atlas().area(_LEVELS[len(code)], code)
    return sorted(places.atlas().communes_of(area)) if area is not None else []


def _choices(enumeration: Any, label: Any) -> list[tuple[str, str]]:
    return [(each.value, label(each)) for each in enumeration]


class TerritoryForm(OperationForm):
    """A territory: its name and what fills it."""

    name = forms.CharField(label=_("Nom du territoire"), max_length=NAME_MAX)
    areas = forms.CharField(
        label=_("Communes, intercommunalités ou départements"),
        help_text=_("Un nom ou un code par ligne. Par exemple : Nantes Métropole. Toutes leurs communes sont prises."),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=60_000,
    )
    is_public = forms.BooleanField(
        label=_("Montrer au public les organisations qui le veulent"),
        help_text=_("Chaque organisation choisit de se montrer ou non. Rien d’autre n’est public."),
        required=False,
    )

    def clean_areas(self) -> list[str]:
        """The communes meant by each line. A line nobody understands, or that two territories answer to, is told."""
        codes: list[str] = []
        for line in filter(None, (each.strip() for each in self.cleaned_data["areas"].splitlines())):
            codes += self._communes(line)
        return codes

    def _communes(self, line: str) -> list[str]:
        coded = _CODED.match(line.upper())
        if coded is not None and (named := _of_code(coded.group(1))):
            return named
        found = places.atlas().typed(line, most=8)
        exact = (
            [each for each in found if line.upper() == each.code]
            or [each for each in found if folded(each.name) == folded(line)]
            or list(found)
        )
        if not exact:
            raise forms.ValidationError(gettext("« %(line)s » n’est pas connu. Écrivez son nom ou son code."), params={"line": line})
        if len(exact) > 1 and len({(each.level, folded(each.name)) for each in exact}) > 1:
            told = ", ".join(f"{each.name} ({each.code})" for each in exact[:6])
            raise forms.ValidationError(
                gettext("« %(line)s » peut être : %(told)s. Écrivez le code de celui que vous voulez."), params={"line": line, "told": told}
            )
        if len(exact) > 1:
            told = ", ".join(each.code for each in exact[:6])
            raise forms.ValidationError(
                gettext("Plusieurs s’appellent « %(line)s ». Écrivez le code : %(told)s."), params={"line": line, "told": told}
            )
        return sorted(places.atlas().communes_of(exact[0]))


class ActorForm(OperationForm):
    """An organisation that gets its place."""

    number = forms.CharField(
        label=_("Numéro SIRET, ou RNA"), help_text=_("14 chiffres, ou W et 9 chiffres pour une association."), max_length=20
    )
    name = forms.CharField(
        label=_("Nom"), help_text=_("Utile seulement si Carnet ne connaît pas ce numéro."), max_length=200, required=False
    )
    email = forms.EmailField(
        label=_("Adresse électronique de l’organisation"),
        help_text=_("Utile seulement si Carnet ne connaît pas ce numéro : une invitation y est envoyée."),
        required=False,
    )


class LineForm(OperationForm):
    """One's own line: contact, a few words, and the tick."""

    words = forms.CharField(
        label=_("Ce que vous faites, en une phrase"), widget=forms.Textarea(attrs={"rows": 3}), max_length=WORDS_MAX, required=False
    )
    contact_service = forms.CharField(
        label=_("Service à joindre"),
        help_text=_("Un service ou un accueil, pas le nom d’une personne."),
        max_length=CONTACT_MAX,
        required=False,
    )
    contact_email = forms.EmailField(label=_("Adresse électronique du service"), required=False)
    contact_phone = forms.CharField(label=_("Téléphone du service"), max_length=30, required=False)
    is_public = forms.BooleanField(
        label=_("Montrer ma ligne au public"),
        help_text=_("Vos engagements et ce contact sont alors lisibles par tous, si le territoire a une page publique."),
        required=False,
    )


class _OfTerritoryForm(OperationForm):
    """A form that names needs and communes of one territory."""

    def __init__(self, *given: Any, view: TerritoryView, **more: Any) -> None:
        super().__init__(*given, **more)
        if "need" in self.fields:
            self.fields["need"].choices = _choices(NeedCode, words.need)  # type: ignore[attr-defined]
        if "communes" in self.fields:
            self.fields["communes"].choices = sorted(  # type: ignore[attr-defined]
                ((code, name) for code, name in view.communes.items()), key=lambda each: folded(each[1])
            )
        if "responsible" in self.fields:
            self.fields["responsible"].choices = [(str(line.organisation_id), line.name) for line in view.lines]  # type: ignore[attr-defined]


class CommitmentForm(_OfTerritoryForm):
    """One commitment."""

    need = forms.ChoiceField(label=_("À quel besoin répondez-vous ?"))
    words = forms.CharField(
        label=_("Ce que vous vous engagez à faire"), help_text=_("Par exemple : deux ateliers de dix personnes."),
        widget=forms.Textarea(attrs={"rows": 2}), max_length=WORDS_MAX,
    )  # fmt: skip
    hours = forms.CharField(
        label=_("Jours et heures"), help_text=_("Par exemple : mardi et jeudi, de 9 h à 12 h."), max_length=HOURS_MAX, required=False
    )
    publics = forms.MultipleChoiceField(
        label=_("Pour qui ?"),
        help_text=_("Rien de coché : pour tout le monde."),
        choices=[],
        widget=InlineCheckboxSelectMultiple,
        required=False,
    )
    communes = forms.MultipleChoiceField(
        label=_("Dans quelles communes ?"), help_text=_("Rien de coché : dans tout le territoire."), choices=[],
        widget=InlineCheckboxSelectMultiple, required=False,
    )  # fmt: skip
    until_on = DayField(label=_("Dernier jour"), help_text=_("Vide : jusqu’à ce que vous le changiez."), required=False)

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["publics"].choices = _choices(Public, lambda each: words.publics([each]))  # type: ignore[attr-defined]


class NoticeForm(_OfTerritoryForm):
    """A need somebody sees."""

    need = forms.ChoiceField(label=_("Quel besoin reste sans réponse ?"))
    words = forms.CharField(
        label=_("Ce que vous voyez"),
        help_text=_("Des faits, sans nommer personne."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=WORDS_MAX,
    )
    communes = forms.MultipleChoiceField(
        label=_("Dans quelles communes ?"), help_text=_("Rien de coché : dans tout le territoire."), choices=[],
        widget=InlineCheckboxSelectMultiple, required=False,
    )  # fmt: skip


class DecisionForm(OperationForm):
    """What was decided."""

    decided_on = DayField(label=_("Décidé le"))
    words = forms.CharField(label=_("Ce qui est décidé"), widget=forms.Textarea(attrs={"rows": 3}), max_length=WORDS_MAX)


class StepForm(_OfTerritoryForm):
    """Who does what before when."""

    words = forms.CharField(label=_("Ce qui est à faire"), widget=forms.Textarea(attrs={"rows": 2}), max_length=WORDS_MAX)
    responsible = forms.ChoiceField(label=_("Qui le fait ?"))
    due_on = DayField(label=_("Avant la fin du"))


class ObjectiveForm(OperationForm):
    """An objective."""

    programme = forms.ChoiceField(label=_("Pour quoi ?"))
    measure = forms.ChoiceField(label=_("Que compte-t-on ?"))
    starting_count = forms.IntegerField(label=_("Point de départ"), min_value=0, max_value=MOST)
    starting_on = DayField(label=_("Jour du point de départ"))
    target_count = forms.IntegerField(label=_("Objectif"), min_value=1, max_value=MOST)
    due_on = DayField(label=_("À atteindre avant le"))
    words = forms.CharField(label=_("En une phrase"), max_length=WORDS_MAX, required=False)
    source = forms.CharField(label=_("Où cet objectif est-il écrit ?"), max_length=200, required=False)

    def __init__(self, *given: Any, programmes: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["programme"].choices = [("", gettext("Toute l’installation")), *programmes]  # type: ignore[attr-defined]
        self.fields["programme"].required = False
        self.fields["measure"].choices = _choices(Target, words.target)  # type: ignore[attr-defined]


class IndicatorsForm(OperationForm):
    """A file of INSEE."""

    file = WeighedFileField(
        label=_("Fichier CSV de l’INSEE"), help_text=_("« base-cc » ou « base-ic », tel qu’il est publié, sorti de son archive."),
        most_bytes=FILE_BYTES_MAX, accept=".csv,text/csv",
    )  # fmt: skip
    source = forms.CharField(
        label=_("Source"),
        help_text=_("Par exemple : INSEE, recensement 2019, base-cc évolution et structure de la population."),
        max_length=200,
    )
    is_dry = forms.BooleanField(label=_("Vérifier seulement, sans rien garder"), required=False)
