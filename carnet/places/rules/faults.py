"""What a file gets wrong: one code per kind of fault, where it is, and what became of the value.

Sentences are the door's (``carnet.web.design.sentences.places``).
"""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

VALUE_SHOWN_MAX = 200


class Outcome(StrEnum):
    """What became of the value. Nothing is ever dropped without one of these words."""

    KEPT = "kept"  # as it was written
    MENDED = "mended"  # written as the standard wants it; nothing else changed
    SET_ASIDE = "set-aside"  # left out of its column, kept in the place's extras
    REFUSED = "refused"  # the whole line is left out


class FaultCode(StrEnum):
    """Kinds of faults. The value is stable: reports, tests and other programs rely on it."""

    # of the file
    ENCODING = "encoding-not-utf8"
    COLUMN_UNKNOWN = "column-unknown"
    COLUMN_TWICE = "column-twice"
    COLUMN_WITHOUT_EQUIVALENT = "column-without-equivalent"
    COLUMN_UNMAPPED = "column-unmapped"
    SHEET_UNREAD = "sheet-unread"
    ABOVE_HEADER = "line-above-header"
    # of a line
    FORMULA = "formula-cell"
    LINE_BROKEN = "line-broken"
    LINE_SHORT = "line-short"
    QUOTE_UNCLOSED = "quote-unclosed"
    REQUIRED_MISSING = "required-missing"
    ID_TWICE = "id-twice"
    PLACE_TWICE = "place-twice"
    PLACE_NEAR = "place-near"
    PIVOT_TWICE = "pivot-twice"
    PLACE_ELSEWHERE = "place-elsewhere"
    NEAR_ELSEWHERE = "place-near-elsewhere"
    PIVOT_ELSEWHERE = "pivot-elsewhere"
    PLACE_MERGED = "place-merged"
    EDIT_KEPT = "edit-kept"
    EDIT_REPLACED = "edit-replaced"
    # of a value
    VALUE_UNKNOWN = "value-unknown"
    VALUE_WITHOUT_EQUIVALENT = "value-without-equivalent"
    SEPARATOR = "separator-wrong"
    CHARACTERS = "characters-unprintable"
    TEXT_TOO_LONG = "text-too-long"
    SIRET_WRONG = "siret-wrong"
    PIVOT_UNKNOWN = "pivot-placeholder"
    PIVOT_MALFORMED = "pivot-malformed"
    POSTCODE_MALFORMED = "postcode-malformed"
    POSTCODE_SHORT = "postcode-short"
    COMMUNE_CODE_MALFORMED = "commune-code-malformed"
    COMMUNE_UNKNOWN = "commune-unknown"
    COMMUNE_DEDUCED = "commune-deduced"
    COMMUNE_CONTRADICTED = "commune-contradicted"
    DISTRICT = "district-of-commune"
    NUMBER_MALFORMED = "number-malformed"
    DECIMAL_COMMA = "decimal-comma"
    COORDINATES_HALF = "coordinates-half"
    COORDINATES_OUTSIDE = "coordinates-outside"
    COORDINATES_SWAPPED = "coordinates-swapped"
    FAR_FROM_COMMUNE = "far-from-commune"
    PHONE_REWRITTEN = "phone-rewritten"
    PHONE_MALFORMED = "phone-malformed"
    EMAIL_MALFORMED = "email-malformed"
    URL_COMPLETED = "url-completed"
    URL_MALFORMED = "url-malformed"
    VALUE_REWRITTEN = "value-rewritten"
    HOURS_REWRITTEN = "hours-rewritten"
    HOURS_UNREADABLE = "hours-unreadable"
    DAY_REWRITTEN = "day-rewritten"
    DAY_MALFORMED = "day-malformed"
    DAY_TO_COME = "day-to-come"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `line` is the file's own line number (1 = header), or the rank of an element of a JSON list."""

    line: int
    code: FaultCode
    outcome: Outcome
    field: str = ""
    value: str = ""
    detail: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain values, the long ones cut, for a report kept or sent."""
        return {**asdict(self), "value": self.value[:VALUE_SHOWN_MAX]}
