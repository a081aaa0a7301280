"""Writing workshops: sessions planned, seats taken and given back, attendance noted."""

from carnet.workshops.operations._attendance import Spent, forget_booklets, forget_voucher, note_attendance, note_vouchers, seat_waiting
from carnet.workshops.operations._bookings import Booked, book, book_with_booklet, give_back
from carnet.workshops.operations._contacts import forget_phones, leave_phone, note_called
from carnet.workshops.operations._planning import Planned, cancel_session, change_session, plan_workshop

__all__ = [
    "Booked",
    "Planned",
    "Spent",
    "book",
    "book_with_booklet",
    "cancel_session",
    "change_session",
    "forget_booklets",
    "forget_phones",
    "forget_voucher",
    "give_back",
    "leave_phone",
    "note_attendance",
    "note_called",
    "note_vouchers",
    "plan_workshop",
    "seat_waiting",
]
