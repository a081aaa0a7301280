"""What is typed from a desk's sheet. Shape only: the rules of the hand-over decide."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from carnet.distribution.operations.papers import PaperAnswer
from carnet.distribution.rules import AgeBand, Answers, Area, Ticks, reason_of
from carnet.distribution.rules.papers import PAPER_LINES, PAPERS_PRINTED_MAX, PaperLine
from carnet.places.rules.procedures import PROCEDURES
from carnet.web.design.forms import DayField, InlineCheckboxSelectMultiple, OperationForm
from carnet.web.design.sentences import sentence_for
from carnet.web.ticks import AGE_BANDS, AREAS

BARE = {"autocomplete": "off", "spellcheck": "false"}
# Numbered on the paper, and in the lists of the screen: the digit chooses the line.
AGES = tuple(each for each in AGE_BANDS if each is not AgeBand.NOT_SAID)
PLACES = (Area.PRIORITY_DISTRICT, Area.TOWN, Area.COUNTRYSIDE)
# What is in the way, by the letter ticked on the paper.
LACKS = {
    "no_equipment": ("O", _("Pas d’ordinateur ni de téléphone à soi")),
    "no_connection": ("I", _("Pas d’internet")),
    "too_costly": ("P", _("Trop cher")),
    "prefers_somebody": ("A", _("Préfère l’aide de quelqu’un")),
}
# On which field of its line a refusal is shown; the number for any other.
FIELDS = {
    "paper-day-ahead": "given_on",
    "paper-day-too-old": "given_on",
    "paper-day-outside": "given_on",
    "paper-count-outside": "voucher_count",
    "outside-perimeter": "area",
    "procedure-unknown": "wants",
}
_YES_NO = (("", "–"), ("yes", _("Oui")), ("no", _("Non")))
_SAID = {"yes": True, "no": False}
# What is filled in beside the number: a line with any of these and no number is to be mended.
WRITTEN = ("voucher_count", "wants", "sends_mail", "moves_files", "age_band", "area", "seeker", "came_before", "lacks")
_NUMBERS = re.compile(r"[\s,;./+-]+")


class PrintForm(OperationForm):
    """How many sheets to number and print."""

    count = forms.IntegerField(label=_("Combien de feuilles ?"), min_value=1, max_value=PAPERS_PRINTED_MAX, initial=2)


class LineForm(forms.Form):
    """One line of the sheet."""

    given_on = DayField(label=_("Jour"), required=False)
    serial = forms.CharField(label=_("Numéro"), max_length=60, required=False, widget=forms.TextInput(attrs=BARE))
    voucher_count = forms.IntegerField(
        label=_("Chèques"), required=False, min_value=1, max_value=99, widget=forms.TextInput(attrs=BARE | {"inputmode": "numeric"})
    )
    wants = forms.CharField(
        label=_("Veut faire"), max_length=40, required=False, widget=forms.TextInput(attrs=BARE | {"inputmode": "numeric"})
    )
    sends_mail = forms.ChoiceField(label=_("Mail"), choices=_YES_NO, required=False)
    moves_files = forms.ChoiceField(label=_("Fichier"), choices=_YES_NO, required=False)
    lacks = forms.MultipleChoiceField(label=_("Il manque"), required=False, widget=InlineCheckboxSelectMultiple())
    age_band = forms.ChoiceField(label=_("Âge"), required=False)
    area = forms.ChoiceField(label=_("Habite"), required=False)
    seeker = forms.ChoiceField(label=_("Emploi, peu diplômé"), choices=_YES_NO, required=False)
    came_before = forms.ChoiceField(label=_("Déjà venue"), choices=_YES_NO, required=False)

    def __init__(self, *args: Any, position: int, **options: Any) -> None:
        super().__init__(*args, **options | {"prefix": f"line-{position}"})
        self.position = position
        fields: dict[str, Any] = self.fields
        fields["age_band"].choices = [("", "–"), *((each.value, f"{rank} {AGE_BANDS[each]}") for rank, each in enumerate(AGES, 1))]
        places = [(each.value, f"{rank} {AREAS[each]}") for rank, each in enumerate(PLACES, 1)]
        fields["area"].choices = [("", "–"), *places, (Area.OUTSIDE.value, AREAS[Area.OUTSIDE])]
        fields["lacks"].choices = [(name, letter) for name, (letter, _words) in LACKS.items()]

    @property
    def is_blank(self) -> bool:
        """No number is written on this line."""
        return not self.cleaned_data.get("serial", "").strip()

    def clean_wants(self) -> tuple[str, ...]:
        typed = [each for each in _NUMBERS.split(self.cleaned_data["wants"]) if each]
        if not all(each.isascii() and each.isdigit() and len(each) < 6 and 0 < int(each) <= len(PROCEDURES) for each in typed):
            raise forms.ValidationError(_("Des nombres de 1 à %(most)s."), code="unknown", params={"most": len(PROCEDURES)})
        return tuple(PROCEDURES[int(each) - 1].code for each in typed)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not self.is_blank and not given.get("given_on") and "given_on" not in self.errors:
            self.add_error("given_on", _("Écrivez le jour."))
        written = any(given.get(name) for name in WRITTEN)
        if self.is_blank and written:
            self.add_error("serial", _("Écrivez le numéro du carnet."))
        return given

    def typed(self) -> PaperLine:
        """The line as the operation takes it."""
        given = self.cleaned_data
        answers = Answers(
            wants=given["wants"],
            sends_mail=_SAID.get(given["sends_mail"]),
            moves_files=_SAID.get(given["moves_files"]),
            **dict.fromkeys(given["lacks"], True),
        )
        ticks = Ticks(
            AgeBand(given["age_band"] or AgeBand.NOT_SAID),
            reason_of(answers),
            Area(given["area"] or Area.NOT_SAID),
            _SAID.get(given["seeker"]),
            _SAID.get(given["came_before"]),
        )
        return PaperLine(self.position, given["given_on"], given["serial"], given["voucher_count"] or 0, ticks, answers)

    def show(self, answer: PaperAnswer) -> None:
        """Put a refusal beside what has to be mended."""
        if answer.refusal is not None:
            name = FIELDS.get(answer.refusal.code, "serial")
            self.add_error(name, forms.ValidationError(sentence_for(answer.refusal), code=answer.refusal.code))


def line_forms(data: Mapping[str, Any] | None, *, accepted: Collection[int]) -> dict[int, LineForm]:
    """A form for each line that is not accepted yet; a day left empty is that of the line above."""
    open_lines = [position for position in range(1, PAPER_LINES + 1) if position not in accepted]
    told = _as_above(data, open_lines) if data is not None else None
    return {position: LineForm(told, position=position) for position in open_lines}


def _as_above(data: Mapping[str, Any], positions: Collection[int]) -> Any:
    """What was typed, with the day of the line above where none is written."""
    told = data.copy()  # type: ignore[attr-defined]
    above = ""
    for position in positions:
        day = f"line-{position}-given_on"
        if not str(data.get(f"line-{position}-serial", "")).strip():
            continue
        above = str(data.get(day, "")).strip() or above
        told[day] = above
    return told
