"""Opening a case: what is asked about which redemptions of a place, from signals or from what a person saw."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from carnet.controls.access import cases as access
from carnet.controls.models import Case, CaseRedemption
from carnet.controls.operations import signals
from carnet.controls.operations.cases._holding import hold
from carnet.controls.operations.cases._steps import HOLD, OPEN, last_day, record, step, tell
from carnet.controls.queries.signals import signals_called
from carnet.controls.rules.cases import (
    ANSWER_DAYS,
    PHONE_LENGTH_MAX,
    REDEMPTIONS_MOST,
    CaseState,
    NothingInQuestion,
    StepKind,
    TooManyRedemptions,
    check_period,
    check_words,
    deadlines,
)
from carnet.controls.rules.signals import SignalUnknown
from carnet.funding import access as funding_access
from carnet.kernel.actors import Actor
from carnet.kernel.free_text import screen
from carnet.kernel.periods import end_of_day, start_of_day
from carnet.parties.rules import check_allowed_now, person_of
from carnet.redemption import queries as redemption


@dataclass(frozen=True, slots=True)
class Question:
    """What a case asks: about which days of a place (aware, half-open), why (for the operator), in which words, whom the place may ring."""

    place_id: int
    since: datetime
    until: datetime
    reason: str
    asked: str
    phone: str
    answer_days: int = ANSWER_DAYS


@transaction.atomic
def open_case(
    *,
    programme_id: int,
    question: Question,
    signal_ids: Collection[int] = (),
    hold_cents: int | None = None,
    hold_all: bool = False,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """Ask a place about what it redeemed on some days, from signals or from what a person saw; return the case's id.

    Every redemption of those days that it can no longer undo, and that no other open case is about, is in question. `hold_cents` keeps as much
    of its payments waiting meanwhile, `hold_all` as much as is in question; both need the permission to hold. The place is told what is asked, and until when.
    Units:   whole cents.
    Raises:  NotAllowed, SecondFactorNeeded, PersonNeeded, ProgrammeUnknown, PeriodWrong, AnswerDaysWrong, CaseWordsMissing, NothingInQuestion,
             TooManyRedemptions, HoldTooMuch, SignalUnknown, AlreadySorted, NirInText, IbanInText, CardInText, CodeInText.
    Source:  docs/sources/hearing-before-deciding.md#told-first: who may be decided against is told first, and heard.
    Repeat:  the same request_id returns the first case.
    """
    check_allowed_now(actor, OPEN, at)
    if hold_all or hold_cents is not None:
        check_allowed_now(actor, HOLD, at)
    opened_by = person_of(actor, OPEN)
    funding_access.operated_programme(actor, programme_id)
    access.lock_payments(programme_id)
    repeated = Case.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return repeated.id
    check_period(since=question.since, until=question.until, at=at)
    ends = deadlines(at=at, answer_days=question.answer_days)
    _check_signals(signal_ids, programme_id, question.place_id)
    asked_about = _in_question(programme_id, question, at)
    case = Case.objects.create(
        programme_id=programme_id,
        organisation_id=asked_about[0].organisation_id,
        place_id=question.place_id,
        since=question.since,
        until=question.until,
        voucher_count=len(asked_about),
        cents=sum(each.cents for each in asked_about),
        reason=screen(check_words(question.reason, "reason")),
        asked=screen(check_words(question.asked, "asked")),
        phone=check_words(question.phone, "phone")[:PHONE_LENGTH_MAX],
        opened_by_id=opened_by,
        opened_at=at,
        answer_until=ends.answer_until,
        decide_until=ends.decide_until,
        request_id=request_id,
    )
    CaseRedemption.objects.bulk_create(_row(case, each) for each in asked_about)
    if signal_ids:
        signals.join(signal_ids=signal_ids, case_id=case.id)
    step(case, StepKind.OPENED, actor, request_id, at, words=case.asked)
    if hold_all or hold_cents is not None:
        hold(case, case.cents if hold_cents is None else hold_cents, actor, at)
        step(case, StepKind.HELD, actor, request_id, at, cents=case.held_cents)
    record(actor, "case-opened", case, request_id, at, vouchers=case.voucher_count, held_cents=case.held_cents, signals=sorted(signal_ids))
    tell("controls.case-opened", case, at, answer_on=last_day(case.answer_until), held_cents=case.held_cents)
    return case.id


def question_about(*, signal_ids: Collection[int], reason: str, asked: str, phone: str, answer_days: int = ANSWER_DAYS) -> Question:
    """The question of several signals of one place: about all the days they speak of. Raises: SignalUnknown (none, or of several places)."""
    found = signals_called(signal_ids)
    if not found or len(found) != len(set(signal_ids)) or len({each.place_id for each in found}) != 1:
        raise SignalUnknown
    since, until = min(each.from_on for each in found), max(each.until_on for each in found)
    return Question(
        found[0].place_id, start_of_day(since), end_of_day(until - timedelta(days=1)), reason, asked, phone, answer_days=answer_days
    )


def _check_signals(signal_ids: Collection[int], programme_id: int, place_id: int) -> None:
    found = signals_called(signal_ids)
    if len(found) != len(set(signal_ids)) or any((each.programme_id, each.place_id) != (programme_id, place_id) for each in found):
        raise SignalUnknown


def _in_question(programme_id: int, question: Question, at: datetime) -> list[redemption.OwedRedemption]:
    """What the case is about: of one organisation, the place's latest, without what another open case is about."""
    found = redemption.owed_at_place(
        programme_id=programme_id,
        place_id=question.place_id,
        since=question.since,
        until=question.until,
        at=at,
        limit=REDEMPTIONS_MOST + 1,
    )
    if len(found) > REDEMPTIONS_MOST:
        raise TooManyRedemptions(most=REDEMPTIONS_MOST)
    others = CaseRedemption.objects.filter(programme_id=programme_id, place_id=question.place_id).exclude(
        case__state=CaseState.CLOSED.value
    )
    taken = set(others.order_by().values_list("series_id", "voucher_id", "generation"))
    free = [each for each in found if each.key not in taken and each.organisation_id == found[-1].organisation_id]
    if not free:
        raise NothingInQuestion
    return free


def _row(case: Case, each: redemption.OwedRedemption) -> CaseRedemption:
    series_id, voucher_id, generation = each.key
    return CaseRedemption(
        case=case,
        programme_id=case.programme_id,
        organisation_id=case.organisation_id,
        place_id=case.place_id,
        series_id=series_id,
        voucher_id=voucher_id,
        generation=generation,
        cents=each.cents,
        redeemed_at=each.redeemed_at,
    )
