"""What a device may accept without network, and what is read of what it sends. Nothing here trusts a device's clock."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from carnet.kernel.periods import legal_day
from carnet.redemption.rules._redeeming import BATCH_SIZE_MAX, RedemptionRefused

DEVICE_NAME_MAX = 60
# An uncompressed point of P-256, as browsers export it.
PUBLIC_KEY_SIZE = 65
COUNT_MOST, CENTS_MOST, HOURS_MOST = BATCH_SIZE_MAX, 1_000_000, 168
UPLOAD_ITEMS_MAX = BATCH_SIZE_MAX
ITEM_LENGTH_MAX = 1_200
COUNTER_MAX = 2**53 - 1
SERVICE_LENGTH_MAX = 60
TOKEN_LENGTH_MAX = 400
# Refusals that say "not now": the device keeps the item and sends it again.
PASSING = frozenset({"too-many-attempts", "idempotency-in-flight", "held-back"})

# What is signed begins with what it is for: an item is never a request, nor the reverse.
UPLOAD = b"carnet upload 1\x00"
ITEM = b"carnet item 1\x00"


class DeviceRefused(RedemptionRefused):
    """Base of the refusals of devices and of what they send."""

    code: ClassVar[str] = "device-refused"


class DeviceUnknown(DeviceRefused):
    """No such device, or another organisation's."""

    code = "device-unknown"


class DeviceRevoked(DeviceRefused):
    """Revoked: what it sends is kept and refused. Facts: revoked_at."""

    code = "device-revoked"


class DeviceSignatureInvalid(DeviceRefused):
    """The request was not signed by the key this device enrolled with, or was changed on its way."""

    code = "device-signature-invalid"


class DeviceKeyInvalid(DeviceRefused):
    """The key sent at enrolment is not a point of P-256."""

    code = "device-key-invalid"


class DeviceNameInvalid(DeviceRefused):
    """A device needs a name of at most DEVICE_NAME_MAX characters."""

    code = "device-name-invalid"


class DeviceLimitsInvalid(DeviceRefused):
    """Limits out of bounds. Facts: count_most, limit_most_cents, hours_most."""

    code = "device-limits-invalid"


class ItemTampered(DeviceRefused):
    """An item's signature is not that of the device's key over what it says."""

    code = "item-tampered"


class ItemUnreadable(DeviceRefused):
    """An item well signed that does not say what an item says."""

    code = "item-unreadable"


class ItemOfAnotherDevice(DeviceRefused):
    """An item well signed that names another device."""

    code = "item-of-another-device"


class ItemKeyReused(DeviceRefused):
    """Another item of this device came before under the same key, saying something else."""

    code = "item-key-reused"


class QrCodeNeeded(DeviceRefused):
    """Without network only a QR code can be verified: typed digits are for the paper sheet."""

    code = "qr-code-needed"


DEVICE_REFUSALS: dict[str, type[DeviceRefused]] = {
    refusal.code: refusal for refusal in (DeviceRevoked, ItemTampered, ItemUnreadable, ItemOfAnotherDevice, ItemKeyReused, QrCodeNeeded)
}


@dataclass(frozen=True, slots=True)
class Caps:
    """How much a device may accept before it is back on the network. Units: vouchers, whole cents, hours."""

    count: int
    cents: int
    hours: int


DEFAULT_CAPS = Caps(count=60, cents=60_000, hours=72)


@dataclass(frozen=True, slots=True)
class SignedText:
    """An item as it came: the very text that was signed, and the signature (64 bytes, r then s)."""

    text: str
    signature: bytes


@dataclass(frozen=True, slots=True)
class OfflineItem:
    """A voucher a device accepted without network. `device_at` and `facts_at`: aware, as the device tells them."""

    key: UUID
    device_id: int
    counter: int
    previous: str
    token: str
    service: str
    device_at: datetime
    facts_at: datetime
    group: str | None = None  # the vouchers of one service that costs several carry the same


def check_caps(caps: Caps) -> Caps:
    """Limits within the bounds of the house. Raises: DeviceLimitsInvalid."""
    if not (0 < caps.count <= COUNT_MOST and 0 < caps.cents <= CENTS_MOST and 0 < caps.hours <= HOURS_MOST):
        raise DeviceLimitsInvalid(count_most=COUNT_MOST, limit_most_cents=CENTS_MOST, hours_most=HOURS_MOST)
    return caps


def clean_device_name(name: str) -> str:
    """A device's name, its spaces made single. Raises: DeviceNameInvalid."""
    plain = " ".join(name.split())
    if not 0 < len(plain) <= DEVICE_NAME_MAX or not plain.isprintable():
        raise DeviceNameInvalid(length_max=DEVICE_NAME_MAX)
    return plain


def read_item(text: str) -> OfflineItem:
    """What an item says. Its signature was verified before. Raises: ItemUnreadable, for anything missing, extra or out of bounds."""
    if len(text) > ITEM_LENGTH_MAX:
        raise ItemUnreadable
    try:
        said = json.loads(text, object_pairs_hook=_once)
        item = OfflineItem(
            key=UUID(_text(said.pop("key"), 36)),
            device_id=_whole(said.pop("device")),
            counter=_whole(said.pop("counter")),
            previous=_text(said.pop("previous"), 64),
            token=_text(said.pop("token"), TOKEN_LENGTH_MAX),
            service=_text(said.pop("service"), SERVICE_LENGTH_MAX),
            device_at=parse_moment(said.pop("device_at")),
            facts_at=parse_moment(said.pop("facts_at")),
            group=_text(said.pop("group"), 36) if "group" in said else None,
        )
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        raise ItemUnreadable from None
    if said != {"v": 1}:
        raise ItemUnreadable
    return item


def parse_moment(text: Any) -> datetime:
    """A moment as a browser writes it (``2026-03-18T14:30:00.000Z``), aware. Raises: ValueError."""
    if not isinstance(text, str) or len(text) > 40 or not text.isascii():
        raise ValueError("not a moment")
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or not 2000 <= moment.year <= 2200:
        raise ValueError("not an aware moment of our time")
    return moment.astimezone(UTC)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    said = dict(pairs)
    if len(said) < len(pairs):
        raise ValueError("a field is given twice")
    return said


def _text(value: Any, length_max: int) -> str:
    if not isinstance(value, str) or len(value) > length_max or not value.isprintable():
        raise ValueError("not a plain text")
    return value


def _whole(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= COUNTER_MAX:
        raise ValueError("not a whole number")
    return value


def attended_day(*, received_at: datetime, device_now: datetime, item: OfflineItem, hours: int) -> date:
    """The legal day on which an item was accepted, on the server's clock.

    The device's clock is only used against itself: how long ago the acceptance was when it was sent. A clock two days
    ahead or behind gives the same day. A clock set right in between is held by what is known otherwise: not after the
    upload, not before the signed facts the device relied on, and never further back than `hours`.
    """
    age = min(max(device_now - item.device_at, timedelta(0)), timedelta(hours=hours))
    accepted_at = received_at - age
    if accepted_at < item.facts_at <= received_at:
        accepted_at = item.facts_at
    return legal_day(accepted_at)


def in_order(items: Sequence[tuple[int, OfflineItem]]) -> list[tuple[int, OfflineItem]]:
    """Items with their rank in the upload, as the device accepted them: reordering on the way changes nothing."""
    return sorted(items, key=lambda ranked: (ranked[1].counter, ranked[0]))


def follows(item: OfflineItem, *, before: bytes | None) -> bool:
    """Whether an item names the one before it (`before`: the hash of the device's item of the previous counter; None: not received).

    A hole or a fork refuses nothing: an honest place may have restored its tablet. It is shown to whoever looks into the device.
    """
    if item.counter <= 1:
        return item.previous == ""
    return before is not None and item.previous == before.hex()
