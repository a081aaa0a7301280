"""Who is who: organisations, accounts, members, invitations."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import Rna, Siret
from carnet.parties import access
from carnet.parties.models import Invitation, Membership, Organisation, Person
from carnet.parties.rules import GRANTS, OrganisationUnknown, Role, check_may, secret_hash


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
    """Several organisations by id, in one query, in the order of their ids; unknown ids are left out."""
    return {each.id: _card(each) for each in Organisation.objects.filter(id__in=list(organisation_ids)).order_by("id")}


def ids_of_kind(kind: str) -> tuple[int, ...]:
    """The ids of the organisations of a kind that have not ended, in order."""
    return tuple(Organisation.objects.filter(kinds__contains=[kind], ended_on=None).order_by("id").values_list("id", flat=True))


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
    return Account(
        person_id=person.id, email=person.email or "", display_name=person.display_name, phone=person.phone, language=person.language
    )


def having_role(organisation_ids: Iterable[int], role: Role, *, at: datetime) -> tuple[frozenset[int], frozenset[int]]:
    """Of these organisations, those where somebody holds the role at `at`, and those where somebody was invited to it.

    Names nobody. For a room above that has made sure its actor may know so much of each.
    """
    ids = set(organisation_ids)
    current = Q(ends_at__isnull=True) | Q(ends_at__gt=at)
    with acting_as(organisation_ids=ids):
        members = Membership.objects.filter(current, organisation_id__in=ids, role=role.value, suspended_at__isnull=True)
        invited = Invitation.objects.filter(
            organisation_id__in=ids, role=role.value, accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=at
        )
        return (
            frozenset(members.order_by().values_list("organisation_id", flat=True)),
            frozenset(invited.order_by().values_list("organisation_id", flat=True)),
        )


def names_of(person_ids: Iterable[int]) -> dict[int, str]:
    """Names of the people the tenant may see (its colleagues), by id; the others are left out."""
    return dict(Person.objects.filter(id__in=set(person_ids)).values_list("id", "display_name"))


def letter_addresses(organisation_id: int) -> list[str]:
    """Where to write to an organisation: its contact address, else its members who manage it. For the outbox, which sees everything."""
    contact = Organisation.objects.filter(id=organisation_id).values_list("contact_email", flat=True).first()
    if contact:
        return [contact]
    rows = Membership.objects.filter(
        organisation_id=organisation_id, role__in=list(GRANTS), ends_at__isnull=True, suspended_at__isnull=True
    )
    return sorted({email for email in rows.values_list("person__email", flat=True) if email})


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
    is_unused: bool = False


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
                email=row.person.email or "",
                role=row.role,
                starts_at=row.starts_at,
                suspended_at=row.suspended_at,
                suspended_reason=row.suspended_reason,
                is_unused=row.is_unused,
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


@dataclass(frozen=True, slots=True)
class PersonOf:
    """Somebody who acts for an organisation in a role."""

    person_id: int
    email: str
    language: str
    organisation_id: int
    role: str


def people_of(organisation_ids: Iterable[int], *, roles: Iterable[str], at: datetime) -> list[PersonOf]:
    """Who holds one of these roles in these organisations at that moment, by person. For the outbox, which sees everything."""
    rows = (
        Membership.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), organisation_id__in=list(organisation_ids))
        .filter(role__in=list(roles), starts_at__lte=at, suspended_at=None, person__is_active=True, person__erased_at=None)
        .order_by("person_id", "organisation_id", "id")
    )
    return [
        PersonOf(row.person_id, row.person.email or "", row.person.language, row.organisation_id, row.role)
        for row in rows.select_related("person")
    ]
