"""Where every cent is, for whom."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Sum

from carnet.ledger.models import Account, Movement, Series, SharePattern
from carnet.ledger.rules import OF_OTHERS, AccountKind, Money, MovementKind
from carnet.ledger.rules import SharePattern as Pattern


@dataclass(frozen=True, slots=True)
class MoneyTable:
    """The amounts, in all and for each funder. The funders' cents sum to the total."""

    total: Money
    by_funder: dict[int, Money]


@dataclass(frozen=True, slots=True)
class OnUseDebt:
    """What a funder that pays on use owes the one that advanced its share, for vouchers used so far."""

    debtor_id: int
    creditor_id: int
    cents: int


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account and its balance. Unit: whole cents; a source is negative by what it brought in."""

    id: int
    kind: str
    agreement_id: int
    series_id: int
    organisation_id: int
    balance_cents: int


@dataclass(frozen=True, slots=True)
class MovementView:
    """One movement as a reader sees it."""

    id: int
    at: datetime
    kind: str
    series_id: int
    cents: int
    funder_id: int | None
    quantity: int
    voucher_id: int | None
    credit_account_id: int
    debit_account_id: int


# What one cent of each kind does: (name, sign) pairs over the funder named, or over the pattern's
# held or borne cents.
_BY_FUNDER = {
    MovementKind.RECEIVE: (("funded", 1), ("unissued", 1)),
    MovementKind.REPAY: (("unissued", -1), ("returned", 1)),
    MovementKind.ACTIVATE: (("unissued", -1), ("in_circulation", 1)),
    MovementKind.RETURN: (("in_circulation", -1), ("returned", 1)),
    MovementKind.EXCHANGE: (("in_circulation", -1), ("unissued", 1)),
    MovementKind.RESERVE: (("unissued", -1), ("reserved", 1)),
    MovementKind.RELEASE: (("reserved", -1), ("unissued", 1)),
    # Owed to a provider, the money is still kept for the connection: it leaves when the bank pays.
    MovementKind.OWE: (),
    MovementKind.SETTLE: (("reserved", -1), ("served", 1)),
    MovementKind.UNSETTLE: (("served", -1), ("reserved", 1)),
}
_HELD = {
    MovementKind.REDEEM: (("in_circulation", -1), ("funded", -1)),
    MovementKind.REVERSE: (("in_circulation", 1), ("funded", 1)),
    MovementKind.RECOVER: (("in_circulation", 1), ("funded", 1)),
    MovementKind.REOPEN: (("in_circulation", -1), ("funded", -1)),
}
_BORNE = {
    MovementKind.REDEEM: (("owed", 1), ("funded", 1)),
    MovementKind.REVERSE: (("owed", -1), ("funded", -1)),
    MovementKind.PAY: (("owed", -1), ("paid", 1)),
    MovementKind.UNPAY: (("paid", -1), ("owed", 1)),
    # Charged, the money is still with the place: it counts as paid until it is given back.
    MovementKind.CHARGE: (),
    MovementKind.RECOVER: (("paid", -1), ("funded", -1)),
    MovementKind.REOPEN: (("paid", 1), ("funded", 1)),
}
# A voucher is used, once redeemed; no longer for whoever pays on use, once its money is given back.
_USED = {MovementKind.REDEEM: 1, MovementKind.REVERSE: -1, MovementKind.RECOVER: -1, MovementKind.REOPEN: 1}


def money(
    *, programme_id: int | None = None, agreement_id: int | None = None, series_id: int | None = None, until: datetime | None = None
) -> MoneyTable:
    """The amounts of a programme, an agreement, one series, or everything seen, now or just before `until`. Whole cents.

    For a single series `funded` is what its activation took, less what exchanges freed, and `unissued` is zero.
    """
    groups = _groups(programme_id, agreement_id, series_id, until)
    shares = patterns(series_ids={group[0] for group in groups if group[2] is not None})
    return _table(groups, shares, of_one_series=series_id is not None)


def _table(groups: Iterable[tuple[Any, ...]], shares: Mapping[tuple[int, int], Pattern], *, of_one_series: bool = False) -> MoneyTable:
    amounts: dict[int, dict[str, int]] = {}
    for group_series_id, kind_name, pattern, funder_id, cents, quantity in groups:
        kind = MovementKind(kind_name)
        if kind in OF_OTHERS:
            continue
        if pattern is None:
            effects: Iterable[tuple[str, int]] = _BY_FUNDER[kind]
            if of_one_series and kind == MovementKind.ACTIVATE:
                effects = (("funded", 1), ("in_circulation", 1))
            if of_one_series and kind == MovementKind.EXCHANGE:
                effects = (("funded", -1), ("in_circulation", -1))
            _apply(amounts, funder_id, cents, effects)
            continue
        shared = shares[group_series_id, pattern]
        for each, held, borne in zip(shared.funder_ids, shared.held_cents, shared.borne_cents, strict=True):
            _apply(amounts, each, held * quantity, _HELD.get(kind, ()))
            _apply(amounts, each, borne * quantity, _BORNE[kind])
    by_funder = {funder_id: Money(**values) for funder_id, values in sorted(amounts.items())}
    return MoneyTable(sum(by_funder.values(), Money()), by_funder)


def _apply(amounts: dict[int, dict[str, int]], funder_id: int, cents: int, effects: Iterable[tuple[str, int]]) -> None:
    values = amounts.setdefault(funder_id, {})
    for name, sign in effects:
        values[name] = values.get(name, 0) + sign * cents


def _groups(programme_id: int | None, agreement_id: int | None, series_id: int | None, until: datetime | None) -> list[tuple[Any, ...]]:
    rows = Movement.objects.all()
    if until is not None:
        rows = rows.filter(at__lt=until)
    if programme_id is not None:
        rows = rows.filter(programme_id=programme_id)
    if series_id is not None:
        rows = rows.filter(series_id=series_id)
    if agreement_id is not None:
        rows = rows.filter(debit_account_id__in=Account.objects.filter(agreement_id=agreement_id).values("id"))
    return list(
        rows.order_by("series_id", "kind", "pattern", "funder_id")
        .values_list("series_id", "kind", "pattern", "funder_id")
        .annotate(Sum("cents"), Sum("quantity"))
    )


def patterns(*, series_ids: Iterable[int]) -> dict[tuple[int, int], Pattern]:
    """The share patterns of some series, by series and number."""
    rows = SharePattern.objects.filter(series_id__in=list(series_ids))
    return {
        (row.series_id, row.number): Pattern(
            row.number, tuple(row.funder_ids), tuple(row.held_cents), tuple(row.borne_cents), row.voucher_count
        )
        for row in rows
    }


def unissued(agreement_id: int) -> dict[int, int]:
    """Cents of each funder of an agreement that no series holds yet."""
    balances: dict[int, int] = {}
    for account in Account.objects.filter(agreement_id=agreement_id, kind=AccountKind.UNISSUED):
        arrived = Movement.objects.filter(debit_account_id=account.id).aggregate(cents=Sum("cents"))["cents"] or 0
        left = Movement.objects.filter(credit_account_id=account.id, voucher_id=None).aggregate(cents=Sum("cents"))["cents"] or 0
        balances[account.organisation_id] = arrived - left
    return balances


def vouchers_owed(*, series_id: int, organisation_id: int, kind: AccountKind = AccountKind.OWED) -> dict[int, int]:
    """How many vouchers of each pattern a place's organisation is owed (or was paid) for, in one series."""
    agreement_id = Series.objects.values_list("agreement_id", flat=True).get(id=series_id)
    account_id = (
        Account.objects.filter(kind=kind, agreement_id=agreement_id, organisation_id=organisation_id).values_list("id", flat=True).first()
    )
    there: dict[int, int] = {}
    for side, sign in (("debit_account_id", 1), ("credit_account_id", -1)):
        rows = (
            Movement.objects.filter(**{side: account_id}, series_id=series_id)
            .order_by("pattern")
            .values_list("pattern")
            .annotate(Sum("quantity"))
        )
        for pattern, quantity in rows:
            there[pattern] = there.get(pattern, 0) + sign * quantity
    return there


def on_use_debts(*, agreement_id: int) -> list[OnUseDebt]:
    """Who owes whom for shares paid on use and advanced. Unit: whole cents, for net redemptions so far."""
    owed: dict[tuple[int, int], int] = {}
    rows = (
        Movement.objects.filter(
            kind__in=list(_USED),
            series_id__in=list(Series.objects.filter(agreement_id=agreement_id).values_list("id", flat=True)),
        )
        .order_by("series_id", "kind", "pattern")
        .values_list("series_id", "kind", "pattern")
        .annotate(Sum("quantity"))
    )  # fmt: skip
    groups = list(rows)
    shares = patterns(series_ids={row[0] for row in groups})
    for series_id, kind, pattern, quantity in groups:
        shared = shares[series_id, pattern]
        net = quantity * _USED[MovementKind(kind)]
        more = [(f, b - h) for f, h, b in zip(shared.funder_ids, shared.held_cents, shared.borne_cents, strict=True) if b > h]
        less = [(f, h - b) for f, h, b in zip(shared.funder_ids, shared.held_cents, shared.borne_cents, strict=True) if h > b]
        for debtor_id, creditor_id, cents in _match(more, less):
            owed[debtor_id, creditor_id] = owed.get((debtor_id, creditor_id), 0) + cents * net
    return [OnUseDebt(debtor, creditor, cents) for (debtor, creditor), cents in sorted(owed.items()) if cents]


def _match(more: list[tuple[int, int]], less: list[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Pair what each on-use funder bears with what its advancer held, in the agreement's order."""
    pairs: list[tuple[int, int, int]] = []
    waiting = [[funder_id, cents] for funder_id, cents in less]
    for debtor_id, cents in more:
        left = cents
        for creditor in waiting:
            taken = min(left, creditor[1])
            if taken:
                pairs.append((debtor_id, creditor[0], taken))
                creditor[1] -= taken
                left -= taken
        assert left == 0, "a pattern's held and borne cents differ"
    return pairs


def accounts(*, programme_id: int) -> list[AccountView]:
    """Every account of a programme with its balance, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT a.id, a.kind, a.agreement_id, a.series_id, a.organisation_id, COALESCE(sum(m.cents), 0)
            FROM ledger_account a
            LEFT JOIN (
              SELECT debit_account_id AS account_id, cents FROM ledger_movement /* fan-out: trial balance */ WHERE programme_id = %(programme)s
              UNION ALL
              SELECT credit_account_id, -cents FROM ledger_movement /* fan-out: trial balance */ WHERE programme_id = %(programme)s
            ) m ON m.account_id = a.id
            WHERE a.programme_id = %(programme)s GROUP BY a.id ORDER BY a.agreement_id, a.kind, a.series_id, a.organisation_id
            """,
            {"programme": programme_id},
        )
        return [
            AccountView(id=row[0], kind=row[1], agreement_id=row[2], series_id=row[3], organisation_id=row[4], balance_cents=int(row[5]))
            for row in cursor.fetchall()
        ]


def movements(*, programme_id: int, account_id: int | None = None, before_id: int | None = None, limit: int = 50) -> list[MovementView]:
    """The latest movements first, at most `limit`; pass the last id as `before_id` for the next page."""
    rows = Movement.objects.filter(programme_id=programme_id).order_by("-id")
    if account_id is not None:
        rows = rows.filter(debit_account_id=account_id) | rows.filter(credit_account_id=account_id)
    if before_id is not None:
        rows = rows.filter(id__lt=before_id)
    return [MovementView(*row) for row in rows.values_list(*MovementView.__dataclass_fields__)[:limit]]
