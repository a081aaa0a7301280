"""The impact assessment and the register are those of the code, and say what only the controller can fill."""

import csv
import io

from carnet.privacy.queries import writing
from carnet.privacy.queries.mapping import data_map, processings
from carnet.privacy.rules.periods import PERIODS


def test_every_processing_and_period_is_in_the_assessment_and_nothing_is_left_in_braces() -> None:
    files = writing.dossier(controller="Nantes Métropole", officer="dpo@nantesmetropole.example")
    text = files["analyse-impact.md"]
    assert "{{" not in text and "Nantes Métropole" in text
    assert all(each.title in text and each.basis in text for each in processings())
    assert all(f"`{each.code}`" in text and (each.done_by or each.gap) in text for each in PERIODS)
    for part in ("## 1. Contexte", "## 2. Principes fondamentaux", "## 3. Risques", "## 5. Validation", writing.TO_FILL):
        assert part in text
    assert writing.TO_FILL in writing.dossier()["analyse-impact.md"].splitlines()[6]


def test_the_register_has_a_line_for_each_processing_and_the_map_one_for_each_column() -> None:
    files = writing.dossier()
    register = list(csv.DictReader(io.StringIO(files["registre.csv"].lstrip("\ufeff")), delimiter=";"))
    assert [each["Traitement"] for each in register] == [each.title for each in processings()]
    assert all(all(value for value in each.values()) for each in register)
    columns = list(csv.DictReader(io.StringIO(files["carte.csv"].lstrip("\ufeff")), delimiter=";"))
    assert len(columns) == len(data_map()) and all(each["purpose"] and each["basis"] and each["seen_by"] for each in columns)
