"""Whether a webhook comes from Carnet: Standard Webhooks 1.0.0, signature `v1` (HMAC-SHA256)."""

import base64
import binascii
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

TOLERANCE_SECONDS = 300


class WebhookInvalid(Exception):
    """Not signed with this secret, too old, or incomplete: do nothing with it, answer 400."""


def verify_webhook(*, secret: str, headers: Mapping[str, str], body: bytes, now: float | None = None) -> dict[str, Any]:
    """The event in `body`, once its signature and its moment were checked. Raises: WebhookInvalid.

    `body` is the bytes received, before any reading. Keep the `webhook-id` for a while and skip one that comes again: an event may
    arrive twice.
    """
    given = {name.lower(): value for name, value in headers.items()}
    try:
        message, timestamp, signatures = given["webhook-id"], int(given["webhook-timestamp"]), given["webhook-signature"].split()
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (KeyError, ValueError, binascii.Error):
        raise WebhookInvalid("incomplete") from None
    if abs((time.time() if now is None else now) - timestamp) > TOLERANCE_SECONDS:
        raise WebhookInvalid("too old, or from a clock that is wrong")
    expected = hmac.digest(key, f"{message}.{timestamp}.".encode() + body, "sha256")
    if not any(hmac.compare_digest(_decoded(each), expected) for each in signatures):
        raise WebhookInvalid("not signed with this secret")
    event: dict[str, Any] = json.loads(body)
    return event


def _decoded(signature: str) -> bytes:
    version, _comma, encoded = signature.partition(",")
    try:
        return base64.b64decode(encoded, validate=True) if version == "v1" else b""
    except (ValueError, binascii.Error):
        return b""
