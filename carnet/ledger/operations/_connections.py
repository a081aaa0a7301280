"""The money of solidarity connections: reserved for a home, owed to its provider month by month, paid, or free again.

Funders' cents and those of landlords and households pass through accounts of their own and never meet: what a landlord owes is never paid
with a funder's money. Source: docs/decisions/0069-the-money-of-connections.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.kernel.actors import Actor
from carnet.ledger import queries
from carnet.ledger.models import ConnectionMovement, Movement
from carnet.ledger.operations._money import _account, _lock_agreement
from carnet.ledger.rules import (
    ROUTES,
    AccountKind,
    LandlordNotPaid,
    MovementKind,
    NotCovered,
    NothingOwed,
    check_positive,
    missing_cover,
    split_by_remaining,
)

_OF_MONTHS = (MovementKind.OWE, MovementKind.CALL, MovementKind.COLLECT)
_OF_FUNDERS = (AccountKind.SOURCE, AccountKind.UNISSUED)


@dataclass(frozen=True, slots=True)
class ConnectionBook:
    """Whose books a movement of a connection is written in. `connection_id` 0: of no connection alone."""

    programme_id: int
    agreement_id: int
    connection_id: int = 0


@dataclass(frozen=True, slots=True)
class OwedMonth:
    """One month of one connection, by who pays it. Unit: whole cents. `request_id` is the month's own.

    `called_cents`: the landlord's, its tenants' that it collects included. `collected_cents`: what the provider took from the household.
    """

    connection_id: int
    landlord_id: int
    funders_cents: int
    called_cents: int
    collected_cents: int
    request_id: UUID


@transaction.atomic
def reserve_connection(*, book: ConnectionBook, by_funder: Mapping[int, int], actor: Actor, request_id: UUID, at: datetime) -> int:
    """Keep each funder's part of a whole connection, out of what no series holds; return the cents reserved.

    Promises cover nothing: the money is in the account, or nothing starts. Units: whole cents per funder, zeros left out.
    Repeat:  the same request id leaves the first reservation as it is.
    Raises:  NotCovered (with what each funder is missing), AmountNotPositive.
    """
    needed = {funder_id: cents for funder_id, cents in by_funder.items() if cents}
    check_positive(sum(needed.values()))
    _lock_agreement(book.agreement_id)
    already = _moved(MovementKind.RESERVE, request_id)
    if already:
        return already
    missing = missing_cover(needed=needed, available=queries.unissued(book.agreement_id))
    if missing:
        raise NotCovered(missing_cents=sum(missing.values()), by_funder=missing)
    _each(MovementKind.RESERVE, book, needed, 0, request_id, at)
    return sum(needed.values())


@transaction.atomic
def release_connection(*, book: ConnectionBook, actor: Actor, request_id: UUID, at: datetime, keep_cents: int = 0) -> dict[int, int]:
    """Free what is still reserved for a connection, for its funders' other vouchers and connections; return cents per funder.

    `keep_cents`: what its months without a bill yet may still cost; shared as a bill would be.
    Repeat:  the same request id frees nothing more and gives the first answer.
    """
    _lock_agreement(book.agreement_id)
    first = _first_shares(MovementKind.RELEASE, request_id)
    if first:
        return first
    left = {funder_id: cents for funder_id, cents in queries.reserved(connection_id=book.connection_id).items() if cents}
    free_cents = sum(left.values()) - keep_cents
    freed = split_by_remaining(free_cents, left) if free_cents > 0 else {}
    _each(MovementKind.RELEASE, book, freed, 0, request_id, at)
    return freed


@transaction.atomic
def owe_connections(*, book: ConnectionBook, provider_id: int, months: Sequence[OwedMonth], actor: Actor, at: datetime) -> int:
    """Owe a provider months of connections: funders' parts out of what is reserved for each, landlords' called, households' collected.

    Each funder gives in proportion to what it still has reserved (`rules.split_by_remaining`). Return the funders' cents owed.
    A few statements however many months; one connection's months in their order. All or none.
    Repeat:  a month already owed under its request id is left as it is. Raises: ReservedTooLittle.
    """
    _lock_agreement(book.agreement_id)
    known = set(
        Movement.objects.filter(
            series_id=0, kind__in=_OF_MONTHS, request_id__in=[each.request_id for each in months]
        ).values_list("request_id", flat=True)
    )  # fmt: skip
    fresh = [each for each in months if each.request_id not in known]
    left = queries.reserved_of_connections(connection_ids={each.connection_id for each in fresh})
    rows: list[tuple[OwedMonth, MovementKind, int, int]] = []
    for each in fresh:
        reserved = left.get(each.connection_id, {})
        shares = split_by_remaining(each.funders_cents, reserved) if each.funders_cents else {}
        for funder_id, cents in shares.items():
            reserved[funder_id] -= cents
            rows.append((each, MovementKind.OWE, funder_id, cents))
        if each.called_cents:
            rows.append((each, MovementKind.CALL, each.landlord_id, check_positive(each.called_cents)))
        if each.collected_cents:
            rows.append((each, MovementKind.COLLECT, provider_id, check_positive(each.collected_cents)))
    _write_many(book, provider_id, rows, at)
    return sum(each.funders_cents for each in months)


@transaction.atomic
def receive_from_landlord(
    *, book: ConnectionBook, landlord_id: int, own_cents: int, households_cents: int, actor: Actor, request_id: UUID, at: datetime
) -> int:
    """Record what a landlord paid in: its own part, and what it collected from its tenants; return the cents received.

    Repeat:  the same request id gives the first answer. Raises: AmountNotPositive.
    """
    check_positive(own_cents + households_cents)
    _lock_agreement(book.agreement_id)
    own = {AccountKind.OWNER: landlord_id, AccountKind.LANDLORD: landlord_id}
    households = {AccountKind.HOUSEHOLD: landlord_id, AccountKind.LANDLORD: landlord_id}
    if own_cents:
        _write(MovementKind.REMIT, book, own, landlord_id, check_positive(own_cents), request_id, at)
    if households_cents:
        _write(MovementKind.LEVY, book, households, landlord_id, check_positive(households_cents), request_id, at)
    return own_cents + households_cents


@transaction.atomic
def pay_connection(
    *, book: ConnectionBook, provider_id: int, by_funder: Mapping[int, int], by_landlord: Mapping[int, int], actor: Actor,
    request_id: UUID, at: datetime,
) -> int:  # fmt: skip
    """Record that the bank paid a provider what funders owed it, and what landlords had paid in; return the cents paid.

    Units:   whole cents per funder and per landlord. Repeat: the same request id leaves the first payment as it is.
    Raises:  NothingOwed (more than is owed), LandlordNotPaid (more than the landlord paid in), AmountNotPositive.
    """
    total = check_positive(sum(by_funder.values()) + sum(by_landlord.values()))
    _lock_agreement(book.agreement_id)
    already = _moved(MovementKind.SETTLE, request_id) + _moved(MovementKind.FORWARD, request_id)
    if already:
        return already
    stands = queries.provider_standing(agreement_id=book.agreement_id, provider_id=provider_id)
    for wanted, owed in ((by_funder, stands.owed_by_funder), (by_landlord, stands.owed_by_landlord)):
        for payer_id, cents in wanted.items():
            if cents > owed.get(payer_id, 0):
                raise NothingOwed(cents=cents, owed_cents=owed.get(payer_id, 0))
    for landlord_id, cents in by_landlord.items():
        available = queries.landlord_standing(agreement_id=book.agreement_id, landlord_id=landlord_id).available_cents
        if cents > available:
            raise LandlordNotPaid(cents=cents, available_cents=available)
    _each(MovementKind.SETTLE, book, by_funder, provider_id, request_id, at)
    _each(MovementKind.FORWARD, book, by_landlord, provider_id, request_id, at)
    return total


@transaction.atomic
def unpay_connection(*, book: ConnectionBook, provider_id: int, paid_request_id: UUID, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Record that the bank gave a provider's payment back: everything it paid is owed again; return the cents.

    Repeat:  the same request id gives the first answer. Raises: NothingOwed (no such payment).
    """
    _lock_agreement(book.agreement_id)
    already = _moved(MovementKind.UNSETTLE, request_id) + _moved(MovementKind.RECALL, request_id)
    if already:
        return already
    settled, forwarded = _first_shares(MovementKind.SETTLE, paid_request_id), _first_shares(MovementKind.FORWARD, paid_request_id)
    total = sum(settled.values()) + sum(forwarded.values())
    if not total:
        raise NothingOwed(cents=0, owed_cents=0)
    _each(MovementKind.UNSETTLE, book, settled, provider_id, request_id, at)
    _each(MovementKind.RECALL, book, forwarded, provider_id, request_id, at)
    return total


def _each(kind: MovementKind, book: ConnectionBook, shares: Mapping[int, int], provider_id: int, request_id: UUID, at: datetime) -> None:
    for payer_id, cents in shares.items():
        if cents:
            sides = {side: payer_id if side in _OF_FUNDERS else 0 if side is AccountKind.RESERVED else provider_id for side in ROUTES[kind]}
            _write(kind, book, sides, payer_id, cents, request_id, at)


def _write(
    kind: MovementKind, book: ConnectionBook, owners: Mapping[AccountKind, int], payer_id: int, cents: int, request_id: UUID, at: datetime
) -> int:
    """Write one movement along the route of its kind, unless this request already did; return its id."""
    credit, debit = (
        _account(kind=side, programme_id=book.programme_id, agreement_id=book.agreement_id, organisation_id=owners[side])
        for side in ROUTES[kind]
    )
    named = {"kind": kind, "series_id": 0, "debit_account_id": debit, "funder_id": payer_id, "pattern": None, "request_id": request_id}
    repeated = Movement.objects.filter(voucher_id=None, **named).values_list("id", flat=True).first()
    if repeated is not None:
        return repeated
    made = Movement.objects.create(programme_id=book.programme_id, credit_account_id=credit, cents=cents, quantity=0, at=at, **named)
    if book.connection_id:
        ConnectionMovement.objects.create(movement_id=made.id, connection_id=book.connection_id, programme_id=book.programme_id)
    return made.id


def _write_many(book: ConnectionBook, provider_id: int, rows: Sequence[tuple[OwedMonth, MovementKind, int, int]], at: datetime) -> None:
    """Write the movements of months and say which connection each is for, in as many statements as there are accounts."""
    accounts: dict[tuple[AccountKind, int], int] = {}

    def account(side: AccountKind, payer_id: int) -> int:
        owner = {AccountKind.RESERVED: 0, AccountKind.LANDLORD: payer_id}.get(side, provider_id)
        if (side, owner) not in accounts:
            accounts[side, owner] = _account(
                kind=side, programme_id=book.programme_id, agreement_id=book.agreement_id, organisation_id=owner
            )
        return accounts[side, owner]

    made = Movement.objects.bulk_create(
        Movement(
            kind=kind, series_id=0, programme_id=book.programme_id, credit_account_id=account(ROUTES[kind][0], payer_id),
            debit_account_id=account(ROUTES[kind][1], payer_id), funder_id=payer_id, cents=cents, quantity=0, request_id=month.request_id, at=at,
        )
        for month, kind, payer_id, cents in rows
    )  # fmt: skip
    ConnectionMovement.objects.bulk_create(
        ConnectionMovement(movement_id=movement.id, connection_id=month.connection_id, programme_id=book.programme_id)
        for movement, (month, _kind, _payer, _cents) in zip(made, rows, strict=True)
    )


def _first_shares(kind: MovementKind, request_id: UUID) -> dict[int, int]:
    """What each payer gave by a request's movements of one kind; nothing when it never came."""
    rows = Movement.objects.filter(series_id=0, kind=kind, request_id=request_id).order_by("id")
    return {payer_id: cents for payer_id, cents in rows.values_list("funder_id", "cents") if payer_id is not None}


def _moved(kind: MovementKind, request_id: UUID) -> int:
    return sum(_first_shares(kind, request_id).values())
