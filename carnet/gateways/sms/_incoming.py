"""Messages that come in: signed by the gateway, recent, small."""

import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from carnet.kernel.refusals import Refusal

# A message of ten parts is 1530 characters; the envelope is small.
BODY_MAX = 16 * 1024
# The gateway's clock may differ a little; a delivery recorded and sent again later is refused.
CLOCK_DIFFERENCE = timedelta(minutes=5)
RECEIVED = "sms:received"


class SmsRefused(Refusal):
    """Base of the refusals of what a gateway brings."""

    code = "sms-refused"


class MessageForged(SmsRefused):
    """Not signed by the gateway's key."""

    code = "message-forged"


class MessageStale(SmsRefused):
    """Signed too long ago, or in the future."""

    code = "message-stale"


class MessageUnreadable(SmsRefused):
    """Too large, or not what a gateway sends."""

    code = "message-unreadable"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request of a gateway, as it came."""

    body: bytes = field(repr=False)
    timestamp: str
    signature: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Incoming:
    """One text message. `delivery_id` is the same when the gateway delivers it again."""

    delivery_id: str
    sender: str = field(repr=False)
    text: str = field(repr=False)


def signed(body: bytes, *, key: str, timestamp: int) -> Delivery:
    """A request as the gateway makes it: hexadecimal HMAC-SHA-256 of the body followed by the timestamp in seconds."""
    return Delivery(body, str(timestamp), _signature(body, str(timestamp), key))


def _signature(body: bytes, timestamp: str, key: str) -> str:
    return hmac.new(key.encode(), body + timestamp.encode(), "sha256").hexdigest()


def read(delivery: Delivery, *, key: str, at: datetime) -> Incoming | None:
    """The message of a delivery; None for an event that is no received message (a ping, a report).

    Raises: MessageForged, MessageStale, MessageUnreadable.
    """
    if len(delivery.body) > BODY_MAX:
        raise MessageUnreadable()
    if not key or not hmac.compare_digest(_signature(delivery.body, delivery.timestamp, key).encode(), delivery.signature.lower().encode()):
        raise MessageForged()
    if not (delivery.timestamp.isascii() and delivery.timestamp.isdigit() and len(delivery.timestamp) <= 12):
        raise MessageStale()
    if abs(at.timestamp() - int(delivery.timestamp)) > CLOCK_DIFFERENCE.total_seconds():
        raise MessageStale()
    return _message(delivery.body)


def _message(body: bytes) -> Incoming | None:
    try:
        event: Any = json.loads(body)
        if event["event"] != RECEIVED:
            return None
        payload = event["payload"]
        # Newer versions say `sender`; both are sent.
        found = Incoming(event["id"], payload.get("sender") or payload["phoneNumber"], payload["message"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise MessageUnreadable() from None
    if not all(isinstance(each, str) and each for each in (found.delivery_id, found.sender)) or not isinstance(found.text, str):
        raise MessageUnreadable()
    return found
