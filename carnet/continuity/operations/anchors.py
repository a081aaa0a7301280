"""Saying outside, once a day, how far every sealed chain goes: signed, chained to the line before, then put where we cannot change it."""

import base64
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from cryptography import x509
from django.conf import settings
from django.db import connection, transaction

from carnet.continuity.models import Anchor, AnchorSent
from carnet.continuity.queries import anchors as queries
from carnet.continuity.rules import anchors as rules
from carnet.continuity.rules.anchors import Line, OutsideIsAhead
from carnet.gateways import anchor_file, timestamps
from carnet.gateways.database import acting_as_everything
from carnet.gateways.keys import AnchorKey, KeyRing, key_ring
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.notices import operations as notices

_LOCK = 7_205_713
_ACTOR = Actor.system("anchors")


@transaction.atomic
def make(*, at: datetime, outside: Sequence[Line] = (), restored: bool = False) -> tuple[Line, bool]:
    """Sign today's line; return it, and whether it is new.

    `outside`: the lines kept outside. When they go further than this database, nothing is said: it is an older copy, or its end was cut.
    `restored`: somebody says an older copy was put back; the line says so too, for ever, and which lines are of a past that was lost.
    Repeat:  the same day gives what was said first.
    Raises:  OutsideIsAhead.
    """
    with acting_as_everything(why="the heads of every chain are said together"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        row = Anchor.objects.order_by("-number").first()
        ours = queries.line_of(row) if row is not None else None
        last = outside[-1] if outside else None
        number = ours.number if ours is not None else 0
        ahead = last is not None and (last.number > number or (last.number == number and ours is not None and last.digest != ours.digest))
        if ahead and not restored:
            raise OutsideIsAhead(ours=number, outside=last.number if last is not None else 0)
        if ours is not None and not ahead and ours.day >= legal_day(at):
            return ours, False
        before = last if ahead else ours
        ring = key_ring()
        key, announced = _keys(ring, before, at)
        line = rules.line_of(
            queries.heads_now(),
            site=settings.BASE_URL,
            number=before.number + 1 if before is not None else 1,
            day=legal_day(at),
            at=at,
            previous=before.digest if before is not None else rules.NO_LINE_BEFORE,
            resumes=number,
            key=rules.fingerprint(key.public),
            next_key=rules.fingerprint(announced.public) if announced is not None else "",
        )
        row = _kept(line, key, at)
        facts = {"number": row.number, "digest": row.digest, "resumes": row.resumes}
        journal.record(actor=_ACTOR, action="journal.anchored", subject=("anchor", row.number), facts=facts, at=at)
        return queries.line_of(row), True


def _keys(ring: KeyRing, before: Line | None, at: datetime) -> tuple[AnchorKey, AnchorKey | None]:
    """Which key signs: the one the line before announced, or its own; and a newer one to announce. A lost key is replaced unannounced."""
    keys = ring.anchor_keys() or (ring.draw_anchor_key(at=at),)
    wanted = (before.next_key or before.key) if before is not None else ""
    found = next((each for each in keys if rules.fingerprint(each.public) == wanted), keys[-1])
    return found, keys[-1] if found is not keys[-1] else None


def _kept(line: Line, key: AnchorKey, at: datetime) -> Anchor:
    return Anchor.objects.create(
        number=line.number,
        day=line.day,
        made_at=at,
        site=line.site,
        at=line.at,
        previous=line.previous,
        resumes=line.resumes,
        chains=" ".join(str(each) for each in line.heads),
        key=line.key,
        next_key=line.next_key,
        digest=line.digest,
        signature=base64.b64encode(key.sign(line.message)).decode("ascii"),
        public_key=base64.b64encode(key.public).decode("ascii"),
    )


def write_outside(folder: Path, *, at: datetime) -> int:
    """Add to the file outside every line it does not have yet; return how many.

    Raises: OutsideIsAhead (the file goes elsewhere: nothing is added), AnchorFileUnreadable, OSError.
    """
    text = anchor_file.text_of(folder)
    told, _wrong = queries.read(text)
    last = told[-1] if told else None
    missing = queries.lines(after=last.number if last is not None else 0)
    if missing and last is not None and missing[0].previous != last.digest:
        raise OutsideIsAhead(ours=missing[0].number, outside=last.number)
    if missing:
        header = rules.as_csv([])
        if not anchor_file.add(folder, rules.as_csv(missing, header=False), header=header, expected=text):
            raise OutsideIsAhead(ours=missing[0].number, outside=missing[0].number)  # another process has just written
        for line in missing:
            anchor_file.keep_beside(folder, f"key-{line.key[:16]}.pem", _pem(line))
    _note_sent("file", [line.number for line in missing], at=at)
    return len(missing)


def _pem(line: Line) -> bytes:
    """The public key of a line as openssl reads it: RFC 8410's twelve bytes, then the key."""
    der = bytes.fromhex("302a300506032b6570032100") + base64.b64decode(line.public_key)
    return b"-----BEGIN PUBLIC KEY-----\n" + base64.b64encode(der) + b"\n-----END PUBLIC KEY-----\n"


@transaction.atomic
def _note_sent(way: str, numbers: Sequence[int], *, at: datetime, count: int = 1) -> None:
    for row in Anchor.objects.filter(number__in=numbers).order_by("number"):
        AnchorSent.objects.get_or_create(anchor=row, way=way, defaults={"count": count, "at": at})


@transaction.atomic
def write_to(addresses: Sequence[str], *, at: datetime) -> int:
    """One letter to each address, with the words and the line of the latest anchor, once; return how many letters."""
    with acting_as_everything(why="letters of the installation"):
        row = Anchor.objects.order_by("-number").first()
        if row is None or not addresses or AnchorSent.objects.filter(anchor=row, way="mail").exists():
            return 0
        line = queries.line_of(row)
        context = {
            "number": line.number, "said_on": line.day.isoformat(), "words": line.words, "digest": line.digest,
            "lost": line.number - line.resumes - 1, "line": rules.as_csv([line], header=False).strip(),
        }  # fmt: skip
        for address in addresses:
            notices.post(kind="journal.anchored", to_email=address, context=context, language=settings.LANGUAGE_CODE, at=at)
        AnchorSent.objects.create(anchor=row, way="mail", count=len(addresses), at=at)
        return len(addresses)


def have_stamped(
    *, post: timestamps.Post, roots: Sequence[x509.Certificate], now: Callable[[], datetime], folder: Path | None = None
) -> datetime | None:
    """Have the latest line stamped by the authority, once; return the moment it gave. Kept here, and beside the file outside.

    Raises: TimestampNotGiven, TimestampFalse, OSError.
    """
    row = Anchor.objects.order_by("-number").first()
    if row is None or AnchorSent.objects.filter(anchor=row, way="timestamp").exists():
        return None
    # Outside of any transaction: an authority may take its time.
    found = timestamps.ask(bytes.fromhex(row.digest), post=post, roots=roots, at=now())
    AnchorSent.objects.create(
        anchor=row, way="timestamp", token=found.response, stamped_at=found.at, authority=found.authority[:300], at=now()
    )
    if folder is not None:
        anchor_file.keep_beside(folder, f"anchor-{row.number}{timestamps.SUFFIX}", found.response)
    return found.at
