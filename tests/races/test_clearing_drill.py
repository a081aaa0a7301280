"""A small sample of the clearing drill: two installations, each a process, over a network that does its worst; then one lies."""

from typing import Any

import pytest

from drills import clearing
from tests.databases import TestDatabases

pytestmark = pytest.mark.slow


def test_nothing_is_accepted_twice_and_every_lie_is_named(
    test_databases: TestDatabases, django_db_setup: None, django_db_blocker: Any, worker_id: str
) -> None:
    names = [test_databases.clone(f"{worker_id}_clears_{rank}") for rank in (1, 2)]
    try:
        figures = clearing.play(vouchers=14, databases=(test_databases.url(names[0]), test_databases.url(names[1])))
    finally:
        for name in names:
            test_databases.drop(name)
    assert figures["claims"] == 14
    assert figures["lies_named"] == 7
    assert figures["owed_cents"] == 1000 * figures["accepted"]
