"""How long one redemption takes when nobody hurries: requests leave at moments drawn beforehand, whether or not the former ones were answered."""

import random
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from benchmarks import _http, _server
from benchmarks._redemption import Arena

REFERENCE = "50 ms, or ten median fsyncs of this run"
SECONDS = 5
CONNECTIONS = 16
PROMISED_MS = 50.0


@contextmanager
def at_a_tenth(arena: Arena, words: Sequence[str], told: list[str]) -> Iterator[tuple[Callable[[], float], Callable[[], float]]]:
    """Rounds of p99, and of what it may be, at a tenth of the greatest rate measured of this server in this run. `told` gets the p50."""
    port = arena.serving(words)
    folder = _server.fsync_folder(_server.postmaster(arena.bench.url))
    chance, halves, fsyncs = random.Random(19), [], []

    def ours() -> float:
        per_second = arena.rate_of(port) / 10
        taken = latencies(port, arena.bench.requests(int(per_second * SECONDS)), per_second=per_second, chance=chance)
        halves.append(statistics.median(taken) * 1000)
        told[:] = [
            f"{REFERENCE} ({statistics.median([*fsyncs, _server.fsync_seconds(folder)]) * 1000:.1f} ms each);"
            f" p50 {statistics.median(halves):.0f} ms at {per_second:.0f} a second"
        ]
        return sorted(taken)[int(len(taken) * 0.99)] * 1000

    def allowed() -> float:
        fsyncs.append(_server.fsync_seconds(folder))
        return max(PROMISED_MS, 10 * statistics.median(fsyncs) * 1000)

    yield ours, allowed


def latencies(port: int, requests: Sequence[bytes], *, per_second: float, chance: random.Random) -> list[float]:
    """Seconds from the moment each request was due (not sent: a queue counts) to its whole answer. Any answer but 201 is a fault."""
    due, moment = [], time.perf_counter() + 0.2
    for _ in requests:
        moment += chance.expovariate(per_second)
        due.append(moment)
    waiting, one_at_a_time = iter(zip(due, requests, strict=True)), threading.Lock()
    taken: list[float] = []
    faults: list[bytes] = []

    def client() -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while True:
                with one_at_a_time:
                    at, request = next(waiting, (0.0, b""))
                if not request:
                    return
                time.sleep(max(0.0, at - time.perf_counter()))
                connection.sendall(request)
                answer = b""
                while not answer.endswith(b"}"):
                    received = connection.recv(65536)
                    if not received:
                        faults.append(answer)
                        return
                    answer += received
                taken.append(time.perf_counter() - at)
                if not answer.startswith(_http.CREATED):
                    faults.append(answer)

    clients = [threading.Thread(target=client) for _ in range(CONNECTIONS)]
    for each in clients:
        each.start()
    for each in clients:
        each.join()
    if faults:
        raise RuntimeError(f"the server answered {faults[0][:300]!r}")
    return taken
