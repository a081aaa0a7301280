"""What a grid names as proof must exist: paths, and tests by their names."""

import ast
from collections.abc import Iterable, Iterator
from functools import cache

from tests.house.rooms import ROOT


def missing(evidence: Iterable[str], tests: Iterable[str]) -> Iterator[str]:
    """The paths, and the tests (`path` or `path::name`), that are not there."""
    yield from (path for path in evidence if not (ROOT / path).exists())
    for told in tests:
        path, _colons, name = told.partition("::")
        if not (ROOT / path).exists() or not path.startswith(("tests/", "drills/")) or (name and name not in tests_of(path)):
            yield told


@cache
def tests_of(path: str) -> frozenset[str]:
    """The names of the tests that a file defines."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef) and each.name.startswith("test_"))
