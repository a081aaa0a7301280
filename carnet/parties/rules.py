"""Who may do what, and what makes a valid party. Pure: values in, a value or a refusal out.

`PERMISSIONS` and `HOMES` are the ONE table *role x may see x may do x home page*; docs/roles.md is generated from them and
every route of the site is tested against them. To add an action: one line in PERMISSIONS, then `make docs`.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Literal

from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal


class Role(StrEnum):
    """What a person is in an organisation."""

    OPERATOR_ADMIN = "OPERATOR_ADMIN"
    OPERATOR_AGENT = "OPERATOR_AGENT"
    TREASURER = "TREASURER"
    APPROVER = "APPROVER"
    FUNDER = "FUNDER"
    PRESCRIBER_LEAD = "PRESCRIBER_LEAD"
    PRESCRIBER = "PRESCRIBER"
    PLACE_MANAGER = "PLACE_MANAGER"
    MEDIATOR = "MEDIATOR"
    AUDITOR = "AUDITOR"


class OrganisationKind(StrEnum):
    """What an organisation does in a programme; it may do several things."""

    FUNDER = "FUNDER"
    STATE = "STATE"
    OPERATOR = "OPERATOR"
    PRESCRIBER = "PRESCRIBER"
    PLACE_OPERATOR = "PLACE_OPERATOR"
    LANDLORD = "LANDLORD"
    AUDITOR = "AUDITOR"


class AccountState(StrEnum):
    """A bank account's life: proposed, approved by somebody else, ended (or refused)."""

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    ENDED = "ENDED"


class Decision(StrEnum):
    """A second person's answer."""

    APPROVED = "APPROVED"
    REFUSED = "REFUSED"


class Scope(StrEnum):
    """What a machine's token may do."""

    VOUCHERS_CHECK = "vouchers.check"
    REDEMPTIONS_WRITE = "redemptions.write"
    REDEMPTIONS_READ = "redemptions.read"
    SETTLEMENT_READ = "settlement.read"
    PLACES_WRITE = "places.write"


# --- Refusals ---------------------------------------------------------------------------------------------------------


class PartiesRefused(Refusal):
    """Base of every refusal about who people and organisations are."""


class NotAllowed(PartiesRefused):
    """The actor's roles do not allow this. Facts: action, roles (those that would)."""

    code = "not-allowed"


class SecondFactorNeeded(PartiesRefused):
    """A proof by second factor younger than 15 minutes is needed. Facts: action, minutes."""

    code = "second-factor-needed"


class SecondFactorNotEnrolled(PartiesRefused):
    """This person must first set up a second factor."""

    code = "second-factor-not-enrolled"


class MemberSuspended(PartiesRefused):
    """The membership is suspended. Facts: organisation, since."""

    code = "member-suspended"


class NoMembership(PartiesRefused):
    """The person belongs to no organisation at that moment."""

    code = "no-membership"


class OrganisationNotChosen(PartiesRefused):
    """The person belongs to several organisations and has not said for which they act."""

    code = "organisation-not-chosen"


class OrganisationEnded(PartiesRefused):
    """The organisation has ended. Facts: organisation, ended_on."""

    code = "organisation-ended"


class OrganisationUnknown(PartiesRefused):
    """No such organisation, or not one of the actor's: same words. Facts: organisation."""

    code = "organisation-unknown"


class OrganisationNameMissing(PartiesRefused):
    """An organisation needs a name."""

    code = "organisation-name-missing"


class OrganisationUnnumbered(PartiesRefused):
    """A real organisation needs a SIRET or an RNA number."""

    code = "organisation-unnumbered"


class OrganisationKindsInvalid(PartiesRefused):
    """No kind, or an unknown one. Facts: kinds."""

    code = "organisation-kinds-invalid"


class OrganisationAlreadyRegistered(PartiesRefused):
    """Another organisation has this number. Facts: number, name."""

    code = "organisation-already-registered"


class EmailInvalid(PartiesRefused):
    """Not an e-mail address. Facts: email."""

    code = "email-invalid"


class PersonNameMissing(PartiesRefused):
    """A person needs a name to be shown under."""

    code = "person-name-missing"


class RoleUnknown(PartiesRefused):
    """No such role. Facts: role."""

    code = "role-unknown"


class RoleNotForOrganisation(PartiesRefused):
    """This kind of organisation has no such role. Facts: role, kinds."""

    code = "role-not-for-organisation"


class RoleNotYoursToGive(PartiesRefused):
    """The actor may not give (or take) this role in this organisation. Facts: role."""

    code = "role-not-yours-to-give"


class AlreadyMember(PartiesRefused):
    """The person already has this role there. Facts: role."""

    code = "already-member"


class MembershipUnknown(PartiesRefused):
    """No such membership, or of an organisation the actor does not manage."""

    code = "membership-unknown"


class OwnMembership(PartiesRefused):
    """Nobody changes, suspends or reinstates themselves."""

    code = "own-membership"


class InvitationInvalid(PartiesRefused):
    """Unknown, expired, withdrawn or already used: the same words for all."""

    code = "invitation-invalid"


class ResetLinkInvalid(PartiesRefused):
    """The link to choose a new password is wrong, too old or already used: the same words for all."""

    code = "reset-link-invalid"


class TokenInvalid(PartiesRefused):
    """Unknown, expired or revoked: the same words for all."""

    code = "token-invalid"


class TokenUnknown(PartiesRefused):
    """No such token among the actor's."""

    code = "token-unknown"


class ScopesInvalid(PartiesRefused):
    """No scope, or an unknown one. Facts: scopes, known."""

    code = "scopes-invalid"


class TokenDaysInvalid(PartiesRefused):
    """A token lives from 1 to 730 days. Facts: days, most."""

    code = "token-days-invalid"


class HolderMissing(PartiesRefused):
    """A bank account needs its holder's name (70 characters at most)."""

    code = "holder-missing"


class AccountMissing(PartiesRefused):
    """No approved bank account. Facts: organisation."""

    code = "account-missing"


class AccountWaiting(PartiesRefused):
    """The only approved account is not effective yet. Facts: organisation, until."""

    code = "account-waiting"


class AccountUnchanged(PartiesRefused):
    """The proposed account is the one already in force."""

    code = "account-unchanged"


class AccountChangeWaiting(PartiesRefused):
    """Another change is already waiting to be approved."""

    code = "account-change-waiting"


class AccountUnknown(PartiesRefused):
    """No such bank account, or not one of the actor's."""

    code = "account-unknown"


class AccountNotWaiting(PartiesRefused):
    """The account was already decided or ended. Facts: state."""

    code = "account-not-waiting"


class SamePerson(PartiesRefused):
    """Whoever asks never decides. Facts: action."""

    code = "same-person"


class ApprovalUnknown(PartiesRefused):
    """No such approval, or not one of the actor's."""

    code = "approval-unknown"


class ApprovalMissing(PartiesRefused):
    """The thing was not approved yet, or was changed since. Facts: action."""

    code = "approval-missing"


class ApprovalDecided(PartiesRefused):
    """Already decided. Facts: decision."""

    code = "approval-decided"


class ApprovalChanged(PartiesRefused):
    """What was asked for is not what is there now: ask again."""

    code = "approval-changed"


class ApprovalAlreadyWaiting(PartiesRefused):
    """The same thing already waits for a decision. Facts: action."""

    code = "approval-already-waiting"


class ReasonMissing(PartiesRefused):
    """A refusal, an ending or a suspension says why."""

    code = "reason-missing"


class PersonNeeded(PartiesRefused):
    """Only a person can do this, never a token or a program. Facts: action."""

    code = "person-needed"


class PeopleFileUnreadable(PartiesRefused):
    """The file is not a CSV with the columns email, name, siret, role. Facts: missing."""

    code = "people-file-unreadable"


class PeopleFileTooLong(PartiesRefused):
    """More lines than one import may hold. Facts: most."""

    code = "people-file-too-long"


class AlreadyInitialised(PartiesRefused):
    """This installation already has an administrator."""

    code = "already-initialised"


# --- The table --------------------------------------------------------------------------------------------------------

Verb = Literal["see", "do"]


@dataclass(frozen=True, slots=True)
class Permission:
    """One line of the table: an action, who holds it, and whether a recent second factor is asked for."""

    action: str
    verb: Verb
    meaning: str
    roles: frozenset[Role]
    proof: bool = False


_ADMIN, _AGENT, _TREASURER, _APPROVER = (
    Role.OPERATOR_ADMIN,
    Role.OPERATOR_AGENT,
    Role.TREASURER,
    Role.APPROVER,
)
_FUNDER, _LEAD, _PRESCRIBER = Role.FUNDER, Role.PRESCRIBER_LEAD, Role.PRESCRIBER
_MANAGER, _MEDIATOR, _AUDITOR = Role.PLACE_MANAGER, Role.MEDIATOR, Role.AUDITOR
_OPERATOR = (_ADMIN, _AGENT, _TREASURER, _APPROVER)


def _see(action: str, meaning: str, *roles: Role) -> Permission:
    return Permission(action, "see", meaning, frozenset(roles))


def _do(action: str, meaning: str, *roles: Role, proof: bool = False) -> Permission:
    return Permission(action, "do", meaning, frozenset(roles), proof)


_LINES: tuple[Permission, ...] = (
    _see("home.operator", "the operator's home page: what waits today", *_OPERATOR),
    _see("home.funder", "the funder's home page", _FUNDER),
    _see("home.prescriber", "the prescriber's home page", _LEAD, _PRESCRIBER),
    _see("home.place", "the place's home page", _MANAGER, _MEDIATOR),
    _see("home.auditor", "the auditor's home page", _AUDITOR),
    _do(
        "account.manage",
        "one's own account: name, language, password, second factor",
        *Role,
    ),
    # parties
    _see(
        "parties.see-members",
        "the members of one's organisation",
        *_OPERATOR,
        _FUNDER,
        _LEAD,
        _MANAGER,
    ),
    _do(
        "parties.manage-members",
        "invite, change, suspend members",
        _ADMIN,
        _FUNDER,
        _LEAD,
        _MANAGER,
        proof=True,
    ),
    _see(
        "parties.see-organisations",
        "the organisations brought in by the operator",
        *_OPERATOR,
        _AUDITOR,
    ),
    _do("parties.register-organisation", "register an organisation", _ADMIN, _AGENT),
    _do("parties.import-people", "invite people from a file", _ADMIN, proof=True),
    _do(
        "parties.manage-tokens",
        "create and revoke API tokens",
        _ADMIN,
        _MANAGER,
        proof=True,
    ),
    _see(
        "parties.see-bank-account",
        "the bank account, all but four characters hidden",
        _ADMIN,
        _TREASURER,
        _APPROVER,
        _MANAGER,
    ),
    _do(
        "parties.propose-bank-account",
        "propose a bank account",
        _ADMIN,
        _TREASURER,
        _MANAGER,
        proof=True,
    ),
    _do(
        "parties.approve-bank-account",
        "approve, refuse or end a bank account",
        _ADMIN,
        _APPROVER,
        proof=True,
    ),
    _see("parties.see-approvals", "what waits for one's decision", *_OPERATOR, _FUNDER),
    # funding
    _see(
        "funding.see",
        "programmes, agreements, shares and money",
        *_OPERATOR,
        _FUNDER,
        _AUDITOR,
    ),
    _do("funding.manage-programme", "create and set a programme", _ADMIN),
    _do(
        "funding.prepare-agreement",
        "prepare an agreement, its shares, a pledge",
        _ADMIN,
        _AGENT,
    ),
    _do(
        "funding.sign-agreement",
        "sign an agreement for one's organisation",
        _FUNDER,
        _ADMIN,
        proof=True,
    ),
    _do(
        "funding.record-payment",
        "record money received or repaid",
        _ADMIN,
        _TREASURER,
        proof=True,
    ),
    # issuing
    _see("issuing.see", "orders and series", *_OPERATOR, _FUNDER, _AUDITOR),
    _do("issuing.order", "order booklets", _ADMIN, _AGENT),
    _do("issuing.approve-edition", "approve an edition", _ADMIN, _APPROVER, proof=True),
    _do(
        "issuing.draw",
        "draw the codes of an approved order",
        _ADMIN,
        _AGENT,
        proof=True,
    ),
    _do(
        "issuing.download-print-files",
        "download the files to print (they hold secrets)",
        _ADMIN,
        _AGENT,
        proof=True,
    ),
    _do("issuing.ship", "declare printed and shipped", _ADMIN, _AGENT),
    _do("issuing.receive", "declare booklets received", _ADMIN, _AGENT, _LEAD),
    _do("issuing.activate", "activate a covered series", _ADMIN, _TREASURER, proof=True),
    _do("issuing.void", "void booklets or vouchers", _ADMIN, proof=True),
    # places
    _see(
        "places.see",
        "the directory as its keepers see it",
        *_OPERATOR,
        _MANAGER,
        _MEDIATOR,
        _AUDITOR,
    ),
    _do("places.import", "import a file of places", _ADMIN, _AGENT),
    _do("places.edit", "edit a place (a manager: its own)", _ADMIN, _AGENT, _MANAGER),
    _do(
        "places.accept",
        "let a place accept a programme's vouchers, or end it",
        _ADMIN,
        _AGENT,
    ),
    _do("places.approve-label", "approve a label", _ADMIN, _APPROVER, proof=True),
    # distribution
    _see("distribution.see-stock", "booklets held", _ADMIN, _AGENT, _LEAD, _PRESCRIBER),
    _do("distribution.hand-over", "hand vouchers over to a person", _LEAD, _PRESCRIBER),
    _do("distribution.admit-prescriber", "let a prescriber into a programme, or end it", _ADMIN, _AGENT),
    _do(
        "distribution.move-stock",
        "ship, move or return booklets of the stock",
        _ADMIN,
        _AGENT,
        _LEAD,
    ),
    _do(
        "distribution.declare-loss",
        "declare booklets lost or damaged",
        _ADMIN,
        _AGENT,
        _LEAD,
    ),
    # redemption
    _see("redemption.see", "redemptions", *_OPERATOR, _MANAGER, _MEDIATOR, _AUDITOR),
    _do("redemption.check", "test a voucher without spending it", _MANAGER, _MEDIATOR),
    _do("redemption.redeem", "accept a voucher for a service given", _MANAGER, _MEDIATOR),
    _do("redemption.reverse", "undo a redemption inside the window", _MANAGER, _MEDIATOR),
    # controls
    _see("controls.see", "signals, cases and holds", *_OPERATOR, _AUDITOR),
    _do("controls.hold", "hold or release payments", _ADMIN, _TREASURER, proof=True),
    # settlement
    _see(
        "settlement.see-own",
        "what one's organisation is owed, was paid, and when",
        _MANAGER,
    ),
    _see("settlement.see", "claims, payment runs, bank answers", *_OPERATOR, _AUDITOR),
    _see(
        "settlement.see-statements",
        "statements of a season, annual accounts",
        *_OPERATOR,
        _FUNDER,
        _AUDITOR,
    ),
    _do("settlement.claim", "claim what one's organisation is owed", _MANAGER),
    _do("settlement.check-claims", "check claims", _ADMIN, _AGENT, _TREASURER),
    _do("settlement.prepare-payment", "prepare a payment run", _TREASURER, proof=True),
    _do(
        "settlement.approve-payment",
        "approve or refuse a payment run",
        _APPROVER,
        proof=True,
    ),
    _do(
        "settlement.export-payment",
        "download the bank's payment file",
        _TREASURER,
        _APPROVER,
        proof=True,
    ),
    _do("settlement.read-bank-file", "read the bank's answer", _TREASURER, proof=True),
    _do(
        "settlement.prepare-closing",
        "lapse a season and prepare what goes back to the funders",
        _ADMIN,
        _TREASURER,
        proof=True,
    ),
    _do(
        "settlement.approve-closing",
        "approve what goes back to the funders",
        _APPROVER,
        proof=True,
    ),
    # observatory, journal, continuity, background work
    _see("observatory.see", "figures not yet published", *_OPERATOR, _FUNDER, _AUDITOR),
    _see("journal.see", "the journal of one's programmes", _ADMIN, _AUDITOR),
    _do("continuity.export", "export a whole programme", _ADMIN, proof=True),
    _see("jobs.see", "background work and its progress", _ADMIN, _AGENT, _TREASURER),
)

PERMISSIONS: dict[str, Permission] = {line.action: line for line in _LINES}

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
}

SCOPE_ACTIONS: dict[Scope, frozenset[str]] = {
    Scope.VOUCHERS_CHECK: frozenset({"redemption.check"}),
    Scope.REDEMPTIONS_WRITE: frozenset({"redemption.check", "redemption.redeem", "redemption.reverse"}),
    Scope.REDEMPTIONS_READ: frozenset({"redemption.see"}),
    Scope.SETTLEMENT_READ: frozenset({"settlement.see-own"}),
    Scope.PLACES_WRITE: frozenset({"places.see", "places.edit"}),
}

ROLES_OF_KIND: dict[OrganisationKind, frozenset[Role]] = {
    OrganisationKind.FUNDER: frozenset({_FUNDER}),
    OrganisationKind.STATE: frozenset({_FUNDER}),
    OrganisationKind.OPERATOR: frozenset(_OPERATOR),
    OrganisationKind.PRESCRIBER: frozenset({_LEAD, _PRESCRIBER}),
    OrganisationKind.PLACE_OPERATOR: frozenset({_MANAGER, _MEDIATOR}),
    OrganisationKind.LANDLORD: frozenset(),
    OrganisationKind.AUDITOR: frozenset({_AUDITOR}),
}

# Under these kinds, staff see whole programmes; prescribers and places see only their own rows.
PROGRAMME_KINDS = (OrganisationKind.OPERATOR, OrganisationKind.FUNDER, OrganisationKind.STATE, OrganisationKind.AUDITOR)

# Roles a holder may give inside its own organisation; an operator's administrator gives any role, also in the
# organisations its operator registered.
GRANTS: dict[Role, frozenset[Role]] = {
    _ADMIN: frozenset(Role),
    _FUNDER: frozenset({_FUNDER}),
    _LEAD: frozenset({_LEAD, _PRESCRIBER}),
    _MANAGER: frozenset({_MANAGER, _MEDIATOR}),
}

# These move money or open every door: a second factor from the first sign-in (ANSSI-PG-078 v2, recommendation on MFA).
SECOND_FACTOR_ROLES = frozenset({_ADMIN, _TREASURER, _APPROVER})

PROOF_MINUTES = 15  # a recent proof: as long as Aidants Connect's activity check
ACCOUNT_WAIT = timedelta(hours=72)  # a changed IBAN waits, so that its true owner can object
INVITATION_LIFETIME = timedelta(days=14)
TOKEN_DAYS_MOST = 730
TOKEN_PREFIX = "carnet_"  # noqa: S105 - lets a scanner of leaked secrets recognise one
PEOPLE_FILE_MOST = 2_000


def allowed(roles: Iterable[str], action: str) -> bool:
    """True when one of the roles holds the action. Raises KeyError for an action that is not in the table."""
    return not PERMISSIONS[action].roles.isdisjoint(roles)


def check_may(actor: Actor, action: str) -> None:
    """Let the actor do `action`, or not: a person by roles, a token by scopes, a program always, a visitor never.

    Raises: NotAllowed, KeyError (an action outside the table is a fault of the program).
    """
    line = PERMISSIONS[action]
    if actor.kind == "system":
        return
    if actor.kind == "person" and not line.roles.isdisjoint(actor.roles):
        return
    if actor.kind == "token" and any(action in SCOPE_ACTIONS[Scope(scope)] for scope in actor.roles):
        return
    raise NotAllowed(action=action, roles=tuple(sorted(line.roles)))


def check_recent_proof(actor: Actor, at: datetime, *, action: str = "") -> None:
    """Ask a person for a second factor proved in the last 15 minutes (aware `at`); programs and tokens are not asked.

    Raises: SecondFactorNeeded.
    """
    if actor.kind in ("system", "token"):
        return
    if actor.proved_at is None or not timedelta(0) <= at - actor.proved_at < timedelta(minutes=PROOF_MINUTES):
        raise SecondFactorNeeded(action=action, minutes=PROOF_MINUTES)


def check_allowed_now(actor: Actor, action: str, at: datetime) -> None:
    """`check_may`, then `check_recent_proof` when the table asks for one. Raises: NotAllowed, SecondFactorNeeded."""
    check_may(actor, action)
    if PERMISSIONS[action].proof:
        check_recent_proof(actor, at, action=action)


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


# --- Organisations and members ----------------------------------------------------------------------------------------

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


def check_may_grant(actor: Actor, role: str, *, organisation_id: int, registered_by: int | None) -> None:
    """Giving or taking `role` in the organisation: one's own within GRANTS; an administrator's operator also in those it registered.

    Raises: RoleNotYoursToGive.
    """
    if actor.kind == "system":
        return
    own = actor.organisation_id == organisation_id
    brought_in = registered_by is not None and registered_by == actor.organisation_id and _ADMIN in actor.roles
    grants = frozenset[Role]().union(*(GRANTS.get(Role(held), frozenset()) for held in actor.roles if held in set(Role)))
    if not (own or brought_in) or role not in grants:
        raise RoleNotYoursToGive(role=role)


# --- Secrets, bank accounts, approvals -----------------------------------------------------------------------------------


def secret_hash(secret: str) -> bytes:
    """SHA-256 of a secret of 256 random bits: nothing slower is needed for what cannot be guessed."""
    return sha256(secret.encode()).digest()


def clean_scopes(scopes: Iterable[str]) -> list[str]:
    """The scopes, each once. Raises: ScopesInvalid."""
    given = list(scopes)
    known = [scope.value for scope in Scope]
    if not given or not set(known).issuperset(given):
        raise ScopesInvalid(scopes=", ".join(given), known=", ".join(known))
    return [scope for scope in known if scope in given]


def check_token_days(days: int) -> None:
    """Tokens always expire. Raises: TokenDaysInvalid."""
    if not 1 <= days <= TOKEN_DAYS_MOST:
        raise TokenDaysInvalid(days=days, most=TOKEN_DAYS_MOST)


def digest_of(*parts: str | int | None) -> bytes:
    """SHA-256 of what is approved: any change of a part changes it. Parts are framed, so that none can run into the next."""
    framed = b"".join(f"{len(str(part).encode())}:{part};".encode() for part in parts)
    return sha256(framed).digest()


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """What deciding about a bank account needs of it."""

    id: int
    iban: str
    valid_from: datetime
    ended_at: datetime | None


def effective_from(*, approved_at: datetime, is_change: bool) -> datetime:
    """When an approved account may first be paid: at once for a first one, 72 hours after its approval for a change."""
    return approved_at + ACCOUNT_WAIT if is_change else approved_at


def account_in_force(accounts: Sequence[KnownAccount], at: datetime, *, organisation: str) -> KnownAccount:
    """The account to pay at `at`: the latest one already effective and not ended.

    Raises: AccountWaiting (until), AccountMissing.
    """
    open_accounts = [account for account in accounts if account.ended_at is None or account.ended_at > at]
    effective = [account for account in open_accounts if account.valid_from <= at]
    if effective:
        return max(effective, key=lambda account: (account.valid_from, account.id))
    if open_accounts:
        raise AccountWaiting(
            organisation=organisation,
            until=min(account.valid_from for account in open_accounts),
        )
    raise AccountMissing(organisation=organisation)


def check_second_person(*, requested_by: int, decided_by: int, action: str) -> None:
    """Whoever prepares never approves (invariant 7). Raises: SamePerson."""
    if requested_by == decided_by:
        raise SamePerson(action=action)


def check_decidable(*, decision: str | None, digest: bytes, shown: bytes) -> None:
    """Only what waits, and exactly what was asked for, can be decided. Raises: ApprovalDecided, ApprovalChanged."""
    if decision is not None:
        raise ApprovalDecided(decision=decision)
    if bytes(digest) != bytes(shown):
        raise ApprovalChanged
