"""Every file of the shared folder is taken in: a place file gives a report, any other is mapped or refused in words; none breaks anything."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from carnet.kernel.refusals import Refusal
from carnet.places.rules import check_file, content_of
from carnet.places.rules.mapping import mapped
from carnet.places.rules.proposing import is_settled, mapping_of, proposed
from carnet.places.rules.tables import read_table
from carnet.web.design.sentences import sentence_for
from carnet.web.design.sentences.places import sentence_of_fault

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
FILES = sorted(path for path in SHARED.rglob("*") if path.is_file()) if SHARED.exists() else []
# Of places, and how many each holds and refuses.
OF_PLACES = {
    "exemple-valide.csv": (1, 0),
    "exemple-valide.v0.1.1.csv": (1, 0),
    "lieux-conseillers-numeriques-44-2022.v1.0.2.csv": (88, 0),
    "lieux-conseillers-numeriques-france-2022.v0.1.json": (4930, 0),
    "lieux-hinaura-aura-2022.v0.1.json": (687, 0),
    "lieux-hinaura-aura-2022.v1.0.2.csv": (687, 0),
}
LINES_JUDGED = 300

pytestmark = pytest.mark.skipif(not FILES, reason="the shared folder is not beside this checkout (its test-only files never ship)")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_any_file_gives_a_report_or_is_refused_in_words(path, communes):
    try:
        with path.open("rb") as stream:
            table = read_table(content_of(stream))
        proposals = proposed(table, gazetteer=communes)
        few = replace(table, lines=table.lines[:LINES_JUDGED], read_count=min(table.read_count, LINES_JUDGED))
        report = check_file(mapped(few, mapping_of(proposals)), gazetteer=communes, today=date(2026, 11, 21))
    except Refusal as refusal:
        said, report = sentence_for(refusal), None
    if report is None:
        assert said
        assert path.name not in OF_PLACES
        return
    assert all(sentence_of_fault(fault) for fault in report.faults)
    assert report.read_count == len(report.rows) + report.refused_count
    if path.name in OF_PLACES:
        assert is_settled(proposals), "nobody is asked what the columns of the standard mean"
        count, _refused = OF_PLACES[path.name]
        assert (table.read_count, report.refused_count) == (count, 0)
    elif report.rows:
        assert not is_settled(proposals), f"{path.name} would be taken for places without asking"
