"""What is filled in about stock. Shape only: the distribution's rules decide."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from carnet.distribution.queries import RunView
from carnet.distribution.rules import PARCEL_MIN, REQUEST_MAX, Explained, Found, Gap, RefusedFor, RequestReason
from carnet.web.design.forms import DayField, InlineRadioSelect, OperationForm
from carnet.web.design.templatetags.carnet_design import unbroken
from carnet.web.stock import words

SERIAL = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}


def serial_field(label: Any, *, help_text: Any = "", required: bool = True, autofocus: bool = False) -> forms.CharField:
    """A booklet's number, typed or read by a scanner."""
    attrs: dict[str, Any] = SERIAL | ({"autofocus": True} if autofocus else {})
    return forms.CharField(label=label, help_text=help_text, max_length=60, required=required, widget=forms.TextInput(attrs=attrs))


def _choices(told: dict[Any, Any]) -> list[tuple[str, Any]]:
    return [(key.value, text) for key, text in told.items()]


class RequestForm(OperationForm):
    """How many booklets, before which day, why."""

    programme_id = forms.TypedChoiceField(label=_("Programme"), coerce=int)
    booklet_count = forms.IntegerField(
        label=_("Combien de carnets ?"), min_value=1, max_value=REQUEST_MAX, initial=20, widget=forms.NumberInput(attrs={"class": "short"})
    )
    wanted_on = DayField(label=_("Avant quel jour ?"))
    reason = forms.ChoiceField(
        label=_("Pourquoi ?"), choices=_choices(words.REQUEST_REASONS), initial=RequestReason.RUNNING_OUT.value, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, programmes: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        only_one(self.fields["programme_id"], programmes)


def only_one(field: Any, choices: Sequence[tuple[int, str]]) -> None:
    """Nobody chooses among one: the field is hidden, and filled."""
    field.choices = choices
    if len(choices) == 1:
        field.initial = choices[0][0]
        field.widget = forms.HiddenInput()


class ReturnForm(OperationForm):
    """How many booklets go back to the operator. `counted` comes back from the page that told which."""

    programme_id = forms.TypedChoiceField(label=_("Programme"), coerce=int)
    booklet_count = forms.IntegerField(label=_("Combien de carnets ?"), min_value=1, widget=forms.NumberInput(attrs={"class": "short"}))
    counted = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, programmes: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        only_one(self.fields["programme_id"], programmes)


class SendForm(OperationForm):
    """How many of the booklets asked for really leave. `counted` comes back from the page that told which."""

    booklet_count = forms.IntegerField(
        label=_("Combien partent ?"),
        help_text=_("Moins, si vous ne pouvez pas tout donner."),
        min_value=1,
        widget=forms.NumberInput(attrs={"class": "short"}),
    )
    counted = forms.IntegerField(required=False, widget=forms.HiddenInput)


class ReceiveForm(OperationForm):
    """Which booklets are not in the parcel: none, usually."""

    missing_ids = forms.TypedMultipleChoiceField(
        label=_("Cochez ceux qui manquent"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, booklets: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["missing_ids"].choices = booklets  # type: ignore[attr-defined]


class SettleForm(OperationForm):
    """What became of booklets that did not arrive."""

    booklet_ids = forms.TypedMultipleChoiceField(
        label=_("Lesquels ?"), coerce=int, widget=forms.CheckboxSelectMultiple, error_messages={"required": _("Cochez au moins un carnet.")}
    )
    found = forms.ChoiceField(label=_("Où sont-ils ?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, booklets: Sequence[tuple[int, str]], found: Sequence[Found], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["booklet_ids"].choices = booklets  # type: ignore[attr-defined]
        self.fields["found"].choices = [(each.value, words.FOUND[each]) for each in found]  # type: ignore[attr-defined]


class MoveForm(OperationForm):
    """From whom to whom, how many: the operator's own idea, or a proposal taken up."""

    from_id = forms.TypedChoiceField(label=_("Qui donne ?"), coerce=int)
    to_id = forms.TypedChoiceField(label=_("Qui reçoit ?"), coerce=int)
    booklet_count = forms.IntegerField(
        label=_("Combien de carnets ?"), min_value=1, initial=PARCEL_MIN, widget=forms.NumberInput(attrs={"class": "short"})
    )

    def __init__(self, *args: Any, points: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("from_id", "to_id"):
            self.fields[name].choices = points  # type: ignore[attr-defined]


class RefuseForm(OperationForm):
    """Why a desk will not have the booklets it asks for."""

    refused_for = forms.ChoiceField(label=_("Pourquoi ?"), choices=_choices(words.REFUSED_FOR), widget=forms.RadioSelect)

    def reason(self) -> RefusedFor:
        """The reason chosen."""
        return RefusedFor(self.cleaned_data["refused_for"])


class ScanForm(forms.Form):
    """One booklet, or a pile by its first and last. A scanner's Enter sends the form: `first_serial` is kept until the last is read."""

    serial = serial_field(_("Numéro du carnet"), help_text=_("Scannez, ou tapez puis Entrée."), autofocus=True)
    pile = forms.BooleanField(label=_("C’est le premier d’une pile : je lis ensuite le dernier"), required=False)
    first_serial = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)


class GapForm(OperationForm):
    """One answer for each run of missing booklets."""

    def __init__(self, *args: Any, runs: Sequence[RunView], **options: Any) -> None:
        super().__init__(*args, **options)
        self.runs = runs
        for run in runs:
            name = format_html("{} → {}", unbroken(run.first_serial), unbroken(run.last_serial))
            name = unbroken(run.first_serial) if run.booklet_count == 1 else name
            self.fields[f"run_{run.first_booklet_id}_{run.last_booklet_id}"] = forms.ChoiceField(
                label=format_html("{} ({})", name, words.booklets(run.booklet_count)), choices=[("", "…"), *_choices(words.GAPS)]
            )

    def explained(self) -> list[Explained]:
        """The answers as the distribution reads them."""
        return [
            Explained(
                run.first_booklet_id, run.last_booklet_id, Gap(self.cleaned_data[f"run_{run.first_booklet_id}_{run.last_booklet_id}"])
            )
            for run in self.runs
        ]


class FindForm(forms.Form):
    """The number on the cover, or of one of its vouchers."""

    serial = serial_field(
        _("Numéro du carnet"), help_text=_("Sur la couverture, sur la fiche de remise, ou d’un de ses chèques."), autofocus=True
    )


class BlockForm(OperationForm):
    """Why the booklet is replaced; for an operator, which desk gives the other one."""

    reason = forms.ChoiceField(label=_("Que s’est-il passé ?"), choices=_choices(words.LOSSES), widget=InlineRadioSelect())
    organisation_id = forms.TypedChoiceField(label=_("Quel guichet donnera l’autre carnet ?"), coerce=int)

    def __init__(self, *args: Any, desks: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        only_one(self.fields["organisation_id"], desks)


class GiveForm(OperationForm):
    """The booklet given instead."""

    serial = serial_field(_("Carnet que vous donnez"), help_text=_("Prenez-en un dans votre stock."), autofocus=True)
