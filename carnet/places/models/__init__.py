"""Tables of places. They hold public facts: no row-level security, but for reports and files of joining. The database refuses what can never be true."""

from carnet.places.models._files import PlaceFile, PlaceFilePart, PlaceImport, PlaceMapping
from carnet.places.models._joining import JoiningAppeal, JoiningDecision, JoiningDocument, JoiningFile, JoiningTerms, PlaceLabel
from carnet.places.models._offers import FreeSpace, PlaceOffer, PlaceService, PlaceStop
from carnet.places.models._personal import PERSONAL_DATA
from carnet.places.models._places import Finder, Place, PlaceAcceptance
from carnet.places.models._repeats import PlaceRepeat
from carnet.places.models._reports import PlaceConfirmation, PlaceRecall, PlaceReport

__all__ = [
    "PERSONAL_DATA",
    "Finder",
    "FreeSpace",
    "JoiningAppeal",
    "JoiningDecision",
    "JoiningDocument",
    "JoiningFile",
    "JoiningTerms",
    "Place",
    "PlaceAcceptance",
    "PlaceConfirmation",
    "PlaceFile",
    "PlaceFilePart",
    "PlaceImport",
    "PlaceLabel",
    "PlaceMapping",
    "PlaceOffer",
    "PlaceRecall",
    "PlaceRepeat",
    "PlaceReport",
    "PlaceService",
    "PlaceStop",
]
