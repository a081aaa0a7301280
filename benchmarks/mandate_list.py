"""The page of a structure's mandates when it has 10, 100 and 5,000 of them: how many statements it takes, whole, signed in, by HTTP.

The heavier of the lists of 100 and 5,000 is set beside that of 10: the same number, or it is not met. Each is searched for a name too.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks._campaign import database

NAME = "mandate-list"
UNIT = "statements"
REFERENCE = "the same page of a structure that has 10 (the public reference: 72, 612 and 3,012 for 10, 100 and 500)"
LESS_IS_BETTER = True
GOAL = 1.0
SIZES = (10, 100, 5_000)
PAGES = ("/helper/mandates/?which=all", "/helper/people/?which=all", "/helper/people/?q=quatre", "/helper/")


@contextmanager
def rounds() -> Iterator[tuple[Callable[[], float], Callable[[], float]]]:
    with database("mandates"):
        from django.test import Client
        from django.utils import timezone

        from tests.factories.houses import fill, house, member
        from tests.web.conftest import sign_in

        clients: dict[int, Any] = {}
        for size in SIZES:
            ours = house(f"Structure de {size}").on(timezone.now())
            fill(ours, size)
            clients[size] = sign_in(Client(), member(ours.organisation_id, "HELPER"))
        for client in clients.values():
            _statements(client)  # what a first page of a process remembers
        yield lambda: max(_statements(clients[size]) for size in SIZES[1:]), lambda: _statements(clients[SIZES[0]])


def _statements(client: Any) -> float:
    """Statements of the four pages together."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        for page in PAGES:
            answer = client.get(page)
            if answer.status_code != 200:
                raise RuntimeError(f"{page}: {answer.status_code} {answer.get('Location', '')}")
    return float(len(captured))
