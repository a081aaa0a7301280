"""Where the money of connections is: what is reserved for each, what providers are owed, what landlords paid in. Whole cents."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Sum

from carnet.ledger.models import Account, ConnectionMovement, Movement
from carnet.ledger.rules import AccountKind, MovementKind

_OF_CONNECTION = {MovementKind.RESERVE: 1, MovementKind.RELEASE: -1, MovementKind.OWE: -1}
_OWED_BY_FUNDERS = {MovementKind.OWE: 1, MovementKind.SETTLE: -1, MovementKind.UNSETTLE: 1}
_OWED_BY_LANDLORDS = {MovementKind.CALL: 1, MovementKind.FORWARD: -1, MovementKind.RECALL: 1}


@dataclass(frozen=True, slots=True)
class ConnectionMoney:
    """One connection's cents, all its months together. `reserved` is what was kept at first; `left`, what still is."""

    reserved_cents: int = 0
    owed_cents: int = 0
    released_cents: int = 0
    called_cents: int = 0
    collected_cents: int = 0

    @property
    def left_cents(self) -> int:
        """What is still reserved."""
        return self.reserved_cents - self.owed_cents - self.released_cents


@dataclass(frozen=True, slots=True)
class ProviderStanding:
    """What one provider is owed and was paid under one agreement, by who pays it."""

    owed_by_funder: dict[int, int] = field(default_factory=dict)
    owed_by_landlord: dict[int, int] = field(default_factory=dict)
    paid_by_funder: dict[int, int] = field(default_factory=dict)
    paid_by_landlord: dict[int, int] = field(default_factory=dict)
    collected_cents: int = 0

    @property
    def owed_cents(self) -> int:
        """What it still waits for, from all."""
        return sum(self.owed_by_funder.values()) + sum(self.owed_by_landlord.values())

    @property
    def paid_cents(self) -> int:
        """What the bank paid it, from all; what it collected itself is beside."""
        return sum(self.paid_by_funder.values()) + sum(self.paid_by_landlord.values())


@dataclass(frozen=True, slots=True)
class LandlordStanding:
    """What one landlord was called for under one agreement, and paid in, its tenants' parts included."""

    called_cents: int = 0
    own_cents: int = 0
    households_cents: int = 0
    forwarded_cents: int = 0

    @property
    def due_cents(self) -> int:
        """What it still owes; below zero, what it paid ahead."""
        return self.called_cents - self.own_cents - self.households_cents

    @property
    def available_cents(self) -> int:
        """What it paid in that no provider was paid yet."""
        return self.own_cents + self.households_cents - self.forwarded_cents


def reserved(*, connection_id: int) -> dict[int, int]:
    """What each funder still has reserved for one connection, in the order of its first reservation. Whole cents."""
    return reserved_of_connections(connection_ids=[connection_id]).get(connection_id, {})


def reserved_of_connections(*, connection_ids: Collection[int]) -> dict[int, dict[int, int]]:
    """The same for many connections, in one statement."""
    found: dict[int, dict[int, int]] = {}
    rows = ConnectionMovement.objects.filter(
        connection_id__in=list(connection_ids), movement__series_id=0, movement__kind__in=list(_OF_CONNECTION)
    )
    columns = ("connection_id", "movement__kind", "movement__funder_id", "movement__cents")
    for connection_id, kind, funder_id, cents in rows.order_by("movement_id").values_list(*columns):
        _add(found.setdefault(connection_id, {}), funder_id, _OF_CONNECTION[MovementKind(kind)] * cents)
    return found


def set_aside_for_connections(*, agreement_id: int, since: datetime | None = None) -> dict[int, int]:
    """Cents each funder of an agreement set aside for connections, less what was freed. `since`: for those it set aside for from then on.

    Never below zero: what is freed is counted with what it was set aside with.
    """
    return {
        funder_id: cents for (_agreement, funder_id), cents in set_aside_by_agreement(agreement_ids=[agreement_id], since=since).items()
    }


def set_aside_by_agreement(*, agreement_ids: Collection[int], since: datetime | None = None) -> dict[tuple[int, int], int]:
    """The same for many agreements, by agreement and funder: in two statements."""
    sides = Account.objects.filter(agreement_id__in=list(agreement_ids), kind=AccountKind.RESERVED)
    agreement_of = dict(sides.order_by("id").values_list("id", "agreement_id"))
    found: dict[tuple[int, int], int] = {}
    # Most agreements have no connection: nothing more is asked.
    for side, kind in (("debit_account_id", MovementKind.RESERVE), ("credit_account_id", MovementKind.RELEASE)) if agreement_of else ():
        rows = Movement.objects.filter(series_id=0, voucher_id=None, kind=kind, **{f"{side}__in": list(agreement_of)})
        if since is not None:
            rows = rows.filter(id__in=_movements_of_connections_since(since))
        for account_id, funder_id, cents in rows.order_by(side, "funder_id").values_list(side, "funder_id").annotate(Sum("cents")):
            key = (agreement_of[account_id], funder_id or 0)
            found[key] = found.get(key, 0) + _OF_CONNECTION[kind] * int(cents)
    return found


def _movements_of_connections_since(since: datetime) -> QuerySet[ConnectionMovement, int]:
    """The movements of connections that money was set aside for from a moment on: each once, when it is accepted."""
    reserved_since = ConnectionMovement.objects.filter(
        movement__series_id=0, movement__kind=MovementKind.RESERVE, movement__at__gte=since
    ).values_list("connection_id", flat=True)  # fmt: skip
    return ConnectionMovement.objects.filter(connection_id__in=reserved_since).values_list("movement_id", flat=True)


def money_of_connections(*, connection_ids: Collection[int]) -> dict[int, ConnectionMoney]:
    """The cents of some connections, in one statement; those without money are not there."""
    names = {
        MovementKind.RESERVE: "reserved_cents", MovementKind.OWE: "owed_cents", MovementKind.RELEASE: "released_cents",
        MovementKind.CALL: "called_cents", MovementKind.COLLECT: "collected_cents",
    }  # fmt: skip
    sums: dict[int, dict[str, int]] = {}
    rows = (
        ConnectionMovement.objects.filter(connection_id__in=list(connection_ids), movement__series_id=0)
        .order_by("connection_id", "movement__kind")
        .values_list("connection_id", "movement__kind")
        .annotate(Sum("movement__cents"))
    )
    for connection_id, kind, cents in rows:
        sums.setdefault(connection_id, {})[names[MovementKind(kind)]] = int(cents)
    return {connection_id: ConnectionMoney(**values) for connection_id, values in sums.items()}


def owed_by_requests(*, request_ids: Collection[UUID]) -> dict[int, int]:
    """What each funder owes a provider by months owed under these request ids. Whole cents."""
    rows = Movement.objects.filter(series_id=0, kind=MovementKind.OWE, request_id__in=list(request_ids)).order_by("funder_id")
    return {funder_id: int(cents) for funder_id, cents in rows.values_list("funder_id").annotate(Sum("cents")) if funder_id is not None}


def provider_standing(*, agreement_id: int, provider_id: int) -> ProviderStanding:
    """What a provider is owed and was paid under an agreement, by funder and by landlord."""
    stands = ProviderStanding()
    collected = 0
    kinds = (AccountKind.BILLED, AccountKind.SERVED, AccountKind.CALLED, AccountKind.PASSED)
    for kind, payer_id, cents in _moved(agreement_id, provider_id, kinds):
        if kind in _OWED_BY_FUNDERS:
            _add(stands.owed_by_funder, payer_id, _OWED_BY_FUNDERS[kind] * cents)
        if kind in (MovementKind.SETTLE, MovementKind.UNSETTLE):
            _add(stands.paid_by_funder, payer_id, -_OWED_BY_FUNDERS[kind] * cents)
        if kind in _OWED_BY_LANDLORDS:
            _add(stands.owed_by_landlord, payer_id, _OWED_BY_LANDLORDS[kind] * cents)
        if kind in (MovementKind.FORWARD, MovementKind.RECALL):
            _add(stands.paid_by_landlord, payer_id, -_OWED_BY_LANDLORDS[kind] * cents)
        if kind is MovementKind.COLLECT:
            collected += cents
    return ProviderStanding(stands.owed_by_funder, stands.owed_by_landlord, stands.paid_by_funder, stands.paid_by_landlord, collected)


def landlord_standing(*, agreement_id: int, landlord_id: int) -> LandlordStanding:
    """What a landlord was called for under an agreement, paid in, and what of it providers were paid."""
    sums = dict.fromkeys((MovementKind.CALL, MovementKind.REMIT, MovementKind.LEVY), 0)
    for kind, _payer_id, cents in _moved(agreement_id, landlord_id, (AccountKind.LANDLORD,)):
        sums[kind] += cents
    forwarded = 0
    for kind, payer_id, cents in _moved(agreement_id, None, (AccountKind.PASSED,)):
        if payer_id == landlord_id and kind in (MovementKind.FORWARD, MovementKind.RECALL):
            forwarded -= _OWED_BY_LANDLORDS[kind] * cents
    return LandlordStanding(sums[MovementKind.CALL], sums[MovementKind.REMIT], sums[MovementKind.LEVY], forwarded)


def _moved(agreement_id: int, organisation_id: int | None, kinds: Collection[AccountKind]) -> list[tuple[MovementKind, int, int]]:
    """What passed through accounts of these kinds, once each whichever side it came in by: kind, payer, cents."""
    accounts = Account.objects.filter(agreement_id=agreement_id, kind__in=list(kinds))
    if organisation_id is not None:
        accounts = accounts.filter(organisation_id=organisation_id)
    account_ids = list(accounts.values_list("id", flat=True))
    found: dict[Any, int] = {}
    for side in ("debit_account_id", "credit_account_id"):
        rows = Movement.objects.filter(series_id=0, voucher_id=None, **{f"{side}__in": account_ids})
        for kind, payer_id, cents in rows.order_by("kind", "funder_id").values_list("kind", "funder_id").annotate(Sum("cents")):
            found[kind, payer_id] = int(cents)
    return [(MovementKind(kind), payer_id, cents) for (kind, payer_id), cents in sorted(found.items())]


def _add(sums: dict[int, int], payer_id: int, cents: int) -> None:
    sums[payer_id] = sums.get(payer_id, 0) + cents


def landlords_waiting(*, agreement_id: int) -> int:
    """What landlords paid in under an agreement that no provider was paid yet. Unit: whole cents."""
    accounts = Account.objects.filter(agreement_id=agreement_id, kind__in=[AccountKind.LANDLORD, AccountKind.CALLED, AccountKind.PASSED])
    signs = {MovementKind.REMIT: 1, MovementKind.LEVY: 1, MovementKind.FORWARD: -1, MovementKind.RECALL: 1}
    rows = Movement.objects.filter(series_id=0, kind__in=list(signs), debit_account_id__in=accounts.values("id"))
    moved = rows.order_by("kind").values_list("kind").annotate(Sum("cents"))
    return sum(signs[MovementKind(kind)] * int(cents) for kind, cents in moved)
