"""Values that stand alone: numbers, days, hours, telephones, and a summary that is too long."""

from collections.abc import Callable
from datetime import date
from typing import Any

from carnet.places.rules import opening, spoken_hours, values
from carnet.places.rules.checking._lines import Line
from carnet.places.rules.faults import FaultCode, Outcome
from carnet.places.rules.standard import PIVOT_UNKNOWN, SUMMARY_MAX, Field, Kind


def words(_line: Line, _one: Field, cell: str) -> str:
    """What was written, as it is."""
    return cell


def _pivot(line: Line, one: Field, cell: str) -> str:
    plain = "".join(cell.split()).upper()
    if plain in ("", PIVOT_UNKNOWN):
        line.tell(FaultCode.PIVOT_UNKNOWN, Outcome.KEPT, one.name, cell)
        return ""
    if not values.is_pivot(plain):
        line.set_aside(FaultCode.PIVOT_MALFORMED, one.name, cell)
        return ""
    if (len(plain) == 14 or plain.startswith("W")) and not values.is_known_organisation_number(plain):
        line.tell(FaultCode.SIRET_WRONG, Outcome.KEPT, one.name, cell)
    return plain


def _postcode(line: Line, one: Field, cell: str) -> str:
    judged = values.postcode(cell)
    if judged is None:
        line.refuse(FaultCode.POSTCODE_MALFORMED, one.name, cell)
    elif judged != cell:
        line.tell(FaultCode.POSTCODE_SHORT, Outcome.MENDED, one.name, cell, judged)
    return judged or ""


def _commune_code(line: Line, one: Field, cell: str) -> str:
    judged = values.commune_code(cell) if cell else ""
    if judged is None:
        line.set_aside(FaultCode.COMMUNE_CODE_MALFORMED, one.name, cell)
    return judged or ""


def _number(line: Line, one: Field, cell: str) -> float | None:
    judged = values.number(cell) if cell else None
    if cell and judged is None:
        line.set_aside(FaultCode.NUMBER_MALFORMED, one.name, cell)
    elif "," in cell:
        line.tell(FaultCode.DECIMAL_COMMA, Outcome.MENDED, one.name, cell)
    return judged


def _phone(line: Line, one: Field, cell: str) -> str:
    judged = values.phone(cell) if cell else ""
    if judged is None:
        line.set_aside(FaultCode.PHONE_MALFORMED, one.name, cell)
    elif judged != cell:
        line.tell(FaultCode.PHONE_REWRITTEN, Outcome.MENDED, one.name, cell, judged)
    return judged or ""


def _hours(line: Line, one: Field, cell: str) -> str:
    if not cell or opening.is_readable(cell):
        return cell
    if (understood := spoken_hours.week(cell)) is not None:
        line.tell(FaultCode.HOURS_REWRITTEN, Outcome.MENDED, one.name, cell, understood)
        return understood
    line.set_aside(FaultCode.HOURS_UNREADABLE, one.name, cell)
    return ""


def _day(line: Line, one: Field, cell: str) -> date | None:
    judged = values.day(cell)
    if judged is None:
        line.refuse(FaultCode.DAY_MALFORMED, one.name, cell)
    elif judged > line.today:
        line.tell(FaultCode.DAY_TO_COME, Outcome.KEPT, one.name, cell)
    elif cell != judged.isoformat():
        line.tell(FaultCode.DAY_REWRITTEN, Outcome.MENDED, one.name, cell, judged.isoformat())
    return judged


SINGLE: dict[Kind, Callable[[Line, Field, str], Any]] = {
    Kind.PIVOT: _pivot,
    Kind.POSTCODE: _postcode,
    Kind.COMMUNE_CODE: _commune_code,
    Kind.NUMBER: _number,
    Kind.PHONE: _phone,
    Kind.HOURS: _hours,
    Kind.DAY: _day,
}


def fit_summary(line: Line) -> None:
    """Cut a summary that is too long, and keep all of it elsewhere."""
    summary = line.columns["summary"]
    if len(summary) <= SUMMARY_MAX:
        return
    line.tell(FaultCode.TEXT_TOO_LONG, Outcome.MENDED, "presentation_resume", summary, str(len(summary)))
    if line.columns["detail"]:
        line.extras["presentation_resume"] = summary
    else:
        line.columns["detail"] = summary
    line.columns["summary"] = summary[: SUMMARY_MAX - 1].rsplit(" ", 1)[0] + "…"
