"""What makes a valid organisation, member and invitation."""

import re
from collections.abc import Iterable
from datetime import timedelta

from carnet.kernel.actors import Actor
from carnet.parties.rules._permissions import GRANTS, ROLES_OF_KIND
from carnet.parties.rules._refusals import EmailInvalid, OrganisationKindsInvalid, RoleNotForOrganisation, RoleNotYoursToGive, RoleUnknown
from carnet.parties.rules._words import OrganisationKind, Role

INVITATION_LIFETIME = timedelta(days=14)
PEOPLE_FILE_MOST = 2_000

_EMAIL = re.compile(r"^[^@\s<>\"',;]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,200}[A-Za-z0-9])?\.[A-Za-z]{2,24}$")


def clean_email(email: str) -> str:
    """An e-mail address in lower case, trimmed. Raises: EmailInvalid."""
    tidy = email.strip().lower()
    if not _EMAIL.match(tidy) or ".." in tidy:
        raise EmailInvalid(email=email.strip()[:100])
    return tidy


def clean_kinds(kinds: Iterable[str]) -> list[OrganisationKind]:
    """The kinds, each once, in the order of the enum. Raises: OrganisationKindsInvalid."""
    given = list(kinds)
    known = {kind.value for kind in OrganisationKind}
    if not given or not known.issuperset(given):
        raise OrganisationKindsInvalid(kinds=", ".join(str(kind) for kind in given))
    return [kind for kind in OrganisationKind if kind in given]


def check_role_for(role: str, kinds: Iterable[str]) -> Role:
    """The role, if an organisation of these kinds has it. Raises: RoleUnknown, RoleNotForOrganisation."""
    try:
        known = Role(role)
    except ValueError:
        raise RoleUnknown(role=role) from None
    kinds = list(kinds)
    if not any(known in ROLES_OF_KIND[OrganisationKind(kind)] for kind in kinds):
        raise RoleNotForOrganisation(role=known.value, kinds=", ".join(kinds))
    return known


# Nobody is invited to these: what trains and tests people gives them (carnet.mandates, docs/decisions/0052-who-may-help.md).
BY_HABILITATION = frozenset({Role.HELPER})


def check_may_invite(actor: Actor, role: str) -> None:
    """A person gives no role that is earned otherwise. Raises: RoleNotYoursToGive."""
    if actor.kind != "system" and role in BY_HABILITATION:
        raise RoleNotYoursToGive(role=role)


def check_may_grant(actor: Actor, role: str, *, organisation_id: int, registered_by: int | None) -> None:
    """Giving or taking `role` in the organisation: one's own within GRANTS; an administrator's operator also in those it registered.

    Raises: RoleNotYoursToGive.
    """
    if actor.kind == "system":
        return
    own = actor.organisation_id == organisation_id
    brought_in = registered_by is not None and registered_by == actor.organisation_id and Role.OPERATOR_ADMIN in actor.roles
    grants = frozenset[Role]().union(*(GRANTS.get(Role(held), frozenset()) for held in actor.roles if held in set(Role)))
    if not (own or brought_in) or role not in grants:
        raise RoleNotYoursToGive(role=role)
