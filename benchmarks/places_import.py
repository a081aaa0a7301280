"""The 4,930 places of the national file, from their bytes to rows: read, every value judged, repeats looked for, written with their report."""

import csv
import gzip
import io
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg

from benchmarks import _campaign

NAME = "places-import"
UNIT = "places/s"
REFERENCE = "PostgreSQL's own COPY of the same file into a table of text columns: nothing read, judged, compared nor told"
# Ten seconds for the file is the promise (493 places/s), whatever the machine; COPY judges nothing and writes twenty times faster.
GOAL = 0.02
PLACES = 4_930


@contextmanager
def rounds() -> Iterator[tuple[Callable[[], float], Callable[[], float]]]:
    with _campaign.database("places_import") as url:
        from carnet.gateways.database import acting_as
        from carnet.kernel.actors import Actor
        from carnet.places import queries
        from carnet.places.operations import import_places
        from tests.factories.campaign import NOW

        packed = (queries.DATA / "conseillers-numeriques-france-2022.v0.1.json.gz").read_bytes()
        queries.gazetteer()  # a site has it in memory
        actor = Actor.system("bench")

        def ours() -> float:
            # Each round is another directory: every place is created, none merely found unchanged.
            started = time.perf_counter()
            with acting_as(actor):
                report = import_places(
                    provenance=f"bench {uuid4()}", file_name="france", stream=io.BytesIO(packed), actor=actor, request_id=uuid4(), at=NOW
                )
            assert report.created_count == PLACES
            return PLACES / (time.perf_counter() - started)

        def theirs() -> float:
            started = time.perf_counter()
            places = json.loads(gzip.decompress(packed))
            columns = sorted({name for place in places for name in place})
            text = io.StringIO()
            csv.writer(text).writerows([place.get(name) for name in columns] for place in places)
            with psycopg.connect(url) as owner, owner.cursor() as cursor:
                cursor.execute(f"CREATE TABLE bench_{uuid4().hex} ({', '.join(f'{name} text' for name in columns)})")
                table = cursor.execute("SELECT relname FROM pg_class WHERE relname LIKE 'bench_%' ORDER BY oid DESC LIMIT 1").fetchone()
                assert table is not None
                with cursor.copy(f"COPY {table[0]} FROM STDIN (FORMAT csv)") as copy:
                    copy.write(text.getvalue())
            return PLACES / (time.perf_counter() - started)

        yield ours, theirs
