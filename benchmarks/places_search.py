"""Places near a point, as the public page and the API find them: 18,000 places, the twenty-four nearest within ten kilometres, with what
they accept and whether they are open."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import psycopg

from benchmarks import _campaign

NAME = "places-search"
UNIT = "searches/s"
REFERENCE = "a plain haversine over every place, sorted, the twenty-four nearest, names only"
GOAL = 1.0
PLACES = 18_000
SEARCHES = 40
HAVERSINE = """
    SELECT name FROM places_place WHERE latitude IS NOT NULL ORDER BY
      2 * 6371.0088 * asin(least(1, sqrt(power(sin(radians(latitude - %s) / 2), 2)
        + cos(radians(%s)) * cos(radians(latitude)) * power(sin(radians(longitude - %s) / 2), 2)))) LIMIT 24"""


@contextmanager
def rounds() -> Iterator[tuple[Callable[[], float], Callable[[], float]]]:
    with _campaign.database("places") as url:
        from django.db import connection

        from carnet.gateways.database import acting_as_everything
        from carnet.places import queries
        from carnet.places.models import Place
        from tests.factories.campaign import NOW

        chance = random.Random(44)
        with acting_as_everything(why="the benchmark makes its own places"):
            Place.objects.bulk_create([_place(number, chance) for number in range(PLACES)], batch_size=1_000)
        with psycopg.connect(url, autocommit=True) as owner:
            owner.execute("VACUUM ANALYZE places_place")

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


def _place(number: int, chance: random.Random) -> object:
    from carnet.places.models import Place
    from tests.factories.campaign import NOW

    return Place(
        provenance="bench", national_id=f"bench-{number}", imported_at=NOW, content_hash=b"", pivot="", name=f"Lieu {number}", commune="Nantes",
        postcode="44000", commune_code="44109", address="1 rue", latitude=chance.uniform(43.0, 50.0), longitude=chance.uniform(-2.0, 7.0),
        updated_on=date(2026, 1, 1), opening_hours="Mo-Fr 09:00-12:00,14:00-18:00",
    )  # fmt: skip
