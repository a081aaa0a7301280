"""What left agreements' accounts for providers, what landlords paid in, and what is on its way: by the bank's own days. Whole cents."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from carnet.connectivity.models import Bill, LandlordPayment
from carnet.connectivity.rules import BillState
from carnet.kernel.periods import legal_day


@dataclass(frozen=True, slots=True)
class ConnectionCash:
    """Cents that passed through an agreement's account on one of the bank's days; below zero, they left."""

    agreement_id: int
    day: date
    cents: int


@dataclass(frozen=True, slots=True)
class BillOnItsWay:
    """A provider's payment given to the bank: when, and the day the bank booked it (None: nobody told yet). Whole cents."""

    agreement_id: int
    sent_on: date
    booked_on: date | None
    cents: int


def cash_after(days: Mapping[int, date]) -> list[ConnectionCash]:
    """What passed through each agreement's account after the day given for it. The caller sees the agreements."""
    found = []
    bills = Bill.objects.filter(Q(booked_on__isnull=False), agreement_id__in=list(days), state__in=[BillState.PAID, BillState.RETURNED])
    for row in bills.order_by("id"):
        assert row.booked_on is not None, "chosen by it"
        found.append(ConnectionCash(row.agreement_id, row.booked_on, -row.pay_cents))
        if row.state == BillState.RETURNED and row.returned_on is not None:
            found.append(ConnectionCash(row.agreement_id, row.returned_on, row.pay_cents))
    for paid in LandlordPayment.objects.filter(agreement_id__in=list(days)).order_by("id"):
        found.append(ConnectionCash(paid.agreement_id, paid.received_on, paid.own_cents + paid.households_cents))
    return [each for each in found if each.day > days[each.agreement_id] and each.cents]


def on_their_way(agreement_ids: Collection[int], *, booked_after: Mapping[int, date]) -> list[BillOnItsWay]:
    """Providers' payments given to the bank and not answered, and those it booked after the day given for their agreement."""
    rows = Bill.objects.filter(
        agreement_id__in=list(agreement_ids), state__in=[BillState.SENT, BillState.PAID], pay_cents__gt=0, sent_at__isnull=False
    )
    found = []
    for row in rows.order_by("id"):
        booked_on = row.booked_on if row.state == BillState.PAID else None
        after = booked_after.get(row.agreement_id)
        if booked_on is None or (after is not None and booked_on > after):
            assert row.sent_at is not None, "chosen by it"
            found.append(BillOnItsWay(row.agreement_id, legal_day(row.sent_at), booked_on, row.pay_cents))
    return found
