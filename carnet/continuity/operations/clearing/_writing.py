"""Writing one message: numbered, signed, kept, and waiting to be sent. Always inside the transaction of what it says, its partner locked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from carnet.continuity.access import clearing as access
from carnet.continuity.models import ClearingMessage, ClearingSending, ClearingSuspect, Partner
from carnet.continuity.operations.clearing._keys import signing_key
from carnet.continuity.rules.clearing.messages import ASKING, Envelope, MessageKind, Signed, moment

SUSPECTS_MAX = 10_000  # of one partner: what is not believed is kept as proof, not for ever more


@dataclass(frozen=True, slots=True)
class Written:
    """A message just written."""

    envelope: Envelope
    signed: Signed


def write_message(
    partner: Partner, kind: MessageKind, body: Mapping[str, Any], *, box: bytes | None = None, at: datetime, given: bool = False
) -> Written:
    """Sign a message to a partner (its row is locked), keep it, and let it wait. `given`: an answer that goes back at once."""
    operator = access.numbered_operator(partner.operator_id)
    assert operator.siret is not None
    partner.sent_count += 1
    partner.save(update_fields=["sent_count"])
    key = signing_key(at)
    envelope = Envelope(uuid4(), operator.siret, partner.siret, partner.sent_count, kind, dict(body), moment(at))
    text = envelope.text
    signed = Signed(text, key.name, key.sign(text.encode()), box)
    row = keep_message(partner, envelope, signed, is_ours=True, at=at)
    ClearingSending.objects.create(
        message=row, partner=partner, operator_id=partner.operator_id, box=box, is_question=kind in ASKING, next_try_at=at,
        done_at=at if given and kind not in ASKING else None,
    )  # fmt: skip
    return Written(envelope, signed)


def keep_message(partner: Partner, envelope: Envelope, signed: Signed, *, is_ours: bool, at: datetime) -> ClearingMessage:
    """A message as it was signed, without its box: the proof."""
    return ClearingMessage.objects.create(
        partner=partner, operator_id=partner.operator_id, is_ours=is_ours, message_id=envelope.id, number=envelope.number,
        kind=envelope.kind.value, claim=envelope.claim, answers=envelope.answers, text=signed.text, digest=envelope.digest,
        key_name=signed.key, signature=signed.signature, at=at,
    )  # fmt: skip


def keep_suspect(
    partner: Partner, what: str, signed: Signed, *, digest: bytes, subject: str = "", earlier: UUID | None = None, at: datetime
) -> None:
    """What is not believed, or contradicts what came before: kept once, with what it contradicts."""
    rows = ClearingSuspect.objects.filter(partner=partner)
    if rows.filter(what=what, digest=digest).exists() or rows.count() >= SUSPECTS_MAX:
        return
    ClearingSuspect.objects.create(
        partner=partner, operator_id=partner.operator_id, what=what, subject=subject[:64], earlier_id=earlier, text=signed.text, digest=digest,
        key_name=signed.key, signature=signed.signature, at=at,
    )  # fmt: skip


def sent_again(message: ClearingMessage) -> Signed:
    """A message of ours, the same bytes as the first time."""
    sending = ClearingSending.objects.filter(message=message).values_list("box", flat=True).first()
    return Signed(message.text, message.key_name, bytes(message.signature), bytes(sending) if sending is not None else None)
