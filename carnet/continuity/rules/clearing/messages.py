"""What travels between two operators: envelopes in one exact writing, so that whoever keeps the bytes keeps the proof.

A message is the text of its envelope, the name of the key that signed it, the signature over exactly that text, and, beside a claim, the box
that holds the code. The box is not part of the proof: the envelope names its digest, so that it can be erased.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from carnet.continuity.rules.clearing.refusals import MessageTooLarge, MessageUnreadable

FORMAT = "carnet-clearing/1"
PARCEL = "carnet-clearing-parcel/1"
IDENTITY = "carnet-clearing-identity/1"
MESSAGE_BYTES_MAX = 512 * 1024
PARCEL_BYTES_MAX = 64 * 1024 * 1024
BOX_BYTES_MAX = 1024
CLAIMS_MAX = 4_000  # of one statement: they fit a message
CENTS_MAX = 10**12
WORDS_MAX = 200
# Both clocks are servers': a message from further ahead than this is not believed.
AHEAD_SECONDS_MAX = 600

_SIRET = re.compile(r"[0-9]{14}")
_HEX64 = re.compile(r"[0-9a-f]{64}")
_KEY_NAME = re.compile(r"[0-9a-f]{16}")
_WORD = re.compile(r"[A-Za-z0-9_-]{1,60}", re.ASCII)


class MessageKind(StrEnum):
    """What a message says. CLAIM, WITHDRAW, STATEMENT and PAID ask; the two others answer."""

    CLAIM = "CLAIM"
    ANSWER = "ANSWER"
    WITHDRAW = "WITHDRAW"
    STATEMENT = "STATEMENT"
    STATEMENT_ANSWER = "STATEMENT_ANSWER"
    PAID = "PAID"


ASKING = frozenset({MessageKind.CLAIM, MessageKind.WITHDRAW, MessageKind.STATEMENT, MessageKind.PAID})


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message. `number`: of this sender to this recipient, from 1, each once; a missing one was lost."""

    id: UUID
    sender: str
    recipient: str
    number: int
    kind: MessageKind
    body: Mapping[str, Any]
    sent_at: str

    @property
    def text(self) -> str:
        """The exact bytes that are signed and kept."""
        return canonical(
            {
                "format": FORMAT, "id": str(self.id), "from": self.sender, "to": self.recipient, "number": self.number, "kind": self.kind.value,
                "body": self.body, "sent_at": self.sent_at,
            }
        )  # fmt: skip

    @property
    def digest(self) -> bytes:
        """32 bytes that stand for the whole message."""
        return hashlib.sha256(self.text.encode()).digest()

    @property
    def claim(self) -> UUID | None:
        """The claim it is about, if it is about one."""
        named = self.body.get("claim")
        return UUID(named) if isinstance(named, str) else None

    @property
    def answers(self) -> UUID | None:
        """The message it answers, if it answers one."""
        named = self.body.get("answers")
        return UUID(named) if isinstance(named, str) else None


@dataclass(frozen=True, slots=True)
class Signed:
    """A message as it travels. `box`: beside a claim until it is answered."""

    text: str
    key: str
    signature: bytes
    box: bytes | None = field(default=None, repr=False)

    def as_json(self) -> dict[str, Any]:
        """What a parcel holds of it."""
        return {
            "envelope": self.text,
            "key": self.key,
            "signature": base64.b64encode(self.signature).decode(),
            "box": base64.b64encode(self.box).decode() if self.box is not None else None,
        }


def canonical(value: object) -> str:
    """JSON in one exact writing: keys sorted, no space, no float, characters as they are (UTF-8)."""
    _check_plain(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _check_plain(value: object, depth: int = 0) -> None:
    assert depth < 8, "a message is flat"
    if isinstance(value, Mapping):
        for name, each in value.items():
            assert isinstance(name, str)
            _check_plain(each, depth + 1)
    elif isinstance(value, list | tuple):
        for each in value:
            _check_plain(each, depth + 1)
    else:
        assert value is None or isinstance(value, str | bool | int), f"{type(value)} has no exact writing"


def moment(at: datetime) -> str:
    """An aware moment as messages write it: UTC, microseconds, Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_moment(text: object) -> datetime:
    """The same, read back. Raises: MessageUnreadable."""
    if not isinstance(text, str) or len(text) != 27 or not text.endswith("Z"):
        raise MessageUnreadable(what="moment")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise MessageUnreadable(what="moment") from None


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one POST, one answer to it or one file carries. `identity`: the sender's own, signed, as JSON; None when it says nothing of itself."""

    messages: tuple[Signed, ...]
    identity: Any = None


def read_parcel(content: bytes, *, bytes_max: int = PARCEL_BYTES_MAX) -> Parcel:
    """A parcel, its messages unread yet. Raises: MessageTooLarge, MessageUnreadable."""
    if len(content) > bytes_max:
        raise MessageTooLarge(bytes_max=bytes_max)
    said = loaded(content, "parcel")
    if not isinstance(said, dict) or said.get("format") != PARCEL or not isinstance(said.get("messages"), list):
        raise MessageUnreadable(what="parcel")
    return Parcel(tuple(read_signed(each) for each in said["messages"]), said.get("identity"))


def write_parcel(messages: Sequence[Signed], *, identity: Any = None, refused: Sequence[Mapping[str, str]] = ()) -> bytes:
    """The same, written. `refused`: of what one was sent, what is not believed, and the stable code of why."""
    said = {"format": PARCEL, "messages": [each.as_json() for each in messages], "identity": identity, "refused": list(refused)}
    return canonical(said).encode()


def read_signed(said: object) -> Signed:
    """One message as it travels, unread yet. Raises: MessageTooLarge, MessageUnreadable."""
    if not isinstance(said, dict) or set(said) - {"box"} != {"envelope", "key", "signature"}:
        raise MessageUnreadable(what="message")
    text, key, signature, box = said["envelope"], said["key"], said["signature"], said.get("box")
    if not isinstance(text, str) or not isinstance(key, str) or not _KEY_NAME.fullmatch(key) or not isinstance(signature, str):
        raise MessageUnreadable(what="message")
    if len(text) > MESSAGE_BYTES_MAX:
        raise MessageTooLarge(bytes_max=MESSAGE_BYTES_MAX)
    return Signed(text, key, _decoded(signature, 64), _decoded(box, BOX_BYTES_MAX) if box is not None else None)


def _decoded(text: object, size_max: int) -> bytes:
    if not isinstance(text, str) or len(text) > 4 * size_max:
        raise MessageUnreadable(what="base64")
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise MessageUnreadable(what="base64") from None
    if len(found) > size_max:
        raise MessageUnreadable(what="base64")
    return found


def loaded(content: bytes | str, what: str) -> Any:
    """JSON with no float and no name twice. Raises: MessageUnreadable."""
    try:
        return json.loads(content, parse_float=_no_float, parse_constant=_no_float, object_pairs_hook=_no_twins)
    except (ValueError, RecursionError):
        raise MessageUnreadable(what=what) from None


def _no_float(text: str) -> Any:
    raise ValueError(text)


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name comes twice")
    return found


def read_envelope(text: str) -> Envelope:
    """The message that a text is, strictly: every field there, none more, and written as `canonical` writes it.

    Raises: MessageUnreadable.
    """
    said = loaded(text, "envelope")
    names = {"format", "id", "from", "to", "number", "kind", "body", "sent_at"}
    if not isinstance(said, dict) or set(said) != names or said["format"] != FORMAT:
        raise MessageUnreadable(what="envelope")
    if said["kind"] not in MessageKind.__members__:
        raise MessageUnreadable(what="kind")
    kind = MessageKind(said["kind"])
    number = said["number"]
    if not is_count(number, 2**53) or number < 1:
        raise MessageUnreadable(what="number")
    if not all(isinstance(said[side], str) and _SIRET.fullmatch(said[side]) for side in ("from", "to")) or said["from"] == said["to"]:
        raise MessageUnreadable(what="parties")
    parse_moment(said["sent_at"])
    check_body(kind, said["body"])
    try:
        written = canonical(said)
    except (AssertionError, RecursionError, UnicodeError):
        raise MessageUnreadable(what="envelope") from None
    if written != text:
        raise MessageUnreadable(what="writing")
    return Envelope(_uuid(said["id"]), said["from"], said["to"], number, kind, said["body"], said["sent_at"])


# --- bodies ---------------------------------------------------------------------------------------------------------------

OUTCOMES = frozenset({"accepted", "refused", "withdrawn", "kept", "noted"})
VERDICTS = frozenset({"equal", "differs"})


def is_count(value: object, most: int = CENTS_MAX) -> bool:
    """Whether it is a whole number from 0."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


def is_words(value: object, most: int = WORDS_MAX) -> bool:
    """Whether it is short printable text."""
    return isinstance(value, str) and len(value) <= most and value.isprintable()


def is_word(value: object) -> bool:
    """Whether it is a stable word: letters, digits, hyphens, underscores, 60 at most."""
    return isinstance(value, str) and _WORD.fullmatch(value) is not None


def is_siret(value: object) -> bool:
    """Whether it is 14 digits."""
    return isinstance(value, str) and _SIRET.fullmatch(value) is not None


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and _HEX64.fullmatch(value) is not None


def _is_day(value: object) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_moment(value: object) -> bool:
    try:
        return parse_moment(value) is not None
    except MessageUnreadable:
        return False


def _is_uuid(value: object) -> bool:
    try:
        return isinstance(value, str) and str(UUID(value)) == value
    except ValueError:
        return False


def _or_null(check: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: value is None or check(value)


def _is_claims(value: object) -> bool:
    """A statement's lines: [claim, cents, redeemed_at], by claim, each once."""
    if not isinstance(value, list) or len(value) > CLAIMS_MAX:
        return False
    if not all(
        isinstance(each, list) and len(each) == 3 and _is_uuid(each[0]) and is_count(each[1]) and _is_moment(each[2]) for each in value
    ):
        return False
    names = [each[0] for each in value]
    return names == sorted(set(names))


def _is_differences(value: object) -> bool:
    """[claim, what, cents there, cents here], null where a side does not know it."""
    return isinstance(value, list) and len(value) <= 2 * CLAIMS_MAX and all(
        isinstance(each, list) and len(each) == 4 and _is_uuid(each[0]) and is_word(each[1])
        and all(cents is None or is_count(cents) for cents in each[2:])
        for each in value
    )  # fmt: skip


def _is_place(value: object) -> bool:
    return isinstance(value, dict) and set(value) == {"name", "commune"} and all(is_words(each) for each in value.values())


_BODIES: Mapping[MessageKind, Mapping[str, Callable[[object], bool]]] = {
    MessageKind.CLAIM: {
        "claim": _is_uuid, "programme": _or_null(is_word), "read": lambda value: value in ("qr", "code"), "service": is_word,
        "attended_on": _is_day, "place": _is_place, "box_sha256": _is_digest,
    },
    MessageKind.WITHDRAW: {"claim": _is_uuid, "reason": is_words},
    MessageKind.ANSWER: {
        "answers": _is_uuid, "claim": _or_null(_is_uuid), "outcome": lambda value: value in OUTCOMES, "reason": _or_null(is_word),
        "programme": _or_null(is_word), "serial": _or_null(is_words), "cents": _or_null(is_count), "redeemed_at": _or_null(_is_moment),
        "payable_on": _or_null(_is_day), "receipt": _or_null(lambda value: is_words(value, 2_000)),
    },
    MessageKind.STATEMENT: {
        "issuer": is_siret, "since": _is_moment, "until": _is_moment, "claims": _is_claims, "count": is_count, "cents": is_count,
    },
    MessageKind.STATEMENT_ANSWER: {
        "answers": _is_uuid, "verdict": lambda value: value in VERDICTS, "differences": _is_differences, "count": is_count, "cents": is_count,
    },
    MessageKind.PAID: {"reference": is_words, "cents": is_count, "paid_on": _is_day, "until": _or_null(_is_moment)},
}  # fmt: skip


def check_body(kind: MessageKind, body: object) -> None:
    """A body has exactly the fields of its kind, each of its shape. Raises: MessageUnreadable (what: the field)."""
    fields = _BODIES[kind]
    if not isinstance(body, dict) or set(body) != set(fields):
        raise MessageUnreadable(what="body")
    for name, check in fields.items():
        if not check(body[name]):
            raise MessageUnreadable(what=name)
    if kind is MessageKind.STATEMENT:
        if body["count"] != len(body["claims"]) or body["cents"] != sum(each[1] for each in body["claims"]):
            raise MessageUnreadable(what="sums")
        if body["since"] >= body["until"]:
            raise MessageUnreadable(what="period")
    if (
        kind is MessageKind.ANSWER
        and body["outcome"] == "accepted"
        and None in (body["cents"], body["redeemed_at"], body["serial"], body["programme"])
    ):
        raise MessageUnreadable(what="outcome")


def _uuid(text: object) -> UUID:
    if not _is_uuid(text):
        raise MessageUnreadable(what="id")
    return UUID(str(text))


def digest_of_box(box: bytes) -> str:
    """What an envelope says of the box beside it."""
    return hashlib.sha256(box).hexdigest()
