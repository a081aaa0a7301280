"""How agreements pay, what each line of an answer did, and the payment orders of a run with what stands behind them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from django.db.models import Count, QuerySet, Sum

from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.gateways.keys import ORDERS, key_ring
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties import queries as parties
from carnet.parties.rules import check_may
from carnet.places import queries as places
from carnet.redemption import queries as redemption
from carnet.settlement import access
from carnet.settlement.models import BankFile, BankLine, ChannelChoice, ClaimLine, RunFile, Transfer
from carnet.settlement.queries._redrawn import family
from carnet.settlement.rules import TransferState, Verdict
from carnet.settlement.rules.channels import DEFAULT_CHANNEL, PaymentChannel

LINES_SHOWN = 200
_ORDERS_AT_ONCE = 50
_DID_NOTHING = (Verdict.ALREADY_KNOWN.value,)
_DID = (Verdict.PAY.value, Verdict.GIVE_BACK.value, Verdict.REFUSE.value)


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One line of an answer and what it did. Unit: whole cents."""

    rank: int
    claim_id: int | None
    payee: str
    reference: str
    verdict: str
    cents: int | None
    reason_code: str
    booked_on: date | None
    order_number: str
    note: str


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """One answer that was read: what each line did, what is left for a person. Sums in whole cents.

    `to_look` and `done` hold the first lines of each; `to_look_count` and `done_count` how many there are.
    """

    bank_file_id: int
    agreement_id: int
    agreement: str
    message: str
    report_id: str
    read_at: datetime
    schema_checked: bool
    paid_count: int
    paid_cents: int
    came_back_count: int
    came_back_cents: int
    known_count: int
    to_look: tuple[AnswerLine, ...]
    to_look_count: int
    done: tuple[AnswerLine, ...]
    done_count: int
    waiting_count: int
    waiting_cents: int
    returned_count: int


@dataclass(frozen=True, slots=True)
class ServedVoucher:
    """One voucher behind a payment order: which, where and when. Nobody's name."""

    serial: str
    place: str
    day: date
    cents: int


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """One payment order and what stands behind it. Unit: whole cents; `kept_cents` was kept for what the payee owed back."""

    rank: int
    transfer_id: int
    claim_id: int
    reference: str
    payee: str
    siret: str
    address: str
    holder: str
    iban: str
    bic: str
    cents: int
    claimed_cents: int
    remittance: str
    vouchers: tuple[ServedVoucher, ...]

    @property
    def kept_cents(self) -> int:
        """What of the vouchers is not paid by this order."""
        return self.claimed_cents - self.cents


@dataclass(frozen=True, slots=True)
class PaymentOrders:
    """The payment orders of one run, approved by two people."""

    run_id: int
    programme_id: int
    programme: str
    agreement: str
    operator: str
    payer: str
    payer_iban: str
    message_id: str
    execute_on: date
    approved_at: datetime
    prepared_by: str
    approved_by: str
    order_count: int
    cents: int
    digest: str
    is_simulated: bool


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One payment order, to answer for. Unit: whole cents."""

    transfer_id: int
    run_id: int
    agreement_id: int
    payee: str
    reference: str
    cents: int
    state: TransferState


@dataclass(frozen=True, slots=True)
class OrderAnswer:
    """What the accountant said of one payment order."""

    order_number: str
    note: str


@dataclass(frozen=True, slots=True)
class Seal:
    """An Ed25519 signature of the programme, and the public key that checks it (both raw)."""

    signature: bytes
    public_key: bytes
    key_version: int


def channel_of(agreement_id: int) -> PaymentChannel:
    """How an agreement pays now."""
    chosen = ChannelChoice.objects.filter(agreement_id=agreement_id).order_by("-id").values_list("channel", flat=True).first()
    return PaymentChannel(chosen) if chosen else DEFAULT_CHANNEL


def channel_of_run(run_id: int, agreement_id: int) -> PaymentChannel:
    """The form a run left in, or will."""
    left = RunFile.objects.filter(run_id=run_id).values_list("channel", flat=True).first()
    return PaymentChannel(left) if left else channel_of(agreement_id)


def answer_page(*, actor: Actor, bank_file_id: int) -> AnswerPage:
    """One answer, what it did and what is left to look at. Raises: NotAllowed, BankFileUnknown."""
    row = access.seen_bank_file(actor, bank_file_id)
    lines = BankLine.objects.filter(bank_file=row).order_by("rank")
    to_look = lines.exclude(verdict__in=_DID + _DID_NOTHING)
    # What came back before what was paid: it is what a person acts upon.
    done = lines.filter(verdict__in=_DID).order_by("verdict", "rank")
    transfers = Transfer.objects.filter(agreement_id=row.agreement_id)
    waiting = transfers.filter(state=TransferState.SENT).aggregate(count=Count("id"), cents=Sum("cents", default=0))
    return AnswerPage(
        bank_file_id=row.id,
        agreement_id=row.agreement_id,
        agreement=funding_access.seen_agreement(actor, row.agreement_id).name,
        message=row.message,
        report_id=row.report_id,
        read_at=row.read_at,
        schema_checked=row.schema_checked,
        paid_count=row.paid_count,
        paid_cents=row.paid_cents,
        came_back_count=row.came_back_count,
        came_back_cents=row.came_back_cents,
        known_count=row.known_count,
        to_look=_shown(to_look) if to_look.exists() else _remembered(row),
        to_look_count=row.remark_count,
        done=_shown(done),
        done_count=row.paid_count + row.came_back_count,
        waiting_count=waiting["count"],
        waiting_cents=waiting["cents"],
        returned_count=transfers.filter(state=TransferState.RETURNED).count(),
    )


def order_answers(*, actor: Actor, run_id: int) -> dict[int, OrderAnswer]:
    """What the accountant said of each payment order of a run, by transfer; the latest word. Raises: NotAllowed, RunUnknown."""
    run = access.seen_run(actor, run_id)
    rows = BankLine.objects.filter(transfer__run=run, verdict__in=_DID).order_by("id").values_list("transfer_id", "order_number", "note")
    return {transfer_id: OrderAnswer(number, note) for transfer_id, number, note in rows}


def order_page(*, actor: Actor, transfer_id: int) -> OrderPage:
    """One payment order. Raises: NotAllowed, TransferUnknown."""
    row = access.seen_transfer(actor, transfer_id)
    return OrderPage(
        transfer_id=row.id,
        run_id=row.run_id,
        agreement_id=row.agreement_id,
        payee=parties.organisation_name(row.organisation_id),
        reference=row.end_to_end_id,
        cents=row.cents,
        state=TransferState(row.state),
    )


def payment_orders(*, actor: Actor, run_id: int) -> PaymentOrders:
    """The head of a run's payment orders; each one comes from `each_order`. Raises: NotAllowed, RunUnknown."""
    run = access.seen_run(actor, run_id)
    assert run.approved_at is not None, "only an approved run has payment orders"
    programme = funding.programme(run.programme_id)
    names = parties.names_of([each for each in (run.prepared_by_id, run.approved_by_id) if each is not None])
    return PaymentOrders(
        run_id=run.id,
        programme_id=run.programme_id,
        programme=programme.name,
        agreement=funding_access.seen_agreement(actor, run.agreement_id).name,
        operator=parties.organisation_name(programme.operator_id),
        payer=run.debtor_name,
        payer_iban=run.debtor_iban,
        message_id=run.message_id,
        execute_on=run.execute_on,
        approved_at=run.approved_at,
        prepared_by=names.get(run.prepared_by_id or run.controlled_by_id or 0, ""),
        approved_by=names.get(run.approved_by_id, "") if run.approved_by_id is not None else "",
        order_count=run.transfer_count,
        cents=run.total_cents,
        digest=bytes(run.digest).hex(),
        is_simulated=programme.is_simulated,
    )


def each_order(*, actor: Actor, run_id: int, with_vouchers: bool = True) -> Iterator[PaymentOrder]:
    """The payment orders of a run in the order of their claims, read a few at a time. What was set aside is not among them.

    Raises: NotAllowed, RunUnknown.
    """
    run = access.seen_run(actor, run_id)
    kept = Transfer.objects.filter(run=run).exclude(state=TransferState.CANCELLED)
    rows = kept.select_related("claim").order_by("claim_id").iterator(chunk_size=2000)
    numbered = enumerate(rows, start=1)
    while ranked := list(islice(numbered, _ORDERS_AT_ONCE)):
        cards = parties.organisations({row.organisation_id for _rank, row in ranked})
        served = _served([row.claim_id for _rank, row in ranked]) if with_vouchers else {}
        for rank, row in ranked:
            yield _order(rank, row, cards.get(row.organisation_id), tuple(served.get(row.claim_id, ())))


def seal_orders(*, actor: Actor, run_id: int, content: bytes) -> Seal:
    """Sign the list of the files handed to an accountant, by the programme's key. Raises: NotAllowed, RunUnknown, KeysMissing."""
    check_may(actor, "settlement.export-payment")
    run = access.seen_run(actor, run_id)
    ring = key_ring()
    # The first key: what it signed is checked years later, and the same run gives the same bytes.
    first = ring.public_keys(run.programme_id)[0]
    return Seal(ring.sign(run.programme_id, ORDERS, content, version=first.version), first.raw, first.version)


def _order(rank: int, row: Transfer, card: parties.OrganisationCard | None, vouchers: tuple[ServedVoucher, ...]) -> PaymentOrder:
    return PaymentOrder(
        rank=rank,
        transfer_id=row.id,
        claim_id=row.claim_id,
        reference=row.end_to_end_id,
        payee=card.name if card else "",
        siret=(card.siret or "") if card else "",
        address=", ".join(part for part in (card.street, f"{card.postcode} {card.city}".strip()) if part) if card else "",
        holder=row.creditor_name,
        iban=row.creditor_iban,
        bic=row.creditor_bic,
        cents=row.cents,
        claimed_cents=row.claim.cents,
        remittance=row.remittance,
        vouchers=vouchers,
    )


def _served(claim_ids: list[int]) -> dict[int, list[ServedVoucher]]:
    first = {each: claim_id for claim_id in claim_ids for each in family(claim_id)}
    rows = ClaimLine.objects.filter(claim_id__in=first).order_by("redeemed_at", "id")
    found = list(rows.values_list("claim_id", "series_id", "voucher_id", "place_id", "redeemed_at", "cents"))
    names = places.names_of({place_id for _claim, _series, _voucher, place_id, _at, _cents in found})
    served: dict[int, list[ServedVoucher]] = {}
    for claim_id, series_id, voucher_id, place_id, redeemed_at, cents in found:
        voucher = ServedVoucher(redemption.serial_of(series_id, voucher_id), names.get(place_id, ""), legal_day(redeemed_at), cents)
        served.setdefault(first[claim_id], []).append(voucher)
    return served


def _shown(rows: QuerySet[BankLine]) -> tuple[AnswerLine, ...]:
    lines = list(rows.select_related("transfer")[:LINES_SHOWN])
    cards = parties.organisations({each.transfer.organisation_id for each in lines if each.transfer is not None})
    names = {key: card.name for key, card in cards.items()}
    return tuple(
        AnswerLine(
            rank=each.rank,
            claim_id=each.transfer.claim_id if each.transfer else None,
            payee=names.get(each.transfer.organisation_id, "") if each.transfer else "",
            reference=each.reference,
            verdict=each.verdict,
            cents=each.cents,
            reason_code=each.reason_code,
            booked_on=each.booked_on,
            order_number=each.order_number,
            note=each.note,
        )
        for each in lines
    )


def _remembered(row: BankFile) -> tuple[AnswerLine, ...]:
    """The remarks of an answer read before each of its lines was kept."""
    return tuple(
        AnswerLine(rank, None, "", reference, verdict, cents, reason, None, "", "")
        for rank, (reference, verdict, cents, reason) in enumerate(row.remarks[:LINES_SHOWN], start=1)
    )
