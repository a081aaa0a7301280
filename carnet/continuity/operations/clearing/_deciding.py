"""Where the voucher was issued: a partner's claim is decided once, by our own ledger; the same answer is given for ever."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from carnet.continuity.models import ClearingDecision, ClearingMessage, Partner
from carnet.continuity.operations.clearing._writing import Written, keep_suspect, write_message
from carnet.continuity.rules.clearing.claims import (
    UNKNOWN_CODES_MAX,
    Decided,
    IssuerAct,
    IssuerState,
    PartnerState,
    on_claim,
    on_withdraw,
)
from carnet.continuity.rules.clearing.messages import Envelope, MessageKind, Signed, digest_of_box, moment
from carnet.continuity.rules.clearing.refusals import (
    ClaimReused,
    ClaimWithdrawn,
    PartnerEnded,
    SecretMissing,
    SecretUnreadable,
    TooManyFromPartner,
)
from carnet.funding import queries as funding
from carnet.gateways.database import acting_as
from carnet.gateways.keys import KeysUnreadable, key_ring
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import CodeMistyped
from carnet.kernel.refusals import Refusal
from carnet.redemption import operations as redemption
from carnet.redemption.operations import Asked, Item
from carnet.redemption.queries import Redeemed
from carnet.redemption.rules import VoucherUnknown
from carnet.settlement import queries as settlement

GUESSES_COUNTED_FOR = timedelta(minutes=15)
_GUESSES = (VoucherUnknown.code, CodeMistyped.code)


def answer_claim(partner: Partner, envelope: Envelope, signed: Signed, *, at: datetime) -> Written | None:
    """Decide a claim that was never seen before; its partner is locked, its message kept. None: an id used before, kept as proof instead."""
    claim = envelope.claim
    assert claim is not None
    known = ClearingDecision.objects.select_for_update(of=("self",)).filter(partner=partner, claim=claim).first()
    act = on_claim(_decided(known), envelope.digest)
    if act in (IssuerAct.REUSED, IssuerAct.REPEAT):
        _keep_reused(partner, envelope, signed, at)
        return None
    if act is IssuerAct.REFUSE_WITHDRAWN:
        assert known is not None
        known.claim_digest = envelope.digest
        known.save(update_fields=["claim_digest"])
        return _refused(partner, envelope, ClaimWithdrawn.code, at)
    row = ClearingDecision(partner=partner, operator_id=partner.operator_id, claim=claim, claim_digest=envelope.digest, at=at)
    answer = _ask_ledger(partner, envelope, signed, at)
    if isinstance(answer, str):
        row.state, row.reason, row.is_guess = IssuerState.REFUSED.value, answer[:60], answer in _GUESSES
        row.save(force_insert=True)
        return _refused(partner, envelope, answer, at)
    row.state, row.programme_id, row.redemption = IssuerState.ACCEPTED.value, answer.programme_id, answer.number
    row.cents, row.redeemed_at = answer.value_cents, answer.redeemed_at
    row.save(force_insert=True)
    return write_message(partner, MessageKind.ANSWER, _accepted(envelope, answer), at=at, given=True)


def answer_withdraw(partner: Partner, envelope: Envelope, signed: Signed, *, at: datetime) -> Written | None:
    """Decide a withdrawal: the voucher is given back within its programme's time to undo; one that comes before its claim makes a tombstone."""
    claim = envelope.claim
    assert claim is not None
    known = ClearingDecision.objects.select_for_update(of=("self",)).filter(partner=partner, claim=claim).first()
    act = on_withdraw(_decided(known), envelope.digest)
    if act in (IssuerAct.REUSED, IssuerAct.REPEAT):
        _keep_reused(partner, envelope, signed, at)
        return None
    row = known or ClearingDecision(partner=partner, operator_id=partner.operator_id, claim=claim, state=IssuerState.TOMBSTONE.value, at=at)
    row.withdraw_digest = envelope.digest
    reason = _reverse(partner, row, envelope, at) if act is IssuerAct.REVERSE else None
    if reason is None and row.state != IssuerState.TOMBSTONE:
        row.state = IssuerState.WITHDRAWN.value
    row.save()
    outcome = "withdrawn" if reason is None else "kept"
    return write_message(partner, MessageKind.ANSWER, blank_answer(envelope, outcome, reason=reason), at=at, given=True)


def _ask_ledger(partner: Partner, envelope: Envelope, signed: Signed, at: datetime) -> Redeemed | str:
    """What our own ledger says of a claim: the redemption, or the stable code of why not."""
    if partner.state != PartnerState.OPEN:
        return PartnerEnded.code
    if signed.box is None or digest_of_box(signed.box) != envelope.body["box_sha256"]:
        return SecretMissing.code
    guesses = ClearingDecision.objects.filter(partner=partner, is_guess=True, at__gt=at - GUESSES_COUNTED_FOR).count()
    if guesses >= UNKNOWN_CODES_MAX:
        return TooManyFromPartner.code
    try:
        code = opened(signed.box)
    except KeysUnreadable:
        return SecretUnreadable.code
    assert partner.organisation_id is not None
    actor = Actor(
        kind="system", label=f"clearing partner {partner.id}", organisation_id=partner.organisation_id,
        organisation_ids=frozenset({partner.organisation_id, partner.operator_id}), instrument=f"partner:{partner.id}",
    )  # fmt: skip
    body = envelope.body
    item = Item(
        code=code, service=body["service"], place_id=partner.place_id, attended_on=date.fromisoformat(body["attended_on"]),
        key=f"clearing:{partner.id}:{envelope.claim}",
    )  # fmt: skip
    with acting_as(actor):
        (answer,) = redemption.redeem_many(asked=[Asked(item, actor, "CLEARING", uuid5(envelope.id, "redeem"))], at=at)
    return answer.code if isinstance(answer, Refusal) else answer


def opened(box: bytes) -> str:
    """The code in a box sealed for one of our keys. Raises: KeysUnreadable."""
    for key in reversed(key_ring().clearing_keys()):
        try:
            return key.open(box).decode("ascii")
        except (KeysUnreadable, UnicodeDecodeError):
            continue
    raise KeysUnreadable(about="clearing box")


def _reverse(partner: Partner, row: ClearingDecision, envelope: Envelope, at: datetime) -> str | None:
    """Undo in our own ledger; None when it is undone, else the stable code of why not."""
    assert partner.organisation_id is not None
    actor = Actor(
        kind="system", label=f"clearing partner {partner.id}", organisation_id=partner.organisation_id,
        organisation_ids=frozenset({partner.organisation_id, partner.operator_id}), instrument=f"partner:{partner.id}",
    )  # fmt: skip
    try:
        with acting_as(actor), transaction.atomic():
            redemption.reverse(number=row.redemption, reason="clearing", actor=actor, request_id=uuid5(envelope.id, "reverse"), at=at)
    except Refusal as refusal:
        return refusal.code
    return None


def _accepted(envelope: Envelope, redeemed: Redeemed) -> dict[str, Any]:
    day = settlement.day_of_payment(programme_id=redeemed.programme_id, redeemed_at=redeemed.redeemed_at)
    said = blank_answer(envelope, "accepted")
    said |= {
        "programme": funding.programme(redeemed.programme_id).slug, "serial": redeemed.voucher_serial, "cents": redeemed.value_cents,
        "redeemed_at": moment(redeemed.redeemed_at), "payable_on": day.isoformat(), "receipt": redeemed.receipt,
    }  # fmt: skip
    return said


def _refused(partner: Partner, envelope: Envelope, reason: str, at: datetime) -> Written:
    return write_message(partner, MessageKind.ANSWER, blank_answer(envelope, "refused", reason=reason), at=at, given=True)


def blank_answer(asked: Envelope, outcome: str, *, reason: str | None = None) -> dict[str, Any]:
    """An ANSWER's body with nothing but its outcome."""
    return {
        "answers": str(asked.id), "claim": str(asked.claim) if asked.claim else None, "outcome": outcome, "reason": reason, "programme": None,
        "serial": None, "cents": None, "redeemed_at": None, "payable_on": None, "receipt": None,
    }  # fmt: skip


def _decided(row: ClearingDecision | None) -> Decided | None:
    if row is None:
        return None
    digests = (bytes(each) if each is not None else None for each in (row.claim_digest, row.withdraw_digest))
    return Decided(IssuerState(row.state), *digests)


def _keep_reused(partner: Partner, envelope: Envelope, signed: Signed, at: datetime) -> None:
    earlier: UUID | None = (
        ClearingMessage.objects.filter(partner=partner, is_ours=False, claim=envelope.claim, kind=envelope.kind.value)
        .exclude(message_id=envelope.id)
        .order_by("id")
        .values_list("message_id", flat=True)
        .first()
    )
    keep_suspect(partner, ClaimReused.code, signed, digest=envelope.digest, subject=str(envelope.claim), earlier=earlier, at=at)
