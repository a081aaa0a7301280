"""What is filled in about boxes. Shape only: the rules of issuing decide."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from carnet.issuing.queries.parcels import GapView
from carnet.issuing.rules.packing import BOOKLETS_PER_BOX, BOOKLETS_PER_BOX_MAX
from carnet.issuing.rules.parcels import Outcome, Run
from carnet.web.design.forms import OperationForm
from carnet.web.parcels import words
from carnet.web.stock.forms import serial_field


class NumberForm(forms.Form):
    """The number on a box's label, typed or read by a scanner."""

    number = forms.CharField(
        label=_("Numéro sur l’étiquette du colis"),
        help_text=_("Scannez l’étiquette, ou tapez puis Entrée."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class WholeForm(OperationForm):
    """The first and the last booklet of a box: enough to say that all of it is there."""

    first_serial = serial_field(_("Premier carnet du colis"))
    last_serial = serial_field(_("Dernier carnet du colis"))

    def __init__(self, *args: Any, cursor: str = "first_serial", **options: Any) -> None:
        super().__init__(*args, **options)
        if cursor:
            self.fields[cursor].widget.attrs["autofocus"] = True

    def read_on(self) -> "WholeForm | None":
        """The form with the cursor on the last booklet, when only the first was read: a scanner's Enter sends the form between the two."""
        said = self.data.get("first_serial", "").strip()
        if not said or set(self.errors) != {"last_serial"}:
            return None
        return WholeForm(initial={"first_serial": said, "request_id": self.cleaned_data["request_id"]}, cursor="last_serial")


class ReadForm(forms.Form):
    """Booklets read in an open box, one or a pile by its first and last."""

    first_serial = serial_field(_("Du carnet"))
    last_serial = serial_field(_("Au carnet"), help_text=_("Laissez vide pour un seul carnet."), required=False)
    is_damaged = forms.BooleanField(label=_("Ceux-là sont abîmés : ne pas les remettre"), required=False)

    def __init__(self, *args: Any, is_first: bool = False, **options: Any) -> None:
        # On the same page as `WholeForm`: fields of the same names, other ids.
        super().__init__(*args, **({"auto_id": "id_read_%s"} | options))
        if is_first:
            self.fields["first_serial"].widget.attrs["autofocus"] = True


class PackForm(OperationForm):
    """Booklets for one destination, by the number."""

    to_organisation_id = forms.TypedChoiceField(label=_("Pour qui ?"), coerce=int)
    booklet_count = forms.IntegerField(label=_("Combien de carnets ?"), min_value=1, widget=forms.NumberInput(attrs={"class": "short"}))
    per_box = forms.IntegerField(
        label=_("Carnets par colis"),
        min_value=1,
        max_value=BOOKLETS_PER_BOX_MAX,
        initial=BOOKLETS_PER_BOX,
        widget=forms.NumberInput(attrs={"class": "short"}),
    )

    def __init__(self, *args: Any, organisations: Sequence[tuple[int, str]] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["to_organisation_id"].choices = organisations  # type: ignore[attr-defined]


class SendForm(OperationForm):
    """Who carries the boxes of a destination, when it is known."""

    to_organisation_id = forms.IntegerField(widget=forms.HiddenInput)
    carrier = forms.CharField(label=_("Transporteur"), max_length=80, required=False)
    tracking = forms.CharField(label=_("Numéro de suivi"), max_length=80, required=False)

    @classmethod
    def blank(cls, to_organisation_id: int) -> "SendForm":
        """One of several on a page: its ids are its destination's."""
        return cls(initial={"to_organisation_id": to_organisation_id, "request_id": uuid4()}, auto_id=f"id_{to_organisation_id}_%s")


class SettleForm(OperationForm):
    """What became of booklets missing from a box, or of a whole box."""

    runs = forms.MultipleChoiceField(
        label=_("Lesquels ?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Cochez au moins une ligne.")},
    )
    outcome = forms.ChoiceField(label=_("Que sont-ils devenus ?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, gaps: Sequence[GapView], outcomes: Sequence[Outcome], **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(f"{each.run.first_booklet_id}-{each.run.last_booklet_id}", words.gap(each)) for each in gaps if each.outcome is None]
        self.fields["runs"].choices = choices  # type: ignore[attr-defined]
        self.fields["runs"].required = bool(choices)
        self.fields["runs"].initial = [key for key, _text in choices]
        if not choices:
            del self.fields["runs"]
        self.fields["outcome"].choices = [(each.value, words.OUTCOMES[each]) for each in outcomes]  # type: ignore[attr-defined]

    def chosen(self) -> tuple[list[Run] | None, Outcome]:
        """The runs (None: the whole box) and what became of them."""
        keys = self.cleaned_data.get("runs")
        return read_runs(keys) if keys else None, Outcome(self.cleaned_data["outcome"])


def read_runs(keys: Sequence[str]) -> list[Run]:
    """Runs as forms carry them: first and last ids joined by a hyphen. What is not such a run is left out."""
    pairs = [each.split("-") for each in keys]
    return [(int(pair[0]), int(pair[1])) for pair in pairs if len(pair) == 2 and all(part.isdecimal() and len(part) < 18 for part in pair)]
