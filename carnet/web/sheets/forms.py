"""What is typed from a sheet. Shape only: the rules of redemption decide."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from carnet.gateways.photographs import BYTES_MAX
from carnet.redemption.operations import LineAnswer, TypedLine
from carnet.redemption.queries import CodeRead
from carnet.redemption.rules import SHEET_LINES, SHEETS_PRINTED_MAX
from carnet.web.design.forms import DayField, OperationForm, WeighedFileField
from carnet.web.design.sentences import sentence_for

CODE_LENGTH_MAX = 400
# On which field of its line a refusal is shown.
FIELDS = {"service-not-accepted": "service", "attended-invalid": "attended_on", "serial-mistyped": "serial"}
BARE = {"autocomplete": "off", "spellcheck": "false"}


class PrintForm(OperationForm):
    """How many blank sheets to number and print."""

    place_id = forms.TypedChoiceField(label=_("Pour quel lieu ?"), coerce=int)
    count = forms.IntegerField(label=_("Combien de feuilles ?"), min_value=1, max_value=SHEETS_PRINTED_MAX, initial=2)

    def __init__(self, *args: Any, places: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["place_id"]
        field.choices = list(places)  # type: ignore[attr-defined]
        if len(places) == 1:
            field.widget, field.initial = forms.HiddenInput(), places[0][0]


class PictureForm(OperationForm):
    """One photograph of a sheet, or of vouchers."""

    picture = WeighedFileField(
        label=_("Photo de la feuille ou des chèques"),
        help_text=_("JPEG, PNG ou WebP. Les QR codes qu’elle montre remplissent les lignes ; le reste se tape en la regardant."),
        most_bytes=BYTES_MAX,
        accept="image/jpeg,image/png,image/webp",
    )


class LineForm(forms.Form):
    """One line of the grid: a serial with its secret, or a code read on a photograph."""

    serial = forms.CharField(label=_("Numéro du chèque"), max_length=40, required=False, widget=forms.TextInput(attrs=BARE))
    code = forms.CharField(
        label=_("Les 18 chiffres"),
        max_length=CODE_LENGTH_MAX,
        required=False,
        widget=forms.TextInput(attrs=BARE | {"inputmode": "numeric"}),
    )
    token = forms.CharField(max_length=CODE_LENGTH_MAX, required=False, widget=forms.HiddenInput)
    read_as = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    leave = forms.BooleanField(label=_("Ne pas prendre"), required=False)
    service = forms.ChoiceField(label=_("Service"), required=False)
    attended_on = DayField(label=_("Jour"), required=False)

    def __init__(self, *args: Any, position: int, services: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options | {"prefix": f"line-{position}"})
        self.position = position
        self.fields["service"].choices = [("", "–" if position == 1 else _("comme au-dessus")), *services]  # type: ignore[attr-defined]

    @property
    def is_blank(self) -> bool:
        """Nothing is written on this line, or it is left out on purpose."""
        given = self.cleaned_data
        return bool(given.get("leave")) or not (given.get("serial") or given.get("code") or given.get("token"))

    @property
    def photographed(self) -> str:
        """The number of the voucher whose code was read on a photograph, if this line is one."""
        if self.is_bound:
            return str(self.data.get(self.add_prefix("read_as"), "")) if self.data.get(self.add_prefix("token")) else ""
        return str(self.initial.get("read_as", ""))

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if self.is_blank:
            return given
        if not given.get("token"):
            for name, words in (("serial", _("Écrivez le numéro du chèque.")), ("code", _("Écrivez les 18 chiffres."))):
                if not given.get(name) and name not in self.errors:
                    self.add_error(name, words)
        if not given.get("service") and "service" not in self.errors:
            self.add_error("service", _("Choisissez le service."))
        if not given.get("attended_on") and "attended_on" not in self.errors:
            self.add_error("attended_on", _("Écrivez le jour."))
        return given

    def typed(self) -> TypedLine:
        """The line as the operation takes it."""
        given = self.cleaned_data
        if given["token"]:
            return TypedLine(self.position, given["token"], given["service"], given["attended_on"])
        # A line without its serial never comes here; a serial that is not one is the rules' to refuse.
        return TypedLine(self.position, given["code"], given["service"], given["attended_on"], given["serial"])

    def show(self, answer: LineAnswer) -> None:
        """Put a refusal beside what has to be mended."""
        if answer.refusal is not None:
            name = FIELDS.get(answer.refusal.code, "code")
            self.add_error(name, forms.ValidationError(sentence_for(answer.refusal), code=answer.refusal.code))


def line_forms(
    data: Mapping[str, Any] | None, *, services: Sequence[tuple[str, str]], accepted: Sequence[int], read: Mapping[int, CodeRead]
) -> dict[int, LineForm]:
    """A form for each line that is not accepted yet; blank ones carry the codes read on photographs."""
    found = {}
    open_lines = [position for position in range(1, SHEET_LINES + 1) if position not in accepted]
    told = as_above(data, open_lines) if data is not None else None
    for position in open_lines:
        code = read.get(position)
        initial = {"token": code.token, "read_as": code.serial} if code is not None else {}
        found[position] = LineForm(told, position=position, services=services, initial=initial)
    return found


def as_above(data: Mapping[str, Any], positions: Sequence[int]) -> dict[str, Any]:
    """What was typed, the service and the day left empty on a line being those of the line above: a whole workshop is often one of each."""
    told = {name: data.get(name, "") for name in data}
    above = {"service": "", "attended_on": ""}
    for position in positions:
        if not any(str(told.get(f"line-{position}-{name}", "")).strip() for name in ("serial", "code", "token")):
            continue
        for name in above:
            above[name] = str(told.get(f"line-{position}-{name}", "")).strip() or above[name]
            told[f"line-{position}-{name}"] = above[name]
    return told
