"""What makes a repeated request the same request, and the shape of a journal line."""

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, ClassVar

from carnet.kernel.refusals import Refusal

KEY_LENGTH_MAX = 255
KEPT_DAYS = 90
# Rows that are never changed, sealed in chained blocks. The uses of mandates among them: what was done in somebody's name.
SEALED_TABLES = ("journal_line", "ledger_movement", "ledger_passage", "ledger_sharepattern", "mandates_use")
# A verification that was stopped goes on within the same night, and begins anew the next.
RESUMED_WITHIN = timedelta(hours=20)
VERIFICATIONS_KEPT = timedelta(days=400)
FAULTS_KEPT = 100
_CANONICAL = json.JSONEncoder(sort_keys=True, default=str, separators=(",", ":"))


class What(StrEnum):
    """What is verified: every rule of the ledger, or every seal."""

    LEDGER = "ledger"
    JOURNAL = "journal"


class JournalRefused(Refusal):
    """Base of the journal's refusals."""

    code: ClassVar[str] = "journal-refused"


class IdempotencyMismatch(JournalRefused):
    """The same key came with another body."""

    code = "idempotency-mismatch"


class IdempotencyInFlight(JournalRefused):
    """The first request with this key has not been answered yet."""

    code = "idempotency-in-flight"


class IdempotencyKeyInvalid(JournalRefused):
    """A key that is empty, or longer than KEY_LENGTH_MAX characters."""

    code = "idempotency-key-invalid"


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to a request key; `repeated` when an earlier request had already earned it."""

    status: int
    body: dict[str, Any]
    repeated: bool


@dataclass(frozen=True, slots=True)
class Break:
    """A place where sealed history and the rows differ. `block` 0: the table itself, whose triggers were switched off or dropped."""

    table: str
    block: int
    row: int | None
    what: str


@dataclass(frozen=True, slots=True)
class Named:
    """One fault a verification named: the rule, the row, what is wrong. Numbers and words of ours."""

    invariant: str
    where: str
    what: str


def is_news(faults: object, before: object) -> bool:
    """Whether people are to be told: something is wrong, and not the very same as the last time."""
    return bool(faults) and faults != before


def body_digest(body: Any) -> bytes:
    """A 32-byte digest of a request body, the same for the same content however it is laid out."""
    return hashlib.sha256(_CANONICAL.encode(body).encode()).digest()


def check_key(key: str) -> str:
    """Return the key. Raises: IdempotencyKeyInvalid."""
    if not key.strip() or len(key) > KEY_LENGTH_MAX:
        raise IdempotencyKeyInvalid(length=len(key), length_max=KEY_LENGTH_MAX)
    return key


def digests_of_rows() -> str:
    """SQL for the seal of a set of rows `r`: each row's id (8 bytes) and the first 8 bytes of its digest."""
    row = "sha256(convert_to((to_jsonb(r) - 'xid')::text, 'UTF8'))"
    return f"COALESCE(string_agg(int8send(r.id) || substring({row} from 1 for 8), ''::bytea ORDER BY r.xid, r.id), ''::bytea)"
