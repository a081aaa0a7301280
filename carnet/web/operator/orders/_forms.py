"""Forms about orders. They validate shape; the rules of issuing decide."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from carnet.issuing.rules import BOOKLETS_PER_ORDER_MAX
from carnet.issuing.rules.print_shops import Output
from carnet.ledger.rules import EndReason
from carnet.web.design.forms import InlineRadioSelect, OperationForm
from carnet.web.print_shop.words import OUTPUTS, SAID_FOR


class ConfirmForm(OperationForm):
    """Nothing to say but yes."""


class PlaceForm(OperationForm):
    """How many booklets, under which agreement."""

    agreement = forms.TypedChoiceField(
        label=_("Convention"), help_text=_("Qui paie ces chèques. Les parts sont fixées quand les codes sont tirés."), coerce=int
    )
    booklet_count = forms.IntegerField(label=_("Nombre de carnets"), min_value=1, max_value=BOOKLETS_PER_ORDER_MAX)
    issuer_prefix = forms.CharField(
        label=_("Préfixe des numéros"),
        help_text=_("2 à 4 lettres ou chiffres imprimés devant chaque numéro. Vide : les initiales de l’opérateur."),
        max_length=4,
        required=False,
    )

    def __init__(self, *args: Any, agreements: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["agreement"].choices = agreements  # type: ignore[attr-defined]
        self.fields["issuer_prefix"].widget.attrs["class"] = "short"


class DecideForm(OperationForm):
    """Yes, or no and why."""

    answer = forms.ChoiceField(
        label=_("Votre réponse"), widget=forms.RadioSelect, choices=[("yes", _("J’approuve cette commande")), ("no", _("Je la refuse"))]
    )
    reason = forms.CharField(label=_("Pourquoi ?"), help_text=_("Seulement pour un refus."), max_length=200, required=False)


class PrintForm(OperationForm):
    """For whom files are made, what of, and for which booklets. Without a print shop: in the clear, of a simulated programme only."""

    print_shop = forms.TypedChoiceField(
        label=_("Imprimeur"), help_text=_("Les fichiers sont scellés pour sa clé : lui seul les ouvre."), coerce=int, empty_value=None
    )
    outputs = forms.MultipleChoiceField(
        label=_("À préparer"),
        choices=[(each.value, words) for each, words in OUTPUTS.items()],
        widget=forms.CheckboxSelectMultiple(),
        initial=[Output.PAGES.value, Output.DATA.value],
    )
    first_rank = forms.IntegerField(
        label=_("Du carnet"), help_text=_("Son rang dans la commande. Toute la commande : laissez tel quel."), min_value=1, required=False
    )
    last_rank = forms.IntegerField(label=_("Au carnet"), min_value=1, max_value=BOOKLETS_PER_ORDER_MAX, required=False)

    def __init__(self, *args: Any, shops: Sequence[tuple[Any, str]], is_simulated: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["print_shop"]
        field.choices = [*([("", _("Personne : en clair, activité simulée"))] if is_simulated else []), *shops]  # type: ignore[attr-defined]
        field.required = not is_simulated


class PrintedForm(OperationForm):
    """The proof that the booklets exist."""

    reference = forms.CharField(label=_("Référence de l’imprimeur"), help_text=_("Bon de livraison ou bon à tirer."), max_length=120)
    because = forms.ChoiceField(
        label=_("Pourquoi le dites-vous pour l’imprimeur ?"),
        help_text=_("Gardé au journal, et montré sur la commande."),
        widget=forms.RadioSelect,
        choices=[(each.value, words) for each, words in SAID_FOR.items()],
    )

    def __init__(self, *args: Any, is_sealed: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not is_sealed:
            del self.fields["because"]


class ShipForm(OperationForm):
    """How many booklets, to whom."""

    organisation = forms.TypedChoiceField(label=_("Destinataire"), coerce=int)
    booklet_count = forms.IntegerField(label=_("Nombre de carnets"), min_value=1, max_value=BOOKLETS_PER_ORDER_MAX)

    def __init__(self, *args: Any, organisations: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["organisation"].choices = organisations  # type: ignore[attr-defined]


class TakeBackForm(OperationForm):
    """Which booklets come back, by the serials on their covers."""

    first = forms.CharField(label=_("Premier carnet"), help_text=_("Le numéro imprimé sur la couverture."), max_length=20)
    last = forms.CharField(label=_("Dernier carnet"), help_text=_("Le même numéro pour un seul carnet."), max_length=20)


class VoidForm(OperationForm):
    """Which booklets end, and why. `counted` comes back from the page that told how many vouchers end."""

    first = forms.CharField(label=_("Premier carnet"), help_text=_("Le numéro imprimé sur la couverture."), max_length=60)
    last = forms.CharField(label=_("Dernier carnet"), help_text=_("Le même numéro pour un seul carnet."), max_length=60)
    reason = forms.ChoiceField(
        label=_("Pourquoi ?"),
        widget=InlineRadioSelect(),
        choices=[
            (EndReason.LOST.value, _("Perdus")), (EndReason.STOLEN.value, _("Volés")), (EndReason.DAMAGED.value, _("Abîmés")),
            (EndReason.RECALLED.value, _("Rappelés")),
        ],
    )  # fmt: skip
    counted = forms.IntegerField(required=False, widget=forms.HiddenInput)
