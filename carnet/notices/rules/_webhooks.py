"""What is told to other programs, how it is signed, when it is tried again; and each refusal.

Source: docs/sources/standard-webhooks.md (version 1.0.0).
"""

import base64
import hmac
import json
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar

from carnet.gateways.webhooks import Outcome
from carnet.kernel.refusals import Refusal

SECRET_BYTES = 32
SECRET_PREFIX = "whsec_"  # noqa: S105 - what a secret begins with, not a secret
# Both secrets sign for a day after a rotation, so that the receiving side changes without losing an event.
ROTATION = timedelta(days=1)
# Waits after each failed attempt, from the standard's schedule: ten attempts over three days.
RETRIES = (
    timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=5), timedelta(hours=10),
    timedelta(hours=14), timedelta(hours=20), timedelta(hours=24),
)  # fmt: skip
ATTEMPTS_MAX = len(RETRIES) + 1
# Up to a fifth more, drawn anew each time, so that what failed together does not come back together.
JITTER_PER_MILLE = 200
RETRY_AFTER_MAX = timedelta(hours=24)
# While a server does not answer at all, its other events wait too, at most this long.
QUIET_MAX = timedelta(hours=1)
# An address that has failed without a success for this long is stopped, and its organisation told.
GIVE_UP_AFTER = timedelta(days=5)
DELIVERIES_KEPT = timedelta(days=30)
ENDPOINTS_MAX = 10
GONE = 410
OVERLOADED = (429, 502, 503, 504)
_MESSAGES = uuid.UUID("5b0e2a52-2f6e-4c1c-93b5-0d6c0c4ad1f4")


class NoticesRefused(Refusal):
    """Base of the refusals of the outbox."""

    code: ClassVar[str] = "notices-refused"


class WebhookUnknown(NoticesRefused):
    """No such address, or another organisation's."""

    code = "webhook-unknown"


class WebhookEventsInvalid(NoticesRefused):
    """No event, or one that does not exist."""

    code = "webhook-events-invalid"


class WebhooksTooMany(NoticesRefused):
    """An organisation has as many addresses as it may. Facts: addresses_max."""

    code = "webhooks-too-many"


class WebhookNotRunning(NoticesRefused):
    """Only an address that is being sent to can be tried."""

    code = "webhook-not-running"


class EventType(StrEnum):
    """What may be told. One that can be chosen has a line in the journal it comes from."""

    REDEEMED = "redemption.redeemed"
    REVERSED = "redemption.reversed"
    RESERVED = "reservation.made"
    RELEASED = "reservation.released"
    PAYMENT_SENT = "payment.sent"
    PAYMENT_PAID = "payment.paid"
    PAYMENT_RETURNED = "payment.returned"
    TEST = "webhook.test"


class EndpointState(StrEnum):
    """RUNNING; PAUSED by its organisation (events wait); STOPPED after days of failures (none is kept); ENDED for good."""

    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    STOPPED = "STOPPED"
    ENDED = "ENDED"


class DeliveryState(StrEnum):
    """WAITING for its next attempt; DELIVERED; FAILED after the last one; CANCELLED with its address."""

    WAITING = "WAITING"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


# The line of the journal each event comes from.
TOLD_BY: Mapping[str, EventType] = {
    "redemption.redeemed": EventType.REDEEMED,
    "redemption.reversed": EventType.REVERSED,
    "redemption.reserved": EventType.RESERVED,
    "redemption.reservation-released": EventType.RELEASED,
    "settlement.transfer-sent": EventType.PAYMENT_SENT,
    "settlement.transfer-paid": EventType.PAYMENT_PAID,
    "settlement.transfer-returned": EventType.PAYMENT_RETURNED,
}
# The facts of a line that are told: numbers and codes, never a name, a reason typed by somebody, or a voucher's code.
TOLD_FACTS = ("place", "service", "until", "cents", "reference", "reason_code", "execute_on", "booked_on", "returned_on")


def clean_events(events: Iterable[str]) -> list[str]:
    """The events chosen, once each, in our order. Raises: WebhookEventsInvalid."""
    asked = set(events)
    if not asked or not asked <= set(TOLD_BY.values()):
        raise WebhookEventsInvalid(events=sorted(asked))
    return [each.value for each in EventType if each in asked]


def event_data(*, subject_id: str, programme_id: int | None, facts: Mapping[str, Any]) -> dict[str, Any]:
    """What an event says of its line: which redemption or payment, of which programme, and the facts that may be told."""
    number: str | int = int(subject_id) if subject_id.isdigit() else f"{subject_id}-{facts['generation']}"
    if "reservation" in facts:
        number = f"R{facts['reservation']}"  # as `redemption.rules.reservation_number` writes it, in a room above; a test holds both equal
    told = {name: facts[name] for name in TOLD_FACTS if name in facts}
    return {"id": number, "programme": programme_id, **told}


def event_body(*, event: EventType, occurred_at: datetime, data: Mapping[str, Any]) -> str:
    """The body of an event, as it is signed and sent each time."""
    document = {"type": event.value, "timestamp": occurred_at.astimezone(UTC).isoformat(), "data": dict(data)}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def message_id(line_id: int | str) -> str:
    """The number of an event: the same however many times it is sent, and without a full stop, which the signature reads."""
    return f"msg_{uuid.uuid5(_MESSAGES, str(line_id)).hex}"


def shown_secret(secret: bytes) -> str:
    """A secret as its holder receives it, once."""
    return SECRET_PREFIX + base64.b64encode(secret).decode("ascii")


def signed_headers(*, secrets: Sequence[bytes], message: str, sent_at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of an event, signed with each secret (two of them for a day after a rotation)."""
    timestamp = str(int(sent_at.timestamp()))
    signed = f"{message}.{timestamp}.".encode() + body
    signatures = [base64.b64encode(hmac.digest(secret, signed, "sha256")).decode("ascii") for secret in secrets]
    return {"webhook-id": message, "webhook-timestamp": timestamp, "webhook-signature": " ".join(f"v1,{each}" for each in signatures)}


def next_attempt(*, attempts: int, at: datetime, jitter_per_mille: int, retry_after_seconds: int | None = None) -> datetime | None:
    """When to try again after `attempts` failures; None once they are over. A longer wait asked for is respected, up to a day."""
    assert 0 <= jitter_per_mille <= JITTER_PER_MILLE, "a little later, never sooner"
    if attempts >= ATTEMPTS_MAX:
        return None
    wait = RETRIES[attempts - 1] * (1000 + jitter_per_mille) // 1000
    if retry_after_seconds is not None:
        wait = max(wait, min(timedelta(seconds=retry_after_seconds), RETRY_AFTER_MAX))
    return at + wait


def is_silent(outcome: Outcome) -> bool:
    """Whether the server itself is away or overloaded: its other events then wait too."""
    return outcome.status is None or outcome.status in OVERLOADED


def must_stop(*, outcome: Outcome, failing_since: datetime, at: datetime) -> str | None:
    """Why an address is stopped after a failure, as a stable word, or None to go on."""
    if outcome.status == GONE:
        return "gone"
    return "failing" if at - failing_since >= GIVE_UP_AFTER else None


def listens(*, events: Collection[str], event: EventType, opened_at: datetime, occurred_at: datetime) -> bool:
    """Whether an address is told of an event: it chose it, and was there when it happened."""
    return event.value in events and opened_at <= occurred_at
