"""People join an organisation: invited, enrolled, or its first administrator."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from carnet.gateways.database import acting_as_everything
from carnet.kernel.actors import Actor
from carnet.notices import operations as notices
from carnet.parties import access
from carnet.parties.models import HeadChange, Invitation, Membership, Person
from carnet.parties.operations._members import current_memberships, join, noted
from carnet.parties.operations._organisations import create_organisation
from carnet.parties.rules import (
    INVITATION_LIFETIME,
    AlreadyInitialised,
    AlreadyMember,
    HeadChangeState,
    InvitationInvalid,
    NotAllowed,
    OrganisationKind,
    PersonNameMissing,
    Role,
    check_allowed_now,
    check_may_grant,
    check_may_invite,
    check_role_for,
    clean_email,
    secret_hash,
)


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation. `secret` is what its link holds: given once, to be shown or sent; None when the request is repeated."""

    id: int
    secret: str | None
    expires_at: datetime


@transaction.atomic
def invite_member(
    *, organisation_id: int, email: str, role: str, display_name: str = "", actor: Actor, request_id: UUID, at: datetime
) -> Invited:
    """Invite an e-mail address into an organisation; a notice with a link valid 14 days goes out.

    Raises:  NotAllowed, SecondFactorNeeded, OrganisationUnknown, RoleUnknown, RoleNotForOrganisation, RoleNotYoursToGive,
             EmailInvalid, AlreadyMember.
    Repeat:  the same request_id returns the first invitation, without its secret.
    """
    check_allowed_now(actor, "parties.manage-members", at)
    check_may_invite(actor, role)
    organisation = access.managed_organisation(actor, organisation_id)
    check_may_grant(
        actor, check_role_for(role, organisation.kinds), organisation_id=organisation.id, registered_by=organisation.registered_by_id
    )
    email = clean_email(email)
    with access.stepping_into(organisation):
        repeated = Invitation.objects.filter(request_id=request_id).first()
        if repeated is not None:
            return Invited(id=repeated.id, secret=None, expires_at=repeated.expires_at)
        if current_memberships(organisation.id, at).filter(person__email=email, role=role).exists():
            raise AlreadyMember(role=role)
        # An earlier letter to the same address for the same role no longer opens anything.
        Invitation.objects.filter(
            organisation_id=organisation.id, email=email, role=role, accepted_at__isnull=True, withdrawn_at__isnull=True
        ).update(withdrawn_at=at)
        secret = secrets.token_urlsafe(32)
        invitation = Invitation.objects.create(
            organisation=organisation,
            email=email,
            display_name=display_name.strip()[:120],
            role=role,
            secret_hash=secret_hash(secret),
            invited_by_id=actor.person_id,
            invited_at=at,
            expires_at=at + INVITATION_LIFETIME,
            request_id=request_id,
        )
    noted(actor, "parties.member-invited", ("invitation", invitation.id), organisation.id, request_id, at, role=role)
    notices.post(
        kind="parties.invitation",
        to_email=email,
        context={"organisation": organisation.name, "role": role, "secret": secret, "expires_at": invitation.expires_at.isoformat()},
        at=at,
    )
    return Invited(id=invitation.id, secret=secret, expires_at=invitation.expires_at)


@transaction.atomic
def withdraw_invitation(*, organisation_id: int, invitation_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Make an unanswered invitation useless. Raises: NotAllowed, SecondFactorNeeded, OrganisationUnknown, InvitationInvalid."""
    check_allowed_now(actor, "parties.manage-members", at)
    organisation = access.managed_organisation(actor, organisation_id)
    with access.stepping_into(organisation):
        withdrawn = Invitation.objects.filter(
            id=invitation_id, organisation_id=organisation.id, accepted_at__isnull=True, withdrawn_at__isnull=True
        ).update(withdrawn_at=at)
    if not withdrawn:
        raise InvitationInvalid
    noted(actor, "parties.invitation-withdrawn", ("invitation", invitation_id), organisation.id, request_id, at)


@transaction.atomic
def accept_invitation(
    *, secret: str, display_name: str = "", password: str | None = None, language: str = "fr", request_id: UUID, at: datetime
) -> int:
    """Join with the secret of an invitation and return the person's id.

    Whoever holds the letter proved the address. A known person joins as they are (name and password are left alone); a new one
    needs a name and a password (already validated by the door).
    Raises:  InvitationInvalid (unknown, expired, withdrawn, used: same words), PersonNameMissing, AlreadyMember.
    """
    with access.presenting(secret):
        invitation = Invitation.objects.filter(secret_hash=secret_hash(secret)).select_related("organisation").first()
    if invitation is None:
        raise InvitationInvalid
    with access.stepping_into(invitation.organisation):
        invitation = Invitation.objects.select_for_update(of=("self",)).select_related("organisation").get(id=invitation.id)
        if invitation.accepted_at or invitation.withdrawn_at or at >= invitation.expires_at or invitation.organisation.ended_on:
            raise InvitationInvalid
        with access.signing_in(invitation.email):
            person = Person.objects.filter(email=invitation.email).first()
            if person is None:
                person = _new_person(invitation.email, display_name or invitation.display_name, password, language)
            invitation.accepted_at, invitation.accepted_by = at, person
            invitation.save(update_fields=["accepted_at", "accepted_by"])
            membership = join(person, invitation.organisation, invitation.role, request_id, at)
        _finish_head_change(invitation.id, at)
    actor = Actor(kind="person", label="", person_id=person.id, organisation_id=invitation.organisation_id)
    noted(actor, "parties.member-joined", ("membership", membership.id), invitation.organisation_id, request_id, at, role=membership.role)
    return person.id


@transaction.atomic
def enrol_member(
    *,
    organisation_id: int,
    email: str,
    display_name: str,
    role: str,
    password: str | None = None,
    language: str = "fr",
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """Make someone a member without a letter, for programs only (first administrator, scenarios); return the person's id.

    Raises:  NotAllowed (a person invites instead), OrganisationUnknown, RoleUnknown, RoleNotForOrganisation, EmailInvalid,
             PersonNameMissing, AlreadyMember.
    Repeat:  the same request_id returns the first person's id.
    """
    if actor.kind != "system":
        raise NotAllowed(action="parties.enrol-member", roles=())
    organisation = access.managed_organisation(actor, organisation_id)
    check_role_for(role, organisation.kinds)
    email = clean_email(email)
    with access.stepping_into(organisation), access.signing_in(email):
        repeated = Membership.objects.filter(request_id=request_id).first()
        if repeated is not None:
            return repeated.person_id
        person = Person.objects.filter(email=email).first() or _new_person(email, display_name, password, language)
        membership = join(person, organisation, role, request_id, at)
    noted(actor, "parties.member-joined", ("membership", membership.id), organisation.id, request_id, at, role=role)
    return person.id


@transaction.atomic
def bootstrap_administrator(
    *,
    email: str,
    display_name: str,
    password: str,
    organisation_name: str,
    siret: str | None = None,
    rna: str | None = None,
    is_simulated: bool = False,
    kinds: tuple[str, ...] = (OrganisationKind.OPERATOR.value,),
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> tuple[int, int]:
    """The first operator and its first administrator; return (organisation id, person id).

    Raises: AlreadyInitialised (an administrator exists), and what `create_organisation` and `enrol_member` raise.
    """
    with acting_as_everything(why="is there an administrator already?"):
        with connection.cursor() as cursor:  # two at once: the second waits, then finds the first
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('parties.first-administrator', 0))")
        if Membership.objects.filter(role=Role.OPERATOR_ADMIN).exists():
            raise AlreadyInitialised
    organisation_id = create_organisation(
        name=organisation_name,
        kinds=kinds,
        siret=siret,
        rna=rna,
        is_simulated=is_simulated,
        actor=actor,
        request_id=uuid5(request_id, "organisation"),
        at=at,
    )
    person_id = enrol_member(
        organisation_id=organisation_id,
        email=email,
        display_name=display_name,
        role=Role.OPERATOR_ADMIN,
        password=password,
        actor=actor,
        request_id=uuid5(request_id, "administrator"),
        at=at,
    )
    return organisation_id, person_id


def _finish_head_change(invitation_id: int, at: datetime) -> None:
    """The invited head has joined: the earlier one's membership ends now, and not before."""
    change = HeadChange.objects.filter(invitation_id=invitation_id, state=HeadChangeState.INVITED).select_related("leaving").first()
    if change is None:
        return
    if change.leaving is not None and change.leaving.ends_at is None:
        change.leaving.ends_at = at
        change.leaving.save(update_fields=["ends_at"])
    change.state, change.done_at = HeadChangeState.DONE.value, at
    change.save(update_fields=["state", "done_at"])


def _new_person(email: str, display_name: str, password: str | None, language: str) -> Person:
    if not display_name.strip():
        raise PersonNameMissing
    return Person.objects.create(
        email=email, display_name=display_name.strip()[:120], language="en" if language == "en" else "fr", password=make_password(password)
    )
