"""Redemptions over HTTP beside pgbench: the same database, the same function, 32 connections on both sides."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from benchmarks import _http, _pgbench
from benchmarks._campaign import campaign_of

REFERENCE = "pgbench calling the same function once per transaction, 32 clients, no HTTP"
SECONDS = 3
VOUCHERS = 250_000
# More than the fastest machine takes in one round; what is not taken in a round is not given back.
PER_ROUND = 20_000


@contextmanager
def beside_pgbench(words: Sequence[str], name: str) -> Iterator[tuple[Callable[[], float], Callable[[], float]]]:
    """Rounds of a `carnet` command that serves, and of pgbench. Each 201 is counted in the database afterwards."""
    with campaign_of(VOUCHERS, name=name) as bench:
        _pgbench.prepare(bench)
        with _http.serving(words, bench) as port:
            _http.rate(port, bench.requests(2_000), seconds=2)  # connections opened, statements prepared

            def ours() -> float:
                return _http.counted(bench, port, bench.requests(PER_ROUND), seconds=SECONDS)

            def theirs() -> float:
                return _pgbench.rate(bench, seconds=SECONDS, share=PER_ROUND // _pgbench.CLIENTS)

            yield ours, theirs
