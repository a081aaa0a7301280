"""Cents passing from one account to another, one row each, balanced by construction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from carnet.kernel.actors import Actor
from carnet.ledger import access, queries
from carnet.ledger.models import Account, Movement, Passage, Series, SharePattern
from carnet.ledger.rules import (
    ROUTES,
    AccountKind,
    AlreadyActivated,
    AlreadyLapsed,
    MoneyNotThere,
    MovementKind,
    NotCovered,
    PassageKind,
    SeriesNotLapsed,
    check_positive,
    missing_cover,
)

_OF_PLACES = (AccountKind.OWED, AccountKind.PAID, AccountKind.DUE, AccountKind.CHARGED)


@transaction.atomic
def open_agreement_accounts(*, programme_id: int, agreement_id: int, funder_ids: Sequence[int]) -> None:
    """Make the accounts of an agreement's funders that do not exist yet."""
    Account.objects.bulk_create(
        (
            Account(kind=kind, programme_id=programme_id, agreement_id=agreement_id, organisation_id=funder_id)
            for funder_id in funder_ids
            for kind in (AccountKind.SOURCE, AccountKind.UNISSUED, AccountKind.RETURNED)
        ),
        ignore_conflicts=True,
    )


def _lock_agreement(agreement_id: int) -> None:
    # What becomes less available is an agreement's money: one writer at a time, taken before the check.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('ledger.agreement', %s))", [agreement_id])


def _account(*, kind: AccountKind, programme_id: int, agreement_id: int, series_id: int = 0, organisation_id: int = 0) -> int:
    where = {"kind": kind, "agreement_id": agreement_id, "series_id": series_id, "organisation_id": organisation_id}
    found = Account.objects.filter(**where).values_list("id", flat=True).first()
    if found is not None:
        return found
    Account.objects.bulk_create([Account(programme_id=programme_id, **where)], ignore_conflicts=True)
    return Account.objects.values_list("id", flat=True).get(**where)


def _move(
    kind: MovementKind,
    *,
    programme_id: int,
    agreement_id: int,
    cents: int,
    request_id: UUID,
    at: datetime,
    series_id: int = 0,
    funder_id: int | None = None,
    place_organisation_id: int = 0,
    pattern: int | None = None,
    quantity: int = 0,
) -> int:
    """Write one movement along the route of its kind, unless this request already did; return its id."""

    def account(side: AccountKind) -> int:
        of_funder = side in (AccountKind.SOURCE, AccountKind.UNISSUED, AccountKind.RETURNED)
        return _account(
            kind=side,
            programme_id=programme_id,
            agreement_id=agreement_id,
            series_id=series_id if side == AccountKind.CIRCULATION else 0,
            organisation_id=(funder_id or 0) if of_funder else place_organisation_id if side in _OF_PLACES else 0,
        )

    credit, debit = ROUTES[kind]
    values = {
        "kind": kind,
        "series_id": series_id,
        "debit_account_id": account(debit),
        "funder_id": funder_id,
        "pattern": pattern,
        "request_id": request_id,
    }
    repeated = Movement.objects.filter(voucher_id=None, **values).values_list("id", flat=True).first()
    if repeated is not None:
        return repeated
    return Movement.objects.create(
        programme_id=programme_id, credit_account_id=account(credit), cents=check_positive(cents), quantity=quantity, at=at, **values
    ).id


@transaction.atomic
def receive_money(*, programme_id: int, agreement_id: int, funder_id: int, cents: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Record a funder's money in the agreement's ring-fenced account; return the movement's id.

    Raises: AmountNotPositive.
    """
    return _move(
        MovementKind.RECEIVE,
        programme_id=programme_id,
        agreement_id=agreement_id,
        funder_id=funder_id,
        cents=check_positive(cents),
        request_id=request_id,
        at=at,
    )


@transaction.atomic
def repay_unissued(
    *, programme_id: int, agreement_id: int, funder_id: int, cents: int, actor: Actor, request_id: UUID, at: datetime
) -> int:
    """Give a funder back money that no series holds; return the movement's id.

    Raises: AmountNotPositive, MoneyNotThere.
    """
    _lock_agreement(agreement_id)
    already = (
        Movement.objects.filter(series_id=0, request_id=request_id, kind=MovementKind.REPAY, funder_id=funder_id)
        .values_list("id", flat=True)
        .first()
    )
    if already is not None:
        return already
    available = queries.unissued(agreement_id).get(funder_id, 0)
    if check_positive(cents) > available:
        raise MoneyNotThere(cents=cents, available_cents=available)
    return _move(
        MovementKind.REPAY,
        programme_id=programme_id,
        agreement_id=agreement_id,
        funder_id=funder_id,
        cents=cents,
        request_id=request_id,
        at=at,
    )


@transaction.atomic
def activate_series(*, series_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Put a whole series in circulation, if every funder's share of its face value is in the account.

    Money received covers it, advances paid in by a named funder included; promises do not.

    Raises: NotCovered (with what each funder is missing), AlreadyActivated, AlreadyLapsed, SeriesUnknown.
    """
    series = access.series(series_id)
    _lock_agreement(series.agreement_id)
    series = access.series(series_id, lock=True)
    if series.activated_at is not None:
        if Passage.objects.filter(series_id=series_id, request_id=request_id, kind=PassageKind.ACTIVATED).exists():
            return
        raise AlreadyActivated(series_id=series_id, activated_at=series.activated_at)
    if series.lapsed_at is not None:
        raise AlreadyLapsed(lapsed_at=series.lapsed_at)  # nobody could spend it: money would only be held up
    assert series.drawn_at is not None, "a series is drawn before it is activated"
    needed = _held(series_id)
    missing = missing_cover(needed=needed, available=queries.unissued(series.agreement_id))
    if missing:
        raise NotCovered(missing_cents=sum(missing.values()), by_funder=missing)
    for funder_id, cents in needed.items():
        if cents:
            _move(
                MovementKind.ACTIVATE,
                programme_id=series.programme_id,
                agreement_id=series.agreement_id,
                series_id=series_id,
                funder_id=funder_id,
                cents=cents,
                request_id=request_id,
                at=at,
            )
    Passage.objects.create(
        kind=PassageKind.ACTIVATED,
        series_id=series_id,
        programme_id=series.programme_id,
        first_voucher_id=series.first_voucher_id,
        last_voucher_id=series.first_voucher_id + series.voucher_count - 1,
        actor_person_id=actor.person_id,
        request_id=request_id,
        at=at,
    )
    Series.objects.filter(id=series_id).update(activated_at=at)


def _held(series_id: int) -> dict[int, int]:
    needed: dict[int, int] = {}
    for pattern in SharePattern.objects.filter(series_id=series_id):
        for funder_id, cents in zip(pattern.funder_ids, pattern.held_cents, strict=True):
            needed[funder_id] = needed.get(funder_id, 0) + cents * pattern.voucher_count
    return needed


@transaction.atomic
def return_circulation(*, series_id: int, actor: Actor, request_id: UUID, at: datetime) -> dict[int, int]:
    """Give each funder back what its share of the series' unspent vouchers still holds.

    Returns cents per funder. Raises: SeriesNotLapsed, SeriesUnknown.
    """
    series = access.series(series_id)
    _lock_agreement(series.agreement_id)
    series = access.series(series_id, lock=True)
    if series.lapsed_at is None:
        raise SeriesNotLapsed(series_id=series_id)
    repeated = Movement.objects.filter(series_id=series_id, request_id=request_id, kind=MovementKind.RETURN)
    if repeated.exists():
        return {funder_id: cents for funder_id, cents in repeated.values_list("funder_id", "cents") if funder_id is not None}
    held = {funder_id: money.in_circulation for funder_id, money in queries.money(series_id=series_id).by_funder.items()}
    for funder_id, cents in held.items():
        if cents > 0:
            _move(
                MovementKind.RETURN,
                programme_id=series.programme_id,
                agreement_id=series.agreement_id,
                series_id=series_id,
                funder_id=funder_id,
                cents=cents,
                request_id=request_id,
                at=at,
            )
    return held
