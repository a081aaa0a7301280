"""Pretend things, as the real screens read them. Their numbers begin with a prefix no issuer may have; their codes fail the check of real ones."""

from datetime import datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext as _

from carnet.distribution.queries import HandOverView
from carnet.distribution.rules import Kind, Ticks
from carnet.funding.queries import ProgrammeFacts
from carnet.funding.rules import PaymentFrequency, ProgrammeTerms, Windows
from carnet.kernel.identifiers import PRETEND_PREFIX, BookletSerial, SerialMistyped, VoucherSerial
from carnet.kernel.periods import legal_day, start_of_day
from carnet.ledger.queries import BookletView, SeriesView, VoucherView
from carnet.ledger.rules import BookletUnknown, State
from carnet.places.queries import PlaceCard, PlaceSummary
from carnet.places.rules import SERVICE_BY_CODE
from carnet.workshops.queries import BookingView, SessionView
from carnet.workshops.rules import BookingState, Channel, Teacher

SIZE, VALUE_CENTS = 10, 1_000
WHOLE, GONE, OPENED = 1, 2, 3
LEFT_IN_OPENED = 4
SERVICE = "mailbox"
TOWN = "Nantes"
PHONE = "02 61 91 00 00"  # kept for works of fiction (docs/sources/text-messages.md#numbers)


def programme(at: datetime) -> ProgrammeFacts:
    """A programme of nobody, open for half a year."""
    windows = Windows(at - timedelta(days=90), _end(at), _end(at), None, 30)
    terms = ProgrammeTerms(
        name=_("Répétition"),
        perimeter=(),
        public="",
        voucher_value_cents=VALUE_CENTS,
        booklet_size=SIZE,
        service_codes=tuple(SERVICE_BY_CODE),
        undo_window_minutes=15,
        windows=windows,
        payment_frequency=PaymentFrequency.MONTHLY,
        phone=PHONE,
        print_title="",
        print_notice="",
    )
    return ProgrammeFacts(0, terms.name, "", 0, True, terms, None)


def series(at: datetime) -> SeriesView:
    """Three booklets of ten vouchers of ten euros, active."""
    return SeriesView(
        id=0, programme_id=0, agreement_id=0, issuer_prefix=PRETEND_PREFIX, first_serial=1, first_booklet_serial=1, voucher_count=3 * SIZE,
        booklet_size=SIZE, face_value_cents=VALUE_CENTS, first_voucher_id=1, first_booklet_id=1, key_version=1, hand_over_until=_end(at),
        printed_until=_end(at), accepted_until=_end(at) + timedelta(days=30), drawn_at=at, activated_at=at, lapsed_at=None,
    )  # fmt: skip


def booklet_serial(number: int) -> str:
    """The number on a pretend cover."""
    return BookletSerial(PRETEND_PREFIX, number).printed()


def booklet_of(typed: str) -> int:
    """The pretend booklet of a cover's number, or of the number of one of its vouchers. Raises: SerialMistyped, BookletUnknown."""
    try:
        cover = BookletSerial.parse(typed)
        prefix, number = cover.prefix, cover.number
    except SerialMistyped:
        voucher = VoucherSerial.parse(typed)
        prefix, number = voucher.prefix, (voucher.number - 1) // SIZE + 1
    if prefix != PRETEND_PREFIX or number not in (WHOLE, GONE, OPENED):
        raise BookletUnknown
    return number


def vouchers(booklet: int, at: datetime) -> list[VoucherView]:
    """The vouchers of a pretend booklet: all here, all gone, or the last four here. Raises: BookletUnknown."""
    if booklet not in (WHOLE, GONE, OPENED):
        raise BookletUnknown
    here = {WHOLE: SIZE, GONE: 0, OPENED: LEFT_IN_OPENED}[booklet]
    first = (booklet - 1) * SIZE + 1
    return [
        VoucherView(
            id=first + rank, series_id=0, programme_id=0, booklet_id=booklet, serial=VoucherSerial(PRETEND_PREFIX, first + rank).printed(),
            state=State.IN_STOCK if rank >= SIZE - here else State.HANDED_OVER, value_cents=VALUE_CENTS, active=True, reserved_until=None,
            accepted_until=_end(at),
        )
        for rank in range(SIZE)
    ]  # fmt: skip


def booklets(at: datetime) -> tuple[BookletView, ...]:
    """What the pretend cupboard has at hand."""
    return tuple(BookletView(each, 0, each, booklet_serial(each), 0, None, each == OPENED, None, None) for each in (WHOLE, OPENED))


def sessions(at: datetime) -> list[SessionView]:
    """Two lessons with seats, in the days to come."""
    return [_session(1, at, days=2, hour=14), _session(2, at, days=5, hour=10)]


def booking(session_id: int, at: datetime) -> BookingView:
    """A seat at one of them."""
    return BookingView(0, session_id, "XXXX-XXXX", Channel.DESK, BookingState.BOOKED, 0, at, None, None, None, None)


def place(at: datetime) -> PlaceSummary:
    """A place of nobody. Its number is no place's."""
    return PlaceSummary(
        place_id=0, name=_("Médiathèque de la répétition"), address=_("1 rue de l’Essai"), postcode="44000", commune=TOWN, point=None,
        distance_km=1.0, services=(), acceptances=(), opening_hours="", is_open=None, phone=PHONE, traits=(), operator_id=None, ended_on=None,
    )  # fmt: skip


def card(at: datetime) -> PlaceCard:
    """The same, as a slip reads it."""
    nothing: dict[str, Any] = dict.fromkeys(
        ("emails", "websites", "booking_urls", "accessibility_urls", "week", "audiences", "specific_care", "fees", "national_programmes", "labels",
         "access_modes", "support_modes", "roaming"), (),
    )  # fmt: skip
    words: dict[str, Any] = dict.fromkeys(
        ("national_id", "provenance", "source", "pivot", "commune_code", "address_extra", "presentation", "detail", "declared_hours"), ""
    )
    return PlaceCard(summary=place(at), updated_on=legal_day(at), imported_at=at, phone=PHONE, **words, **nothing)


def hand_over(*, booklet: int, voucher_ids: tuple[int, ...], ticks: Ticks, at: datetime) -> HandOverView:
    """What was pretended to be given."""
    kind = Kind.VOUCHERS if voucher_ids else Kind.BOOKLETS
    return HandOverView(0, kind, 0, 0, 0, booklet, booklet, voucher_ids, len(voucher_ids) or SIZE, _end(at), ticks, at)


def _session(number: int, at: datetime, *, days: int, hour: int) -> SessionView:
    day = legal_day(at) + timedelta(days=days)
    starts_at = start_of_day(day) + timedelta(hours=hour)
    ends_at, seen = starts_at + timedelta(minutes=90), place(at)
    begins, finishes = time(hour, 0), time(hour + 1, 30)
    return SessionView(
        id=number, workshop_id=0, place_id=0, organisation_id=0, service=SERVICE, title=_("Premiers pas avec sa messagerie"), note="",
        starts_at=starts_at, ends_at=ends_at, day=day, begins=begins, finishes=finishes, seats=8, waiting_seats=0, booked_count=5, waiting_count=0,
        came_count=0, voucher_count=1, taught_by=Teacher.TEAM, needs=(), languages=(), is_online=False, cancelled_at=None, cancelled_because="",
        revision=0, changed_at=at, place_name=seen.name, address=f"{seen.address}, 44000 {TOWN}", distance_km=float(number),
    )  # fmt: skip


def _end(at: datetime) -> datetime:
    return start_of_day(legal_day(at) + timedelta(days=180))
