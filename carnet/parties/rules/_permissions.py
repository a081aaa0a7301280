"""The ONE table *role x may see x may do x home page*, as data, and the checks that read it.

docs/roles.md is generated from it and every route of the site is tested against it.
To add an action: one line in `_actions.py` or in one of the `_actions_of_*.py`, then `make docs`.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from carnet.kernel.actors import Actor
from carnet.parties.rules import _actions, _actions_of_connection, _actions_of_continuity, _actions_of_editions, _actions_of_trust
from carnet.parties.rules._permission import Permission
from carnet.parties.rules._refusals import FullSignInNeeded, NoMembership, NotAllowed, PersonNeeded, SecondFactorNeeded
from carnet.parties.rules._words import OrganisationKind, Role, Scope

_ADMIN, _AGENT, _TREASURER, _APPROVER = (Role.OPERATOR_ADMIN, Role.OPERATOR_AGENT, Role.TREASURER, Role.APPROVER)
_FUNDER, _LEAD, _PRESCRIBER = Role.FUNDER, Role.PRESCRIBER_LEAD, Role.PRESCRIBER
_MANAGER, _MEDIATOR, _AUDITOR, _OFFICER = Role.PLACE_MANAGER, Role.MEDIATOR, Role.AUDITOR, Role.STATE_OFFICER
_HELPLINE, _ACCOUNTANT = Role.HELPLINE, Role.ACCOUNTANT
_HELPER, _HELPER_LEAD = Role.HELPER, Role.HELPER_LEAD
_LOCAL = Role.LOCAL_ACTOR
_LANDLORD, _PROVIDER = Role.LANDLORD, Role.PROVIDER
_PRINT_SHOP = Role.PRINT_SHOP
_OPERATOR = (_ADMIN, _AGENT, _TREASURER, _APPROVER)

PERMISSIONS: dict[str, Permission] = {
    line.action: line
    for line in (
        *_actions.LINES,
        *_actions_of_editions.LINES,
        *_actions_of_connection.LINES,
        *_actions_of_continuity.LINES,
        *_actions_of_trust.LINES,
    )
}

# Actions that a second person performs on what another prepared: the kinds of approvals there are.
DECIDABLE = frozenset(action for action in PERMISSIONS if action.split(".")[1].startswith("approve-"))

# The first of a person's roles in this order chooses the home page (the name of a route).
HOMES: dict[Role, str] = {
    Role.OPERATOR_ADMIN: "operator:home",
    Role.TREASURER: "operator:home",
    Role.APPROVER: "operator:home",
    Role.OPERATOR_AGENT: "operator:home",
    Role.FUNDER: "funder:home",
    Role.PRESCRIBER_LEAD: "prescriber:home",
    Role.PRESCRIBER: "prescriber:home",
    Role.PLACE_MANAGER: "place:home",
    Role.MEDIATOR: "place:home",
    Role.AUDITOR: "auditor:home",
    Role.STATE_OFFICER: "state:home",
    Role.HELPLINE: "helpline:home",
    Role.ACCOUNTANT: "books:home",
    Role.HELPER_LEAD: "helper:home",
    Role.HELPER: "helper:home",
    Role.LOCAL_ACTOR: "local:home",
    Role.LANDLORD: "landlord:home",
    Role.PROVIDER: "provider:home",
    Role.PRINT_SHOP: "print_shop:home",
}

SCOPE_ACTIONS: dict[Scope, frozenset[str]] = {
    Scope.VOUCHERS_CHECK: frozenset({"redemption.check"}),
    Scope.REDEMPTIONS_WRITE: frozenset(
        {
            "redemption.check",
            "redemption.redeem",
            "redemption.reverse",
            "redemption.reserve",
            "redemption.dispute",
            "continuity.honour-receipts",
        }
    ),
    Scope.REDEMPTIONS_READ: frozenset({"redemption.see"}),
    Scope.SETTLEMENT_READ: frozenset({"settlement.see-own"}),
    Scope.PLACES_WRITE: frozenset({"places.see", "places.edit"}),
    Scope.ACTIVITIES_READ: frozenset({"activities.see"}),
    Scope.ACTIVITIES_WRITE: frozenset({"activities.see", "activities.record"}),
    # Apart: what is asked goes to another operator, and its wrong guesses count against the whole of ours.
    Scope.CLEARING_WRITE: frozenset({"continuity.clear"}),
}

ROLES_OF_KIND: dict[OrganisationKind, frozenset[Role]] = {
    OrganisationKind.FUNDER: frozenset({_FUNDER, _ACCOUNTANT}),
    OrganisationKind.STATE: frozenset({_FUNDER, _OFFICER, _ACCOUNTANT}),
    OrganisationKind.OPERATOR: frozenset({*_OPERATOR, _HELPLINE, _ACCOUNTANT}),
    OrganisationKind.PRESCRIBER: frozenset({_LEAD, _PRESCRIBER}),
    OrganisationKind.PLACE_OPERATOR: frozenset({_MANAGER, _MEDIATOR}),
    OrganisationKind.LANDLORD: frozenset({_LANDLORD}),
    OrganisationKind.AUDITOR: frozenset({_AUDITOR}),
    OrganisationKind.HELPER: frozenset({_HELPER, _HELPER_LEAD}),
    OrganisationKind.LOCAL_ACTOR: frozenset({_LOCAL}),
    OrganisationKind.PROVIDER: frozenset({_PROVIDER}),
    OrganisationKind.PRINT_SHOP: frozenset({_PRINT_SHOP}),
}

# Under these kinds, staff see whole programmes; prescribers and places see only their own rows.
PROGRAMME_KINDS = (OrganisationKind.OPERATOR, OrganisationKind.FUNDER, OrganisationKind.STATE, OrganisationKind.AUDITOR)

# Roles a holder may give inside its own organisation; an operator's administrator gives any role, also in the
# organisations its operator registered; never the State's, or an operator could label itself.
GRANTS: dict[Role, frozenset[Role]] = {
    _ADMIN: frozenset(Role) - {_OFFICER},
    _FUNDER: frozenset({_FUNDER, _ACCOUNTANT}),
    _LEAD: frozenset({_LEAD, _PRESCRIBER}),
    _MANAGER: frozenset({_MANAGER, _MEDIATOR}),
    _OFFICER: frozenset({_OFFICER, _FUNDER, _ACCOUNTANT}),
    _HELPER_LEAD: frozenset({_HELPER, _HELPER_LEAD}),
    _LOCAL: frozenset({_LOCAL}),
    _LANDLORD: frozenset({_LANDLORD}),
    _PROVIDER: frozenset({_PROVIDER}),
    _PRINT_SHOP: frozenset({_PRINT_SHOP}),
}

# These move money or open every door: a second factor from the first sign-in (docs/sources/signing-in.md#second-factor).
# Helpers act in somebody's name; a print shop opens files worth money.
SECOND_FACTOR_ROLES = frozenset({_ADMIN, _TREASURER, _APPROVER, _OFFICER, _HELPER, _HELPER_LEAD, _PRINT_SHOP})

PROOF_MINUTES = 15  # a recent proof: as long as Aidants Connect's activity check

# Not a role: it stands beside the roles of whoever typed a PIN on a shared computer, and narrows them to the lines marked `pin`.
# Among the roles, so that whatever asks the table, screen or operation, is answered for a PIN without thinking of it.
BY_PIN = "BY_PIN"


def allowed(roles: Iterable[str], action: str) -> bool:
    """True when one of the roles holds the action, and a PIN is enough for it if there was only a PIN.

    Raises KeyError for an action that is not in the table.
    """
    line, held = PERMISSIONS[action], frozenset(roles)
    return not line.roles.isdisjoint(held) and (line.pin or BY_PIN not in held)


def by_pin(actor: Actor) -> bool:
    """True when all that is known of the actor is a PIN typed on a shared computer."""
    return BY_PIN in actor.roles


def check_may(actor: Actor, action: str) -> None:
    """Let the actor do `action`, or not: a person by roles, a token by scopes, a program always, a visitor never.

    Raises: NotAllowed, FullSignInNeeded (the role may, a PIN may not), KeyError (an action outside the table is a fault of the program).
    """
    line = PERMISSIONS[action]
    if actor.kind == "system":
        return
    if actor.kind == "person" and not line.roles.isdisjoint(actor.roles):
        if by_pin(actor) and not line.pin:
            raise FullSignInNeeded(action=action, roles=tuple(sorted(line.roles)))
        return
    if actor.kind == "token" and any(action in SCOPE_ACTIONS[Scope(scope)] for scope in actor.roles):
        return
    raise NotAllowed(action=action, roles=tuple(sorted(line.roles)))


def check_recent_proof(actor: Actor, at: datetime, *, action: str = "") -> None:
    """Ask a person for a second factor proved in the last 15 minutes (aware `at`); programs and tokens are not asked.

    Raises: SecondFactorNeeded, FullSignInNeeded.
    """
    if actor.kind in ("system", "token"):
        return
    if by_pin(actor):
        raise FullSignInNeeded(action=action, roles=())
    if actor.proved_at is None or not timedelta(0) <= at - actor.proved_at < timedelta(minutes=PROOF_MINUTES):
        raise SecondFactorNeeded(action=action, minutes=PROOF_MINUTES)


def check_allowed_now(actor: Actor, action: str, at: datetime) -> None:
    """`check_may`, then `check_recent_proof` when the table asks for one. Raises: NotAllowed, SecondFactorNeeded."""
    check_may(actor, action)
    if PERMISSIONS[action].proof:
        check_recent_proof(actor, at, action=action)


def asks_after_idle(action: str) -> bool:
    """Whether a screen left alone is asked for a second factor before this action: whatever helpers alone do, and nothing else."""
    return PERMISSIONS[action].roles <= frozenset({_HELPER, _HELPER_LEAD})


def person_of(actor: Actor, action: str) -> int:
    """The id of the person acting. Raises: PersonNeeded (tokens and programs cannot ask for or give an approval)."""
    if actor.person_id is None:
        raise PersonNeeded(action=action)
    return actor.person_id


def home_of(roles: Iterable[str]) -> str:
    """The route of the home page of whoever holds these roles. Raises: NoMembership."""
    held = set(roles)
    for role, route in HOMES.items():
        if role in held:
            return route
    raise NoMembership


def needs_second_factor(roles: Iterable[str]) -> bool:
    """True when one of the roles must have a second factor from the first sign-in."""
    return not SECOND_FACTOR_ROLES.isdisjoint(roles)
