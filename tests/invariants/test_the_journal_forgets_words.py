"""The journal is sealed for ever: no words typed by a person may enter it, for a name could be among them (invariant 10)."""

import ast
from pathlib import Path

import pytest

from tests.databases import ROOT

# Facts whose value is typed freely by somebody. Enumerated reasons give their `.value`.
FREE = {"reason", "detail", "note", "comment", "holder_name", "display_name", "email", "label"}
FILES = sorted((ROOT / "carnet").glob("*/operations/**/*.py")) + sorted((ROOT / "carnet").glob("*/operations.py"))


def facts_of(tree: ast.AST) -> list[tuple[int, str, str]]:
    """Every pair of a dictionary of facts, and every keyword given to a room's own journal function: line, name, value as written."""
    found = []
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        name = ast.unparse(call.func)
        if name not in ("_journal", "note", "journal.record"):
            continue
        for keyword in call.keywords:
            if keyword.arg in FREE:
                found.append((call.lineno, keyword.arg, ast.unparse(keyword.value)))
        for each in ast.walk(call):
            if isinstance(each, ast.Dict):
                found += [
                    (call.lineno, key.value, ast.unparse(value))
                    for key, value in zip(each.keys, each.values, strict=True)
                    if isinstance(key, ast.Constant) and key.value in FREE
                ]
    return found


def typed(facts: list[tuple[int, str, str]]) -> list[tuple[int, str, str]]:
    return [fact for fact in facts if not fact[2].endswith(".value")]


def test_there_are_operations_to_read() -> None:
    assert len(FILES) > 15


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT / "carnet")))
def test_no_words_typed_by_a_person_are_journalled(file: Path) -> None:
    found = typed(facts_of(ast.parse(file.read_text(encoding="utf-8"))))
    assert not found, f"{file.name}: keep it in the row, which can be erased, not in the journal: {found}"


def test_the_control_finds_what_it_looks_for() -> None:
    source = "_journal(actor, 'x', row, reason=reason)\njournal.record(facts={'email': email, 'reason': why.value})"
    assert typed(facts_of(ast.parse(source))) == [(1, "reason", "reason"), (2, "email", "email")]
