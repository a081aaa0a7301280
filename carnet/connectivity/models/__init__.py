"""Tables of the solidarity connection. A home is a door, a connection a number: nobody is named."""

from carnet.connectivity.models._bills import Bill, BillLine, LandlordPayment
from carnet.connectivity.models._connections import PERSONAL_DATA, Application, Connection, Contact, Incident, Step
from carnet.connectivity.models._estate import EstateFile, Home, Partner, Residence
from carnet.connectivity.models._offers import Offer
from carnet.connectivity.models._studies import Study
from carnet.connectivity.models._telling import Telling

__all__ = [
    "PERSONAL_DATA",
    "Application",
    "Bill",
    "BillLine",
    "Connection",
    "Contact",
    "EstateFile",
    "Home",
    "Incident",
    "LandlordPayment",
    "Offer",
    "Partner",
    "Residence",
    "Step",
    "Study",
    "Telling",
]
