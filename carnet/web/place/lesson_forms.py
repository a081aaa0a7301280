"""What a place fills in to plan, change and cancel its lessons. Shape only: the rules decide."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from carnet.places.queries import PlaceSummary
from carnet.places.rules import LEVEL_LABELS, NEEDS, SERVICE_BY_CODE, SERVICE_KINDS, Level
from carnet.web import lessons
from carnet.web.design.forms import DayField, InlineCheckboxSelectMultiple, InlineRadioSelect, OperationForm
from carnet.workshops.queries import SessionView
from carnet.workshops.rules import (
    DAYS_MAX,
    LANGUAGES,
    NOTE_MAX,
    SEATS_MAX,
    TEACHER_LABELS,
    TITLE_MAX,
    VOUCHERS_MAX,
    WAITING_MAX,
    Details,
    Plan,
    Rhythm,
    Teacher,
)

MINUTES = (30, 45, 60, 90, 120, 150, 180, 240)
RHYTHMS = {
    Rhythm.ONCE: _("Une seule fois"),
    Rhythm.WEEKLY: _("Chaque semaine"),
    Rhythm.FORTNIGHTLY: _("Tous les quinze jours"),
    Rhythm.MONTHLY: _("Chaque mois, le même jour de la semaine"),
}
# The access needs a place can be ready for; who it is meant for is said by the place's own page.
LESSON_NEEDS = tuple(need for need in NEEDS if need.column == "specific_care")


def _service_choices() -> list[tuple[str, Any]]:
    return [
        (gettext(LEVEL_LABELS[level]), [(kind.code, gettext(kind.label)) for kind in SERVICE_KINDS if kind.level is level])
        for level in Level
    ]


class TimeField(forms.TimeField):
    """An hour of the wall clock; typed by hand, ``14 h 30`` is understood too."""

    widget = forms.TimeInput(attrs={"type": "time", "class": "short"}, format="%H:%M")

    def __init__(self, **options: Any) -> None:
        options.setdefault("error_messages", {"invalid": _("Écrivez une heure, par exemple 14:30.")})
        super().__init__(input_formats=["%H:%M", "%H:%M:%S", "%Hh%M"], **options)

    def to_python(self, value: Any) -> time | None:
        typed = re.sub(r"\s", "", value) if isinstance(value, str) else value
        if isinstance(typed, str) and re.fullmatch(r"\d{1,2}h?", typed):
            typed = f"{typed.rstrip('h')}:00"
        return super().to_python(typed)  # type: ignore[no-any-return]


class DaysField(forms.CharField):
    """Days and stretches of days, one a line: ``24/12/2026``, ``19/12/2026 - 04/01/2027``."""

    widget = forms.Textarea(attrs={"rows": 3})

    def clean(self, value: Any) -> tuple[date, ...]:  # type: ignore[override]
        found: list[date] = []
        for line in re.split(r"[\n,;]", (super().clean(value) or "")[:2000]):
            days = re.findall(r"\d{1,2}/\d{1,2}/\d{4}", line)
            if line.strip() and not 1 <= len(days) <= 2:
                raise self._wrong(line)
            try:
                bounds = [datetime.strptime(each, "%d/%m/%Y").date() for each in days]  # noqa: DTZ007 - a day, not a moment
            except ValueError:
                raise self._wrong(line) from None
            if bounds and not 0 <= (bounds[-1] - bounds[0]).days <= DAYS_MAX:
                raise self._wrong(line)
            found += [bounds[0] + timedelta(days=rank) for rank in range((bounds[-1] - bounds[0]).days + 1)] if bounds else []
        return tuple(sorted(set(found)))

    @staticmethod
    def _wrong(line: str) -> forms.ValidationError:
        text = gettext("« %(line)s » n’est pas un jour. Écrivez 24/12/2026, ou 19/12/2026 - 04/01/2027.")
        return forms.ValidationError(text, code="day-unreadable", params={"line": line.strip()[:40]})


class SessionForm(OperationForm):
    """What a lesson is about, its hours, its seats, what it asks."""

    service = forms.ChoiceField(label=_("On y apprend"), choices=_service_choices)
    title = forms.CharField(
        label=_("Titre"), help_text=_("Vide, c’est le nom de ce qu’on y apprend."), max_length=TITLE_MAX, required=False
    )
    day = DayField(label=_("Jour"))
    begins = TimeField(label=_("De"))
    minutes = forms.TypedChoiceField(label=_("Durée"), coerce=int, choices=[], initial=90)
    seats = forms.IntegerField(
        label=_("Places"), min_value=1, max_value=SEATS_MAX, initial=8, widget=forms.NumberInput(attrs={"class": "short"})
    )
    waiting_seats = forms.IntegerField(
        label=_("Places en liste d’attente"),
        min_value=0,
        max_value=WAITING_MAX,
        initial=4,
        widget=forms.NumberInput(attrs={"class": "short"}),
    )
    voucher_count = forms.TypedChoiceField(label=_("Ce que chaque personne donne"), coerce=int, choices=[], widget=InlineRadioSelect)
    taught_by = forms.ChoiceField(
        label=_("Qui anime"),
        help_text=_("Aucun nom n’est demandé."),
        choices=list(TEACHER_LABELS.items()),
        widget=InlineRadioSelect,
        initial=Teacher.TEAM,
    )
    languages = forms.MultipleChoiceField(
        label=_("Langues parlées"), choices=list(LANGUAGES.items()), widget=InlineCheckboxSelectMultiple, initial=["fr"], required=False
    )
    needs = forms.MultipleChoiceField(
        label=_("Le lieu est prêt à accueillir"),
        choices=[(need.code, need.label) for need in LESSON_NEEDS],
        widget=InlineCheckboxSelectMultiple,
        required=False,
    )
    note = forms.CharField(
        label=_("Bon à savoir"),
        help_text=_("Ce qu’il faut apporter, l’entrée, l’ascenseur. Jamais de nom."),
        max_length=NOTE_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    is_online = forms.BooleanField(label=_("On peut réserver en ligne, avec le numéro d’un carnet"), required=False, initial=True)

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["day"].widget.attrs["min"] = today.isoformat()
        kept = self.initial.get("minutes")
        lengths = sorted({*MINUTES, kept}) if kept else MINUTES
        self.fields["minutes"].choices = [(each, gettext("%(minutes)s minutes") % {"minutes": each}) for each in lengths]  # type: ignore[attr-defined]
        counts = range(VOUCHERS_MAX + 1)
        self.fields["voucher_count"].choices = [(count, lessons.price_words(count)) for count in counts]  # type: ignore[attr-defined]
        for name in ("taught_by", "languages", "needs"):
            field: Any = self.fields[name]
            field.choices = [(code, gettext(str(label))) for code, label in field.choices]

    @property
    def details(self) -> Details:
        """What was said of the lesson."""
        said = self.cleaned_data
        return Details(
            service=said["service"],
            title=said["title"].strip() or gettext(SERVICE_BY_CODE[said["service"]].label),
            seats=said["seats"],
            waiting_seats=said["waiting_seats"],
            voucher_count=said["voucher_count"],
            taught_by=Teacher(said["taught_by"]),
            needs=tuple(said["needs"]),
            languages=tuple(said["languages"]),
            note=said["note"],
            is_online=said["is_online"],
        )


class PlanForm(SessionForm):
    """A lesson given once, or again and again."""

    place_id = forms.TypedChoiceField(label=_("Lieu"), coerce=int)
    rhythm = forms.ChoiceField(label=_("Combien de fois"), choices=list(RHYTHMS.items()), widget=forms.RadioSelect, initial=Rhythm.ONCE)
    until_on = DayField(label=_("Jusqu’au"), help_text=_("Si la séance se répète."), required=False)
    except_on = DaysField(
        label=_("Sauf"), help_text=_("Un jour ou une période par ligne : 24/12/2026, ou 19/12/2026 - 04/01/2027."), required=False
    )
    skips_holidays = forms.BooleanField(label=_("Pas les jours fériés"), required=False, initial=True)

    field_order = (
        "request_id",
        "place_id",
        "service",
        "title",
        "day",
        "begins",
        "minutes",
        "rhythm",
        "until_on",
        "except_on",
        "skips_holidays",
    )

    def __init__(self, *args: Any, places: Sequence[PlaceSummary], **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["place_id"]
        field.choices = [(place.place_id, place.name) for place in places]
        field.initial = places[0].place_id if places else None
        if len(places) == 1:
            field.widget = forms.HiddenInput()
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("rhythm") not in (None, Rhythm.ONCE) and said.get("until_on") is None and "until_on" not in self.errors:
            self.add_error("until_on", gettext("Dites jusqu’à quel jour la séance se répète."))
        if said.get("until_on") and said.get("day") and said["until_on"] < said["day"]:
            self.add_error("until_on", gettext("La fin est avant le premier jour."))
        return said

    @property
    def plan(self) -> Plan:
        """When it is given."""
        said = self.cleaned_data
        return Plan(
            first_on=said["day"],
            begins=said["begins"],
            minutes=said["minutes"],
            rhythm=Rhythm(said["rhythm"]),
            until_on=said["until_on"],
            except_on=said["except_on"],
            skips_holidays=said["skips_holidays"],
        )


class ChangeForm(SessionForm):
    """The same, for a session that is there already."""

    and_later = forms.BooleanField(label=_("Changer aussi les séances suivantes"), help_text=_("Elles gardent leur jour."), required=False)


class CancelForm(OperationForm):
    """Why a session is cancelled: whoever booked reads it."""

    reason = forms.CharField(
        label=_("Pourquoi ?"),
        help_text=_("Les personnes qui ont réservé le liront. Jamais de nom."),
        max_length=200,
        error_messages={"required": _("Dites pourquoi, en quelques mots.")},
    )
    and_later = forms.BooleanField(label=_("Annuler aussi les séances suivantes"), required=False)


class CertificateForm(forms.Form):
    """A name that goes onto the paper, and nowhere else."""

    name = forms.CharField(
        label=_("Nom à écrire sur l’attestation"),
        help_text=_("Il n’est gardé nulle part."),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Écrivez le nom.")},
    )


def initial_of(view: SessionView) -> dict[str, Any]:
    """A session as its form shows it."""
    return {
        "service": view.service,
        "title": view.title,
        "day": view.day,
        "begins": view.begins,
        "minutes": int((view.ends_at - view.starts_at).total_seconds()) // 60,
        "seats": view.seats,
        "waiting_seats": view.waiting_seats,
        "voucher_count": view.voucher_count,
        "taught_by": view.taught_by,
        "languages": list(view.languages),
        "needs": list(view.needs),
        "note": view.note,
        "is_online": view.is_online,
    }
