"""Secrets, bank accounts, and decisions by a second person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from carnet.parties.rules._refusals import (
    AccountMissing,
    AccountWaiting,
    ApprovalChanged,
    ApprovalDecided,
    SamePerson,
    ScopesInvalid,
    TokenDaysInvalid,
)
from carnet.parties.rules._words import Scope

ACCOUNT_WAIT = timedelta(hours=72)  # a changed IBAN waits, so that its true owner can object
TOKEN_DAYS_MOST = 730
TOKEN_PREFIX = "carnet_"  # noqa: S105 - lets a scanner of leaked secrets recognise one


def secret_hash(secret: str) -> bytes:
    """SHA-256 of a secret of 256 random bits: nothing slower is needed for what cannot be guessed."""
    return sha256(secret.encode()).digest()


def clean_scopes(scopes: Iterable[str]) -> list[str]:
    """The scopes, each once. Raises: ScopesInvalid."""
    given = list(scopes)
    known = [scope.value for scope in Scope]
    if not given or not set(known).issuperset(given):
        raise ScopesInvalid(scopes=", ".join(given), known=", ".join(known))
    return [scope for scope in known if scope in given]


def check_token_days(days: int) -> None:
    """Tokens always expire. Raises: TokenDaysInvalid."""
    if not 1 <= days <= TOKEN_DAYS_MOST:
        raise TokenDaysInvalid(days=days, most=TOKEN_DAYS_MOST)


def digest_of(*parts: str | int | None) -> bytes:
    """SHA-256 of what is approved: any change of a part changes it. Parts are framed, so that none can run into the next."""
    framed = b"".join(f"{len(str(part).encode())}:{part};".encode() for part in parts)
    return sha256(framed).digest()


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """What deciding about a bank account needs of it."""

    id: int
    iban: str
    valid_from: datetime
    ended_at: datetime | None


def effective_from(*, approved_at: datetime, is_change: bool) -> datetime:
    """When an approved account may first be paid: at once for a first one, 72 hours after its approval for a change."""
    return approved_at + ACCOUNT_WAIT if is_change else approved_at


def account_in_force(accounts: Sequence[KnownAccount], at: datetime, *, organisation: str) -> KnownAccount:
    """The account to pay at `at`: the latest one already effective and not ended.

    Raises: AccountWaiting (until), AccountMissing.
    """
    open_accounts = [account for account in accounts if account.ended_at is None or account.ended_at > at]
    effective = [account for account in open_accounts if account.valid_from <= at]
    if effective:
        return max(effective, key=lambda account: (account.valid_from, account.id))
    if open_accounts:
        raise AccountWaiting(organisation=organisation, until=min(account.valid_from for account in open_accounts))
    raise AccountMissing(organisation=organisation)


def check_second_person(*, requested_by: int, decided_by: int, action: str) -> None:
    """Whoever prepares never approves (invariant 7). Raises: SamePerson."""
    if requested_by == decided_by:
        raise SamePerson(action=action)


def check_decidable(*, decision: str | None, digest: bytes, shown: bytes) -> None:
    """Only what waits, and exactly what was asked for, can be decided. Raises: ApprovalDecided, ApprovalChanged."""
    if decision is not None:
        raise ApprovalDecided(decision=decision)
    if bytes(digest) != bytes(shown):
        raise ApprovalChanged
