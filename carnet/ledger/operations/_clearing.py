"""The money of clearing: what another operator owes for its vouchers taken at our places, what came, what the places were paid.

The books are one operator's, of no agreement and no programme: they are written under minus its organisation's number, which no agreement
has. No cent of a funder ever passes through them. Source: docs/decisions/0085-clearing-between-operators.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from carnet.gateways.database import acting_as
from carnet.ledger.models import Movement
from carnet.ledger.operations._money import _account
from carnet.ledger.queries._clearing import clearing_agreement, clearing_standing
from carnet.ledger.rules import (
    ROUTES,
    AccountKind,
    ClearingNotCovered,
    MovementKind,
    NothingOwed,
    PartnerOwesLess,
    check_positive,
)

_OF_PARTNERS = (AccountKind.PARTNER, AccountKind.ABROAD, AccountKind.ADVANCED, AccountKind.OPERATOR)


@dataclass(frozen=True, slots=True)
class ClearingBook:
    """Whose clearing, with whom: the organisations of the operator and of its partner."""

    operator_id: int
    partner_id: int


def owe_cleared(*, book: ClearingBook, place_organisation_id: int, cents: int, request_id: UUID, at: datetime) -> None:
    """The partner accepted a claim: it owes the operator, who owes the place. Repeat: nothing more. Raises: AmountNotPositive."""
    _move(MovementKind.CLEAR, book, check_positive(cents), request_id, at, place_organisation_id)


def forget_cleared(*, book: ClearingBook, place_organisation_id: int, cents: int, request_id: UUID, at: datetime) -> None:
    """An accepted claim was withdrawn in time: nobody owes it. Repeat: nothing more. Raises: NothingOwed, AmountNotPositive."""
    _move(MovementKind.UNCLEAR, book, check_positive(cents), request_id, at, place_organisation_id)


def receive_cover(*, book: ClearingBook, cents: int, request_id: UUID, at: datetime) -> None:
    """The partner's transfer came. Never more than it owes. Repeat: nothing more. Raises: PartnerOwesLess, AmountNotPositive."""
    _move(MovementKind.COVER, book, check_positive(cents), request_id, at)


def advance_clearing(*, book: ClearingBook, cents: int, request_id: UUID, at: datetime) -> None:
    """The operator puts in money of its own, so that places are paid before the partner pays. Repeat: nothing more. Raises: PartnerOwesLess."""
    _move(MovementKind.ADVANCE, book, check_positive(cents), request_id, at)


def recoup_clearing(*, book: ClearingBook, cents: int, request_id: UUID, at: datetime) -> None:
    """The operator takes back what it advanced, once the partner's money came. Repeat: nothing more. Raises: ClearingNotCovered."""
    _move(MovementKind.RECOUP, book, check_positive(cents), request_id, at)


def honour_places(*, book: ClearingBook, by_organisation: Mapping[int, int], request_id: UUID, at: datetime) -> int:
    """The bank paid places what they were owed, out of what came or was advanced; return the cents.

    Units: whole cents by organisation. Repeat: nothing more. Raises: ClearingNotCovered, NothingOwed, AmountNotPositive.
    """
    for organisation_id, cents in sorted(by_organisation.items()):
        _move(MovementKind.HONOUR, book, check_positive(cents), request_id, at, organisation_id)
    return sum(by_organisation.values())


def bounce_place(*, book: ClearingBook, place_organisation_id: int, cents: int, request_id: UUID, at: datetime) -> None:
    """The bank gave a place's payment back: it is owed again. Repeat: nothing more. Raises: NothingOwed, AmountNotPositive."""
    _move(MovementKind.BOUNCE, book, check_positive(cents), request_id, at, place_organisation_id)


@transaction.atomic
def _move(kind: MovementKind, book: ClearingBook, cents: int, request_id: UUID, at: datetime, place_id: int = 0) -> None:
    with acting_as(programme_ids={0}, organisation_ids={book.operator_id, book.partner_id, place_id}):
        # What becomes less available is what one partner owes and what came: one writer at a time, taken before the check.
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended('ledger.clearing', %s))", [book.operator_id * 1_000_003 + book.partner_id]
            )
        agreement_id = clearing_agreement(book.operator_id)
        credit, debit = (
            _account(
                kind=side, programme_id=0, agreement_id=agreement_id,
                # One account of each kind a partner, and one a place and partner: what a place is owed is owed out of one partner's money.
                series_id=0 if side in _OF_PARTNERS else book.partner_id,
                organisation_id=book.partner_id if side in _OF_PARTNERS else place_id,
            )
            for side in ROUTES[kind]
        )  # fmt: skip
        named = {
            "kind": kind,
            "series_id": 0,
            "debit_account_id": debit,
            "funder_id": book.partner_id,
            "pattern": None,
            "request_id": request_id,
        }
        if Movement.objects.filter(voucher_id=None, **named).exists():
            return
        _check(kind, book, cents, place_id)
        Movement.objects.create(programme_id=0, credit_account_id=credit, cents=cents, quantity=0, at=at, **named)


def _check(kind: MovementKind, book: ClearingBook, cents: int, place_id: int) -> None:
    stands = clearing_standing(operator_id=book.operator_id, partner_id=book.partner_id)
    place = stands.by_place.get(place_id)
    if kind is MovementKind.COVER and cents > stands.owed_cents:
        raise PartnerOwesLess(cents=cents, owed_cents=stands.owed_cents)
    # An advance never goes past what places wait for.
    if kind is MovementKind.ADVANCE and cents > stands.claimed_cents - stands.available_cents:
        raise PartnerOwesLess(cents=cents, owed_cents=max(0, stands.claimed_cents - stands.available_cents))
    if kind is MovementKind.RECOUP and cents > min(stands.available_cents, stands.advanced_cents):
        raise ClearingNotCovered(cents=cents, available_cents=min(stands.available_cents, stands.advanced_cents))
    if kind is MovementKind.HONOUR and cents > stands.available_cents:
        raise ClearingNotCovered(cents=cents, available_cents=stands.available_cents)
    if kind in (MovementKind.HONOUR, MovementKind.UNCLEAR) and cents > (place.claimed_cents if place else 0):
        raise NothingOwed(cents=cents, owed_cents=place.claimed_cents if place else 0)
    if kind is MovementKind.BOUNCE and cents > (place.honoured_cents if place else 0):
        raise NothingOwed(cents=cents, owed_cents=place.honoured_cents if place else 0)
