"""Making a release of open data: what is hidden, the files, the signature; frozen in the same transaction.

Import it where releases are made (a job, the command), never where pages are shown: it brings a solver.
"""

import base64
import hashlib
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction

from carnet.gateways.keys import OPEN_DATA, key_ring
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.observatory.models import Release, ReleaseFile, ReleaseTruth
from carnet.observatory.queries import publishing
from carnet.observatory.queries.releases import content_of
from carnet.observatory.rules.disclosure import Key, Suppressed, Tables, Wanted, bound_to, faults, merged, suppress
from carnet.observatory.rules.opendata import (
    AFTERWARDS,
    MANIFEST,
    SIGNATURE,
    Answers,
    Lines,
    Moved,
    batched,
    due_month,
    files_of,
    manifest_of,
    moved,
    read,
    read_answers,
    tables_of,
    with_years,
    written,
)
from carnet.observatory.rules.opendata._keeping import kept, reading

# Open data is the whole site's, of no programme: its key is number 0 of the ring.
SITE_KEY = 0
_LOCK = 7_205_711
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Made:
    """A release that was made: its name, how many cells it tells and hides, what was corrected, whether a correction waits."""

    release_id: int
    name: str
    line_count: int
    hidden_count: int
    moved_count: int
    waits: bool


class ReleaseBetrays(RuntimeError):
    """The attacker got a hidden cell of what was about to be published: nothing was. The facts: the cells."""


@dataclass(frozen=True, slots=True)
class _Past:
    """What was released before: the lines that count (each before a correction, and the latest), what is hidden of all, the answers told."""

    tables: tuple[Tables, ...]
    latest: Lines | None
    found: Suppressed
    told: Mapping[Key, int | None]
    answers: Answers


@transaction.atomic
def release(*, at: datetime, correct: bool = False, progress: Progress = lambda _done, _all: None) -> Made | None:
    """Publish the latest month that is due, once; None when it is out already, or nothing is counted. Call it seeing everything.

    `correct`: when it is out and figures have changed since, publish them as its next revision. Raises: ReleaseBetrays.
    Two at once: the second waits for the first, then finds nothing left to do.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    month_on = due_month(at)
    latest = Release.objects.order_by("-month_on", "-revision").first()
    if latest is not None and (latest.month_on > month_on or (latest.month_on == month_on and not correct)):
        return None
    lines = publishing.lines_until(month_on, at=at)
    if lines is None or not lines.lines:
        return None
    past = _past()
    if latest is not None and latest.month_on == month_on and not _differs(lines, past):
        return None
    revision = latest.revision + 1 if latest is not None and latest.month_on == month_on else 0
    chosen, found, waits = _hidden(lines, past, progress)
    return _published(chosen, found, past, month_on, revision, waits, at)


def _hidden(lines: Lines, past: _Past, progress: Progress) -> tuple[Lines, tuple[Suppressed, Tables, Mapping[Key, Key]], bool]:
    """What to hide. A correction that would betray somebody waits: the months already told stay as they were."""
    found = _after(past, tables_of(lines), progress)
    if past.latest is None:
        return lines, found, False
    asis = lines.of_months(frozenset(past.latest.months), past.latest)
    if tables_of(asis).cells == tables_of(lines).cells or not found[0].said:
        return lines, found, False
    unmoved = _after(past, tables_of(asis), progress)
    return (asis, unmoved, True) if len(unmoved[0].said) < len(found[0].said) else (lines, found, False)


def _after(past: _Past, tables: Tables, progress: Progress) -> tuple[Suppressed, Tables, Mapping[Key, Key]]:
    before, _names = merged(past.tables) if past.tables else (Tables({}, ()), [])
    whole, names = merged([*past.tables, tables])
    found = suppress(
        whole,
        hidden_before=past.found.hidden,
        shown_before=before.cells.keys() - past.found.hidden,
        wanted_before=past.found.primary,
        progress=progress,
    )
    return found, whole, names[-1]


def _published(
    lines: Lines, made: tuple[Suppressed, Tables, Mapping[Key, Key]], past: _Past, month_on: date, revision: int, waits: bool, at: datetime
) -> Made:
    found, whole, names = made
    known = merged(past.tables)[0].cells.keys() if past.tables else frozenset[Key]()
    changed = bound_to(whole, whole.cells.keys() - known)
    betrayed = {key: each for key, each in faults(whole, found, cells=changed, exact=False).items() if key not in found.said}
    if betrayed:
        raise ReleaseBetrays(sorted(betrayed)[:10])
    shown = {key: None if named in found.hidden else whole.cells[named].value for key, named in names.items() if named not in whole.never}
    told = with_years(shown)
    changes = moved(past.told, told) if past.told else []
    name = f"{month_on:%Y-%m}" + (f"-{revision}" if revision else "")
    files = _files(lines, told, changes, past.answers, name, at)
    row = Release.objects.create(
        month_on=month_on,
        revision=revision,
        made_at=at,
        line_count=len(told),
        hidden_count=sum(value is None for value in told.values()),
        digest=hashlib.sha256(files[MANIFEST]).hexdigest(),
        moved=[each.as_dict() for each in changes],
    )
    ReleaseFile.objects.bulk_create(
        ReleaseFile(
            release=row, name=file, size=len(content), digest=hashlib.sha256(content).hexdigest(), deflated=zlib.compress(content, 9)
        )
        for file, content in files.items()
    )
    ReleaseTruth.objects.create(release=row, deflated=zlib.compress(kept(written(lines), found, told).encode(), 9))
    journal.record(
        actor=Actor.system("open data"),
        action="observatory.released",
        subject=("release", row.id),
        facts={"release": name, "cells": row.line_count, "hidden": row.hidden_count, "moved": len(changes), "sha256": row.digest},
        request_id=None,
        at=at,
    )
    return Made(row.id, name, row.line_count, row.hidden_count, len(changes), waits)


def _files(
    lines: Lines, told: Mapping[Key, int | None], changes: Sequence[Moved], before: Answers, name: str, at: datetime
) -> dict[str, bytes]:
    answers = batched(before, publishing.answers())
    files = files_of(lines, told, changes, answers=answers, title=f"Chèques du numérique : publication {name}", at=at)
    ring = key_ring()
    version = ring.create_programme_keys(SITE_KEY)
    public = next(key for key in ring.public_keys(SITE_KEY) if key.version == version)
    manifest = manifest_of(files, name=name, at=at, public_key=base64.b64encode(public.raw).decode())
    return {**files, MANIFEST: manifest, SIGNATURE: ring.sign(SITE_KEY, OPEN_DATA, manifest, version=version)}


def _past() -> _Past:
    rows = list(Release.objects.select_related("truth").order_by("month_on", "revision"))
    empty = Suppressed(frozenset[Key](), dict[Key, Wanted](), frozenset[Key]())
    if not rows:
        return _Past((), None, empty, {}, {})
    # A release whose successor corrected nothing is all within it.
    needed = [row for row, after in zip(rows, [*rows[1:], None], strict=True) if after is None or after.moved]
    told = [reading(zlib.decompress(bytes(row.truth.deflated)).decode()) for row in needed]
    lines = [read(each.lines) for each in told]
    before = content_of(rows[-1].id, f"{AFTERWARDS}.csv")
    answers = read_answers(before) if before is not None else {}
    return _Past(tuple(tables_of(each) for each in lines), lines[-1], told[-1].found, told[-1].told, answers)


def _differs(lines: Lines, past: _Past) -> bool:
    return past.latest is None or tables_of(lines).cells != past.tables[-1].cells
