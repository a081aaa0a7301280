"""Labels of operators: asked for by the operator, answered by two officers of the State, withdrawn the same way."""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from django.db import transaction

from carnet.gateways.database import acting_as
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import check_free_text
from carnet.kernel.periods import legal_day
from carnet.notices import operations as notices
from carnet.parties import access
from carnet.parties.models import OperatorLabel, OperatorLabelDecision, Organisation
from carnet.parties.operations import _approvals
from carnet.parties.rules import (
    LABEL_STATE_AFTER,
    ApprovalMissing,
    Decision,
    LabelAct,
    LabelActNotNow,
    LabelAlreadyStands,
    LabelLevel,
    LabelNotForOrganisation,
    LabelState,
    OrganisationKind,
    ReasonMissing,
    check_allowed_now,
    check_label_act,
    digest_of,
    person_of,
)

APPROVE = "parties.approve-operator-label"
# A label in force may be asked for again this long before its end.
RENEWAL = timedelta(days=180)
TEXT_MAX = 2000


@transaction.atomic
def request_operator_label(*, level: str, statement: str, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Ask the State for a label, saying what the operator does; return the label's id. The statement is published.

    Raises:  NotAllowed, SecondFactorNeeded, PersonNeeded, LabelNotForOrganisation, ReasonMissing, NirInText, IbanInText,
             LabelAlreadyStands.
    Repeat:  the same request_id returns the first id.
    """
    check_allowed_now(actor, "parties.request-operator-label", at)
    requested_by = person_of(actor, "parties.request-operator-label")
    repeated = OperatorLabel.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return repeated.id
    organisation = Organisation.objects.select_for_update(of=("self",)).get(id=actor.organisation_id or 0)
    if OrganisationKind.OPERATOR not in organisation.kinds:
        raise LabelNotForOrganisation(organisation=organisation.name)
    if not statement.strip():
        raise ReasonMissing
    check_free_text(statement)
    wanted, today = LabelLevel(level), legal_day(at)
    for known in OperatorLabel.objects.filter(organisation=organisation, level=wanted.value):
        lasting = known.state == LabelState.GRANTED and known.until_on is not None and known.until_on > today + RENEWAL
        if known.state == LabelState.REQUESTED or lasting:
            raise LabelAlreadyStands(state=known.state)
    label = OperatorLabel.objects.create(
        organisation=organisation,
        level=wanted.value,
        statement=statement.strip()[:TEXT_MAX],
        requested_at=at,
        requested_by_id=requested_by,
        request_id=request_id,
    )
    _journal(actor, "requested", label, request_id, at, level=wanted.value)
    return label.id


@transaction.atomic
def prepare_label_decision(
    *,
    label_id: int,
    act: str,
    reason: str,
    order_reference: str = "",
    from_on: date | None = None,
    until_on: date | None = None,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """An officer of the State prepares an answer, for another officer to take. `until_on` is exclusive. Locks: the label.

    Raises:  NotAllowed, PersonNeeded, LabelUnknown, LabelNotForOrganisation, LabelActNotNow, ReasonMissing, LabelOrderMissing,
             LabelDaysInvalid, NirInText, IbanInText, ApprovalAlreadyWaiting.
    Repeat:  the same request_id returns the first id.
    """
    check_allowed_now(actor, "parties.prepare-operator-label", at)
    prepared_by = person_of(actor, "parties.prepare-operator-label")
    authority = access.state_body(actor)
    label = access.label_locked(label_id)
    repeated = OperatorLabelDecision.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return repeated.id
    wanted, today = LabelAct(act), legal_day(at)
    check_label_act(wanted, LabelState(label.state), reason=reason, order=order_reference, from_on=from_on, until_on=until_on, today=today)
    check_free_text(reason)
    if OperatorLabelDecision.objects.filter(label=label, decision__isnull=True).exists():
        raise LabelActNotNow(act=wanted.value, state=label.state)
    prepared = OperatorLabelDecision.objects.create(
        label=label,
        organisation_id=label.organisation_id,
        authority=authority,
        act=wanted.value,
        reason=reason.strip()[:TEXT_MAX],
        order_reference=order_reference.strip()[:120],
        from_on=from_on,
        until_on=until_on if wanted is LabelAct.GRANT else None,
        prepared_by_id=prepared_by,
        prepared_at=at,
        request_id=request_id,
    )
    _approvals.request_approval(
        action=APPROVE,
        subject=("operator-label", label.id),
        digest=_digest(prepared),
        organisation_id=authority.id,
        actor=actor,
        request_id=uuid5(request_id, "approval"),
        at=at,
    )
    return prepared.id


@transaction.atomic
def take_label_decision(*, label_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Another officer says yes: the label is granted, refused or withdrawn from its day on. Vouchers in hands stay good.

    Raises: NotAllowed, SecondFactorNeeded, PersonNeeded, LabelUnknown, LabelNotForOrganisation, ApprovalMissing, SamePerson,
            ApprovalChanged, LabelActNotNow.
    """
    label, prepared = _waiting(label_id, actor, at)
    _decide(prepared, actor, request_id, at, refused_because=None)
    act = LabelAct(prepared.act)
    check_label_act(
        act, LabelState(label.state), reason=prepared.reason, order=prepared.order_reference,
        from_on=prepared.from_on, until_on=prepared.until_on, today=legal_day(prepared.prepared_at),
    )  # fmt: skip
    label.state, label.authority_id, label.answered_at = LABEL_STATE_AFTER[act].value, prepared.authority_id, at
    if act is LabelAct.GRANT:
        label.from_on, label.until_on, label.order_reference = prepared.from_on, prepared.until_on, prepared.order_reference
    if act is LabelAct.WITHDRAW:
        label.withdrawn_on = max(prepared.from_on or legal_day(at), legal_day(at))
    label.save()
    _close(prepared, Decision.APPROVED, actor, at)
    _journal(actor, label.state.lower(), label, request_id, at, order=prepared.order_reference)
    notices.post(
        kind="parties.operator-label-decided",
        to_organisation_id=label.organisation_id,
        context={
            "state": label.state,
            "reason": prepared.reason,
            "order": prepared.order_reference,
            "from_on": _iso(label.from_on),
            "until_on": _iso(label.until_on),
            "withdrawn_on": _iso(label.withdrawn_on),
        },
        at=at,
    )


@transaction.atomic
def set_aside_label_decision(*, label_id: int, reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Another officer says no to what was prepared, and why: nothing changes. Raises: as `take_label_decision`, and ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing
    label, prepared = _waiting(label_id, actor, at)
    _decide(prepared, actor, request_id, at, refused_because=reason)
    _close(prepared, Decision.REFUSED, actor, at)
    _journal(actor, "decision-set-aside", label, request_id, at)


def _waiting(label_id: int, actor: Actor, at: datetime) -> tuple[OperatorLabel, OperatorLabelDecision]:
    check_allowed_now(actor, APPROVE, at)
    authority = access.state_body(actor)
    label = access.label_locked(label_id)
    prepared = OperatorLabelDecision.objects.filter(label=label, authority=authority, decision__isnull=True).first()
    if prepared is None:
        raise ApprovalMissing(action=APPROVE)
    return label, prepared


def _decide(prepared: OperatorLabelDecision, actor: Actor, request_id: UUID, at: datetime, *, refused_because: str | None) -> None:
    with acting_as(actor):
        _approvals.answer(
            action=APPROVE, subject=("operator-label", prepared.label_id), digest=_digest(prepared), requested_by=prepared.prepared_by_id,
            refused_because=refused_because, actor=actor, request_id=uuid5(request_id, "decision"), at=at,
        )  # fmt: skip


def _close(prepared: OperatorLabelDecision, decision: Decision, actor: Actor, at: datetime) -> None:
    prepared.decision, prepared.decided_by_id, prepared.decided_at = decision.value, actor.person_id, at
    prepared.save(update_fields=["decision", "decided_by_id", "decided_at"])


def _digest(prepared: OperatorLabelDecision) -> bytes:
    return digest_of(
        prepared.label_id,
        prepared.act,
        prepared.reason,
        prepared.order_reference,
        _iso(prepared.from_on),
        _iso(prepared.until_on),
    )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _journal(actor: Actor, what: str, label: OperatorLabel, request_id: UUID, at: datetime, **facts: object) -> None:
    journal.record(
        actor=actor,
        action=f"parties.operator-label-{what}",
        subject=("operator-label", label.id),
        facts=facts,
        organisation_id=label.organisation_id,
        request_id=request_id,
        at=at,
    )
