"""The certificate of service done of one claim: what a place gave, when, for how many vouchers, signed so that anybody can check it.

Public accounting pays once the service is done and certified (decree 2012-1246, articles 31 and 33):
docs/sources/public-money.md#service-done.
"""

import base64
import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from datetime import date

from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.funding.rules import FundingRefused
from carnet.gateways.keys import SERVICE_DONE, key_ring
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties.rules import check_may
from carnet.redemption import queries as redemption
from carnet.redemption.rules import redemption_number
from carnet.settlement.models import Claim, ClaimLine
from carnet.settlement.queries._redrawn import family
from carnet.settlement.rules import ClaimUnknown

_JSON = json.JSONEncoder(separators=(",", ":"), sort_keys=True, ensure_ascii=True)  # the same bytes each time


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """One service at one place: how many were given, for how many vouchers and cents, from the first day to the last."""

    place_id: int
    service: str
    service_count: int
    voucher_count: int
    cents: int
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class ServiceCertificate:
    """What one claim attests. `signed`: the same facts and their Ed25519 signature by the programme's first key, as in a receipt."""

    claim_id: int
    programme_id: int
    programme: str
    is_simulated: bool
    agreement_id: int
    agreement: str
    organisation_id: int
    voucher_count: int
    service_count: int
    cents: int
    lines: tuple[ServiceLine, ...]
    redemptions_digest: str
    signed: str


def service_certificate(*, actor: Actor, claim_id: int) -> ServiceCertificate:
    """The certificate of one claim, counted from its lines. Unit: whole cents. Raises: NotAllowed, ClaimUnknown."""
    check_may(actor, "settlement.follow")
    claim = Claim.objects.filter(id=claim_id).first()
    if claim is None:
        raise ClaimUnknown(claim_id=claim_id)
    try:
        agreement = funding_access.seen_agreement(actor, claim.agreement_id)
    except FundingRefused:
        raise ClaimUnknown(claim_id=claim_id) from None
    keys = list(ClaimLine.objects.filter(claim_id__in=family(claim.id)).values_list("series_id", "voucher_id", "generation", "cents"))
    lines = _lines(keys)
    digest = _digest([key[:3] for key in keys])
    services, vouchers, cents = (sum(getattr(line, name) for line in lines) for name in ("service_count", "voucher_count", "cents"))
    facts = {
        "v": 1,
        "programme": claim.programme_id,
        "agreement": claim.agreement_id,
        "claim": claim.id,
        "organisation": claim.organisation_id,
        "services": services,
        "vouchers": vouchers,
        "cents": cents,
        "first_day": min(line.first_day for line in lines).isoformat(),
        "last_day": max(line.last_day for line in lines).isoformat(),
        "redemptions_sha256": digest,
    }
    programme = funding.programme(claim.programme_id)
    return ServiceCertificate(
        claim_id=claim.id,
        programme_id=claim.programme_id,
        programme=programme.name,
        is_simulated=programme.is_simulated,
        agreement_id=claim.agreement_id,
        agreement=agreement.name,
        organisation_id=claim.organisation_id,
        voucher_count=vouchers,
        service_count=services,
        cents=cents,
        lines=lines,
        redemptions_digest=digest,
        signed=_signed(claim.programme_id, facts),
    )


def _lines(keys: list[tuple[int, int, int, int]]) -> tuple[ServiceLine, ...]:
    cents_of = {redemption_number(series_id=key[0], voucher_id=key[1], generation=key[2]): key[3] for key in keys}
    services: Counter[tuple[int, str]] = Counter()
    vouchers: Counter[tuple[int, str]] = Counter()
    cents: Counter[tuple[int, str]] = Counter()
    days: dict[tuple[int, str], list[date]] = {}
    for each in redemption.services_of([key[:3] for key in keys]):
        key = (each.place_id, each.service)
        services[key] += each.is_first
        vouchers[key] += 1
        cents[key] += cents_of[each.number]
        days.setdefault(key, []).append(legal_day(each.redeemed_at))
    return tuple(
        ServiceLine(key[0], key[1], services[key], vouchers[key], cents[key], min(days[key]), max(days[key])) for key in sorted(vouchers)
    )


def _digest(keys: list[tuple[int, int, int]]) -> str:
    """SHA-256 of the numbers of the redemptions, sorted as numbers, each ended by a line feed."""
    numbers = [redemption_number(series_id=key[0], voucher_id=key[1], generation=key[2]) for key in sorted(keys)]
    return hashlib.sha256("".join(f"{number}\n" for number in numbers).encode()).hexdigest()


def _signed(programme_id: int, facts: dict[str, object]) -> str:
    payload = _JSON.encode(facts).encode()
    signature = key_ring().sign(programme_id, SERVICE_DONE, payload, version=1)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (payload, signature))


def unpacked(signed: str) -> tuple[bytes, bytes]:
    """What was signed, and the signature (64 bytes)."""
    payload, signature = (base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in signed.split("."))
    return payload, signature
