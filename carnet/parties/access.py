"""The only ways to a row of this room: three keys that open single rows before a tenant is known, and who manages whom."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.parties.models import (
    ApiToken,
    Approval,
    BankAccount,
    CodeCard,
    FactorRecovery,
    HeadChange,
    Membership,
    OperatorLabel,
    Organisation,
    Station,
)
from carnet.parties.rules import (
    HELPER_ROLES,
    PIN_ROLES,
    RECOVERY_WAITS,
    ROLES_OF_KIND,
    AccountUnknown,
    ApprovalUnknown,
    CardUnknown,
    HeadChangeUnknown,
    LabelNotForOrganisation,
    LabelUnknown,
    MembershipUnknown,
    OrganisationKind,
    OrganisationUnknown,
    RecoveryUnknown,
    Role,
    StationUnknown,
    TokenUnknown,
    secret_hash,
)

# The earlier value is read whole before the new one is set.
_OPEN = """
    WITH before AS MATERIALIZED (SELECT COALESCE(current_setting(%s, true), '') AS kept)
    SELECT kept, set_config(%s, %s, true) FROM before
"""


@contextmanager
def _opened(setting: str, value: str) -> Iterator[None]:
    """Set one row-level key for the block, then put the earlier value back (a rolled-back savepoint does so by itself, and so does a
    transaction's end)."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_OPEN, [setting, setting, value])
            before = cursor.fetchone()[0]
        yield
        if not is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config(%s, %s, true)", [setting, before])


@contextmanager
def recognised(person_id: int) -> Iterator[None]:
    """Show the person found in a signed session to itself, with its memberships."""
    with _opened("carnet.person", str(int(person_id))):
        yield


def recognise(person_id: int) -> None:
    """Show the person who has just proved themselves to the rest of the request, inside the middleware's `knowing`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('carnet.person', %s, true)", [str(int(person_id))])


@contextmanager
def knowing(person_id: int | None) -> Iterator[None]:
    """One request: the person its session names, or nobody yet. Whatever was recognised inside is forgotten at its end."""
    with _opened("carnet.person", str(int(person_id)) if person_id is not None else ""):
        yield


@contextmanager
def signing_in(who: str | int) -> Iterator[None]:
    """Show the one person whose e-mail is being tried (or whose id a signed link holds), and nobody else."""
    with _opened("carnet.signing_in", str(who).strip().lower()):
        yield


@contextmanager
def presenting(secret: str) -> Iterator[None]:
    """Show the one token or invitation that has this secret."""
    with _opened("carnet.presented", secret_hash(secret).hex()):
        yield


@contextmanager
def stepping_into(organisation: Organisation) -> Iterator[None]:
    """See one organisation's rows, after `managed_organisation` (or its kin) said that the actor may."""
    with acting_as(organisation_ids=[organisation.id]):
        yield


def managed_organisation(actor: Actor, organisation_id: int) -> Organisation:
    """The organisation, if the actor acts for it, registered it as an operator's staff, or is a program.

    Raises: OrganisationUnknown.
    """
    organisation = Organisation.objects.filter(id=organisation_id).first()
    if organisation is None:
        raise OrganisationUnknown(organisation=organisation_id)
    own = organisation_id == actor.organisation_id
    is_staff = not ROLES_OF_KIND[OrganisationKind.OPERATOR].isdisjoint(actor.roles)
    brought_in = is_staff and organisation.registered_by_id is not None and organisation.registered_by_id == actor.organisation_id
    if not (own or brought_in or actor.kind == "system"):
        raise OrganisationUnknown(organisation=organisation_id)
    return organisation


def managed_membership(actor: Actor, organisation: Organisation, membership_id: int) -> Membership:
    """One membership of a managed organisation, locked. Call inside `stepping_into`. Raises: MembershipUnknown."""
    membership = (
        Membership.objects.select_for_update(of=("self",))
        .select_related("person")
        .filter(id=membership_id, organisation_id=organisation.id)
        .first()
    )
    if membership is None:
        raise MembershipUnknown(membership=membership_id)
    return membership


def own_token(actor: Actor, token_id: int) -> ApiToken:
    """A token of the organisation the actor acts for, locked. Raises: TokenUnknown."""
    token = ApiToken.objects.select_for_update(of=("self",)).filter(id=token_id).first()
    if token is None or token.organisation_id != actor.organisation_id:
        raise TokenUnknown(token=token_id)
    return token


def account_of(organisation: Organisation, account_id: int) -> BankAccount:
    """One bank account of a managed organisation, locked. Call inside `stepping_into`. Raises: AccountUnknown."""
    account = BankAccount.objects.select_for_update(of=("self",)).filter(id=account_id, organisation_id=organisation.id).first()
    if account is None:
        raise AccountUnknown(account=account_id)
    return account


def decidable_approval(actor: Actor, approval_id: int, *, lock: bool = False) -> Approval:
    """An approval that the organisation acted for decides. Raises: ApprovalUnknown."""
    rows = Approval.objects.select_for_update(of=("self",)) if lock else Approval.objects
    approval = rows.filter(id=approval_id).first()
    if approval is None or (actor.kind != "system" and approval.organisation_id != actor.organisation_id):
        raise ApprovalUnknown(approval=approval_id)
    return approval


def state_body(actor: Actor) -> Organisation:
    """The State body an officer acts for. Raises: LabelNotForOrganisation."""
    organisation = Organisation.objects.filter(id=actor.organisation_id or 0).first()
    if organisation is None or OrganisationKind.STATE not in organisation.kinds:
        raise LabelNotForOrganisation(organisation=organisation.name if organisation else "")
    return organisation


def label_locked(label_id: int) -> OperatorLabel:
    """A label, locked: they are public, and any State body may answer. Raises: LabelUnknown."""
    label = OperatorLabel.objects.select_for_update(of=("self",)).filter(id=label_id).first()
    if label is None:
        raise LabelUnknown
    return label


def head_change(actor: Actor, change_id: int, *, lock: bool = False) -> HeadChange:
    """A change of head that the organisation acted for prepared, or its own. Raises: HeadChangeUnknown."""
    rows = HeadChange.objects.select_related("organisation")
    if lock:
        rows = rows.select_for_update(of=("self",))
    change = rows.filter(id=change_id).first()
    if change is None or actor.organisation_id not in (change.operator_id, change.organisation_id):
        raise HeadChangeUnknown
    return change


def heads(organisation_id: int, at: datetime) -> QuerySet[Membership]:
    """Who heads a place's organisation at `at`. Call it inside `stepping_into`."""
    current = Q(ends_at__isnull=True) | Q(ends_at__gt=at)
    return Membership.objects.filter(current, organisation_id=organisation_id, role=Role.PLACE_MANAGER).select_related("person")


def presented_station(secret: str) -> Station:
    """The shared computer whose browser holds this secret, unless it was revoked. Raises: StationUnknown."""
    with presenting(secret):
        station = Station.objects.filter(secret_hash=secret_hash(secret), revoked_at=None).select_related("organisation").first()
    if station is None:
        raise StationUnknown
    return station


def own_station(actor: Actor, station_id: int) -> Station:
    """A shared computer of the organisation acted for, locked. Raises: StationUnknown."""
    station = Station.objects.select_for_update(of=("self",)).filter(id=station_id, organisation_id=actor.organisation_id or 0).first()
    if station is None:
        raise StationUnknown
    return station


def turn_takers(organisation_id: int, at: datetime) -> QuerySet[Membership]:
    """Who may take turns on the organisation's shared computers at `at`. Call it inside its walls."""
    current = Q(ends_at__isnull=True) | Q(ends_at__gt=at)
    return Membership.objects.filter(
        current, organisation_id=organisation_id, role__in=PIN_ROLES, suspended_at=None, starts_at__lte=at, person__is_active=True
    )


def helpers(organisation_id: int, at: datetime) -> QuerySet[Membership]:
    """Who helps in a structure at `at`, and who leads them; the suspended are left out. Call it inside its walls."""
    current = Q(ends_at__isnull=True) | Q(ends_at__gt=at)
    return Membership.objects.filter(
        current, organisation_id=organisation_id, role__in=HELPER_ROLES, suspended_at=None, starts_at__lte=at, person__is_active=True
    ).select_related("person")


def stock_card(actor: Actor, card_id: int) -> CodeCard:
    """A card of the operator, or of the structure, acted for; locked. Raises: CardUnknown."""
    own = Q(operator_id=actor.organisation_id or 0) | Q(organisation_id=actor.organisation_id or 0)
    card = CodeCard.objects.select_for_update(of=("self",)).filter(own, id=card_id).first()
    if card is None:
        raise CardUnknown
    return card


def held_card(person_id: int, *, lock: bool = False) -> CodeCard | None:
    """The living card somebody holds, proved or not yet. Call it where the person is recognised."""
    cards = CodeCard.objects.select_for_update(of=("self",)) if lock else CodeCard.objects
    return cards.filter(holder_id=person_id, ended_at=None).first()


def waiting_recovery(person_id: int, *, lock: bool = False) -> FactorRecovery | None:
    """The recovery that waits for somebody, whoever answers for them. Call it where the person is recognised."""
    rows = FactorRecovery.objects.select_for_update(of=("self",)) if lock else FactorRecovery.objects
    return rows.filter(person_id=person_id, state__in=RECOVERY_WAITS).first()


def decidable_recovery(actor: Actor, recovery_id: int, *, lock: bool = False) -> FactorRecovery:
    """A recovery that the operator acted for prepared. Raises: RecoveryUnknown."""
    rows = FactorRecovery.objects.select_for_update(of=("self",)) if lock else FactorRecovery.objects
    recovery = rows.filter(id=recovery_id, operator_id=actor.organisation_id or 0).first()
    if recovery is None:
        raise RecoveryUnknown
    return recovery
