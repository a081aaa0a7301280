"""Below how much a fund is low, and the look that says so once."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.funding import access, queries
from carnet.funding.models import Agreement, FundAlert, FundThreshold
from carnet.funding.rules import FundStep, check_closing, check_threshold, fund_step, latest_acceptance, ring_fenced_cents
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.notices import operations as notices
from carnet.parties.rules import check_may

_WATCHER = Actor.system("funds")


@transaction.atomic
def set_fund_threshold(*, agreement_id: int, cents: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Say below how much the fund of an agreement is low, and look at it at once; zero says nothing any more.

    Units:   whole cents on the ring-fenced account.
    Raises:  NotAllowed, AgreementUnknown, AgreementClosed, ThresholdNegative.
    Repeat:  the same request_id changes nothing more.
    """
    check_may(actor, "funding.set-threshold")
    access.seen_agreement(actor, agreement_id)
    row = _locked(agreement_id)
    if FundThreshold.objects.filter(request_id=request_id).exists():
        return
    check_closing(row.closed_at)
    check_threshold(cents)
    FundThreshold.objects.create(
        programme_id=row.programme_id,
        agreement=row,
        organisation_id=actor.organisation_id,
        cents=cents,
        set_at=at,
        set_by_id=actor.person_id,
        request_id=request_id,
    )
    _journal(actor, "funding.threshold-set", row, {"cents": cents}, request_id, at)
    watch(row, at=at)


@transaction.atomic
def watch_fund(*, agreement_id: int, at: datetime) -> FundStep:
    """Look at one fund, under the agreement's lock: an alert opens, with its letters, or ends, or nothing changes.

    Raises: AgreementUnknown (of another tenant). Repeat: looking again changes nothing.
    """
    access.seen_agreement(_WATCHER, agreement_id)
    return watch(_locked(agreement_id), at=at)


def watch(row: Agreement, *, at: datetime) -> FundStep:
    """The same for an agreement that is locked already."""
    alert = FundAlert.objects.filter(agreement=row, ended_at__isnull=True).first()
    threshold_cents = queries.fund_threshold(row.id).cents
    if alert is None and threshold_cents == 0:
        return FundStep.NOTHING
    balance_cents = ring_fenced_cents(ledger.money(agreement_id=row.id).total)
    is_watched = row.closed_at is None and at < latest_acceptance(row.programme.windows).accepted_until
    step = fund_step(balance_cents=balance_cents, threshold_cents=threshold_cents, is_open=alert is not None, is_watched=is_watched)
    facts = {"balance_cents": balance_cents, "threshold_cents": threshold_cents}
    if step is FundStep.OPEN:
        FundAlert.objects.create(programme_id=row.programme_id, agreement=row, opened_at=at, **facts)
        _tell(row, balance_cents, threshold_cents, at)
        _journal(_WATCHER, "funding.fund-low", row, facts, None, at)
    elif step is FundStep.END and alert is not None:
        alert.ended_at = at
        alert.save(update_fields=["ended_at"])
        _journal(_WATCHER, "funding.fund-low-over", row, facts, None, at)
    return step


def _tell(row: Agreement, balance_cents: int, threshold_cents: int, at: datetime) -> None:
    version = queries.agreement_for_order(row.id, at=at).version
    # A share may be changed: those who fund it now are told, and the operator.
    for organisation_id in dict.fromkeys([row.programme.operator_id, *(share.funder_id for share in version.shares)]):
        notices.post(
            kind="funding.fund-low",
            to_organisation_id=organisation_id,
            context={"programme": row.programme.name, "agreement": row.name, "cents": balance_cents, "threshold_cents": threshold_cents},
            programme_id=row.programme_id,
            at=at,
        )


def _locked(agreement_id: int) -> Agreement:
    return Agreement.objects.select_related("programme").select_for_update(of=("self",)).get(id=agreement_id)


def _journal(actor: Actor, action: str, row: Agreement, facts: dict[str, int], request_id: UUID | None, at: datetime) -> None:
    journal.record(
        actor=actor, action=action, subject=("agreement", row.id), facts=facts, programme_id=row.programme_id, request_id=request_id, at=at
    )
