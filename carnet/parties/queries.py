"""Reads: who acts, who is who, what waits, where to pay."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db.models import Q, QuerySet

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import Iban, Rna, Siret
from carnet.kernel.periods import legal_day
from carnet.parties import access
from carnet.parties.models import ApiToken, Approval, BankAccount, Invitation, Membership, Organisation, Person
from carnet.parties.rules import (
    PROGRAMME_KINDS,
    ROLES_OF_KIND,
    ApprovalMissing,
    Decision,
    KnownAccount,
    MemberSuspended,
    NoMembership,
    OrganisationEnded,
    OrganisationNotChosen,
    OrganisationUnknown,
    TokenInvalid,
    account_in_force,
    allowed,
    check_may,
    secret_hash,
)

# --- Who acts ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MyOrganisation:
    """An organisation a person may act for, with their roles there."""

    id: int
    name: str
    roles: frozenset[str]
    is_suspended: bool


def organisations_of(*, person_id: int, at: datetime) -> list[MyOrganisation]:
    """The organisations a person belongs to at the aware moment `at`, by name. A suspended one is listed as such."""
    found: dict[int, list[Membership]] = {}
    with access.recognised(person_id):
        for membership in _memberships(person_id, at).select_related("organisation").order_by("organisation__name", "id"):
            found.setdefault(membership.organisation_id, []).append(membership)
    return [
        MyOrganisation(
            id=organisation_id,
            name=memberships[0].organisation.name,
            roles=frozenset(each.role for each in memberships if each.suspended_at is None),
            is_suspended=all(each.suspended_at is not None for each in memberships),
        )
        for organisation_id, memberships in found.items()
    ]


def actor_for(
    *,
    person_id: int,
    organisation_id: int | None,
    proved_at: datetime | None,
    at: datetime,
    programme_ids: Iterable[int] = (),
) -> Actor:
    """The actor that a signed-in person is, for one organisation, at `at`.

    `organisation_id` None: the only one, when there is only one. `proved_at`: latest proof of a second factor. `programme_ids`
    come from the rooms above (`carnet.funding.queries.programme_ids_for`); `with_programmes` adds them afterwards.
    Raises: NoMembership, OrganisationNotChosen, MemberSuspended, OrganisationEnded.
    """
    with access.recognised(person_id):
        person = Person.objects.filter(id=person_id, is_active=True).first()
        memberships = list(_memberships(person_id, at).select_related("organisation").order_by("id"))
    if person is None or not memberships:
        raise NoMembership
    if organisation_id is None:
        if len({each.organisation_id for each in memberships}) > 1:
            raise OrganisationNotChosen
        organisation_id = memberships[0].organisation_id
    here = [each for each in memberships if each.organisation_id == organisation_id]
    if not here:
        raise OrganisationNotChosen if memberships else NoMembership
    active = [each for each in here if each.suspended_at is None]
    organisation = here[0].organisation
    if not active:
        raise MemberSuspended(organisation=organisation.name, since=here[0].suspended_at)
    if organisation.ended_on is not None and organisation.ended_on <= legal_day(at):
        raise OrganisationEnded(organisation=organisation.name, ended_on=organisation.ended_on)
    return Actor(
        kind="person",
        label=person.display_name,
        person_id=person.id,
        organisation_id=organisation_id,
        organisation_ids=frozenset({organisation_id}),
        programme_ids=frozenset(programme_ids),
        roles=frozenset(each.role for each in active),
        proved_at=proved_at,
    )


def actor_for_token(*, raw: str, at: datetime) -> Actor:
    """The actor that a presented API token is: its scopes are its roles. Looked up every time: a revocation holds at once.

    Raises: TokenInvalid (unknown, expired, revoked, organisation ended: the same words).
    """
    with access.presenting(raw):
        token = ApiToken.objects.select_related("organisation").filter(secret_hash=secret_hash(raw)).first()
    if token is None or token.revoked_at is not None or at >= token.expires_at:
        raise TokenInvalid
    if token.organisation.ended_on is not None and token.organisation.ended_on <= legal_day(at):
        raise TokenInvalid
    return Actor(
        kind="token",
        label=token.prefix,
        organisation_id=token.organisation_id,
        organisation_ids=frozenset({token.organisation_id}),
        roles=frozenset(token.scopes),
        place_id=token.place_id,
        token_id=token.id,
    )


def with_programmes(actor: Actor, programme_ids: Iterable[int]) -> Actor:
    """The same actor, seeing these programmes too."""
    return replace(actor, programme_ids=actor.programme_ids | frozenset(programme_ids))


def kinds_of(organisation_id: int) -> frozenset[str]:
    """What an organisation does. Empty when unknown."""
    kinds = Organisation.objects.filter(id=organisation_id).values_list("kinds", flat=True).first()
    return frozenset(kinds or ())


def organisation_name(organisation_id: int | None) -> str:
    """Its name, or nothing."""
    if organisation_id is None:
        return ""
    return Organisation.objects.filter(id=organisation_id).values_list("name", flat=True).first() or ""


def kinds_opening_programmes(actor: Actor) -> frozenset[str]:
    """The kinds, among those of the organisation acted for, under which the actor's roles see whole programmes.

    Prescribers and places see only their own rows: their kinds open none.
    """
    held = kinds_of(actor.organisation_id) if actor.organisation_id is not None else frozenset()
    return frozenset(kind for kind in PROGRAMME_KINDS if kind in held and not ROLES_OF_KIND[kind].isdisjoint(actor.roles))


def has_second_factor(person_id: int) -> bool:
    """True when the person has set up a TOTP application or a passkey."""
    factors = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return bool(Authenticator.objects.filter(user_id=person_id, type__in=factors).exists())


def is_initialised() -> bool:
    """True once the first organisation exists: the first-run assistant then closes."""
    return Organisation.objects.exists()


# --- Organisations and people ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OrganisationCard:
    """What is public about an organisation."""

    id: int
    name: str
    siret: str | None
    rna: str | None
    kinds: tuple[str, ...]
    contact_email: str
    contact_phone: str
    street: str
    postcode: str
    city: str
    registered_by: int | None
    is_simulated: bool
    has_ended: bool

    @property
    def printed_number(self) -> str:
        """SIRET in groups, else RNA, else nothing."""
        return Siret(self.siret).printed() if self.siret else self.rna or ""


def _card(organisation: Organisation) -> OrganisationCard:
    return OrganisationCard(
        id=organisation.id,
        name=organisation.name,
        siret=organisation.siret,
        rna=organisation.rna,
        kinds=tuple(organisation.kinds),
        contact_email=organisation.contact_email,
        contact_phone=organisation.contact_phone,
        street=organisation.street,
        postcode=organisation.postcode,
        city=organisation.city,
        registered_by=organisation.registered_by_id,
        is_simulated=organisation.is_simulated,
        has_ended=organisation.ended_on is not None,
    )


def organisation(organisation_id: int) -> OrganisationCard:
    """One organisation. Raises: OrganisationUnknown."""
    found = Organisation.objects.filter(id=organisation_id).first()
    if found is None:
        raise OrganisationUnknown(organisation=organisation_id)
    return _card(found)


def organisations(organisation_ids: Iterable[int]) -> dict[int, OrganisationCard]:
    """Several organisations by id, in one query; unknown ids are left out."""
    return {each.id: _card(each) for each in Organisation.objects.filter(id__in=list(organisation_ids))}


def find_organisation(*, siret: str | None = None, rna: str | None = None) -> OrganisationCard | None:
    """The organisation with this number, or None. Raises: SiretInvalid, RnaInvalid."""
    number = {"siret": str(Siret.parse(siret))} if siret else {"rna": str(Rna.parse(rna or ""))}
    found = Organisation.objects.filter(**number).first()
    return _card(found) if found else None


def organisations_registered_by(*, actor: Actor, kind: str | None = None) -> list[OrganisationCard]:
    """The organisations that the actor's operator brought in (and itself), by name; of one kind if given. Raises: NotAllowed."""
    check_may(actor, "parties.see-organisations")
    rows = Organisation.objects.filter(Q(registered_by_id=actor.organisation_id) | Q(id=actor.organisation_id))
    if kind is not None:
        rows = rows.filter(kinds__contains=[kind])
    return [_card(each) for each in rows.order_by("name", "id")]


@dataclass(frozen=True, slots=True)
class Account:
    """One's own account page."""

    person_id: int
    email: str
    display_name: str
    phone: str
    language: str


def account(person_id: int) -> Account | None:
    """The account of the person recognised in the session, or None."""
    with access.recognised(person_id):
        person = Person.objects.filter(id=person_id).first()
    if person is None:
        return None
    return Account(person_id=person.id, email=person.email, display_name=person.display_name, phone=person.phone, language=person.language)


def names_of(person_ids: Iterable[int]) -> dict[int, str]:
    """Names of the people the tenant may see (its colleagues), by id; the others are left out."""
    return dict(Person.objects.filter(id__in=set(person_ids)).values_list("id", "display_name"))


@dataclass(frozen=True, slots=True)
class Member:
    """One line of the members' page."""

    membership_id: int
    person_id: int
    display_name: str
    email: str
    role: str
    starts_at: datetime
    suspended_at: datetime | None
    suspended_reason: str


def members(*, actor: Actor, organisation_id: int, at: datetime) -> list[Member]:
    """Current members of an organisation the actor manages, by name. Raises: NotAllowed, OrganisationUnknown."""
    check_may(actor, "parties.see-members")
    managed = access.managed_organisation(actor, organisation_id)
    with access.stepping_into(managed):
        rows = (
            Membership.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), organisation_id=managed.id, starts_at__lte=at)
            .select_related("person")
            .order_by("person__display_name", "id")
        )
        return [
            Member(
                membership_id=row.id,
                person_id=row.person_id,
                display_name=row.person.display_name,
                email=row.person.email,
                role=row.role,
                starts_at=row.starts_at,
                suspended_at=row.suspended_at,
                suspended_reason=row.suspended_reason,
            )
            for row in rows
        ]


@dataclass(frozen=True, slots=True)
class WaitingInvitation:
    """An invitation nobody has answered yet."""

    id: int
    email: str
    role: str
    invited_at: datetime
    expires_at: datetime


def waiting_invitations(*, actor: Actor, organisation_id: int, at: datetime) -> list[WaitingInvitation]:
    """Unanswered, unexpired invitations, oldest first. Raises: NotAllowed, OrganisationUnknown."""
    check_may(actor, "parties.see-members")
    managed = access.managed_organisation(actor, organisation_id)
    with access.stepping_into(managed):
        rows = Invitation.objects.filter(
            organisation_id=managed.id, accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=at
        ).order_by("invited_at", "id")
        return [WaitingInvitation(row.id, row.email, row.role, row.invited_at, row.expires_at) for row in rows]


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """What the page of an invitation shows. `knows_person`: no name or password is asked."""

    organisation: str
    email: str
    display_name: str
    role: str
    knows_person: bool


def open_invitation(*, secret: str, at: datetime) -> OpenInvitation | None:
    """The invitation this secret opens, or None when it opens nothing any more."""
    with access.presenting(secret):
        row = Invitation.objects.select_related("organisation").filter(secret_hash=secret_hash(secret)).first()
    if row is None or row.accepted_at or row.withdrawn_at or at >= row.expires_at or row.organisation.ended_on:
        return None
    with access.signing_in(row.email):
        knows = Person.objects.filter(email=row.email).exists()
    return OpenInvitation(
        organisation=row.organisation.name, email=row.email, display_name=row.display_name, role=row.role, knows_person=knows
    )


# --- Tokens, bank accounts, approvals -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TokenLine:
    """One line of the tokens' page. The token itself is never shown again."""

    id: int
    label: str
    prefix: str
    scopes: tuple[str, ...]
    place_id: int | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    latest_used_on: object


def tokens(*, actor: Actor) -> list[TokenLine]:
    """Tokens of the organisation acted for, newest first. Raises: NotAllowed."""
    check_may(actor, "parties.manage-tokens")
    if actor.organisation_id is None:
        return []
    return [
        TokenLine(
            id=row.id,
            label=row.label,
            prefix=row.prefix,
            scopes=tuple(row.scopes),
            place_id=row.place_id,
            created_at=row.created_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
            latest_used_on=row.latest_used_on,
        )
        for row in ApiToken.objects.filter(organisation_id=actor.organisation_id).order_by("-created_at", "-id")
    ]


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One bank account of an organisation's history, its IBAN masked."""

    id: int
    masked_iban: str
    bic: str
    holder_name: str
    state: str
    proposed_by: int
    proposed_at: datetime
    approved_by: int | None
    approved_at: datetime | None
    valid_from: datetime | None
    ended_at: datetime | None
    ended_reason: str


def bank_accounts(*, actor: Actor, organisation_id: int) -> list[AccountLine]:
    """An organisation's accounts, newest first. Raises: NotAllowed, OrganisationUnknown."""
    check_may(actor, "parties.see-bank-account")
    managed = access.managed_organisation(actor, organisation_id)
    with access.stepping_into(managed):
        rows = BankAccount.objects.filter(organisation_id=managed.id).order_by("-proposed_at", "-id")
        return [
            AccountLine(
                id=row.id,
                masked_iban=Iban(row.iban).masked(),
                bic=row.bic,
                holder_name=row.holder_name,
                state=row.state,
                proposed_by=row.proposed_by_id,
                proposed_at=row.proposed_at,
                approved_by=row.approved_by_id,
                approved_at=row.approved_at,
                valid_from=row.valid_from,
                ended_at=row.ended_at,
                ended_reason=row.ended_reason,
            )
            for row in rows
        ]


def iban_to_decide(*, actor: Actor, organisation_id: int, account_id: int) -> str:
    """The whole IBAN, printed in groups, for whoever compares it with a paper before deciding.

    Raises: NotAllowed, OrganisationUnknown, AccountUnknown.
    """
    check_may(actor, "parties.approve-bank-account")
    managed = access.managed_organisation(actor, organisation_id)
    with access.stepping_into(managed):
        return Iban(access.account_of(managed, account_id).iban).printed()


@dataclass(frozen=True, slots=True)
class PayableAccount:
    """Where to pay an organisation at a moment."""

    id: int
    organisation_id: int
    iban: str
    bic: str
    holder_name: str
    valid_from: datetime


def payable_account(*, organisation_id: int, at: datetime) -> PayableAccount:
    """The approved, effective account of whom is owed money. For the room that pays: it sees the creditor's account only.

    Raises: AccountMissing, AccountWaiting (`until`, aware).
    """
    with acting_as(organisation_ids=[organisation_id]):
        rows = {row.id: row for row in BankAccount.objects.filter(organisation_id=organisation_id, approved_at__isnull=False)}
    known = [KnownAccount(row.id, row.iban, row.valid_from, row.ended_at) for row in rows.values() if row.valid_from is not None]
    name = Organisation.objects.filter(id=organisation_id).values_list("name", flat=True).first() or ""
    chosen = account_in_force(known, at, organisation=name)
    row = rows[chosen.id]
    return PayableAccount(
        id=row.id,
        organisation_id=organisation_id,
        iban=row.iban,
        bic=row.bic,
        holder_name=row.holder_name,
        valid_from=chosen.valid_from,
    )


@dataclass(frozen=True, slots=True)
class WaitingApproval:
    """One line of the inbox of approvals."""

    id: int
    action: str
    subject_kind: str
    subject_id: int
    programme_id: int | None
    requested_by: int
    requested_at: datetime


def approvals_waiting_for(*, actor: Actor) -> list[WaitingApproval]:
    """What the actor may decide: waiting in its organisation, in its roles, asked by somebody else; oldest first."""
    if actor.person_id is None or actor.organisation_id is None:
        return []
    rows = (
        Approval.objects.filter(organisation_id=actor.organisation_id, decision__isnull=True)
        .exclude(requested_by_id=actor.person_id)
        .order_by("requested_at", "id")
    )
    return [
        WaitingApproval(row.id, row.action, row.subject_kind, row.subject_id, row.programme_id, row.requested_by_id, row.requested_at)
        for row in rows
        if allowed(actor.roles, row.action)
    ]


def approval_of(*, action: str, subject: tuple[str, int]) -> WaitingApproval | None:
    """The approval of one thing that still waits (the caller sees it by its programme or organisation), or None."""
    row = Approval.objects.filter(action=action, subject_kind=subject[0], subject_id=subject[1], decision__isnull=True).first()
    if row is None:
        return None
    return WaitingApproval(row.id, row.action, row.subject_kind, row.subject_id, row.programme_id, row.requested_by_id, row.requested_at)


def check_approved(*, action: str, subject: tuple[str, int], digest: bytes) -> int:
    """The id of the person who approved exactly this. Raises: ApprovalMissing (not decided, refused, or changed since)."""
    row = (
        Approval.objects.filter(action=action, subject_kind=subject[0], subject_id=subject[1], decision=Decision.APPROVED)
        .order_by("-decided_at", "-id")
        .first()
    )
    if row is None or bytes(row.digest) != digest or row.decided_by_id is None:
        raise ApprovalMissing(action=action)
    return row.decided_by_id


def _memberships(person_id: int, at: datetime) -> QuerySet[Membership]:
    return Membership.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), person_id=person_id, starts_at__lte=at)
