"""A lesson in words: when, what for, what it asks, the seats left. The same for whoever walks in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.places import queries as places
from carnet.places.rules import LEVEL_LABELS, SERVICE_BY_CODE, SERVICE_KINDS, Level
from carnet.places.rules.needs import NEED_BY_CODE
from carnet.web import tries
from carnet.web.design import formats
from carnet.web.design.components import Row
from carnet.workshops.queries import BookingView, SessionView
from carnet.workshops.rules import LANGUAGES, TEACHER_LABELS, BookingState, EndedBy, TooManyTries

# Wrong numbers of bookings and booklets from one address. Right ones are not counted: a library has one address for all its visitors.
TRIES, TRIES_MINUTES = 20, 10
WRONG_NUMBERS = "wrong-numbers"


@dataclass(frozen=True, slots=True)
class Lesson:
    """One session of a list, in words. `tone` is that of its seats. `request_id` makes its button act once."""

    id: int
    title: str
    service: str
    when: str
    hours: str
    place_id: int
    place: str
    address: str
    distance: str
    price: str
    seats: str
    tone: str
    can_book: bool
    languages: tuple[str, ...]
    needs: tuple[str, ...]
    request_id: UUID


def lesson(view: SessionView) -> Lesson:
    """A session as lists show it."""
    seats, tone = seats_words(view)
    return Lesson(
        id=view.id,
        title=view.title,
        service=service_word(view.service),
        when=formats.weekday(view.day),
        hours=hours_words(view),
        place_id=view.place_id,
        place=view.place_name,
        address=view.address,
        distance=formats.distance(view.distance_km),
        price=price_words(view.voucher_count),
        seats=seats,
        tone=tone,
        can_book=view.cancelled_at is None and (view.free_seats > 0 or view.free_waiting_seats > 0),
        languages=tuple(_(LANGUAGES[code]) for code in view.languages if code != "fr"),
        needs=tuple(_(NEED_BY_CODE[code].label) for code in view.needs),
        request_id=uuid4(),
    )


def lessons(views: Sequence[SessionView]) -> list[Lesson]:
    """Sessions as lists show them."""
    return [lesson(view) for view in views]


def service_word(code: str) -> str:
    """The name of a service."""
    return _(SERVICE_BY_CODE[code].label) if code in SERVICE_BY_CODE else code


def service_choices() -> list[tuple[str, Any]]:
    """The catalogue, in its three levels, with nothing chosen first."""
    groups = [
        (str(_(LEVEL_LABELS[level])), [(kind.code, _(kind.label)) for kind in SERVICE_KINDS if kind.level is level]) for level in Level
    ]
    return [("", _("Peu importe")), *groups]


def hours_words(view: SessionView) -> str:
    """``de 14 h à 15 h 30``, by the clock on the place's wall."""
    return _("de %(from)s à %(to)s") % {"from": formats.wall_time(view.begins), "to": formats.wall_time(view.finishes)}


def when_words(view: SessionView) -> str:
    """``mardi 10 mars 2026, de 14 h à 15 h 30``."""
    return _("%(day)s, %(hours)s") % {"day": formats.weekday(view.day), "hours": hours_words(view)}


def price_words(voucher_count: int) -> str:
    """What is asked of each person."""
    if voucher_count == 0:
        return _("Gratuit")
    return ngettext("%(count)s chèque", "%(count)s chèques", voucher_count) % {"count": voucher_count}


def seats_words(view: SessionView) -> tuple[str, str]:
    """The seats left and their tone."""
    if view.cancelled_at is not None:
        return _("Annulée"), "danger"
    if view.free_seats:
        text = ngettext("%(count)s place libre", "%(count)s places libres", view.free_seats) % {"count": view.free_seats}
        return text, "success"
    if view.free_waiting_seats:
        return _("Complet, liste d’attente"), "warning"
    return _("Complet"), "danger"


def became(found: BookingView, view: SessionView, at: datetime) -> tuple[str, str]:
    """What became of a booking, in the words of a desk, with its tone."""
    if found.ended_by is EndedBy.SESSION:
        return _("Annulée par le lieu"), "danger"
    if found.state is BookingState.ENDED:
        return _("Place rendue"), "neutral"
    if found.came is not None:
        return (_("Venu"), "success") if found.came else (_("Pas venu"), "warning")
    if view.starts_at <= at:
        return _("Pas encore noté par le lieu"), "neutral"
    return (_("Liste d’attente"), "warning") if found.state is BookingState.WAITING else (_("À venir"), "info")


def facts(view: SessionView) -> list[Row]:
    """Everything said of a session, for its page and for a slip."""
    found = (
        (_("Quand"), when_words(view)),
        (_("Où"), f"{view.place_name}, {view.address}"),
        (_("On y apprend"), service_word(view.service)),
        (_("À apporter"), _("Rien : c’est gratuit.") if view.is_free else price_words(view.voucher_count)),
        (_("Avec"), _(TEACHER_LABELS[view.taught_by])),
        (_("Langues"), ", ".join(_(LANGUAGES[code]) for code in view.languages)),
        (_("Le lieu est prêt pour"), ", ".join(_(NEED_BY_CODE[code].label) for code in view.needs)),
        (_("Bon à savoir"), view.note),
    )
    return [Row(label, value) for label, value in found if value]


def phone_of(view: SessionView) -> tuple[str, str]:
    """The telephone of the session's place: as dialled, as read. Both empty when it has none."""
    phone = places.place_card(view.place_id, at=view.starts_at).phone
    return phone, formats.phone(phone)


def month_of(text: str, today: date) -> date:
    """The first day of the month an address names (``2026-03``), or of this month."""
    try:
        year, month = text.split("-")
        found = date(int(year), int(month), 1)
    except (ValueError, TypeError):
        return today.replace(day=1)
    return found if 2000 <= found.year <= 2100 else today.replace(day=1)


def phone_field() -> forms.CharField:
    """The telephone a person may leave, and why: it is never asked, it is offered."""
    return forms.CharField(
        label=gettext_lazy("Un téléphone, si vous voulez être prévenu d’un changement"),
        help_text=gettext_lazy("Facultatif. Il ne sert qu’à cela, et il est effacé la nuit qui suit la leçon."),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )


def check_tries(request: HttpRequest) -> None:
    """Stop whoever tried too many wrong numbers. Raises: TooManyTries."""
    if tries.so_far(request, WRONG_NUMBERS, seconds=TRIES_MINUTES * 60) >= TRIES:
        raise TooManyTries(minutes=TRIES_MINUTES)


def note_wrong(request: HttpRequest) -> None:
    """Count one wrong number against the address it came from."""
    note_try(request, is_wrong=True)


def note_try(request: HttpRequest, *, is_wrong: bool) -> None:
    """Count a try if it was wrong; a right one writes as much, so that both take the same."""
    tries.note(request, WRONG_NUMBERS, seconds=TRIES_MINUTES * 60, counts=is_wrong)
