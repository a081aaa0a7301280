"""Reading sessions and bookings."""

from carnet.workshops.queries._bookings import (
    BookingView,
    DeskFigures,
    booking,
    booking_of_desk,
    bookings_of_desk,
    bookings_of_session,
    desk_figures,
    vouchers_at,
)
from carnet.workshops.queries._sessions import (
    PER_PAGE,
    Agenda,
    SessionView,
    Totals,
    agenda,
    following,
    month_around,
    session,
    session_at,
    sessions_of,
    totals,
    version,
)

__all__ = [
    "PER_PAGE",
    "Agenda",
    "BookingView",
    "DeskFigures",
    "SessionView",
    "Totals",
    "agenda",
    "booking",
    "booking_of_desk",
    "bookings_of_desk",
    "bookings_of_session",
    "desk_figures",
    "following",
    "month_around",
    "session",
    "session_at",
    "sessions_of",
    "totals",
    "version",
    "vouchers_at",
]
