"""What waits to be claimed or paid, what was paid, how soon."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Count, Max, Q, Sum

from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.funding.rules import PaymentFrequency
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.parties.rules import check_may
from carnet.redemption import queries as redemption
from carnet.settlement.models import Claim, CutOff, PaymentRequest, PaymentRun, Transfer
from carnet.settlement.queries._runs import OPEN, ReturnedLine, RunLine, organisation_names, returned_line, run_line, sent
from carnet.settlement.rules import ClaimState, RunState, TransferState, latest_cut_off

READY_SHOWN = 200


@dataclass(frozen=True, slots=True)
class SetAsideLine:
    """One claim that waits, and for what."""

    claim_id: int
    organisation_id: int
    payee: str
    voucher_count: int
    cents: int
    reason: str
    since: datetime


@dataclass(frozen=True, slots=True)
class ReadyLine:
    """One claim that the next run pays. Unit: whole cents."""

    claim_id: int
    organisation_id: int
    payee: str
    voucher_count: int
    cents: int


@dataclass(frozen=True, slots=True)
class WaitingPayments:
    """What waits in one agreement, one step at a time."""

    agreement_id: int
    agreement: str
    programme_id: int
    programme: str
    ready_count: int
    ready_cents: int
    set_aside: tuple[SetAsideLine, ...]
    returned: tuple[ReturnedLine, ...]
    open_run: RunLine | None
    stopped_runs: tuple[RunLine, ...]
    sent_runs: tuple[RunLine, ...]

    @property
    def is_quiet(self) -> bool:
        """Nothing to do."""
        return not (self.ready_count or self.set_aside or self.returned or self.open_run or self.stopped_runs or self.sent_runs)


@dataclass(frozen=True, slots=True)
class PeriodToClaim:
    """A payment period that has ended, with redemptions that no claim gathers yet. `until` is its exclusive end."""

    programme_id: int
    programme: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Delay:
    """How long places waited: half of the vouchers were paid in `median_days` or less, one in `slowest_days`. None when none was paid.

    `kept_count`: of the `promised_count` vouchers whose day was announced, those paid that day or before.
    """

    median_days: int | None
    voucher_count: int
    slowest_days: int | None = None
    promised_count: int = 0
    kept_count: int = 0


@dataclass(frozen=True, slots=True)
class AgreementTotals:
    """All that was claimed under an agreement, by step. Unit: whole cents.

    `paid_cents` is the ledger's: less what places gave back, which is `back_cents`. Claimed = paid + back + waiting.
    """

    claimed_cents: int
    paid_cents: int
    waiting_cents: int
    back_cents: int = 0


def waiting_payments(*, actor: Actor, programme_ids: Iterable[int], at: datetime) -> list[WaitingPayments]:
    """What waits in each agreement of these programmes that the actor may read, oldest agreement first. Raises: NotAllowed."""
    check_may(actor, "settlement.see")
    agreements = funding.agreements(actor, list(programme_ids), at=at)
    return [_waiting(each.id, each.name, each.programme_id, each.programme_name, at) for each in agreements]


def ready_claims(*, actor: Actor, agreement_id: int) -> list[ReadyLine]:
    """What the next run of an agreement pays: the largest `READY_SHOWN` claims, the largest first. Raises: NotAllowed, AgreementUnknown."""
    check_may(actor, "settlement.see")
    funding_access.seen_agreement(actor, agreement_id)
    rows = list(Claim.objects.filter(agreement_id=agreement_id, state=ClaimState.READY).order_by("-cents", "id")[:READY_SHOWN])
    names = organisation_names(row.organisation_id for row in rows)
    return [ReadyLine(row.id, row.organisation_id, names.get(row.organisation_id, ""), row.voucher_count, row.cents) for row in rows]


def periods_to_claim(*, programme_ids: Iterable[int], at: datetime) -> list[PeriodToClaim]:
    """Programmes whose latest ended period waits to be claimed. Asked of the latest cut-off only: no redemption is counted.

    On demand, those where a place asked for a payment that can be counted.
    """
    waiting: list[PeriodToClaim] = []
    for programme_id in sorted(programme_ids):
        rules = funding.rules_for_redemption(programme_id)
        undo_window = timedelta(minutes=rules.undo_window_minutes)
        until = latest_cut_off(at=at, frequency=rules.payment_frequency, undo_window=undo_window)
        if rules.payment_frequency is PaymentFrequency.ON_DEMAND:
            if PaymentRequest.objects.filter(programme_id=programme_id, cut_off__isnull=True, until__lte=until).exists():
                waiting.append(PeriodToClaim(programme_id, rules.name, until))
            continue
        drawn_until = CutOff.objects.filter(programme_id=programme_id).aggregate(latest=Max("until"))["latest"]
        if drawn_until is not None and drawn_until >= until:
            continue
        if redemption.any_between(programme_id=programme_id, since=drawn_until, until=until):
            waiting.append(PeriodToClaim(programme_id, rules.name, until))
    return waiting


def delay_achieved(*, programme_id: int, since: date | None = None, until: date | None = None) -> Delay:
    """Days between redemption and payment, of vouchers paid in `[since, until)`, in Paris; no actor: a published figure."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY c.paid_on - (l.redeemed_at AT TIME ZONE 'Europe/Paris')::date), count(*),"
            " max(c.paid_on - (l.redeemed_at AT TIME ZONE 'Europe/Paris')::date), count(c.promised_on),"
            " count(*) FILTER (WHERE c.paid_on <= c.promised_on)"
            " FROM settlement_claim c JOIN settlement_claimline l ON l.claim_id = c.id"
            " WHERE c.programme_id = %s AND c.state = 'PAID' AND (%s::date IS NULL OR c.paid_on >= %s) AND (%s::date IS NULL OR c.paid_on < %s)",
            [programme_id, since, since, until, until],
        )
        median, count, slowest, promised, kept = cursor.fetchone()
    return Delay(None if median is None else int(median), int(count), slowest, int(promised), int(kept))


def agreement_totals(*, agreement_id: int) -> AgreementTotals:
    """All that was claimed under an agreement, what was paid of it, what waits; no actor: for reconciling with the ledger."""
    sums = (
        Claim.objects.filter(agreement_id=agreement_id)
        .exclude(state=ClaimState.REDRAWN)
        .aggregate(claimed=Sum("cents"), paid=Sum("cents", filter=Q(state=ClaimState.PAID)))
    )
    claimed, paid = int(sums["claimed"] or 0), int(sums["paid"] or 0)
    back = sum(each.recovered_cents for each in ledger.due(agreement_id=agreement_id).values())
    return AgreementTotals(claimed, paid - back, claimed - paid, back)


def _waiting(agreement_id: int, agreement: str, programme_id: int, programme: str, at: datetime) -> WaitingPayments:
    claims = Claim.objects.filter(agreement_id=agreement_id)
    ready = claims.filter(state=ClaimState.READY).aggregate(count=Count("id"), cents=Sum("cents"))
    set_aside = list(claims.filter(state=ClaimState.SET_ASIDE).order_by("set_aside_at", "id"))
    returned = list(Transfer.objects.filter(agreement_id=agreement_id, state=TransferState.RETURNED).order_by("returned_on", "id"))
    names = organisation_names([*(each.organisation_id for each in set_aside), *(each.organisation_id for each in returned)])
    rows = PaymentRun.objects.filter(agreement_id=agreement_id)
    open_run = rows.filter(state__in=OPEN).first()
    return WaitingPayments(
        agreement_id=agreement_id,
        agreement=agreement,
        programme_id=programme_id,
        programme=programme,
        ready_count=ready["count"],
        ready_cents=int(ready["cents"] or 0),
        set_aside=tuple(
            SetAsideLine(
                each.id,
                each.organisation_id,
                names.get(each.organisation_id, ""),
                each.voucher_count,
                each.cents,
                each.set_aside_reason,
                each.set_aside_at or each.created_at,
            )
            for each in set_aside
        ),
        returned=tuple(returned_line(each, names, at) for each in returned),
        open_run=run_line(open_run, agreement) if open_run else None,
        stopped_runs=tuple(run_line(row, agreement) for row in rows.filter(state=RunState.STOPPED).order_by("id")),
        sent_runs=tuple(run_line(row, agreement) for row in sent(rows)),
    )
