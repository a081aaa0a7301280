"""What a desk fills in. Shape only: the distribution's rules decide."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from carnet.distribution.rules import AgeBand, Area, Reason, Ticks
from carnet.ledger.queries import VoucherView
from carnet.web.design.forms import InlineCheckboxSelectMultiple, InlineRadioSelect, OperationForm
from carnet.web.prescriber.words import AGE_BANDS, AREAS, JOB_SEEKER, LOSSES, REASONS


def _one_of(label: Any, words: dict[Any, Any], *, initial: str) -> forms.ChoiceField:
    choices = [(getattr(value, "value", value), word) for value, word in words.items()]
    return forms.ChoiceField(label=label, choices=choices, initial=initial, required=False, widget=InlineRadioSelect())


class SerialForm(forms.Form):
    """A booklet's number, typed or scanned; the number of one of its vouchers will do."""

    serial = forms.CharField(
        label=_("Numéro du carnet"),
        help_text=_("Sur la couverture. Tapez-le, ou lisez le code-barres."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "autofocus": True}),
    )


class HandOverForm(OperationForm):
    """Which vouchers, and the coarse ticks. Nothing about who the person is."""

    voucher_ids = forms.TypedMultipleChoiceField(
        label=_("Chèques à remettre"),
        help_text=_("Décochez ceux que vous gardez."),
        coerce=int,
        widget=InlineCheckboxSelectMultiple(),
        error_messages={"required": _("Cochez au moins un chèque.")},
    )
    reason = _one_of(_("Pour quoi faire ?"), REASONS, initial=Reason.NOT_SAID.value)
    age_band = _one_of(_("Âge"), AGE_BANDS, initial=AgeBand.NOT_SAID.value)
    area = _one_of(_("Où habite la personne ?"), AREAS, initial=Area.NOT_SAID.value)
    low_qualified_job_seeker = _one_of(_("Cherche un emploi, sans diplôme ou avec un CAP ou un BEP ?"), JOB_SEEKER, initial="")

    def __init__(self, *args: Any, vouchers: Sequence[VoucherView], **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(voucher.id, voucher.serial) for voucher in vouchers]
        self.fields["voucher_ids"].choices = choices  # type: ignore[attr-defined]
        self.fields["voucher_ids"].initial = [voucher_id for voucher_id, _serial in choices]

    @property
    def ticks(self) -> Ticks:
        """The ticks as the distribution reads them."""
        given = self.cleaned_data
        seeker = given["low_qualified_job_seeker"]
        return Ticks(
            AgeBand(given["age_band"] or AgeBand.NOT_SAID),
            Reason(given["reason"] or Reason.NOT_SAID),
            Area(given["area"] or Area.NOT_SAID),
            {"yes": True, "no": False}.get(seeker),
        )


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
