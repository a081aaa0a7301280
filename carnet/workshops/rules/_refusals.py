"""Why a session or a booking is refused. Facts, never sentences."""

from carnet.kernel.refusals import Refusal


class WorkshopsRefused(Refusal):
    """Base of every refusal about workshops."""


class WorkshopSessionUnknown(WorkshopsRefused):
    """No such session, or not one of this place: the same words for both."""

    code = "workshop-session-unknown"


class BookingUnknown(WorkshopsRefused):
    """No booking has this number, or it is another's: the same words for both."""

    code = "booking-unknown"


class BookingNumberMistyped(WorkshopsRefused):
    """A booking number whose shape or check letter is wrong."""

    code = "booking-number-mistyped"


class HoursImpossible(WorkshopsRefused):
    """A session that begins too early, ends too late, or lasts too little or too long. Facts: earliest, latest, minutes_min, minutes_max."""

    code = "hours-impossible"


class RhythmEmpty(WorkshopsRefused):
    """No day is left once the exceptions are taken off."""

    code = "rhythm-empty"


class RhythmTooLong(WorkshopsRefused):
    """More sessions, or further ahead, than one plan may hold. Facts: sessions_max, days_max."""

    code = "rhythm-too-long"


class SessionInThePast(WorkshopsRefused):
    """A session planned, moved or changed once its hour has come."""

    code = "session-in-the-past"


class SeatsInvalid(WorkshopsRefused):
    """Too few or too many seats. Facts: seats_max, waiting_max."""

    code = "seats-invalid"


class SeatsBelowBooked(WorkshopsRefused):
    """Fewer seats than are booked, or fewer waiting seats than are held. Facts: booked, waiting."""

    code = "seats-below-booked"


class VouchersInvalid(WorkshopsRefused):
    """A number of vouchers asked that is below zero or above the most. Facts: vouchers_max."""

    code = "vouchers-invalid"


class VouchersNotTakenHere(WorkshopsRefused):
    """The place accepts no voucher for this service on that day. Facts: service, on."""

    code = "vouchers-not-taken-here"


class TitleMissing(WorkshopsRefused):
    """A session without a title, or with one too long. Facts: length_max."""

    code = "title-missing"


class WordUnknown(WorkshopsRefused):
    """A language or a need that is in no list. Facts: field, value."""

    code = "workshop-word-unknown"


class SessionOver(WorkshopsRefused):
    """The session has begun, or its day is over: its bookings stay as they are. Facts: starts_at."""

    code = "session-over"


class SessionCancelled(WorkshopsRefused):
    """The session was cancelled."""

    code = "session-cancelled"


class SessionFull(WorkshopsRefused):
    """No seat is left, and none to wait on."""

    code = "session-full"


class SessionNotOnline(WorkshopsRefused):
    """Seats of this session are booked by telephone or by a desk only."""

    code = "session-not-online"


class BookletNotGood(WorkshopsRefused):
    """No booklet in a person's hands has this serial: unknown, not given yet, ended: the same words for all."""

    code = "booklet-not-good"


class AlreadyBooked(WorkshopsRefused):
    """The booklet has a seat at this session already."""

    code = "already-booked"


class TooManyBookings(WorkshopsRefused):
    """The booklet has as many sessions to come as it may. Facts: bookings_max."""

    code = "too-many-bookings"


class BookingEnded(WorkshopsRefused):
    """The booking was given back, or its session cancelled."""

    code = "booking-ended"


class NobodyAbsent(WorkshopsRefused):
    """No seat is free, and nobody was noted absent whose seat could be given."""

    code = "nobody-absent"


class NotHeldYet(WorkshopsRefused):
    """Who came is noted from the day of the session on. Facts: starts_at."""

    code = "not-held-yet"


class AttendanceClosed(WorkshopsRefused):
    """Who came may no longer be changed. Facts: days."""

    code = "attendance-closed"


class TooManyTries(WorkshopsRefused):
    """Too many numbers were tried from the same place: wait a little. Facts: minutes."""

    code = "too-many-tries"
