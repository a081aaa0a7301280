"""PostgreSQL's processor time for one redemption among ten million vouchers, beside one million: size must not be felt.

Vouchers are written by SQL with random hashes, in series of a hundred thousand; those spent are drawn at random among all, on warm
connections. Counted: user and system time of the server and all its children, writing of the log and cleaning included.
"""

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from uuid import uuid4

import psycopg

from benchmarks import _server, _statement
from benchmarks._campaign import Bench, campaign_of

NAME = "database-size"
UNIT = "us of processor"
REFERENCE = "the same among one million vouchers"
LESS_IS_BETTER = True
GOAL = 1.15
PER_SERIES = 100_000
SIZES = (10_000_000, 1_000_000)
CONNECTIONS = 8
PER_ROUND = 2_400
QUIET = 0.1  # of one processor


@contextmanager
def rounds() -> Iterator[tuple[Callable[[], float], Callable[[], float]]]:
    with ExitStack() as stack:
        large, small = (stack.enter_context(_spender(size)) for size in SIZES)
        _wait_until_quiet()
        large(), small()  # connections warm, statements prepared
        yield large, small


@contextmanager
def _spender(vouchers: int) -> Iterator[Callable[[], float]]:
    with ExitStack() as stack:
        bench = stack.enter_context(campaign_of(100, name=f"size{vouchers // 1_000_000}"))
        caught = _statement.caught(bench)
        _fill(bench, vouchers)
        server = _server.postmaster(bench.url)
        chance = random.Random(vouchers)
        hashes = iter(_some_hashes(bench, vouchers, 10 * PER_ROUND, chance))
        connections = [
            stack.enter_context(psycopg.connect(bench.url, options="-c role=carnet_app", prepare_threshold=1)) for _ in range(CONNECTIONS)
        ]
        people = stack.enter_context(ThreadPoolExecutor(CONNECTIONS))

        def spend(connection: "psycopg.Connection[object]", mine: list[bytes]) -> None:
            for code_hash in mine:
                text, arguments = caught.for_voucher(code_hash, uuid4())
                row = connection.execute(text, arguments).fetchone()
                connection.commit()
                if row is None or row[1] != "redeemed":  # type: ignore[index]
                    raise RuntimeError(f"not redeemed: {row}")

        def one_round() -> float:
            taken = [[next(hashes) for _ in range(PER_ROUND // CONNECTIONS)] for _ in connections]
            before = _server.processor_seconds(server)
            list(people.map(spend, connections, taken))
            return (_server.processor_seconds(server) - before) / PER_ROUND * 1e6

        yield one_round


def _fill(bench: Bench, vouchers: int) -> None:
    """Copies of the campaign's series, each with its booklets and its vouchers in hands, until there are that many."""
    with psycopg.connect(bench.url) as owner:
        owner.execute("SET LOCAL carnet.everything = 'on'")
        columns = {
            table: [
                row[0]
                for row in owner.execute(
                    "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER' ORDER BY 1",
                    [table],
                )
            ]
            for table in ("ledger_series", "ledger_booklet", "ledger_voucher", "ledger_account")
        }

        def copied(table: str, changed: dict[str, str], source: str) -> None:
            names = [name for name in columns[table] if changed.get(name) != ""]
            owner.execute(
                f"INSERT INTO {table} ({', '.join(names)}) OVERRIDING SYSTEM VALUE SELECT {', '.join(changed.get(name, f't.{name}') for name in names)}"
                f" FROM {table} t, {source}"
            )

        one, first = bench.ready.series_id, 1_000_000_000
        many, booklets = vouchers // PER_SERIES, PER_SERIES // 5
        numbers = f"generate_series(1, {many}) n WHERE t.id = {one}"
        copied(
            "ledger_series",
            {
                "id": "t.id + n", "first_serial": f"{first} + n * {PER_SERIES}", "first_booklet_id": f"{first} + n * {booklets}",
                "first_voucher_id": f"{first} + n * {PER_SERIES}", "first_booklet_serial": f"{first} + n * {booklets}",
                "voucher_count": str(PER_SERIES), "request_id": "gen_random_uuid()",
            },
            numbers,
        )  # fmt: skip
        copied(
            "ledger_account", {"id": "", "series_id": "t.series_id + n"},
            f"generate_series(1, {many}) n WHERE t.series_id = {one} AND t.kind = 'CIRCULATION'",
        )  # fmt: skip
        copied(
            "ledger_booklet", {"id": f"{first} + n * {booklets} + b", "series_id": "t.series_id + n"},
            f"generate_series(1, {many}) n, generate_series(0, {booklets - 1}) b WHERE t.id = (SELECT min(id) FROM ledger_booklet WHERE series_id = {one})",
        )  # fmt: skip
        owner.execute("ALTER TABLE ledger_voucher DROP CONSTRAINT ledger_voucher_code")  # made again below: ten times faster so
        copied(
            "ledger_voucher",
            {
                "id": f"{first} + n * {PER_SERIES} + v", "series_id": "t.series_id + n", "booklet_id": f"{first} + n * {booklets} + v / 5",
                "code_hash": f"substr(sha256(int8send({first} + n * {PER_SERIES} + v)), 1, 16)",
            },
            f"generate_series(1, {many}) n, generate_series(0, {PER_SERIES - 1}) v WHERE t.id = (SELECT max(id) FROM ledger_voucher WHERE series_id = {one})",
        )  # fmt: skip
        owner.execute("SET LOCAL maintenance_work_mem = '512MB'")
        owner.execute("ALTER TABLE ledger_voucher ADD CONSTRAINT ledger_voucher_code UNIQUE (code_hash, series_id)")
    with psycopg.connect(bench.url, autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")


def _some_hashes(bench: Bench, vouchers: int, how_many: int, chance: random.Random) -> list[bytes]:
    ids = [1_000_000_000 + PER_SERIES + each for each in chance.sample(range(vouchers), how_many)]
    with psycopg.connect(bench.url) as owner:
        owner.execute("SET LOCAL carnet.everything = 'on'")
        found = [row[0] for row in owner.execute("SELECT code_hash FROM ledger_voucher WHERE id = ANY (%s)", [ids])]
    chance.shuffle(found)
    if len(found) != how_many:
        raise RuntimeError("vouchers are missing")
    return found


def _wait_until_quiet() -> None:
    """Until the server has put away what was just written: what it still does would be counted."""
    server = _server.postmaster()
    for _ in range(60):
        before = _server.processor_seconds(server)
        time.sleep(1)
        if _server.processor_seconds(server) - before < QUIET:
            return
