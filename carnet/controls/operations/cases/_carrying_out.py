"""Taking back what was decided, once nothing can be appealed: by the way of a mistake, and no other."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from carnet.controls.access import cases as access
from carnet.controls.models import Case, CaseRedemption
from carnet.controls.operations.cases._holding import end_hold, holds
from carnet.controls.operations.cases._steps import DECIDE, close, is_repeated, keyed, record, step, tell
from carnet.controls.rules.cases import CaseState, HoldEnd, StepKind, check_carry_out
from carnet.kernel.actors import Actor
from carnet.parties.rules import check_allowed_now, person_of
from carnet.redemption import operations as redemption_operations
from carnet.redemption import queries as redemption
from carnet.redemption.rules import AlreadyReversed, DisputeOpen, DisputeSettled, redemption_number


@transaction.atomic
def carry_out(*, case_id: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Take back what was decided, once nothing can be appealed any more, and close the case; return the whole cents. Not by who opened it.

    There is no other way of the money than that of a mistake: each redemption is disputed for the place and accepted. What no claim holds is
    undone, and its voucher may be used again; what was claimed is owed back, and kept from the next payments (settlement's debts).
    Raises:  NotAllowed, SecondFactorNeeded, PersonNeeded, CaseUnknown, CaseNotInState, AppealStillOpen, DecidedByWhoOpened, DisputeTooLate.
    What was undone or disputed before is left as it is.
    Repeat:  the same request_id returns the first answer.
    """
    check_allowed_now(actor, DECIDE, at)
    done_by = person_of(actor, DECIDE)
    case = access.operated_case(actor, case_id)
    if is_repeated(case, StepKind.RECOVERED, request_id):
        return case.recovered_cents
    check_carry_out(state=CaseState(case.state), appeal_until=case.appeal_until, opened_by=case.opened_by_id, done_by=done_by, at=at)
    rows = list(CaseRedemption.objects.filter(case=case, taken_back=True).order_by("redeemed_at", "id"))
    taken = _take_back(case, rows, actor, request_id, at)
    case.recovered_cents = sum(each.cents for each in taken)
    if holds(case, at):
        end_hold(case, HoldEnd.RECOVERED, at)
    step(case, StepKind.RECOVERED, actor, request_id, at, cents=case.recovered_cents)
    close(case, at)
    case.save()
    record(actor, "case-carried-out", case, request_id, at, taken=len(taken), taken_cents=case.recovered_cents)
    tell("controls.case-closed", case, at, taken_cents=case.recovered_cents)
    return case.recovered_cents


def _take_back(case: Case, rows: Collection[CaseRedemption], actor: Actor, request_id: UUID, at: datetime) -> list[CaseRedemption]:
    """Dispute each for the place, and accept it; those undone or disputed before stay as they are. A service of several goes together."""
    opener = Actor(
        kind="system",
        label=f"case {case.id}",
        organisation_id=actor.organisation_id,
        organisation_ids=actor.organisation_ids,
        programme_ids=actor.programme_ids,
    )
    reason = f"case {case.id}"
    before = _given_back(rows)
    for each in rows:
        key = keyed(each)
        if key in before or key in _given_back([each]):
            continue
        number = redemption_number(series_id=each.series_id, voucher_id=each.voucher_id, generation=each.generation)
        own = uuid5(request_id, number)
        try:
            dispute = redemption_operations.open_dispute(
                number=number, reason=reason, actor=opener, request_id=uuid5(own, "open"), at=at, tells=False
            )
            redemption_operations.decide_dispute(
                number=dispute, accepted=True, reason=reason, actor=actor, request_id=uuid5(own, "accept"), at=at, tells=False
            )
        except (AlreadyReversed, DisputeOpen, DisputeSettled):
            continue
    after = _given_back(rows)
    return [each for each in rows if keyed(each) in after - before]


def _given_back(rows: Collection[CaseRedemption]) -> set[tuple[int, int, int]]:
    """Those undone, or owed back."""
    return redemption.given_back_among([keyed(each) for each in rows])
