"""Places near a point, as the public page and the API find them: 18,000 places, the twenty-four nearest within ten kilometres, with what
they accept and whether they are open."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks import _places

NAME = "places-search"
UNIT = "searches/s"
REFERENCE = "a plain haversine over every place, sorted, the twenty-four nearest, names only"
GOAL = 1.0
SEARCHES = 40
HAVERSINE = """
    SELECT name FROM places_place WHERE latitude IS NOT NULL ORDER BY
      2 * 6371.0088 * asin(least(1, sqrt(power(sin(radians(latitude - %s) / 2), 2)
        + cos(radians(%s)) * cos(radians(latitude)) * power(sin(radians(longitude - %s) / 2), 2)))) LIMIT 24"""


@contextmanager
def rounds() -> Iterator[tuple[Callable[[], float], Callable[[], float]]]:
    with _places.directory("places-search"):
        from django.db import connection

        from carnet.places import queries
        from tests.factories.campaign import NOW

        chance = random.Random(44)

        def points() -> list[tuple[float, float]]:
            return [(chance.uniform(43.5, 49.5), chance.uniform(-1.5, 6.5)) for _ in range(SEARCHES)]

        def ours() -> float:
            wanted, started = points(), time.perf_counter()
            for point in wanted:
                queries.search(at=NOW, near=point, radius_km=10)
            return SEARCHES / (time.perf_counter() - started)

        def theirs() -> float:
            wanted, started = points(), time.perf_counter()
            with connection.cursor() as cursor:
                for latitude, longitude in wanted:
                    cursor.execute(HAVERSINE, [latitude, latitude, longitude])
                    cursor.fetchall()
            return SEARCHES / (time.perf_counter() - started)

        yield ours, theirs
