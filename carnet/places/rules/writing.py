"""Places written back as the national standard, v1.0.2: UTF-8, commas, every column, `|` between values."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from carnet.places.rules.standard import FIELDS, FREE_ON_CONDITION, PASS_LABEL, PIVOT_UNKNOWN

HEADER = tuple(field.name for field in FIELDS)


def csv_lines(places: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The lines of the file, header first, for places given by their columns (`standard.COLUMNS`).

    `accepts_vouchers` (bool, optional) writes the acceptance in the only words the standard has left for it.
    """
    yield _csv_line(HEADER)
    for columns in places:
        yield _csv_line(national_row(columns).values())


def national_row(columns: Mapping[str, Any]) -> dict[str, str]:
    """One place as the texts of the national fields, in their order."""
    row = {field.name: _written(columns[field.column]) for field in FIELDS}
    row["pivot"] = row["pivot"] or PIVOT_UNKNOWN
    if columns.get("accepts_vouchers"):
        row["frais_a_charge"] = _added(row["frais_a_charge"], FREE_ON_CONDITION)
        row["autres_formations_labels"] = _added(row["autres_formations_labels"], PASS_LABEL)
    return row


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return "|".join(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _added(listed: str, value: str) -> str:
    values = [one for one in listed.split("|") if one]
    return "|".join(values if value in values else [*values, value])


def _csv_line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()
