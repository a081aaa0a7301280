"""The life of a file of places someone sends: mapped, checked, then written; each long step in parts that go on where they were."""

import json
import zlib
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Any

from carnet.places.rules.checking import JudgedLines, PlaceRow
from carnet.places.rules.faults import Fault, FaultCode, Outcome
from carnet.places.rules.tables import RawLine

# Lines judged in one transaction: about a quarter of a second.
PART_LINES = 500
# A file nobody finished, or whose refused lines nobody fetched, is forgotten.
KEPT_DAYS = 30


class FileState(StrEnum):
    """Where a file is."""

    MAPPING = "MAPPING"  # waits for a person to say what its columns mean
    CHECKING = "CHECKING"
    CHECKED = "CHECKED"  # waits for a person to read the report
    WRITING = "WRITING"
    DONE = "DONE"
    FAILED = "FAILED"

    @property
    def is_work(self) -> bool:
        """True while the programme has something to do."""
        return self in (FileState.CHECKING, FileState.WRITING)


def packed_lines(lines: Iterable[RawLine]) -> bytes:
    """Lines as they are kept."""
    return _packed([[line.line, line.cells] for line in lines])


def unpacked_lines(kept: bytes) -> tuple[RawLine, ...]:
    """The lines `packed_lines` kept."""
    return tuple(RawLine(line, cells) for line, cells in _unpacked(kept))


def packed_judgement(judged: JudgedLines) -> bytes:
    """Judged lines as they are kept."""
    return _packed(
        {
            "rows": [
                [row.line, {**row.columns, "updated_on": row.columns["updated_on"].isoformat()}, dict(row.extras), row.commune_found]
                for row in judged.rows
            ],
            "faults": [fault.as_json() for fault in judged.faults],
        }
    )


def unpacked_judgement(kept: bytes) -> JudgedLines:
    """The judged lines `packed_judgement` kept; values of faults come back cut."""
    said = _unpacked(kept)
    rows = tuple(
        PlaceRow(line, {**columns, "updated_on": date.fromisoformat(columns["updated_on"])}, extras, found)
        for line, columns, extras, found in said["rows"]
    )
    return JudgedLines(rows, tuple(fault_of(each) for each in said["faults"]))


def fault_of(kept: dict[str, Any]) -> Fault:
    """The fault `Fault.as_json` wrote."""
    return Fault(kept["line"], FaultCode(kept["code"]), Outcome(kept["outcome"]), kept["field"], kept["value"], kept["detail"])


def _packed(said: Any) -> bytes:
    return zlib.compress(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode(), 3)


def _unpacked(kept: bytes) -> Any:
    return json.loads(zlib.decompress(kept))
