"""Funds that run low, and what the rule of 2019 said before an agreement was signed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from carnet.funding import access
from carnet.funding.models import FundAlert, FundThreshold, StateShareStudy
from carnet.funding.rules import CoFinancingCase, StudyUnknown, case_of_facts
from carnet.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class Threshold:
    """Below how much a fund is low. Unit: whole cents; zero and no day: nobody said."""

    cents: int = 0
    organisation_id: int | None = None
    set_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FundAlertFacts:
    """A fund under its threshold. Unit: whole cents, as they were when it crossed."""

    agreement_id: int
    threshold_cents: int
    balance_cents: int
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class StateShareFacts:
    """What the rule of 2019 said of a project, and what was chosen. Units: whole percents, whole cents."""

    id: int
    programme_id: int
    agreement_id: int | None
    territory: str
    case: CoFinancingCase
    rate_percent: int
    text_rate_percent: int
    state_cents: int
    portion: Fraction
    reason: str
    decided_at: datetime


def fund_threshold(agreement_id: int) -> Threshold:
    """The threshold in force of an agreement the caller may read."""
    row = FundThreshold.objects.filter(agreement_id=agreement_id).order_by("-id").first()
    return Threshold(row.cents, row.organisation_id, row.set_at) if row else Threshold()


def open_fund_alerts(agreement_ids: Collection[int]) -> list[FundAlertFacts]:
    """The alerts not over, of agreements the caller may read, the oldest first."""
    rows = FundAlert.objects.filter(agreement_id__in=list(agreement_ids), ended_at__isnull=True).order_by("opened_at", "id")
    return [FundAlertFacts(row.agreement_id, row.threshold_cents, row.balance_cents, row.opened_at) for row in rows]


def watched_agreements() -> list[tuple[int, int]]:
    """(programme, agreement) of every fund somebody set a threshold for. Call it seeing everything."""
    return list(FundThreshold.objects.order_by("agreement_id").values_list("programme_id", "agreement_id").distinct())


def state_share_study(actor: Actor, study_id: int) -> StateShareFacts:
    """One study, of a programme the actor operates. Raises: StudyUnknown, ProgrammeUnknown."""
    row = StateShareStudy.objects.filter(id=study_id).first()
    if row is None:
        raise StudyUnknown(study=study_id)
    access.operated_programme(actor, row.programme_id)
    return _facts(row)


def study_of_agreement(agreement_id: int) -> StateShareFacts | None:
    """The study an agreement came from, of an agreement the caller may read; None without one."""
    row = StateShareStudy.objects.filter(agreement_id=agreement_id).first()
    return _facts(row) if row else None


def _facts(row: StateShareStudy) -> StateShareFacts:
    return StateShareFacts(
        id=row.id,
        programme_id=row.programme_id,
        agreement_id=row.agreement_id,
        territory=row.territory,
        case=case_of_facts(row.case),
        rate_percent=row.rate_percent,
        text_rate_percent=row.text_rate_percent,
        state_cents=row.state_cents,
        portion=Fraction(row.portion_numerator, row.portion_denominator),
        reason=row.reason,
        decided_at=row.decided_at,
    )
