"""What a network decides: prepared by one person, taken by another; appeals, answered by people who had no hand in what is contested."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from carnet.gateways.database import acting_as
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import check_free_text
from carnet.kernel.periods import legal_day
from carnet.notices import operations as notices
from carnet.parties.operations.applications import APPLICANT, Decisions
from carnet.parties.rules import check_allowed_now, check_may, digest_of, person_of
from carnet.places import access
from carnet.places.models import JoiningAppeal, JoiningDecision, JoiningFile, PlaceLabel
from carnet.places.operations._joining import _effects
from carnet.places.operations._joining._files import APPLICATIONS
from carnet.places.queries._joining import email_of, terms_from
from carnet.places.rules.joining import (
    AGAINST,
    ANSWERS_AN_APPEAL,
    AppealNotPossible,
    DecisionKind,
    DecisionState,
    FileState,
    JoiningDecisionNotNow,
    JoiningDecisionWaiting,
    JoiningSitesUnknown,
    Terms,
    check_answers_appeal,
    check_appeal,
    check_criteria,
    check_day,
    check_decision,
    check_reason,
)

PREPARE, APPROVE = "places.prepare-joining", "places.approve-joining"
_BEARS_ON_PLACES = frozenset({DecisionKind.SUSPEND, DecisionKind.END, DecisionKind.RENEW})


@transaction.atomic
def prepare_joining_decision(
    *,
    file_id: int,
    kind: str,
    reason: str,
    criteria: Sequence[str] = (),
    from_on: date | None = None,
    place_ids: Sequence[int] = (),
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """Prepare a decision about an application or a place, for a second person to take. Returns its id. Locks: the file.

    `reason` is read by the applicant; `criteria` are codes of the file's terms; `place_ids` empty: all its places.
    Raises:  NotAllowed, PersonNeeded, JoiningFileUnknown, JoiningDecisionNotNow, JoiningReasonMissing, NirInText, IbanInText,
             JoiningCriteriaMissing, JoiningDayMissing, JoiningSitesUnknown, AppealNeedsAnother, JoiningDecisionWaiting.
    Repeat:  the same request_id returns the first id.
    """
    check_allowed_now(actor, PREPARE, at)
    prepared_by = person_of(actor, PREPARE)
    file = access.joining_file(actor, file_id, lock=True)
    repeated = JoiningDecision.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return repeated.id
    wanted, terms, today = DecisionKind(kind), terms_from(file.terms), legal_day(at)
    appeal = _open_appeal(file)
    check_decision(wanted, FileState(file.state), has_open_appeal=appeal is not None)
    if appeal is not None:
        check_answers_appeal(prepared_by, appealed=(appeal.decision.prepared_by_id, appeal.decision.decided_by_id))
    tidy = check_reason(reason)
    check_free_text(tidy)
    decision = JoiningDecision(
        file=file,
        programme_id=file.programme_id,
        terms=file.terms,
        kind=wanted.value,
        state=DecisionState.PREPARED.value,
        criteria=list(check_criteria(criteria, terms, needed=wanted in AGAINST)),
        reason=tidy,
        from_on=check_day(wanted, from_on, today=today),
        place_ids=_places(file, wanted, place_ids, today),
        revision=file.revision,
        prepared_by_id=prepared_by,
        prepared_at=at,
        request_id=request_id,
    )
    DECISIONS.prepare(
        decision, operator_id=file.programme.operator_id, programme_id=file.programme_id, actor=actor, request_id=request_id, at=at
    )
    _journal(actor, "decision-prepared", file, decision, request_id, at)
    return decision.id


@transaction.atomic
def take_joining_decision(*, decision_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """A second person takes the decision: it has its effect at once, and the applicant is told. Locks: the file, then the decision.

    Taking it again changes nothing.
    Raises: NotAllowed, SecondFactorNeeded, PersonNeeded, JoiningDecisionUnknown, JoiningDecisionNotNow, SamePerson, ApprovalChanged,
            AppealNeedsAnother, PlaceRunByAnother, PlaceEnded, OrganisationEnded, JoiningIncomplete, AccountChangeWaiting.
    """
    check_allowed_now(actor, APPROVE, at)
    decision = access.joining_decision(actor, decision_id, lock=True)
    if DECISIONS.is_taken_by(decision, actor):
        return
    file, appeal = _decide(decision, actor, request_id, at, refused_because=None)
    kind, terms = DecisionKind(decision.kind), terms_from(decision.terms)
    check_decision(kind, FileState(file.state), has_open_appeal=appeal is not None)
    if appeal is not None:
        check_answers_appeal(actor.person_id, appealed=(appeal.decision.prepared_by_id, appeal.decision.decided_by_id))
    carried = _effects.Carried(file, decision, terms, at)
    if appeal is not None and kind in ANSWERS_AN_APPEAL:
        appeal.answer = decision
        appeal.save(update_fields=["answer"])
        _effects.answer_appeal(carried, appeal.decision, is_upheld=kind is DecisionKind.UPHOLD)
    else:
        _effects.carry_out(carried)
    DECISIONS.close(decision, DecisionState.TAKEN, actor, at)
    _tell(file, decision, terms, at)
    _journal(actor, "decision-taken", file, decision, request_id, at)


@transaction.atomic
def set_aside_joining_decision(*, decision_id: int, reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """A second person says no to what was prepared, and why: nothing happens to the file.

    Raises: NotAllowed, SecondFactorNeeded, PersonNeeded, JoiningDecisionUnknown, JoiningDecisionNotNow, SamePerson, JoiningReasonMissing.
    """
    check_allowed_now(actor, APPROVE, at)
    tidy = check_reason(reason)
    decision = access.joining_decision(actor, decision_id, lock=True)
    file, _appeal = _decide(decision, actor, request_id, at, refused_because=tidy)
    DECISIONS.close(decision, DecisionState.SET_ASIDE, actor, at)
    _journal(actor, "decision-set-aside", file, decision, request_id, at)


@transaction.atomic
def appeal_by_link(*, secret: str, text: str, request_id: UUID, at: datetime) -> int:
    """The applicant contests the latest decision with the file's link. Returns the appeal's id.

    Raises: JoiningFileUnknown, AppealNotPossible, AppealTooLate, AppealTextMissing, NirInText, IbanInText.
    """
    with APPLICATIONS.opened(secret) as file:
        return _appeal(file, text, APPLICANT, request_id, at)


@transaction.atomic
def appeal(*, file_id: int, text: str, actor: Actor, request_id: UUID, at: datetime) -> int:
    """The place's manager contests the latest decision. Raises: as `appeal_by_link`, and NotAllowed.

    Repeat: the same request_id returns the first id.
    """
    check_may(actor, "places.appeal")
    seen = access.joining_file(actor, file_id)
    with acting_as(actor, programme_ids=[seen.programme_id]):
        return _appeal(access.joining_file(actor, file_id, lock=True), text, actor, request_id, at)


def _appeal(file: JoiningFile, text: str, actor: Actor, request_id: UUID, at: datetime) -> int:
    repeated = JoiningAppeal.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return repeated.id
    latest = JoiningDecision.objects.filter(file_id=file.id, state=DecisionState.TAKEN.value).order_by("-decided_at", "-id").first()
    check_appeal(
        DecisionKind(latest.kind) if latest else None,
        decided_on=legal_day(latest.decided_at) if latest and latest.decided_at else None,
        today=legal_day(at),
        terms=terms_from(latest.terms) if latest else terms_from(file.terms),
        already=latest is not None and JoiningAppeal.objects.filter(decision=latest).exists(),
        text=text,
    )
    if latest is None:  # never past `check_appeal`; said for the reader and the type checker
        raise AppealNotPossible
    check_free_text(text)
    lodged = JoiningAppeal.objects.create(
        file=file,
        programme_id=file.programme_id,
        decision=latest,
        text=text.strip(),
        lodged_at=at,
        lodged_by_id=actor.person_id,
        request_id=request_id,
    )
    journal.record(
        actor=actor,
        action="places.joining-appeal-lodged",
        subject=("joining-file", file.id),
        facts={"decision": latest.id, "kind": latest.kind},
        programme_id=file.programme_id,
        request_id=request_id,
        at=at,
    )
    notices.post(
        kind="places.joining-appeal",
        to_organisation_id=file.programme.operator_id,
        context={"name": file.name, "programme": file.programme.name},
        at=at,
    )
    return lodged.id


def _open_appeal(file: JoiningFile) -> JoiningAppeal | None:
    return JoiningAppeal.objects.filter(file_id=file.id, answer__isnull=True).select_related("decision").first()


def _places(file: JoiningFile, kind: DecisionKind, place_ids: Sequence[int], today: date) -> list[int]:
    """The places a decision bears on: those asked for, or every place of the file whose label still stands."""
    if kind not in _BEARS_ON_PLACES:
        return []
    rows = PlaceLabel.objects.filter(file_id=file.id, withdrawn_on__isnull=True)
    standing = sorted(set(rows.order_by().values_list("place_id", flat=True)))
    wanted = sorted(set(place_ids)) or standing
    if not wanted or not set(wanted) <= set(standing):
        raise JoiningSitesUnknown
    return wanted


def _decide(
    decision: JoiningDecision, actor: Actor, request_id: UUID, at: datetime, *, refused_because: str | None
) -> tuple[JoiningFile, JoiningAppeal | None]:
    """The second person's answer through the one mechanism of approvals; then the file, and the appeal that waits for this."""
    file = access.joining_file(actor, decision.file_id, lock=True)
    if refused_because is None:
        decision.revision = file.revision  # a file changed since is another file: the digest tells
    DECISIONS.answer(decision, _digest(decision), refused_because=refused_because, actor=actor, request_id=request_id, at=at)
    return file, _open_appeal(file)


def _digest(decision: JoiningDecision) -> bytes:
    return digest_of(
        decision.file_id,
        decision.revision,
        decision.kind,
        decision.reason,
        ",".join(decision.criteria),
        decision.from_on.isoformat() if decision.from_on else None,
        ",".join(str(each) for each in decision.place_ids),
    )


DECISIONS = Decisions(
    action=APPROVE, subject="joining-decision", one_waiting="one_waiting", waiting=JoiningDecisionWaiting, not_now=JoiningDecisionNotNow,
    digest=_digest,
)  # fmt: skip


def _tell(file: JoiningFile, decision: JoiningDecision, terms: Terms, at: datetime) -> None:
    """Write to the applicant in plain words: what, why, from which day, and how to contest it."""
    named = [criterion.title for code in decision.criteria if (criterion := terms.criterion(code)) is not None]
    context = {
        "programme": file.programme.name,
        "name": file.name,
        "kind": decision.kind,
        "reason": decision.reason,
        "criteria": named,
        "from_on": decision.from_on.isoformat() if decision.from_on else None,
        "due_on": file.due_on.isoformat() if file.due_on else None,
        "appeal_days": terms.appeal_days,
    }
    address = email_of(file)
    if address:
        notices.post(kind="places.joining-decided", to_email=address, context=context, at=at)
    if file.organisation_id is not None and decision.kind != DecisionKind.ADMIT:
        notices.post(kind="places.joining-decided", to_organisation_id=file.organisation_id, context=context, at=at)


def _journal(actor: Actor, what: str, file: JoiningFile, decision: JoiningDecision, request_id: UUID, at: datetime) -> None:
    journal.record(
        actor=actor,
        action=f"places.joining-{what}",
        subject=("joining-file", file.id),
        facts={"decision": decision.id, "kind": decision.kind, "criteria": list(decision.criteria), "from_on": decision.from_on},
        programme_id=file.programme_id,
        organisation_id=file.organisation_id,
        request_id=request_id,
        at=at,
    )
