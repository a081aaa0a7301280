"""Our own keys for clearing, and what we say of ourselves with them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings

from carnet.continuity.access import clearing as access
from carnet.continuity.rules.clearing import identities
from carnet.continuity.rules.clearing.identities import Identity, IssuedProgramme
from carnet.funding import queries as funding
from carnet.funding.rules import latest_acceptance
from carnet.gateways.keys import ClearingKey, key_ring
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor

# Time for partners to agree to new keys before we sign with them.
SIGNS_AFTER = timedelta(days=30)


def signing_key(at: datetime) -> ClearingKey:
    """The key that signs at `at`; the first is drawn when there is none."""
    ring = key_ring()
    keys = ring.clearing_keys()
    if not keys:
        return ring.draw_clearing_key(at=at, signs_from=at)
    begun = [key for key in keys if key.signs_from <= at]
    return begun[-1] if begun else keys[0]


def rotate_keys(*, compromised: bool = False, actor: Actor, request_id: UUID, at: datetime) -> ClearingKey:
    """Draw new keys, signing after 30 days, or at once when the old ones leaked; partners agree to them like to the first."""
    signing_key(at)
    drawn = key_ring().draw_clearing_key(at=at, signs_from=at if compromised else at + SIGNS_AFTER)
    journal.record(
        actor=actor,
        action="continuity.clearing-keys-rotated",
        subject=("clearing-key", drawn.version),
        facts={"key": drawn.name, "signs_from": drawn.signs_from, "compromised": compromised},
        request_id=request_id,
        at=at,
    )
    return drawn


def own_identity(*, siret: str, at: datetime, version: int | None = None) -> dict[str, Any]:
    """What one of our operators says of itself, signed by the key it speaks of: the one that signs now, or another `version`.

    Public facts: keys, address, programmes with what their vouchers are worth. Raises: PartnerUnknown.
    """
    operator = access.operator_of_number(siret)
    signs = signing_key(at)
    told = next((key for key in key_ring().clearing_keys() if key.version == version), signs)
    said = Identity(siret, operator.name[:140], settings.BASE_URL, at, told.public_signing, told.public_sealing, _programmes(operator.id))
    text = said.text
    return {"identity": text, "key": told.name, "signature": identities.encoded(told.sign(text.encode()))}


def _programmes(operator_id: int) -> tuple[IssuedProgramme, ...]:
    ring = key_ring()
    return tuple(
        IssuedProgramme(
            each.slug, each.name[:200], each.terms.voucher_value_cents, each.terms.service_codes,
            latest_acceptance(each.windows).accepted_until.isoformat()[:32],
            tuple((key.version, key.raw) for key in ring.public_keys(each.id)),
        )
        for each in sorted(funding.programmes_of_operator(operator_id), key=lambda each: each.slug)
        if each.ended_at is None
    )[: identities.PROGRAMMES_MAX]  # fmt: skip
