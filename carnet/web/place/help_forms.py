"""What a place taps and fills in to record free help, and to seat somebody. Shape only: the rules decide."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from carnet.activities.rules import (
    AGE_BANDS,
    BY_HAND,
    EQUIPMENT,
    KIND_LABELS,
    LEVELS,
    MINUTES_MAX,
    MINUTES_MIN,
    PEOPLE_MAX,
    REDIRECTIONS,
    THEMES,
    THEMES_OF_STEPS,
    TITLE_MAX,
    TOGETHER,
    UNKNOWN_AGE,
    USUAL_MINUTES,
    USUAL_THEMES,
    WHERE_LABELS,
    Kind,
    Told,
    Where,
)
from carnet.places.queries import PlaceSummary
from carnet.web import activities as words
from carnet.web.design.forms import DayField, InlineCheckboxSelectMultiple, InlineRadioSelect, OperationForm

OTHER_LENGTH = 0
OTHER_THEMES = tuple(code for code in THEMES if code not in USUAL_THEMES and code not in THEMES_OF_STEPS)


def _choices(labels: dict[str, Any], codes: Sequence[str] | None = None) -> list[tuple[str, str]]:
    return [(code, gettext(str(labels[code]))) for code in (codes or labels)]


class HelpForm(OperationForm):
    """One activity: what, on what, with whom, how long; the rest has an answer already."""

    kind = forms.ChoiceField(label=_("Quoi ?"), widget=InlineRadioSelect, choices=[])
    themes = forms.MultipleChoiceField(label=_("Sur quoi ?"), widget=InlineCheckboxSelectMultiple, choices=[], required=False)
    other_themes = forms.MultipleChoiceField(label=_("D’autres thèmes"), widget=InlineCheckboxSelectMultiple, choices=[], required=False)
    step_themes = forms.MultipleChoiceField(label=_("Quelle démarche ?"), widget=InlineCheckboxSelectMultiple, choices=[], required=False)
    age = forms.ChoiceField(label=_("Qui ? Une personne de…"), widget=InlineRadioSelect, choices=[], required=False)
    minutes = forms.TypedChoiceField(label=_("Combien de temps ?"), coerce=int, widget=InlineRadioSelect, choices=[])
    other_minutes = forms.IntegerField(
        label=_("Autre durée, en minutes"), min_value=MINUTES_MIN, max_value=MINUTES_MAX, required=False,
        widget=forms.NumberInput(attrs={"class": "short"}),
    )  # fmt: skip
    day = DayField(label=_("Quel jour ?"))
    where = forms.ChoiceField(label=_("Où ?"), widget=InlineRadioSelect, choices=[])
    place_id = forms.TypedChoiceField(label=_("Lieu"), coerce=int)
    title = forms.CharField(
        label=_("Nom de l’atelier ou de l’évènement"), help_text=_("Jamais le nom d’une personne."), max_length=TITLE_MAX, required=False
    )
    level = forms.ChoiceField(label=_("Niveau de l’atelier"), widget=InlineRadioSelect, choices=[], required=False)
    equipment = forms.MultipleChoiceField(label=_("Matériel utilisé"), widget=InlineCheckboxSelectMultiple, choices=[], required=False)
    returning_count = forms.IntegerField(
        label=_("Combien étaient déjà venues ?"), min_value=0, max_value=PEOPLE_MAX, required=False,
        widget=forms.NumberInput(attrs={"class": "short"}),
    )  # fmt: skip
    redirected_to = forms.ChoiceField(label=_("Envoyées ensuite vers"), choices=[], required=False)

    def __init__(self, *args: Any, places: Sequence[PlaceSummary], today: date, kinds: Sequence[Kind] = BY_HAND, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: dict[str, Any] = self.fields
        fields["kind"].choices = [(kind.value, gettext(KIND_LABELS[kind])) for kind in kinds]
        fields["themes"].choices = _choices(THEMES, USUAL_THEMES)
        fields["other_themes"].choices = _choices(THEMES, OTHER_THEMES)
        fields["step_themes"].choices = _choices(THEMES, THEMES_OF_STEPS)
        fields["age"].choices = _choices(AGE_BANDS)
        fields["minutes"].choices = [(each, words.minutes_words(each)) for each in USUAL_MINUTES] + [(OTHER_LENGTH, gettext("Autre"))]
        fields["where"].choices = [(where.value, gettext(WHERE_LABELS[where])) for where in Where]
        fields["level"].choices = [("", gettext("Non précisé")), *_choices(LEVELS)]
        fields["equipment"].choices = _choices(EQUIPMENT)
        fields["redirected_to"].choices = [("", gettext("Nulle part")), *_choices(REDIRECTIONS)]
        fields["place_id"].choices = [(place.place_id, place.name) for place in places]
        if len(places) == 1:
            fields["place_id"].widget = forms.HiddenInput()
        fields["day"].widget.attrs["max"] = today.isoformat()
        for band, label in AGE_BANDS.items():
            fields[f"count_{band}"] = forms.IntegerField(
                label=gettext(label), min_value=0, max_value=PEOPLE_MAX, required=False,
                widget=forms.NumberInput(attrs={"class": "short", "inputmode": "numeric"}),
            )  # fmt: skip

    @property
    def counts(self) -> list[Any]:
        """The fields of a group, one per age band."""
        return [self[f"count_{band}"] for band in AGE_BANDS]

    @property
    def is_group(self) -> bool:
        """Whether people are counted by age band rather than one: they are, or what is done together asks for it."""
        return self["kind"].value() in TOGETHER or any(self[f"count_{band}"].value() not in (None, "", "0", 0) for band in AGE_BANDS)

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("minutes") == OTHER_LENGTH and not said.get("other_minutes") and "other_minutes" not in self.errors:
            self.add_error("other_minutes", gettext("Écrivez la durée en minutes."))
        return said

    @property
    def told(self) -> Told:
        """What was said."""
        said = self.cleaned_data
        group = {band: said[f"count_{band}"] for band in AGE_BANDS if said.get(f"count_{band}")}
        return Told(
            kind=Kind(said["kind"]),
            day=said["day"],
            minutes=said["minutes"] or said["other_minutes"],
            people=group or {said["age"] or UNKNOWN_AGE: 1},
            where=Where(said["where"]),
            themes=(*said["themes"], *said["other_themes"], *said["step_themes"]),
            equipment=tuple(said["equipment"]),
            returning_count=said["returning_count"] or 0,
            redirected_to=said["redirected_to"],
            level=said["level"],
            title=said["title"],
        )


def initial_of(told: Told) -> dict[str, Any]:
    """An activity as its form shows it."""
    alone = [band for band, count in told.people.items() if count] if told.people_count == 1 else []
    return {
        "kind": told.kind.value,
        "day": told.day,
        "minutes": told.minutes if told.minutes in USUAL_MINUTES else OTHER_LENGTH,
        "other_minutes": None if told.minutes in USUAL_MINUTES else told.minutes,
        "where": told.where.value,
        "themes": [code for code in told.themes if code in USUAL_THEMES],
        "other_themes": [code for code in told.themes if code in OTHER_THEMES],
        "step_themes": [code for code in told.themes if code in THEMES_OF_STEPS],
        "age": alone[0] if alone else "",
        "equipment": list(told.equipment),
        "returning_count": told.returning_count or None,
        "redirected_to": told.redirected_to,
        "level": told.level,
        "title": told.title,
    } | ({} if alone else {f"count_{band}": count or None for band, count in told.people.items()})


class VisitForm(forms.Form):
    """One tap at the door: an age band, or none; what for, or not."""

    age = forms.ChoiceField(choices=[(code, code) for code in ("", *AGE_BANDS)], required=False)
    themes = forms.MultipleChoiceField(label=_("Pour quoi ?"), widget=InlineCheckboxSelectMultiple, choices=[], required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["themes"].choices = _choices(THEMES, USUAL_THEMES)  # type: ignore[attr-defined]
