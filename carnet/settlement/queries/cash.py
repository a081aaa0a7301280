"""What left agreements' accounts, what came back to them, and what is on its way: by the bank's own days. Whole cents."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Max, Min, Q, QuerySet

from carnet.funding import queries as funding
from carnet.kernel.periods import legal_day
from carnet.settlement.models import BankFile, BankLine, Claim, CutOff, DebitNote, Repayment, Transfer
from carnet.settlement.rules import ClaimState, TransferState, Verdict
from carnet.settlement.rules.debts import NoteState

_UNDERSTOOD = (Verdict.PAY.value, Verdict.GIVE_BACK.value, Verdict.REFUSE.value, Verdict.ALREADY_KNOWN.value)
_PAYMENT_IN = "PAYMENT_IN"


@dataclass(frozen=True, slots=True)
class CashLine:
    """Cents that passed through an agreement's account on one of the bank's days; below zero, they left."""

    agreement_id: int
    day: date
    cents: int


@dataclass(frozen=True, slots=True)
class OnItsWay:
    """A transfer given to the bank: when, and the day the bank booked it (None: nobody told yet). Whole cents."""

    agreement_id: int
    sent_on: date
    booked_on: date | None
    cents: int


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Lines of a statement that are no transfer of ours: how many, and what they took out of and brought into the account."""

    line_count: int = 0
    out_cents: int = 0
    in_cents: int = 0


def cash_after(days: Mapping[int, date]) -> list[CashLine]:
    """What passed through each agreement's account after the day given for it: payments, those that came back, money given back by places
    and to funders. The caller sees the agreements."""
    lines = [*_transfers(days), *_repayments(days), *_debit_notes(days)]
    return [each for each in lines if each.day > days[each.agreement_id]]


def on_their_way(agreement_ids: Collection[int], *, booked_after: Mapping[int, date]) -> list[OnItsWay]:
    """Transfers given to the bank and not answered, and those it booked after the day given for their agreement."""
    rows = Transfer.objects.filter(
        Q(state=TransferState.SENT.value) | Q(state=TransferState.PAID.value, booked_on__gt=_earliest(booked_after)),
        agreement_id__in=list(agreement_ids), run__sent_at__isnull=False,
    ).select_related("run")  # fmt: skip
    told = _days_told(rows)
    found = []
    for row in rows.order_by("id"):
        booked_on = told.get(row.id, row.booked_on) if row.state == TransferState.PAID else None
        after = booked_after.get(row.agreement_id)
        if booked_on is None or (after is not None and booked_on > after):
            assert row.run.sent_at is not None, "chosen by it"
            found.append(OnItsWay(row.agreement_id, legal_day(row.run.sent_at), booked_on, row.cents))
    return found


def owed_since(agreement_id: int, programme_id: int) -> date | None:
    """The day of the oldest voucher an agreement's places are still owed for; None when all is paid. Unit: legal day."""
    unpaid = Claim.objects.filter(agreement_id=agreement_id).exclude(state__in=[ClaimState.PAID.value, ClaimState.REDRAWN.value])
    claimed = unpaid.aggregate(at=Min("first_redeemed_at"))["at"]
    counted = CutOff.objects.filter(programme_id=programme_id).aggregate(at=Max("until"))["at"]
    since = "AND r.at >= %(counted)s" if counted is not None else ""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(r.at) FROM redemption_redemption r /* fan-out: an agreement's own */ JOIN ledger_series s ON s.id = r.series_id"
            f" WHERE s.agreement_id = %(agreement)s AND r.programme_id = %(programme)s {since}"
            " AND NOT EXISTS (SELECT 1 FROM redemption_reversal x"
            " WHERE x.series_id = r.series_id AND x.voucher_id = r.voucher_id AND x.generation = r.generation)",
            {"agreement": agreement_id, "programme": programme_id, "counted": counted},
        )
        not_counted = cursor.fetchone()[0]
    oldest = min((each for each in (claimed, not_counted) if each is not None), default=None)
    return legal_day(oldest) if oldest is not None else None


def unmatched(agreement_id: int, digest: bytes) -> Unmatched:
    """What a statement holds that is no transfer of ours, nor what funders or places paid in and somebody recorded by its own reference."""
    row = BankFile.objects.filter(agreement_id=agreement_id, digest=digest).first()
    if row is None:
        return Unmatched()
    known = {each.bank_reference for each in funding.receipts(agreement_id) if each.withdrawn_at is None}
    known |= set(DebitNote.objects.filter(agreement_id=agreement_id).exclude(reference="").values_list("reference", flat=True))
    lines = BankLine.objects.filter(bank_file=row).exclude(verdict__in=_UNDERSTOOD)
    told = [each for each in lines.order_by("rank") if each.verdict != _PAYMENT_IN or each.reference not in known]
    out = sum(each.cents or 0 for each in told if each.verdict != _PAYMENT_IN)
    came = sum(each.cents or 0 for each in told if each.verdict == _PAYMENT_IN)
    return Unmatched(len(told), out, came)


def _transfers(days: Mapping[int, date]) -> Iterator[CashLine]:
    rows = Transfer.objects.filter(
        Q(booked_on__gt=_earliest(days)) | Q(returned_on__gt=_earliest(days)), agreement_id__in=list(days), booked_on__isnull=False
    )
    told = _days_told(rows)
    for row in rows.order_by("id"):
        yield CashLine(row.agreement_id, told.get(row.id, row.booked_on or date.max), -row.cents)
        if row.returned_on is not None:
            yield CashLine(row.agreement_id, row.returned_on, row.cents)


def _days_told(rows: QuerySet[Transfer]) -> dict[int, date]:
    """The day a statement says it was booked, where one does: a status report says it was paid, not when."""
    lines = BankLine.objects.filter(transfer__in=rows, booked_on__isnull=False).order_by("transfer_id")
    return dict(lines.values_list("transfer_id").annotate(Min("booked_on")))


def _repayments(days: Mapping[int, date]) -> Iterator[CashLine]:
    rows = Repayment.objects.filter(agreement_id__in=list(days), paid_on__gt=_earliest(days)).order_by("id")
    for row in rows:
        assert row.paid_on is not None, "chosen by it"
        yield CashLine(row.agreement_id, row.paid_on, -row.circulation_cents - row.unissued_cents)


def _debit_notes(days: Mapping[int, date]) -> Iterator[CashLine]:
    rows = DebitNote.objects.filter(agreement_id__in=list(days), state=NoteState.PAID.value, paid_on__gt=_earliest(days)).order_by("id")
    for row in rows:
        assert row.paid_on is not None, "chosen by it"
        yield CashLine(row.agreement_id, row.paid_on, row.cents)


def _earliest(days: Mapping[int, date]) -> date:
    return min(days.values(), default=date.max)
