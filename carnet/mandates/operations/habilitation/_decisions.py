"""What is decided of a structure: prepared by one person, taken or set aside by another; appeals, answered by people who had no hand in it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.mandates import access
from carnet.mandates.models import StructureAppeal, StructureDecision, StructureFile
from carnet.mandates.operations.habilitation import _effects
from carnet.mandates.operations.habilitation._files import REQUESTS
from carnet.mandates.operations.habilitation._notes import note_file
from carnet.mandates.queries.habilitation._files import file_of_structure, latest_taken
from carnet.mandates.queries.habilitation._sealed import sealed_appeal
from carnet.mandates.rules.habilitation import (
    ANSWERS_AN_APPEAL,
    DecisionKind,
    DecisionState,
    FileState,
    StructureAppealNotPossible,
    StructureDecisionNotNow,
    StructureDecisionWaiting,
    StructureFileUnknown,
    check_answers_appeal,
    check_appeal,
    check_decision,
    check_text,
)
from carnet.notices import operations as notices
from carnet.parties.operations.applications import APPLICANT, Decisions
from carnet.parties.rules import check_allowed_now, check_may, digest_of, person_of

PREPARE, APPROVE = "mandates.prepare-structures", "mandates.approve-structures"


@transaction.atomic
def prepare_structure_decision(*, file_id: int, kind: DecisionKind, reason: str, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Prepare a decision about a structure, for a second person to take. Returns its id. Lock: the request.

    `reason` is read by the structure.
    Raises:  NotAllowed, PersonNeeded, StructureFileUnknown, StructureDecisionNotNow, StructureTextMissing, NirInText, IbanInText,
             StructureAppealNeedsAnother, StructureDecisionWaiting.
    Repeat:  the same request_id returns the first id.
    """
    check_allowed_now(actor, PREPARE, at)
    prepared_by = person_of(actor, PREPARE)
    file = access.structure_file(actor, file_id, lock=True)
    repeated = StructureDecision.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return repeated.id
    appeal = _open_appeal(file)
    check_decision(kind, FileState(file.state), has_open_appeal=appeal is not None)
    if appeal is not None:
        check_answers_appeal(prepared_by, appealed=(appeal.decision.prepared_by_id, appeal.decision.decided_by_id))
    row = StructureDecision(
        file=file, programme_id=file.programme_id, kind=kind.value, state=DecisionState.PREPARED.value, reason=check_text(reason),
        revision=file.revision, prepared_by_id=prepared_by, prepared_at=at, request_id=request_id,
    )  # fmt: skip
    DECISIONS.prepare(
        row, operator_id=file.programme.operator_id, programme_id=file.programme_id, actor=actor, request_id=request_id, at=at
    )
    note_file("structure-decision-prepared", file, actor, request_id, at, decision=row.id, kind=row.kind)
    return row.id


@transaction.atomic
def take_structure_decision(*, decision_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """A second person takes the decision: it has its effect at once, and the structure is told. Locks: the decision, the request.

    Taking it again changes nothing.
    Raises: NotAllowed, SecondFactorNeeded, PersonNeeded, StructureDecisionUnknown, StructureDecisionNotNow, SamePerson, ApprovalChanged,
            StructureAppealNeedsAnother, StructureFileIncomplete, OrganisationEnded, StructureAdmitted.
    """
    check_allowed_now(actor, APPROVE, at)
    row = access.structure_decision(actor, decision_id, lock=True)
    if DECISIONS.is_taken_by(row, actor):
        return
    file, appeal = _decide(row, actor, request_id, at, refused_because=None)
    kind = DecisionKind(row.kind)
    check_decision(kind, FileState(file.state), has_open_appeal=appeal is not None)
    if appeal is not None and kind in ANSWERS_AN_APPEAL:
        check_answers_appeal(actor.person_id, appealed=(appeal.decision.prepared_by_id, appeal.decision.decided_by_id))
        appeal.answer = row
        appeal.save(update_fields=["answer"])
    DECISIONS.close(row, DecisionState.TAKEN, actor, at)
    _effects.carry_out(file, row, appeal.decision if appeal is not None else None, actor, at)
    _effects.tell(file, row, at)
    note_file("structure-decision-taken", file, actor, request_id, at, decision=row.id, kind=row.kind)


@transaction.atomic
def set_aside_structure_decision(*, decision_id: int, reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """A second person says no to what was prepared, and why: nothing happens.

    Raises: NotAllowed, SecondFactorNeeded, PersonNeeded, StructureDecisionUnknown, StructureDecisionNotNow, SamePerson, StructureTextMissing.
    """
    check_allowed_now(actor, APPROVE, at)
    tidy = check_text(reason)
    row = access.structure_decision(actor, decision_id, lock=True)
    file, _appeal = _decide(row, actor, request_id, at, refused_because=tidy)
    DECISIONS.close(row, DecisionState.SET_ASIDE, actor, at)
    note_file("structure-decision-set-aside", file, actor, request_id, at, decision=row.id, kind=row.kind)


@transaction.atomic
def contest_by_key(*, key: str, text: str, request_id: UUID, at: datetime) -> int:
    """Whoever has the number and the code contests the latest decision. Returns the appeal's id.

    Raises: StructureFileUnknown, StructureAppealNotPossible, StructureAppealTooLate, StructureTextMissing, NirInText, IbanInText.
    Repeat: the same request_id returns the first id.
    """
    with REQUESTS.opened(key) as file:
        return _contest(file, text, APPLICANT, request_id, at)


@transaction.atomic
def contest(*, text: str, actor: Actor, request_id: UUID, at: datetime) -> int:
    """The lead of a structure contests the latest decision about it. Raises: NotAllowed, and as `contest_by_key`."""
    check_may(actor, "mandates.manage-team")
    row = file_of_structure(actor.organisation_id or 0)
    if row is None:
        raise StructureFileUnknown
    with acting_as(actor, programme_ids=[row.programme_id]):
        return _contest(access.structure_file(actor, row.id, lock=True), text, actor, request_id, at)


def _contest(file: StructureFile, text: str, actor: Actor, request_id: UUID, at: datetime) -> int:
    repeated = StructureAppeal.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return repeated.id
    latest = latest_taken(file.id)
    check_appeal(
        DecisionKind(latest.kind) if latest is not None else None,
        decided_on=legal_day(latest.decided_at) if latest is not None and latest.decided_at is not None else None,
        today=legal_day(at),
        already=latest is not None and StructureAppeal.objects.filter(decision=latest).exists(),
    )
    if latest is None:  # never past `check_appeal`; said for the reader and the type checker
        raise StructureAppealNotPossible
    row = StructureAppeal.objects.create(
        file=file, programme_id=file.programme_id, decision=latest, sealed_text=sealed_appeal(check_text(text)), lodged_at=at,
        request_id=request_id,
    )  # fmt: skip
    note_file("structure-appeal-lodged", file, actor, request_id, at, decision=latest.id, kind=latest.kind)
    context = {"name": file.name, "programme": file.programme.name}
    notices.post(kind="mandates.structure-appeal", to_organisation_id=file.programme.operator_id, context=context, at=at)
    return row.id


def _open_appeal(file: StructureFile) -> StructureAppeal | None:
    return StructureAppeal.objects.filter(file_id=file.id, answer=None).select_related("decision").first()


def _decide(
    row: StructureDecision, actor: Actor, request_id: UUID, at: datetime, *, refused_because: str | None
) -> tuple[StructureFile, StructureAppeal | None]:
    """The second person's answer through the one mechanism of approvals; then the request, and the appeal that waits for this."""
    file = access.structure_file(actor, row.file_id, lock=True)
    # A request changed since is another request: the digest tells. The row itself keeps what was prepared.
    revision = row.revision if refused_because is not None else file.revision
    DECISIONS.answer(row, _digest(row, revision), refused_because=refused_because, actor=actor, request_id=request_id, at=at)
    return file, _open_appeal(file)


def _digest(row: StructureDecision, revision: int | None = None) -> bytes:
    return digest_of(row.programme_id, row.file_id, row.revision if revision is None else revision, row.kind, row.reason)


DECISIONS = Decisions(
    action=APPROVE, subject="structure-decision", one_waiting="one_waiting", waiting=StructureDecisionWaiting,
    not_now=StructureDecisionNotNow, digest=_digest,
)  # fmt: skip
