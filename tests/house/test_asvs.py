"""The grid of OWASP ASVS says what exists: each requirement once, each path, each test; and what the documents it leans on claim."""

import importlib.util
import re
from collections import Counter
from importlib.machinery import SourceFileLoader

from carnet.gateways.keys import _words
from docs import asvs
from tests.house.proofs import missing
from tests.house.rooms import ROOT

# How many requirements each section has at levels 1 and 2, in ASVS 5.0.0: 70 and 183 in all.
SECTIONS = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1, "3.2": 2, "3.3": 4, "3.4": 6, "3.5": 5, "3.7": 2,
    "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4, "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3, "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3,
    "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2, "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3, "9.2": 4, "10.1": 2,
    "10.2": 2, "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3, "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1, "12.1": 3,
    "12.2": 2, "12.3": 4, "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5, "14.1": 2, "14.2": 4, "14.3": 3, "15.1": 3, "15.2": 3, "15.3": 7, "16.1": 1,
    "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3, "17.1": 1, "17.2": 4, "17.3": 2,
}  # fmt: skip
BESIDES = {"1.2.10", "2.3.5", "2.4.2", "6.3.8", "15.4.2"}


def test_every_requirement_of_levels_1_and_2_is_there_once() -> None:
    rows = asvs.grid()
    assert len({each.id for each in rows}) == len(rows)
    assert Counter(each.level for each in rows) == {1: 70, 2: 183, 3: len(BESIDES)}
    assert {each.id for each in rows if each.level == 3} == BESIDES
    assert Counter(each.id.rpartition(".")[0] for each in rows if each.level < 3) == SECTIONS


def test_every_answer_is_one_and_says_what_lacks() -> None:
    for each in asvs.grid():
        assert each.state in asvs.STATES, each.id
        assert each.says and len(each.says) < 120, each.id
        if each.state == "met":
            assert each.evidence, f"{each.id}: where?"
        else:
            assert each.note, f"{each.id}: why, or what lacks?"


def test_every_path_and_every_test_it_names_exists() -> None:
    for each in asvs.grid():
        assert list(missing(each.evidence, each.tests)) == [], each.id


def test_every_purpose_a_key_signs_for_is_in_the_inventory() -> None:
    document = (ROOT / "docs" / "operating" / "security.md").read_text(encoding="utf-8")
    purposes = [value for value in vars(_words).values() if isinstance(value, bytes) and value.endswith(b" 1\x00")]
    assert len(purposes) >= 12
    for purpose in purposes:
        assert f"`{purpose[:-1].decode()}`" in document, purpose


def test_the_audit_reads_every_lock_whole() -> None:
    loader = SourceFileLoader("audit", str(ROOT / ".ci" / "audit"))
    spec = importlib.util.spec_from_loader("audit", loader)
    assert spec is not None
    audit = importlib.util.module_from_spec(spec)
    loader.exec_module(audit)
    found = audit.locked()
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert {name.lower() for name in re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE)} <= {
        name for kind, name, _version in found if kind == "PyPI"
    }
    assert any(kind == "npm" for kind, _name, _version in found)
    # What the list would answer: the second package asked for has a weakness.
    told = list(audit.weak(found, asked=lambda part: [{}, {"vulns": [{"id": "GHSA-x"}]}, *({} for _ in part[2:])]))
    assert told[0].endswith("GHSA-x")
    assert list(audit.weak(found, asked=lambda part: [{} for _ in part])) == []
