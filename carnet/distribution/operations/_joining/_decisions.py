"""What is decided of an application, a file of desks or a desk: prepared by one person, taken or set aside by another."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.distribution import access
from carnet.distribution.models import DeskDecision
from carnet.distribution.operations._joining import _effects
from carnet.distribution.operations._notes import note
from carnet.distribution.rules.joining import (
    OF_APPLICATION,
    OF_DESK,
    DecisionKind,
    DeskDecisionNotNow,
    DeskDecisionWaiting,
    FileState,
    ImportState,
    check_decision,
    check_reason,
    decisions_of_application,
    decisions_of_desk,
)
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import check_free_text
from carnet.parties.operations.applications import Decisions
from carnet.parties.rules import check_allowed_now, digest_of, person_of
from carnet.places.rules.joining import DecisionState

PREPARE, APPROVE = "distribution.prepare-joining", "distribution.approve-joining"


@transaction.atomic
def prepare_desk_decision(
    *,
    kind: DecisionKind,
    reason: str,
    file_id: int | None = None,
    programme_id: int | None = None,
    organisation_id: int | None = None,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """Prepare a decision about an application (`file_id`) or a desk (`programme_id`, `organisation_id`). Returns its id.

    `reason` is read by whoever it is about. Locks: the application, or the desk's part.
    Raises:  NotAllowed, PersonNeeded, DeskFileUnknown, NotPrescriber, ProgrammeUnknown, DeskDecisionNotNow, DeskReasonMissing, NirInText,
             IbanInText, DeskDecisionWaiting.
    Repeat:  the same request_id returns the first id.
    """
    check_allowed_now(actor, PREPARE, at)
    prepared_by = person_of(actor, PREPARE)
    row = DeskDecision(
        kind=kind.value, state=DecisionState.PREPARED.value, prepared_by_id=prepared_by, prepared_at=at, request_id=request_id
    )
    if file_id is not None:
        file = access.desk_file(actor, file_id, lock=True)
        row.file, row.programme, row.revision = file, file.programme, file.revision
        check_decision(kind, decisions_of_application(FileState(file.state)) & OF_APPLICATION, state=file.state)
    else:
        part = access.part(actor, programme_id=programme_id or 0, organisation_id=organisation_id or 0, at=at, lock=True)
        row.organisation_id, row.programme = part.organisation_id, part.programme
        possible = decisions_of_desk(is_suspended=part.suspended_at is not None, is_leaving=part.leaving_at is not None)
        check_decision(kind, possible & OF_DESK, state="SUSPENDED" if part.suspended_at else "LEAVING" if part.leaving_at else "OPEN")
    row.reason = check_reason(reason)
    check_free_text(row.reason)
    return write_decision(row, actor, request_id, at)


def write_decision(row: DeskDecision, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Write a decision that was checked, and ask for a second person. Raises: DeskDecisionWaiting."""
    repeated = DeskDecision.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return repeated.id
    DECISIONS.prepare(row, operator_id=row.programme.operator_id, programme_id=row.programme_id, actor=actor, request_id=request_id, at=at)
    _note("desk-decision-prepared", row, actor, request_id, at)
    return row.id


@transaction.atomic
def take_desk_decision(*, decision_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """A second person takes the decision: it has its effect at once, and whoever it is about is told. Locks: the decision, what it is about.

    Taking it again changes nothing.
    Raises: NotAllowed, SecondFactorNeeded, PersonNeeded, DeskDecisionUnknown, DeskDecisionNotNow, SamePerson, ApprovalChanged,
            OrganisationEnded, DeskFileIncomplete, DeskAlreadyThere.
    """
    check_allowed_now(actor, APPROVE, at)
    row = access.desk_decision(actor, decision_id, lock=True)
    if DECISIONS.is_taken_by(row, actor):
        return
    _answer(row, actor, request_id, at, refused_because=None)
    _effects.carry_out(row, actor, at)
    DECISIONS.close(row, DecisionState.TAKEN, actor, at)
    _effects.tell(row, at)
    _note("desk-decision-taken", row, actor, request_id, at)


@transaction.atomic
def set_aside_desk_decision(*, decision_id: int, reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """A second person says no to what was prepared, and why: nothing happens.

    Raises: NotAllowed, SecondFactorNeeded, PersonNeeded, DeskDecisionUnknown, DeskDecisionNotNow, SamePerson, DeskReasonMissing.
    """
    check_allowed_now(actor, APPROVE, at)
    tidy = check_reason(reason)
    row = access.desk_decision(actor, decision_id, lock=True)
    _answer(row, actor, request_id, at, refused_because=tidy)
    if row.desk_import is not None:
        # Its lines may be prepared again, once corrected.
        row.desk_import.state = ImportState.READ.value
        row.desk_import.save(update_fields=["state"])
    DECISIONS.close(row, DecisionState.SET_ASIDE, actor, at)
    _note("desk-decision-set-aside", row, actor, request_id, at)


def _answer(row: DeskDecision, actor: Actor, request_id: UUID, at: datetime, *, refused_because: str | None) -> None:
    if row.file_id is not None and refused_because is None:
        # An application changed since is another application: the digest tells.
        row.revision = access.desk_file(actor, row.file_id, lock=True).revision
    DECISIONS.answer(row, _digest(row), refused_because=refused_because, actor=actor, request_id=request_id, at=at)


def _digest(row: DeskDecision) -> bytes:
    rows = bytes(row.desk_import.digest).hex() if row.desk_import is not None else None
    return digest_of(row.programme_id, row.file_id, row.desk_import_id, rows, row.organisation_id, row.revision, row.kind, row.reason)


DECISIONS = Decisions(
    action=APPROVE, subject="desk-decision", one_waiting="deskdecision_one_of", waiting=DeskDecisionWaiting, not_now=DeskDecisionNotNow,
    digest=_digest,
)  # fmt: skip


def _note(what: str, row: DeskDecision, actor: Actor, request_id: UUID, at: datetime) -> None:
    facts = {"kind": row.kind, "file": row.file_id, "import": row.desk_import_id}
    about = row.organisation_id or row.programme.operator_id
    note(what, ("desk-decision", row.id), row.programme_id, about, facts, actor, request_id, at)
