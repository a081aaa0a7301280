"""The arena of redemptions: one campaign in one database, pgbench as the reference, and whoever is compared, in turn, in the same rounds."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from benchmarks import _http, _pgbench
from benchmarks._campaign import Bench, campaign_of

REFERENCE = "pgbench sending the same statement once per transaction, 32 clients, no HTTP"
UNIT = "redemptions/s"
SECONDS = 4
VOUCHERS = 600_000
# What is put aside for a round and not taken is not given back: more than what was measured just before, never more than a share of all.
MARGIN = 1.7
PER_ROUND_MAX = 32_000


class Arena:
    """The campaign, the reference, and the servers, each started by whoever first needs it."""

    def __init__(self, bench: Bench, stack: ExitStack) -> None:
        self.bench = bench
        self._stack = stack
        self._script = _pgbench.prepare(bench)
        self._per_second = _pgbench.rate(bench, self._script, seconds=2, share=PER_ROUND_MAX // _pgbench.CLIENTS)
        self._ports: dict[tuple[str, ...], int] = {}
        self._known: dict[int, float] = {}

    def reference(self) -> float:
        """One round of pgbench."""
        seconds = SECONDS + _pgbench.WARM_SECONDS
        share = min(PER_ROUND_MAX, int(self._per_second * MARGIN * seconds)) // _pgbench.CLIENTS
        self._per_second = _pgbench.rate(self.bench, self._script, seconds=SECONDS, share=share)
        return self._per_second

    def serving(self, words: Sequence[str]) -> int:
        """The port of a `carnet` command that serves until the arena closes: warm, its own rate known."""
        if tuple(words) not in self._ports:
            port = self._stack.enter_context(_http.serving(words, self.bench))
            _http.rate(port, self.bench.requests(4_000), seconds=2)  # connections opened, statements prepared
            self._known[port] = _http.rate(port, self.bench.requests(8_000), seconds=2)
            self._ports[tuple(words)] = port
        return self._ports[tuple(words)]

    def rate_of(self, port: int) -> float:
        """The greatest rate lately measured of a server."""
        return self._known[port]

    def round_of(self, port: int) -> float:
        """One round of a server under 32 clients. Each 201 is counted in the database afterwards."""
        wanted = min(PER_ROUND_MAX, int(self._known[port] * MARGIN * SECONDS))
        self._known[port] = _http.counted(self.bench, port, self.bench.requests(wanted), seconds=SECONDS)
        return self._known[port]


@contextmanager
def arena() -> Iterator[Arena]:
    with ExitStack() as stack:
        yield Arena(stack.enter_context(campaign_of(VOUCHERS, name="arena")), stack)


@contextmanager
def served(arena: Arena, words: Sequence[str]) -> Iterator[Callable[[], float]]:
    """Rounds of a server of ours."""
    port = arena.serving(words)
    yield lambda: arena.round_of(port)
