"""The archive of a programme of a hundred thousand vouchers, half of them used: a base, beside a bare copy of the same rows to gzip.

Said beside: what a base weighs, how long it takes to check, an increment at rest. With CARNET_BENCH_ARCHIVES=1000000, a million vouchers (a quarter of
an hour, most of it to make them).
"""

import gzip
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from benchmarks._campaign import Bench, campaign_of

NAME = "archives"
UNIT = "s"
REFERENCE = "the same tables by COPY to gzip, in no order, without sums, seals or signature"
LESS_IS_BETTER = True
GOAL = 2.5
ROUNDS = 3
VOUCHERS = int(os.environ.get("CARNET_BENCH_ARCHIVES", "100000"))
AT_ONCE = 100
_said: dict[str, float] = {}


def described() -> str:
    """The reference, and what else was measured."""
    words = (
        "{reference}; {vouchers:,} vouchers, {rows:,.0f} rows in {megabytes:.1f} MB, checked in {check:.1f} s, an increment at rest in"
        " {rest:.2f} s and {rest_kb:.0f} kB"
    )
    return words.format(reference=REFERENCE, vouchers=VOUCHERS, **_said)


@contextmanager
def rounds() -> Iterator[tuple[Callable[[], float], Callable[[], float]]]:
    with campaign_of(VOUCHERS, name="archives") as bench, TemporaryDirectory() as folder:
        from carnet.gateways import programme_archives
        from tests.continuity.archived import step

        _use_half(bench)
        kept = Path(folder) / "kept"

        def base() -> float:
            began = time.perf_counter()
            written = step(bench.ready.programme_id, kept, anew=True)
            took = time.perf_counter() - began
            _said.update(rows=written.row_count, megabytes=written.bytes / 1e6)
            return took

        def bare() -> float:
            began = time.perf_counter()
            _copied(bench.url, [entry.name for entry in programme_archives.open_archive(kept).base.manifest.tables], Path(folder) / "bare")
            return time.perf_counter() - began

        base()
        began = time.perf_counter()
        assert programme_archives.check(programme_archives.open_archive(kept)) == ()
        _said["check"] = time.perf_counter() - began
        step(bench.ready.programme_id, kept)
        began = time.perf_counter()
        resting = step(bench.ready.programme_id, kept)
        _said.update(rest=time.perf_counter() - began, rest_kb=resting.bytes / 1000)
        yield base, bare


def _use_half(bench: Bench) -> None:
    """Redemptions through the same function as a counter's, then seals."""
    from carnet.gateways.database import acting_as, acting_as_everything
    from carnet.journal import operations as journal
    from carnet.redemption import operations
    from carnet.redemption.operations import Asked, Item
    from carnet.redemption.queries import Redeemed
    from tests.factories.campaign import LATER

    ready = bench.ready
    for first in range(0, VOUCHERS // 2, AT_ONCE):
        items = [
            Item(code=ready.code(rank), service="mailbox", place_id=ready.place_id, key=f"bench-{rank}")
            for rank in range(first, first + AT_ONCE)
        ]
        with acting_as(ready.mediator):
            answers = operations.redeem_many(asked=[Asked(item, ready.mediator, "BATCH") for item in items], at=LATER)
        if not all(isinstance(each, Redeemed) for each in answers):
            raise RuntimeError("a voucher was refused")
    with acting_as_everything(why="seals chain every row"):
        journal.seal(at=LATER)
    with psycopg.connect(bench.url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _copied(url: str, tables: list[str], folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    with psycopg.connect(url) as connection:
        connection.execute("SET LOCAL carnet.everything = 'on'")
        for table in tables:
            statement = f"COPY (SELECT * FROM {table}) TO STDOUT (FORMAT csv)"
            with (
                gzip.open(folder / f"{table}.csv.gz", "wb", compresslevel=1) as file,
                connection.cursor() as cursor,
                cursor.copy(statement) as copy,  # type: ignore[arg-type]
            ):
                for row in copy:
                    file.write(row)
