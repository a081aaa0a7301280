"""The journal's sealed chain, as a file: each block is one line of JSON, then 16 bytes a row (number, beginning of its digest)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

ROW_SIZE = 16
_ROWS_AT_ONCE = 4096


@dataclass(frozen=True, slots=True)
class BlockHeader:
    """One sealed block: rows of transactions from `from_xid` on, below `to_xid`."""

    number: int
    from_xid: int
    to_xid: int
    row_count: int
    previous: str
    digest: str
    sealed_at: str


def write_block(file: IO[bytes], header: BlockHeader, rows: bytes) -> int:
    """Append one block; return how many bytes were written."""
    line = json.dumps({name: getattr(header, name) for name in BlockHeader.__slots__}).encode("ascii") + b"\n"
    file.write(line)
    file.write(rows)
    return len(line) + len(rows)


def blocks(file: IO[bytes]) -> Iterator[tuple[BlockHeader, Iterator[bytes]]]:
    """Each block with its rows, a few thousand at a time, 16 bytes a row. Take a block's rows before the next block. Raises: ValueError."""
    while line := file.readline(4096):
        try:
            header = BlockHeader(**json.loads(line))
            left = int(header.row_count)
        except TypeError:
            raise ValueError(line[:80]) from None

        def rows(left: int = left) -> Iterator[bytes]:
            while left:
                chunk = file.read(ROW_SIZE * min(left, _ROWS_AT_ONCE))
                if len(chunk) % ROW_SIZE or not chunk:
                    raise ValueError("a block ends before its last row")
                left -= len(chunk) // ROW_SIZE
                yield chunk

        yield header, rows()
