"""Stricter than production: no network, every warning an error, the application's own database role, and one migrated database cloned.

PostgreSQL refuses to truncate the append-only tables, so Django's TransactionTestCase cannot clean up after itself. A test that needs
real commits (races, kills, other processes) takes `committed_database`: a fresh clone of its own, dropped afterwards.
"""

import gc
from collections.abc import Iterator

import hypothesis
import pytest
from django.conf import settings
from django.db import connections
from django.utils import translation

from carnet.api.tokens import forget_tokens
from carnet.api.v1.redeeming import forget_payment_days
from carnet.redemption.access import forget_place_keys
from carnet.redemption.queries import forget_series_facts
from carnet.web.public import figures
from tests import statements
from tests.databases import TestDatabases
from tests.lasting import lasting_campaign, lasting_season, ready
from tests.scheduling import longest_first, pytest_xdist_auto_num_workers, pytest_xdist_make_scheduler, readers_last

# Fixtures and hooks, found here by their names.
__all__ = ["lasting_campaign", "lasting_season", "pytest_xdist_auto_num_workers", "pytest_xdist_make_scheduler", "ready"]
statements.watch_every_connection()
# A slow machine is no fault of a rule: no example is timed (speed is what `make bench` shows).
hypothesis.settings.register_profile("carnet", deadline=None)
hypothesis.settings.load_profile("carnet")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        longest_first(items)
    readers_last(items)
    for item in items:
        marker = item.get_closest_marker("django_db")
        if marker and (marker.kwargs.get("transaction") or marker.kwargs.get("reset_sequences")):
            raise pytest.UsageError(f"{item.nodeid}: append-only tables cannot be flushed; use the fixture committed_database")


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: the collector of garbage no longer looks through it: eight hundredths of the time were spent so."""
    gc.freeze()


@pytest.fixture(scope="session")
def test_databases() -> Iterator[TestDatabases]:
    databases = TestDatabases(settings.DATABASES["default"])
    yield databases
    databases.close()


@pytest.fixture(scope="session")
def django_db_setup(test_databases: TestDatabases, django_db_blocker, worker_id: str) -> Iterator[None]:
    """One clone of the migrated template for this worker; each test marked django_db is rolled back inside it."""
    with django_db_blocker.unblock():
        name = test_databases.clone(worker_id)
        configured = connections.settings["default"]["NAME"]
        point_django_at(name)
    yield
    with django_db_blocker.unblock():
        point_django_at(configured)
        test_databases.drop(name)


@pytest.fixture(autouse=True)
def french_at_first() -> None:
    """The language a test begins in: a page served in English to the test before leaves its own behind, in the same thread."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture
def committed_database(django_db_setup: None, test_databases: TestDatabases, django_db_blocker, worker_id: str) -> Iterator[str]:
    """A database of this test alone, where commits are real. Gives its address (postgresql://…) for other processes to join in."""
    with django_db_blocker.unblock():
        shared = connections.settings["default"]["NAME"]
        name = test_databases.clone(f"{worker_id}_own")
        point_django_at(name)
        try:
            yield test_databases.url(name)
        finally:
            point_django_at(shared)
            test_databases.drop(name)


def point_django_at(name: str) -> None:
    """Threads opened later follow: they share this dictionary. What was remembered of the other database's rows, whose ids are the same, goes."""
    if connections["default"].in_atomic_block:
        raise RuntimeError("rows that last a module (tests/lasting.py) would be lost: a test with commits of its own belongs elsewhere")
    for forget in (forget_place_keys, forget_series_facts, forget_payment_days, figures.forget, forget_tokens):
        forget()
    connections["default"].close()
    connections.settings["default"]["NAME"] = name
    connections["default"].settings_dict["NAME"] = name


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    """The xdist worker (gw0, gw1...), or `main` when the tests run in one process."""
    return getattr(request.config, "workerinput", {}).get("workerid", "main")
