"""The heads of every sealed chain now, the lines said outside, and whether this database is the one those lines told of.

Digests and counts, of the installation: whoever reads needs no permission. Reading the heads sees everything (``acting_as_everything``).
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from cryptography import x509
from django.conf import settings
from django.db import connection

from carnet.continuity.models import Anchor, AnchorSent, CommitmentDay
from carnet.continuity.rules import anchors as rules
from carnet.continuity.rules.anchors import Head, Line, Standing, Wrong
from carnet.funding import queries as funding
from carnet.gateways import anchor_file, timestamps
from carnet.gateways.keys import ANCHORS, signs
from carnet.journal.rules import SEALED_TABLES

COMMITMENTS, CLEARING = "commitments/", "clearing"


@dataclass(frozen=True, slots=True)
class Sent:
    """One way a line went outside: when, to how many; for a timestamp, its moment and who gave it."""

    way: str
    at: datetime
    count: int
    stamped_at: datetime | None
    authority: str


@dataclass(frozen=True, slots=True)
class AnchorView:
    """One line and where it went."""

    line: Line
    made_at: datetime
    sent: tuple[Sent, ...]


def heads_now() -> list[Head]:
    """The head of every sealed chain: the five of the journal, each programme's commitments, what was said to other operators."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (table_name) table_name, number, encode(digest, 'hex') FROM journal_block"
            " WHERE table_name = ANY(%s) ORDER BY table_name, number DESC",
            [list(SEALED_TABLES)],
        )
        heads = [Head(*row) for row in cursor.fetchall()]
    slugs = {each.id: each.slug for each in funding.programmes()}
    days = (
        CommitmentDay.objects.order_by("programme_id", "-number").distinct("programme_id").values_list("programme_id", "number", "digest")
    )
    heads += [Head(COMMITMENTS + slugs[programme_id], number, digest) for programme_id, number, digest in days if programme_id in slugs]
    heads += list(_clearing_at(None))[-1:]
    return heads


def _clearing_at(counts: Iterable[int] | None) -> Iterator[Head]:
    """What was said to other operators and by them, as it stood after so many messages; None: after all that nobody can add before."""
    wanted = None if counts is None else set(counts)
    running, number = hashlib.sha256(), 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sha256(convert_to((to_jsonb(r) - 'xid')::text, 'UTF8')) FROM continuity_clearingmessage r"
            " WHERE xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint ORDER BY xid, id /* fan-out: every message, once a day */"
        )
        for (digest,) in cursor:
            number += 1
            running.update(bytes(digest))
            if wanted is None or number in wanted:
                yield Head(CLEARING, number, running.copy().hexdigest())


def lines(*, after: int = 0, limit: int | None = None) -> list[Line]:
    """The lines this database remembers having said, in order, after a number; with `limit`, the latest ones."""
    found = Anchor.objects.filter(number__gt=after)
    if limit is None:
        return [line_of(row) for row in found.order_by("number")]
    return [line_of(row) for row in found.order_by("-number")[:limit]][::-1]


def latest(*, limit: int = 30) -> list[AnchorView]:
    """The latest lines first, and where each went."""
    rows = list(Anchor.objects.order_by("-number")[:limit])
    sent: dict[int, list[Sent]] = {}
    for each in AnchorSent.objects.filter(anchor_id__in=[row.pk for row in rows]).order_by("id"):
        sent.setdefault(each.anchor_id, []).append(Sent(each.way, each.at, each.count, each.stamped_at, each.authority))
    return [AnchorView(line_of(row), row.made_at, tuple(sent.get(row.pk, ()))) for row in rows]


def latest_outside() -> tuple[datetime | None, date | None]:
    """When a line last went outside by any way, and the day of the latest line."""
    sent = AnchorSent.objects.order_by("-at").values_list("at", flat=True).first()
    return sent, Anchor.objects.order_by("-number").values_list("day", flat=True).first()


def stamp(number: int) -> bytes | None:
    """The timestamp of a line, as ``openssl ts`` reads it; None when there is none."""
    found = AnchorSent.objects.filter(anchor__number=number, way="timestamp").values_list("token", flat=True).first()
    return bytes(found) if found is not None else None


def line_of(row: Anchor) -> Line:
    """A row as the line that was signed."""
    heads = tuple(Head(chain, int(number), digest) for chain, number, digest in (told.rsplit(":", 2) for told in row.chains.split()))
    return Line(
        row.site, row.number, row.day, row.at, row.previous, row.resumes, heads, row.key, row.next_key, row.signature, row.public_key
    )


def is_outside() -> bool:
    """Whether the settings name anywhere outside for lines to go."""
    return bool(settings.ANCHORS_DIR or settings.ANCHORS_TO or settings.TIMESTAMP_URL)


def outside_lines() -> tuple[list[Line], list[Wrong]]:
    """The lines of the file outside, and what is wrong in the file itself; nothing without a folder. Raises: AnchorFileUnreadable, OSError."""
    if settings.ANCHORS_DIR is None:
        return [], []
    return read(anchor_file.text_of(settings.ANCHORS_DIR))


def read(text: str, *, trusted: Sequence[str] = ()) -> tuple[list[Line], list[Wrong]]:
    """The lines of a file somebody kept, and what is wrong with them. Raises: AnchorFileUnreadable."""
    told, wrong = rules.read(text)
    faults = rules.faults(told, lambda public, message, signature: signs(public, ANCHORS, message, signature), trusted=trusted)
    seen = {(each.what, each.number) for each in wrong}
    return told, wrong + [each for each in faults if (each.what, each.number) not in seen]


def compare(told: Sequence[Line], *, whole: bool) -> Standing:
    """Whether this database is the one these lines told of. `whole`: they should be all that was ever said. Call it seeing everything."""
    wanted: dict[str, set[int]] = {}
    for line in told:
        for head in line.heads:
            wanted.setdefault(head.chain, set()).add(head.number)
    found: dict[tuple[str, int], str] = {}
    for table in SEALED_TABLES:
        found |= _blocks(table, wanted.get(table, set()))
    found |= _days(wanted)
    found |= {(CLEARING, each.number): each.digest for each in _clearing_at(wanted.get(CLEARING, ()))}
    reached = {each.chain: each.number for each in heads_now()}
    ours = dict(Anchor.objects.values_list("number", "digest"))
    return rules.standing(told, found=found, reached=reached, ours=ours, whole=whole)


def _blocks(table: str, numbers: set[int]) -> dict[tuple[str, int], str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, encode(digest, 'hex') FROM journal_block WHERE table_name = %s AND number = ANY(%s)", [table, sorted(numbers)]
        )
        return {(table, number): digest for number, digest in cursor.fetchall()}


def _days(wanted: Mapping[str, set[int]]) -> dict[tuple[str, int], str]:
    slugs = {each.id: each.slug for each in funding.programmes()}
    numbers = {number for chain, told in wanted.items() if chain.startswith(COMMITMENTS) for number in told}
    rows = CommitmentDay.objects.filter(number__in=numbers).values_list("programme_id", "number", "digest")
    return {(COMMITMENTS + slugs[programme_id], number): digest for programme_id, number, digest in rows if programme_id in slugs}


def check_own_line() -> list[Wrong]:
    """Whether the lines this database remembers still say what it holds, and still say what they said: without anything from outside."""
    told = lines()
    kept = dict(Anchor.objects.values_list("number", "digest"))
    changed = [Wrong("line-rewritten", each.number, each.day.isoformat()) for each in told if each.digest != kept[each.number]]
    return changed + [each for each in compare(told, whole=False).wrong if each.what != "line-rewritten"]


def roots() -> list[x509.Certificate]:
    """The authorities whose timestamps are believed. Raises: OSError, ValueError."""
    if settings.TIMESTAMP_CA is None:
        return []
    return x509.load_pem_x509_certificates(Path(settings.TIMESTAMP_CA).read_bytes())


def false_stamps() -> list[Wrong]:
    """The lines whose kept timestamp is not one of that line by a trusted authority."""
    wrong = []
    trusted = roots()
    for each in AnchorSent.objects.filter(way="timestamp").select_related("anchor").order_by("id") if trusted else ():
        try:
            timestamps.check(bytes(each.token or b""), digest=bytes.fromhex(each.anchor.digest), roots=trusted)
        except timestamps.TimestampRefused:
            wrong.append(Wrong("stamp", each.anchor.number, each.anchor.day.isoformat()))
    return wrong
