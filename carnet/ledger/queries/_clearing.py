"""Where the cents of clearing between operators are. Source: docs/decisions/0085-clearing-between-operators.md."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection

from carnet.gateways.database import acting_as
from carnet.ledger.models import Account, Movement
from carnet.ledger.rules import AccountKind, MovementKind


@dataclass(frozen=True, slots=True)
class PlaceStanding:
    """What one place's organisation is owed and was paid out of one partner's debt. Unit: whole cents."""

    claimed_cents: int = 0
    honoured_cents: int = 0


@dataclass(frozen=True, slots=True)
class ClearingStanding:
    """What one partner owes an operator, what came, what was advanced, what places are owed and were paid. Unit: whole cents.

    `available_cents`: what may be paid to places now: what came and was advanced, less what was paid and taken back.
    """

    owed_cents: int
    came_cents: int
    advanced_cents: int
    claimed_cents: int
    honoured_cents: int
    by_place: dict[int, PlaceStanding] = field(default_factory=dict)

    @property
    def available_cents(self) -> int:
        """What may be paid to places, or taken back by whoever advanced it."""
        return self.came_cents + self.advanced_cents - self.honoured_cents


def clearing_agreement(operator_id: int) -> int:
    """The number under which an operator's books of clearing are written: below zero, where no agreement is."""
    return -operator_id


def clearing_standing(*, operator_id: int, partner_id: int) -> ClearingStanding:
    """How one operator stands with one partner, from the movements alone. The caller has checked who asks."""
    with acting_as(programme_ids={0}, organisation_ids={operator_id}):
        rows = list(Account.objects.filter(agreement_id=clearing_agreement(operator_id)).order_by("id"))
        balances = _balances(row.id for row in rows)
    sums: dict[str, int] = {}
    places: dict[int, list[int]] = {}
    for row in rows:
        cents = balances.get(row.id, 0)
        if row.kind in (AccountKind.CLAIMED, AccountKind.HONOURED):
            if row.series_id == partner_id:
                places.setdefault(row.organisation_id, [0, 0])[row.kind == AccountKind.HONOURED] += cents
        elif row.organisation_id == partner_id:
            sums[row.kind] = cents
    by_place = {organisation_id: PlaceStanding(*each) for organisation_id, each in sorted(places.items())}
    return ClearingStanding(
        owed_cents=-sums.get(AccountKind.PARTNER, 0),
        came_cents=-sums.get(AccountKind.ABROAD, 0),
        advanced_cents=sums.get(AccountKind.ADVANCED, 0),
        claimed_cents=sum(each.claimed_cents for each in by_place.values()),
        honoured_cents=sum(each.honoured_cents for each in by_place.values()),
        by_place=by_place,
    )


def cleared_claims(*, operator_id: int, partner_id: int) -> dict[UUID, int]:
    """What the ledger says each claim is owed for, by its request id; withdrawn ones are left out. For comparing with messages."""
    found: dict[UUID, int] = {}
    with acting_as(programme_ids={0}, organisation_ids={operator_id}):
        accounts = Account.objects.filter(agreement_id=clearing_agreement(operator_id)).values("id")
        rows = Movement.objects.filter(
            series_id=0, funder_id=partner_id, kind__in=(MovementKind.CLEAR, MovementKind.UNCLEAR), debit_account_id__in=accounts
        )
        for kind, request_id, cents in rows.order_by("id").values_list("kind", "request_id", "cents"):
            found[request_id] = found.get(request_id, 0) + (cents if kind == MovementKind.CLEAR else -cents)
    return {request_id: cents for request_id, cents in found.items() if cents}


def _balances(account_ids: Iterable[int]) -> dict[int, int]:
    wanted = list(account_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT account_id, sum(cents) FROM (
              SELECT debit_account_id AS account_id, cents FROM ledger_movement /* fan-out: clearing */
                WHERE debit_account_id = ANY (%(wanted)s) AND series_id = 0
              UNION ALL SELECT credit_account_id, -cents FROM ledger_movement /* fan-out: clearing */
                WHERE credit_account_id = ANY (%(wanted)s) AND series_id = 0 AND voucher_id IS NULL) moved
            GROUP BY account_id""",
            {"wanted": wanted},
        )
        return {account_id: int(cents) for account_id, cents in cursor.fetchall()}


def owed_to(*, organisation_id: int, programme_ids: Iterable[int]) -> int:
    """What an organisation was ever owed for vouchers of these programmes, net of what was undone: owed still, or paid. Unit: whole cents."""
    wanted = list(programme_ids)
    with acting_as(programme_ids=wanted, organisation_ids={organisation_id}):
        accounts = Account.objects.filter(
            organisation_id=organisation_id, programme_id__in=wanted, kind__in=(AccountKind.OWED, AccountKind.PAID)
        )
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT COALESCE(sum(CASE WHEN debit_account_id = ANY (%(accounts)s) THEN cents ELSE 0 END)
                              - sum(CASE WHEN credit_account_id = ANY (%(accounts)s) THEN cents ELSE 0 END), 0)
                FROM ledger_movement /* fan-out: what a partner is owed */
                WHERE debit_account_id = ANY (%(accounts)s) OR credit_account_id = ANY (%(accounts)s)""",
                {"accounts": list(accounts.order_by("id").values_list("id", flat=True))},
            )
            return int(cursor.fetchone()[0])
