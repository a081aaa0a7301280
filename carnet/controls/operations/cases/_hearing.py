"""The place says its side, in writing or aloud, with papers."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from carnet.controls.access import cases as access
from carnet.controls.models import Case, CasePaper
from carnet.controls.operations.cases._steps import ANSWER, OPEN, heard, is_repeated, record, step, tell
from carnet.controls.rules.cases import PAPERS_MOST, CasePapersTooMany, CasePaperUnknown, CaseState, StepKind, Wish, check_move, check_words
from carnet.gateways import documents
from carnet.gateways.keys import key_ring
from carnet.kernel.actors import Actor
from carnet.kernel.free_text import screen
from carnet.parties.rules import allowed, check_allowed_now, person_of

PAPER = "controls-case-paper"


@transaction.atomic
def answer_case(*, case_id: int, words: str, wish: Wish = Wish.WRITTEN, actor: Actor, request_id: UUID, at: datetime) -> None:
    """The place says its side, and whether it would rather be heard aloud. It may say more until the decision.

    Raises:  NotAllowed, CaseUnknown, CaseNotInState, CaseWordsMissing, NirInText, IbanInText, CardInText, CodeInText.
    Source:  docs/sources/hearing-before-deciding.md#heard: in writing, and aloud if it asks.
    Repeat:  the same request_id changes nothing more.
    """
    check_allowed_now(actor, ANSWER, at)
    case = access.own_case(actor, case_id)
    if is_repeated(case, StepKind.ANSWERED, request_id):
        return
    said = screen(check_words(words, "words"))
    heard(case)
    case.answered_at = case.answered_at or at
    case.wish = wish.value
    case.save(update_fields=["state", "answered_at", "wish"])
    step(case, StepKind.ANSWERED, actor, request_id, at, words=said, by_place=True)
    record(actor, "case-answered", case, request_id, at, wish=wish.value)
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
    if is_repeated(case, StepKind.NOTED, request_id):
        return
    said = screen(check_words(words, "words"))
    heard(case)
    case.save(update_fields=["state"])
    step(case, StepKind.NOTED, actor, request_id, at, words=said)
    record(actor, "hearing-noted", case, request_id, at)


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
    step(case, StepKind.PAPER_ADDED, actor, request_id, at, by_place=True)
    record(actor, "case-paper-added", case, request_id, at, paper=before + 1)
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
        record(actor, "case-paper-seen", case, request_id, at, paper=rank)
    return key_ring().unseal(PAPER, bytes(row.sealed_content)), row.media_type


def _next_of(case: Case) -> CaseState:
    """A move that is possible while a paper may still be joined, or one that is refused."""
    return {
        CaseState.OPEN: CaseState.HEARD,
        CaseState.HEARD: CaseState.HEARD,
        CaseState.DECIDED: CaseState.APPEALED,
        CaseState.APPEALED: CaseState.APPEAL_DECIDED,
    }.get(CaseState(case.state), CaseState.OPEN)
