"""Who acts: people, tokens, and for which organisation."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db.models import Q, QuerySet

from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties import access
from carnet.parties.models import ApiToken, CodeCard, Membership, Organisation
from carnet.parties.rules import (
    PROGRAMME_KINDS,
    ROLES_OF_KIND,
    AccountUnused,
    MemberSuspended,
    NoMembership,
    OrganisationEnded,
    OrganisationNotChosen,
    TokenInvalid,
    secret_hash,
)


@dataclass(frozen=True, slots=True)
class MyOrganisation:
    """An organisation a person may act for, with their roles there."""

    id: int
    name: str
    roles: frozenset[str]
    is_suspended: bool


@dataclass(frozen=True, slots=True)
class SeenAs:
    """A signed-in person in one organisation: the actor, the organisation's name, the kinds under which it sees whole programmes."""

    actor: Actor
    organisation: str
    kinds_opening_programmes: frozenset[str]


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
    *, person_id: int, organisation_id: int | None, proved_at: datetime | None, at: datetime, programme_ids: Iterable[int] = ()
) -> Actor:
    """The actor that a signed-in person is, for one organisation, at `at`.

    `organisation_id` None: the only one, when there is only one. `proved_at`: latest proof of a second factor. `programme_ids`
    come from the rooms above (`carnet.funding.queries.programme_ids_for`); `with_programmes` adds them afterwards.
    Raises: NoMembership, OrganisationNotChosen, MemberSuspended (AccountUnused), OrganisationEnded.
    """
    with access.recognised(person_id):
        seen = seen_as(person_id=person_id, organisation_id=organisation_id, proved_at=proved_at, at=at)
    return with_programmes(seen.actor, programme_ids)


def seen_as(*, person_id: int, organisation_id: int | None, proved_at: datetime | None, at: datetime) -> SeenAs:
    """As `actor_for`, with what was read of the organisation on the way. Call it where the person is known: inside `access.knowing`.

    Raises: NoMembership, OrganisationNotChosen, MemberSuspended (AccountUnused), OrganisationEnded.
    """
    memberships = list(_memberships(person_id, at).filter(person__is_active=True).select_related("organisation", "person").order_by("id"))
    if not memberships:
        raise NoMembership
    if organisation_id is None:
        if len({each.organisation_id for each in memberships}) > 1:
            raise OrganisationNotChosen
        organisation_id = memberships[0].organisation_id
    here = [each for each in memberships if each.organisation_id == organisation_id]
    if not here:
        raise OrganisationNotChosen
    active = [each for each in here if each.suspended_at is None]
    organisation = here[0].organisation
    if not active and here[0].is_unused:
        raise AccountUnused(organisation=organisation.name, since=here[0].suspended_at)
    if not active:
        raise MemberSuspended(organisation=organisation.name, since=here[0].suspended_at)
    if organisation.ended_on is not None and organisation.ended_on <= legal_day(at):
        raise OrganisationEnded(organisation=organisation.name, ended_on=organisation.ended_on)
    actor = Actor(
        kind="person",
        label=here[0].person.display_name,
        person_id=person_id,
        organisation_id=organisation_id,
        organisation_ids=frozenset({organisation_id}),
        roles=frozenset(each.role for each in active),
        proved_at=proved_at,
    )
    return SeenAs(actor, organisation.name, _opening(organisation.kinds, actor))


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


def has_second_factor(person_id: int) -> bool:
    """True when the person has set up a TOTP application or a passkey, or typed a first code of their card."""
    factors = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return bool(Authenticator.objects.filter(user_id=person_id, type__in=factors).exists()) or has_card(person_id)


def has_card(person_id: int) -> bool:
    """True when the person holds a living card that opens."""
    return CodeCard.objects.filter(holder_id=person_id, ended_at=None, validated_at__isnull=False).exists()


def is_initialised() -> bool:
    """True once the first organisation exists: the first-run assistant then closes."""
    return Organisation.objects.exists()


def _opening(kinds: Iterable[str], actor: Actor) -> frozenset[str]:
    """The kinds under which the actor's roles see whole programmes. Prescribers and places see only their own rows: theirs open none."""
    return frozenset(kind for kind in PROGRAMME_KINDS if kind in kinds and not ROLES_OF_KIND[kind].isdisjoint(actor.roles))


def _memberships(person_id: int, at: datetime) -> QuerySet[Membership]:
    return Membership.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), person_id=person_id, starts_at__lte=at)
