"""What an agreed bill writes in the ledger, and what its payment is: counted once, frozen, held against the ledger at every step."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from carnet.connectivity.models import Bill, BillLine, Connection
from carnet.connectivity.operations._money import book_of
from carnet.connectivity.queries.bills import month_of, still_to_bill
from carnet.connectivity.rules import Collector, ConnectionState, parts_of, payable_by_landlords
from carnet.funding import queries as funding
from carnet.gateways.bank.characters import to_sepa
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.ledger import operations as ledger
from carnet.ledger import queries as ledger_queries
from carnet.ledger.operations import ConnectionBook, OwedMonth
from carnet.parties import queries as parties

_SATURDAY = 5


def frozen_payment(bill: Bill, execute_on: date | None, at: datetime) -> None:
    """Freeze on a bill who is paid, on which account, when and how much. Not saved here. Raises: AccountMissing, AccountWaiting.

    All that funders owe by this bill, and of what landlords owe this provider, this bill's included, what they have paid in.
    """
    if not bill.attempt:
        by_landlord = _payable_by_landlords(bill)
        bill.pay_funders_cents = bill.funders_cents + bill.setup_cents
        bill.pay_landlords = {str(landlord_id): cents for landlord_id, cents in by_landlord.items()}
        bill.pay_cents = bill.pay_funders_cents + sum(by_landlord.values())
    bill.attempt += 1
    bill.file_digest = bill.file_written_at = bill.sent_at = bill.booked_on = bill.returned_on = None
    if bill.pay_cents:
        account, ring_fence = parties.payable_account(organisation_id=bill.provider_id, at=at), funding.ring_fence(bill.agreement_id)
        bill.creditor_name, bill.creditor_iban, bill.creditor_bic = account.holder_name, account.iban, account.bic
        bill.debtor_name, bill.debtor_iban, bill.debtor_bic = ring_fence.holder, ring_fence.iban, ring_fence.bic
        bill.execute_on = _working_day(max(execute_on or legal_day(at), legal_day(at)))


def pay_balance_of(agreement_id: int, provider_id: int) -> dict[int, int]:
    """Of what landlords owe a provider by bills agreed before, what they have paid in since. Whole cents by landlord."""
    owed = _owed_by_landlords(agreement_id, provider_id)
    return payable_by_landlords(owed, _available(agreement_id, owed))


def approval_digest(bill: Bill) -> bytes:
    """What exactly a second person agrees to: the lines, the account, the amount, the day."""
    told = [
        bytes(bill.digest).hex(), bill.attempt, bill.pay_funders_cents, bill.pay_landlords, bill.pay_cents, bill.creditor_name,
        bill.creditor_iban, bill.debtor_iban, bill.execute_on.isoformat() if bill.execute_on else None,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).digest()


def owe_lines(bill: Bill, actor: Actor, at: datetime) -> None:
    """Write an agreed bill's months in the ledger; free what the connections that ended cannot cost any more."""
    rows = list(BillLine.objects.filter(bill=bill).order_by("connection_id", "since"))
    months = []
    for row in rows:
        parts = parts_of(month_of(row), Collector(row.collector))
        request_id = request_of(row)
        months.append(
            OwedMonth(row.connection_id, row.landlord_id, parts.funders_cents, parts.called_cents, parts.collected_cents, request_id)
        )
    ledger.owe_connections(
        book=ConnectionBook(bill.programme_id, bill.agreement_id), provider_id=bill.provider_id, months=months, actor=actor, at=at
    )
    ended = Connection.objects.select_related("offer").filter(id__in=[row.connection_id for row in rows], state=ConnectionState.ENDED)
    for over in ended.order_by("id"):
        ledger.release_connection(
            book=book_of(over), keep_cents=still_to_bill(connection_id=over.id), actor=actor,
            request_id=uuid5(bill.request_id, f"release {over.id}"), at=at,
        )  # fmt: skip


def pay_in_ledger(bill: Bill, actor: Actor, at: datetime) -> None:
    """The bank paid: what was owed is paid, funder by funder and landlord by landlord."""
    ledger.pay_connection(
        book=ConnectionBook(bill.programme_id, bill.agreement_id),
        provider_id=bill.provider_id,
        by_funder=_by_funder(bill),
        by_landlord={int(landlord_id): cents for landlord_id, cents in bill.pay_landlords.items()},
        actor=actor,
        request_id=payment_request(bill, "paid"),
        at=at,
    )


def unpay_in_ledger(bill: Bill, actor: Actor, at: datetime) -> None:
    """The bank gave the payment back: everything is owed again."""
    ledger.unpay_connection(
        book=ConnectionBook(bill.programme_id, bill.agreement_id),
        provider_id=bill.provider_id,
        paid_request_id=payment_request(bill, "paid"),
        actor=actor,
        request_id=payment_request(bill, "came back"),
        at=at,
    )


def payment_request(bill: Bill, what: str) -> UUID:
    """The same fact about the same transfer is one movement, whichever file tells it."""
    return uuid5(bill.request_id, f"{bill.attempt} {what}")


def request_of(row: BillLine) -> UUID:
    """The key under which a line is owed in the ledger, once."""
    return uuid5(row.bill.request_id, f"line {row.connection_id} {row.since.isoformat()}")


def remittance_of(bill: Bill) -> str:
    """What the provider reads on its own bank statement."""
    programme = to_sepa(funding.programme(bill.programme_id).name, length_max=60)
    return f"{programme} connexions {bill.month:%m/%Y} {to_sepa(bill.reference, length_max=40)}".strip()


def _by_funder(bill: Bill) -> dict[int, int]:
    """What each funder owes by this bill's lines, as the ledger divided them."""
    rows = BillLine.objects.filter(bill=bill).select_related("bill").order_by("id")
    return ledger_queries.owed_by_requests(request_ids=[request_of(row) for row in rows])


def _payable_by_landlords(bill: Bill) -> dict[int, int]:
    owed = _owed_by_landlords(bill.agreement_id, bill.provider_id)
    for row in BillLine.objects.filter(bill=bill).order_by("id"):
        called = parts_of(month_of(row), Collector(row.collector)).called_cents
        owed[row.landlord_id] = owed.get(row.landlord_id, 0) + called
    return payable_by_landlords(owed, _available(bill.agreement_id, owed))


def _owed_by_landlords(agreement_id: int, provider_id: int) -> dict[int, int]:
    """What landlords owe a provider that no payment on its way brings."""
    owed = ledger_queries.provider_standing(agreement_id=agreement_id, provider_id=provider_id).owed_by_landlord
    coming = _on_its_way(agreement_id, provider_id)
    return {landlord_id: cents - coming.get(landlord_id, 0) for landlord_id, cents in owed.items()}


def _available(agreement_id: int, landlord_ids: Iterable[int]) -> dict[int, int]:
    """What each landlord paid in that is promised to no payment on its way."""
    promised = _on_its_way(agreement_id)
    return {
        each: ledger_queries.landlord_standing(agreement_id=agreement_id, landlord_id=each).available_cents - promised.get(each, 0)
        for each in landlord_ids
    }


def _on_its_way(agreement_id: int, provider_id: int | None = None) -> dict[int, int]:
    """Landlords' cents in payments prepared and not paid yet, those that came back included: they are paid again first."""
    rows = Bill.objects.filter(agreement_id=agreement_id, state__in=["CHECKED", "AGREED", "SENT", "RETURNED"]).order_by("id")
    found: dict[int, int] = {}
    for row in rows if provider_id is None else rows.filter(provider_id=provider_id):
        for landlord_id, cents in row.pay_landlords.items():
            found[int(landlord_id)] = found.get(int(landlord_id), 0) + cents
    return found


def _working_day(day: date) -> date:
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() >= _SATURDAY else day
