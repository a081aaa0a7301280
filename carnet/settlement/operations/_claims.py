"""Drawing up what each place operator is owed, and checking it before it is paid."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max, Min, QuerySet

from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.funding.rules import PaymentFrequency
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.parties import queries as parties
from carnet.parties.rules import AccountMissing, AccountWaiting, check_allowed_now
from carnet.settlement import access
from carnet.settlement.models import Claim, CutOff, PaymentRequest
from carnet.settlement.operations import _cases, _debts, _redemptions
from carnet.settlement.operations._held import held
from carnet.settlement.operations._redrawing import redraw
from carnet.settlement.rules import ClaimState, SetAsideReason, Sums, check_cut_off, latest_cut_off, payable_on, reason_to_set_aside


@dataclass(frozen=True, slots=True)
class ClaimsDrawn:
    """What one cut-off claimed. Unit: whole cents."""

    cut_off_id: int
    until: datetime
    claim_count: int
    voucher_count: int
    cents: int


@dataclass(frozen=True, slots=True)
class SetAside:
    """One account that waits, and why."""

    claim_id: int
    organisation_id: int
    cents: int
    reason: SetAsideReason


@transaction.atomic
def build_claims(*, programme_id: int, until: datetime | None = None, actor: Actor, request_id: UUID, at: datetime) -> ClaimsDrawn:
    """Claim every standing redemption made before `until` that no claim holds yet: one claim per agreement and place operator.

    A place whose payments are held waits for the next cut-off after its hold; what a case holds of them waits, and the rest is
    claimed. Where places are paid on demand, only those that asked are claimed, each for what it accepted before it asked.
    Units:   whole cents. `until` (aware, exclusive) defaults to the end of the latest payment period whose redemptions
             can no longer be undone at `at`.
    Raises:  NotAllowed, ProgrammeUnknown, ClaimTooEarly.
    Source:  docs/sources/operators-sequence.md#step-17: monthly, for what was redeemed the month before.
    Repeat:  the same request_id returns the first answer. Claiming again finds nothing left to claim.
    """
    check_allowed_now(actor, "settlement.check-claims", at)
    funding_access.operated_programme(actor, programme_id)
    access.lock_programme(programme_id)
    repeated = CutOff.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return _drawn(repeated)
    rules = funding.rules_for_redemption(programme_id)
    undo_window = timedelta(minutes=rules.undo_window_minutes)
    until = until or latest_cut_off(at=at, frequency=rules.payment_frequency, undo_window=undo_window)
    check_cut_off(until=until, at=at, undo_window=undo_window)
    _redemptions.lay_out_unclaimed(programme_id=programme_id, until=until, at=at)
    waiting = held(programme_id=programme_id, at=at).organisation_ids
    _redemptions.leave_out(organisation_ids=waiting)
    asked = list(PaymentRequest.objects.filter(programme_id=programme_id, cut_off__isnull=True, until__lte=until))
    if rules.payment_frequency is PaymentFrequency.ON_DEMAND:
        _redemptions.keep_asked(untils={each.organisation_id: each.until for each in asked})
    left = _cases.leave_out(programme_id=programme_id, at=at)
    promised = _promises(asked, rules.payment_frequency, undo_window)
    cut_off = _claim_what_was_laid_out(programme_id, until, promised, request_id, at)
    _cases.keep_trace(cut_off, left)
    redraw(programme_id=programme_id, actor=actor, request_id=request_id, at=at)
    PaymentRequest.objects.filter(id__in=[each.id for each in asked if each.organisation_id not in waiting]).update(cut_off=cut_off)
    _review(Claim.objects.filter(cut_off=cut_off), at)
    _debts.record_accepted(programme_id, actor, request_id, at)
    for agreement_id in _agreements_waiting(programme_id):
        _debts.keep_whole_claims(agreement_id, actor, request_id, at)
    journal.record(
        actor=actor,
        action="settlement.claims-drawn",
        subject=("cut-off", cut_off.id),
        facts={"until": until, "claims": cut_off.claim_count, "vouchers": cut_off.voucher_count, "cents": cut_off.cents},
        programme_id=programme_id,
        request_id=request_id,
        at=at,
    )
    return _drawn(cut_off)


@transaction.atomic
def check_claims(*, agreement_id: int, actor: Actor, request_id: UUID, at: datetime) -> tuple[SetAside, ...]:
    """Count again every claim of an agreement that waits to be paid; return those set aside, and why.

    Raises: NotAllowed, AgreementUnknown.
    """
    check_allowed_now(actor, "settlement.check-claims", at)
    agreement = funding_access.operated_agreement(actor, agreement_id)
    access.lock_programme(agreement.programme_id)
    waiting = review_waiting(agreement_id, actor=actor, request_id=request_id, at=at)
    journal.record(
        actor=actor,
        action="settlement.claims-checked",
        subject=("agreement", agreement_id),
        facts={"set_aside": len(waiting)},
        programme_id=agreement.programme_id,
        request_id=request_id,
        at=at,
    )
    return waiting


def review_waiting(agreement_id: int, *, actor: Actor, request_id: UUID, at: datetime) -> tuple[SetAside, ...]:
    """Review what waits in one agreement, inside the caller's transaction and lock; what a case keeps in part is redrawn first."""
    programme_ids = Claim.objects.filter(agreement_id=agreement_id).order_by().values_list("programme_id", flat=True)[:1]
    for programme_id in programme_ids:
        redraw(programme_id=programme_id, agreement_id=agreement_id, actor=actor, request_id=request_id, at=at)
    claims = Claim.objects.filter(agreement_id=agreement_id, state__in=[ClaimState.READY, ClaimState.SET_ASIDE])
    span = claims.aggregate(programme_id=Min("programme_id"), since=Min("first_redeemed_at"), until=Max("until"))
    if span["until"] is None:
        return ()
    _redemptions.lay_out(programme_id=span["programme_id"], since=span["since"], until=span["until"], at=at)
    return _review(claims, at)


def _agreements_waiting(programme_id: int) -> list[int]:
    rows = Claim.objects.filter(programme_id=programme_id, state=ClaimState.READY)
    return sorted(set(rows.order_by().values_list("agreement_id", flat=True)))


# For each place operator, the day it was promised its money, and until when its claim goes.
Promises = dict[int, tuple[date, datetime | None]]


def _promises(asked: Iterable[PaymentRequest], frequency: PaymentFrequency, undo_window: timedelta) -> Promises:
    """The day announced for the oldest voucher of each claim to come; on demand, the day announced when it was asked for."""
    if frequency is PaymentFrequency.ON_DEMAND:
        return {each.organisation_id: (each.payable_on, each.until) for each in asked}
    return {
        organisation_id: (payable_on(redeemed_at=first, frequency=frequency, undo_window=undo_window), None)
        for organisation_id, first in _redemptions.oldest_laid_out().items()
    }


def _claim_what_was_laid_out(programme_id: int, until: datetime, promised: Promises, request_id: UUID, at: datetime) -> CutOff:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT (agreement_id, organisation_id)), count(*), COALESCE(sum(cents), 0) FROM settlement_claimable"
        )
        claim_count, voucher_count, cents = cursor.fetchone()
    cut_off = CutOff.objects.create(
        programme_id=programme_id,
        until=until,
        claim_count=claim_count,
        voucher_count=voucher_count,
        cents=cents,
        request_id=request_id,
        at=at,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO settlement_claim (cut_off_id, programme_id, agreement_id, organisation_id, first_redeemed_at, until,"
            " voucher_count, cents, state, set_aside_reason, promised_on, created_at)"
            " SELECT %s, %s, u.agreement_id, u.organisation_id, min(u.redeemed_at), COALESCE(min(p.until), %s), count(*), sum(u.cents),"
            " 'READY', '', min(p.promised_on), %s FROM settlement_claimable u"
            " LEFT JOIN unnest(%s::bigint[], %s::date[], %s::timestamptz[]) AS p(organisation_id, promised_on, until)"
            " ON p.organisation_id = u.organisation_id"
            " GROUP BY u.agreement_id, u.organisation_id ORDER BY u.agreement_id, u.organisation_id",
            [
                cut_off.id,
                programme_id,
                until,
                at,
                list(promised),
                [day for day, _until in promised.values()],
                [ends for _day, ends in promised.values()],
            ],
        )
        cursor.execute(
            "INSERT INTO settlement_claimline (claim_id, programme_id, organisation_id, place_id, series_id, voucher_id, generation,"
            " pattern, cents, redeemed_at)"
            " SELECT c.id, c.programme_id, u.organisation_id, u.place_id, u.series_id, u.voucher_id, u.generation, u.pattern, u.cents,"
            " u.redeemed_at FROM settlement_claimable u JOIN settlement_claim c"
            " ON c.cut_off_id = %s AND c.agreement_id = u.agreement_id AND c.organisation_id = u.organisation_id"
            " ORDER BY c.id, u.redeemed_at, u.voucher_id",
            [cut_off.id],
        )
    return cut_off


def _review(claims: QuerySet[Claim], at: datetime) -> tuple[SetAside, ...]:
    """Decide for each claim whether it waits; one difference never stops the others."""
    rows = list(claims.order_by("id"))
    reasons = reasons_to_wait(rows, at)
    changed: list[Claim] = []
    for row in rows:
        reason = reasons.get(row.id)
        state = ClaimState.SET_ASIDE if reason else ClaimState.READY
        if (row.state, row.set_aside_reason) != (state.value, reason.value if reason else ""):
            row.state, row.set_aside_reason = state.value, reason.value if reason else ""
            row.set_aside_at = at if reason else None
            changed.append(row)
    Claim.objects.bulk_update(changed, ["state", "set_aside_reason", "set_aside_at"])
    return tuple(SetAside(row.id, row.organisation_id, row.cents, reasons[row.id]) for row in rows if row.id in reasons)


def reasons_to_wait(rows: Sequence[Claim], at: datetime, *, account_is_frozen: bool = False) -> dict[int, SetAsideReason]:
    """Why each of these claims cannot be paid at `at`; those that can are not named. Their redemptions are laid out already.

    `account_is_frozen`: the account was fixed when the run was prepared. One that is being changed since is paid all the same; one
    that was ended is not.
    """
    counted = _count_again([row.id for row in rows])
    problems = _account_problems({row.organisation_id for row in rows}, at)
    if account_is_frozen:
        problems = {key: problem for key, problem in problems.items() if problem == "missing"}
    waiting = {programme_id: held(programme_id=programme_id, at=at) for programme_id in {row.programme_id for row in rows}}
    reasons: dict[int, SetAsideReason] = {}
    for row in rows:
        lines, redemptions = counted.get(row.id, (Sums(0, 0), Sums(0, 0)))
        reason = reason_to_set_aside(
            claimed=Sums(row.voucher_count, row.cents),
            lines=lines,
            redemptions=redemptions,
            account_problem=problems.get(row.organisation_id),
            is_held=waiting[row.programme_id].holds(row),
        )
        if reason is not None:
            reasons[row.id] = reason
    return reasons


def _count_again(claim_ids: list[int]) -> dict[int, tuple[Sums, Sums]]:
    """For each claim: its lines, and the standing redemptions they name, same voucher, payee, share and cents."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.claim_id, count(*), sum(l.cents), count(c.voucher_id), COALESCE(sum(c.cents), 0) FROM settlement_claimline l"
            " LEFT JOIN settlement_claimable c ON c.series_id = l.series_id AND c.voucher_id = l.voucher_id"
            " AND c.generation = l.generation AND c.organisation_id = l.organisation_id AND c.pattern = l.pattern"
            " WHERE l.claim_id = ANY(%s) GROUP BY l.claim_id",
            [claim_ids],
        )
        return {row[0]: (Sums(row[1], int(row[2])), Sums(row[3], int(row[4]))) for row in cursor.fetchall()}


def _account_problems(organisation_ids: Iterable[int], at: datetime) -> dict[int, str]:
    problems: dict[int, str] = {}
    for organisation_id, found in parties.payable_accounts(organisation_ids=sorted(organisation_ids), at=at).items():
        if isinstance(found, AccountWaiting):
            problems[organisation_id] = "changing"
        elif isinstance(found, AccountMissing):
            problems[organisation_id] = "missing"
    return problems


def _drawn(cut_off: CutOff) -> ClaimsDrawn:
    return ClaimsDrawn(cut_off.id, cut_off.until, cut_off.claim_count, cut_off.voucher_count, cut_off.cents)
