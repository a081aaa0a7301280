"""What a desk fills in. Shape only: the distribution's rules decide."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from carnet.distribution.rules import AgeBand, Answers, Area, Ticks, reason_of
from carnet.ledger.queries import VoucherView
from carnet.places.rules import PROCEDURES
from carnet.web import lessons
from carnet.web.design.forms import InlineCheckboxSelectMultiple, InlineRadioSelect, OperationForm
from carnet.web.design.wedge import untangled
from carnet.web.prescriber.words import AGE_BANDS, AREAS, BLOCKS, CAME_BEFORE, JOB_SEEKER, LOSSES, MOVES_FILES, SENDS_MAIL, YES_NO

_YES_OR_NO = {"yes": True, "no": False}


def _one_of(label: Any, words: dict[Any, Any], *, initial: str) -> forms.ChoiceField:
    choices = [(getattr(value, "value", value), word) for value, word in words.items()]
    return forms.ChoiceField(label=label, choices=choices, initial=initial, required=False, widget=InlineRadioSelect())


def _procedures() -> list[tuple[str, str]]:
    return [(each.code, gettext(each.label)) for each in PROCEDURES]


class SerialForm(forms.Form):
    """A booklet's number, typed or scanned; the number of one of its vouchers will do."""

    serial = forms.CharField(
        label=_("Numéro du carnet"),
        help_text=_("Sur la couverture. Tapez-le, ou lisez le code-barres."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "autofocus": True}),
    )

    def clean_serial(self) -> str:
        return untangled(self.cleaned_data["serial"])


class HandOverForm(OperationForm):
    """Three questions, a few ticks, which vouchers. Nothing about who the person is.

    `suggested`: how many vouchers the page had ticked by itself; a choice made by hand is kept.
    """

    wants = forms.MultipleChoiceField(
        label=_("Que voulez-vous pouvoir faire ?"), required=False, widget=InlineCheckboxSelectMultiple(), choices=_procedures
    )
    sends_mail = _one_of(SENDS_MAIL, YES_NO, initial="")
    moves_files = _one_of(MOVES_FILES, YES_NO, initial="")
    blocks = forms.MultipleChoiceField(
        label=_("Qu’est-ce qui bloque ?"), required=False, widget=InlineCheckboxSelectMultiple(), choices=list(BLOCKS.items())
    )
    voucher_ids = forms.TypedMultipleChoiceField(
        label=_("Chèques à remettre"),
        help_text=_("Décochez ceux que vous gardez."),
        coerce=int,
        widget=InlineCheckboxSelectMultiple(),
        error_messages={"required": _("Cochez au moins un chèque.")},
    )
    suggested = forms.IntegerField(required=False, widget=forms.HiddenInput)
    age_band = _one_of(_("Âge"), AGE_BANDS, initial=AgeBand.NOT_SAID.value)
    area = _one_of(_("Où habite la personne ?"), AREAS, initial=Area.NOT_SAID.value)
    low_qualified_job_seeker = _one_of(_("Cherche un emploi, sans diplôme ou avec un CAP ou un BEP ?"), JOB_SEEKER, initial="")
    came_before = _one_of(_("Déjà venue dans un lieu d’aide numérique ?"), CAME_BEFORE, initial="")
    near = forms.CharField(
        label=_("Une leçon près d’une autre commune"), required=False, max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    phone = lessons.phone_field()

    def __init__(self, *args: Any, vouchers: Sequence[VoucherView], **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(voucher.id, voucher.serial) for voucher in vouchers]
        self.fields["voucher_ids"].choices = choices  # type: ignore[attr-defined]
        self.fields["voucher_ids"].initial = [voucher_id for voucher_id, _serial in choices]
        self.fields["suggested"].initial = len(choices)

    @property
    def ticks(self) -> Ticks:
        """The ticks as the distribution reads them; the reason follows from what the person wants."""
        given = self.cleaned_data
        return Ticks(
            AgeBand(given["age_band"] or AgeBand.NOT_SAID),
            reason_of(self.answers),
            Area(given["area"] or Area.NOT_SAID),
            _YES_OR_NO.get(given["low_qualified_job_seeker"]),
            _YES_OR_NO.get(given["came_before"]),
        )

    @property
    def answers(self) -> Answers:
        """What was said, of a form that was checked: what is not understood was not said."""
        given = self.cleaned_data
        blocks = set(given.get("blocks") or ())
        return Answers(
            wants=tuple(given.get("wants") or ()),
            sends_mail=_YES_OR_NO.get(given.get("sends_mail", "")),
            moves_files=_YES_OR_NO.get(given.get("moves_files", "")),
            **{block: block in blocks for block in BLOCKS},
        )

    def advised(self, voucher_count: int) -> "HandOverForm":
        """The same form, nothing lost, with the vouchers that are proposed ticked unless the desk chose others."""
        here: list[int] = [voucher_id for voucher_id, _serial in self.fields["voucher_ids"].choices]  # type: ignore[attr-defined]
        ticked = [each for each in here if str(each) in self.data.getlist("voucher_ids")]  # type: ignore[attr-defined]
        before = self.cleaned_data.get("suggested")
        is_chosen = before is not None and ticked != here[:before]
        said = {name: self[name].value() for name in self.fields} | {
            "voucher_ids": ticked if is_chosen else here[:voucher_count],
            "suggested": before if is_chosen else voucher_count,
        }
        again = HandOverForm(initial=said, vouchers=())
        again.fields["voucher_ids"].choices = self.fields["voucher_ids"].choices  # type: ignore[attr-defined]
        again.fields["voucher_ids"].initial = again.fields["suggested"].initial = None
        return again


class TakeOutForm(OperationForm):
    """A range of booklets taken away to be given on paper. `counted` comes back from the page that showed the count."""

    first_serial = forms.CharField(label=_("Premier carnet"), help_text=_("Le numéro sur la couverture."), max_length=60)
    last_serial = forms.CharField(label=_("Dernier carnet"), max_length=60)
    counted = forms.IntegerField(required=False, widget=forms.HiddenInput)


class LossForm(OperationForm):
    """Booklets that are lost, stolen or damaged. `counted` comes back from the page that told how many vouchers end."""

    first_serial = forms.CharField(
        label=_("Numéro du carnet"), help_text=_("Sur la couverture, sur la fiche de remise ou dans vos remises."), max_length=60
    )
    last_serial = forms.CharField(label=_("Dernier carnet, s’il y en a plusieurs"), max_length=60, required=False)
    reason = _one_of(_("Que s’est-il passé ?"), LOSSES, initial="")
    counted = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].required = True
