"""Deciding, appealing, answering an appeal: three people, and the place heard before."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from carnet.controls.access import cases as access
from carnet.controls.models import Case, CaseRedemption
from carnet.controls.operations.cases._holding import hold_what_stands, holds
from carnet.controls.operations.cases._steps import (
    ANSWER,
    DECIDE,
    DECIDE_APPEAL,
    close,
    is_repeated,
    keyed,
    last_day,
    record,
    settle,
    step,
    tell,
)
from carnet.controls.rules.cases import (
    APPEAL_DAYS,
    APPEAL_DECIDE_DAYS,
    CaseState,
    Decision,
    StepKind,
    check_appeal,
    check_appeal_choice,
    check_appeal_decidable,
    check_choice,
    check_decidable,
    check_words,
)
from carnet.controls.rules.signals import Outcome
from carnet.kernel.actors import Actor
from carnet.kernel.free_text import screen
from carnet.parties.rules import check_allowed_now, person_of
from carnet.redemption import queries as redemption
from carnet.redemption.rules import parse_redemption_number, redemption_number


@transaction.atomic
def decide_case(
    *,
    case_id: int,
    decision: Decision,
    words: str,
    found: Outcome,
    taken_back: Collection[int] = (),
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> None:
    """Decide, by somebody else than who opened the case, once the place answered or had the time to; to let go, at once.

    `words` are read by the place; `found` counts for the signals, and no place reads it. `taken_back`: the case's redemptions to take back,
    where it is some of them; a service that took several vouchers is taken back whole. What is not taken back is paid with the next
    payment; the rest waits until nothing can be appealed.
    Raises:  NotAllowed, SecondFactorNeeded, PersonNeeded, CaseUnknown, CaseNotInState, DecidedByWhoOpened, StillToBeHeard, ChoiceWrong,
             CaseWordsMissing, NirInText, IbanInText, CardInText, CodeInText.
    Repeat:  the same request_id changes nothing more.
    """
    check_allowed_now(actor, DECIDE, at)
    decided_by = person_of(actor, DECIDE)
    case = access.operated_case(actor, case_id)
    if is_repeated(case, StepKind.DECIDED, request_id):
        return
    check_decidable(
        state=CaseState(case.state),
        decision=decision,
        opened_by=case.opened_by_id,
        decided_by=decided_by,
        answer_until=case.answer_until,
        at=at,
    )
    said = screen(check_words(words, "words"))
    rows = CaseRedemption.objects.filter(case=case)
    in_question = set(rows.order_by().values_list("id", flat=True))
    chosen = check_choice(decision=decision, taken_back=_whole_services(case, taken_back), in_question=in_question)
    case.state, case.decision, case.decided_by_id, case.decided_at = CaseState.DECIDED.value, decision.value, decided_by, at
    case.found = found.value
    taken_cents = _mark(case, chosen)
    if decision is not Decision.RELEASE:
        case.appeal_until = at + timedelta(days=APPEAL_DAYS)
    hold_what_stands(case, taken_cents, case.appeal_until, at)
    step(case, StepKind.DECIDED, actor, request_id, at, words=said, cents=taken_cents)
    settle(case, found, at)
    if decision is Decision.RELEASE:
        close(case, at)
    case.save()
    record(actor, "case-decided", case, request_id, at, decision=decision.value, taken_cents=taken_cents, found=found.value)
    tell(
        "controls.case-decided",
        case,
        at,
        decision=decision.value,
        taken_cents=taken_cents,
        appeal_on=last_day(case.appeal_until) if case.appeal_until else None,
    )


@transaction.atomic
def appeal_case(*, case_id: int, words: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """The place says why the decision should change; a third person answers, and nothing is taken back before.

    Raises:  NotAllowed, CaseUnknown, CaseNotInState, AppealTooLate, CaseWordsMissing, NirInText, IbanInText, CardInText, CodeInText.
    Repeat:  the same request_id changes nothing more.
    """
    check_allowed_now(actor, ANSWER, at)
    case = access.own_case(actor, case_id)
    if is_repeated(case, StepKind.APPEALED, request_id):
        return
    check_appeal(state=CaseState(case.state), appeal_until=case.appeal_until, at=at)
    said = screen(check_words(words, "words"))
    case.state, case.appealed_at = CaseState.APPEALED.value, at
    case.appeal_decide_until = at + timedelta(days=APPEAL_DECIDE_DAYS)
    if holds(case, at):
        case.held_until = case.appeal_decide_until
    case.save(update_fields=["state", "appealed_at", "appeal_decide_until", "held_until"])
    step(case, StepKind.APPEALED, actor, request_id, at, words=said, by_place=True)
    record(actor, "case-appealed", case, request_id, at)
    tell("controls.case-appealed", case, at, to_operator=True, answer_on=last_day(case.appeal_decide_until))


@transaction.atomic
def decide_appeal(
    *,
    case_id: int,
    decision: Decision,
    words: str,
    found: Outcome,
    taken_back: Collection[int] = (),
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> None:
    """Answer an appeal, as neither who opened the case nor who decided it; never harder than the decision it is about.

    `taken_back`: what is still taken back, of what the decision took back; RECOVER keeps the decision whole.
    Raises:  NotAllowed, SecondFactorNeeded, PersonNeeded, CaseUnknown, CaseNotInState, AppealByTheSame, ChoiceWrong, AppealWorse,
             CaseWordsMissing, NirInText, IbanInText, CardInText, CodeInText.
    Repeat:  the same request_id changes nothing more.
    """
    check_allowed_now(actor, DECIDE_APPEAL, at)
    decided_by = person_of(actor, DECIDE_APPEAL)
    case = access.operated_case(actor, case_id)
    if is_repeated(case, StepKind.APPEAL_DECIDED, request_id):
        return
    check_appeal_decidable(state=CaseState(case.state), people=(case.opened_by_id, case.decided_by_id), decided_by=decided_by)
    said = screen(check_words(words, "words"))
    before = set(CaseRedemption.objects.filter(case=case, taken_back=True).order_by().values_list("id", flat=True))
    chosen = check_appeal_choice(decision=decision, taken_back=_whole_services(case, taken_back), taken_before=before)
    case.state, case.appeal_decision = CaseState.APPEAL_DECIDED.value, decision.value
    case.appeal_decided_by_id, case.appeal_decided_at, case.found = decided_by, at, found.value
    taken_cents = _mark(case, chosen)
    hold_what_stands(case, taken_cents, at, at)
    step(case, StepKind.APPEAL_DECIDED, actor, request_id, at, words=said, cents=taken_cents)
    settle(case, found, at)
    if decision is Decision.RELEASE:
        close(case, at)
    case.save()
    record(actor, "appeal-decided", case, request_id, at, decision=decision.value, taken_cents=taken_cents, found=found.value)
    tell("controls.appeal-decided", case, at, decision=decision.value, taken_cents=taken_cents)


def _whole_services(case: Case, chosen: Collection[int]) -> set[int]:
    """What is chosen, with the other vouchers of the same services: a service was given or it was not."""
    rows = list(CaseRedemption.objects.filter(case=case, id__in=chosen).order_by("id"))
    others: set[tuple[int, int, int]] = set()
    for row in rows:
        number = redemption_number(series_id=row.series_id, voucher_id=row.voucher_id, generation=row.generation)
        others |= {parse_redemption_number(each) for each in redemption.taken_together(number)}
    if not others:
        return set(chosen)
    same = CaseRedemption.objects.filter(case=case, voucher_id__in=[key[1] for key in others]).order_by("id")
    return set(chosen) | {row.id for row in same if keyed(row) in others}


def _mark(case: Case, chosen: Collection[int]) -> int:
    rows = CaseRedemption.objects.filter(case=case)
    rows.update(taken_back=False)
    CaseRedemption.objects.filter(id__in=chosen).update(taken_back=True)
    return sum(rows.filter(taken_back=True).order_by().values_list("cents", flat=True))
