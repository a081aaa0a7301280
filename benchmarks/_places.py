"""A directory of the country's size: the shipped places of France, and copies of them a few kilometres away, 18,000 in all."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import uuid4

import psycopg

from benchmarks import _campaign

PLACES = 18_000
COPIES = 3
ACCEPTING = 3_000


def processor_ms() -> float:
    """Milliseconds of processor this process and its connection's PostgreSQL backend have used: what others do on the machine is not in it."""
    from django.db import connection

    connection.ensure_connection()
    backend = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    return 1000 * time.process_time() + int(backend.read_text(encoding="ascii").split()[0]) / 1_000_000


@dataclass(frozen=True, slots=True)
class Directory:
    """Where it is, and a programme that many of its places accept."""

    url: str
    programme_id: int


@contextmanager
def directory(name: str) -> Iterator[Directory]:
    """A database of the benchmark's own with the places in it, their hours known, some that declared what they offer."""
    with _campaign.database(name) as url:
        from carnet.gateways.database import acting_as_everything
        from carnet.kernel.actors import Actor
        from carnet.places import operations, queries
        from tests.factories.campaign import NOW

        with acting_as_everything(why="the benchmark makes its own places"):
            with (queries.DATA / "conseillers-numeriques-france-2022.v0.1.json.gz").open("rb") as file:
                operations.import_places(
                    provenance="bench", file_name="bench.json.gz", stream=file,
                    actor=Actor.system("bench"), request_id=uuid4(), at=NOW,
                )  # fmt: skip
            programme_id = _programme(NOW.date())
        with psycopg.connect(url, autocommit=True) as owner:
            _multiply(owner)
            _decorate(owner, programme_id)
            owner.execute("VACUUM ANALYZE")
        yield Directory(url, programme_id)


def _programme(first_day: date) -> int:
    from carnet.funding.operations import create_programme
    from carnet.funding.rules import template_terms
    from carnet.kernel.actors import Actor
    from carnet.parties.operations import create_organisation
    from carnet.parties.rules import OrganisationKind
    from tests.factories.campaign import NOW, SYSTEM

    operator_id = create_organisation(
        name="Opérateur du banc", kinds=[OrganisationKind.OPERATOR], rna="W442012345", actor=SYSTEM, request_id=uuid4(), at=NOW
    )
    return create_programme(
        terms=template_terms("nantes", first_day=first_day, service_codes=("mailbox", "printer", "cv")), operator_id=operator_id,
        actor=Actor.system("bench", organisation_ids={operator_id}), request_id=uuid4(), at=NOW,
    )  # fmt: skip


def _multiply(owner: psycopg.Connection) -> None:
    """Copies lie up to thirty kilometres away: as crowded around towns as the real ones."""
    columns = [row[0] for row in owner.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'places_place'")]
    moved = {
        "provenance": "'copy-' || n", "latitude": "latitude + 0.27 * (random() - 0.5)", "longitude": "longitude + 0.4 * (random() - 0.5)",
    }  # fmt: skip
    kept = [column for column in columns if column != "id"]
    owner.execute("SELECT setseed(0.44)")
    owner.execute(
        f"INSERT INTO places_place ({', '.join(kept)}) SELECT {', '.join(moved.get(column, column) for column in kept)}"  # type: ignore[arg-type]
        f" FROM places_place, generate_series(1, {COPIES}) AS n WHERE provenance = 'bench' ORDER BY n, id"
        f" LIMIT {PLACES} - (SELECT count(*) FROM places_place)"
    )


def _decorate(owner: psycopg.Connection, programme_id: int) -> None:
    from carnet.places.rules.opening import bits_of_week

    hours = "Mo-Fr 09:00-12:00; Sa 14:00-17:00; PH off"
    owner.execute("UPDATE places_place SET opening_hours = %s, open_week = %s WHERE id %% 20 = 0", [hours, bits_of_week(hours)])
    seasonal = "Sep-Jun Mo-Fr 09:00-12:00"  # what bits of a week cannot say
    owner.execute("UPDATE places_place SET opening_hours = %s, open_week = NULL WHERE id %% 50 = 0", [seasonal])
    owner.execute(
        "UPDATE places_place SET traits = traits || '{access:step-free,access:sign-language,language:ar,language:other,free-space}'"
        " WHERE id % 7 = 0"
    )
    owner.execute(
        "INSERT INTO places_placeacceptance (place_id, programme_id, service_codes, from_on, until_on, request_id, created_at)"
        " SELECT id, %s, '{mailbox,cv}', '2020-01-01', NULL, gen_random_uuid(), now() FROM places_place WHERE id %% 6 = 0 LIMIT %s",
        [programme_id, ACCEPTING],
    )
