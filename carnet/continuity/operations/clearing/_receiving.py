"""Messages come in: by POST, in the answer to one of ours, or in a file; each is one transaction, kept as it was signed, and harmless when repeated."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from carnet.continuity.access import clearing as access
from carnet.continuity.models import ClearingMessage, ClearingSending, ClearingTransfer, Partner, PartnerIdentity
from carnet.continuity.operations.clearing._claiming import erase_box, hear_answer
from carnet.continuity.operations.clearing._deciding import answer_claim, answer_withdraw, blank_answer
from carnet.continuity.operations.clearing._partners import learn_identity
from carnet.continuity.operations.clearing._stating import answer_statement, hear_statement_answer
from carnet.continuity.operations.clearing._writing import Written, keep_message, keep_suspect, sent_again, write_message
from carnet.continuity.rules.clearing.identities import read_identity, signed_identity
from carnet.continuity.rules.clearing.messages import (
    AHEAD_SECONDS_MAX,
    ASKING,
    PARCEL_BYTES_MAX,
    Envelope,
    MessageKind,
    Signed,
    parse_moment,
    read_envelope,
    read_parcel,
)
from carnet.continuity.rules.clearing.refusals import (
    ClaimReused,
    ClearingRefused,
    MessageNumberReused,
    MessageUnreadable,
    PartnerUnknown,
    SignatureForged,
)
from carnet.gateways.database import acting_as
from carnet.gateways.keys import CLEARING, signs
from carnet.kernel.refusals import Refusal

MESSAGES_MAX = 200  # of one POST; a file may hold more


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a parcel. `answers`: ours, to give back; `refused`: (message id or empty, the refusal); `operators`: whose messages came."""

    answers: tuple[Signed, ...]
    refused: tuple[tuple[str, Refusal], ...]
    kept: int
    repeated: int
    operators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _One:
    answer: Signed | None = None
    refusal: Refusal | None = None
    is_repeated: bool = False


def receive(*, content: bytes, at: datetime, bytes_max: int = PARCEL_BYTES_MAX, messages_max: int | None = None) -> Received:
    """Take in a parcel, message by message, each in a transaction of its own: one that is not believed holds back none of the others.

    Whoever brings it is nobody: the signatures say whose words they are. A message that came before gives the same answer, to the byte.
    Raises: MessageTooLarge, MessageUnreadable (the parcel itself).
    """
    parcel = read_parcel(content, bytes_max=bytes_max)
    if messages_max is not None and len(parcel.messages) > messages_max:
        raise MessageUnreadable(what="too-many")
    answers: list[Signed] = []
    refused: list[tuple[str, Refusal]] = []
    operators: dict[str, None] = {}
    kept = repeated = 0
    for signed in parcel.messages:
        try:
            envelope = read_envelope(signed.text)
        except ClearingRefused as refusal:
            refused.append(("", refusal))
            continue
        one = _receive(envelope, signed, at)
        if one.refusal is not None:
            refused.append((str(envelope.id), one.refusal))
            continue
        operators[envelope.recipient] = None
        kept, repeated = kept + (not one.is_repeated), repeated + one.is_repeated
        if one.answer is not None:
            answers.append(one.answer)
    if parcel.identity is not None:
        _learn(parcel.identity)
    return Received(tuple(answers), tuple(refused), kept, repeated, tuple(operators))


def _receive(envelope: Envelope, signed: Signed, at: datetime) -> _One:
    try:
        partner_id, operator_id = access.partner_of_message(sender=envelope.sender, recipient=envelope.recipient)
    except Refusal:
        return _One(refusal=PartnerUnknown())
    with acting_as(organisation_ids={operator_id}):
        partner = access.locked_partner(partner_id)
        if not is_signed_by(partner, signed):
            keep_suspect(partner, SignatureForged.code, signed, digest=envelope.digest, subject=str(envelope.id), at=at)
            return _One(refusal=SignatureForged())
        if parse_moment(envelope.sent_at) > at + timedelta(seconds=AHEAD_SECONDS_MAX):
            return _One(refusal=MessageUnreadable(what="sent_at"))
        earlier = _earlier(partner, envelope)
        if earlier is not None and bytes(earlier.digest) == envelope.digest:
            return _One(answer=_answer_again(earlier, at), is_repeated=True)
        if earlier is not None:
            keep_suspect(
                partner, MessageNumberReused.code, signed, digest=envelope.digest, subject=str(envelope.number), earlier=earlier.message_id, at=at
            )  # fmt: skip
            return _One(refusal=MessageNumberReused(number=envelope.number))
        return _take_in(partner, envelope, signed, at)


def _take_in(partner: Partner, envelope: Envelope, signed: Signed, at: datetime) -> _One:
    """A message seen for the first time, its signature verified, its partner locked."""
    if envelope.kind in ASKING:
        with transaction.atomic():
            keep_message(partner, envelope, signed, is_ours=False, at=at)
            written = _ASKED[envelope.kind](partner, envelope, signed, at)
        if written is None:
            return _One(refusal=ClaimReused(claim=str(envelope.claim)))
        return _One(answer=written.signed)
    assert envelope.answers is not None
    asked = ClearingMessage.objects.filter(partner=partner, is_ours=True, message_id=envelope.answers).first()
    question = read_envelope(asked.text) if asked is not None else None
    if asked is None or question is None or question.kind not in ASKING or not _is_answer_to(envelope, question):
        keep_suspect(partner, "answer-to-nothing", signed, digest=envelope.digest, subject=str(envelope.answers), at=at)
        return _One(refusal=MessageUnreadable(what="answers"))
    first = (
        ClearingMessage.objects.filter(partner=partner, is_ours=False, answers=envelope.answers)
        .values_list("message_id", flat=True)
        .first()
    )
    if first is not None:
        # The first answer stands for ever; the second proves who gave two.
        keep_suspect(
            partner, "two-answers", signed, digest=envelope.digest, subject=str(envelope.claim or envelope.answers), earlier=first, at=at
        )
        return _One(refusal=MessageUnreadable(what="two-answers"))
    keep_message(partner, envelope, signed, is_ours=False, at=at)
    if envelope.kind is MessageKind.STATEMENT_ANSWER:
        hear_statement_answer(partner, question, envelope, at=at)
    elif question.kind in (MessageKind.CLAIM, MessageKind.WITHDRAW):
        hear_answer(partner, question, envelope, signed, at=at)
    erase_box(asked.pk, at=at)
    return _One()


def _is_answer_to(envelope: Envelope, question: Envelope) -> bool:
    if question.kind is MessageKind.STATEMENT:
        return envelope.kind is MessageKind.STATEMENT_ANSWER
    outcomes = {
        MessageKind.CLAIM: ("accepted", "refused"),
        MessageKind.WITHDRAW: ("withdrawn", "kept"),
        MessageKind.PAID: ("noted",),
    }[question.kind]
    return envelope.kind is MessageKind.ANSWER and envelope.claim == question.claim and envelope.body["outcome"] in outcomes


def _earlier(partner: Partner, envelope: Envelope) -> ClearingMessage | None:
    rows = ClearingMessage.objects.filter(partner=partner, is_ours=False)
    return rows.filter(message_id=envelope.id).first() or rows.filter(number=envelope.number).first()


def _answer_again(earlier: ClearingMessage, at: datetime) -> Signed | None:
    """The answer that was given to a message: the same bytes, for ever; and it waits to be written in a file again."""
    answer = ClearingMessage.objects.filter(partner=earlier.partner_id, is_ours=True, answers=earlier.message_id).first()
    if answer is None:
        return None
    ClearingSending.objects.filter(message=answer, is_question=False).update(written_at=None, next_try_at=at)
    return sent_again(answer)


def is_signed_by(partner: Partner, signed: Signed) -> bool:
    """Whether a key of the partner that two people agreed to signed exactly this text."""
    keys = (
        PartnerIdentity.objects.filter(partner=partner, state="OPEN", key_name=signed.key).order_by("id").values_list("signing", flat=True)
    )
    return any(signs(bytes(key), CLEARING, signed.text.encode(), signed.signature) for key in keys)


def _note_paid(partner: Partner, envelope: Envelope, signed: Signed, at: datetime) -> Written:
    """A transfer is announced. What comes on our account is written when the bank shows it, never before."""
    body = envelope.body
    rows = ClearingTransfer.objects.filter(partner=partner, kind="ANNOUNCED", reference=str(body["reference"])[:60])
    earlier = rows.values_list("message_id", flat=True).first()
    if earlier is not None:
        keep_suspect(partner, "transfer-announced", signed, digest=envelope.digest, subject=str(body["reference"]), earlier=earlier, at=at)
    elif body["cents"] > 0:
        ClearingTransfer.objects.create(
            partner=partner, operator_id=partner.operator_id, kind="ANNOUNCED", reference=str(body["reference"])[:60], cents=body["cents"],
            moved_on=body["paid_on"], message_id=envelope.id, request_id=envelope.id, at=at,
        )  # fmt: skip
    return write_message(partner, MessageKind.ANSWER, blank_answer(envelope, "noted"), at=at, given=True)


def _claimed(partner: Partner, envelope: Envelope, signed: Signed, at: datetime) -> Written | None:
    return answer_claim(partner, envelope, signed, at=at)


def _withdrawn(partner: Partner, envelope: Envelope, signed: Signed, at: datetime) -> Written | None:
    return answer_withdraw(partner, envelope, signed, at=at)


def _stated(partner: Partner, envelope: Envelope, signed: Signed, at: datetime) -> Written | None:
    return answer_statement(partner, envelope, at=at)


_ASKED: Mapping[MessageKind, Callable[[Partner, Envelope, Signed, datetime], Written | None]] = {
    MessageKind.CLAIM: _claimed,
    MessageKind.WITHDRAW: _withdrawn,
    MessageKind.STATEMENT: _stated,
    MessageKind.PAID: _note_paid,
}


def _learn(said: object) -> None:
    """What the sender says of itself, believed only if a key that two people agreed to signed it; anything else is left aside."""
    try:
        text, key, signature = signed_identity(said)
        told = read_identity(text)
    except ClearingRefused:
        return
    signed = Signed(text, key, signature)
    with access.every_partner():
        found = [(each.id, each.operator_id) for each in Partner.objects.filter(siret=told.siret, state="OPEN").order_by("id")]
    for partner_id, operator_id in found:
        with acting_as(organisation_ids={operator_id}):
            partner = access.locked_partner(partner_id)
            if is_signed_by(partner, signed):
                learn_identity(partner, told, text)
