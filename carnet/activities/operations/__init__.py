"""Writing activities: told, corrected, withdrawn; seats booked, given back, noted."""

from carnet.activities.operations._afterwards import note_answer
from carnet.activities.operations._records import (
    AT_THE_DOOR,
    BY_HAND,
    Recorded,
    correct,
    note_visit,
    put_aside,
    record,
    record_again,
    restore,
    withdraw,
)
from carnet.activities.operations._seats import (
    SeatBooked,
    book_seat,
    book_seat_with_booklet,
    forget_seat_booklets,
    give_seat_back,
    note_seat,
)

__all__ = [
    "AT_THE_DOOR",
    "BY_HAND",
    "Recorded",
    "SeatBooked",
    "book_seat",
    "book_seat_with_booklet",
    "correct",
    "forget_seat_booklets",
    "give_seat_back",
    "note_answer",
    "note_seat",
    "note_visit",
    "put_aside",
    "record",
    "record_again",
    "restore",
    "withdraw",
]
