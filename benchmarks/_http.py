"""A server of ours under load: keep-alive clients, each sending its next request as soon as it is answered."""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks._campaign import Bench

ROOT = Path(__file__).resolve().parents[1]
CLIENTS = 32
LOADERS = 2
CREATED = b"HTTP/1.1 201"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(words: Sequence[str], bench: "Bench") -> Iterator[int]:
    """A `carnet` command that serves, until the block ends; gives its port once it answers."""
    command = [sys.executable, "-c", "from carnet.cli.main import run; run()", *words]
    with serving_program(command, bench.surroundings) as port:
        yield port


@contextlib.contextmanager
def serving_program(command: Sequence[str], surroundings: dict[str, str], *, port: int | None = None) -> Iterator[int]:
    """A program that serves on the port it is told, until the block ends; gives the port once it answers."""
    port = port or free_port()
    server = subprocess.Popen(
        [*command, "--port", str(port)], cwd=ROOT, env=surroundings, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        wait_until_it_answers(port, server)
        yield port
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def wait_until_it_answers(port: int, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 60
    answers = 0
    while answers < 12:  # each worker process, several times
        if time.monotonic() > until or server.poll() is not None:
            raise RuntimeError("the server did not start")
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
                client.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                answers += client.recv(65536).startswith(b"HTTP/1.1 200")
        except OSError:
            time.sleep(0.1)


def request(code: str, place_id: int | None, token: str, key: str) -> bytes:
    """A whole HTTP request that redeems one voucher."""
    body = json.dumps({"code": code, "service": "mailbox"} | ({"place": place_id} if place_id else {})).encode()
    head = (
        f"POST /api/v1/redemptions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        f"Idempotency-Key: {key}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def rate(port: int, requests: Sequence[bytes], *, seconds: float) -> float:
    """Requests answered 201 per second, over `seconds`, by keep-alive clients in processes of their own. Any other answer is a fault."""
    return answered(port, requests, seconds=seconds)[0]


def answered(port: int, requests: Sequence[bytes], *, seconds: float) -> tuple[float, int]:
    """As `rate`, and how many were answered 201 within the time."""
    fork = get_context("fork")
    ends: list[Connection] = []
    loaders = []
    for number in range(LOADERS):
        here, there = fork.Pipe()
        loader = fork.Process(target=_load, args=(there, port, requests[number::LOADERS], CLIENTS // LOADERS, seconds))
        loader.start()
        there.close()  # so that a loader that dies is noticed
        ends.append(here)
        loaders.append(loader)
    told = [end.recv() for end in ends]
    for loader in loaders:
        loader.join()
    faults = [fault for _done, _took, fault in told if fault]
    if faults:
        raise RuntimeError(f"the server answered {faults[0]!r}")
    return sum(done / took for done, took, _fault in told), sum(done for done, _took, _fault in told)


def counted(bench: "Bench", port: int, requests: Sequence[bytes], *, seconds: float) -> float:
    """As `rate`, after checking that the database holds a redemption for every answer, and none besides."""
    before = bench.redeemed_count()
    measured, acknowledged = answered(port, requests, seconds=seconds)
    if bench.redeemed_count() - before < acknowledged:
        raise RuntimeError("the server acknowledged redemptions that are not in the database")
    return measured


def _load(end: Connection, port: int, requests: Sequence[bytes], clients: int, seconds: float) -> None:
    waiting = iter(requests)
    sockets: dict[int, socket.socket] = {}
    poll = select.epoll()
    for _ in range(clients):
        client = socket.create_connection(("127.0.0.1", port))
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sockets[client.fileno()] = client
        poll.register(client.fileno(), select.EPOLLIN)
    began = time.perf_counter()
    until = began + seconds
    partial: dict[int, bytes] = {}
    for client in sockets.values():
        client.sendall(next(waiting))
    in_flight, done, fault, ended = clients, 0, b"", began
    while in_flight:
        events = poll.poll(10)
        if not events:
            raise RuntimeError(f"no whole answer in ten seconds; the latest began {next(iter(partial.values()), b'')[:200]!r}")
        for number, _event in events:
            received = sockets[number].recv(65536)
            answer = partial.pop(number, b"") + received
            if not answer.endswith(b"}"):
                partial[number] = answer
                if len(answer) > 65536 or not received:
                    raise RuntimeError(f"the server hung up, having said {answer[:300]!r}")
                continue
            ended = time.perf_counter()
            if ended < until:
                done += 1
            if not answer.startswith(CREATED):
                fault = answer
            following = next(waiting, None)
            if ended < until and not fault and following is not None:
                sockets[number].sendall(following)
            else:
                in_flight -= 1
                until = min(until, ended) if following is None else until
    end.send((done, min(ended, until) - began, fault))
    for client in sockets.values():
        client.close()
