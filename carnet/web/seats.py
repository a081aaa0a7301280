"""Choosing a seat of a free space: which day, from when, how long; the same form for a place, a desk and a person."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_lazy

from carnet.activities.queries import SeatsOfDay
from carnet.activities.rules import DAYS_AHEAD
from carnet.places.queries import FreeSpaceView
from carnet.places.rules.opening import zone_of
from carnet.web import activities as words
from carnet.web.design.forms import OperationForm


@dataclass(frozen=True, slots=True)
class Day:
    """One day to choose."""

    value: str
    label: str
    is_current: bool


class SeatForm(OperationForm):
    """A seat: from when, how long, at which machine."""

    starts_at = forms.ChoiceField(
        label=gettext_lazy("À partir de"), choices=[], error_messages={"required": gettext_lazy("Choisissez une heure.")}
    )
    minutes = forms.TypedChoiceField(label=gettext_lazy("Pendant"), coerce=int, choices=[])
    machine = forms.ChoiceField(label=gettext_lazy("Avec"), choices=[], required=False)

    def __init__(self, *args: Any, seats: SeatsOfDay, at: datetime, by_place: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: dict[str, Any] = self.fields
        fields["starts_at"].choices = [
            (hour.value, hour.label) for hour in words.hours_of(seats, at=at, with_running=by_place) if not hour.is_full
        ]
        fields["minutes"].choices = words.length_choices(seats.space.minutes_max)
        fields["machine"].choices = words.machine_choices(seats)
        if not self.is_bound:
            offered = [minutes for minutes, _label in fields["minutes"].choices]
            fields["minutes"].initial = 60 if 60 in offered else offered[-1]

    @property
    def starts(self) -> datetime:
        """The moment chosen."""
        return datetime.fromisoformat(self.cleaned_data["starts_at"])


def day_asked(request: HttpRequest, space: FreeSpaceView, at: datetime) -> date:
    """The day an address names, among those that may be booked; today otherwise."""
    today = at.astimezone(zone_of(space.postcode)).date()
    try:
        asked = date.fromisoformat(request.POST.get("day") or request.GET.get("day", ""))
    except ValueError:
        return today
    return min(max(asked, today), today + timedelta(days=DAYS_AHEAD))


def days_around(day: date, today: date, *, count: int = 7) -> list[Day]:
    """The days to choose from: a week from today, or around the day chosen when it is later."""
    first = max(today, min(day - timedelta(days=count // 2), today + timedelta(days=DAYS_AHEAD + 1 - count)))
    found = (first + timedelta(days=rank) for rank in range(count))
    return [Day(each.isoformat(), gettext("Aujourd’hui") if each == today else date_format(each, "D j M"), each == day) for each in found]
