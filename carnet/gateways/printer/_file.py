"""A PDF file written as it goes: each page leaves memory at once, and only where things lie is remembered.

Pages are dictionaries of a few dozen bytes: they are packed by the hundred and compressed, as PDF 1.5 allows, and so is the table of
where everything lies. The same objects in the same order give the same bytes: the file's own number is a digest of them.
"""

import hashlib
import os
import zlib
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_PACKED_MAX, _KIDS_MAX = 200, 100
# Lighter levels weigh more than a booklet may, heavier ones take time and hardly weigh less: `make bench BENCH=printing-size`.
LEVEL = 7


def text_string(text: str) -> bytes:
    """A text of the file's own description, in any alphabet."""
    return b"<feff" + text.encode("utf-16-be").hex().encode("ascii") + b">"


@contextmanager
def written(target: Path | BinaryIO) -> Iterator[BinaryIO]:
    """Where to write: an open file as it is, or a file of that name, for its owner only, whole or not at all."""
    if not isinstance(target, Path):
        yield target
        return
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    # Codes are as good as cash until handed over: only the owner reads the file.
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)  # a disk that is full leaves no part of a file of codes behind
        raise


class PdfFile:
    """Objects are numbered from 1. The tree of pages has two levels: branches of a hundred, and their root."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._offset, self._digest = file, 0, hashlib.sha256(usedforsecurity=False)
        # Two numbers for each object: (offset, 0), or (the pack it is in, its rank there plus one).
        self._places = array("Q", (0, 0))
        self._waiting: list[tuple[int, bytes]] = []
        self._kids: list[int] = []
        self._branches: list[int] = []
        self.pages = 0
        self._write(b"%PDF-1.6\n%\xe2\xe3\xcf\xd3\n")
        self._root, self._branch = self.reserve(), 0

    def reserve(self) -> int:
        """A number for an object that comes later."""
        self._places.extend((0, 0))
        return len(self._places) // 2 - 1

    def put(self, number: int, body: bytes) -> int:
        """A small object, packed with others."""
        self._waiting.append((number, body))
        if len(self._waiting) >= _PACKED_MAX:
            self._pack()
        return number

    def add(self, body: bytes) -> int:
        """The same, under the next number."""
        return self.put(self.reserve(), body)

    def stream(self, data: bytes, entries: bytes = b"") -> int:
        """A compressed stream, written at once."""
        number, packed = self.reserve(), zlib.compress(data, LEVEL)
        self._places[2 * number] = self._offset
        self._write(
            b"%d 0 obj\n<<%b/Filter/FlateDecode/Length %d>>stream\n%b\nendstream\nendobj\n" % (number, entries, len(packed), packed)
        )
        return number

    def page(self, entries: bytes) -> None:
        """The next page: what it has beside its place in the tree."""
        if not self._kids:
            self._branch = self.reserve()
        self._kids.append(self.add(b"<</Type/Page/Parent %d 0 R%b>>" % (self._branch, entries)))
        self.pages += 1
        if len(self._kids) == _KIDS_MAX:
            self._close_branch()

    def finish(self, *, inherited: bytes, catalogue: bytes, about: bytes) -> None:
        """The tree of pages (`inherited` by each), the catalogue, what the file says of itself, and where everything lies."""
        self._close_branch()
        branches = _references(self._branches)
        self.put(self._root, b"<</Type/Pages/Count %d/Kids[%b]%b>>" % (self.pages, branches, inherited))
        home = self.add(b"<</Type/Catalog/Pages %d 0 R%b>>" % (self._root, catalogue))
        info = self.add(b"<<%b>>" % about)
        self._pack()
        self._write_places(home, info)

    def _close_branch(self) -> None:
        if not self._kids:
            return
        body = b"<</Type/Pages/Parent %d 0 R/Count %d/Kids[%b]>>" % (self._root, len(self._kids), _references(self._kids))
        self._branches.append(self.put(self._branch, body))
        self._kids = []

    def _pack(self) -> None:
        if not self._waiting:
            return
        where, offset = [], 0
        for number, body in self._waiting:
            where.append(b"%d %d" % (number, offset))
            offset += len(body) + 1
        head = b" ".join(where) + b" "
        data = head + b" ".join(body for _number, body in self._waiting)
        pack = self.stream(data, b"/Type/ObjStm/N %d/First %d" % (len(self._waiting), len(head)))
        for rank, (number, _body) in enumerate(self._waiting, start=1):
            self._places[2 * number], self._places[2 * number + 1] = pack, rank
        self._waiting = []

    def _write_places(self, home: int, info: int) -> None:
        """The table of places, in columns that differ little from line to line: the filter of PNG makes them small."""
        table, start = self.reserve(), self._offset
        self._places[2 * table] = start
        width = max(3, (start.bit_length() + 7) // 8)
        above, squeezer = bytes(width + 3), zlib.compressobj(9)
        packed = bytearray()
        for number in range(len(self._places) // 2):
            place, rank = self._places[2 * number], self._places[2 * number + 1]
            kind, third = (0, 65535) if number == 0 else (2, rank - 1) if rank else (1, 0)
            line = bytes([kind]) + place.to_bytes(width, "big") + third.to_bytes(2, "big")
            packed += squeezer.compress(b"\x02" + bytes([(now - before) & 255 for now, before in zip(line, above, strict=True)]))
            above = line
        packed += squeezer.flush()
        mark = self._digest.hexdigest()[:32].encode("ascii")
        self._write(
            b"%d 0 obj\n<</Type/XRef/Size %d/W[1 %d 2]/Root %d 0 R/Info %d 0 R/ID[<%b><%b>]/Filter/FlateDecode"
            b"/DecodeParms<</Predictor 12/Columns %d>>/Length %d>>stream\n%b\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n"
            % (table, table + 1, width, home, info, mark, mark, width + 3, len(packed), bytes(packed), start)
        )

    def _write(self, data: bytes) -> None:
        self._file.write(data)
        self._digest.update(data)
        self._offset += len(data)


def _references(numbers: list[int]) -> bytes:
    return b" ".join(b"%d 0 R" % number for number in numbers)
