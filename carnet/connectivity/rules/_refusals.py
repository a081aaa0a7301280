"""Why a home is not connected, an offer not opened, a file not taken."""

from carnet.kernel.refusals import Refusal


class ConnectivityRefused(Refusal):
    """Base of the refusals of the solidarity connection."""

    code = "connectivity-refused"


class PartnerUnknown(ConnectivityRefused):
    """The organisation has no such part in this programme, or it ended."""

    code = "connection-partner-unknown"


class PartnerLacksKind(ConnectivityRefused):
    """The organisation is not registered as a landlord, or as a provider. Facts: organisation, part."""

    code = "connection-partner-lacks-kind"


class PartnerBusy(ConnectivityRefused):
    """It still has an open offer or a running connection. Facts: connections, offers."""

    code = "connection-partner-busy"


class ResidenceUnknown(ConnectivityRefused):
    """No such residence, or another landlord's. The same for both."""

    code = "connection-residence-unknown"


class ResidenceIncomplete(ConnectivityRefused):
    """A reference, a name, an address, a commune and dwellings. Facts: missing."""

    code = "connection-residence-incomplete"


class ResidenceBusy(ConnectivityRefused):
    """A home of the residence is connected or about to be. Facts: connections."""

    code = "connection-residence-busy"


class HomeUnknown(ConnectivityRefused):
    """No such home in this residence, or another landlord's. The same for all."""

    code = "connection-home-unknown"


class HomeTaken(ConnectivityRefused):
    """The home has an application or a connection already. Carries no fact: nobody learns whose."""

    code = "connection-home-taken"


class EstateFaulty(ConnectivityRefused):
    """The file has faults: nothing was written. Facts: faults (the first ones), count."""

    code = "connection-estate-faulty"


class EstateEmpty(ConnectivityRefused):
    """The file has no home."""

    code = "connection-estate-empty"


class EstateTooLarge(ConnectivityRefused):
    """More lines than one file may have. Facts: most."""

    code = "connection-estate-too-large"


class OfferUnknown(ConnectivityRefused):
    """No such offer, or of others."""

    code = "connection-offer-unknown"


class OfferIncomplete(ConnectivityRefused):
    """Something an offer must say is missing or out of bounds. Facts: what."""

    code = "connection-offer-incomplete"


class OfferDecided(ConnectivityRefused):
    """The offer was opened, refused or closed already."""

    code = "connection-offer-decided"


class OfferNotOpen(ConnectivityRefused):
    """The offer takes no application: not opened yet, closed, or outside its days."""

    code = "connection-offer-not-open"


class OfferElsewhere(ConnectivityRefused):
    """The offer is not for this residence."""

    code = "connection-offer-elsewhere"


class OfferFull(ConnectivityRefused):
    """As many homes as the offer may connect. Facts: most."""

    code = "connection-offer-full"


class PaperNeedless(ConnectivityRefused):
    """A paper that may not be asked for. Facts: paper."""

    code = "connection-paper-needless"


class NotEligible(ConnectivityRefused):
    """What was said gives no right to this offer. Facts: missing."""

    code = "connection-not-eligible"


class ConnectionUnknown(ConnectivityRefused):
    """No such connection, or of others. The same for both."""

    code = "connection-unknown"


class ConnectionMistyped(ConnectivityRefused):
    """Not the number of a connection: some symbol was mistyped."""

    code = "connection-number-mistyped"


class ConnectionCodeMistyped(ConnectivityRefused):
    """Not the code on the person's paper."""

    code = "connection-code-mistyped"


class ConnectionWrong(ConnectivityRefused):
    """The number or the code is wrong. The same for all: nobody learns which."""

    code = "connection-wrong"


class ConnectionLocked(ConnectivityRefused):
    """Too many wrong codes for this number. Facts: tries."""

    code = "connection-locked"


class VisitOver(ConnectivityRefused):
    """The person's visit to their page ended."""

    code = "connection-visit-over"


class WrongState(ConnectivityRefused):
    """The connection's life does not go this way. Facts: state, wanted."""

    code = "connection-wrong-state"


class DayInvalid(ConnectivityRefused):
    """A day that cannot be: before the application, or too far. Facts: day."""

    code = "connection-day-invalid"


class IncidentUnknown(ConnectivityRefused):
    """No such incident, or of others."""

    code = "connection-incident-unknown"


class IncidentWaiting(ConnectivityRefused):
    """An incident of this connection waits already. Facts: reported_at."""

    code = "connection-incident-waiting"


class IncidentMended(ConnectivityRefused):
    """The incident was answered already."""

    code = "connection-incident-mended"
