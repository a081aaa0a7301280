"""The digest of a row as the journal seals it, computed from its line of CSV: the SHA-256 of PostgreSQL's text of `to_jsonb(row)`."""

import hashlib
import json
import re
from collections.abc import Callable

from carnet.gateways.programme_archives._format import SUM_SIZE, TableEntry

_CELL = re.compile(rb'("(?:[^"]|"")*"|[^,]*)(,|$)')


def cells(row: bytes) -> list[bytes | None]:
    """The cells of a line of CSV as PostgreSQL writes it: nothing is null, an empty text is in quotes."""
    found: list[bytes | None] = []
    line = row.removesuffix(b"\n")
    for match in _CELL.finditer(line):
        cell = match[1]
        if cell.startswith(b'"'):
            found.append(cell[1:-1].replace(b'""', b'"'))
        else:
            found.append(cell or None)
        if not match[2]:
            break
    return found


def _text(cell: bytes) -> str:
    return json.dumps(cell.decode(), ensure_ascii=False)


def _as_is(cell: bytes) -> str:
    return cell.decode()


def _moment(cell: bytes) -> str:
    # 2026-11-23 08:00:00.5+00 is 2026-11-23T08:00:00.5+00:00
    written = cell.decode().replace(" ", "T", 1)
    return f'"{written}:00"' if written[-3] in "+-" else f'"{written}"'


def _numbers(cell: bytes) -> str:
    return f"[{', '.join(cell.decode()[1:-1].split(','))}]".replace("NULL", "null")


_WRITTEN: dict[str, Callable[[bytes], str]] = {
    "bigint": _as_is,
    "integer": _as_is,
    "smallint": _as_is,
    "jsonb": _as_is,
    "boolean": lambda cell: "true" if cell == b"t" else "false",
    "timestamp with time zone": _moment,
    "bigint[]": _numbers,
    "integer[]": _numbers,
}


class SealedRow:
    """Reads rows of one sealed table: their number, and the beginning of their digest."""

    def __init__(self, entry: TableEntry) -> None:
        # The order of keys in a jsonb: the shortest first, then by their bytes.
        self._places = sorted(range(len(entry.columns)), key=lambda place: (len(entry.columns[place]), entry.columns[place]))
        self._names = [f'"{name}": ' for name in entry.columns]
        self._writers = [_WRITTEN.get(re.sub(r"\(\d+\)", "", each), _text) for each in entry.types]
        self._id = entry.columns.index("id")

    def read(self, row: bytes) -> tuple[int, bytes]:
        """Raises: ValueError, IndexError on what is not such a row."""
        found = cells(row)
        if len(found) != len(self._names):
            raise ValueError("another number of cells")
        said = ", ".join(
            self._names[place] + ("null" if (cell := found[place]) is None else self._writers[place](cell)) for place in self._places
        )
        number = found[self._id]
        if number is None:
            raise ValueError("a row without a number")
        return int(number), hashlib.sha256(f"{{{said}}}".encode()).digest()[:SUM_SIZE]
