"""A serial and its secret, given together on paper or by text: they must be those of one voucher."""

from datetime import datetime

from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import SerialMistyped, VoucherSerial
from carnet.kernel.refusals import Refusal
from carnet.redemption.operations._redeeming import check_quietly
from carnet.redemption.rules import VoucherUnknown


def refused_pair(*, serial: str, code: str, actor: Actor, place_id: int, channel: str, at: datetime) -> Refusal | None:
    """Why a serial and a secret do not go together, or None. A serial of another voucher reads as an unknown voucher."""
    try:
        wanted = VoucherSerial.parse(serial)
    except SerialMistyped as refusal:
        return refusal
    seen = check_quietly(code=code, actor=actor, place_id=place_id, channel=channel, at=at)
    if isinstance(seen, Refusal):
        return seen
    return None if seen.voucher_serial == wanted.printed() else VoucherUnknown()
