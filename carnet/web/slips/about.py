"""What a slip is about, found through the door of whoever asks: a hand-over of one's desk, a lesson or a seat it booked, or a number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from carnet.activities import queries as activities
from carnet.activities.queries import SeatView
from carnet.distribution import queries as distribution
from carnet.distribution.queries import HandOverView
from carnet.distribution.queries import slips as queries
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.places import queries as places
from carnet.places.rules.opening import zone_of
from carnet.web import at_desk
from carnet.web.slips.content import Given, Nearby, Outing, Paper, slip, text_of
from carnet.web.slips.languages import speaker_of
from carnet.web.slips.own_words import own_text
from carnet.workshops import queries as workshops
from carnet.workshops.queries import BookingView, SessionView
from carnet.workshops.rules import BookingState, BookingUnknown

NEAR_SHOWN = 3


@dataclass(frozen=True, slots=True)
class About:
    """What one slip says, whatever its language. `hand_over_id` or `number` is what sends it again."""

    outing: Outing | None = None
    given: Given | None = None
    near: Sequence[Nearby] = ()
    near_url: str = ""
    hand_over_id: int | None = None
    number: str = ""

    def paper(self, language: str) -> Paper:
        """The slip in one language."""
        return slip(speaker_of(language), outing=self.outing, given=self.given, near=self.near, near_url=self.near_url)

    def text(self, language: str) -> str:
        """The same, as a text message: in the programme's own words if it wrote some for a lesson in that language."""
        return own_text(self.outing, self.given, language) or text_of(
            speaker_of(language), outing=self.outing, given=self.given, near=self.near
        )


def of_hand_over(request: HttpRequest, actor: Actor, hand_over_id: int, *, at: datetime) -> About:
    """The slip of vouchers, with the next lesson booked for them; else with places near. Raises: NotYourDesk, HandOverUnknown."""
    line = queries.own_hand_over(actor, hand_over_id)
    lesson = _next_lesson(distribution.lessons_of(hand_over_id, at=at), at=at)
    outing = outing_of_lesson(*lesson, at=at) if lesson else None
    near, near_url = _near(request, actor, line, at=at) if outing is None else ((), "")
    return About(outing, _given(line), near, near_url, hand_over_id, outing.number if outing else "")


def of_lesson(actor: Actor, booking_id: int, *, at: datetime) -> About:
    """The slip of a lesson one's desk booked, with the vouchers given for it if they were. Raises: BookingUnknown."""
    found = workshops.booking_of_desk(organisation_id=at_desk.organisation_of(actor), booking_id=booking_id, at=at)
    hand_over_id = distribution.hand_over_of_booking(booking_id)
    given = _given(queries.own_hand_over(actor, hand_over_id)) if hand_over_id is not None else None
    outing = outing_of_lesson(*found, at=at)
    return About(outing, given, number=outing.number, hand_over_id=hand_over_id)


def of_seat(actor: Actor, booking_id: int, *, at: datetime) -> About:
    """The slip of a seat at a free space that one's desk booked. Raises: BookingUnknown."""
    seat = activities.seat_of_desk(organisation_id=at_desk.organisation_of(actor), booking_id=booking_id)
    return About(outing_of_seat(seat, at=at), number=seat.number)


def of_number(number: str, *, at: datetime) -> About:
    """The slip of a lesson or of a seat, for whoever holds its number. Raises: BookingNumberMistyped, BookingUnknown."""
    try:
        outing = outing_of_lesson(*workshops.booking(number, at=at), at=at)
    except BookingUnknown:
        outing = outing_of_seat(activities.seat(number), at=at)
    return About(outing, number=outing.number)


def outing_of_lesson(booking: BookingView, view: SessionView, *, at: datetime) -> Outing:
    """A booked lesson. Raises: BookingUnknown when it has no seat any more: nothing of it is printed again."""
    if not booking.is_standing:
        raise BookingUnknown
    return Outing(
        day=view.day,
        begins=view.begins,
        finishes=view.finishes,
        title=view.title,
        card=places.place_card(view.place_id, at=at),
        number=booking.number,
        waits=booking.state is BookingState.WAITING,
        voucher_count=view.voucher_count,
        taught_by=view.taught_by,
        note=view.note,
    )


def outing_of_seat(seat: SeatView, *, at: datetime) -> Outing:
    """A booked seat, by the clock on its wall. Raises: BookingUnknown when it was given back."""
    if not seat.is_standing:
        raise BookingUnknown
    card = places.place_card(seat.place_id, at=at)
    zone = zone_of(card.summary.postcode)
    begins, finishes = seat.starts_at.astimezone(zone), seat.ends_at.astimezone(zone)
    return Outing(begins.date(), begins.time(), finishes.time(), "", card, seat.number)


def _next_lesson(found: Sequence[tuple[BookingView, SessionView]], *, at: datetime) -> tuple[BookingView, SessionView] | None:
    """The first of these lessons that is still to come."""
    coming = [(booking, view) for booking, view in found if booking.is_standing and view.ends_at > at]
    return min(coming, key=lambda each: each[1].starts_at, default=None)


def _given(line: HandOverView) -> Given:
    series = ledger.series(line.series_id)
    return Given(
        programme=funding.programme(line.programme_id),
        serial=ledger.serial_of_booklet(series, line.first_booklet_id),
        voucher_count=line.voucher_count,
        value_cents=series.face_value_cents,
        printed_until=line.printed_until,
    )


def _near(request: HttpRequest, actor: Actor, line: HandOverView, *, at: datetime) -> tuple[list[Nearby], str]:
    typed = request.GET.get("near", "").strip()[:80]
    town, found = at_desk.nearest_places(
        organisation_id=at_desk.organisation_of(actor), programme_id=line.programme_id, typed=typed, at=at
    )  # fmt: skip
    url = reverse("public:places") + (f"?{urlencode({'where': town})}" if town else "")
    return [Nearby(each.name, each.address, each.phone) for each in found[:NEAR_SHOWN]], url
