"""What a place will receive and when, and what it received: its own rows only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from django.db.models import Count, Max, Sum
from django.db.models.functions import TruncDate

from carnet.controls.rules.cases import Line
from carnet.funding import queries as funding
from carnet.funding.rules import PaymentFrequency
from carnet.kernel.actors import Actor
from carnet.kernel.periods import PARIS, end_of_day, legal_day, start_of_day
from carnet.parties.rules import allowed, check_may
from carnet.redemption import queries as redemption
from carnet.settlement import access
from carnet.settlement.models import Claim, ClaimLine, Hold, PaymentRequest, Transfer
from carnet.settlement.queries._asked import unclaimed_before
from carnet.settlement.queries._redrawn import family
from carnet.settlement.queries.cases import KeptForCase, waiting_of_place, was_ever_held
from carnet.settlement.rules import ClaimState, SetAsideReason, Sums, TransferState, masked, payable_on

CLAIMS_SHOWN = 100
WAITS_FOR_CASE = "CASE"
"""Why a payment waits, beside the reasons of an account: a question was asked of its place."""


class PaymentStep(StrEnum):
    """How far a sum is on its way to a place. On demand: TO_ASK until the place asks, then ASKED until it is counted.

    REDRAWN: two others stand for this account; it is in no list, and its page says which.
    """

    TO_ASK = "TO_ASK"
    ASKED = "ASKED"
    RUNNING = "RUNNING"
    TO_CLAIM = "TO_CLAIM"
    CLAIMED = "CLAIMED"
    WAITING = "WAITING"
    BEING_PAID = "BEING_PAID"
    CAME_BACK = "CAME_BACK"
    PAID = "PAID"
    REDRAWN = "REDRAWN"


_STEPS = {
    ClaimState.READY: PaymentStep.CLAIMED,
    ClaimState.SET_ASIDE: PaymentStep.WAITING,
    ClaimState.IN_PAYMENT: PaymentStep.BEING_PAID,
    ClaimState.RETURNED: PaymentStep.CAME_BACK,
    ClaimState.PAID: PaymentStep.PAID,
    ClaimState.REDRAWN: PaymentStep.REDRAWN,
}


@dataclass(frozen=True, slots=True)
class HoldTold:
    """What a place is told of a hold: why, whom to ring, and until when at the latest (aware) unless it is decided again."""

    words: str
    phone: str
    until: datetime


@dataclass(frozen=True, slots=True)
class CaseTold:
    """What a place is told where its payment waits for a question to it: which one, and until when its answer is awaited (aware)."""

    case_id: int
    answer_until: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class ExpectedPayment:
    """ "You will receive this much on this day." `payable_on` is None while the sum waits for something (`reason`).

    It is the day announced when the vouchers were redeemed, even once that day is past: the sum is then late, not due today.
    The period of what is RUNNING has not ended; what is TO_CLAIM waits to be counted. Unit: whole cents. `claim_id` is None for what is still to be claimed.
    """

    programme_id: int
    programme: str
    payable_on: date | None
    voucher_count: int
    cents: int
    step: PaymentStep
    reason: str = ""
    claim_id: int | None = None
    hold: HoldTold | None = None
    case: CaseTold | None = None
    kept_cents: int = 0  # of `cents`, what the place owed back and will not receive

    @property
    def coming_cents(self) -> int:
        """What the bank brings."""
        return self.cents - self.kept_cents


@dataclass(frozen=True, slots=True)
class ReceivedPayment:
    """One payment a place received."""

    claim_id: int
    programme: str
    paid_on: date
    voucher_count: int
    cents: int
    reference: str
    masked_iban: str


@dataclass(frozen=True, slots=True)
class ClaimDay:
    """The vouchers of one claim redeemed at one place on one day."""

    place_id: int
    day: date
    voucher_count: int
    cents: int


@dataclass(frozen=True, slots=True)
class ClaimPage:
    """One claim, day by day: what the payee can check its own count against. A service of several vouchers counts as one service."""

    id: int
    programme_id: int
    programme: str
    agreement_id: int
    organisation_id: int
    until: datetime
    voucher_count: int
    service_count: int
    cents: int
    step: PaymentStep
    reason: str
    paid_on: date | None
    references: tuple[str, ...]
    days: tuple[ClaimDay, ...]
    redrawn_from: int | None = None
    successors: tuple[int, ...] = ()  # what is paid, then what waits


def day_of_payment(*, programme_id: int, redeemed_at: datetime) -> date:
    """When a voucher redeemed at that moment is paid: announced in the answer to the redemption itself.

    Raises: ProgrammeUnknown.
    """
    rules = funding.rules_for_redemption(programme_id)
    return payable_on(redeemed_at=redeemed_at, frequency=rules.payment_frequency, undo_window=timedelta(minutes=rules.undo_window_minutes))


def expected_payments(*, organisation_id: int, at: datetime) -> list[ExpectedPayment]:
    """Everything on its way to an organisation, soonest first; what waits for something comes first of all.

    What was claimed is told from its claim; what is not claimed yet, from redemptions since the latest claim.
    """
    names: dict[int, str] = {}
    expected = [_of_claim(claim, names) for claim in _unpaid(organisation_id)]
    kept = waiting_of_place(organisation_id=organisation_id, at=at)
    expected = _with_cases(expected, [each for _programme, each in kept])
    expected += _to_claim(organisation_id, kept, at, names)
    expected += [_of_case(programme_id, each, names) for programme_id, each in kept if each.lines]
    expected = _with_holds(organisation_id, expected, at)
    return sorted(expected, key=lambda each: (each.payable_on or date.min, each.programme_id, each.claim_id or 0))


def received_payments(*, organisation_id: int, limit: int = CLAIMS_SHOWN) -> list[ReceivedPayment]:
    """What an organisation was paid, the latest first."""
    names: dict[int, str] = {}
    rows = (
        Transfer.objects.filter(organisation_id=organisation_id, state=TransferState.PAID)
        .select_related("claim")
        .order_by("-booked_on", "-id")[:limit]
    )
    return [
        ReceivedPayment(
            claim_id=row.claim_id,
            programme=_name(row.programme_id, names),
            paid_on=row.booked_on or date.min,
            voucher_count=row.claim.voucher_count,
            cents=row.cents,
            reference=row.end_to_end_id,
            masked_iban=masked(row.creditor_iban),
        )
        for row in rows
    ]


def claim_page(*, actor: Actor, claim_id: int, at: datetime) -> ClaimPage:
    """One claim, day by day, for its payee or the operator. Raises: NotAllowed, ClaimUnknown."""
    reads_all = actor.kind == "system" or allowed(actor.roles, "settlement.see")
    check_may(actor, "settlement.see" if reads_all else "settlement.see-own")
    claim = access.seen_claim(actor, claim_id)
    lines = ClaimLine.objects.filter(claim_id__in=family(claim.id))
    keys = lines.values_list("series_id", "voucher_id", "generation")
    days: dict[tuple[int, date], tuple[int, int]] = {}
    for place_id, redeemed_at, cents in lines.order_by("redeemed_at", "id").values_list("place_id", "redeemed_at", "cents"):
        key = (place_id, legal_day(redeemed_at))
        count, total = days.get(key, (0, 0))
        days[key] = (count + 1, total + cents)
    return ClaimPage(
        id=claim.id,
        programme_id=claim.programme_id,
        programme=funding.programme(claim.programme_id).name,
        agreement_id=claim.agreement_id,
        organisation_id=claim.organisation_id,
        until=claim.until,
        voucher_count=claim.voucher_count,
        service_count=redemption.services_among(list(keys)),
        cents=claim.cents,
        step=_STEPS[ClaimState(claim.state)],
        reason=claim.set_aside_reason,
        paid_on=claim.paid_on,
        references=tuple(Transfer.objects.filter(claim=claim).order_by("attempt").values_list("end_to_end_id", flat=True)),
        days=tuple(ClaimDay(place_id, day, count, cents) for (place_id, day), (count, cents) in days.items()),
        redrawn_from=claim.redrawn_from_id,
        successors=tuple(Claim.objects.filter(redrawn_from=claim).order_by("id").values_list("id", flat=True)),
    )


def _unpaid(organisation_id: int) -> list[Claim]:
    rows = (
        Claim.objects.filter(organisation_id=organisation_id)
        .exclude(state__in=[ClaimState.PAID, ClaimState.REDRAWN])
        .order_by("until", "id")
    )
    return list(rows[:CLAIMS_SHOWN])


def _of_claim(claim: Claim, names: dict[int, str]) -> ExpectedPayment:
    step = _STEPS[ClaimState(claim.state)]
    day: date | None = None
    kept = 0
    if step is PaymentStep.BEING_PAID:
        latest = Transfer.objects.filter(claim=claim).order_by("-attempt").values_list("execute_on", "cents").first()
        day, kept = (latest[0], claim.cents - latest[1]) if latest else (None, 0)
    elif step is PaymentStep.CLAIMED:
        last = claim.until - timedelta(microseconds=1)
        day = claim.promised_on or day_of_payment(programme_id=claim.programme_id, redeemed_at=last)
    reason = claim.set_aside_reason
    if step is PaymentStep.CAME_BACK:
        reason = Transfer.objects.filter(claim=claim).order_by("-attempt").values_list("reason_code", flat=True).first() or ""
    return ExpectedPayment(
        claim.programme_id,
        _name(claim.programme_id, names),
        day,
        claim.voucher_count,
        claim.cents,
        step,
        reason,
        claim.id,
        kept_cents=kept,
    )


def _with_holds(organisation_id: int, expected: list[ExpectedPayment], at: datetime) -> list[ExpectedPayment]:
    """The same, with what is held waiting for the end of its hold, whatever was announced."""
    rows = Hold.objects.filter(organisation_id=organisation_id, released_at__isnull=True, until__gt=at)
    holds = {(row.programme_id, row.claim_id): HoldTold(row.words, row.phone, row.until) for row in rows}
    if not holds:
        return expected
    found = []
    for each in expected:
        hold = holds.get((each.programme_id, each.claim_id)) or holds.get((each.programme_id, None))
        if hold is not None and each.step not in (PaymentStep.BEING_PAID, PaymentStep.CAME_BACK):
            each = replace(each, payable_on=None, step=PaymentStep.WAITING, reason=SetAsideReason.HELD.value, hold=hold)
        found.append(each)
    return found


def _with_cases(expected: list[ExpectedPayment], kept: list[KeptForCase]) -> list[ExpectedPayment]:
    """The same, with what waits for a case waiting: an account whole, or the part of it that its redrawing will keep."""
    found: list[ExpectedPayment] = []
    for payment in expected:
        waiting = [(each, part) for each in kept for part in each.parts if part.claim_id == payment.claim_id]
        if not waiting:
            found.append(payment)
            continue
        held = [
            replace(
                payment, payable_on=None, step=PaymentStep.WAITING, reason=WAITS_FOR_CASE, case=_case_told(each),
                voucher_count=len(part.lines), cents=part.cents, kept_cents=0,
            )
            for each, part in waiting
        ]  # fmt: skip
        count, cents = payment.voucher_count - sum(each.voucher_count for each in held), payment.cents - sum(each.cents for each in held)
        found += held
        if count:
            # From a run that was not given to the bank, it comes with the next one.
            step = PaymentStep.CLAIMED if payment.step is PaymentStep.BEING_PAID else payment.step
            found.append(replace(payment, voucher_count=count, cents=cents, step=step, kept_cents=0))
    return found


def _of_case(programme_id: int, kept: KeptForCase, names: dict[int, str]) -> ExpectedPayment:
    return ExpectedPayment(
        programme_id,
        _name(programme_id, names),
        None,
        len(kept.lines),
        kept.kept_cents,
        PaymentStep.WAITING,
        WAITS_FOR_CASE,
        case=_case_told(kept),
    )


def _case_told(kept: KeptForCase) -> CaseTold:
    return CaseTold(kept.case_id, kept.answer_until, kept.until)


Kept = Sequence[tuple[int, KeptForCase]]


def _kept_by_day(kept: Kept) -> dict[tuple[int, date], tuple[int, int]]:
    sums: dict[tuple[int, date], tuple[int, int]] = {}
    for programme_id, each in kept:
        for line in each.lines:
            count, cents = sums.get((programme_id, legal_day(line.redeemed_at)), (0, 0))
            sums[programme_id, legal_day(line.redeemed_at)] = (count + 1, cents + line.cents)
    return sums


def _claimed_by_day(organisation_id: int) -> dict[tuple[int, date], tuple[int, int]]:
    """What claims took of each day in Paris: asked where what they took does not follow from their dates."""
    rows = ClaimLine.objects.filter(organisation_id=organisation_id).annotate(day=TruncDate("redeemed_at", tzinfo=PARIS))
    found = rows.order_by().values_list("programme_id", "day").annotate(Count("id"), Sum("cents"))
    return {(programme_id, day): (count, cents) for programme_id, day, count, cents in found}


def _to_claim(organisation_id: int, kept: Kept, at: datetime, names: dict[int, str]) -> list[ExpectedPayment]:
    waiting = _kept_by_day(kept)
    by_day = _claimed_by_day(organisation_id) if kept or was_ever_held(organisation_id=organisation_id) else None
    claimed_until = dict(Claim.objects.filter(organisation_id=organisation_id).values_list("programme_id").annotate(Max("until")))
    sums: dict[tuple[int, date], tuple[int, int]] = {}
    on_demand: set[int] = set()
    for line in redemption.standing_by_day(organisation_id=organisation_id):
        until = claimed_until.get(line.programme_id)
        kept_count, kept_cents = waiting.get((line.programme_id, line.day), (0, 0))
        count, cents = line.voucher_count - kept_count, line.cents - kept_cents
        if by_day is not None:
            taken = by_day.get((line.programme_id, line.day), (0, 0))
            count, cents = count - taken[0], cents - taken[1]
        elif until is not None and start_of_day(line.day) < until:
            if until >= end_of_day(line.day):
                continue
            taken = _claimed_on(organisation_id, line.programme_id, line.day)
            count, cents = count - taken[0], cents - taken[1]
        if count <= 0:
            continue
        if _is_on_demand(line.programme_id):
            on_demand.add(line.programme_id)
            continue
        # Every redemption of a day is paid with the others of its period: noon stands for the day.
        day = day_of_payment(programme_id=line.programme_id, redeemed_at=start_of_day(line.day) + timedelta(hours=12))
        before = sums.get((line.programme_id, day), (0, 0))
        sums[line.programme_id, day] = (before[0] + count, before[1] + cents)
    return [
        ExpectedPayment(programme_id, _name(programme_id, names), day, count, cents, _unclaimed_step(programme_id, day, at))
        for (programme_id, day), (count, cents) in sums.items()
    ] + [each for programme_id in sorted(on_demand) for each in _on_demand(organisation_id, programme_id, kept, names)]


def _is_on_demand(programme_id: int) -> bool:
    return funding.rules_for_redemption(programme_id).payment_frequency is PaymentFrequency.ON_DEMAND


def _on_demand(organisation_id: int, programme_id: int, kept: Kept, names: dict[int, str]) -> Iterator[ExpectedPayment]:
    """What was asked for, with its day; and what was accepted since, to be asked for."""
    asked = PaymentRequest.objects.filter(organisation_id=organisation_id, programme_id=programme_id, cut_off__isnull=True).first()
    everything = unclaimed_before(organisation_id=organisation_id, programme_id=programme_id, until=datetime.max.replace(tzinfo=UTC))
    of_request = Sums(0, 0)
    if asked is not None:
        of_request = unclaimed_before(organisation_id=organisation_id, programme_id=programme_id, until=asked.until)
    waiting = [line for held_in, each in kept if held_in == programme_id for line in each.lines]
    everything = _less(everything, waiting)
    of_request = _less(of_request, [line for line in waiting if asked is not None and line.redeemed_at < asked.until])
    rest = Sums(everything.voucher_count - of_request.voucher_count, everything.cents - of_request.cents)
    name = _name(programme_id, names)
    if rest.voucher_count > 0:
        yield ExpectedPayment(programme_id, name, None, rest.voucher_count, rest.cents, PaymentStep.TO_ASK)
    if asked is not None and of_request.voucher_count > 0:
        yield ExpectedPayment(programme_id, name, asked.payable_on, of_request.voucher_count, of_request.cents, PaymentStep.ASKED)


def _less(sums: Sums, lines: Sequence[Line]) -> Sums:
    return Sums(sums.voucher_count - len(lines), sums.cents - sum(line.cents for line in lines))


def _unclaimed_step(programme_id: int, day: date, at: datetime) -> PaymentStep:
    """RUNNING while a voucher redeemed now is paid on the same day, or an earlier one."""
    return PaymentStep.RUNNING if day_of_payment(programme_id=programme_id, redeemed_at=at) <= day else PaymentStep.TO_CLAIM


def _claimed_on(organisation_id: int, programme_id: int, day: date) -> tuple[int, int]:
    """What a cut-off in the middle of a day took of it."""
    taken = ClaimLine.objects.filter(
        organisation_id=organisation_id, programme_id=programme_id, redeemed_at__gte=start_of_day(day), redeemed_at__lt=end_of_day(day)
    ).aggregate(count=Count("id"), cents=Sum("cents"))
    return taken["count"], taken["cents"] or 0


def _name(programme_id: int, names: dict[int, str]) -> str:
    if programme_id not in names:
        names[programme_id] = funding.programme(programme_id).name
    return names[programme_id]
