"""What decides in this room, knowing nothing of storage, clock or language.

`tables`    any file to a table (`workbooks`: XLSX)            `reading`   a national table to lines
`standard`  the national fields and lists, word for word       `values`    one value judged
`checking`  lines to places, with every fault                  `writing`   places to the national file
`inclusion` places to data.inclusion's schema                  `opening`   opening hours
`geography` distances and communes                             `services`  what a voucher pays for
`needs`     what a person needs a place to be ready for        `refusals`  every refusal
`repeats`   places that look like one                          `uniting`   two places made one
`procedures` what people come for, and the service that teaches it
`areas`     communes, EPCI, départements, regions, one inside the other
"""

from carnet.places.rules.checking import CheckedFile, PlaceRow, check_file
from carnet.places.rules.faults import Fault, FaultCode, Outcome
from carnet.places.rules.files import FileState
from carnet.places.rules.needs import NEEDS, Need
from carnet.places.rules.procedures import (
    FAMILY_LABELS,
    PROCEDURE_BY_CODE,
    PROCEDURES,
    Family,
    Procedure,
    checked_procedures,
    procedure,
)
from carnet.places.rules.reading import RawFile, read
from carnet.places.rules.refusals import (
    AcceptanceDatesReversed,
    AcceptanceOverlaps,
    AcceptanceUnknown,
    AcceptanceWithoutPlace,
    AcceptanceWithoutService,
    AreaUnknown,
    ColumnsMissing,
    ColumnsShareField,
    EditRefused,
    FileColumnsTooMany,
    FileEmpty,
    FileLinesTooMany,
    FileNotReady,
    FileTooLarge,
    FileUnreadable,
    ImportUnknown,
    LocalityUnknown,
    MappingUnknown,
    OperatorNotRunningPlaces,
    PlaceEnded,
    PlaceFileUnknown,
    PlaceMergedAlready,
    PlaceNotMerged,
    PlaceNotYours,
    PlaceOfAnotherOperator,
    PlacesRefused,
    PlaceUnknown,
    ProcedureUnknown,
    ProvenanceMissing,
    RepeatOfItself,
    RepeatStillRun,
    SearchRefused,
    ServiceKindUnknown,
    ServiceOutsideProgramme,
    WorkbookTooLarge,
    WorkbookUnreadable,
)
from carnet.places.rules.reports import ImportReport
from carnet.places.rules.services import LEVEL_LABELS, SERVICE_BY_CODE, SERVICE_KINDS, Level, ServiceKind, service_kind
from carnet.places.rules.tables import SIZE_MAX_BYTES, content_of

__all__ = [
    "FAMILY_LABELS",
    "LEVEL_LABELS",
    "NEEDS",
    "PROCEDURES",
    "PROCEDURE_BY_CODE",
    "SERVICE_BY_CODE",
    "SERVICE_KINDS",
    "SIZE_MAX_BYTES",
    "AcceptanceDatesReversed",
    "AcceptanceOverlaps",
    "AcceptanceUnknown",
    "AcceptanceWithoutPlace",
    "AcceptanceWithoutService",
    "AreaUnknown",
    "CheckedFile",
    "ColumnsMissing",
    "ColumnsShareField",
    "EditRefused",
    "Family",
    "Fault",
    "FaultCode",
    "FileColumnsTooMany",
    "FileEmpty",
    "FileLinesTooMany",
    "FileNotReady",
    "FileState",
    "FileTooLarge",
    "FileUnreadable",
    "ImportReport",
    "ImportUnknown",
    "Level",
    "LocalityUnknown",
    "MappingUnknown",
    "Need",
    "OperatorNotRunningPlaces",
    "Outcome",
    "PlaceEnded",
    "PlaceFileUnknown",
    "PlaceMergedAlready",
    "PlaceNotMerged",
    "PlaceNotYours",
    "PlaceOfAnotherOperator",
    "PlaceRow",
    "PlaceUnknown",
    "PlacesRefused",
    "Procedure",
    "ProcedureUnknown",
    "ProvenanceMissing",
    "RawFile",
    "RepeatOfItself",
    "RepeatStillRun",
    "SearchRefused",
    "ServiceKind",
    "ServiceKindUnknown",
    "ServiceOutsideProgramme",
    "WorkbookTooLarge",
    "WorkbookUnreadable",
    "check_file",
    "checked_procedures",
    "content_of",
    "procedure",
    "read",
    "service_kind",
]
