"""The journal's seals against the rows of an archive: what was sealed is what is here.

Rows and seals come in the same order (transaction, number), so that both are read once, side by side. Seals name the rows of every
programme of the installation: those of others are passed over. Rows not sealed yet when a step was made wait for the seals of the next one.
"""

import gzip
import hashlib
from collections import deque
from collections.abc import Callable, Iterator
from typing import IO

from carnet.gateways.programme_archives._blocks import ROW_SIZE, BlockHeader, blocks
from carnet.gateways.programme_archives._format import XID_SIZE, ChainEntry, TableEntry
from carnet.gateways.programme_archives._reading import Step, csv_rows
from carnet.gateways.programme_archives._sealed import SealedRow

_AHEAD = 64
_WAITING_MAX = 100_000

Tell = Callable[[str, str, str], None]


class ChainReader:
    """One sealed table, step after step. `tell(file or table, key, what)` is called for each fault."""

    def __init__(self, table: str) -> None:
        self._table = table
        self._number, self._digest, self._to_xid = 0, "", 0
        self._waiting: dict[int, bytes] = {}
        self._ahead: deque[tuple[int, bytes, int]] = deque()
        self._rows: Iterator[tuple[int, bytes, int]] = iter(())

    @property
    def unsealed(self) -> int:
        """How many rows no seal covers yet, of those remembered."""
        return len(self._waiting)

    def step(self, step: Step, chain: ChainEntry, entry: TableEntry | None, tell: Tell) -> None:
        """Read the blocks and the rows of one step. Raises: OSError, EOFError, ValueError on files that cannot be read."""
        if entry is None:
            self._read_blocks(step, chain, tell)
            return
        with (
            gzip.open(step.folder / entry.file, "rb") as rows,
            (step.folder / entry.xids_file).open("rb") as xids,
        ):
            self._rows = _numbered(rows, xids, entry)  # type: ignore[arg-type]
            self._look_ahead()
            self._read_blocks(step, chain, tell)
            while self._ahead:
                number, digest, xid = self._ahead.popleft()
                self._look_ahead()
                self._leave(number, digest, xid, tell)
        self._rows = iter(())

    def _read_blocks(self, step: Step, chain: ChainEntry, tell: Tell) -> None:
        with (step.folder / chain.file).open("rb") as file:
            for header, chunks in blocks(file):
                if (header.number, header.previous) != (self._number + 1, self._digest) or header.from_xid != self._to_xid:
                    tell(chain.file, f"block={header.number}", "chain")
                found = hashlib.sha256(bytes.fromhex(header.previous))
                for chunk in chunks:
                    found.update(chunk)
                    self._compare(chunk, tell)
                if found.hexdigest() != header.digest:
                    tell(chain.file, f"block={header.number}", "chain")
                self._pass(header, tell)
        if (self._number, self._digest) != (chain.number, chain.digest):
            tell(chain.file, f"block={chain.number}", "chain")

    def _pass(self, header: BlockHeader, tell: Tell) -> None:
        self._number, self._digest, self._to_xid = header.number, header.digest, header.to_xid
        while self._ahead and self._ahead[0][2] < self._to_xid:
            number, _digest, _xid = self._ahead.popleft()
            self._look_ahead()
            tell(self._table, f"id={number}", "sealed-added")

    def _compare(self, chunk: bytes, tell: Tell) -> None:
        for start in range(0, len(chunk), ROW_SIZE):
            number = int.from_bytes(chunk[start : start + 8], "big", signed=True)
            sealed = chunk[start + 8 : start + ROW_SIZE]
            waited = self._waiting.pop(number, None)
            if waited is not None and waited != sealed:
                tell(self._table, f"id={number}", "sealed-changed")
            place = next((place for place, each in enumerate(self._ahead) if each[0] == number), None)
            if place is None:
                continue
            for _skipped in range(place):
                tell(self._table, f"id={self._ahead.popleft()[0]}", "sealed-added")
            if self._ahead.popleft()[1] != sealed:
                tell(self._table, f"id={number}", "sealed-changed")
            self._look_ahead()

    def _leave(self, number: int, digest: bytes, xid: int, tell: Tell) -> None:
        if xid < self._to_xid:
            tell(self._table, f"id={number}", "sealed-added")
        elif self._waiting.get(number, digest) != digest:
            tell(self._table, f"id={number}", "sealed-changed")
        elif len(self._waiting) < _WAITING_MAX:
            self._waiting[number] = digest

    def _look_ahead(self) -> None:
        while len(self._ahead) < _AHEAD:
            row = next(self._rows, None)
            if row is None:
                return
            self._ahead.append(row)


def _numbered(rows: IO[bytes], xids: IO[bytes], entry: TableEntry) -> Iterator[tuple[int, bytes, int]]:
    reader = SealedRow(entry)
    rows.readline()
    for row in csv_rows(rows):
        try:
            number, digest = reader.read(row)
        except IndexError:
            raise ValueError("not a row") from None
        yield number, digest, int.from_bytes(xids.read(XID_SIZE), "big")
