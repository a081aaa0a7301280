"""Every refusal of the room, each its own class with a stable code."""

from carnet.kernel.refusals import Refusal


class PlacesRefused(Refusal):
    """The base of this room's refusals."""

    code = "places-refused"


class PlaceNotYours(PlacesRefused):
    """The place is run by another organisation. Facts: place_id, name."""

    code = "place-not-yours"


class PlaceOfAnotherOperator(PlacesRefused):
    """The place accepts a programme that another operator runs, which alone closes it, entrusts it or merges it. Facts: place_id, name."""

    code = "place-of-another-operator"


class PlaceUnknown(PlacesRefused):
    """No place has this number. Facts: place_id."""

    code = "place-unknown"


class PlaceEnded(PlacesRefused):
    """The place has closed. Facts: place_id, name, ended_on."""

    code = "place-ended"


class FileTooLarge(PlacesRefused):
    """The file is over the limit. Facts: size_mb (at least), size_max_mb."""

    code = "place-file-too-large"


class FileEmpty(PlacesRefused):
    """The file holds no line of data."""

    code = "place-file-empty"


class FileUnreadable(PlacesRefused):
    """Neither CSV nor a JSON list of objects. Facts: line (0 when unknown)."""

    code = "place-file-unreadable"


class WorkbookUnreadable(FileUnreadable):
    """Not an XLSX workbook: an older or another kind, one behind a password, or one made to harm. Facts: line (0)."""

    code = "place-workbook-unreadable"


class WorkbookTooLarge(PlacesRefused):
    """The workbook unfolds beyond the limit. Facts: size_max_mb."""

    code = "place-workbook-too-large"


class FileLinesTooMany(PlacesRefused):
    """More lines than one import takes. Facts: line_count_max."""

    code = "place-file-lines-too-many"


class FileColumnsTooMany(PlacesRefused):
    """More columns than a table of places ever has. Facts: column_count_max."""

    code = "place-file-columns-too-many"


class ColumnsMissing(PlacesRefused):
    """The header lacks columns nothing can be done without. Facts: columns."""

    code = "place-file-columns-missing"


class ColumnsShareField(PlacesRefused):
    """Several columns are given a field that takes one. Facts: field, columns."""

    code = "place-columns-share-field"


class MappingUnknown(PlacesRefused):
    """A mapping names a column the file has not, or a field nobody knows. Facts: column."""

    code = "place-mapping-unknown"


class EditRefused(PlacesRefused):
    """A value given to a field is not one. Facts: field, fault (a code of `faults`), value, detail."""

    code = "place-edit-refused"


class PlaceFileUnknown(PlacesRefused):
    """No file of places has this number, or not this organisation's. Facts: file_id."""

    code = "place-file-unknown"


class FileNotReady(PlacesRefused):
    """The file is at another step. Facts: state."""

    code = "place-file-not-ready"


class ImportUnknown(PlacesRefused):
    """No import has this number. Facts: import_id."""

    code = "place-import-unknown"


class OperatorNotRunningPlaces(PlacesRefused):
    """Only an organisation known as running places can be given one. Facts: organisation."""

    code = "place-operator-not-running-places"


class ProvenanceMissing(PlacesRefused):
    """An import must say where its file comes from."""

    code = "place-provenance-missing"


class AcceptanceWithoutService(PlacesRefused):
    """An acceptance names at least one service."""

    code = "acceptance-without-service"


class AcceptanceWithoutPlace(PlacesRefused):
    """An acceptance names at least one place, and no more than the maximum. Facts: place_count_max."""

    code = "acceptance-without-place"


class ServiceKindUnknown(PlacesRefused):
    """Not a code of the catalogue. Facts: service."""

    code = "service-kind-unknown"


class ProcedureUnknown(PlacesRefused):
    """Not a code of the list of procedures. Facts: procedure."""

    code = "procedure-unknown"


class ServiceOutsideProgramme(PlacesRefused):
    """The programme does not pay for this service. Facts: service, programme."""

    code = "service-outside-programme"


class AcceptanceDatesReversed(PlacesRefused):
    """The acceptance would end before it begins. Facts: from_on, until_on."""

    code = "acceptance-dates-reversed"


class AcceptanceOverlaps(PlacesRefused):
    """A place already accepts this programme on some of these days. Facts: place_id, name."""

    code = "acceptance-overlaps"


class AcceptanceUnknown(PlacesRefused):
    """The place does not accept this programme on that day. Facts: place_id, programme_id."""

    code = "acceptance-unknown"


class SearchRefused(PlacesRefused):
    """A search whose words mean nothing. Facts: field, value."""

    code = "place-search-refused"


class LocalityUnknown(PlacesRefused):
    """No commune has this name, INSEE code or postal code. Facts: value."""

    code = "locality-unknown"


class AreaUnknown(PlacesRefused):
    """No territory of this level has this code. Facts: level, value."""

    code = "area-unknown"


class RepeatOfItself(PlacesRefused):
    """A place merged with itself."""

    code = "place-repeat-of-itself"


class RepeatStillRun(PlacesRefused):
    """The place that would disappear is run by an organisation: it is the one to keep, or it is closed first. Facts: place_id, name."""

    code = "place-repeat-still-run"


class PlaceMergedAlready(PlacesRefused):
    """The place is one with another already. Facts: place_id, name."""

    code = "place-merged-already"


class PlaceNotMerged(PlacesRefused):
    """The place is one with no other: there is nothing to undo. Facts: place_id, name."""

    code = "place-not-merged"
