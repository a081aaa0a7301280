"""What a session says of itself, and what may be done with it and its bookings."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from carnet.kernel.identifiers import check_free_text
from carnet.kernel.periods import legal_day
from carnet.places.rules import service_kind
from carnet.places.rules.needs import NEED_BY_CODE
from carnet.workshops.rules._days import DAYS_MAX, SESSIONS_MAX, Rhythm
from carnet.workshops.rules._refusals import (
    AttendanceClosed,
    NotHeldYet,
    RhythmTooLong,
    SeatsBelowBooked,
    SeatsInvalid,
    SessionCancelled,
    SessionFull,
    SessionInThePast,
    SessionOver,
    TitleMissing,
    VouchersInvalid,
    WordUnknown,
)

SEATS_MAX = 60
WAITING_MAX = 30
VOUCHERS_MAX = 5
TITLE_MAX = 100
NOTE_MAX = 300
BOOKINGS_PER_BOOKLET_MAX = 3
ATTENDANCE_DAYS = 30
BOOKLET_KEPT = timedelta(days=30)


def _(text: str) -> str:
    """Mark a French label for extraction; the door translates it."""
    return text


class Teacher(StrEnum):
    """Who teaches: never a name."""

    TEAM = "TEAM"
    VOLUNTEER = "VOLUNTEER"
    PARTNER = "PARTNER"


class BookingState(StrEnum):
    """A booking has a seat, waits for one, or is over."""

    BOOKED = "BOOKED"
    WAITING = "WAITING"
    ENDED = "ENDED"


class Channel(StrEnum):
    """Who asked for the seat: a desk, the place itself, a person with a booklet."""

    DESK = "DESK"
    PLACE = "PLACE"
    PUBLIC = "PUBLIC"


class EndedBy(StrEnum):
    """Who gave a seat back: whoever holds the number, the desk, the place; or the session was cancelled."""

    PERSON = "PERSON"
    DESK = "DESK"
    PLACE = "PLACE"
    SESSION = "SESSION"


class News(StrEnum):
    """What whoever left a telephone is to be told."""

    SEAT = "SEAT"
    CHANGED = "CHANGED"
    CANCELLED = "CANCELLED"


class ToldBy(StrEnum):
    """How a person was told."""

    TEXT = "TEXT"
    CALL = "CALL"


TEACHER_LABELS = {
    Teacher.TEAM: _("L’équipe du lieu"),
    Teacher.VOLUNTEER: _("Un ou une bénévole"),
    Teacher.PARTNER: _("Un partenaire"),
}
# ISO 639; `fsl` is the French sign language.
LANGUAGES = {
    "fr": _("Français"),
    "en": _("Anglais"),
    "ar": _("Arabe"),
    "es": _("Espagnol"),
    "pt": _("Portugais"),
    "ro": _("Roumain"),
    "ru": _("Russe"),
    "tr": _("Turc"),
    "uk": _("Ukrainien"),
    "fsl": _("Langue des signes"),
}


@dataclass(frozen=True, slots=True)
class Details:
    """What one session is about. `voucher_count` 0 is free; `needs` are codes of the places' list; `languages` of `LANGUAGES`."""

    service: str
    title: str
    seats: int
    waiting_seats: int = 0
    voucher_count: int = 0
    taught_by: Teacher = Teacher.TEAM
    needs: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("fr",)
    note: str = ""
    is_online: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """When a workshop is given: hours of the wall clock of the place; `until_on` is included."""

    first_on: date
    begins: time
    minutes: int
    rhythm: Rhythm = Rhythm.ONCE
    until_on: date | None = None
    except_on: tuple[date, ...] = field(default_factory=tuple)
    skips_holidays: bool = True


def checked_details(details: Details) -> Details:
    """The same, its texts stripped. No social-security number and no bank account gets in.

    Raises: ServiceKindUnknown, TitleMissing, SeatsInvalid, VouchersInvalid, WordUnknown, NirInText, IbanInText.
    """
    service_kind(details.service)
    title, note = details.title.strip(), details.note.strip()[:NOTE_MAX]
    if not 0 < len(title) <= TITLE_MAX:
        raise TitleMissing(length_max=TITLE_MAX)
    if not (1 <= details.seats <= SEATS_MAX and 0 <= details.waiting_seats <= WAITING_MAX):
        raise SeatsInvalid(seats_max=SEATS_MAX, waiting_max=WAITING_MAX)
    if not 0 <= details.voucher_count <= VOUCHERS_MAX:
        raise VouchersInvalid(vouchers_max=VOUCHERS_MAX)
    _check_known("needs", details.needs, NEED_BY_CODE)
    _check_known("languages", details.languages, LANGUAGES)
    return Details(
        service=details.service,
        title=check_free_text(title),
        seats=details.seats,
        waiting_seats=details.waiting_seats,
        voucher_count=details.voucher_count,
        taught_by=Teacher(details.taught_by),
        needs=tuple(code for code in NEED_BY_CODE if code in details.needs),
        languages=tuple(code for code in LANGUAGES if code in details.languages),
        note=check_free_text(note),
        is_online=details.is_online,
    )


def _check_known(field_name: str, values: tuple[str, ...], known: Collection[str]) -> None:
    for value in values:
        if value not in known:
            raise WordUnknown(field=field_name, value=value[:40])


def check_to_come(starts_at: datetime, *, at: datetime) -> None:
    """A session is planned, moved or changed before it begins. Raises: SessionInThePast."""
    if starts_at <= at:
        raise SessionInThePast(starts_at=starts_at)


def check_horizon(day: date, *, today: date) -> None:
    """Nothing is planned further ahead than a season and its summer. Raises: RhythmTooLong."""
    if day - today > timedelta(days=DAYS_MAX):
        raise RhythmTooLong(sessions_max=SESSIONS_MAX, days_max=DAYS_MAX)


def check_standing(*, cancelled_at: datetime | None) -> None:
    """Raises: SessionCancelled."""
    if cancelled_at is not None:
        raise SessionCancelled(cancelled_at=cancelled_at)


def check_seats(*, seats: int, waiting_seats: int, booked: int, waiting: int) -> None:
    """Seats never go below those taken; whoever gains a seat by it no longer waits. Raises: SeatsBelowBooked."""
    moved_up = min(waiting, max(0, seats - booked))
    if seats < booked or waiting_seats < waiting - moved_up:
        raise SeatsBelowBooked(booked=booked, waiting=waiting)


def state_of_new_booking(
    *,
    starts_at: datetime,
    ends_at: datetime,
    cancelled_at: datetime | None,
    seats: int,
    booked: int,
    waiting_seats: int,
    waiting: int,
    by_place: bool,
    at: datetime,
) -> BookingState:
    """What a booking asked at `at` becomes. The place itself may still add whoever comes to the door, until the end.

    Nobody passes before those who wait, until the session begins: then the place seats whoever is there.
    Raises: SessionCancelled, SessionOver, SessionFull.
    """
    check_standing(cancelled_at=cancelled_at)
    if at >= (ends_at if by_place else starts_at):
        raise SessionOver(starts_at=starts_at)
    if booked < seats and (waiting == 0 or at >= starts_at):
        return BookingState.BOOKED
    if waiting < waiting_seats and at < starts_at:
        return BookingState.WAITING
    raise SessionFull(seats=seats)


def promotions(*, seats: int, booked: int, waiting: int, starts_at: datetime, at: datetime) -> int:
    """How many of those who wait take a seat now: as many as are free, until the session begins."""
    return min(waiting, max(0, seats - booked)) if at < starts_at else 0


def check_may_seat(*, starts_at: datetime, ends_at: datetime, cancelled_at: datetime | None, at: datetime) -> None:
    """The seat of somebody who did not come is given on the day, until the end. Raises: SessionCancelled, NotHeldYet, SessionOver."""
    check_standing(cancelled_at=cancelled_at)
    if legal_day(at) < legal_day(starts_at):
        raise NotHeldYet(starts_at=starts_at)
    if at >= ends_at:
        raise SessionOver(starts_at=starts_at)


def check_may_note(*, starts_at: datetime, cancelled_at: datetime | None, at: datetime) -> None:
    """Who came is noted from the day of the session, for thirty days. Raises: SessionCancelled, NotHeldYet, AttendanceClosed."""
    check_standing(cancelled_at=cancelled_at)
    if legal_day(at) < legal_day(starts_at):
        raise NotHeldYet(starts_at=starts_at)
    if at > starts_at + timedelta(days=ATTENDANCE_DAYS):
        raise AttendanceClosed(days=ATTENDANCE_DAYS)
