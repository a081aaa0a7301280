"""A partner that misbehaves, on a port of this machine: slow, silent, absurd. What it says over HTTP, or as a mail server."""

import contextlib
import json
import socket
import threading
from collections.abc import Iterator

HTTP = {
    "status 500": b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 5\r\nConnection: close\r\n\r\noops!",
    "truncated JSON": b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\nConnection: close\r\n\r\n{"issuer": "htt',
    "nonsense": b"\x16\x03\x01 what do you mean?\r\n\r\n" * 3,
    "another issuer": None,
    "10 MB": None,
    "never answers": None,
    "a byte now and then": None,
}
MAIL = ("never answers", "nonsense", "a byte now and then", "refuses everybody", "hangs up")
BIG = 10 * 1024 * 1024


@contextlib.contextmanager
def misbehaving(how: str, *, mail: bool = False, port: int = 0) -> Iterator[int]:
    """Its port, for as long as the block lasts."""
    gone = threading.Event()
    server = socket.create_server(("127.0.0.1", port), backlog=64)
    server.settimeout(0.2)
    talk = _mail if mail else _http

    def serve() -> None:
        while not gone.is_set():
            try:
                client, _ = server.accept()
            except OSError:
                continue
            threading.Thread(target=_one, args=(talk, client, how, gone), daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        gone.set()
        thread.join()
        server.close()


def _one(talk, client: socket.socket, how: str, gone: threading.Event) -> None:  # type: ignore[no-untyped-def]
    with client, contextlib.suppress(OSError):
        talk(client, how, gone)


def _dribble(client: socket.socket, gone: threading.Event) -> None:
    for byte in b"HTTP/1.1 200 OK\r\nX-Patience: " + b"x" * 60_000:
        if gone.wait(0.5):
            return
        client.sendall(bytes([byte]))


def _http(client: socket.socket, how: str, gone: threading.Event) -> None:
    if how == "a byte now and then":
        _dribble(client, gone)
    elif how == "never answers":
        gone.wait()
    else:
        client.recv(65536)
        said = HTTP[how]
        if how == "10 MB":
            said = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n" + b'{"keys": [' + b'"k",' * (BIG // 4)
        if how == "another issuer":
            body = json.dumps({"issuer": "https://somebody-else.example.org"}).encode()
            said = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (
                len(body),
                body,
            )
        client.sendall(said or b"")


def _mail(client: socket.socket, how: str, gone: threading.Event) -> None:
    if how == "never answers":
        gone.wait()
    elif how == "a byte now and then":
        _dribble(client, gone)
    elif how == "nonsense":
        client.sendall(b"\x00\xff<html>what do you mean?</html>\r\n" * 3)
    elif how == "hangs up":
        return
    elif how in ("refuses everybody", "takes everything"):
        _converse(client, takes=how == "takes everything")


def _converse(client: socket.socket, *, takes: bool) -> None:
    lines = client.makefile("rb")
    client.sendall(b"220 mail.example.org\r\n")
    in_letter = False
    for line in lines:
        word = line[:4].upper()
        if in_letter:
            if line == b".\r\n":
                in_letter = False
                client.sendall(b"250 taken\r\n")
        elif word == b"RCPT" and not takes:
            client.sendall(b"450 not now\r\n")
        elif word == b"DATA":
            in_letter = True
            client.sendall(b"354 go on\r\n")
        elif word == b"QUIT":
            client.sendall(b"221 bye\r\n")
            return
        else:
            client.sendall(b"250 mail.example.org\r\n")
