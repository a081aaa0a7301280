"""Reads of funding. Answers are frozen; money is whole cents.

Programmes are public facts. Everything else is read inside the tenant the door announced; see `access`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, Sum

from carnet.funding import access
from carnet.funding.models import (
    Agreement,
    AuditEngagement,
    Commitment,
    CommitmentShare,
    MoneyReceived,
    Pledge,
    Programme,
    Share,
    ShareVersion,
)
from carnet.funding.rules import (
    Acceptance,
    AgreementState,
    AgreementUnknown,
    AlreadyOrdered,
    OrderShare,
    PaymentFrequency,
    PledgeState,
    ProgrammeTerms,
    ProgrammeUnknown,
    ShareTerms,
    Windows,
    acceptance_after,
    check_closing,
    check_hand_over_open,
    latest_acceptance,
    shares_for_order,
    weights_of,
)
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.ledger.rules import Weight

# --- Programmes -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ProgrammeFacts:
    """One programme, as anybody may know it."""

    id: int
    name: str
    slug: str
    operator_id: int
    is_simulated: bool
    terms: ProgrammeTerms
    ended_at: datetime | None

    @property
    def windows(self) -> Windows:
        """Its windows of hand-over and acceptance."""
        return self.terms.windows

    def is_open_at(self, at: datetime) -> bool:
        """Whether vouchers of it may still be handed over or accepted at that moment."""
        return self.ended_at is None and at < latest_acceptance(self.windows).accepted_until


@dataclass(frozen=True, slots=True)
class RedemptionRules:
    """What a redemption must know of its programme. The undo window is in minutes."""

    programme_id: int
    name: str
    service_codes: frozenset[str]
    undo_window_minutes: int
    payment_frequency: PaymentFrequency
    phone: str
    is_simulated: bool
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class SeriesDates:
    """The three ends a new series of the programme carries: exclusive instants."""

    hand_over_until: datetime
    printed_until: datetime
    accepted_until: datetime


def programme(programme_id: int) -> ProgrammeFacts:
    """One programme. Raises: ProgrammeUnknown."""
    return _facts(_programme(programme_id))


def programme_by_slug(slug: str) -> ProgrammeFacts:
    """One programme, by the short name of its public address. Raises: ProgrammeUnknown."""
    row = Programme.objects.filter(slug=slug).first()
    if row is None:
        raise ProgrammeUnknown(programme=slug)
    return _facts(row)


def programmes(programme_ids: Collection[int] | None = None) -> list[ProgrammeFacts]:
    """Every programme (or those named), the latest first."""
    rows = Programme.objects.order_by("-hand_over_from", "-id")
    if programme_ids is not None:
        rows = rows.filter(id__in=programme_ids)
    return [_facts(row) for row in rows]


def programmes_of_operator(operator_id: int) -> list[ProgrammeFacts]:
    """The programmes one operator runs, the latest first."""
    return [_facts(row) for row in Programme.objects.filter(operator_id=operator_id).order_by("-hand_over_from", "-id")]


def programme_ids_for(organisation_ids: Collection[int], *, at: datetime) -> frozenset[int]:
    """The programmes these organisations see: operated, funded (a share in any version), or audited at that moment.

    Prescribers and places are in none: they see only the rows that are their own.
    """
    wanted = list(organisation_ids)
    if not wanted:
        return frozenset()
    operated = Programme.objects.filter(operator_id__in=wanted).values_list("id", flat=True)
    with acting_as(organisation_ids=wanted):
        funded = Share.objects.filter(funder_id__in=wanted).values_list("programme_id", flat=True)
        audited = (
            AuditEngagement.objects.filter(organisation_id__in=wanted, starts_at__lte=at, ends_at__gt=at)
            .filter(Q(ended_at__isnull=True) | Q(ended_at__gt=at))
            .values_list("programme_id", flat=True)
        )
        return frozenset([*operated, *funded.distinct(), *audited])


def rules_for_redemption(programme_id: int) -> RedemptionRules:
    """What a redemption must know. Raises: ProgrammeUnknown."""
    row = _programme(programme_id)
    return RedemptionRules(
        programme_id=row.id,
        name=row.name,
        service_codes=frozenset(row.service_codes),
        undo_window_minutes=row.undo_window_minutes,
        payment_frequency=PaymentFrequency(row.payment_frequency),
        phone=row.phone,
        is_simulated=row.is_simulated,
        ended_at=row.ended_at,
    )


def acceptance_for_hand_over(programme_id: int, *, at: datetime) -> Acceptance:
    """Until when a voucher handed over now is printed valid, and taken.

    Raises: ProgrammeUnknown, HandOverNotOpen, HandOverEnded.
    """
    windows = _programme(programme_id).windows
    check_hand_over_open(windows, at=at)
    return acceptance_after(windows, handed_over_at=at)


def series_dates(programme_id: int) -> SeriesDates:
    """The ends of a series drawn now: those of the voucher handed over last. Raises: ProgrammeUnknown."""
    windows = _programme(programme_id).windows
    latest = latest_acceptance(windows)
    return SeriesDates(windows.hand_over_until, latest.printed_until, latest.accepted_until)


# --- Agreements -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RingFence:
    """The account an agreement's money stays in, and payments leave from."""

    holder: str
    iban: str
    bic: str


@dataclass(frozen=True, slots=True)
class ShareVersionFacts:
    """One version of the shares, in force for what is drawn from `effective_at` on."""

    id: int
    number: int
    effective_at: datetime
    reason: str
    shares: tuple[ShareTerms, ...]


@dataclass(frozen=True, slots=True)
class AgreementFacts:
    """One agreement and its shares in force."""

    id: int
    programme_id: int
    programme_name: str
    name: str
    season: str
    signed_on: date
    state: AgreementState
    closed_at: datetime | None
    ring_fence: RingFence
    version: ShareVersionFacts

    @property
    def funder_ids(self) -> tuple[int, ...]:
        """Who funds it now, in the order of the signatures."""
        return tuple(share.funder_id for share in self.version.shares)


@dataclass(frozen=True, slots=True)
class FunderCommitment:
    """One funder of an agreement, in cents: what orders took of it, what came in, what is still missing to cover them.

    `held_cents` is what it must have paid in (its own part in advance, and what it advances for others); `borne_cents`
    what it will have paid once every voucher is used.
    """

    funder_id: int
    received_cents: int
    held_cents: int
    borne_cents: int

    @property
    def missing_cents(self) -> int:
        """What it still has to bring in for what was ordered."""
        return max(0, self.held_cents - self.received_cents)


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money received from a funder, or recorded by mistake and withdrawn."""

    id: int
    agreement_id: int
    funder_id: int
    cents: int
    received_on: date
    bank_reference: str
    recorded_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class PledgeFacts:
    """What an organisation said, signed or brought."""

    id: int
    agreement_id: int
    organisation_id: int
    cents: int
    state: PledgeState
    pledged_at: datetime
    signed_on: date | None


@dataclass(frozen=True, slots=True)
class Engagement:
    """An auditor's time in a programme: half-open."""

    id: int
    programme_id: int
    organisation_id: int
    starts_at: datetime
    ends_at: datetime
    ended_at: datetime | None


def agreement(actor: Actor, agreement_id: int, *, at: datetime) -> AgreementFacts:
    """One agreement the actor may read, with the shares in force. Raises: AgreementUnknown."""
    return _agreement_facts(access.seen_agreement(actor, agreement_id), at)


def agreements(actor: Actor, programme_ids: Collection[int], *, at: datetime) -> list[AgreementFacts]:
    """The agreements of these programmes that the actor may read, the oldest first."""
    return [_agreement_facts(row, at) for row in access.seen_agreements(actor, programme_ids)]


def agreement_for_order(agreement_id: int, *, at: datetime) -> AgreementFacts:
    """The agreement an order is placed under, inside the announced tenant. Raises: AgreementUnknown, AgreementClosed."""
    row = Agreement.objects.select_related("programme").filter(id=agreement_id).first()
    if row is None:
        raise AgreementUnknown(agreement=agreement_id)
    check_closing(row.closed_at)
    return _agreement_facts(row, at)


def ring_fence(agreement_id: int) -> RingFence:
    """The account payments under the agreement leave from. Raises: AgreementUnknown."""
    row = Agreement.objects.filter(id=agreement_id).first()
    if row is None:
        raise AgreementUnknown(agreement=agreement_id)
    return _ring_fence(row)


def shares_if_ordered(agreement_id: int, total_cents: int, *, at: datetime) -> tuple[OrderShare, ...]:
    """How an order of that face value would be divided now; nothing is written.

    Raises: AgreementUnknown, AgreementClosed, OrderNotPositive, CapReached, FixedAmountsExhausted.
    """
    facts = agreement_for_order(agreement_id, at=at)
    return shares_for_order(total_cents, facts.version.shares, already_ordered(agreement_id, facts.version.id))


def weights_if_ordered(agreement_id: int, total_cents: int, *, at: datetime) -> tuple[Weight, ...]:
    """The same as the ledger's weights: held and borne cents per funder. Raises: as `shares_if_ordered`."""
    return weights_of(shares_if_ordered(agreement_id, total_cents, at=at))


def already_ordered(agreement_id: int, version_id: int) -> AlreadyOrdered:
    """What the agreement's orders took of each funder, and what this version divided by portions."""
    rows = CommitmentShare.objects.filter(agreement_id=agreement_id, commitment__released_at__isnull=True)
    borne = rows.values("funder_id").annotate(cents=Sum("cents"))
    by_portion = rows.filter(commitment__version_id=version_id).values("funder_id").annotate(cents=Sum("by_portion_cents"))
    return AlreadyOrdered(
        borne_cents={row["funder_id"]: int(row["cents"]) for row in borne},
        by_portion_cents={row["funder_id"]: int(row["cents"]) for row in by_portion},
    )


def versions(agreement_id: int) -> list[ShareVersionFacts]:
    """Every version of an agreement's shares, the first one first."""
    rows = ShareVersion.objects.filter(agreement_id=agreement_id).prefetch_related("shares").order_by("number")
    return [_version_facts(row) for row in rows]


def commitments_by_funder(agreement_id: int) -> list[FunderCommitment]:
    """What each funder was committed to and brought in, in the order they came in."""
    live = CommitmentShare.objects.filter(agreement_id=agreement_id, commitment__released_at__isnull=True)
    borne = dict(live.values_list("funder_id").annotate(Sum("cents")))
    held = dict(live.values_list("held_by_id").annotate(Sum("cents")))
    received = dict(
        MoneyReceived.objects.filter(agreement_id=agreement_id, withdrawn_at__isnull=True).values_list("funder_id").annotate(Sum("cents"))
    )
    order = Share.objects.filter(agreement_id=agreement_id).order_by("version__number", "rank").values_list("funder_id", flat=True)
    return [
        FunderCommitment(
            funder_id=funder_id,
            received_cents=int(received.get(funder_id, 0)),
            held_cents=int(held.get(funder_id, 0)),
            borne_cents=int(borne.get(funder_id, 0)),
        )
        for funder_id in dict.fromkeys([*order, *borne, *received])
    ]


def committed_cents(agreement_id: int) -> int:
    """The face value of every order placed under the agreement."""
    total = Commitment.objects.filter(agreement_id=agreement_id, released_at__isnull=True).aggregate(cents=Sum("total_cents"))
    return int(total["cents"] or 0)


def receipts(agreement_id: int) -> list[Receipt]:
    """Money received under an agreement, the latest first, mistakes included."""
    rows = MoneyReceived.objects.filter(agreement_id=agreement_id).order_by("-received_on", "-id")
    return [
        Receipt(
            id=row.id,
            agreement_id=row.agreement_id,
            funder_id=row.funder_id,
            cents=row.cents,
            received_on=row.received_on,
            bank_reference=row.bank_reference,
            recorded_at=row.recorded_at,
            withdrawn_at=row.withdrawn_at,
        )
        for row in rows
    ]


def pledges(agreement_ids: Collection[int]) -> list[PledgeFacts]:
    """Pledges to these agreements, the oldest first."""
    rows = Pledge.objects.filter(agreement_id__in=agreement_ids).order_by("pledged_at", "id")
    return [
        PledgeFacts(row.id, row.agreement_id, row.organisation_id, row.cents, PledgeState(row.state), row.pledged_at, row.signed_on)
        for row in rows
    ]


def engagements(programme_id: int) -> list[Engagement]:
    """The audits of a programme, the latest first."""
    rows = AuditEngagement.objects.filter(programme_id=programme_id).order_by("-starts_at", "-id")
    return [Engagement(row.id, row.programme_id, row.organisation_id, row.starts_at, row.ends_at, row.ended_at) for row in rows]


# --- From rows to facts -----------------------------------------------------------------------------------------------


def _programme(programme_id: int) -> Programme:
    row = Programme.objects.filter(id=programme_id).first()
    if row is None:
        raise ProgrammeUnknown(programme=programme_id)
    return row


def _facts(row: Programme) -> ProgrammeFacts:
    return ProgrammeFacts(
        id=row.id,
        name=row.name,
        slug=row.slug,
        operator_id=row.operator_id,
        is_simulated=row.is_simulated,
        terms=row.terms,
        ended_at=row.ended_at,
    )


def _ring_fence(row: Agreement) -> RingFence:
    return RingFence(holder=row.account_holder, iban=row.iban, bic=row.bic)


def _agreement_facts(row: Agreement, at: datetime) -> AgreementFacts:
    return AgreementFacts(
        id=row.id,
        programme_id=row.programme_id,
        programme_name=row.programme.name,
        name=row.name,
        season=row.season,
        signed_on=row.signed_on,
        state=AgreementState(row.state),
        closed_at=row.closed_at,
        ring_fence=_ring_fence(row),
        version=_version_in_force(row.id, at),
    )


def _version_in_force(agreement_id: int, at: datetime) -> ShareVersionFacts:
    rows = list(ShareVersion.objects.filter(agreement_id=agreement_id).prefetch_related("shares").order_by("-number"))
    # An agreement is signed with its first version; before it took effect, it is still the one to show.
    return _version_facts(next((row for row in rows if row.effective_at <= at), rows[-1]))


def _version_facts(row: ShareVersion) -> ShareVersionFacts:
    lines = sorted(row.shares.all(), key=lambda share: share.rank)
    return ShareVersionFacts(row.id, row.number, row.effective_at, row.reason, tuple(line.terms for line in lines))
