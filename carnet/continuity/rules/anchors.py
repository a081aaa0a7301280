"""The heads of every sealed chain, said outside every day in one signed line: how a line is written, and what it proves of a database.

A chain of seals proves that nothing before its head was changed. It cannot say that its own end was cut off, nor that whoever owns the
tables and the keys wrote the whole of it anew. A line that somebody else holds says both (docs/decisions/0092-anchored-outside.md).
"""

import base64
import binascii
import csv
import hashlib
import io
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Final

from carnet.continuity.rules._words import WORDS
from carnet.kernel.refusals import Refusal

FORMAT: Final = "carnet-anchor-1"
FIELDS: Final = ("format", "site", "number", "day", "at", "previous", "resumes", "chains", "key", "next_key")
SEALS: Final = ("digest", "signature", "public_key")
# What is signed begins with this, as `gateways.keys` has it: written here again because whoever checks a file alone reads it here.
PURPOSE: Final = b"carnet anchor 1\x00"
NO_LINE_BEFORE: Final = ""
WORDS_KEPT: Final = 10

Verifier = Callable[[bytes, bytes, bytes], bool]


class AnchorRefused(Refusal):
    """Base of what is refused of anchors."""

    code: ClassVar[str] = "anchor-refused"


class OutsideIsAhead(AnchorRefused):
    """The lines kept outside go further than this database, or elsewhere: it is an older copy, or its end was cut. Facts: ours, outside."""

    code = "anchor-outside-ahead"


class AnchorFileUnreadable(AnchorRefused):
    """Not a file of anchors, or one cut in the middle of a line."""

    code = "anchor-file-unreadable"


@dataclass(frozen=True, slots=True)
class Head:
    """How far one sealed chain goes: its number of blocks (of days, of messages), and the digest that closes them, in hexadecimal."""

    chain: str
    number: int
    digest: str

    def __str__(self) -> str:
        return f"{self.chain}:{self.number}:{self.digest}"


@dataclass(frozen=True, slots=True)
class Line:
    """One day's line. `resumes`: the number of the line this history goes on from; less than `number` - 1 after a restoration said so."""

    site: str
    number: int
    day: date
    at: str
    previous: str
    resumes: int
    heads: tuple[Head, ...]
    key: str
    next_key: str
    signature: str = ""
    public_key: str = ""

    @property
    def values(self) -> tuple[str, ...]:
        """The fields in their order, as they are written."""
        chains = " ".join(str(each) for each in self.heads)
        told = (self.number, self.day.isoformat(), self.at, self.previous, self.resumes, chains, self.key, self.next_key)
        return (FORMAT, self.site, *(str(each) for each in told))

    @property
    def message(self) -> bytes:
        """The bytes whose SHA-256 is the digest, and which are signed after PURPOSE: one field a line, its name, a colon, its value."""
        return "".join(f"{name}:{value}\n" for name, value in zip(FIELDS, self.values, strict=True)).encode()

    @property
    def digest(self) -> str:
        """SHA-256 of the message, in hexadecimal: what the next line names, and what a timestamp is asked for."""
        return hashlib.sha256(self.message).hexdigest()

    @property
    def words(self) -> str:
        """The digest as ten words, kept in a letter or read out on the telephone: its first 80 bits."""
        return words_of(self.digest)


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing wrong: what, at which line, of which day, in which chain (empty: the lines themselves), and how far the database goes."""

    what: str
    number: int
    day: str
    chain: str = ""
    reached: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """What a database is, beside the lines somebody kept: what is wrong, the last line it agrees with, lines a restoration lost and said so."""

    wrong: tuple[Wrong, ...]
    agrees_until: Line | None
    lost: tuple[int, ...]


def words_of(digest: str) -> str:
    """Ten words for a digest in hexadecimal, one a byte. The words differ by at least one letter and carry no accent."""
    return " ".join(WORDS[byte] for byte in bytes.fromhex(digest)[:WORDS_KEPT])


def fingerprint(public_key: bytes) -> str:
    """SHA-256 of a public key, in hexadecimal."""
    return hashlib.sha256(public_key).hexdigest()


def line_of(
    heads: Iterable[Head], *, site: str, number: int, day: date, at: datetime, previous: str, resumes: int, key: str, next_key: str = ""
) -> Line:
    """The line of a day, not signed yet."""
    told = tuple(sorted(heads, key=lambda each: each.chain))
    return Line(site, number, day, at.isoformat(timespec="seconds"), previous, resumes, told, key, next_key)


def as_csv(lines: Sequence[Line], *, header: bool = True) -> str:
    """The lines as a file; one line of text a day."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if header:
        writer.writerow((*FIELDS, *SEALS))
    for each in lines:
        writer.writerow((*each.values, each.digest, each.signature, each.public_key))
    return out.getvalue()


def read(text: str) -> tuple[list[Line], list[Wrong]]:
    """The lines of a file, and those whose written digest is not that of what they say. Raises: AnchorFileUnreadable."""
    lines, wrong = [], []
    if text and not text.startswith(",".join(FIELDS)):
        raise AnchorFileUnreadable(reason="header")
    try:
        for row in csv.DictReader(io.StringIO(text), strict=True):
            line = _line(row)
            lines.append(line)
            if row["format"] != FORMAT or line.digest != row["digest"]:
                wrong.append(Wrong("digest", line.number, line.day.isoformat()))
    except (ValueError, KeyError, TypeError, AttributeError, csv.Error) as error:
        raise AnchorFileUnreadable(reason=type(error).__name__) from None
    return lines, wrong


def _line(row: Mapping[str, str]) -> Line:
    heads = tuple(Head(*_parts(each)) for each in row["chains"].split())
    return Line(
        row["site"], int(row["number"]), date.fromisoformat(row["day"]), row["at"], row["previous"], int(row["resumes"]), heads,
        row["key"], row["next_key"], row["signature"], row["public_key"],
    )  # fmt: skip


def _parts(told: str) -> tuple[str, int, str]:
    chain, number, digest = told.rsplit(":", 2)
    return chain, int(number), digest


def faults(lines: Sequence[Line], verify: Verifier, *, trusted: Collection[str] = ()) -> list[Wrong]:
    """What is wrong in the lines themselves: a signature, a line changed, taken out or said twice, a key nobody announced.

    `trusted`: fingerprints of keys known by another way; without any, the first line's key is taken as it is.
    """
    found: list[Wrong] = []
    announced = set(trusted) or {each.key for each in lines[:1]}
    before: Line | None = None
    for each in lines:
        found += [Wrong(what, each.number, each.day.isoformat()) for what in _wrong_of(each, before, verify, announced)]
        if each.next_key:
            announced.add(each.next_key)
        before = each
    return found


def _wrong_of(each: Line, before: Line | None, verify: Verifier, announced: Collection[str]) -> Iterable[str]:
    try:
        public, signature = base64.b64decode(each.public_key, validate=True), base64.b64decode(each.signature, validate=True)
    except (ValueError, binascii.Error):
        public = signature = b""
    if fingerprint(public) != each.key or not verify(public, each.message, signature):
        yield "signature"
    elif each.key not in announced:
        yield "key"
    if before is not None and each.number == before.number:
        yield "twice"
    elif before is not None and each.number != before.number + 1:
        yield "missing"
    elif not _follows(each, before):
        yield "chain"


def _follows(each: Line, before: Line | None) -> bool:
    """It names the line before, of a day before; the day an older copy is put back has two."""
    if before is None:
        return each.number != 1 or each.previous == NO_LINE_BEFORE
    is_later = each.day > before.day or (each.day == before.day and each.resumes < before.number)
    return each.previous == before.digest and is_later


def lost_in(lines: Iterable[Line]) -> frozenset[int]:
    """Numbers of the lines that a later one says are of a past this history does not hold any more: an older copy was put back."""
    return frozenset(number for each in lines for number in range(each.resumes + 1, each.number))


def standing(
    lines: Sequence[Line], *, found: Mapping[tuple[str, int], str], reached: Mapping[str, int], ours: Mapping[int, str], whole: bool
) -> Standing:
    """Compare lines kept outside with a database.

    `found`: the digest the database has for each (chain, number) it still has; `reached`: how far each of its chains goes; `ours`: the digest
    of each line it remembers having said; `whole`: the file should hold every one of them.
    """
    lost = lost_in(lines)
    living = [each for each in lines if each.number not in lost]
    wrong = {each.number: _wrong_heads(each, found, reached) for each in living}
    agrees = [each for each in living if not wrong[each.number] and ours.get(each.number, each.digest) == each.digest]
    first_bad = next((each.number for each in living if wrong[each.number]), None)
    until = [each for each in agrees if first_bad is None or each.number < first_bad]
    agrees_until = until[-1] if until else None
    said: list[Wrong] = [
        Wrong("line-rewritten", each.number, each.day.isoformat())
        for each in lines
        if each.number in ours and ours[each.number] != each.digest
    ]
    if _is_older(living, agrees_until, ours, said):
        first = next(each for each in living if wrong[each.number])
        said.append(Wrong("older", first.number, first.day.isoformat(), "", agrees_until.number if agrees_until else 0))
    else:
        said += _first_of_each_chain(living, wrong)
        forgotten = [each for each in living if each.number not in ours]
        if forgotten:
            said.append(Wrong("line-forgotten", forgotten[0].number, forgotten[0].day.isoformat(), "", max(ours, default=0)))
    if whole:
        told = {each.number for each in lines}
        said += [Wrong("file-cut", number, "") for number in sorted(set(ours) - told)[:1]]
    return Standing(tuple(said), agrees_until, tuple(sorted(lost)))


def _wrong_heads(line: Line, found: Mapping[tuple[str, int], str], reached: Mapping[str, int]) -> list[Wrong]:
    wrong = []
    for head in line.heads:
        told = found.get((head.chain, head.number))
        if told != head.digest:
            what = "cut" if told is None else "rewritten"
            wrong.append(Wrong(what, line.number, line.day.isoformat(), head.chain, reached.get(head.chain, 0)))
    return wrong


def _is_older(living: Sequence[Line], agrees_until: Line | None, ours: Mapping[int, str], said: Sequence[Wrong]) -> bool:
    """Whether the database ends, in everything it remembers, at one line it agrees with: as a copy made then would.

    It remembers no later line, and everything before is as it was said. Somebody who cuts every chain and every memory of it back to a line
    looks the same: the words that name it say so.
    """
    if said or agrees_until is None:
        return False
    return max(ours, default=0) <= agrees_until.number < living[-1].number and any(each.number not in ours for each in living)


def _first_of_each_chain(living: Sequence[Line], wrong: Mapping[int, Sequence[Wrong]]) -> list[Wrong]:
    """Each chain is named once of each kind, at the first line it contradicts."""
    seen: set[tuple[str, str]] = set()
    said = []
    for line in living:
        for each in wrong[line.number]:
            if (each.chain, each.what) not in seen:
                seen.add((each.chain, each.what))
                said.append(each)
    return said
