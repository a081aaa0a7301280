"""API tokens: 256 random bits, shown once, kept as a hash, looked up at every request (so a revocation holds at once)."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties import access
from carnet.parties.models import ApiToken
from carnet.parties.rules import TOKEN_PREFIX, check_allowed_now, check_token_days, clean_scopes, secret_hash


@dataclass(frozen=True, slots=True)
class TokenCreated:
    """A new token. `raw` is the only time it is seen; None when the request is repeated."""

    id: int
    raw: str | None
    prefix: str
    expires_at: datetime


@transaction.atomic
def create_token(
    *,
    organisation_id: int,
    scopes: Iterable[str],
    days: int,
    label: str = "",
    place_id: int | None = None,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> TokenCreated:
    """Make a token for an organisation (or one of its places: the door checks that the place is its own), for 1 to 730 days.

    Raises:  NotAllowed, SecondFactorNeeded, OrganisationUnknown, ScopesInvalid, TokenDaysInvalid.
    Repeat:  the same request_id returns the first token, without its secret.
    """
    check_allowed_now(actor, "parties.manage-tokens", at)
    organisation = access.managed_organisation(actor, organisation_id)
    granted = clean_scopes(scopes)
    check_token_days(days)
    with access.stepping_into(organisation):
        repeated = ApiToken.objects.filter(request_id=request_id).first()
        if repeated is not None:
            return TokenCreated(id=repeated.id, raw=None, prefix=repeated.prefix, expires_at=repeated.expires_at)
        raw = TOKEN_PREFIX + secrets.token_urlsafe(32)
        token = ApiToken.objects.create(
            organisation=organisation,
            place_id=place_id,
            label=label.strip()[:80],
            scopes=granted,
            secret_hash=secret_hash(raw),
            prefix=raw[: len(TOKEN_PREFIX) + 5],
            created_by_id=actor.person_id,
            created_at=at,
            expires_at=at + timedelta(days=days),
            request_id=request_id,
        )
    journal.record(
        actor=actor,
        action="parties.token-created",
        subject=("token", token.id),
        facts={"scopes": granted, "place_id": place_id, "days": days},
        organisation_id=organisation.id,
        request_id=request_id,
        at=at,
    )
    return TokenCreated(id=token.id, raw=raw, prefix=token.prefix, expires_at=token.expires_at)


@transaction.atomic
def revoke_token(*, token_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Refuse a token from the next request on. Revoking again changes nothing. Raises: NotAllowed, SecondFactorNeeded, TokenUnknown."""
    check_allowed_now(actor, "parties.manage-tokens", at)
    token = access.own_token(actor, token_id)
    if token.revoked_at is not None:
        return
    token.revoked_at, token.revoked_by_id = at, actor.person_id
    token.save(update_fields=["revoked_at", "revoked_by_id"])
    journal.record(
        actor=actor,
        action="parties.token-revoked",
        subject=("token", token.id),
        organisation_id=token.organisation_id,
        request_id=request_id,
        at=at,
    )


def note_token_use(*, token_id: int, organisation_id: int, at: datetime) -> None:
    """Remember the legal day of a token's latest use: one write per token and day. Call it acting as the token."""
    today = legal_day(at)
    ApiToken.objects.filter(
        Q(latest_used_on__isnull=True) | Q(latest_used_on__lt=today), id=token_id, organisation_id=organisation_id
    ).update(latest_used_on=today)
