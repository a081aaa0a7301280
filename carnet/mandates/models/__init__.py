"""Tables of mandates, behind the walls of the structure. No column holds a name in clear: identities are sealed, one key a person."""

from carnet.mandates.models._mandates import Authorisation, Mandate, Use
from carnet.mandates.models._people import AssistedPerson, Draft
from carnet.mandates.models._personal import PERSONAL_DATA
from carnet.mandates.models._structures import Structure

__all__ = ["PERSONAL_DATA", "AssistedPerson", "Authorisation", "Draft", "Mandate", "Structure", "Use"]
