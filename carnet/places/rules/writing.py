"""Places written back as the national standard, v1.0.2: UTF-8, commas, every column, `|` between values.

What is written passes both official validators, the table schema and the npm package, although no spelling of one label
satisfies both: that label, and what else one of them refuses, goes to the free-text field of labels, and `checking` reads
it from there (docs/decisions/0020-two-validators-one-file.md).
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from carnet.places.rules import values
from carnet.places.rules.standard import (
    FIELDS,
    FREE_ON_CONDITION,
    LA_POSTE_STEPS,
    LA_POSTE_STEPS_SPACED,
    PASS_LABEL,
    PIVOT_LABEL,
    PIVOT_UNKNOWN,
)

HEADER = tuple(field.name for field in FIELDS)
# What a spreadsheet would run, which no name of a place is: an apostrophe stops it. A telephone's plus and a list's dash are left alone, since
# other programs read this file as it is. Source: OWASP, CSV Injection.
_RUNS = re.compile(r"'*(?:[=\t\r]|[@+\-](?! ).*[(|!])")


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
    labels = "autres_formations_labels"
    if LA_POSTE_STEPS in columns["trainings"]:
        row["formations_labels"] = _written([label for label in columns["trainings"] if label != LA_POSTE_STEPS])
        row[labels] = _added(row[labels], LA_POSTE_STEPS_SPACED)
    if row["pivot"] and not values.is_pivot_for_npm(row["pivot"]):
        row[labels] = _added(row[labels], f"{PIVOT_LABEL}{row['pivot']}")
        row["pivot"] = ""
    row["pivot"] = row["pivot"] or PIVOT_UNKNOWN
    row["adresse"], row["commune"] = values.address_for_npm(row["adresse"]), values.commune_for_npm(row["commune"])
    for name in ("fiche_acces_libre", "prise_rdv"):
        # One plain address only for the npm package: the others are still pages of the place.
        pages = [page for page in row[name].split("|") if page]
        row[name] = next((page for page in pages if values.is_url_for_npm(page)), "")
        for other in pages:
            if other != row[name]:
                row["site_web"] = _added(row["site_web"], other)
    if columns.get("accepts_vouchers"):
        row["frais_a_charge"] = _added(row["frais_a_charge"], FREE_ON_CONDITION)
        row[labels] = _added(row[labels], PASS_LABEL)
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
    present = [one for one in listed.split("|") if one]
    return "|".join(present if value in present else [*present, value])


def _csv_line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(map(stopped, cells))
    return line.getvalue()


def stopped(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would run."""
    return f"'{cell}" if _RUNS.match(cell) else cell


def as_said(cell: str) -> str:
    """The cell as it was before `stopped`."""
    return cell[1:] if cell.startswith("'") and _RUNS.match(cell[1:]) else cell
