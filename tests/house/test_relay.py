"""The relay of the guide, as it is written and, where nginx is installed, as it serves: what it speaks, what it refuses, what it tells the site."""

import contextlib
import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.house.rooms import ROOT

GUIDE = ROOT / "docs" / "operating" / "debian" / "nginx.conf"
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
HOST = "carnet.example.org"
AUTHENTICATED = re.compile(r"(GCM|CHACHA20|CCM)")


def said(name: str, text: str | None = None) -> list[str]:
    """The words behind one directive of the guide."""
    found = re.findall(rf"^\s*{name}\s+([^;]+);", text or GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    return [word for words in found for word in words.split()]


def test_only_the_two_latest_protocols_are_spoken_whoever_else_listens() -> None:
    assert said("ssl_protocols") == ["TLSv1.2", "TLSv1.3"]
    listening = re.findall(r"^\s*listen\s+([^;]*443[^;]*);", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(listening) == 2
    assert all("default_server" in each for each in listening)


def test_every_suite_keeps_its_secrets_and_is_authenticated_the_strongest_first() -> None:
    (suites,) = said("ssl_ciphers")
    named = suites.split(":")
    assert all(each.startswith("ECDHE-") and AUTHENTICATED.search(each) for each in named), named
    strengths = [0 if "AES256" in each else 1 if "CHACHA20" in each else 2 for each in named]
    assert strengths == sorted(strengths)
    assert said("ssl_prefer_server_ciphers") == ["on"]
    assert said("ssl_conf_command")[1].split(":")[0] == "TLS_AES_256_GCM_SHA384"


class Site(BaseHTTPRequestHandler):
    """Tells back what the relay said."""

    def do_GET(self) -> None:
        content = "\n".join(f"{name}: {value}" for name, value in self.headers.items()).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *words: Any) -> None:
        """Nothing."""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Relay:
    """nginx with the guide's own file: other ports, a certificate of a minute ago, nothing else changed but what a test loosens."""

    def __init__(self, folder: Path, *, loosened: bool = False) -> None:
        assert NGINX is not None
        self.folder, self.clear, self.sealed, site, counter = folder, free_port(), free_port(), free_port(), free_port()
        (folder / "nginx").mkdir()
        made = [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            f"/CN={HOST}",
            "-addext",
            f"subjectAltName=DNS:{HOST}",
        ]
        subprocess.run([*made, "-keyout", folder / "key.pem", "-out", folder / "cert.pem"], check=True, capture_output=True)
        text = GUIDE.read_text(encoding="utf-8")
        text = re.sub(r"^\s*listen \[::\][^;]*;\n", "", text, flags=re.MULTILINE)
        text = text.replace("listen 80;", f"listen 127.0.0.1:{self.clear};").replace("listen 443 ", f"listen 127.0.0.1:{self.sealed} ")
        text = text.replace("/etc/carnet/tls/fullchain.pem", str(folder / "cert.pem")).replace(
            "/etc/carnet/tls/privkey.pem", str(folder / "key.pem")
        )
        text = text.replace("127.0.0.1:8000", f"127.0.0.1:{site}").replace("127.0.0.1:8001", f"127.0.0.1:{counter}")
        if loosened:
            text = text.replace("ssl_protocols TLSv1.2 TLSv1.3;", "ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;")
            text = re.sub(r"ssl_ciphers [^;]+;", "ssl_ciphers ALL:@SECLEVEL=0;", text)
        kept = "".join(f"{name}_temp_path {folder}/nginx/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        whole = f"daemon off;\nworker_processes 1;\npid {folder}/nginx.pid;\nerror_log {folder}/error.log;\nevents {{}}\nhttp {{\naccess_log off;\n{kept}{text}}}\n"
        if not os.geteuid():
            whole = "user root;\n" + whole
        (folder / "nginx.conf").write_text(whole, encoding="utf-8")
        self.site = ThreadingHTTPServer(("127.0.0.1", site), Site)
        threading.Thread(target=self.site.serve_forever, daemon=True).start()
        self.process = subprocess.Popen([NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")], stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and self.process.poll() is None:
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", self.sealed)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError((folder / "error.log").read_text())

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(20)
        self.site.shutdown()
        self.site.server_close()

    def speaks(self, *words: str) -> bool:
        """Whether a handshake is made by a client that would speak anything."""
        asked = ["openssl", "s_client", "-connect", f"127.0.0.1:{self.sealed}", "-servername", HOST, *words]
        done = subprocess.run(asked, input=b"", capture_output=True, timeout=20, check=False)
        return done.returncode == 0 and b"Cipher is (NONE)" not in done.stdout

    def ask(self, method: str, path: str, *, sealed: bool = True, **headers: str) -> tuple[http.client.HTTPResponse, str]:
        line: http.client.HTTPConnection
        if sealed:
            trusting = ssl.create_default_context(cafile=str(self.folder / "cert.pem"))
            trusting.check_hostname = False
            line = http.client.HTTPSConnection("127.0.0.1", self.sealed, context=trusting, timeout=10)
        else:
            line = http.client.HTTPConnection("127.0.0.1", self.clear, timeout=10)
        line.request(method, path, headers={"Host": HOST, **{name.replace("_", "-"): value for name, value in headers.items()}})
        with contextlib.closing(line):
            answer = line.getresponse()
            return answer, answer.read().decode("utf-8", "replace")


needs_nginx = pytest.mark.skipif(NGINX is None or shutil.which("openssl") is None, reason="nginx or openssl is not installed")
OLD = {"TLS 1.0": ("-tls1", "-cipher", "ALL:@SECLEVEL=0"), "TLS 1.1": ("-tls1_1", "-cipher", "ALL:@SECLEVEL=0")}
# Without forward secrecy; without authenticated encryption; with neither a certificate nor a secret.
WEAK = ("AES128-GCM-SHA256", "AES256-SHA", "ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES256-SHA384", "AECDH-AES128-SHA")


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relay]:
    served = Relay(tmp_path_factory.mktemp("relay"))
    yield served
    served.close()


@needs_nginx
class TestServed:
    def test_speaks_the_two_latest_protocols_with_the_strongest_suite(self, relay: Relay) -> None:
        assert relay.speaks("-tls1_3")
        assert relay.speaks("-tls1_2")
        trusting = ssl.create_default_context(cafile=str(relay.folder / "cert.pem"))
        trusting.maximum_version = ssl.TLSVersion.TLSv1_2
        trusting.set_ciphers("ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384")  # the weaker first, as a client may ask
        with socket.create_connection(("127.0.0.1", relay.sealed)) as line, trusting.wrap_socket(line, server_hostname=HOST) as sealed:
            assert sealed.cipher() is not None
            assert sealed.cipher()[0] == "ECDHE-RSA-AES256-GCM-SHA384"  # type: ignore[index]

    @pytest.mark.parametrize("name", sorted(OLD))
    def test_no_older_protocol(self, relay: Relay, name: str) -> None:
        assert not relay.speaks(*OLD[name])

    @pytest.mark.parametrize("suite", WEAK)
    def test_no_weak_suite(self, relay: Relay, suite: str) -> None:
        assert not relay.speaks("-tls1_2", "-cipher", f"{suite}:@SECLEVEL=0")

    def test_these_questions_are_answered_where_it_is_loosened(self, tmp_path: Path) -> None:
        """The control: the same client is heard by a relay that lets everything in."""
        served = Relay(tmp_path, loosened=True)
        try:
            assert all(served.speaks(*words) for words in OLD.values())
            assert all(served.speaks("-tls1_2", "-cipher", f"{suite}:@SECLEVEL=0") for suite in WEAK)
        finally:
            served.close()

    def test_what_a_visitor_writes_of_their_way_is_replaced(self, relay: Relay) -> None:
        _answer, told = relay.ask(
            "GET", "/", X_Forwarded_For="192.0.2.77, 192.0.2.78", X_Forwarded_Proto="http", Connection="close, X-Forwarded-For"
        )
        lines = dict(line.split(": ", 1) for line in told.splitlines())
        assert lines["X-Forwarded-For"] == "127.0.0.1"
        assert lines["X-Forwarded-Proto"] == "https"
        assert lines["Host"] == HOST
        assert told.count("X-Forwarded-For") == 1

    def test_in_clear_a_person_is_led_on_and_a_program_is_told(self, relay: Relay) -> None:
        answer, _told = relay.ask("GET", "/aide/", sealed=False)
        assert (answer.status, answer.headers["Location"]) == (308, f"https://{HOST}/aide/")
        assert relay.ask("POST", "/api/v1/redemptions", sealed=False)[0].status == 403

    def test_says_little(self, relay: Relay) -> None:
        assert relay.ask("GET", "/metrics")[0].status == 404
        assert relay.ask("TRACE", "/")[0].status == 405
        assert relay.ask("GET", "/")[0].headers["Server"] == "nginx"
