"""Labels of operators as anybody reads them, what the State has to answer, and changes of head."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from carnet.kernel.actors import Actor
from carnet.parties import access
from carnet.parties.models import HeadChange, OperatorLabel, OperatorLabelDecision
from carnet.parties.rules import Decision, HeadChangeState, LabelState, LabelUnknown, OrganisationUnknown, check_may, is_in_force

LABELS_MAX = 2_000


@dataclass(frozen=True, slots=True)
class OperatorLabelView:
    """One label, as published. `until_on` is exclusive; `is_in_force` on the day asked."""

    id: int
    organisation_id: int
    organisation: str
    level: str
    state: LabelState
    statement: str
    requested_at: datetime
    answered_at: datetime | None
    authority: str
    order_reference: str
    from_on: date | None
    until_on: date | None
    withdrawn_on: date | None
    is_in_force: bool


@dataclass(frozen=True, slots=True)
class LabelDecisionView:
    """What was decided about a label, or prepared (`decision` None)."""

    id: int
    label_id: int
    act: str
    reason: str
    order_reference: str
    from_on: date | None
    until_on: date | None
    prepared_by: int
    prepared_at: datetime
    decision: str | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class HeadChangeView:
    """A change of head. `has_document`: it relies on one, which the operator downloads."""

    id: int
    organisation_id: int
    organisation: str
    email: str
    display_name: str
    reason: str
    state: HeadChangeState
    has_document: bool
    asked_by: int
    asked_at: datetime
    done_at: datetime | None


def label_in_force(organisation_id: int, day: date, *, level: str | None = None) -> OperatorLabelView | None:
    """The label (of one level, if given) that an operator holds on `day`, the longest first; None without one."""
    rows = OperatorLabel.objects.filter(organisation_id=organisation_id).select_related("organisation", "authority")
    if level is not None:
        rows = rows.filter(level=level)
    held = [view for row in rows if (view := _label(row, day)).is_in_force]
    return max(held, key=lambda view: (view.until_on or day, view.id), default=None)


def operator_labels(*, day: date, organisation_ids: Iterable[int] | None = None) -> list[OperatorLabelView]:
    """Every label asked for and answered, as published, those in force first."""
    rows = OperatorLabel.objects.select_related("organisation", "authority")
    if organisation_ids is not None:
        rows = rows.filter(organisation_id__in=list(organisation_ids))
    views = [_label(row, day) for row in rows.order_by("organisation__name", "-requested_at", "-id")[:LABELS_MAX]]
    return sorted(views, key=lambda view: not view.is_in_force)


def operator_label(label_id: int, *, day: date) -> OperatorLabelView:
    """One label. Raises: LabelUnknown."""
    row = OperatorLabel.objects.filter(id=label_id).select_related("organisation", "authority").first()
    if row is None:
        raise LabelUnknown
    return _label(row, day)


def label_decisions(label_id: int, *, actor: Actor) -> list[LabelDecisionView]:
    """What was decided about a label, newest first: an officer also sees what is prepared, an operator what was taken of its own."""
    rows = OperatorLabelDecision.objects.filter(label_id=label_id)
    if actor.organisation_id is None:
        return []
    own = Q(organisation_id=actor.organisation_id, decision=Decision.APPROVED)
    rows = rows.filter(own | Q(authority_id=actor.organisation_id)).order_by("-prepared_at", "-id")
    return [
        LabelDecisionView(
            id=row.id,
            label_id=row.label_id,
            act=row.act,
            reason=row.reason,
            order_reference=row.order_reference,
            from_on=row.from_on,
            until_on=row.until_on,
            prepared_by=row.prepared_by_id,
            prepared_at=row.prepared_at,
            decision=row.decision,
            decided_at=row.decided_at,
        )
        for row in rows
    ]


def head_changes(*, actor: Actor, organisation_id: int) -> list[HeadChangeView]:
    """The changes of head of an organisation the actor manages, newest first. Raises: NotAllowed, OrganisationUnknown."""
    check_may(actor, "parties.see-members")
    managed = access.managed_organisation(actor, organisation_id)
    with access.stepping_into(managed):
        rows = HeadChange.objects.filter(organisation_id=managed.id).select_related("organisation").order_by("-asked_at", "-id")
        return [_head_change(row) for row in rows]


def head_change(change_id: int, *, actor: Actor) -> HeadChangeView:
    """One change of head. Raises: HeadChangeUnknown."""
    return _head_change(access.head_change(actor, change_id))


def has_head(organisation_id: int, *, at: datetime) -> bool:
    """Whether somebody heads a place's organisation now, or is invited to. For the room above that decides whom to invite."""
    system = Actor.system("is there a head?", organisation_ids={organisation_id})
    try:
        managed = access.managed_organisation(system, organisation_id)
    except OrganisationUnknown:
        return False
    with access.stepping_into(managed):
        return access.heads(managed.id, at).exists()


def _label(row: OperatorLabel, day: date) -> OperatorLabelView:
    state = LabelState(row.state)
    return OperatorLabelView(
        id=row.id,
        organisation_id=row.organisation_id,
        organisation=row.organisation.name,
        level=row.level,
        state=state,
        statement=row.statement,
        requested_at=row.requested_at,
        answered_at=row.answered_at,
        authority=row.authority.name if row.authority is not None else "",
        order_reference=row.order_reference,
        from_on=row.from_on,
        until_on=row.until_on,
        withdrawn_on=row.withdrawn_on,
        is_in_force=is_in_force(state, from_on=row.from_on, until_on=row.until_on, withdrawn_on=row.withdrawn_on, day=day),
    )


def _head_change(row: HeadChange) -> HeadChangeView:
    return HeadChangeView(
        id=row.id,
        organisation_id=row.organisation_id,
        organisation=row.organisation.name,
        email=row.email,
        display_name=row.display_name,
        reason=row.reason,
        state=HeadChangeState(row.state),
        has_document=row.sealed_document is not None,
        asked_by=row.asked_by_id,
        asked_at=row.asked_at,
        done_at=row.done_at,
    )
