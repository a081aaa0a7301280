"""What decides in this room, knowing nothing of storage, clock or language.

`standard`  the national fields and lists, word for word       `reading`  bytes to lines
`values`    one value judged                                   `checking` lines to places, with every fault
`writing`   places to the national file                        `inclusion` places to data.inclusion's schema
`opening`   opening hours                                      `geography` distances and communes
`services`  what a voucher pays for                            `needs`    what a person needs a place to be ready for
`refusals`  every refusal
"""

from carnet.places.rules.checking import CheckedFile, PlaceRow, check_file
from carnet.places.rules.faults import Fault, FaultCode, Outcome
from carnet.places.rules.needs import NEEDS, Need
from carnet.places.rules.reading import SIZE_MAX_BYTES, RawFile, content_of, read
from carnet.places.rules.refusals import (
    AcceptanceDatesReversed,
    AcceptanceOverlaps,
    AcceptanceUnknown,
    AcceptanceWithoutPlace,
    AcceptanceWithoutService,
    ColumnsMissing,
    FileEmpty,
    FileLinesTooMany,
    FileTooLarge,
    FileUnreadable,
    ImportUnknown,
    LocalityUnknown,
    OperatorNotRunningPlaces,
    PlaceEnded,
    PlaceNotYours,
    PlacesRefused,
    PlaceUnknown,
    ProvenanceMissing,
    SearchRefused,
    ServiceKindUnknown,
    ServiceOutsideProgramme,
)
from carnet.places.rules.reports import ImportReport
from carnet.places.rules.services import LEVEL_LABELS, SERVICE_BY_CODE, SERVICE_KINDS, Level, ServiceKind, service_kind

__all__ = [
    "LEVEL_LABELS",
    "NEEDS",
    "SERVICE_BY_CODE",
    "SERVICE_KINDS",
    "SIZE_MAX_BYTES",
    "AcceptanceDatesReversed",
    "AcceptanceOverlaps",
    "AcceptanceUnknown",
    "AcceptanceWithoutPlace",
    "AcceptanceWithoutService",
    "CheckedFile",
    "ColumnsMissing",
    "Fault",
    "FaultCode",
    "FileEmpty",
    "FileLinesTooMany",
    "FileTooLarge",
    "FileUnreadable",
    "ImportReport",
    "ImportUnknown",
    "Level",
    "LocalityUnknown",
    "Need",
    "OperatorNotRunningPlaces",
    "Outcome",
    "PlaceEnded",
    "PlaceNotYours",
    "PlaceRow",
    "PlaceUnknown",
    "PlacesRefused",
    "ProvenanceMissing",
    "RawFile",
    "SearchRefused",
    "ServiceKind",
    "ServiceKindUnknown",
    "ServiceOutsideProgramme",
    "check_file",
    "content_of",
    "read",
    "service_kind",
]
