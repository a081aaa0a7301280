"""A scanner of files, as an outside system: clamd, asked over its socket about what a stranger sends, before anything reads it.

Optional (CARNET_SCANNER). Where one is named, what it does not answer for is refused: nothing is let in because a scanner is down. The protocol is
small enough to be here: the command, the content in pieces each behind its length, an empty piece, one line of answer.

Source: clamd(8), command INSTREAM (docs/sources/clamd.md).
"""

import contextlib
import re
import socket
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from carnet.gateways.deadlines import TooLate, WaitingRoom, within
from carnet.kernel.refusals import Refusal

# For a whole file of 32 MB; a local clamd takes one to two.
SECONDS_MOST = 15.0
# One step of the conversation; the whole has its own limit above.
STEP_SECONDS = 10.0
PIECE_BYTES = 64 * 1024
ANSWER_MOST = 1024
# Enough for a counter's photographs; a slow scanner does not take every seat of the site.
_ROOM = WaitingRoom(seats=4, spared_seconds=5.0)
_VERSION = re.compile(r"^ClamAV (?P<version>[^/ ]+)(?:/(?P<signatures>\d+)/(?P<day>.+))?$")
# EICAR's file, which every scanner knows and which harms nobody, in two halves: this file is none.
HARMLESS_TEST = (r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD" + "-ANTIVIRUS-TEST-FILE!$H+H*").encode("ascii")


class ScannerRefused(Refusal):
    """Base of the refusals of the scanner."""

    code = "scanner-refused"


class FileInfected(ScannerRefused):
    """The scanner knows something harmful in this file. Nothing of it is kept."""

    code = "file-infected"


class ScannerSilent(ScannerRefused):
    """The scanner did not answer for this file: down, too slow, or it gave another answer than yes or no."""

    code = "scanner-silent"


@dataclass(frozen=True, slots=True)
class ScannerSeen:
    """What a scanner says of itself. `signed_at`: of what it knows, when it says so."""

    version: str
    signed_at: datetime | None


def is_set_up() -> bool:
    """Whether files are scanned here."""
    return bool(settings.SCANNER)


def scan(pieces: Iterable[bytes]) -> None:
    """Ask about one file; nothing is asked where no scanner is set up. Raises: FileInfected, ScannerSilent."""
    if not is_set_up():
        return
    content = list(pieces)
    answer = _asked(lambda line: _stream(line, content))
    if answer == "stream: OK":
        return
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        raise FileInfected
    raise ScannerSilent


def look() -> ScannerSeen:
    """Its version, and how old what it knows is. Raises: ScannerSilent."""
    found = _VERSION.match(_asked(lambda line: line.sendall(b"zVERSION\0")))
    if found is None:
        raise ScannerSilent
    try:
        signed_at = datetime.strptime(found["day"] or "", "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    except ValueError:
        signed_at = None
    return ScannerSeen(found["version"], signed_at)


def finds_harm() -> bool:
    """Whether it finds the file that every scanner must. Raises: ScannerSilent."""
    try:
        scan([HARMLESS_TEST])
    except FileInfected:
        return True
    return False


def _asked(tell: Callable[[socket.socket], None]) -> str:
    def exchange() -> str:
        with _connected(settings.SCANNER) as line:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it may answer before the end (a size limit), and close
                tell(line)
            return _answer(line)

    try:
        with _ROOM.seat():
            return within(SECONDS_MOST, exchange, partner="scanner")
    except (OSError, TooLate):
        raise ScannerSilent from None


def _connected(address: str) -> socket.socket:
    scheme, _colon, rest = address.partition("://")
    if scheme == "unix":
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(STEP_SECONDS)
        try:
            line.connect(str(Path(rest)))
        except OSError:
            line.close()
            raise
        return line
    host, _colon, port = rest.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=STEP_SECONDS)


def _stream(line: socket.socket, content: list[bytes]) -> None:
    line.sendall(b"zINSTREAM\0")
    for piece in content:
        for begin in range(0, len(piece), PIECE_BYTES):
            part = piece[begin : begin + PIECE_BYTES]
            line.sendall(struct.pack(">I", len(part)) + part)
    line.sendall(struct.pack(">I", 0))


def _answer(line: socket.socket) -> str:
    read = b""
    while not read.endswith(b"\0") and len(read) < ANSWER_MOST:
        part = line.recv(ANSWER_MOST)
        if not part:
            break
        read += part
    return read.rstrip(b"\0\n").decode("utf-8", "replace")
