"""Programmes: what they are, who operates them, what a redemption and a series must know."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from carnet.funding.models import (
    AuditEngagement,
    Programme,
    Share,
)
from carnet.funding.rules import (
    Acceptance,
    PaymentFrequency,
    ProgrammeTerms,
    ProgrammeUnknown,
    Windows,
    acceptance_after,
    check_hand_over_open,
    latest_acceptance,
)
from carnet.gateways.database import acting_as


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
    service_voucher_counts: Mapping[str, int] = field(hash=False)  # services that cost several vouchers


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
        service_voucher_counts=row.service_voucher_counts,
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
