"""Tables of redemptions, reservations, disputes and refused tries. All append-only: what stands follows from the rows.

Redemptions, reversals, reservations and decisions are written by the database's own functions only, under their own role.
"""

from carnet.redemption.models._attempts import Attempt, Guess, Pressure, SerialEvent
from carnet.redemption.models._balance import BalanceTry
from carnet.redemption.models._devices import Device, UploadedItem
from carnet.redemption.models._disputes import Dispute, DisputeDecision
from carnet.redemption.models._papers import Sheet, SheetLine, SheetPicture
from carnet.redemption.models._personal import PERSONAL_DATA
from carnet.redemption.models._redemptions import Redemption, Reversal
from carnet.redemption.models._reservations import Reservation, ReservationEnd
from carnet.redemption.models._telephones import IncomingText, OutgoingText, Stranger, Telephone

__all__ = [
    "PERSONAL_DATA",
    "Attempt",
    "BalanceTry",
    "Device",
    "Dispute",
    "DisputeDecision",
    "Guess",
    "IncomingText",
    "OutgoingText",
    "Pressure",
    "Redemption",
    "Reservation",
    "ReservationEnd",
    "Reversal",
    "SerialEvent",
    "Sheet",
    "SheetLine",
    "SheetPicture",
    "Stranger",
    "Telephone",
    "UploadedItem",
]
