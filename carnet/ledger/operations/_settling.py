"""What places are owed, paid or given back by the bank: many parts in a few statements; one is many of one."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Sum

from carnet.kernel.actors import Actor
from carnet.ledger.models import Account, Movement, Series
from carnet.ledger.rules import ROUTES, AccountKind, MovementKind, NothingOwed, SeriesUnknown, check_positive

Key = tuple[int, int, int]  # account, series, pattern


@dataclass(frozen=True, slots=True)
class PaidPart:
    """`quantity` vouchers of one pattern of one series, owed to one organisation. `request_id` names the payment they are part of."""

    series_id: int
    organisation_id: int
    pattern: int
    quantity: int
    request_id: UUID


@transaction.atomic
def pay_owed_many(*, parts: Sequence[PaidPart], actor: Actor, at: datetime) -> list[int]:
    """Record that the bank paid places' organisations; return the movements' ids, in order. All parts or none.

    Repeat:  a part already recorded under its request id is left as it is.
    Raises:  NothingOwed, SeriesUnknown, AmountNotPositive.
    """
    return _settle(MovementKind.PAY, parts, at)


@transaction.atomic
def unpay_owed_many(*, parts: Sequence[PaidPart], actor: Actor, at: datetime) -> list[int]:
    """Record that the bank gave payments back: the vouchers are owed again; return the movements' ids, in order.

    Repeat and raises: as `pay_owed_many`.
    """
    return _settle(MovementKind.UNPAY, parts, at)


def pay_owed(*, series_id: int, organisation_id: int, pattern: int, quantity: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Record that the bank paid a place's organisation for `quantity` vouchers of one pattern; return the movement's id.

    Raises: NothingOwed, SeriesUnknown.
    """
    return pay_owed_many(parts=[PaidPart(series_id, organisation_id, pattern, quantity, request_id)], actor=actor, at=at)[0]


def unpay_owed(*, series_id: int, organisation_id: int, pattern: int, quantity: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Record that the bank gave a payment back: the vouchers are owed again; return the movement's id.

    Raises: NothingOwed, SeriesUnknown.
    """
    return unpay_owed_many(parts=[PaidPart(series_id, organisation_id, pattern, quantity, request_id)], actor=actor, at=at)[0]


def _settle(kind: MovementKind, parts: Sequence[PaidPart], at: datetime) -> list[int]:
    series = _series_of(parts)
    _lock_agreements(row.agreement_id for row in series.values())
    known = _already(kind, parts)
    fresh = [part for part in parts if _named(part) not in known]
    if fresh:
        accounts = _accounts(kind, fresh, series)
        _check_there(kind, fresh, series, accounts)
        known |= _write(kind, fresh, series, accounts, at)
    return [known[_named(part)] for part in parts]


def _named(part: PaidPart) -> tuple[int, UUID, int]:
    return part.series_id, part.request_id, part.pattern


def _series_of(parts: Sequence[PaidPart]) -> dict[int, Series]:
    wanted = {part.series_id for part in parts}
    found = {row.id: row for row in Series.objects.filter(id__in=wanted)}
    for series_id in sorted(wanted - found.keys()):
        raise SeriesUnknown(series_id=series_id)
    for part in parts:
        check_positive(part.quantity)
    return found


def _lock_agreements(agreement_ids: Iterable[int]) -> None:
    # What becomes less available is an agreement's money: one writer at a time, in order, taken before the check.
    with connection.cursor() as cursor:
        for agreement_id in sorted(set(agreement_ids)):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('ledger.agreement', %s))", [agreement_id])


def _already(kind: MovementKind, parts: Sequence[PaidPart]) -> dict[tuple[int, UUID, int], int]:
    rows = Movement.objects.filter(
        series_id__in={part.series_id for part in parts}, request_id__in={part.request_id for part in parts}, kind=kind, voucher_id=None
    )
    return {
        (series_id, request_id, pattern): movement_id
        for series_id, request_id, pattern, movement_id in rows.values_list("series_id", "request_id", "pattern", "id")
        if pattern is not None
    }


def _accounts(kind: MovementKind, parts: Sequence[PaidPart], series: Mapping[int, Series]) -> dict[tuple[AccountKind, int, int], int]:
    """The accounts of both sides, by kind, agreement and organisation, made if they do not exist yet."""
    owners = {(series[part.series_id].agreement_id, part.organisation_id, series[part.series_id].programme_id) for part in parts}
    Account.objects.bulk_create(
        (
            Account(kind=side, agreement_id=agreement_id, organisation_id=organisation_id, programme_id=programme_id)
            for agreement_id, organisation_id, programme_id in sorted(owners)
            for side in ROUTES[kind]
        ),
        ignore_conflicts=True,
    )
    rows = Account.objects.filter(
        kind__in=ROUTES[kind],
        agreement_id__in={owner[0] for owner in owners},
        organisation_id__in={owner[1] for owner in owners},
        series_id=0,
    )
    return {
        (AccountKind(side), agreement_id, owner): key
        for side, agreement_id, owner, key in rows.values_list("kind", "agreement_id", "organisation_id", "id")
    }


def _check_there(
    kind: MovementKind, parts: Sequence[PaidPart], series: Mapping[int, Series], accounts: Mapping[tuple[AccountKind, int, int], int]
) -> None:
    out_of = ROUTES[kind][0]
    wanted: Counter[Key] = Counter()
    for part in parts:
        wanted[accounts[out_of, series[part.series_id].agreement_id, part.organisation_id], part.series_id, part.pattern] += part.quantity
    there = _there(wanted)
    for key, quantity in wanted.items():
        if quantity > there[key]:
            raise NothingOwed(quantity=quantity, owed=there[key])


def _there(keys: Iterable[Key]) -> Counter[Key]:
    """How many vouchers each account holds, by series and pattern."""
    account_ids, series_ids = {key[0] for key in keys}, {key[1] for key in keys}
    there: Counter[Key] = Counter()
    for side, sign in (("debit_account_id", 1), ("credit_account_id", -1)):
        rows = (
            Movement.objects.filter(**{f"{side}__in": account_ids}, series_id__in=series_ids)
            .order_by(side, "series_id", "pattern")
            .values_list(side, "series_id", "pattern")
            .annotate(Sum("quantity"))
        )
        for account_id, series_id, pattern, quantity in rows:
            there[account_id, series_id, pattern] += sign * quantity
    return there


def _write(
    kind: MovementKind,
    parts: Sequence[PaidPart],
    series: Mapping[int, Series],
    accounts: Mapping[tuple[AccountKind, int, int], int],
    at: datetime,
) -> dict[tuple[int, UUID, int], int]:
    credit, debit = ROUTES[kind]
    made = Movement.objects.bulk_create(
        Movement(
            kind=kind,
            series_id=part.series_id,
            programme_id=series[part.series_id].programme_id,
            credit_account_id=accounts[credit, series[part.series_id].agreement_id, part.organisation_id],
            debit_account_id=accounts[debit, series[part.series_id].agreement_id, part.organisation_id],
            cents=part.quantity * series[part.series_id].face_value_cents,
            pattern=part.pattern,
            quantity=part.quantity,
            request_id=part.request_id,
            at=at,
        )
        for part in parts
    )
    return {_named(part): row.id for part, row in zip(parts, made, strict=True)}
