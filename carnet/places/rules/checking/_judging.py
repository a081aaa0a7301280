"""One line judged: its cells cleaned, each of its values told apart, nothing dropped in silence."""

from collections.abc import Iterable
from datetime import date

from carnet.places.rules import values
from carnet.places.rules.checking._lines import Line
from carnet.places.rules.checking._lists import converted_lists, list_of, read_free_labels
from carnet.places.rules.checking._map import place_on_map
from carnet.places.rules.checking._single import SINGLE, fit_summary, words
from carnet.places.rules.faults import FaultCode, Outcome
from carnet.places.rules.geography import Gazetteer
from carnet.places.rules.standard import FIELDS, INDISPENSABLE, V0_RENAMED, Kind, Version
from carnet.places.rules.tables import LIST_MARK, RawLine

ID_CHARACTERS_MAX = 200


def judged_line(raw: RawLine, version: Version, unknown: Iterable[str], gazetteer: Gazetteer, today: date) -> Line:
    """What a line makes, or why it makes nothing (`Line.is_refused`)."""
    line = Line(raw, version, today)
    cells = _cleaned_cells(line)
    for name in INDISPENSABLE:
        if not cells.get(name):
            line.refuse(FaultCode.REQUIRED_MISSING, name)
    if len(cells.get("id", "")) > ID_CHARACTERS_MAX:
        line.refuse(FaultCode.TEXT_TOO_LONG, "id", cells["id"], str(len(cells["id"])))
    if line.is_refused:
        return line
    for name in unknown:
        if cells.get(name):
            line.extras[name] = cells[name].replace(LIST_MARK, "|")
    lists = converted_lists(line, cells)
    for one in FIELDS:
        if one.kind is Kind.CHOICES or one.is_list:
            line.columns[one.column] = list_of(line, one, cells.get(one.name, ""), lists.get(one.name, []))
        else:
            line.columns[one.column] = SINGLE.get(one.kind, words)(line, one, cells.get(one.name, ""))
    if not line.is_refused:
        read_free_labels(line)
        place_on_map(line, gazetteer)
        fit_summary(line)
    return line


def _cleaned_cells(line: Line) -> dict[str, str]:
    cells: dict[str, str] = {}
    for name, text in line.raw.cells.items():
        pieces = [values.cleaned(piece) for piece in text.split(LIST_MARK)]
        cells[name] = LIST_MARK.join(piece for piece, _changed in pieces)
        changed = any(changed for _piece, changed in pieces)
        if changed:
            line.tell(FaultCode.CHARACTERS, Outcome.MENDED, name, cells[name])
    # Whatever the edition: a column of the other one would be lost in silence.
    for older, newer in V0_RENAMED.items():
        if cells.get(older):
            if cells.get(newer):
                line.extras[older] = cells.pop(older)
            else:
                cells[newer] = cells.pop(older)
    if cells.get("cle_ban"):
        line.extras["cle_ban"] = cells["cle_ban"]
    return cells
