"""Forms about programmes and what funds them. They validate shape; the rules of funding decide."""

import re
from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from carnet.funding.rules import PaymentFrequency, Pays, ProgrammeTerms, ShareTerms, Windows
from carnet.kernel.periods import end_of_day, legal_day, start_of_day
from carnet.places.rules import LEVEL_LABELS, SERVICE_KINDS, Level, declaring
from carnet.places.rules.offers import OfferRefused
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.forms import ColourField, DayField, EurosField, OperationForm
from carnet.web.figures import FREQUENCIES
from carnet.web.hours import typed_hours

TEMPLATE_WORDS = {
    "nantes": _("Une métropole : carnets de 5, remis pendant un an, tous valables jusqu’au même jour"),
    "departement": _("Un département : carnets de 10, valables six mois à partir du jour où chacun reçoit le sien"),
}


class TemplateForm(forms.Form):
    """The first step: what the programme looks like, its name, its first day."""

    template = forms.ChoiceField(label=_("Modèle"), widget=forms.RadioSelect, choices=list(TEMPLATE_WORDS.items()), initial="nantes")
    name = forms.CharField(label=_("Nom du programme"), help_text=_("Par exemple « Pass numérique de Nantes, 2026 »."), max_length=120)
    first_day = DayField(label=_("Premier jour de remise des carnets"))


def _services() -> list[tuple[Any, list[tuple[str, Any]]]]:
    return [(_(LEVEL_LABELS[level]), [(kind.code, _(kind.label)) for kind in SERVICE_KINDS if kind.level is level]) for level in Level]


_SERVICE_NAMES = {kind.code: _(kind.label) for kind in SERVICE_KINDS}


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


class TermsForm(OperationForm):
    """Everything an operator decides about a programme. Days are the last ones included; the rules read exclusive instants."""

    name = forms.CharField(label=_("Nom du programme"), max_length=120)
    perimeter = forms.CharField(
        label=_("Territoire"),
        help_text=_(
            "Codes séparés par des virgules : département (44), commune (44109) ou intercommunalité (244400404). FR pour toute la France."
        ),
        max_length=4000,
    )
    public = forms.CharField(
        label=_("Public"),
        help_text=_("À qui les carnets sont destinés, en une phrase."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=500,
        required=False,
    )
    voucher_value = EurosField(label=_("Valeur d’un chèque"), most_cents=1000_00)
    booklet_size = forms.IntegerField(label=_("Chèques par carnet"), min_value=1, max_value=50)
    hand_over_first = DayField(label=_("Remise des carnets : premier jour"))
    hand_over_last = DayField(label=_("Remise des carnets : dernier jour"))
    ends = forms.ChoiceField(
        label=_("Fin de validité des chèques"),
        widget=forms.RadioSelect,
        choices=[("day", _("le même jour pour tous")), ("months", _("un nombre de mois après la remise"))],
    )
    printed_last = DayField(
        label=_("Dernier jour imprimé"), help_text=_("Seulement si les chèques finissent le même jour pour tous."), required=False
    )
    months = forms.IntegerField(
        label=_("Mois après la remise"), help_text=_("Seulement si la fin dépend de la remise."), min_value=1, max_value=60, required=False
    )
    grace_days = forms.IntegerField(
        label=_("Jours de tolérance"),
        help_text=_("Après la fin imprimée, les lieux acceptent encore les chèques pendant ce nombre de jours."),
        min_value=0,
        max_value=366,
    )
    services = forms.MultipleChoiceField(label=_("Services que le chèque paie"), widget=forms.CheckboxSelectMultiple, choices=_services)
    costs = forms.CharField(
        label=_("Services qui coûtent plusieurs chèques"),
        help_text=_("Un par ligne : le nom du service, deux-points, le nombre de chèques. Les autres coûtent un chèque."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1000,
        required=False,
    )
    undo_window_minutes = forms.IntegerField(
        label=_("Minutes pour annuler une erreur"),
        help_text=_("Un lieu peut annuler un chèque accepté par erreur pendant ce délai."),
        min_value=0,
        max_value=7 * 24 * 60,
    )
    payment_frequency = forms.ChoiceField(
        label=_("Les lieux sont payés"), choices=[(each.value, words) for each, words in FREQUENCIES.items()]
    )
    phone = forms.CharField(label=_("Téléphone pour les questions"), max_length=30, required=False)
    phone_hours = forms.CharField(
        label=_("Quand quelqu’un répond à ce téléphone"),
        help_text=_("Par exemple : du lundi au vendredi de 9h à 17h. Les pages des usagers le disent à côté du numéro."),
        max_length=200,
        required=False,
    )
    print_title = forms.CharField(label=_("Titre imprimé sur le carnet"), max_length=120, required=False)
    print_notice = forms.CharField(
        label=_("Texte imprimé sur le carnet"), widget=forms.Textarea(attrs={"rows": 3}), max_length=600, required=False
    )

    brand_colour = ColourField(
        label=_("Couleur des pages"),
        help_text=_("Un dièse et six signes, par exemple #14565a. Laissez vide pour l’habillage neutre."),
        required=False,
    )

    @classmethod
    def initial_of(cls, terms: ProgrammeTerms) -> dict[str, Any]:
        """What the form shows of terms already chosen."""
        windows = terms.windows
        last_moment = timedelta(microseconds=1)
        return {
            "name": terms.name,
            "perimeter": ", ".join(terms.perimeter),
            "public": terms.public,
            "voucher_value": terms.voucher_value_cents,
            "booklet_size": terms.booklet_size,
            "hand_over_first": legal_day(windows.hand_over_from),
            "hand_over_last": legal_day(windows.hand_over_until - last_moment),
            "ends": "day" if windows.printed_until else "months",
            "printed_last": legal_day(windows.printed_until - last_moment) if windows.printed_until else None,
            "months": windows.months_after_hand_over,
            "grace_days": windows.grace_days,
            "services": list(terms.service_codes),
            "costs": "\n".join(f"{_SERVICE_NAMES[code]} : {count}" for code, count in sorted(terms.service_voucher_counts.items())),
            "undo_window_minutes": terms.undo_window_minutes,
            "payment_frequency": terms.payment_frequency.value,
            "phone": terms.phone,
            "phone_hours": typed_hours(terms.phone_hours, day=legal_day(clock.now())),
            "print_title": terms.print_title,
            "print_notice": terms.print_notice,
            "brand_colour": terms.brand_colour,
        }

    def clean_phone_hours(self) -> str:
        """Hours in words, or as OpenStreetMap writes them."""
        try:
            return declaring.checked_hours(self.cleaned_data["phone_hours"])
        except OfferRefused:
            raise forms.ValidationError(_("Ces heures ne sont pas comprises. Écrivez : du lundi au vendredi de 9h à 17h.")) from None

    def clean_costs(self) -> dict[str, int]:
        """Vouchers by service, the services by their names (or their codes)."""
        known = {_plain(str(name)): code for code, name in _SERVICE_NAMES.items()} | {code: code for code in _SERVICE_NAMES}
        counts: dict[str, int] = {}
        for line in filter(None, map(str.strip, self.cleaned_data["costs"].splitlines())):
            name, _colon, count = line.rpartition(":")
            code = known.get(_plain(name)) or known.get(name.strip())
            if code is None or not (count.strip().isascii() and count.strip().isdigit()) or len(count.strip()) > 2:
                text = _("Cette ligne n’est pas comprise : « %(line)s ». Écrivez par exemple « %(service)s : 2 ».")
                raise forms.ValidationError(text % {"line": line[:80], "service": next(iter(_SERVICE_NAMES.values()))}, code="unreadable")
            if int(count) != 1:
                counts[code] = int(count)
        return counts

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("ends") == "day" and not cleaned.get("printed_last"):
            self.add_error("printed_last", forms.ValidationError(_("Donnez le dernier jour imprimé."), code="required"))
        if cleaned.get("ends") == "months" and not cleaned.get("months"):
            self.add_error("months", forms.ValidationError(_("Donnez le nombre de mois."), code="required"))
        return cleaned

    def terms(self) -> ProgrammeTerms:
        """The terms as the rules read them."""
        given = self.cleaned_data
        same_day = given["ends"] == "day"
        return ProgrammeTerms(
            name=given["name"],
            perimeter=tuple(code.upper() for code in re.split(r"[\s,;]+", given["perimeter"]) if code),
            public=given["public"],
            voucher_value_cents=given["voucher_value"],
            booklet_size=given["booklet_size"],
            service_codes=tuple(given["services"]),
            undo_window_minutes=given["undo_window_minutes"],
            windows=Windows(
                hand_over_from=start_of_day(given["hand_over_first"]),
                hand_over_until=end_of_day(given["hand_over_last"]),
                printed_until=end_of_day(given["printed_last"]) if same_day else None,
                months_after_hand_over=None if same_day else given["months"],
                grace_days=given["grace_days"],
            ),
            payment_frequency=PaymentFrequency(given["payment_frequency"]),
            phone=given["phone"],
            print_title=given["print_title"],
            print_notice=given["print_notice"],
            brand_colour=given["brand_colour"],
            phone_hours=given["phone_hours"],
            service_voucher_counts=given["costs"],
        )


class ConfirmForm(OperationForm):
    """Nothing to say but yes."""


class EngageForm(OperationForm):
    """Who audits, and when."""

    organisation = forms.TypedChoiceField(label=_("Organisme de contrôle"), coerce=int)
    first_day = DayField(label=_("Premier jour"))
    last_day = DayField(label=_("Dernier jour"))

    def __init__(self, *args: Any, organisations: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["organisation"].choices = organisations  # type: ignore[attr-defined]


# --- Agreements -------------------------------------------------------------------------------------------------------


class PortionField(forms.CharField):
    """A portion of the whole, exact: ``25``, ``33,33 %`` or ``1/3``."""

    default_error_messages = {"unreadable": _("Écrivez un pourcentage (25 ou 12,5) ou une fraction (1/3).")}
    _PERCENT = re.compile(r"(-?\d{1,4})(?:[.,](\d{1,4}))?")
    _FRACTION = re.compile(r"(\d{1,6})/(\d{1,6})")

    def clean(self, value: Any) -> Fraction | None:  # type: ignore[override]
        typed = re.sub(r"[\s\u00a0\u202f%]", "", super().clean(value) or "")
        if not typed:
            return None
        fraction = self._FRACTION.fullmatch(typed)
        if fraction and int(fraction[2]):
            return Fraction(int(fraction[1]), int(fraction[2]))
        percent = self._PERCENT.fullmatch(typed)
        if percent is None:
            raise forms.ValidationError(self.error_messages["unreadable"], code="unreadable")
        return Fraction(typed.replace(",", ".")) / 100

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Fraction):
            points = value * 100_00
            if points.denominator != 1:
                return f"{value.numerator}/{value.denominator}"
            whole, rest = divmod(int(points), 100)
            mark = formats.decimal_mark()
            return f"{whole}{mark}{rest:02d}".removesuffix(f"{mark}00")
        return value


class ShareForm(forms.Form):
    """One funder's line. An empty line is left out."""

    funder = forms.TypedChoiceField(label=_("Financeur"), coerce=int, empty_value=None, required=False)
    portion = PortionField(label=_("Part (25 % ou 1/3)"), required=False)
    fixed = EurosField(label=_("ou montant fixe"), required=False)
    cap = EurosField(label=_("Plafond pour toute la convention"), required=False)
    pays = forms.ChoiceField(
        label=_("Paie"), choices=[(Pays.IN_ADVANCE.value, _("d’avance")), (Pays.ON_USE.value, _("à l’usage"))], required=False
    )
    advanced_by = forms.TypedChoiceField(label=_("Avancé par, s’il paie à l’usage"), coerce=int, empty_value=None, required=False)

    def __init__(self, *args: Any, funders: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("funder", "advanced_by"):
            self.fields[name].choices = [("", "–"), *funders]  # type: ignore[attr-defined]
        self.fields["portion"].widget.attrs.update({"class": "short", "autocomplete": "off"})

    @staticmethod
    def initial_of(share: ShareTerms) -> dict[str, Any]:
        """What the line shows of a share in force."""
        return {
            "funder": share.funder_id,
            "portion": share.portion,
            "fixed": share.fixed_cents,
            "cap": share.cap_cents,
            "pays": share.pays.value,
            "advanced_by": share.advanced_by_id,
        }

    def terms(self) -> ShareTerms | None:
        """The share as the rules read it, or None for an empty line."""
        given = self.cleaned_data
        if all(given.get(name) is None for name in ("funder", "portion", "fixed")):
            return None
        return ShareTerms(
            funder_id=given["funder"] or 0,
            portion=given["portion"],
            fixed_cents=given["fixed"],
            cap_cents=given["cap"],
            pays=Pays(given["pays"] or Pays.IN_ADVANCE),
            advanced_by_id=given["advanced_by"],
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        says_something = any(cleaned.get(name) is not None for name in ("portion", "fixed", "cap", "advanced_by"))
        if says_something and cleaned.get("funder") is None and "funder" not in self.errors:
            self.add_error("funder", forms.ValidationError(_("Choisissez le financeur de cette ligne."), code="required"))
        return cleaned


class SharesFormSet(forms.BaseFormSet):
    """The lines of an agreement, in the order of the signatures."""

    def terms(self) -> list[ShareTerms]:
        """The shares, empty lines left out."""
        return [terms for line in self.forms if (terms := line.terms()) is not None]


def shares_formset(lines: int) -> type[SharesFormSet]:
    """A formset of that many lines."""
    return forms.formset_factory(ShareForm, formset=SharesFormSet, extra=lines, max_num=12, absolute_max=12)  # type: ignore[return-value]


class AgreementForm(OperationForm):
    """What was signed, and the account its money stays in."""

    name = forms.CharField(label=_("Nom de la convention"), max_length=120)
    season = forms.CharField(label=_("Saison"), help_text=_("Par exemple 2025-2026."), max_length=40, required=False)
    signed_on = DayField(label=_("Signée le"))
    account_holder = forms.CharField(
        label=_("Titulaire du compte réservé"),
        help_text=_("L’argent de la convention reste sur ce compte, à part, jusqu’aux lieux ou aux financeurs."),
        max_length=140,
    )
    iban = forms.CharField(label=_("IBAN du compte réservé"), max_length=50)
    study = forms.IntegerField(widget=forms.HiddenInput, required=False)
    bic = forms.CharField(label=_("BIC"), max_length=14, required=False)
    example_booklets = forms.IntegerField(
        label=_("Nombre de carnets de l’exemple"),
        help_text=_("Pour voir le partage avant de signer."),
        min_value=1,
        max_value=200_000,
        initial=2000,
    )


class AmendForm(OperationForm):
    """Why the shares change."""

    reason = forms.CharField(label=_("Motif de l’avenant"), max_length=200)
    example_booklets = forms.IntegerField(
        label=_("Nombre de carnets de l’exemple"),
        help_text=_("Pour voir le partage avant de signer."),
        min_value=1,
        max_value=200_000,
        initial=2000,
    )


class ReceiveForm(OperationForm):
    """One line of the bank's statement."""

    funder = forms.TypedChoiceField(label=_("Financeur"), coerce=int)
    amount = EurosField(label=_("Montant reçu"), help_text=_("En euros, par exemple 50 000."))
    received_on = DayField(label=_("Reçu le"), help_text=_("Le jour inscrit sur le relevé de la banque."))
    bank_reference = forms.CharField(
        label=_("Référence du virement"),
        help_text=_("Telle qu’elle est sur le relevé : une même référence n’est acceptée qu’une fois."),
        max_length=140,
    )

    def __init__(self, *args: Any, funders: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["funder"].choices = funders  # type: ignore[attr-defined]


class ReasonForm(OperationForm):
    """Why something is taken back."""

    reason = forms.CharField(label=_("Pourquoi ?"), max_length=200)


class PledgeForm(OperationForm):
    """Who promises how much."""

    organisation = forms.TypedChoiceField(label=_("Organisation"), coerce=int)
    amount = EurosField(label=_("Montant promis"))

    def __init__(self, *args: Any, organisations: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["organisation"].choices = organisations  # type: ignore[attr-defined]


class SignedForm(OperationForm):
    """The day of a signature."""

    signed_on = DayField(label=_("Signée le"))
