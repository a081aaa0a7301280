"""Follow one euro: from what the funders paid to the line of the bank, and back; with the journal's proof of each step.

A ledger does not know coins. What a funder paid is one sum in the agreement's account; whose cents are in a voucher was fixed by the
shares when its code was drawn. So a step says sums and the rows that make them, never which transfer "became" which voucher.
Nothing here names a person: people appear by number.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid5

from django.db.models import Count

from carnet.distribution import queries as distribution
from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.funding.rules import FundingRefused, ReceiptUnknown
from carnet.issuing import queries as issuing
from carnet.journal import queries as journal
from carnet.journal.queries import Proof
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.ledger.queries import SeriesView
from carnet.ledger.rules import Money, MovementKind, PassageKind, SharePattern, State, VoucherSerialUnknown
from carnet.parties import queries as parties
from carnet.parties.rules import check_may
from carnet.redemption import queries as redemption
from carnet.redemption.rules import redemption_number
from carnet.settlement import access
from carnet.settlement.models import BankFile, Claim, ClaimLine, Transfer
from carnet.settlement.queries._redrawn import family
from carnet.settlement.rules import TransferState, TransferUnknown, masked

LINES_SHOWN = 100
FOLLOW = "settlement.follow"


class StepKind(StrEnum):
    """The steps of a euro, in the order it takes them."""

    RECEIVED = "received"
    AGREEMENT = "agreement"
    ORDERED = "ordered"
    DRAWN = "drawn"
    PASSED = "passed"
    HANDED_OVER = "handed-over"
    REDEEMED = "redeemed"
    REVERSED = "reversed"
    CLAIMED = "claimed"
    APPROVED = "approved"
    WRITTEN = "written"
    BOOKED = "booked"
    CAME_BACK = "came-back"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: when, how many cents, what else is known of it, the rows that prove it. `subject_id` is what its page shows."""

    kind: StepKind
    at: datetime | date | None
    cents: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    proofs: tuple[Proof, ...] = ()
    subject_id: int | None = None


@dataclass(frozen=True, slots=True)
class FunderPart:
    """One funder in a voucher or a transfer: what it holds until used and what it bears; what it paid in under the agreement, in all.

    `received_cents`: None when the reader is another funder.
    """

    funder_id: int
    held_cents: int
    borne_cents: int
    received_cents: int | None
    receipt_count: int


@dataclass(frozen=True, slots=True)
class VoucherStory:
    """One voucher's euros from end to end."""

    programme_id: int
    agreement_id: int
    serial: str
    value_cents: int
    parts: tuple[FunderPart, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class ClaimedVoucher:
    """One redemption that a claim pays."""

    number: str
    serial: str
    place_id: int
    cents: int
    redeemed_at: datetime


@dataclass(frozen=True, slots=True)
class TransferStory:
    """One line of the bank, back to every funder's payments. `lines` are the first `LINES_SHOWN` after a mark."""

    transfer_id: int
    programme_id: int
    agreement_id: int
    organisation_id: int
    end_to_end_id: str
    masked_iban: str
    cents: int
    service_count: int
    parts: tuple[FunderPart, ...]
    receipts: tuple[funding.Receipt, ...]
    steps: tuple[Step, ...]
    lines: tuple[ClaimedVoucher, ...]
    line_count: int
    next_line: int | None


@dataclass(frozen=True, slots=True)
class PaidTransfer:
    """One transfer under an agreement, and the part of it that one funder bears."""

    transfer_id: int
    end_to_end_id: str
    organisation_id: int
    booked_on: date | None
    cents: int
    part_cents: int


@dataclass(frozen=True, slots=True)
class ReceiptStory:
    """One funder's payment forward: where all its cents of the agreement are now, and the transfers they paid for."""

    receipt: funding.Receipt
    programme_id: int
    received_cents: int
    receipt_count: int
    money: Money
    proofs: tuple[Proof, ...]
    transfers: tuple[PaidTransfer, ...]
    paid_cents: int


# --- forward ---------------------------------------------------------------------------------------------------------


def follow_voucher(*, actor: Actor, programme_id: int, serial: str) -> VoucherStory:
    """The whole way of one voucher's euros, by its printed serial. Unit: whole cents.

    Raises: NotAllowed, ProgrammeUnknown, SerialMistyped, VoucherSerialUnknown (also for a programme or an agreement not one's own).
    """
    check_may(actor, FOLLOW)
    funding_access.seen_programme(actor, programme_id)
    found = ledger.voucher_by_serial(serial)
    series = ledger.series(found.series_id)
    _check_seen(actor, series, programme_id, serial)
    pattern = ledger.shares_of_voucher(series_id=series.id, voucher_id=found.id)
    life = [*_carried(series, found.id, found.booklet_id, found.state), *_spent(series, found.id)]
    life.sort(key=lambda draft: draft.step.at)  # type: ignore[arg-type, return-value]  # each has its moment
    steps = [*_funded(actor, series), *_made(actor, series), *life, *_paid(actor, series, found.id)]
    return VoucherStory(
        programme_id,
        series.agreement_id,
        found.serial,
        found.value_cents,
        _parts(actor, series.agreement_id, [(pattern, 1)]),
        _proved(steps),
    )


def _check_seen(actor: Actor, series: SeriesView, programme_id: int, serial: str) -> None:
    try:
        funding_access.seen_agreement(actor, series.agreement_id)
    except FundingRefused:
        raise VoucherSerialUnknown(serial=serial) from None
    if series.programme_id != programme_id:
        raise VoucherSerialUnknown(serial=serial)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A step, and what proves it: subjects of the journal with the actions wanted (none: all), and rows of the ledger."""

    step: Step
    subjects: tuple[tuple[str, int | str], ...] = ()
    actions: tuple[str, ...] = ()
    rows: tuple[tuple[str, int], ...] = ()


def _proved(drafts: Sequence[_Draft]) -> tuple[Step, ...]:
    lines = journal.lines_about({subject for draft in drafts for subject in draft.subjects})
    rows = []
    for draft in drafts:
        told = [line for kind, subject in draft.subjects for line in lines.get((kind, str(subject)), ())]
        wanted = [("journal_line", line.id) for line in told if not draft.actions or line.action in draft.actions]
        rows.append([*wanted, *draft.rows])
    proofs = journal.proofs({row for each in rows for row in each})
    return tuple(
        replace(draft.step, proofs=tuple(proofs[row] for row in each if row in proofs)) for draft, each in zip(drafts, rows, strict=True)
    )


def _movement_rows(traced: Iterable[ledger.TracedMovement]) -> tuple[tuple[str, int], ...]:
    return tuple(("ledger_movement", each.movement.id) for each in traced)


def _funded(actor: Actor, series: SeriesView) -> list[_Draft]:
    """What the funders paid in under the agreement, and the agreement itself."""
    agreement = funding_access.seen_agreement(actor, series.agreement_id)
    drafts = []
    for receipt in sorted(_own_receipts(actor, series.agreement_id), key=lambda each: (each.received_on, each.id)):
        rows = [each for each in _received(series.agreement_id) if each.movement.funder_id == receipt.funder_id]
        same = [each for each in rows if each.movement.cents == receipt.cents and each.movement.at == receipt.recorded_at]
        facts = {"funder": receipt.funder_id, "reference": receipt.bank_reference}
        step = Step(StepKind.RECEIVED, receipt.received_on, receipt.cents, facts, subject_id=receipt.id)
        drafts.append(_Draft(step, (("receipt", receipt.id),), ("funding.money-received",), _movement_rows(same)))
    step = Step(StepKind.AGREEMENT, agreement.signed_on, None, {"name": agreement.name}, subject_id=agreement.id)
    signed = ("funding.agreement-signed", "funding.shares-amended")
    return [*drafts, _Draft(step, (("agreement", agreement.id),), signed)]


def _received(agreement_id: int) -> list[ledger.TracedMovement]:
    return ledger.movements_of_agreement(agreement_id=agreement_id, kinds=[MovementKind.RECEIVE])


def _own_receipts(actor: Actor, agreement_id: int) -> list[funding.Receipt]:
    """The money received under an agreement, mistakes left out: a funder reads its own only, as on its statements."""
    return [each for each in funding.receipts(agreement_id) if each.withdrawn_at is None and access.may_read_funder(actor, each.funder_id)]


def _made(actor: Actor, series: SeriesView) -> list[_Draft]:
    """The order and its edition."""
    order = issuing.order_of_series(series.id)
    cents = series.voucher_count * series.face_value_cents
    activated = ledger.movements_of_series(series_id=series.id, kinds=[MovementKind.ACTIVATE])
    drawn = Step(
        StepKind.DRAWN,
        series.drawn_at,
        cents,
        {"vouchers": series.voucher_count, "activated_at": series.activated_at},
        subject_id=series.id,
    )
    if order is None:
        return [_Draft(drawn, rows=_movement_rows(activated))]
    subjects: tuple[tuple[str, int | str], ...] = (("order", order.id),)
    if order.commitment_id is not None:
        subjects = (("commitment", order.commitment_id), *subjects)
    ordered = Step(StepKind.ORDERED, order.ordered_at, cents, {"booklets": order.booklet_count}, subject_id=order.id)
    before = ("funding.order-committed", "issuing.order-placed", "issuing.order-approved")
    return [
        _Draft(ordered, subjects, before),
        _Draft(
            drawn,
            (("order", order.id),),
            ("issuing.drawing-started", "issuing.order-printed", "issuing.seed-destroyed", "issuing.activated"),
            _movement_rows(activated),
        ),
    ]


def _carried(series: SeriesView, voucher_id: int, booklet_id: int, state: State) -> list[_Draft]:
    """From hand to hand, to the desk that gave it. The end of a whole series is no step of a voucher spent before it."""
    seen = ledger.passages(series_id=series.id, first_voucher_id=voucher_id, last_voucher_id=voucher_id)
    ids = ledger.passage_ids(series_id=series.id, voucher_id=voucher_id)
    drafts = [
        _Draft(
            Step(
                StepKind.PASSED,
                each.at,
                None,
                {
                    "kind": each.kind.value,
                    "from": each.from_holder_id,
                    "to": each.to_holder_id,
                    "vouchers": each.last_voucher_id - each.first_voucher_id + 1,
                },
            ),
            rows=(("ledger_passage", row_id),),
        )
        for each, row_id in zip(seen, ids, strict=True)
        if not (state is State.REDEEMED and each.kind in (PassageKind.LAPSED, PassageKind.VOIDED))
    ]
    for given in distribution.hand_overs_of_booklet(series_id=series.id, booklet_id=booklet_id):
        if not given.voucher_ids or voucher_id in given.voucher_ids:
            facts = {"desk": given.organisation_id, "vouchers": given.voucher_count}
            step = Step(StepKind.HANDED_OVER, given.handed_over_at, None, facts, subject_id=given.id)
            drafts.append(_Draft(step, (("hand-over", given.id),)))
    return drafts


def _spent(series: SeriesView, voucher_id: int) -> list[_Draft]:
    drafts = []
    moved = ledger.movements_of_voucher(series_id=series.id, voucher_id=voucher_id)
    subject = (("voucher", f"{series.id}-{voucher_id}"),)
    for rank, each in enumerate(redemption.redemptions_of_vouchers(series_id=series.id, voucher_ids=[voucher_id])):
        number = redemption_number(series_id=series.id, voucher_id=voucher_id, generation=each.generation)
        together = redemption.serials_of(redemption.taken_together(number))
        facts = {"place": each.place_id, "service": each.service, "number": number, "together": together}
        redeemed = _Draft(
            Step(StepKind.REDEEMED, each.at, series.face_value_cents, facts),
            subject if rank == 0 else (),
            ("redemption.redeemed",),
            _movement_rows(_of(moved, MovementKind.REDEEM, each.at)),
        )
        drafts.append(redeemed)
        if each.reversed_at is not None:
            step = Step(StepKind.REVERSED, each.reversed_at, -series.face_value_cents, {"place": each.place_id, "number": number})
            back = _movement_rows(_of(moved, MovementKind.REVERSE, each.reversed_at))
            drafts.append(_Draft(step, subject if rank == 0 else (), ("redemption.reversed",), back))
    return drafts


def _of(moved: Iterable[ledger.TracedMovement], kind: MovementKind, at: datetime) -> list[ledger.TracedMovement]:
    return [each for each in moved if each.movement.kind == kind.value and each.movement.at == at]


def _paid(actor: Actor, series: SeriesView, voucher_id: int) -> list[_Draft]:
    """The claim that holds the redemption, and each of its transfers."""
    claims = Claim.objects.filter(lines__series_id=series.id, lines__voucher_id=voucher_id).order_by("id")
    return [draft for claim in claims for draft in _steps_of_claim(claim)]


def _steps_of_claim(claim: Claim) -> list[_Draft]:
    facts = {"organisation": claim.organisation_id, "vouchers": claim.voucher_count, "until": claim.until, "state": claim.state}
    step = Step(StepKind.CLAIMED, claim.created_at, claim.cents, facts, subject_id=claim.id)
    drafts = [_Draft(step, (("cut-off", claim.cut_off_id), ("claim", claim.id)))]
    for transfer in claim.transfers.select_related("run").order_by("id"):
        drafts += steps_of_transfer(transfer)
    return drafts


def steps_of_transfer(transfer: Transfer) -> list[_Draft]:
    """Approvals, the file, the line of the bank."""
    run = transfer.run
    run_subject: tuple[tuple[str, int | str], ...] = (("payment-run", run.id),)
    drafts = []
    if run.approved_at is not None:
        voices = parties.voices_of(run.approval_id) if run.approval_id else []
        people = [voice.person_id for voice in voices] or [run.approved_by_id or 0]
        approved = Step(
            StepKind.APPROVED, run.approved_at, run.total_cents, {"prepared_by": run.prepared_by_id, "approved_by": people}, (), run.id
        )
        subjects = (*run_subject, *((("approval", run.approval_id),) if run.approval_id else ()))
        drafts.append(_Draft(approved, subjects, _APPROVING))
    if run.file_digest is not None:
        facts = {"message": run.message_id, "sha256": bytes(run.file_digest).hex(), "transfers": run.transfer_count}
        drafts.append(_Draft(Step(StepKind.WRITTEN, run.file_written_at, run.total_cents, facts, (), run.id), run_subject, _WRITING))
    for kind, day, what in (
        (StepKind.BOOKED, transfer.booked_on, "paid"),
        (StepKind.CAME_BACK, transfer.returned_on, "came back"),
    ):
        if day is not None:
            drafts.append(_banked(kind, day, what, transfer))
    return drafts


_APPROVING = (
    "settlement.run-prepared",
    "settlement.run-approved",
    "parties.approval-requested",
    "parties.approval-approved",
    "parties.approval-voice-given",
)
_WRITING = ("settlement.payment-file-written", "settlement.run-sent")


def _banked(kind: StepKind, day: date, what: str, transfer: Transfer) -> _Draft:
    request_id: UUID = uuid5(uuid5(transfer.run.request_id, transfer.end_to_end_id), what)
    series_ids = set(
        ClaimLine.objects.filter(claim_id__in=family(transfer.claim_id)).order_by().values_list("series_id", flat=True).distinct()
    )
    moved = ledger.movements_asked(series_ids=series_ids, request_ids=[request_id])
    at = moved[0].movement.at if moved else None
    files = BankFile.objects.filter(agreement_id=transfer.agreement_id, read_at=at).order_by("id") if at else ()
    facts = {"reference": transfer.end_to_end_id, "iban": masked(transfer.creditor_iban), "reason": transfer.reason_code}
    sign = 1 if kind is StepKind.BOOKED else -1
    step = Step(kind, day, sign * transfer.cents, facts, (), transfer.id)
    return _Draft(step, tuple(("bank-file", each.id) for each in files), rows=_movement_rows(moved))


def _parts(actor: Actor, agreement_id: int, counted: Sequence[tuple[SharePattern, int]]) -> tuple[FunderPart, ...]:
    """Each funder's cents over some vouchers, in the agreement's order, with what it paid in, in all."""
    held: dict[int, int] = {}
    borne: dict[int, int] = {}
    for pattern, count in counted:
        for funder_id, holds, bears in zip(pattern.funder_ids, pattern.held_cents, pattern.borne_cents, strict=True):
            held[funder_id] = held.get(funder_id, 0) + holds * count
            borne[funder_id] = borne.get(funder_id, 0) + bears * count
    receipts = _own_receipts(actor, agreement_id)
    return tuple(
        FunderPart(
            funder_id,
            held[funder_id],
            borne[funder_id],
            sum(each.cents for each in receipts if each.funder_id == funder_id) if access.may_read_funder(actor, funder_id) else None,
            len([each for each in receipts if each.funder_id == funder_id]),
        )
        for funder_id in held
    )


# --- back ------------------------------------------------------------------------------------------------------------


def follow_transfer(*, actor: Actor, transfer_id: int, after: int = 0) -> TransferStory:
    """One line of the bank, back to the vouchers it pays and to every funder's payments. `after` is where the list of vouchers goes on.

    Raises: NotAllowed, TransferUnknown.
    """
    check_may(actor, FOLLOW)
    row = Transfer.objects.filter(id=transfer_id).select_related("run", "claim").first()
    if row is None:
        raise TransferUnknown(transfer_id=transfer_id)
    try:
        funding_access.seen_agreement(actor, row.agreement_id)
    except FundingRefused:
        raise TransferUnknown(transfer_id=transfer_id) from None
    claim_ids = family(row.claim_id)
    counted = [each for of_claim in patterns_of_claims(claim_ids).values() for each in of_claim]
    found = list(ClaimLine.objects.filter(claim_id__in=claim_ids, id__gt=after).order_by("id")[: LINES_SHOWN + 1])
    shown = found[:LINES_SHOWN]
    keys = ClaimLine.objects.filter(claim_id__in=claim_ids).values_list("series_id", "voucher_id", "generation")
    return TransferStory(
        transfer_id=row.id,
        programme_id=row.programme_id,
        agreement_id=row.agreement_id,
        organisation_id=row.organisation_id,
        end_to_end_id=row.end_to_end_id,
        masked_iban=masked(row.creditor_iban),
        cents=row.cents,
        service_count=redemption.services_among(list(keys)),
        parts=_parts(actor, row.agreement_id, counted),
        receipts=tuple(_own_receipts(actor, row.agreement_id)),
        steps=_proved([_steps_of_claim(row.claim)[0], *steps_of_transfer(row)]),
        lines=tuple(_claimed(each) for each in shown),
        line_count=row.claim.voucher_count,
        next_line=shown[-1].id if len(found) > LINES_SHOWN else None,
    )


def _claimed(line: ClaimLine) -> ClaimedVoucher:
    number = redemption_number(series_id=line.series_id, voucher_id=line.voucher_id, generation=line.generation)
    return ClaimedVoucher(number, redemption.serials_of([number])[0], line.place_id, line.cents, line.redeemed_at)


def patterns_of_claims(claim_ids: Sequence[int]) -> dict[int, list[tuple[SharePattern, int]]]:
    """For each claim, the share patterns of its vouchers and how many have each."""
    rows = list(
        ClaimLine.objects.filter(claim_id__in=claim_ids)
        .order_by("claim_id", "series_id", "pattern")
        .values_list("claim_id", "series_id", "pattern")
        .annotate(Count("id"))
    )
    shared = ledger.patterns(series_ids={row[1] for row in rows})
    found: dict[int, list[tuple[SharePattern, int]]] = {}
    for claim_id, series_id, pattern, count in rows:
        found.setdefault(claim_id, []).append((shared[series_id, pattern], count))
    return found


def follow_receipt(*, actor: Actor, agreement_id: int, receipt_id: int) -> ReceiptStory:
    """One funder's payment forward: where its cents of the agreement are, and the part it bears of each transfer booked.

    Raises: NotAllowed, AgreementUnknown, ReceiptUnknown.
    """
    check_may(actor, FOLLOW)
    agreement = funding_access.seen_agreement(actor, agreement_id)
    receipt = funding.receipt_of(agreement_id=agreement_id, receipt_id=receipt_id)
    if not access.may_read_funder(actor, receipt.funder_id):
        raise ReceiptUnknown(receipt=receipt_id)
    own = [each for each in _own_receipts(actor, agreement_id) if each.funder_id == receipt.funder_id]
    transfers = _paid_for(agreement_id, receipt.funder_id)
    moved = [
        each
        for each in _received(agreement_id)
        if (each.movement.funder_id, each.movement.cents, each.movement.at) == (receipt.funder_id, receipt.cents, receipt.recorded_at)
    ]
    draft = _Draft(Step(StepKind.RECEIVED, receipt.received_on), (("receipt", receipt.id),), rows=_movement_rows(moved))
    return ReceiptStory(
        receipt=receipt,
        programme_id=agreement.programme_id,
        received_cents=sum(each.cents for each in own),
        receipt_count=len(own),
        money=ledger.money(agreement_id=agreement_id).by_funder.get(receipt.funder_id, Money()),
        proofs=_proved([draft])[0].proofs,
        transfers=tuple(transfers[:LINES_SHOWN]),
        paid_cents=sum(each.part_cents for each in transfers),
    )


@dataclass(frozen=True, slots=True)
class WaysIn:
    """Where to begin under one agreement: the funders' payments and the lines of the bank, the latest first."""

    receipts: tuple[funding.Receipt, ...]
    transfers: tuple[PaidTransfer, ...]


def ways_in(*, actor: Actor, agreement_id: int) -> WaysIn:
    """The payments received and made under an agreement, at most `LINES_SHOWN` of each. Raises: NotAllowed, AgreementUnknown."""
    check_may(actor, FOLLOW)
    funding_access.seen_agreement(actor, agreement_id)
    rows = Transfer.objects.filter(agreement_id=agreement_id, state=TransferState.PAID).order_by("-booked_on", "-id")[:LINES_SHOWN]
    paid = tuple(PaidTransfer(row.id, row.end_to_end_id, row.organisation_id, row.booked_on, row.cents, 0) for row in rows)
    return WaysIn(tuple(_own_receipts(actor, agreement_id)[:LINES_SHOWN]), paid)


def _paid_for(agreement_id: int, funder_id: int) -> list[PaidTransfer]:
    rows = list(Transfer.objects.filter(agreement_id=agreement_id, state=TransferState.PAID).order_by("-booked_on", "-id"))
    shared = patterns_of_claims([row.claim_id for row in rows])

    def part(claim_id: int) -> int:
        return sum(
            bears * count
            for pattern, count in shared.get(claim_id, [])
            for each, bears in zip(pattern.funder_ids, pattern.borne_cents, strict=True)
            if each == funder_id
        )

    return [PaidTransfer(row.id, row.end_to_end_id, row.organisation_id, row.booked_on, row.cents, part(row.claim_id)) for row in rows]
