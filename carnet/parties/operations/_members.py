"""Members of an organisation: another role, a suspension, its end."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.parties import access
from carnet.parties.models import Membership, Organisation, Person
from carnet.parties.rules import (
    AlreadyMember,
    OwnMembership,
    ReasonMissing,
    Role,
    check_allowed_now,
    check_may_grant,
    check_may_invite,
    check_role_for,
    person_of,
)


@transaction.atomic
def change_role(*, organisation_id: int, membership_id: int, role: str, actor: Actor, request_id: UUID, at: datetime) -> int:
    """End a membership and begin another with the new role; return the new membership's id.

    Raises: NotAllowed, SecondFactorNeeded, OrganisationUnknown, MembershipUnknown, OwnMembership, RoleUnknown,
            RoleNotForOrganisation, RoleNotYoursToGive, AlreadyMember.
    """
    organisation, membership = _open_membership(organisation_id, membership_id, actor, at)
    new_role = check_role_for(role, organisation.kinds)
    check_may_invite(actor, new_role)
    for changed in (membership.role, new_role):
        check_may_grant(actor, changed, organisation_id=organisation.id, registered_by=organisation.registered_by_id)
    with access.stepping_into(organisation):
        repeated = Membership.objects.filter(request_id=request_id).first()
        if repeated is not None:
            return repeated.id
        if current_memberships(organisation.id, at).filter(person_id=membership.person_id, role=new_role).exists():
            raise AlreadyMember(role=new_role.value)
        membership.ends_at = at
        membership.save(update_fields=["ends_at"])
        begun = join(membership.person, organisation, new_role, request_id, at)
    facts = {"from": membership.role, "to": new_role.value, "person_id": membership.person_id}
    noted(actor, "parties.role-changed", ("membership", begun.id), organisation.id, request_id, at, **facts)
    return begun.id


@transaction.atomic
def suspend_member(*, organisation_id: int, membership_id: int, reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Stop a member at once: their next request is refused. Suspending again changes nothing.

    Raises: NotAllowed, SecondFactorNeeded, OrganisationUnknown, MembershipUnknown, OwnMembership, RoleNotYoursToGive, ReasonMissing.
    """
    if not reason.strip():
        raise ReasonMissing
    organisation, membership = _open_membership(organisation_id, membership_id, actor, at)
    check_may_grant(actor, membership.role, organisation_id=organisation.id, registered_by=organisation.registered_by_id)
    if membership.suspended_at is not None:
        return
    with access.stepping_into(organisation):
        membership.suspended_at, membership.suspended_by_id = at, person_of(actor, "parties.manage-members")
        membership.suspended_reason = reason.strip()[:200]
        membership.save(update_fields=["suspended_at", "suspended_by_id", "suspended_reason"])
    noted(actor, "parties.member-suspended", ("membership", membership.id), organisation.id, request_id, at, person_id=membership.person_id)


@transaction.atomic
def reinstate(*, organisation_id: int, membership_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """End a suspension, or open again an account that was closed because it did not serve. Raises: as `suspend_member`, without the reason."""
    organisation, membership = _open_membership(organisation_id, membership_id, actor, at)
    check_may_grant(actor, membership.role, organisation_id=organisation.id, registered_by=organisation.registered_by_id)
    if membership.suspended_at is None:
        return
    with access.stepping_into(organisation):
        membership.suspended_at = membership.suspended_by_id = None
        membership.suspended_reason, membership.is_unused = "", False
        membership.warned_unused_at, membership.reopened_at = None, at
        membership.save(
            update_fields=["suspended_at", "suspended_by_id", "suspended_reason", "is_unused", "warned_unused_at", "reopened_at"]
        )
    noted(
        actor, "parties.member-reinstated", ("membership", membership.id), organisation.id, request_id, at, person_id=membership.person_id
    )


def _open_membership(organisation_id: int, membership_id: int, actor: Actor, at: datetime) -> tuple[Organisation, Membership]:
    check_allowed_now(actor, "parties.manage-members", at)
    organisation = access.managed_organisation(actor, organisation_id)
    with access.stepping_into(organisation):
        membership = access.managed_membership(actor, organisation, membership_id)
    if membership.person_id == actor.person_id:
        raise OwnMembership
    return organisation, membership


def current_memberships(organisation_id: int, at: datetime) -> QuerySet[Membership]:
    """The memberships of an organisation that have not ended."""
    return Membership.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), organisation_id=organisation_id)


def join(person: Person, organisation: Organisation, role: str, request_id: UUID, at: datetime) -> Membership:
    """Make somebody a member. Raises: AlreadyMember."""
    try:
        with transaction.atomic():
            return Membership.objects.create(
                person=person, organisation=organisation, role=Role(role).value, starts_at=at, request_id=request_id
            )
    except IntegrityError as error:
        if "one_role_once" in str(error):
            raise AlreadyMember(role=role) from None
        raise


def noted(
    actor: Actor, action: str, subject: tuple[str, int], organisation_id: int | None, request_id: UUID, at: datetime, **facts: object
) -> None:
    """Journal what was done about somebody's membership or account."""
    journal.record(actor=actor, action=action, subject=subject, facts=facts, organisation_id=organisation_id, request_id=request_id, at=at)
