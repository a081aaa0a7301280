"""What `carnet doctor` says of the doors: what is called in clear, how PostgreSQL is reached, whether a visitor writes their own address."""

import socket
import threading
from collections.abc import Iterator
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client

from carnet.cli import guards
from carnet.web import relayed


def asked() -> dict[str, str]:
    """The question as `carnet doctor` signs it: it lasts a minute, so it is signed when it is asked."""
    return {relayed.ASKED: relayed._SIGNER.sign("who am I")}


@pytest.mark.parametrize(
    ("host", "mode", "warns"),
    [
        ("/run/postgresql", None, False),
        ("", None, False),
        ("127.0.0.1", None, False),
        ("localhost", "disable", False),
        ("10.0.0.5", None, True),
        ("10.0.0.5", "prefer", True),
        ("10.0.0.5", "require", True),
        ("db.example.org", "verify-full", False),
        ("localhost,db.example.org", "disable", True),
    ],
)
def test_postgresql_in_clear_on_another_machine_is_told(host: str, mode: str | None, warns: bool) -> None:
    check = guards.postgresql_check({"HOST": host, "OPTIONS": {"sslmode": mode} if mode else {}})
    assert check.well
    assert check.warns is warns


@pytest.mark.parametrize(
    ("name", "address", "told"),
    [
        ("SMS_URL", "http://sms.example.org/send", "CARNET_SMS_URL"),
        ("SMS_URL", "https://sms.example.org/send", ""),
        ("SMS_URL", "http://127.0.0.1:9000/", ""),
        ("TIMESTAMP_URL", "http://10.0.0.9/tsa", "CARNET_TIMESTAMP_URL"),
        ("TRACES_URL", "http://collector.example.org:4318", "CARNET_TRACES_URL"),
        ("SCANNER", "tcp://10.0.0.4:3310", "CARNET_SCANNER"),
        ("SCANNER", "unix:///run/clamav/clamd.ctl", ""),
        ("SCANNER", "tcp://localhost:3310", ""),
    ],
)
def test_an_address_in_clear_on_another_machine_is_told(settings: Any, name: str, address: str, told: str) -> None:
    setattr(settings, name, address)
    *_postgresql, check = guards.plain_checks()
    assert check.warns is bool(told)
    assert told in check.says


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *words: Any) -> None:
        """Nothing."""


@pytest.fixture
def site(settings: Any, db: None) -> Iterator[str]:
    """The site itself, as a process serves it, with nothing before it."""
    with make_server("127.0.0.1", 0, WSGIHandler(), handler_class=Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.BASE_URL = f"http://127.0.0.1:{server.server_port}"
        yield settings.BASE_URL
        server.shutdown()


@pytest.mark.parametrize(("proxies", "well"), [(0, True), (1, False), (2, False)])
def test_a_visitor_who_writes_their_own_address_is_found_out(site: str, settings: Any, proxies: int, well: bool) -> None:
    """Nothing stands before the site: one proxy said, and what the visitor wrote would be believed; two, and nothing could be read."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    check = guards.proxies_check()
    assert check.well is well, check
    assert not check.warns


def test_a_site_that_does_not_answer_or_is_another_is_said_not_to_be_known(settings: Any) -> None:
    settings.BASE_URL = "http://127.0.0.1:1"
    assert guards.proxies_check().warns
    with socket.create_server(("127.0.0.1", 0)) as other:
        settings.BASE_URL = f"http://127.0.0.1:{other.getsockname()[1]}"

        def answer() -> None:
            line, _who = other.accept()
            with line:
                line.recv(1000)
                line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        threading.Thread(target=answer, daemon=True).start()
        assert guards.proxies_check().warns


@pytest.mark.django_db
def test_nobody_else_is_told_an_address() -> None:
    assert relayed.ANSWERED not in Client().get("/healthz").headers
    for forged in ("who am I", "who am I:1abcde:forged", ""):
        assert relayed.ANSWERED not in Client().get("/healthz", headers={relayed.ASKED: forged}).headers
    assert Client().get("/healthz", headers=asked()).headers[relayed.ANSWERED] == "127.0.0.1"
