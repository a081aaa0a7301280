"""A release of open data: its tables built from lines, its files, what a correction moved. Pure; the solver is elsewhere.

Words:   a *line* is a count of one month in one commune (or département, for what was ticked at a desk), cut by one thing; a *table* is every
         total of its lines; a *release* is all the tables up to a month, frozen.
Always:  the files say nothing that a table does not; a row that is absent is zero, a row without a value is hidden.
"""

from carnet.observatory.rules.answers import AFTERWARDS, MANDATES, PROCEDURES, Answers, batched, read_answers
from carnet.observatory.rules.opendata._attacking import Attacked, attack_files
from carnet.observatory.rules.opendata._files import (
    FILES,
    LICENCE_URL,
    MANIFEST,
    SIGNATURE,
    UNKNOWN,
    VERIFY,
    files_of,
    manifest_of,
)
from carnet.observatory.rules.opendata._lines import Line, Lines, Place, Region, due_month, read, written
from carnet.observatory.rules.opendata._moved import Moved, moved
from carnet.observatory.rules.opendata._tables import TOLD_MEASURES, parsed, tables_of, with_years

__all__ = [
    "AFTERWARDS",
    "FILES",
    "LICENCE_URL",
    "MANDATES",
    "MANIFEST",
    "PROCEDURES",
    "SIGNATURE",
    "TOLD_MEASURES",
    "UNKNOWN",
    "VERIFY",
    "Answers",
    "Attacked",
    "Line",
    "Lines",
    "Moved",
    "Place",
    "Region",
    "attack_files",
    "batched",
    "due_month",
    "files_of",
    "manifest_of",
    "moved",
    "parsed",
    "read",
    "read_answers",
    "tables_of",
    "with_years",
    "written",
]
