"""The dossier an authority decides on says what exists, and hides nothing that remains."""

import pytest

from docs import risks
from tests.house.proofs import missing


def test_every_scenario_is_whole_and_on_the_scales() -> None:
    rows = risks.risks()
    assert len({each.id for each in rows}) == len(rows) >= 20
    assert {each.value for each in rows} == set(risks.VALUES)
    for each in rows:
        assert each.severity in risks.SEVERITIES, each.id
        assert each.likelihood in risks.LIKELIHOODS, each.id
        assert each.event and each.source and each.path and each.measures, each.id
        assert each.evidence and each.tests, f"{each.id}: where, and proved by what?"


def test_every_path_and_every_test_it_names_exists() -> None:
    for each in risks.risks():
        assert list(missing(each.evidence, each.tests)) == [], each.id


def test_what_weighs_says_what_remains_and_asks_for_a_decision() -> None:
    heavy = [each for each in risks.risks() if each.weight >= risks.TO_DECIDE_FROM]
    assert heavy
    decided = risks.page().split("## 5. Décision")[1]
    for each in heavy:
        assert each.remains, each.id
        assert f"| {each.id} " in decided, each.id


@pytest.mark.parametrize("told", ["tests/house/test_homologation.py::test_that_nobody_wrote", "tests/nowhere.py", "carnet/ledger"])
def test_the_control_finds_a_proof_that_is_not_there(told: str) -> None:
    assert list(missing((), (told,))) == [told]
    assert list(missing(("carnet/nowhere",), ())) == ["carnet/nowhere"]
