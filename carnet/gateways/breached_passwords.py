"""Passwords that were stolen somewhere, as a file of this machine: looked up by halves on the disk, never asked outside, never held in memory.

Optional (CARNET_BREACHED_PASSWORDS): the whole list of Have I Been Pwned as its downloader writes it, in one sorted file (``HASH:COUNT`` a line) or
in a folder of ranges (``21BD1.txt``, the other 35 digits a line). A password is told by its SHA-1 only because the list is.

Source: docs/sources/breached-passwords.md.
"""

import hashlib
import os
import re
from pathlib import Path
from typing import BinaryIO

from carnet.kernel.refusals import Refusal

HASH_DIGITS, PREFIX_DIGITS = 40, 5
# A line is 40 digits, a colon, a count, and its end; twice that holds a whole one from anywhere.
LINE_MOST = 64
# A range holds a thousand lines or two; far more is another file.
RANGE_BYTES_MOST = 2_000_000
_LINE = re.compile(rb"([0-9A-F]{40})(?::\d+)?\r?\n?")


class BreachedListRefused(Refusal):
    """Base of the refusals of the list of breached passwords."""

    code = "breached-list-refused"


class BreachedListUnreadable(BreachedListRefused):
    """The list cannot be read, or is no sorted list of SHA-1 digests: whether a password is in it is not known."""

    code = "breached-list-unreadable"


def is_breached(password: str, *, path: Path) -> bool:
    """Whether the list holds this password. Raises: BreachedListUnreadable."""
    digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode("ascii")
    try:
        if path.is_dir():
            return _in_range(path / f"{digest[:PREFIX_DIGITS].decode()}.txt", digest[PREFIX_DIGITS:])
        with path.open("rb") as file:
            return _in_file(file, digest)
    except OSError:
        raise BreachedListUnreadable from None


def _in_range(path: Path, rest: bytes) -> bool:
    with path.open("rb") as file:
        lines = file.read(RANGE_BYTES_MOST).upper().splitlines()
    if not lines or len(lines[0].partition(b":")[0]) != HASH_DIGITS - PREFIX_DIGITS:
        raise BreachedListUnreadable
    return any(line.partition(b":")[0] == rest for line in lines)


def _in_file(file: BinaryIO, digest: bytes) -> bool:
    """By halves: each look reads the line that holds one byte, and throws away the half that cannot hold the digest."""
    low, high = 0, file.seek(0, os.SEEK_END)
    if not high:
        raise BreachedListUnreadable
    while low < high:
        begin, end, found = _line_at(file, (low + high) // 2, low)
        if found == digest:
            return True
        if found < digest:
            low = end
        else:
            high = begin
    return False


def _line_at(file: BinaryIO, place: int, low: int) -> tuple[int, int, bytes]:
    """The line that holds the byte at `place`: where it begins, where the next does, its digest. `low`: a line begins there."""
    since = max(low, place - LINE_MOST)
    file.seek(since)
    read = file.read(2 * LINE_MOST)
    begin = read.rfind(b"\n", 0, place - since) + 1
    if begin == 0 and since != low:
        raise BreachedListUnreadable
    end = read.find(b"\n", begin)
    end = len(read) if end < 0 else end + 1
    line = _LINE.fullmatch(read[begin:end].upper())
    if line is None:
        raise BreachedListUnreadable
    return since + begin, since + end, line.group(1)
