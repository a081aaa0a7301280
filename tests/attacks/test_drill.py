"""The parts of the drill `attacks` that measure: a server that answers a hidden request is found, a leak of five milliseconds is seen."""

import contextlib
import random
import socketserver
import threading
from collections.abc import Iterator

import pytest

from drills import _door
from drills._door import AUC_MOST, REQUESTS, auc


class Gullible(socketserver.BaseRequestHandler):
    """Believes the last length it reads, and answers whatever follows."""

    def handle(self) -> None:
        raw = b""
        self.request.settimeout(0.05)
        with contextlib.suppress(TimeoutError):
            while piece := self.request.recv(65536):
                raw += piece
        answers = max(1, raw.count(b" HTTP/1.1\r\n"))
        said = b"hidden-request" if b"hidden-request" in raw else b"ok"
        self.request.sendall(b"".join(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(said), said) for _each in range(answers)))


@pytest.fixture
def gullible() -> Iterator[int]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Gullible) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_a_server_that_answers_a_hidden_request_is_found(gullible: int) -> None:
    found = {each["what"]: each["wrong"] for each in _door.sent_at_the_door(gullible)}
    assert set(found) == {each.name for each in REQUESTS}
    assert found["two lengths"] == ["a hidden request was answered"]
    assert found["two hosts"] == []


def test_times_that_differ_by_five_milliseconds_are_told_apart_and_equal_ones_are_not() -> None:
    dice = random.Random(7)
    first = [0.03 + dice.expovariate(300) for _each in range(60)]
    same = [0.03 + dice.expovariate(300) for _each in range(60)]
    assert abs(auc(first, same) - 0.5) < AUC_MOST
    assert auc([each + _door.LEAK_SECONDS for each in first], same) - 0.5 > AUC_MOST
    assert auc([1.0], [1.0]) == 0.5
