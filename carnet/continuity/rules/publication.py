"""A day of a programme's money as it is published: one flat object, signed as it is written, naming the digest of the day before.

Anybody can check a file without this program: docs/operating/commitments.md has forty lines of plain Python that do it.
"""

import base64
import binascii
import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

FORMAT = "carnet-commitments/1"
NO_DAY_BEFORE = "0" * 64
SIMULATED, REAL = "simulated", "real"

# What is signed, in the order of a file's columns. Whole cents; empty where there is nothing to say.
NUMBERS = (
    "number", "funded_cents", "unissued_cents", "in_circulation_cents", "owed_cents", "connections_cents", "landlords_cents", "needed_cents",
    "sent_cents", "paid_cents", "returned_cents", "account_cents", "gap_cents", "unmatched_lines", "key_version",
)  # fmt: skip
FIELDS = (
    "format", "programme", "name", "operator", "siret", "activity", "day", "published_at", "number", "previous", "funded_cents", "unissued_cents",
    "in_circulation_cents", "owed_cents", "owed_since", "connections_cents", "landlords_cents", "needed_cents", "sent_cents", "paid_cents",
    "returned_cents", "account_cents", "account_on", "account_source", "gap_cents", "unmatched_lines", "alerts", "label", "key_version", "keys",
)  # fmt: skip
SEALS = ("digest", "signature", "public_key")

Content = Mapping[str, str | int | None]
Verifier = Callable[[bytes, bytes, bytes], bool]


@dataclass(frozen=True, slots=True)
class Sealed:
    """One published day: what was said, its SHA-256, the signature and the public key that checks it (both base64)."""

    content: Content
    digest: str
    signature: str
    public_key: str


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong in a file, and with which day of which programme."""

    programme: str
    day: str
    what: str


class FileUnreadable(Exception):
    """Not a file of commitments, or one cut short. No refusal: whoever checks a file reads the sentence."""


def written(content: Content) -> bytes:
    """The bytes that are signed: one line of JSON, keys in order, nothing between."""
    return json.dumps({name: content[name] for name in FIELDS}, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest_of(content: Content) -> str:
    """SHA-256 of the bytes that are signed, in hexadecimal."""
    return hashlib.sha256(written(content)).hexdigest()


def fingerprint(public_key: bytes) -> str:
    """SHA-256 of a public key, in hexadecimal: what a successor compares."""
    return hashlib.sha256(public_key).hexdigest()


def keys_told(keys: Iterable[tuple[int, bytes]]) -> str:
    """Every version of a programme's keys with its fingerprint, in one line."""
    return " ".join(f"{version}:{fingerprint(public)}" for version, public in sorted(keys))


def as_json(days: Sequence[Sealed]) -> str:
    """A file of days, for programs."""
    rows = [{**{name: each.content[name] for name in FIELDS}, **_seals(each)} for each in days]
    return json.dumps({"format": FORMAT, "days": rows}, ensure_ascii=False, indent=1) + "\n"


def as_csv(days: Sequence[Sealed]) -> str:
    """The same, for a spreadsheet: one line a day and programme."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow((*FIELDS, *SEALS))
    for each in days:
        row = {**each.content, **_seals(each)}
        writer.writerow("" if row[name] is None else row[name] for name in (*FIELDS, *SEALS))
    return out.getvalue()


def read(text: str) -> list[Sealed]:
    """The days of a file, of either form. Raises: FileUnreadable."""
    try:
        rows = json.loads(text)["days"] if text.lstrip().startswith("{") else list(csv.DictReader(io.StringIO(text)))
        return [_sealed(row) for row in rows]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, csv.Error) as error:
        raise FileUnreadable(str(error)) from error


def faults(days: Sequence[Sealed], verify: Verifier, *, trusted: Mapping[str, str] | None = None) -> list[Wrong]:
    """What is wrong: a digest, a signature, a day changed, taken out or told twice, a key that changed under its number.

    `verify(public_key, message, signature)`. `trusted`: the fingerprint of the key known for a programme, by another way.
    """
    found: list[Wrong] = []
    of_programme: dict[str, list[Sealed]] = {}
    for each in days:
        of_programme.setdefault(str(each.content["programme"]), []).append(each)
    for programme, told in of_programme.items():
        ordered = sorted(told, key=lambda each: _number(each.content["number"]))
        for each in ordered:
            what = _fault_of(each, verify)
            if what:
                found.append(Wrong(programme, str(each.content["day"]), what))
        found += _chain(programme, ordered)
        found += _keys(programme, ordered, (trusted or {}).get(programme))
    return found


def _fault_of(each: Sealed, verify: Verifier) -> str:
    if each.content["format"] != FORMAT:
        return "format"
    if digest_of(each.content) != each.digest:
        return "digest"
    try:
        public, signature = base64.b64decode(each.public_key, validate=True), base64.b64decode(each.signature, validate=True)
    except (ValueError, binascii.Error):
        return "signature"
    if f"{each.content['key_version']}:{fingerprint(public)}" not in str(each.content["keys"]).split():
        return "key"
    return "" if verify(public, written(each.content), signature) else "signature"


def _chain(programme: str, ordered: Sequence[Sealed]) -> list[Wrong]:
    found = []
    for before, each in zip((None, *ordered), ordered, strict=False):
        number, day = _number(each.content["number"]), str(each.content["day"])
        if before is None:
            if number == 1 and each.content["previous"] != NO_DAY_BEFORE:
                found.append(Wrong(programme, day, "chain"))
        elif number == _number(before.content["number"]):
            found.append(Wrong(programme, day, "twice"))
        elif number != _number(before.content["number"]) + 1:
            found.append(Wrong(programme, day, "missing"))
        elif each.content["previous"] != before.digest or str(before.content["day"]) >= day:
            found.append(Wrong(programme, day, "chain"))
    return found


def _keys(programme: str, ordered: Sequence[Sealed], trusted: str | None) -> list[Wrong]:
    """A key's fingerprint never changes under its number: whoever replaced a key would have to say another version."""
    known: dict[str, str] = {}
    for each in ordered:
        for word in str(each.content["keys"]).split():
            version, _colon, told = word.partition(":")
            if known.setdefault(version, told) != told:
                return [Wrong(programme, str(each.content["day"]), "key")]
    if trusted is not None and ordered and trusted not in known.values():
        return [Wrong(programme, str(ordered[0].content["day"]), "key")]
    return []


def _seals(each: Sealed) -> dict[str, str]:
    return {"digest": each.digest, "signature": each.signature, "public_key": each.public_key}


def _sealed(row: Mapping[str, str | int | None]) -> Sealed:
    content = {name: _value(name, row[name]) for name in FIELDS}
    return Sealed(content, str(row["digest"]), str(row["signature"]), str(row["public_key"]))


def _value(name: str, told: str | int | None) -> str | int | None:
    if name not in NUMBERS:
        return "" if told is None else str(told)
    return None if told is None or told == "" else int(told)


def _number(told: str | int | None) -> int:
    return int(told or 0)
