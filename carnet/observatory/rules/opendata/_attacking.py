"""What an attacker reads in the folders of releases: the published cells, the hidden ones, and every sum between them. Pure.

It is given the files alone. Where a month was corrected it first supposes that what is hidden stood still, which tells it most; when no whole
table fits, it lets what is hidden in the corrected months move.
"""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from carnet.observatory.rules.disclosure._attack import Contradiction, Interval, attack
from carnet.observatory.rules.disclosure._cells import Key, Sum
from carnet.observatory.rules.opendata._files import FILES
from carnet.observatory.rules.opendata._lines import Line, Lines, Place, Region
from carnet.observatory.rules.opendata._tables import NATION, tables_of

Files = Mapping[str, bytes]
_CUT = ("services", "publics", "procedures")


@dataclass(frozen=True, slots=True)
class Attacked:
    """The bounds of each hidden cell, by what the files call it. `small`: those the attacker knows to be few, and not nobody."""

    bounds: Mapping[Key, Interval]
    least: int

    @property
    def given_back(self) -> list[Key]:
        """Hidden cells of which one count only is possible."""
        return [key for key, each in self.bounds.items() if each.is_known]

    @property
    def small(self) -> list[Key]:
        """Hidden cells where the attacker is sure that there was somebody, and fewer than the least count."""
        return [key for key, each in self.bounds.items() if each.low > 0 and each.high is not None and each.high < self.least]


@dataclass(frozen=True, slots=True)
class _Read:
    cells: Mapping[Key, int | None]
    sums: tuple[Sum, ...]
    never: frozenset[Key]
    least: int


def attack_files(releases: Sequence[Files], *, progress: Callable[[int, int], None] = lambda _done, _all: None) -> Attacked:
    """Attack releases kept by whoever kept them all, the oldest first. Raises: Contradiction, ValueError (no release there)."""
    told = [_read(files) for files in releases]
    if not told:
        raise ValueError("no release")
    try:
        bounds = _attacked(told, still=True, progress=progress)
    except Contradiction:
        bounds = _attacked(told, still=False, progress=progress)
    return Attacked(bounds, told[-1].least)


def _attacked(told: Sequence[_Read], *, still: bool, progress: Callable[[int, int], None]) -> dict[Key, Interval]:
    shown: dict[Key, int] = {}
    hidden: dict[Key, bool] = {}
    sums: dict[Sum, None] = {}
    version: dict[Key, int] = {}
    latest: dict[Key, int | None] = {}
    for each in told:
        corrected = {key[1] for key, value in each.cells.items() if key in latest and latest[key] != value}
        for key, value in each.cells.items():
            moves = key in latest and (latest[key] != value or (value is None and not still and key[1] in corrected))
            version[key] = version.get(key, 0) + moves
            latest[key] = value
            named = (*key, str(version[key]))
            if value is None:
                hidden[named] = key not in each.never
            else:
                shown[named] = value
        for bound in each.sums:
            sums[Sum(_named(bound.total, version), tuple(_named(part, version) for part in bound.parts))] = None
    found = attack(shown, hidden, sums, progress=lambda done: progress(done, len(hidden)))
    return {key: interval for key, interval in found.items() if hidden[key]}


def _named(key: Key, version: Mapping[Key, int]) -> Key:
    return (*key, str(version[key]))


def _read(files: Files) -> _Read:
    geography, presence = _rows(files, "geography"), _rows(files, "presence")
    rows = {name: _rows(files, name) if f"{name}.csv" in files else [] for name in FILES}  # what releases did not have at first
    cells: dict[Key, int | None] = {}
    for name in (*_CUT, "territories"):
        for row in rows[name]:
            key = (row["measure"], row["period"], f"{row['level']}:{row['code']}", row.get("key", ""))
            cells[key] = int(row["value"]) if row["value"] else None
    months = sorted({row["period"] for row in rows["territories"] if "-" in row["period"]})
    if not months:
        raise ValueError("no month")
    lines = [Line("used", months[0], "", "", 0, 0)]
    lines += [Line(row["measure"], months[-1], row["code"], row["key"], 0, 0) for name in _CUT for row in rows[name]]
    frame = tables_of(
        Lines(
            months[-1],
            tuple(lines),
            {},
            {},
            frozenset((row["programme"], row["commune"]) for row in presence),
            tuple(
                Place(row["code"], row["name"], row["epci"], row["departement"], row["region"])
                for row in geography
                if row["level"] == "COMMUNE"
            ),
            tuple(Region(row["level"], row["code"], row["name"]) for row in geography if row["level"] != "COMMUNE"),
        )
    )
    whole: dict[Key, int | None] = {
        (row["measure"], row["period"], NATION, f"programme={row['code']}"): int(row["value"]) for row in rows["programmes"] if row["value"]
    }
    known = {key: None if key in frame.never else whole.get(key, cells.get(key, 0)) for key in frame.cells}
    return _Read(known, frame.sums, frame.never, int(json.loads(files["manifest.json"])["least"]))


def _rows(files: Files, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files[f"{name}.csv"].decode())))
