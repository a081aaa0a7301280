"""Files asked about to clamd: the real one where it is installed, and a small server that says every wrong thing a scanner may say."""

import os
import pwd
import shutil
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile

from carnet.cli.guards import scanner_check
from carnet.gateways import scanner
from carnet.gateways.deadlines import WaitingRoom
from carnet.web.design.forms import WeighedFileField

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CONFIGURED = """
LocalSocket {folder}/clamd.ctl
DatabaseDirectory {folder}/db
TemporaryDirectory {folder}
Foreground yes
LogFile {folder}/clamd.log
StreamMaxLength 1M
{user}
"""


class Scanner:
    """A server that reads one command and its content as clamd(8) says, and answers as it is told. Written apart from the code it tests."""

    def __init__(self, answer: Callable[[bytes, bytes], bytes | None]) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.answer, self.got = answer, list[tuple[bytes, bytes]]()
        self.address = f"tcp://127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                line, _who = self.socket.accept()
            except OSError:
                return
            with line:
                stream = line.makefile("rb")
                command = b""
                while not command.endswith(b"\0"):
                    command += stream.read(1)
                content = b""
                if command == b"zINSTREAM\0":
                    while size := struct.unpack(">I", stream.read(4))[0]:
                        content += stream.read(size)
                self.got.append((command, content))
                answer = self.answer(command, content)
                if answer is not None:
                    line.sendall(answer)


@pytest.fixture(autouse=True)
def _own_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanner, "_ROOM", WaitingRoom(seats=4, spared_seconds=0.0))


@pytest.fixture
def saying(settings: Any) -> Callable[[bytes | None], Scanner]:
    def say(answer: bytes | None) -> Scanner:
        made = Scanner(lambda _command, _content: answer)
        settings.SCANNER = made.address
        return made

    return say


def test_without_a_scanner_nothing_is_asked(settings: Any) -> None:
    settings.SCANNER = ""
    scanner.scan([scanner.HARMLESS_TEST])


def test_the_whole_content_is_told_in_pieces(saying: Callable[[bytes], Scanner]) -> None:
    server = saying(b"stream: OK\0")
    content = os.urandom(3 * scanner.PIECE_BYTES + 17)
    scanner.scan([content[:100_000], b"", content[100_000:]])
    assert server.got == [(b"zINSTREAM\0", content)]


def test_a_yes_is_a_refusal(saying: Callable[[bytes], Scanner]) -> None:
    saying(b"stream: Win.Test.EICAR_HDB-1 FOUND\0")
    with pytest.raises(scanner.FileInfected):
        scanner.scan([b"x"])


@pytest.mark.parametrize(
    "answer",
    [
        b"INSTREAM size limit exceeded. ERROR\0",
        b"",
        None,
        b"UNKNOWN COMMAND\0",
        b"stream: OKAY\0",
        b"OK\0",
        b"stream: \0",
        b"\xff" * 5000,
        b"FOUND\0",
    ],
)
def test_anything_but_yes_or_no_refuses_the_file(saying: Callable[[bytes | None], Scanner], answer: bytes | None) -> None:
    saying(answer)
    with pytest.raises(scanner.ScannerSilent):
        scanner.scan([b"x"])


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "unix:///nowhere/clamd.ctl"])
def test_a_scanner_that_is_down_refuses_the_file(settings: Any, address: str) -> None:
    settings.SCANNER = address
    with pytest.raises(scanner.ScannerSilent):
        scanner.scan([b"x"])


def test_a_scanner_that_says_nothing_is_left_behind(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanner, "SECONDS_MOST", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        settings.SCANNER = f"tcp://127.0.0.1:{deaf.getsockname()[1]}"
        began = time.monotonic()
        with pytest.raises(scanner.ScannerSilent):
            scanner.scan([b"x"])
        assert time.monotonic() - began < 3


def test_every_field_of_a_file_asks_before_anything_reads_it(saying: Callable[[bytes], Scanner]) -> None:
    server = saying(b"stream: OK\0")
    field = WeighedFileField(most_bytes=1_000)
    kept = field.clean(SimpleUploadedFile("a.csv", b"a;b\n1;2\n"))
    assert kept is not None
    assert kept.read() == b"a;b\n1;2\n", "what reads it afterwards reads it whole"
    assert server.got[0][1] == b"a;b\n1;2\n"
    with pytest.raises(forms.ValidationError) as heavy:
        field.clean(SimpleUploadedFile("a.csv", b"x" * 2_000))
    assert heavy.value.code == "too_heavy"
    assert len(server.got) == 1, "what is too heavy is not even asked about"
    for answer, code in ((b"stream: Some FOUND\0", "file-infected"), (b"", "scanner-silent")):
        saying(answer)
        with pytest.raises(forms.ValidationError) as refused:
            field.clean(SimpleUploadedFile("a.csv", b"a"))
        assert refused.value.code == code
        assert "%(" not in str(refused.value.messages[0])


def test_no_form_takes_a_file_otherwise() -> None:
    """A field of files that is not weighed would not be scanned either."""
    house = Path(scanner.__file__).parents[1]
    plain = [
        path.relative_to(house)
        for path in house.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if ("forms.FileField" in line or "forms.ImageField" in line) and "class WeighedFileField" not in line
    ]
    assert plain == []
    files = [path for path in house.rglob("*.py") if "request.FILES[" in path.read_text() or "request.FILES.get" in path.read_text()]
    assert files == [], "read past the form"


class TestTheDoctor:
    def test_says_that_nothing_is_scanned(self, settings: Any) -> None:
        settings.SCANNER = ""
        check = scanner_check(AT)
        assert check.well
        assert check.warns

    @pytest.mark.parametrize(
        ("day", "finds", "well", "warns"),
        [
            ("Mon Nov 23 08:00:00 2026", True, True, False),
            ("Mon Nov  2 08:00:00 2026", True, True, True),
            ("Mon Nov 23 08:00:00 2026", False, False, False),
        ],
    )
    def test_says_what_it_finds_and_how_old_its_signatures_are(self, settings: Any, day: str, finds: bool, well: bool, warns: bool) -> None:
        def answer(command: bytes, _content: bytes) -> bytes:
            if command == b"zVERSION\0":
                return f"ClamAV 1.4.6/27800/{day}\0".encode()
            return b"stream: Eicar FOUND\0" if finds else b"stream: OK\0"

        settings.SCANNER = Scanner(answer).address
        check = scanner_check(AT)
        assert (check.well, check.warns) == (well, warns), check

    def test_says_that_it_is_down(self, settings: Any) -> None:
        settings.SCANNER = "tcp://127.0.0.1:1"
        assert not scanner_check(AT).well


@pytest.fixture(scope="module")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Debian's clamd (clamav-daemon), knowing one signature: EICAR's."""
    program = shutil.which("clamd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        pytest.skip("clamd is not installed (Debian: clamav-daemon)")
    folder = Path("/tmp") / f"carnet-clamd-{os.getpid()}"
    (folder / "db").mkdir(parents=True)
    (folder / "db" / "house.ndb").write_text(f"House.Test.Eicar:0:*:{scanner.HARMLESS_TEST.hex()}\n", encoding="ascii")
    user = "User clamav" if not os.geteuid() else ""
    if user:
        try:
            known = pwd.getpwnam("clamav")
        except KeyError:
            pytest.skip("clamd is here without its user")
        for path in (folder, folder / "db", folder / "db" / "house.ndb"):
            os.chown(path, known.pw_uid, known.pw_gid)
    (folder / "clamd.conf").write_text(CONFIGURED.format(folder=folder, user=user), encoding="ascii")
    process = subprocess.Popen([program, "-c", str(folder / "clamd.conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not (folder / "clamd.ctl").exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.1)
    try:
        assert (folder / "clamd.ctl").exists(), (folder / "clamd.log").read_text()
        yield f"unix://{folder}/clamd.ctl"
    finally:
        process.terminate()
        process.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


class TestTheRealOne:
    def test_finds_what_it_must_bare_and_inside_an_archive(self, settings: Any, clamd: str) -> None:
        settings.SCANNER = clamd
        assert scanner.finds_harm()
        packed = BytesIO()
        with ZipFile(packed, "w") as archive:
            archive.writestr("leçon.txt", scanner.HARMLESS_TEST)
        with pytest.raises(scanner.FileInfected):
            scanner.scan([packed.getvalue()])

    def test_lets_pass_what_is_nothing(self, settings: Any, clamd: str) -> None:
        settings.SCANNER = clamd
        scanner.scan([b"a;b\n1;2\n"])
        scanner.scan([])
        scanner.scan([os.urandom(900_000)])

    def test_past_its_own_limit_the_file_is_refused(self, settings: Any, clamd: str) -> None:
        settings.SCANNER = clamd
        with pytest.raises(scanner.ScannerSilent):
            scanner.scan([bytes(5_000_000)])

    def test_says_its_version(self, settings: Any, clamd: str) -> None:
        settings.SCANNER = clamd
        seen = scanner.look()
        assert seen.version[0].isdigit()
        assert scanner_check(AT + timedelta(days=1)).well
