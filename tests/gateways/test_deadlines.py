"""A partner that dawdles holds nobody up for longer than was said."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from carnet.gateways import deadlines
from carnet.gateways.deadlines import PartnerSilent, Round, TooLate, WaitingRoom, within
from carnet.gateways.sms import _http
from carnet.gateways.sms._http import HttpGateway
from carnet.gateways.sms._outgoing import NotSent


def test_what_is_in_time_is_given_and_its_fault_is_its_own() -> None:
    assert within(1, lambda: 3) == 3
    with pytest.raises(ZeroDivisionError):
        within(1, lambda: 1 // 0)


def test_what_is_late_is_left_behind() -> None:
    began, ends = time.monotonic(), threading.Event()
    with pytest.raises(TooLate):
        within(0.1, lambda: ends.wait(5))
    assert time.monotonic() - began < 1
    ends.set()


def test_a_round_stops_trying_once_its_patience_is_spent() -> None:
    tried: list[int] = []

    def silent() -> None:
        tried.append(1)
        time.sleep(0.06)
        raise TimeoutError

    one = Round(patience_seconds=0.1)
    for _ in range(5):
        with pytest.raises(OSError):
            one.send(silent)
    assert len(tried) == 2
    quick = Round(patience_seconds=0.1)
    for _ in range(50):
        with pytest.raises(ConnectionRefusedError):
            quick.send(refused)


def refused() -> None:
    raise ConnectionRefusedError


def test_a_waiting_room_closes_after_a_slow_failure_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadlines, "SLOW_SECONDS", 0.05)
    room = WaitingRoom(seats=1, spared_seconds=0.2)
    for _ in range(3):
        with pytest.raises(ConnectionRefusedError), room.seat():
            refused()
    with room.seat(), pytest.raises(PartnerSilent), room.seat():
        pass
    with pytest.raises(TimeoutError), room.seat():
        time.sleep(0.06)
        raise TimeoutError
    with pytest.raises(PartnerSilent), room.seat():
        pass
    time.sleep(0.2)
    with room.seat():
        pass


@pytest.fixture
def dawdler() -> Iterator[int]:
    """A server that sends one byte of its answer now and then: no time limit of a socket is ever reached."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        gone = threading.Event()

        def serve() -> None:
            client, _ = server.accept()
            with client:
                for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n" + b"x" * 1000:
                    if gone.wait(0.02):
                        return
                    client.sendall(bytes([byte]))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        gone.set()
        thread.join(5)


def test_a_gateway_that_sends_a_byte_now_and_then_is_given_up(dawdler: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_http, "WHOLE_SECONDS", 0.3)
    began = time.monotonic()
    with pytest.raises(NotSent, match="TooLate"):
        HttpGateway(f"http://127.0.0.1:{dawdler}", "token").send(to="+33600000000", text="x", reference="r")
    assert time.monotonic() - began < 1.5
