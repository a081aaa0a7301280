"""The shape of what is typed to remind, to announce, to word and to invite; the rules decide."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from carnet.distribution.rules.reminders import ADDRESS_MAX, ContactChannel
from carnet.gateways import sms
from carnet.notices.rules.announcements import BODY_MAX, TITLE_MAX
from carnet.notices.rules.texts import LETTER_MAX, SUBJECT_MAX, Editable, Medium
from carnet.web.design.forms import DayField, InlineRadioSelect, OperationForm
from carnet.web.reminders.words import AUDIENCES, CHANNELS


class RemindForm(OperationForm):
    """How the person wishes to be reminded: one choice, one number, one tick."""

    channel = forms.ChoiceField(label=_("Comment ?"), widget=InlineRadioSelect)
    phone = forms.CharField(
        label=_("Téléphone de la personne"),
        max_length=30,
        error_messages={"required": _("Écrivez le numéro de téléphone.")},
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off", "class": "short"}),
    )
    address = forms.CharField(
        label=_("Pour une lettre : nom et adresse"),
        max_length=ADDRESS_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
    )
    language = forms.ChoiceField(
        label=_("Langue"), widget=InlineRadioSelect, choices=[("fr", _("français")), ("en", _("anglais"))], initial="fr", required=False
    )
    has_consented = forms.BooleanField(
        label=_("La personne est d’accord"),
        help_text=_("Son numéro est effacé quand ses chèques sont finis, ou dès qu’elle dit STOP."),
        required=False,
    )

    may_be_asked = forms.BooleanField(
        label=_("Une question après une leçon, par SMS : d’accord aussi"),
        help_text=_("« Étiez-vous à ce cours ? » Une fois tous les trois mois au plus. Personne ne sait qui répond."),
        required=False,
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if not sms.is_offered():
            del self.fields["may_be_asked"]
        offered = [each for each in ContactChannel if each is not ContactChannel.TEXT or sms.is_offered()]
        self.fields["channel"].choices = [(each.value, CHANNELS[each]) for each in offered]  # type: ignore[attr-defined]
        self.fields["channel"].initial = offered[0].value
        # A letter asks for an address instead.
        self.fields["phone"].required = self.data.get("channel") != ContactChannel.LETTER


class BookletForm(OperationForm):
    """The number on a cover."""

    serial = forms.CharField(
        label=_("Numéro du carnet"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "short", "data-scan": "booklet"}),
    )


class SlipForm(forms.Form):
    """The number on a slip; a scanner types it as well."""

    number = forms.CharField(
        label=_("Numéro de la réservation, sur la fiche"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "class": "short"}),
    )


class AnnouncementForm(OperationForm):
    """What is said, to whom, from when to when."""

    title_fr = forms.CharField(label=_("Titre"), max_length=TITLE_MAX)
    text_fr = forms.CharField(label=_("Texte"), max_length=BODY_MAX, widget=forms.Textarea(attrs={"rows": 5}))
    title_en = forms.CharField(label=_("Titre en anglais"), max_length=TITLE_MAX, required=False)
    text_en = forms.CharField(label=_("Texte en anglais"), max_length=BODY_MAX, required=False, widget=forms.Textarea(attrs={"rows": 4}))
    audiences = forms.MultipleChoiceField(label=_("Pour qui ?"), widget=forms.CheckboxSelectMultiple, required=False)
    programme_ids = forms.TypedMultipleChoiceField(
        label=_("Dans quels programmes ?"), widget=forms.CheckboxSelectMultiple, coerce=int, required=False
    )
    from_on = DayField(label=_("Premier jour"))
    last_on = DayField(label=_("Dernier jour, compris"))
    by_email = forms.BooleanField(label=_("L’envoyer aussi par courriel"), required=False)

    def __init__(self, *arguments: Any, programmes: Sequence[tuple[int, str]], today: date, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["audiences"].choices = [(key, words) for key, (words, _roles) in AUDIENCES.items()]  # type: ignore[attr-defined]
        self.fields["programme_ids"].choices = list(programmes)  # type: ignore[attr-defined]
        if len(programmes) == 1:
            self.fields["programme_ids"].initial = [programmes[0][0]]
        self.fields["from_on"].initial = today

    @property
    def roles(self) -> list[str]:
        """The roles of the audiences that were ticked."""
        return [role.value for key in self.cleaned_data["audiences"] for role in AUDIENCES[key][1]]


class WordsForm(OperationForm):
    """A programme's own words for one message."""

    subject = forms.CharField(label=_("Objet"), max_length=SUBJECT_MAX, required=False)
    body = forms.CharField(
        label=_("Texte"),
        max_length=LETTER_MAX,
        widget=forms.Textarea(attrs={"rows": 7}),
        error_messages={"required": _("Écrivez un texte.")},
    )

    def __init__(self, *arguments: Any, about: Editable, **options: Any) -> None:
        super().__init__(*arguments, **options)
        # Going back to the ordinary words asks for none.
        self.fields["body"].required = "reset" not in self.data
        if about.medium is Medium.TEXT:
            del self.fields["subject"]


class InviteForm(OperationForm):
    """Who is written to, all ticked at first."""

    desk_ids = forms.TypedMultipleChoiceField(label=_("Guichets"), widget=forms.CheckboxSelectMultiple, coerce=int, required=False)
    place_ids = forms.TypedMultipleChoiceField(label=_("Lieux"), widget=forms.CheckboxSelectMultiple, coerce=int, required=False)

    def __init__(self, *arguments: Any, desks: Iterable[tuple[int, str]], places: Iterable[tuple[int, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        for name, choices in (("desk_ids", list(desks)), ("place_ids", list(places))):
            if choices:
                self.fields[name].choices = choices  # type: ignore[attr-defined]
                self.fields[name].initial = [key for key, _name in choices]
            else:
                del self.fields[name]
