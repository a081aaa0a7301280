"""Agreements: their account, their shares, their versions, who audits."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Sum

from carnet.funding import access
from carnet.funding.models import (
    Agreement,
    AuditEngagement,
    CommitmentShare,
    ShareVersion,
)
from carnet.funding.rules import (
    AgreementState,
    AgreementUnknown,
    AlreadyOrdered,
    OrderShare,
    ShareTerms,
    borne_of_held,
    check_closing,
    shares_for_order,
    weights_of,
)
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.ledger.rules import Weight


@dataclass(frozen=True, slots=True)
class RingFence:
    """The account an agreement's money stays in, and payments leave from."""

    holder: str
    iban: str
    bic: str
    ended_at: datetime | None = None  # it is of an operator that is no more: nothing is paid from it


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
    # Three statements, however many agreements.
    rows = list(access.seen_agreements(actor, programme_ids))
    told: dict[int, list[ShareVersion]] = {row.id: [] for row in rows}
    for version in ShareVersion.objects.filter(agreement_id__in=list(told)).prefetch_related("shares").order_by("-number", "id"):
        told[version.agreement_id].append(version)
    return [_agreement_facts(row, at, told[row.id]) for row in rows]


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
    """What the agreement's orders and connections took of each funder, and what this version divided by portions."""
    rows = CommitmentShare.objects.filter(agreement_id=agreement_id, commitment__released_at__isnull=True)
    borne = rows.values("funder_id").annotate(cents=Sum("cents"))
    by_portion = rows.filter(commitment__version_id=version_id).values("funder_id").annotate(cents=Sum("by_portion_cents"))
    ever = Counter({row["funder_id"]: int(row["cents"]) for row in borne})
    divided = Counter({row["funder_id"]: int(row["cents"]) for row in by_portion})
    _add_connections(ever, divided, agreement_id, version_id)
    return AlreadyOrdered(borne_cents=ever, by_portion_cents=divided)


def _add_connections(ever: Counter[int], divided: Counter[int], agreement_id: int, version_id: int) -> None:
    """What is set aside for connections is divided by the same shares as orders, and counts towards the same ceilings.

    Whoever advances a share paid on use holds it; whoever owes it bears it, as of an order.
    """
    aside = ledger.set_aside_for_connections(agreement_id=agreement_id)
    if aside:
        version = ShareVersion.objects.prefetch_related("shares").get(id=version_id)
        terms = [share.terms for share in sorted(version.shares.all(), key=lambda share: share.rank)]
        since = Counter(ledger.set_aside_for_connections(agreement_id=agreement_id, since=version.effective_at))
        before = Counter(aside)
        before.subtract(since)
        borne, by_portion = borne_of_held(aside, terms, ever)
        _earlier, by_earlier = borne_of_held(before, terms, ever)
        divided.update(by_portion)
        divided.subtract(by_earlier)
        ever.update(borne)


def versions(agreement_id: int) -> list[ShareVersionFacts]:
    """Every version of an agreement's shares, the first one first."""
    rows = ShareVersion.objects.filter(agreement_id=agreement_id).prefetch_related("shares").order_by("number")
    return [_version_facts(row) for row in rows]


def engagements(programme_id: int) -> list[Engagement]:
    """The audits of a programme, the latest first."""
    rows = AuditEngagement.objects.filter(programme_id=programme_id).order_by("-starts_at", "-id")
    return [Engagement(row.id, row.programme_id, row.organisation_id, row.starts_at, row.ends_at, row.ended_at) for row in rows]


def _ring_fence(row: Agreement) -> RingFence:
    return RingFence(holder=row.account_holder, iban=row.iban, bic=row.bic, ended_at=row.account_ended_at)


def _agreement_facts(row: Agreement, at: datetime, told: list[ShareVersion] | None = None) -> AgreementFacts:
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
        version=_version_in_force(_latest_first(row.id) if told is None else told, at),
    )


def _latest_first(agreement_id: int) -> list[ShareVersion]:
    return list(ShareVersion.objects.filter(agreement_id=agreement_id).prefetch_related("shares").order_by("-number"))


def _version_in_force(rows: list[ShareVersion], at: datetime) -> ShareVersionFacts:
    # An agreement is signed with its first version; before it took effect, it is still the one to show.
    return _version_facts(next((row for row in rows if row.effective_at <= at), rows[-1]))


def _version_facts(row: ShareVersion) -> ShareVersionFacts:
    lines = sorted(row.shares.all(), key=lambda share: share.rank)
    return ShareVersionFacts(row.id, row.number, row.effective_at, row.reason, tuple(line.terms for line in lines))
