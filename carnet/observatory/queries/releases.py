"""What was released, as it was released: the files, their rows, the changelog. Public pages, files and the API read the same rows.

Read from what was kept, never counted again: a release is frozen. Anybody may read it.
"""

import csv
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from io import StringIO
from typing import Any

from carnet.observatory.models import Release as _Release
from carnet.observatory.models import ReleaseFile as _File


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """One published cell. `period`: a month (``2026-08``) or a whole year (``2026``). `value` None: hidden.

    `level`, `code`, `name`: COMMUNE, EPCI, DEPARTEMENT, REGION, NATION; or PROGRAMME and its slug.
    `key`: what the table cuts by beside the territory (a service, ``question:answer`` of a public), else empty.
    """

    period: str
    level: str
    code: str
    name: str
    key: str
    measure: str
    value: int | None


@dataclass(frozen=True, slots=True)
class ReleaseFile:
    """A file of a release: its name, its size in bytes and the SHA-256 of its content."""

    name: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Release:
    """A release, frozen. `month_on`: first day of the latest month in it. `revision`: 0, or how many corrections that month had.

    `moved`: what a correction changed, as its changelog says it. `digest`: SHA-256 of its manifest.
    """

    id: int
    month_on: date
    revision: int
    made_at: datetime
    line_count: int
    hidden_count: int
    digest: str
    moved: tuple[dict[str, Any], ...]
    files: tuple[ReleaseFile, ...]

    @property
    def name(self) -> str:
        """How it is called in an address: ``2026-08``, or ``2026-08-1`` once corrected."""
        return f"{self.month_on:%Y-%m}" + (f"-{self.revision}" if self.revision else "")

    def table(self, name: str) -> tuple[ReleaseRow, ...]:
        """The rows of ``territories``, ``services``, ``publics`` or ``programmes``; none if the release has no such file."""
        return _table(self.id, self.digest, name)

    def content(self, name: str) -> bytes | None:
        """The bytes of one of its files, as they were published; None when it has no such file."""
        return content_of(self.id, name)


def latest() -> Release | None:
    """The release everything public reads, None before the first."""
    row = _Release.objects.order_by("-month_on", "-revision").first()
    return _release(row) if row else None


def every() -> list[Release]:
    """Every release, the latest first."""
    return [_release(row) for row in _Release.objects.order_by("-month_on", "-revision")]


def named(name: str) -> Release | None:
    """The release of that name (``2026-08``, ``2026-08-1``), if there is one."""
    return next((each for each in every() if each.name == name), None)


def content_of(release_id: int, name: str) -> bytes | None:
    """One file's bytes, as published."""
    found = _File.objects.filter(release_id=release_id, name=name).values_list("deflated", flat=True).first()
    return zlib.decompress(bytes(found)) if found is not None else None


def _release(row: _Release) -> Release:
    files = tuple(ReleaseFile(*each) for each in row.files.order_by("name").values_list("name", "size", "digest"))
    return Release(row.id, row.month_on, row.revision, row.made_at, row.line_count, row.hidden_count, row.digest, tuple(row.moved), files)


@lru_cache(maxsize=16)
def _table(release_id: int, digest: str, name: str) -> tuple[ReleaseRow, ...]:
    # A release never changes (its digest says which it is): its rows may be kept for as long as the process lives.
    content = content_of(release_id, f"{name}.csv")
    return tuple(_rows(content.decode())) if content is not None else ()


def _rows(text: str) -> Iterator[ReleaseRow]:
    for row in csv.DictReader(StringIO(text)):
        value = int(row["value"]) if row["value"] else None
        yield ReleaseRow(row["period"], row["level"], row["code"], row["name"], row.get("key", ""), row["measure"], value)
