"""Opening a case, holding and letting go, hearing, deciding, appealing, carrying out; each gesture a step, a line of the journal, a letter."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Max

from carnet.controls.access import cases as access
from carnet.controls.models import Case, CasePaper, CaseRedemption, CaseStep
from carnet.controls.operations import signals
from carnet.controls.queries.signals import signals_called, signals_of_case
from carnet.controls.rules.cases import (
    ANSWER_DAYS,
    APPEAL_DAYS,
    APPEAL_DECIDE_DAYS,
    CARRY_OUT_DAYS,
    PAPERS_KEPT,
    PAPERS_MOST,
    PHONE_LENGTH_MAX,
    REDEMPTIONS_MOST,
    CasePapersTooMany,
    CasePaperUnknown,
    CaseState,
    Decision,
    HoldEnd,
    NothingHeld,
    NothingInQuestion,
    StepKind,
    TooManyRedemptions,
    Wish,
    check_appeal,
    check_appeal_choice,
    check_appeal_decidable,
    check_carry_out,
    check_choice,
    check_decidable,
    check_hold,
    check_move,
    check_period,
    check_words,
    deadlines,
    holds_now,
    reminds,
)
from carnet.controls.rules.signals import Outcome, SignalUnknown
from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.gateways import documents
from carnet.gateways.keys import key_ring
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.free_text import screen
from carnet.kernel.periods import end_of_day, legal_day, start_of_day
from carnet.notices import operations as notices
from carnet.parties.rules import allowed, check_allowed_now, person_of
from carnet.places import queries as places
from carnet.redemption import operations as redemption_operations
from carnet.redemption import queries as redemption
from carnet.redemption.rules import AlreadyReversed, DisputeOpen, DisputeSettled, parse_redemption_number, redemption_number

OPEN, HOLD = "controls.sort-signals", "controls.hold"
DECIDE, DECIDE_APPEAL = "controls.decide-case", "controls.decide-appeal"
ANSWER = "controls.answer"
PAPER = "controls-case-paper"


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
    _step(case, StepKind.OPENED, actor, request_id, at, words=case.asked)
    if hold_all or hold_cents is not None:
        _hold(case, case.cents if hold_cents is None else hold_cents, actor, at)
        _step(case, StepKind.HELD, actor, request_id, at, cents=case.held_cents)
    _journal(
        actor, "case-opened", case, request_id, at, vouchers=case.voucher_count, held_cents=case.held_cents, signals=sorted(signal_ids)
    )
    tell("controls.case-opened", case, at, answer_on=_last_day(case.answer_until), held_cents=case.held_cents)
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


@transaction.atomic
def hold_payments(*, case_id: int, cents: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Keep up to `cents` of the place's payments waiting until its case is decided; the rest is paid as usual. Once a case.

    Raises:  NotAllowed, SecondFactorNeeded, PersonNeeded, CaseUnknown, CaseNotInState, AlreadyHeldOnce, HoldTooMuch.
    Repeat:  the same request_id changes nothing more.
    """
    check_allowed_now(actor, HOLD, at)
    case = access.operated_case(actor, case_id)
    if _is_repeated(case, StepKind.HELD, request_id):
        return
    _hold(case, cents, actor, at)
    _step(case, StepKind.HELD, actor, request_id, at, cents=cents)
    _journal(actor, "payment-held", case, request_id, at, held_cents=cents, until=case.held_until)
    tell("controls.payment-held", case, at, held_cents=cents, answer_on=_last_day(case.answer_until))


@transaction.atomic
def release_payments(*, case_id: int, reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Let what waits be paid with the next payment, while the case goes on. `reason` is read by the place.

    Raises:  NotAllowed, SecondFactorNeeded, PersonNeeded, CaseUnknown, NothingHeld, CaseWordsMissing.
    Repeat:  the same request_id changes nothing more.
    """
    check_allowed_now(actor, HOLD, at)
    person_of(actor, HOLD)
    case = access.operated_case(actor, case_id)
    if _is_repeated(case, StepKind.RELEASED, request_id):
        return
    words = screen(check_words(reason, "reason"))
    if not _holds(case, at):
        raise NothingHeld
    _end_hold(case, HoldEnd.RELEASED, at)
    case.save(update_fields=["hold_ended_at", "hold_end"])
    _step(case, StepKind.RELEASED, actor, request_id, at, words=words, cents=case.held_cents)
    _journal(actor, "payment-released", case, request_id, at, held_cents=case.held_cents)
    tell("controls.payment-released", case, at, held_cents=case.held_cents)


@transaction.atomic
def answer_case(*, case_id: int, words: str, wish: Wish = Wish.WRITTEN, actor: Actor, request_id: UUID, at: datetime) -> None:
    """The place says its side, and whether it would rather be heard aloud. It may say more until the decision.

    Raises:  NotAllowed, CaseUnknown, CaseNotInState, CaseWordsMissing, NirInText, IbanInText, CardInText, CodeInText.
    Source:  docs/sources/hearing-before-deciding.md#heard: in writing, and aloud if it asks.
    Repeat:  the same request_id changes nothing more.
    """
    check_allowed_now(actor, ANSWER, at)
    case = access.own_case(actor, case_id)
    if _is_repeated(case, StepKind.ANSWERED, request_id):
        return
    said = screen(check_words(words, "words"))
    _heard(case)
    case.answered_at = case.answered_at or at
    case.wish = wish.value
    case.save(update_fields=["state", "answered_at", "wish"])
    _step(case, StepKind.ANSWERED, actor, request_id, at, words=said, by_place=True)
    _journal(actor, "case-answered", case, request_id, at, wish=wish.value)
    tell("controls.case-answered", case, at, to_operator=True)


@transaction.atomic
def note_hearing(*, case_id: int, words: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Write what was said in a call or at a meeting, for the case; the place reads it too.

    Raises:  NotAllowed, PersonNeeded, CaseUnknown, CaseNotInState, CaseWordsMissing, NirInText, IbanInText, CardInText, CodeInText.
    Repeat:  the same request_id changes nothing more.
    """
    check_allowed_now(actor, OPEN, at)
    person_of(actor, OPEN)
    case = access.operated_case(actor, case_id)
    if _is_repeated(case, StepKind.NOTED, request_id):
        return
    said = screen(check_words(words, "words"))
    _heard(case)
    case.save(update_fields=["state"])
    _step(case, StepKind.NOTED, actor, request_id, at, words=said)
    _journal(actor, "hearing-noted", case, request_id, at)


@transaction.atomic
def add_paper(*, case_id: int, content: bytes, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Join a paper to a case, judged by what it holds and never by its name: made harmless, then sealed. Returns its rank.

    By the place, until its case is closed.
    Raises:  NotAllowed, CaseUnknown, CaseNotInState, CasePapersTooMany, DocumentTooHeavy, DocumentUnreadable, DocumentLocked.
    Repeat:  the same request_id returns the first rank.
    """
    check_allowed_now(actor, ANSWER, at)
    access.seen_own_case(actor, case_id)
    paper = documents.read(content)
    case = access.own_case(actor, case_id)
    repeated = CasePaper.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return repeated.rank
    check_move(state=CaseState(case.state), to=_next_of(case))
    before = CasePaper.objects.filter(case=case).aggregate(latest=Max("rank"))["latest"] or 0
    if before >= PAPERS_MOST:
        raise CasePapersTooMany(most=PAPERS_MOST)
    CasePaper.objects.create(
        case=case,
        programme_id=case.programme_id,
        organisation_id=case.organisation_id,
        rank=before + 1,
        by_place=True,
        media_type=paper.media_type,
        size_bytes=len(paper.content),
        sealed_content=key_ring().seal(PAPER, paper.content),
        added_by_id=actor.person_id,
        added_at=at,
        request_id=request_id,
    )
    _step(case, StepKind.PAPER_ADDED, actor, request_id, at, by_place=True)
    _journal(actor, "case-paper-added", case, request_id, at, paper=before + 1)
    return before + 1


@transaction.atomic
def look_at_paper(*, case_id: int, rank: int, actor: Actor, request_id: UUID, at: datetime) -> tuple[bytes, str]:
    """A paper and its media type, for the place or whoever runs or audits the programme. Each look by another than the place is journalled.

    Raises: NotAllowed, CaseUnknown, CasePaperUnknown, KeysUnreadable.
    """
    own = actor.kind != "system" and not allowed(actor.roles, access.SEE)
    check_allowed_now(actor, access.SEE_OWN if own else access.SEE, at)
    case = access.seen_own_case(actor, case_id) if own else access.seen_case(actor, case_id)
    row = CasePaper.objects.filter(case=case, rank=rank, erased_at__isnull=True).first()
    if row is None or row.sealed_content is None:
        raise CasePaperUnknown
    if not own:
        _journal(actor, "case-paper-seen", case, request_id, at, paper=rank)
    return key_ring().unseal(PAPER, bytes(row.sealed_content)), row.media_type


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
    if _is_repeated(case, StepKind.DECIDED, request_id):
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
    _hold_what_stands(case, taken_cents, case.appeal_until, at)
    _step(case, StepKind.DECIDED, actor, request_id, at, words=said, cents=taken_cents)
    _settle(case, found, at)
    if decision is Decision.RELEASE:
        _close(case, at)
    case.save()
    _journal(actor, "case-decided", case, request_id, at, decision=decision.value, taken_cents=taken_cents, found=found.value)
    tell(
        "controls.case-decided",
        case,
        at,
        decision=decision.value,
        taken_cents=taken_cents,
        appeal_on=_last_day(case.appeal_until) if case.appeal_until else None,
    )


@transaction.atomic
def appeal_case(*, case_id: int, words: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """The place says why the decision should change; a third person answers, and nothing is taken back before.

    Raises:  NotAllowed, CaseUnknown, CaseNotInState, AppealTooLate, CaseWordsMissing, NirInText, IbanInText, CardInText, CodeInText.
    Repeat:  the same request_id changes nothing more.
    """
    check_allowed_now(actor, ANSWER, at)
    case = access.own_case(actor, case_id)
    if _is_repeated(case, StepKind.APPEALED, request_id):
        return
    check_appeal(state=CaseState(case.state), appeal_until=case.appeal_until, at=at)
    said = screen(check_words(words, "words"))
    case.state, case.appealed_at = CaseState.APPEALED.value, at
    case.appeal_decide_until = at + timedelta(days=APPEAL_DECIDE_DAYS)
    if _holds(case, at):
        case.held_until = case.appeal_decide_until
    case.save(update_fields=["state", "appealed_at", "appeal_decide_until", "held_until"])
    _step(case, StepKind.APPEALED, actor, request_id, at, words=said, by_place=True)
    _journal(actor, "case-appealed", case, request_id, at)
    tell("controls.case-appealed", case, at, to_operator=True, answer_on=_last_day(case.appeal_decide_until))


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
    if _is_repeated(case, StepKind.APPEAL_DECIDED, request_id):
        return
    check_appeal_decidable(state=CaseState(case.state), people=(case.opened_by_id, case.decided_by_id), decided_by=decided_by)
    said = screen(check_words(words, "words"))
    before = set(CaseRedemption.objects.filter(case=case, taken_back=True).order_by().values_list("id", flat=True))
    chosen = check_appeal_choice(decision=decision, taken_back=_whole_services(case, taken_back), taken_before=before)
    case.state, case.appeal_decision = CaseState.APPEAL_DECIDED.value, decision.value
    case.appeal_decided_by_id, case.appeal_decided_at, case.found = decided_by, at, found.value
    taken_cents = _mark(case, chosen)
    _hold_what_stands(case, taken_cents, at, at)
    _step(case, StepKind.APPEAL_DECIDED, actor, request_id, at, words=said, cents=taken_cents)
    _settle(case, found, at)
    if decision is Decision.RELEASE:
        _close(case, at)
    case.save()
    _journal(actor, "appeal-decided", case, request_id, at, decision=decision.value, taken_cents=taken_cents, found=found.value)
    tell("controls.appeal-decided", case, at, decision=decision.value, taken_cents=taken_cents)


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
    if _is_repeated(case, StepKind.RECOVERED, request_id):
        return case.recovered_cents
    check_carry_out(state=CaseState(case.state), appeal_until=case.appeal_until, opened_by=case.opened_by_id, done_by=done_by, at=at)
    rows = list(CaseRedemption.objects.filter(case=case, taken_back=True).order_by("redeemed_at", "id"))
    taken = _take_back(case, rows, actor, request_id, at)
    case.recovered_cents = sum(each.cents for each in taken)
    if _holds(case, at):
        _end_hold(case, HoldEnd.RECOVERED, at)
    _step(case, StepKind.RECOVERED, actor, request_id, at, cents=case.recovered_cents)
    _close(case, at)
    case.save()
    _journal(actor, "case-carried-out", case, request_id, at, taken=len(taken), taken_cents=case.recovered_cents)
    tell("controls.case-closed", case, at, taken_cents=case.recovered_cents)
    return case.recovered_cents


def keep_deadlines(*, at: datetime) -> tuple[int, int]:
    """Remind places that have not answered, and say so where a hold ended by itself; return how many of each. Call it seeing everything.

    A hold ends at its hour whether this ran or not.
    """
    reminded = told = 0
    for case_id in list(
        Case.objects.filter(state=CaseState.OPEN.value, reminded_at__isnull=True).order_by("id").values_list("id", flat=True)
    ):
        reminded += _remind(case_id, at)
    ended = Case.objects.filter(held_cents__gt=0, hold_ended_at__isnull=True, held_until__lte=at).order_by("id")
    for case_id in list(ended.values_list("id", flat=True)):
        told += _ended_by_itself(case_id, at)
    return reminded, told


@transaction.atomic
def erase_papers(*, at: datetime, limit: int = 500) -> int:
    """Erase the papers of cases closed for PAPERS_KEPT, at most `limit` at a time; return how many. Call it seeing everything."""
    old = CasePaper.objects.filter(erased_at__isnull=True, case__closed_at__lte=at - PAPERS_KEPT).order_by("id")
    ids = list(old.values_list("id", flat=True)[:limit])
    return int(CasePaper.objects.filter(id__in=ids, erased_at__isnull=True).update(sealed_content=None, erased_at=at))


@transaction.atomic
def _remind(case_id: int, at: datetime) -> int:
    case = access.locked(Case.objects.get(id=case_id))
    if not reminds(state=CaseState(case.state), answer_until=case.answer_until, reminded_at=case.reminded_at, at=at):
        return 0
    case.reminded_at = at
    case.save(update_fields=["reminded_at"])
    _step(case, StepKind.REMINDED, _PROGRAM, uuid5(case.request_id, "reminded"), at)
    _journal(_PROGRAM, "case-reminded", case, None, at)
    tell("controls.case-reminder", case, at, answer_on=_last_day(case.answer_until), held_cents=case.held_cents)
    return 1


@transaction.atomic
def _ended_by_itself(case_id: int, at: datetime) -> int:
    case = access.locked(Case.objects.get(id=case_id))
    if case.hold_ended_at is not None or case.held_until is None or at < case.held_until:
        return 0
    _end_hold(case, HoldEnd.BY_ITSELF, case.held_until)
    case.hold_end_told_at = at
    case.save(update_fields=["hold_ended_at", "hold_end", "hold_end_told_at"])
    _step(case, StepKind.RELEASED_BY_ITSELF, _PROGRAM, uuid5(case.request_id, "released"), at, cents=case.held_cents)
    _journal(_PROGRAM, "hold-ended-by-itself", case, None, at, held_cents=case.held_cents)
    tell("controls.payment-released", case, at, held_cents=case.held_cents)
    tell("controls.hold-ended", case, at, to_operator=True, held_cents=case.held_cents)
    return 1


_PROGRAM = Actor.system("deadlines of cases")


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


def _hold(case: Case, cents: int, actor: Actor, at: datetime) -> None:
    check_hold(
        cents=cents,
        in_question_cents=case.cents,
        was_held=case.held_from is not None,
        state=CaseState(case.state),
        decide_until=case.decide_until,
        at=at,
    )
    case.held_cents, case.held_by_id, case.held_from, case.held_until = cents, person_of(actor, HOLD), at, case.decide_until
    case.save(update_fields=["held_cents", "held_by_id", "held_from", "held_until"])


def _holds(case: Case, at: datetime) -> bool:
    return holds_now(held_from=case.held_from, held_until=case.held_until, ended_at=case.hold_ended_at, at=at)


def _end_hold(case: Case, because: HoldEnd, at: datetime) -> None:
    case.hold_ended_at, case.hold_end = at, because.value


def _hold_what_stands(case: Case, taken_cents: int, final_at: datetime | None, at: datetime) -> None:
    """What is not taken back is let go at once; what is waits until it can be carried out, and a little more."""
    if not _holds(case, at):
        return
    if not taken_cents or final_at is None:
        _end_hold(case, HoldEnd.DECIDED, at)
        return
    case.held_cents = min(case.held_cents, taken_cents)
    case.held_until = final_at + timedelta(days=CARRY_OUT_DAYS)


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
    return set(chosen) | {row.id for row in same if _keyed(row) in others}


def _mark(case: Case, chosen: Collection[int]) -> int:
    rows = CaseRedemption.objects.filter(case=case)
    rows.update(taken_back=False)
    CaseRedemption.objects.filter(id__in=chosen).update(taken_back=True)
    return sum(rows.filter(taken_back=True).order_by().values_list("cents", flat=True))


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
        key = _keyed(each)
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
    return [each for each in rows if _keyed(each) in after - before]


def _keyed(row: CaseRedemption) -> tuple[int, int, int]:
    return (row.series_id, row.voucher_id, row.generation)


def _given_back(rows: Collection[CaseRedemption]) -> set[tuple[int, int, int]]:
    """Those undone, or owed back."""
    return redemption.given_back_among([_keyed(each) for each in rows])


def _heard(case: Case) -> None:
    check_move(state=CaseState(case.state), to=CaseState.HEARD)
    case.state = CaseState.HEARD.value


def _next_of(case: Case) -> CaseState:
    """A move that is possible while a paper may still be joined, or one that is refused."""
    return {
        CaseState.OPEN: CaseState.HEARD,
        CaseState.HEARD: CaseState.HEARD,
        CaseState.DECIDED: CaseState.APPEALED,
        CaseState.APPEALED: CaseState.APPEAL_DECIDED,
    }.get(CaseState(case.state), CaseState.OPEN)


def _settle(case: Case, found: Outcome, at: datetime) -> None:
    ids = [each.id for each in signals_of_case(case.id)]
    if ids:
        signals.settle(ids, found, at=at)


def _close(case: Case, at: datetime) -> None:
    check_move(state=CaseState(case.state), to=CaseState.CLOSED)
    case.state, case.closed_at = CaseState.CLOSED.value, at


def _is_repeated(case: Case, kind: StepKind, request_id: UUID) -> bool:
    return CaseStep.objects.filter(case=case, kind=kind.value, request_id=request_id).exists()


def _step(
    case: Case, kind: StepKind, actor: Actor, request_id: UUID, at: datetime, *, words: str = "", cents: int = 0, by_place: bool = False
) -> None:
    CaseStep.objects.create(
        case=case,
        programme_id=case.programme_id,
        organisation_id=case.organisation_id,
        kind=kind.value,
        words=words,
        cents=cents,
        by_place=by_place,
        person_id=actor.person_id,
        at=at,
        request_id=request_id,
    )


def _journal(actor: Actor, what: str, case: Case, request_id: UUID | None, at: datetime, **facts: Any) -> None:
    journal.record(
        actor=actor,
        action=f"controls.{what}",
        subject=("case", case.id),
        facts={"place": case.place_id, "cents": case.cents, "state": case.state, **facts},
        programme_id=case.programme_id,
        organisation_id=case.organisation_id,
        request_id=request_id,
        at=at,
    )


def tell(kind: str, case: Case, at: datetime, *, to_operator: bool = False, **facts: Any) -> None:
    """A letter to the place's organisation, or to the operator. It never says the words typed."""
    programme = funding.programme(case.programme_id)
    told = {"case": case.id, "place": places.names_of([case.place_id]).get(case.place_id, ""), "programme": programme.name}
    notices.post(
        kind=kind,
        to_organisation_id=programme.operator_id if to_operator else case.organisation_id,
        context={**told, "phone": case.phone, **facts},
        programme_id=case.programme_id,
        at=at,
    )


def _last_day(until: datetime) -> str:
    """The last day on which something may still be done before `until`."""
    return legal_day(until - timedelta(microseconds=1)).isoformat()
