"""What the continuous archive holds: files named after the log's own places, and whether they follow one another.

A whole segment is `000000010000000000000003.<sha>.gz.age`; of the one being filled, pieces: `000000010000000000000004.<from>-<to>.<sha>.gz.age`,
from and to in bytes within the segment. `<sha>` begins the SHA-256 of the file, which can so be checked by whoever cannot open it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

SHA_LETTERS = 32
# Of the address of the log, 4 GiB of which carry one number.
LOG_FILE_BYTES = 1 << 32
NAME = re.compile(
    r"(?P<timeline>[0-9A-F]{8})(?P<log>[0-9A-F]{8})(?P<part>[0-9A-F]{8})(?:\.(?P<first>[0-9a-f]{8})-(?P<until>[0-9a-f]{8}))?\.(?P<sha>[0-9a-f]{32})\.gz\.age"
)
HISTORY = re.compile(r"(?P<name>[0-9A-F]{8}\.history)\.(?P<sha>[0-9a-f]{32})\.gz\.age")


@dataclass(frozen=True, slots=True, order=True)
class Segment:
    """One file of the log, by its rank since the first."""

    timeline: int
    rank: int
    size: int

    @property
    def name(self) -> str:
        per_log = LOG_FILE_BYTES // self.size
        return f"{self.timeline:08X}{self.rank // per_log:08X}{self.rank % per_log:08X}"

    @property
    def start(self) -> int:
        return self.rank * self.size


@dataclass(frozen=True, slots=True, order=True)
class Kept:
    """One file of the archive: bytes `first` to `until` of a segment, `until` excluded."""

    segment: Segment
    first: int
    until: int
    sha: str
    path: Path

    @property
    def whole(self) -> bool:
        return self.first == 0 and self.until == self.segment.size


def read_lsn(text: str) -> int:
    """A place in the log as PostgreSQL writes it (0/3000028)."""
    high, low = text.split("/")
    return int(high, 16) << 32 | int(low, 16)


def write_lsn(place: int) -> str:
    return f"{place >> 32:X}/{place & 0xFFFFFFFF:X}"


def segment_of(place: int, *, timeline: int, size: int) -> Segment:
    return Segment(timeline, place // size, size)


def name_of(segment: Segment, first: int, until: int, sha: str) -> str:
    part = "" if (first, until) == (0, segment.size) else f".{first:08x}-{until:08x}"
    return f"{segment.name}{part}.{sha[:SHA_LETTERS]}.gz.age"


def kept_in(folder: Path, *, size: int) -> list[Kept]:
    """Every file of the archive, in the order of the log."""
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        if matched := NAME.fullmatch(path.name):
            rank = int(matched["log"], 16) * (LOG_FILE_BYTES // size) + int(matched["part"], 16)
            first, until = (int(matched["first"], 16), int(matched["until"], 16)) if matched["first"] else (0, size)
            found.append(Kept(Segment(int(matched["timeline"], 16), rank, size), first, until, matched["sha"], path))
    return sorted(found)


@dataclass(frozen=True, slots=True)
class Cover:
    """How far the archive goes without a hole from a segment on: what is used, the place reached, and the first hole if more follows."""

    used: tuple[Kept, ...]
    reached: int
    missing: str | None
    after: str | None


def cover(kept: Iterable[Kept], *, start: Segment) -> Cover:
    """Follow the log from the beginning of `start`, on its timeline and those that came of it."""
    by_segment: dict[int, dict[int, list[Kept]]] = {}
    for each in kept:
        if each.segment.rank >= start.rank and each.segment.timeline >= start.timeline:
            by_segment.setdefault(each.segment.rank, {}).setdefault(each.segment.timeline, []).append(each)
    used: list[Kept] = []
    rank, reached = start.rank, start.start
    while rank in by_segment:
        filled = 0
        timelines = by_segment[rank]
        for timeline in sorted(timelines):
            chosen, until = _joined(timelines[timeline])
            used += chosen
            filled = max(filled, until)
            if until < max(each.until for each in timelines[timeline]):
                hole = next(each for each in sorted(timelines[timeline], key=lambda each: each.first) if each.first > until)
                name = f"{hole.segment.name}.{until:08x}-{hole.first:08x}"
                return Cover(tuple(used), rank * start.size + until, missing=name, after=hole.path.name)
        reached = rank * start.size + filled
        if filled < start.size:
            break
        rank += 1
    later = [each for rank_later, timelines in by_segment.items() if rank_later > rank for files in timelines.values() for each in files]
    latest_timeline = max((each.segment.timeline for each in used), default=start.timeline)
    if later:
        return Cover(tuple(used), reached, missing=Segment(latest_timeline, rank, start.size).name, after=min(later).path.name)
    return Cover(tuple(used), reached, missing=None, after=None)


def _joined(files: Iterable[Kept]) -> tuple[list[Kept], int]:
    """The fewest files that cover one segment from its beginning, and how far."""
    waiting = sorted(files, key=lambda each: (each.first, -each.until))
    chosen: list[Kept] = []
    until = 0
    while reaching := [each for each in waiting if each.first <= until < each.until]:
        best = max(reaching, key=lambda each: each.until)
        chosen.append(best)
        until = best.until
    return chosen, until
