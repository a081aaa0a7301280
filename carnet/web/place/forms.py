"""What a counter fills in. Shape only: the redemption's rules decide."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from carnet.funding.rules import SERVICE_VOUCHERS_MAX
from carnet.places.queries import PlaceSummary
from carnet.places.rules import SERVICE_KINDS
from carnet.redemption.rules import RESERVATION_DAYS_MAX
from carnet.web.design.forms import DayField, InlineRadioSelect, OperationForm, WeighedFileField
from carnet.web.design.wedge import untangled
from carnet.web.disputes import MISTAKES
from carnet.web.place.photos import FORMATS, PHOTO_BYTES_MOST, PhotoUnreadable, codes_in

CODE_LENGTH_MAX = 400
# A workshop is a room of people; a longer list is two.
LINES_MOST = 60
VOUCHER_COUNTS = frozenset(str(count) for count in range(1, SERVICE_VOUCHERS_MAX + 1))


class CodeForm(forms.Form):
    """One field for everything: 18 digits, the address in a QR code, or what a scanner types. Or a photo of the QR code."""

    # A photo of a whole table is welcome where several vouchers may be added at once.
    codes_most = 1

    code = forms.CharField(
        label=_("Code du chèque"),
        help_text=_("18 chiffres, trois par trois. Ou visez le QR code avec un lecteur."),
        max_length=CODE_LENGTH_MAX,
        widget=forms.TextInput(
            attrs={
                "class": "voucher-code",
                "autocomplete": "off",
                "inputmode": "numeric",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )
    place_id = forms.TypedChoiceField(label=_("Lieu de la leçon"), coerce=int)
    photo = WeighedFileField(
        label=_("Photo du QR code"),
        help_text=_("Elle est lue, puis oubliée."),
        most_bytes=PHOTO_BYTES_MOST,
        accept=",".join(f"image/{name.lower()}" for name in FORMATS),
        required=False,
    )

    def __init__(self, *args: Any, places: Sequence[PlaceSummary], current: int | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["place_id"]
        field.choices = [(place.place_id, place.name) for place in places]  # type: ignore[attr-defined]
        field.initial = current or (places[0].place_id if places else None)
        if len(places) < 2:
            field.widget = forms.HiddenInput()
        # On a phone or a tablet the file field opens the camera on the back.
        self.fields["photo"].widget.attrs["capture"] = "environment"
        if self.files.get("photo"):
            self.fields["code"].required = False

    @property
    def codes(self) -> list[str]:
        """The codes given: the one typed, else those of the photo."""
        typed = self.cleaned_data.get("code")
        return [typed] if typed else self.cleaned_data["photo"]

    def clean_code(self) -> str:
        return untangled(self.cleaned_data["code"])

    def clean_photo(self) -> list[str]:
        """The codes of the photo; the picture itself goes no further."""
        file = self.cleaned_data["photo"]
        if file is None or self.cleaned_data.get("code"):
            return []
        try:
            found = codes_in(file)
        except PhotoUnreadable:
            raise forms.ValidationError(
                gettext("Ce fichier n’est pas une photo lisible (JPEG, PNG ou WebP)."), code="photo-unreadable"
            ) from None
        if not found:
            raise forms.ValidationError(
                gettext("Aucun QR code lisible sur cette photo. Approchez-vous, à la lumière, ou tapez les 18 chiffres."),
                code="photo-empty",
            )
        if len(found) > self.codes_most:
            raise forms.ValidationError(gettext("Cette photo montre plusieurs QR codes. Cadrez un seul chèque."), code="photo-several")
        return found


class WorkshopCodeForm(CodeForm):
    """The same field, for a voucher of a list; a photo may show a whole table of them."""

    codes_most = LINES_MOST


class AcceptForm(OperationForm):
    """A voucher seen to be good, and the service it pays for."""

    code = forms.CharField(max_length=CODE_LENGTH_MAX, widget=forms.HiddenInput)
    place_id = forms.IntegerField(widget=forms.HiddenInput)
    service = forms.ChoiceField(
        label=_("Pour quel service ?"),
        widget=InlineRadioSelect(),
        error_messages={"required": _("Choisissez le service rendu.")},
    )
    attended_on = DayField(label=_("Jour de la leçon"))
    # How many vouchers the service chosen costs, once that is known: the page then asks for the others.
    vouchers = forms.IntegerField(widget=forms.HiddenInput, initial=1, min_value=1, max_value=SERVICE_VOUCHERS_MAX, required=False)

    def __init__(
        self,
        *args: Any,
        service_codes: Sequence[str],
        today: date,
        latest: str = "",
        costs: Mapping[str, int] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        _offer_services(self, service_codes, latest, costs or {})
        _offer_days(self, today)
        given = self.data.get(self.add_prefix("vouchers"), "") if self.is_bound else ""
        self.ask_for(int(given) if given in VOUCHER_COUNTS else 1)

    def ask_for(self, vouchers: int) -> None:
        """Ask for the codes of the other vouchers of a service that costs several."""
        for rank in range(2, SERVICE_VOUCHERS_MAX + 1):
            self.fields.pop(f"code_{rank}", None)
        for rank in range(2, vouchers + 1):
            attrs = {"class": "voucher-code", "autocomplete": "off", "inputmode": "numeric", "spellcheck": "false"}
            self.fields[f"code_{rank}"] = forms.CharField(
                label=_("Code du chèque n° %(rank)s") % {"rank": rank},
                max_length=CODE_LENGTH_MAX,
                widget=forms.TextInput(attrs=attrs | ({"autofocus": True} if rank == 2 else {})),
                error_messages={"required": _("Donnez aussi ce chèque : le service coûte %(count)s chèques.") % {"count": vouchers}},
            )

    @property
    def codes(self) -> list[str]:
        """The codes of all the vouchers given."""
        names = sorted(name for name in self.fields if name.startswith("code_"))
        return [self.cleaned_data["code"], *(untangled(self.cleaned_data[name]) for name in names)]


class WorkshopForm(OperationForm):
    """One service and one day for a whole list."""

    service = forms.ChoiceField(
        label=_("Pour quel service ?"),
        widget=InlineRadioSelect(),
        error_messages={"required": _("Choisissez le service rendu.")},
    )
    attended_on = DayField(label=_("Jour de la leçon"))
    session = forms.ChoiceField(
        label=_("À quelle séance de l’agenda ?"), required=False, help_text=_("Les personnes y seront notées venues.")
    )
    together = forms.ChoiceField(
        label=_("Et si l’un d’eux n’est plus bon ?"),
        widget=InlineRadioSelect(),
        choices=[("each", _("Prendre les autres")), ("all", _("N’en prendre aucun"))],
        initial="each",
    )

    def __init__(
        self,
        *args: Any,
        service_codes: Sequence[str],
        today: date,
        latest: str = "",
        sessions: Sequence[tuple[int, str]] = (),
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        _offer_services(self, service_codes, latest)
        _offer_days(self, today)
        if sessions:
            self.fields["session"].choices = [("", _("Aucune")), *((str(each), words) for each, words in sessions)]  # type: ignore[attr-defined]
        else:
            del self.fields["session"]


class ReserveForm(OperationForm):
    """A voucher just tested, held until the end of the day of a lesson."""

    code = forms.CharField(max_length=CODE_LENGTH_MAX, widget=forms.HiddenInput)
    place_id = forms.IntegerField(widget=forms.HiddenInput)
    service = forms.ChoiceField(
        label=_("Pour quel service ?"),
        widget=InlineRadioSelect(),
        error_messages={"required": _("Choisissez le service de la leçon.")},
    )
    lesson_on = DayField(label=_("Jour de la leçon"), help_text=_("Le chèque est tenu jusqu’au soir de ce jour."))

    def __init__(self, *args: Any, service_codes: Sequence[str], today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        _offer_services(self, service_codes, self.initial.get("service", ""))
        self.initial.pop("service", None)  # chosen among those offered, or not at all
        attrs = self.fields["lesson_on"].widget.attrs
        # The evening of the last day is still within the rules' thirty days, whatever the hour now.
        attrs["min"], attrs["max"] = today.isoformat(), (today + timedelta(days=RESERVATION_DAYS_MAX - 1)).isoformat()


class ActForm(OperationForm):
    """A button with nothing to fill in: sent twice, it acts once."""


class UndoForm(OperationForm):
    """Why a redemption is undone, or disputed."""

    reason = forms.ChoiceField(
        label=_("Pourquoi ?"),
        choices=list(MISTAKES.items()),
        widget=forms.RadioSelect,
        error_messages={"required": _("Dites pourquoi.")},
    )
    detail = forms.CharField(
        label=_("Précision"), help_text=_("Sans nom ni numéro de personne."), required=False, max_length=120, widget=forms.TextInput
    )


def _offer_services(form: forms.Form, service_codes: Sequence[str], latest: str, costs: Mapping[str, int] | None = None) -> None:
    """The services paid here; the one taken last, or the only one, is chosen already."""
    kinds = [kind for kind in SERVICE_KINDS if kind.code in set(service_codes)]
    # The one taken last comes first: on a telephone it is seen without scrolling.
    kinds.sort(key=lambda kind: kind.code != latest)
    field: Any = form.fields["service"]
    field.choices = [(kind.code, named(gettext(kind.label), (costs or {}).get(kind.code, 1))) for kind in kinds]
    if len(kinds) == 1 or latest in {kind.code for kind in kinds}:
        field.initial = kinds[0].code if len(kinds) == 1 else latest


def named(label: str, vouchers: int) -> str:
    """A service, with what it costs when that is more than one voucher."""
    return label if vouchers == 1 else gettext("%(service)s (%(count)s chèques)") % {"service": label, "count": vouchers}


def _offer_days(form: forms.Form, today: date) -> None:
    day = form.fields["attended_on"]
    day.initial = today
    day.widget.attrs["max"] = today.isoformat()
