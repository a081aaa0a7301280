"""Reading activities: what was told, what could be, what it came to; and the seats of free spaces."""

from carnet.activities.queries._afterwards import afterwards, afterwards_of_house
from carnet.activities.queries._figures import NOTHING, Figures, figures, figures_of_places
from carnet.activities.queries._proposals import Proposal, VoucherDay, exported_proposals, of_session, proposals
from carnet.activities.queries._records import (
    ActivityView,
    Visits,
    activities,
    activity,
    exported,
    latest,
    told_from,
    told_keys,
    told_of,
    visits,
)
from carnet.activities.queries._seats import (
    SeatsOfDay,
    SeatView,
    Start,
    held_on,
    seat,
    seat_of_desk,
    seats_booked,
    seats_of_day,
    seats_of_desk,
)

__all__ = [
    "NOTHING",
    "ActivityView",
    "Figures",
    "Proposal",
    "SeatView",
    "SeatsOfDay",
    "Start",
    "Visits",
    "VoucherDay",
    "activities",
    "activity",
    "afterwards",
    "afterwards_of_house",
    "exported",
    "exported_proposals",
    "figures",
    "figures_of_places",
    "held_on",
    "latest",
    "of_session",
    "proposals",
    "seat",
    "seat_of_desk",
    "seats_booked",
    "seats_of_day",
    "seats_of_desk",
    "told_from",
    "told_keys",
    "told_of",
    "visits",
]
