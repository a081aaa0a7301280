"""The page of a search as a visitor gets it: 18,000 places, ten kilometres around a large town, its list, its map, its next lessons, in HTML.
From the request to the last byte, by Django's own client; processor time of Python and PostgreSQL together."""

import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks import _places

NAME = "places-page"
UNIT = "ms"
REFERENCE = "the promise: 150 ms of server time a page"
GOAL = 1.0
LESS_IS_BETTER = True
PROMISE_MS = 150.0
TOWNS = ("Nantes", "Lyon", "Lille", "Toulouse", "Rennes", "Montpellier")


@contextmanager
def rounds() -> Iterator[tuple[Callable[[], float], Callable[[], float]]]:
    with _places.directory("places-page"):
        from django.test import Client

        client = Client()

        def ours() -> float:
            taken = []
            for town in TOWNS:
                started = _places.processor_ms()
                answer = client.get("/places/", {"where": town, "opening": "saturday"})
                assert answer.status_code == 200
                taken.append(_places.processor_ms() - started)
            return statistics.median(taken)

        yield ours, lambda: PROMISE_MS
