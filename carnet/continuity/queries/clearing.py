"""Reading clearing: partners, claims on both sides, statements, money, totals."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, Sum

from carnet.continuity.access import clearing as access
from carnet.continuity.models import (
    ClearingClaim,
    ClearingDecision,
    ClearingPayment,
    ClearingSending,
    ClearingStatement,
    ClearingSuspect,
    ClearingTransfer,
    Partner,
    PartnerIdentity,
)
from carnet.continuity.rules.clearing.claims import ClaimState, IssuerState, PartnerState
from carnet.continuity.rules.clearing.identities import IssuedProgramme, read_programme
from carnet.funding import queries as funding
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.ledger import queries as ledger
from carnet.ledger.queries import ClearingStanding
from carnet.parties import queries as parties
from carnet.parties.rules import check_may
from carnet.places import queries as places
from carnet.redemption import access as redemption_access
from carnet.settlement import queries as settlement
from carnet.settlement.queries import TransferPaid

LINES_MAX = 200


@dataclass(frozen=True, slots=True)
class Owed:
    """One accepted claim of a period. Unit: whole cents."""

    claim: UUID
    cents: int
    redeemed_at: datetime


def claims_owed(*, partner_id: int, is_issuer: bool, since: datetime, until: datetime) -> list[Owed]:
    """The claims accepted in a period and not withdrawn, by our own ledger, in the order of their ids. The caller stands inside the walls."""
    period = {"partner_id": partner_id, "redeemed_at__gte": since, "redeemed_at__lt": until}
    if is_issuer:
        rows = ClearingDecision.objects.filter(state=IssuerState.ACCEPTED.value, **period).values_list("claim", "cents", "redeemed_at")
        found = [Owed(claim, cents, at) for claim, cents, at in rows if cents and at]
    else:
        partner = Partner.objects.get(id=partner_id)
        booked = ledger.cleared_claims(operator_id=partner.operator_id, partner_id=partner.organisation_id or 0)
        dated = dict(ClearingClaim.objects.filter(**period).order_by("id").values_list("id", "redeemed_at"))
        found = [Owed(claim, booked[claim], at) for claim, at in dated.items() if claim in booked and at]
    return sorted(found, key=lambda each: str(each.claim))


@dataclass(frozen=True, slots=True)
class IdentityView:
    """Keys of a partner as two people look at them."""

    fingerprint: str
    key_name: str
    state: str
    programmes: tuple[IssuedProgramme, ...]
    programme_ids: tuple[int, ...]
    proposed_by_id: int
    proposed_at: datetime
    decided_by_id: int | None
    decided_at: datetime | None
    made_at: datetime


@dataclass(frozen=True, slots=True)
class PartnerView:
    """A partner and how we stand with it. `we_owe_cents`: for our vouchers its places took, all time; `they_owe_cents`: now, for theirs."""

    id: int
    operator_id: int
    siret: str
    name: str
    address: str
    state: PartnerState
    programme_ids: tuple[int, ...]
    organisation_id: int | None
    place_id: int | None
    tried_at: datetime | None
    failure: str
    ending_by_id: int | None
    ended_at: datetime | None
    identities: tuple[IdentityView, ...]
    standing: ClearingStanding | None
    taken_count: int
    taken_cents: int
    claim_counts: dict[str, int]
    waiting_count: int
    suspect_count: int

    @property
    def current(self) -> IdentityView | None:
        """The keys that are believed."""
        return next((each for each in self.identities if each.state == "OPEN"), None)

    @property
    def proposed(self) -> IdentityView | None:
        """Keys that wait for a second person."""
        return next((each for each in self.identities if each.state == "PROPOSED"), None)


def partners(*, actor: Actor) -> list[PartnerView]:
    """The partners of the actor's operator, the latest first. Raises: NotAllowed."""
    check_may(actor, "continuity.see-clearing")
    rows = Partner.objects.filter(operator_id=actor.organisation_id or 0).order_by("-id")
    return [_view(row) for row in rows]


def partner(*, actor: Actor, partner_id: int) -> PartnerView:
    """One partner. Raises: NotAllowed, PartnerUnknown."""
    check_may(actor, "continuity.see-clearing")
    return _view(access.partner(actor, partner_id))


def _view(row: Partner) -> PartnerView:
    taken = ClearingDecision.objects.filter(partner=row, state=IssuerState.ACCEPTED.value).aggregate(count=Count("id"), cents=Sum("cents"))
    counted = ClearingClaim.objects.filter(partner=row).order_by("state").values_list("state").annotate(Count("id"))
    standing = (
        ledger.clearing_standing(operator_id=row.operator_id, partner_id=row.organisation_id) if row.organisation_id is not None else None
    )
    return PartnerView(
        id=row.id, operator_id=row.operator_id, siret=row.siret, name=row.name, address=row.address, state=PartnerState(row.state),
        programme_ids=tuple(row.programme_ids), organisation_id=row.organisation_id, place_id=row.place_id, tried_at=row.tried_at,
        failure=row.failure, ending_by_id=row.ending_by_id, ended_at=row.ended_at,
        identities=tuple(_identity(each) for each in PartnerIdentity.objects.filter(partner=row).order_by("-made_at", "-id")),
        standing=standing, taken_count=taken["count"] or 0, taken_cents=taken["cents"] or 0, claim_counts=dict(counted),
        waiting_count=ClearingSending.objects.filter(partner=row, is_question=True, done_at__isnull=True).count(),
        suspect_count=ClearingSuspect.objects.filter(partner=row).count(),
    )  # fmt: skip


def _identity(row: PartnerIdentity) -> IdentityView:
    return IdentityView(
        row.fingerprint, row.key_name, row.state, tuple(read_programme(each) for each in row.programmes), tuple(row.programme_ids),
        row.proposed_by_id, row.proposed_at, row.decided_by_id, row.decided_at, row.made_at,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A claim as its place and its operator read it. `paid_on`: the day the bank paid the place."""

    id: UUID
    partner_id: int
    partner: str
    organisation_id: int
    place_id: int
    place: str
    service: str
    attended_on: date
    programme: str
    state: ClaimState
    cents: int | None
    serial: str
    reason: str
    asked_at: datetime
    redeemed_at: datetime | None
    payable_on: date | None
    paid_on: date | None
    may_withdraw: bool


def own_claims(*, actor: Actor, limit: int = LINES_MAX) -> list[ClaimView]:
    """The claims of the actor's places, the latest first. Raises: NotAllowed."""
    check_may(actor, "continuity.clear")
    return _claims(ClearingClaim.objects.filter(organisation_id=actor.organisation_id or 0).order_by("-asked_at", "id")[:limit])


def own_claim(*, actor: Actor, claim_id: UUID) -> ClaimView:
    """One of them. Raises: NotAllowed, ClaimUnknown."""
    check_may(actor, "continuity.clear")
    row = access.claim(actor, claim_id)
    return _claims([row])[0]


def claims_of_partner(*, actor: Actor, partner_id: int, limit: int = LINES_MAX) -> list[ClaimView]:
    """The claims of our places towards a partner, the latest first. Raises: NotAllowed, PartnerUnknown."""
    check_may(actor, "continuity.see-clearing")
    access.partner(actor, partner_id)
    return _claims(ClearingClaim.objects.filter(partner_id=partner_id).order_by("-asked_at", "id")[:limit])


def _claims(found: Iterable[ClearingClaim]) -> list[ClaimView]:
    rows = list(found)
    names = places.names_of({each.place_id for each in rows})
    with acting_as(organisation_ids={each.operator_id for each in rows}):
        partners_named = dict(Partner.objects.filter(id__in={each.partner_id for each in rows}).order_by("id").values_list("id", "name"))
        paid = dict(
            ClearingPayment.objects.filter(id__in={each.payment_id for each in rows if each.payment_id}).order_by("id").values_list("id", "booked_on")
        )  # fmt: skip
    return [
        ClaimView(
            row.id, row.partner_id, partners_named.get(row.partner_id, ""), row.organisation_id, row.place_id, names.get(row.place_id, ""),
            row.service_code, row.attended_on, row.programme, ClaimState(row.state), row.cents, row.serial, row.reason, row.asked_at,
            row.redeemed_at, row.payable_on, paid.get(row.payment_id) if row.payment_id else None,
            row.state in (ClaimState.PENDING, ClaimState.ACCEPTED) and row.payment_id is None and not row.withdraw_answer,
        )
        for row in rows
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Issuer:
    """An operator whose vouchers a place may claim, as it is written on them."""

    siret: str
    name: str
    programmes: tuple[str, ...]


def issuers_at(*, actor: Actor, at: datetime) -> list[Issuer]:
    """The operators that may be written on a voucher, for the actor's places. Raises: NotAllowed."""
    check_may(actor, "continuity.clear")
    own = places.places_of([actor.organisation_id] if actor.organisation_id is not None else [], at=at)
    operators: set[int] = set()
    for each in own:
        operators |= redemption_access.operators_of_place(each.place_id, at=at)
    found = []
    with acting_as(organisation_ids=operators):
        for row in Partner.objects.filter(operator_id__in=operators, state=PartnerState.OPEN).order_by("name", "id"):
            latest = issued_of(row.id)
            found.append(Issuer(row.siret, row.name, tuple(each.name for each in latest)))
    return found


def issued_of(partner_id: int) -> list[IssuedProgramme]:
    """What a partner says it issues, by its latest agreed identity. The caller stands inside the walls."""
    rows = PartnerIdentity.objects.filter(partner_id=partner_id, state="OPEN").order_by("-made_at", "-id")
    return [read_programme(each) for each in rows.values_list("programmes", flat=True).first() or ()]


@dataclass(frozen=True, slots=True)
class SuspectView:
    """A message that is not believed, or contradicts another."""

    what: str
    subject: str
    earlier_id: UUID | None
    text: str
    at: datetime


def suspects(*, actor: Actor, partner_id: int, limit: int = LINES_MAX) -> list[SuspectView]:
    """What a partner's messages contradict, the latest first. Raises: NotAllowed, PartnerUnknown."""
    check_may(actor, "continuity.see-clearing")
    access.partner(actor, partner_id)
    rows = ClearingSuspect.objects.filter(partner_id=partner_id).order_by("-id")[:limit]
    return [SuspectView(row.what, row.subject, row.earlier_id, row.text, row.at) for row in rows]


@dataclass(frozen=True, slots=True)
class StatementView:
    """A statement, ours or theirs, and what was answered. Unit: whole cents."""

    id: int
    is_ours: bool
    is_issuer: bool
    since: datetime
    until: datetime
    claim_count: int
    cents: int
    verdict: str
    differences: tuple[tuple[str, str, int | None, int | None], ...]
    at: datetime
    answered_at: datetime | None


def statements(*, actor: Actor, partner_id: int, limit: int = LINES_MAX) -> list[StatementView]:
    """The statements exchanged with a partner, the latest first. Raises: NotAllowed, PartnerUnknown."""
    check_may(actor, "continuity.see-clearing")
    access.partner(actor, partner_id)
    rows = ClearingStatement.objects.filter(partner_id=partner_id).order_by("-id")[:limit]
    return [
        StatementView(
            row.id, row.is_ours, row.is_issuer, row.since, row.until, row.claim_count, row.cents, row.verdict,
            tuple((each[0], each[1], each[2], each[3]) for each in row.differences), row.at, row.answered_at,
        )
        for row in rows
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class TransferView:
    """Money between operators. Unit: whole cents."""

    kind: str
    reference: str
    cents: int
    moved_on: date
    at: datetime


def transfers(*, actor: Actor, partner_id: int) -> list[TransferView]:
    """What was announced, came, was advanced and taken back, the latest first. Raises: NotAllowed, PartnerUnknown."""
    check_may(actor, "continuity.see-clearing")
    access.partner(actor, partner_id)
    rows = ClearingTransfer.objects.filter(partner_id=partner_id).order_by("-id")[:LINES_MAX]
    return [TransferView(row.kind, row.reference, row.cents, row.moved_on, row.at) for row in rows]


def to_announce(*, actor: Actor, partner_id: int) -> list[TransferPaid]:
    """What the bank paid a partner by the ordinary runs and that it was not told yet, the oldest first. Raises: NotAllowed, PartnerUnknown."""
    check_may(actor, "continuity.see-clearing")
    row = access.partner(actor, partner_id)
    if row.organisation_id is None:
        return []
    told = set(ClearingTransfer.objects.filter(partner=row, kind="TOLD").order_by("id").values_list("reference", flat=True))
    ours = [each.id for each in funding.programmes_of_operator(row.operator_id)]
    return [
        each for each in settlement.transfers_paid(organisation_id=row.organisation_id, programme_ids=ours) if each.reference not in told
    ]


@dataclass(frozen=True, slots=True)
class PaymentView:
    """What one place is paid out of clearing. Unit: whole cents."""

    id: int
    partner_id: int
    organisation_id: int
    organisation: str
    state: str
    claim_count: int
    cents: int
    iban: str
    prepared_by_id: int
    execute_on: date
    booked_on: date | None


def payments(*, actor: Actor, partner_id: int) -> list[PaymentView]:
    """The payments of places out of a partner's debt, the latest first. Raises: NotAllowed, PartnerUnknown."""
    check_may(actor, "continuity.see-clearing")
    access.partner(actor, partner_id)
    return _payments(list(ClearingPayment.objects.filter(partner_id=partner_id).order_by("-id")[:LINES_MAX]))


def payment(*, actor: Actor, payment_id: int) -> PaymentView:
    """One of them. Raises: NotAllowed, ClearingPaymentUnknown."""
    check_may(actor, "continuity.see-clearing")
    return _payments([access.payment(actor, payment_id)])[0]


def _payments(rows: Sequence[ClearingPayment]) -> list[PaymentView]:
    names = {key: each.name for key, each in parties.organisations({row.organisation_id for row in rows}).items()}
    return [
        PaymentView(
            row.id, row.partner_id, row.organisation_id, names.get(row.organisation_id, ""), row.state, row.claim_count, row.cents,
            row.creditor_iban, row.prepared_by_id, row.execute_on, row.booked_on,
        )
        for row in rows
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ClearingTotals:
    """What other operators' places took of one programme. Unit: whole cents, vouchers."""

    programme_id: int
    programme: str
    partner: str
    taken_count: int
    taken_cents: int


def totals(*, actor: Actor) -> list[ClearingTotals]:
    """What partners' places took of the programmes one sees, in totals: for funders and auditors. Raises: NotAllowed."""
    check_may(actor, "continuity.see-clearing-totals")
    seen = {each.id: each for each in funding.programmes(actor.programme_ids)}
    with acting_as(programme_ids=seen):
        rows = list(
            ClearingDecision.objects.filter(programme_id__in=list(seen), state=IssuerState.ACCEPTED.value)
            .order_by("programme_id", "partner_id")
            .values_list("programme_id", "partner_id", "operator_id")
            .annotate(Count("id"), Sum("cents"))
        )
    with acting_as(organisation_ids={row[2] for row in rows}):
        names = dict(Partner.objects.filter(id__in={row[1] for row in rows}).order_by("id").values_list("id", "name"))
    return [ClearingTotals(row[0], seen[row[0]].name, names.get(row[1], ""), row[3], int(row[4] or 0)) for row in rows]


# --- proof ----------------------------------------------------------------------------------------------------------------


def months_to_state(*, actor: Actor, partner_id: int, at: datetime) -> list[date]:
    """The first days of the months that have claims either way, this one included, the latest first. Raises: NotAllowed, PartnerUnknown."""
    check_may(actor, "continuity.see-clearing")
    access.partner(actor, partner_id)
    moments: list[Any] = [
        *ClearingDecision.objects.filter(partner_id=partner_id, redeemed_at__isnull=False).order_by().values_list("redeemed_at", flat=True),
        *ClearingClaim.objects.filter(Q(partner_id=partner_id), redeemed_at__isnull=False).order_by().values_list("redeemed_at", flat=True),
    ]  # fmt: skip
    found = {legal_day(each).replace(day=1) for each in moments} | {legal_day(at).replace(day=1)}
    return sorted(found, reverse=True)
