"""The list of attacks is the document's, and each test it names is there."""

import ast

import pytest

from tests.attacks.inventory import ATTACKS, DOCUMENT, DOORS, ROOT, every_test, nodes, written


def test_the_document_is_written_from_the_list() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == written(), "python -m tests.attacks.inventory > docs/security/attacks.md"


@pytest.mark.parametrize("node", every_test())
def test_each_test_that_is_named_is_there(node: str) -> None:
    file, *names = node.split("::")
    assert (ROOT / file).exists(), file
    if names:
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        known = {each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef | ast.ClassDef)}
        assert set(names) <= known


def test_the_drill_gives_pytest_names_it_finds() -> None:
    """One name that pytest does not find, and it plays none of them."""
    for node in nodes():
        file, *names = node.split("::")
        inside = ast.parse((ROOT / file).read_text(encoding="utf-8")).body
        for name in names:
            found = [each for each in inside if isinstance(each, ast.FunctionDef | ast.ClassDef) and each.name == name]
            assert found, node
            inside = found[0].body


def test_every_attack_is_stopped_by_something() -> None:
    assert all(attack.stopped_by and attack.tests for group in ATTACKS.values() for attack in group)
    assert all(door.limit and door.tests for door in DOORS)
