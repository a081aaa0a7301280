"""What a provider may bill, what was billed and paid, and what landlords owe. Whole cents; from the connections' own steps and incidents."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from carnet.connectivity.access.bills import seen_bill, seen_bills, seen_lines, seen_payments
from carnet.connectivity.models import Bill, BillLine, Connection, Incident, LandlordPayment, Step
from carnet.connectivity.rules import (
    OWED_STATES,
    BillState,
    Collector,
    ConnectionState,
    Lived,
    MonthDue,
    funders_still_to_bill,
    is_deducted,
    months_due,
    parts_of,
)
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.periods import add_months, legal_day
from carnet.ledger import queries as ledger
from carnet.ledger.queries import LandlordStanding, ProviderStanding
from carnet.parties import queries as parties
from carnet.parties.rules import check_may


@dataclass(frozen=True, slots=True)
class DueLine:
    """A month of a connection nobody billed yet."""

    connection_id: int
    number: str
    landlord_id: int
    collector: Collector
    due: MonthDue


@dataclass(frozen=True, slots=True)
class MonthToBill:
    """What a provider may bill under an agreement for a month: every month of a connection that was over by its end. Unit: whole cents."""

    agreement_id: int
    programme_id: int
    programme: str
    month: date
    line_count: int
    total_cents: int
    collected_cents: int

    @property
    def asked_cents(self) -> int:
        """What is asked of the operator: all but what the provider takes from households itself."""
        return self.total_cents - self.collected_cents


@dataclass(frozen=True, slots=True)
class BillFacts:
    """One bill, its steps and its payment. Unit: whole cents."""

    id: int
    programme_id: int
    programme: str
    agreement_id: int
    provider_id: int
    provider: str
    month: date
    reference: str
    state: BillState
    line_count: int
    household_cents: int
    landlord_cents: int
    funders_cents: int
    setup_cents: int
    collected_cents: int
    submitted_at: datetime
    checked_by_id: int | None
    checked_at: datetime | None
    decided_by_id: int | None
    decided_at: datetime | None
    reason: str
    pay_cents: int
    pay_funders_cents: int
    creditor_name: str
    creditor_iban: str
    execute_on: date | None
    end_to_end_id: str
    file_written_at: datetime | None
    sent_at: datetime | None
    booked_on: date | None
    returned_on: date | None
    bank_reason: str

    @property
    def total_cents(self) -> int:
        """The price of its months, all parties together."""
        return self.household_cents + self.landlord_cents + self.funders_cents + self.setup_cents

    @property
    def asked_cents(self) -> int:
        """What is asked of the operator: all but what the provider takes from households itself."""
        return self.total_cents - self.collected_cents

    @property
    def is_balance(self) -> bool:
        """Whether it only pays on what landlords paid in later."""
        return self.line_count == 0


@dataclass(frozen=True, slots=True)
class LineFacts:
    """One line as a party reads it: a number, days and cents. No address, no person."""

    bill_id: int
    connection_id: int
    number: str
    landlord: str
    state: BillState
    month: date
    collector: Collector
    due: MonthDue


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """What a landlord paid in once. Unit: whole cents."""

    id: int
    landlord_id: int
    landlord: str
    agreement_id: int
    own_cents: int
    households_cents: int
    received_on: date
    reference: str

    @property
    def cents(self) -> int:
        """Both together."""
        return self.own_cents + self.households_cents


@dataclass(frozen=True, slots=True)
class LandlordAccount:
    """One landlord's account under an agreement: called by its bills, paid in, and still due. `households_…`: of it, its tenants'."""

    landlord_id: int
    landlord: str
    agreement_id: int
    programme: str
    called_cents: int
    households_called_cents: int
    paid_cents: int
    households_paid_cents: int

    @property
    def due_cents(self) -> int:
        """What it still owes."""
        return self.called_cents - self.paid_cents


@dataclass(frozen=True, slots=True)
class AgreementAccount:
    """The connections' money of one agreement, funder by funder and party by party, from the ledger. Unit: whole cents."""

    agreement_id: int
    agreement: str
    reserved_by_funder: tuple[tuple[str, int, int, int], ...]  # funder, still reserved, owed to providers, paid to providers
    providers: tuple[tuple[int, str, ProviderStanding], ...]
    landlords: tuple[tuple[int, str, LandlordStanding], ...]


def still_to_bill(*, connection_id: int) -> int:
    """The most that the funders of a connection may still owe for its days so far, its bills not agreed included. For operations. Cents.

    Zero when it was never activated.
    """
    row = Connection.objects.select_related("offer").get(id=connection_id)
    lived = lived_of([row]).get(row.id)
    if lived is None:
        return 0
    agreed = BillLine.objects.filter(connection=row, voided_at=None, bill__state__in=[each.value for each in OWED_STATES])
    return funders_still_to_bill(lived, row.offer.terms, agreed=set(agreed.values_list("since", flat=True)))


def lived_of(rows: Iterable[Connection]) -> dict[int, Lived]:
    """What became of connections, by id; those never activated are not there. Three statements however many they are."""
    active = {row.id: (row, row.activated_on, row.ends_on) for row in rows if row.activated_on is not None and row.ends_on is not None}
    suspended = _suspended(active)
    incidents: dict[int, list[tuple[date, date]]] = {}
    told = Incident.objects.filter(connection_id__in=list(active)).order_by("id")
    columns = ("connection_id", "kind", "mended_by", "reported_at", "mended_at")
    for connection_id, kind, mended_by, reported_at, mended_at in told.values_list(*columns):
        if is_deducted(kind, mended_by):
            days = (legal_day(reported_at), legal_day(mended_at) if mended_at else date.max)
            incidents.setdefault(connection_id, []).append(days)
    return {
        key: Lived(activated_on, ends_on, row.ended_on, tuple(suspended.get(key, ())), tuple(incidents.get(key, ())))
        for key, (row, activated_on, ends_on) in active.items()
    }


def _suspended(connection_ids: Collection[int]) -> dict[int, list[tuple[date, date]]]:
    found: dict[int, list[tuple[date, date]]] = {}
    began: dict[int, date] = {}
    steps = Step.objects.filter(connection_id__in=list(connection_ids)).order_by("connection_id", "id")
    for connection_id, state, on in steps.values_list("connection_id", "state", "on"):
        if connection_id in began:
            found.setdefault(connection_id, []).append((began.pop(connection_id), on))
        if state == ConnectionState.SUSPENDED:
            began[connection_id] = on
    for connection_id, on in began.items():
        found.setdefault(connection_id, []).append((on, date.max))
    return found


def due_lines(*, agreement_id: int, provider_id: int, month: date, without_bill: int = 0) -> list[DueLine]:
    """The months of a provider's connections that were over by the end of a month and never billed, in order. For operations.

    `without_bill`: a bill counted as if it had not been sent, to count it again.
    """
    rows = list(
        Connection.objects.select_related("offer")
        .filter(offer__agreement_id=agreement_id, provider_id=provider_id, activated_on__isnull=False)
        .order_by("number")
    )
    billed: dict[int, set[date]] = {}
    lines = BillLine.objects.filter(connection_id__in=[row.id for row in rows], voided_at=None).exclude(bill_id=without_bill)
    for connection_id, since in lines.order_by("id").values_list("connection_id", "since"):
        billed.setdefault(connection_id, set()).add(since)
    lived, before = lived_of(rows), add_months(month, 1)
    return [
        DueLine(row.id, row.number, row.landlord_id, Collector(row.offer.collector), due)
        for row in rows
        for due in months_due(lived[row.id], row.offer.terms, before=before, billed=billed.get(row.id, ()))
    ]


def to_bill(*, actor: Actor, at: datetime) -> list[MonthToBill]:
    """What the actor's organisation may bill for the month just over, agreement by agreement. Raises: NotAllowed."""
    check_may(actor, "connectivity.bill")
    month = add_months(legal_day(at).replace(day=1), -1)
    mine = Connection.objects.filter(provider_id=actor.organisation_id, activated_on__isnull=False).order_by("offer__agreement_id")
    agreements = mine.values_list("offer__agreement_id", "programme_id").distinct()
    waiting = set(
        Bill.objects.filter(provider_id=actor.organisation_id, state__in=[BillState.SUBMITTED, BillState.CHECKED])
        .order_by("id")
        .values_list("agreement_id", flat=True)
    )
    found = []
    for agreement_id, programme_id in agreements:
        lines = due_lines(agreement_id=agreement_id, provider_id=actor.organisation_id or 0, month=month)
        if lines and agreement_id not in waiting:
            collected = sum(parts_of(each.due, each.collector).collected_cents for each in lines)
            total = sum(each.due.total_cents for each in lines)
            found.append(MonthToBill(agreement_id, programme_id, funding.programme(programme_id).name, month, len(lines), total, collected))
    return found


def lines_to_bill(*, actor: Actor, agreement_id: int, at: datetime) -> list[DueLine]:
    """The lines the actor's organisation may bill now under an agreement. Raises: NotAllowed."""
    check_may(actor, "connectivity.bill")
    month = add_months(legal_day(at).replace(day=1), -1)
    return due_lines(agreement_id=agreement_id, provider_id=actor.organisation_id or 0, month=month)


def bills(*, actor: Actor) -> list[BillFacts]:
    """The bills the actor may read, the latest first: a provider's own, an operator's or a funder's programmes'. Raises: NotAllowed."""
    return _bills(seen_bills(actor))


def bill(*, actor: Actor, bill_id: int) -> BillFacts:
    """One bill. Raises: NotAllowed, BillUnknown."""
    return _bills(Bill.objects.filter(id=seen_bill(actor, bill_id).id))[0]


def bill_lines(*, actor: Actor, bill_id: int) -> list[LineFacts]:
    """The lines of one bill the actor may read. Raises: NotAllowed, BillUnknown."""
    return _lines(seen_lines(actor).filter(bill=seen_bill(actor, bill_id)))


def lines(*, actor: Actor, agreement_id: int | None = None) -> list[LineFacts]:
    """Every line owed that the actor may read: a landlord reads those of its own homes. Raises: NotAllowed."""
    rows = seen_lines(actor).filter(voided_at=None)
    return _lines(rows if agreement_id is None else rows.filter(bill__agreement_id=agreement_id))


def payments(*, actor: Actor) -> list[PaymentFacts]:
    """What landlords paid in, the latest first: a landlord reads its own. Raises: NotAllowed."""
    rows = list(seen_payments(actor))
    names = _names({row.landlord_id for row in rows})
    return [
        PaymentFacts(
            row.id, row.landlord_id, names[row.landlord_id], row.agreement_id, row.own_cents, row.households_cents, row.received_on,
            row.reference,
        )
        for row in rows
    ]  # fmt: skip


def landlord_accounts(*, actor: Actor) -> list[LandlordAccount]:
    """What each landlord owes and paid, agreement by agreement, by the bills agreed. Raises: NotAllowed.

    The ledger says the same: `queries.verifying` compares both.
    """
    called: dict[tuple[int, int, int], list[int]] = {}
    rows = seen_lines(actor).filter(voided_at=None, bill__state__in=[each.value for each in OWED_STATES]).order_by("id")
    columns = ("landlord_id", "bill__agreement_id", "programme_id", "collector", "landlord_cents", "household_cents")
    for landlord_id, agreement_id, programme_id, collector, own, household in rows.values_list(*columns):
        sums = called.setdefault((landlord_id, agreement_id, programme_id), [0, 0, 0, 0])
        by_landlord = household if collector == Collector.LANDLORD else 0
        sums[0] += own + by_landlord
        sums[1] += by_landlord
    for paid in seen_payments(actor):
        sums = called.setdefault((paid.landlord_id, paid.agreement_id, paid.programme_id), [0, 0, 0, 0])
        sums[2] += paid.own_cents + paid.households_cents
        sums[3] += paid.households_cents
    whose = _names({landlord_id for landlord_id, _agreement, _programme in called})
    programmes = _programmes({programme_id for _landlord, _agreement, programme_id in called})
    return [
        LandlordAccount(landlord_id, whose[landlord_id], agreement_id, programmes[programme_id], *sums)
        for (landlord_id, agreement_id, programme_id), sums in sorted(called.items())
        if any(sums)
    ]


def agreement_account(*, actor: Actor, agreement_id: int, at: datetime) -> AgreementAccount:
    """The connections' money of an agreement the actor may read, from the ledger. Raises: NotAllowed, AgreementUnknown."""
    check_may(actor, "connectivity.see-bills")
    facts = funding.agreement(actor, agreement_id, at=at)
    table = ledger.money(agreement_id=agreement_id)
    partners = Connection.objects.filter(offer__agreement_id=agreement_id).order_by("provider_id", "landlord_id")
    pairs = list(partners.values_list("provider_id", "landlord_id").distinct())
    provider_ids, landlord_ids = sorted({each for each, _ in pairs}), sorted({each for _, each in pairs})
    stands = {each: ledger.provider_standing(agreement_id=agreement_id, provider_id=each) for each in provider_ids}
    names = _names({*table.by_funder, *provider_ids, *landlord_ids})
    owed: dict[int, int] = {}
    for stand in stands.values():
        for funder_id, cents in stand.owed_by_funder.items():
            owed[funder_id] = owed.get(funder_id, 0) + cents
    own = [
        (names[funder_id], money.reserved - owed.get(funder_id, 0), owed.get(funder_id, 0), money.served)
        for funder_id, money in table.by_funder.items()
        if money.reserved or money.served
    ]
    landlords = [(each, names[each], ledger.landlord_standing(agreement_id=agreement_id, landlord_id=each)) for each in landlord_ids]
    return AgreementAccount(
        agreement_id, facts.name, tuple(own), tuple((each, names[each], stands[each]) for each in stands), tuple(landlords)
    )


def _bills(rows: QuerySet[Bill]) -> list[BillFacts]:
    found = list(rows.order_by("-month", "-id"))
    names, programmes = _names({row.provider_id for row in found}), _programmes({row.programme_id for row in found})
    return [_facts(row, names, programmes) for row in found]


def _facts(row: Bill, names: dict[int, str], programmes: dict[int, str]) -> BillFacts:
    same: dict[str, Any] = {
        name: getattr(row, name)
        for name in (
            "id", "programme_id", "agreement_id", "provider_id", "month", "reference", "line_count", "household_cents", "landlord_cents",
            "funders_cents", "setup_cents", "collected_cents", "submitted_at", "checked_by_id", "checked_at", "decided_by_id", "decided_at",
            "reason", "pay_cents", "pay_funders_cents", "creditor_name", "creditor_iban", "execute_on", "file_written_at", "sent_at",
            "booked_on", "returned_on", "bank_reason",
        )
    }  # fmt: skip
    return BillFacts(
        programme=programmes[row.programme_id],
        provider=names[row.provider_id],
        state=BillState(row.state),
        end_to_end_id=reference_of(row),
        **same,
    )


def reference_of(row: Bill) -> str:
    """What the bank's file calls its transfer, and the bank's answer calls it again; empty before it is checked."""
    return f"CNX-{row.id}-{row.attempt}" if row.attempt else ""


def month_of(row: BillLine) -> MonthDue:
    """A kept line, as the rules read it."""
    return MonthDue(
        row.since, row.until, row.whole_until, row.suspended_days, row.incident_days, row.household_cents, row.landlord_cents,
        row.funders_cents, row.setup_cents,
    )  # fmt: skip


def _lines(rows: QuerySet[BillLine]) -> list[LineFacts]:
    found = list(rows.select_related("bill", "connection").order_by("-bill__month", "bill_id", "connection__number", "since"))
    names = _names({row.landlord_id for row in found})
    return [
        LineFacts(
            row.bill_id, row.connection_id, row.connection.number, names[row.landlord_id], BillState(row.bill.state), row.bill.month,
            Collector(row.collector), month_of(row),
        )
        for row in found
    ]  # fmt: skip


def _programmes(programme_ids: Collection[int]) -> dict[int, str]:
    return {each: funding.programme(each).name for each in sorted(programme_ids)}


def _names(organisation_ids: Collection[int]) -> dict[int, str]:
    return {key: card.name for key, card in parties.organisations(sorted(organisation_ids)).items()}


__all__ = [
    "AgreementAccount", "BillFacts", "DueLine", "LandlordAccount", "LandlordPayment", "LineFacts", "MonthToBill", "PaymentFacts",
    "agreement_account", "bill", "bill_lines", "bills", "due_lines", "landlord_accounts", "lines", "lines_to_bill", "lived_of", "month_of",
    "payments", "reference_of", "still_to_bill", "to_bill",
]  # fmt: skip
