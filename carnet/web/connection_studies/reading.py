"""From an uploaded file to an estate, and the example of such a file."""

from typing import IO

from carnet.connectivity.rules.study.estate import StudiedResidence, read_estate
from carnet.connectivity.rules.study.refusals import StudiedEstateEmpty
from carnet.places.rules import FileEmpty, content_of
from carnet.places.rules.faults import Outcome
from carnet.places.rules.tables import read_table

_EXAMPLE = (
    ("residence", "commune", "logements", "occupes", "fibre", "quartier_prioritaire", "part_en_difficulte", "salle"),
    ("Les Glycines (inventée)", "44109", "120", "117", "oui", "oui", "", "oui"),
    ("Quai des Forges (inventée)", "44109", "86", "86", "oui", "non", "", "non"),
    ("Square du Rouergue (inventée)", "44162", "54", "52", "non", "non", "9,5", "non"),
    ("La Boisnière (inventée)", "44190", "40", "", "oui", "non", "", "oui"),
    ("Tour des Marins (inventée)", "44184", "210", "201", "oui", "oui", "14", "oui"),
)


def read_estate_file(stream: IO[bytes]) -> tuple[StudiedResidence, ...]:
    """The residences of a CSV or XLSX file.

    Raises: StudiedEstateWrong (every fault), StudiedEstateColumnMissing, StudiedEstateEmpty, and whatever a file cannot be read for (`places.rules`).
    """
    try:
        table = read_table(content_of(stream))
    except FileEmpty:
        # The room of places would say that no place is in it.
        raise StudiedEstateEmpty from None
    broken = [fault.line for fault in table.faults if fault.outcome is not Outcome.KEPT and fault.line]
    return read_estate(table.columns, [(each.line, each.cells) for each in table.lines], broken)


def example_file() -> bytes:
    """An invented estate: CSV as a French spreadsheet writes it."""
    return ("\ufeff" + "\r\n".join(";".join(line) for line in _EXAMPLE) + "\r\n").encode()
