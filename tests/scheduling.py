"""How the tests are shared between workers: a module is never cut, the stories in Chromium stay together, and the longest go first.

Without this, the parameters of one test are spread over every worker, each of which plays the town, launches Chromium or reads France
again; and the last long test keeps one worker busy while the others wait. pytest 9.2 no longer lets xdist's own groups work.
"""

import os
from collections import Counter
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

BROWSER = "tests/browser/"
# Long by themselves, the longest first; what is not named here follows, the heaviest modules first.
LONG = (
    BROWSER,
    "tests/browser/test_every_page_of_every_role.py",
    "tests/races/test_redemptions_killed.py",
    "tests/races/test_hammered_over_http.py",
    "tests/api/test_anything_its_description_allows.py",
    "tests/places/test_command.py",
    "tests/cli/",
    "tests/upgrades/",
    "tests/gateways/test_embedded_postgres.py",
    "tests/web/test_every_route_against_the_table.py",
    "tests/races/",
    "tests/api/",
    "tests/invariants/",
    "tests/scenarios/",
    "tests/attacks/",
    "tests/web/",
    "tests/places/test_export.py",
)
# A test that is slow by nature, or has a database of its own, weighs as many ordinary ones: five of them at the very end keep one worker
# busy while the others have nothing left.
SLOW_WEIGHT = 30


class Scheduling(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        """The module of a test. The stories of one town are one scope, but the tour of every page, which is as long as all of them."""
        module = nodeid.partition("::")[0]
        return BROWSER if module.startswith(BROWSER) and module not in LONG else module


def rank(module: str) -> int:
    """The place of a module among the long ones, the most precise name first."""
    named = [name for name in LONG if module.startswith(name)]
    return LONG.index(max(named, key=len)) if named else len(LONG)


def longest_first(items: list[pytest.Item]) -> None:
    """Sort the tests by module, in the order in which workers take them; inside a module they stay shuffled."""
    weights: Counter[str] = Counter()
    for item in items:
        weights[module_of(item)] += weight(item)
    items.sort(key=lambda item: (rank(module_of(item)), -weights[module_of(item)], module_of(item)))


def weight(item: pytest.Item) -> int:
    is_slow = item.get_closest_marker("slow") is not None or "committed_database" in getattr(item, "fixturenames", ())
    return SLOW_WEIGHT if is_slow else 1


def readers_last(items: list[pytest.Item]) -> None:
    """Put what reads what others left after them, inside its module."""
    order = {module: rank for rank, module in enumerate(dict.fromkeys(module_of(item) for item in items))}
    items.sort(key=lambda item: (order[module_of(item)], item.get_closest_marker("after_others") is not None))


def module_of(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    config.option.loadscopereorder = False  # `longest_first` has sorted them
    return Scheduling(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than the cores: whoever waits for Chromium, for a killed server or for a disk leaves its core to another."""
    return len(os.sched_getaffinity(0)) + 1
