"""The outbox of text messages: each one sealed until it is sent, then forgotten."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from carnet.gateways.keys import key_ring
from carnet.redemption.models import OutgoingText
from carnet.redemption.rules import SENDING_GIVEN_UP

# What messages that wait are sealed for.
SENDING = "text to send"


def post(to: str, body: str, at: datetime) -> None:
    """Put a message into the outbox, sealed, in the caller's transaction."""
    ring = key_ring()
    OutgoingText.objects.create(sealed_to=ring.seal(SENDING, to.encode()), sealed_body=ring.seal(SENDING, body.encode()), made_at=at)


def send_texts(*, send: Callable[[str, str, str], None], at: datetime, limit: int = 200) -> tuple[int, int]:
    """Send what waits by `send(to, text, reference)`, one message a transaction; return (sent, failed). What is sent is forgotten.

    What fails (OSError) is tried again; what could not be sent for SENDING_GIVEN_UP is forgotten too.
    """
    sent = failed = 0
    after = 0
    for _each in range(limit):
        with transaction.atomic():
            row = OutgoingText.objects.select_for_update(skip_locked=True).filter(id__gt=after).order_by("id").first()
            if row is None:
                break
            after = row.id
            if row.made_at <= at - SENDING_GIVEN_UP:
                row.delete()
                failed += 1
                continue
            if _send_one(row, send):
                sent += 1
            else:
                failed += 1
    return sent, failed


def _send_one(row: OutgoingText, send: Callable[[str, str, str], None]) -> bool:
    ring = key_ring()
    reference = ring.mark(SENDING, f"{row.id}:{row.made_at.isoformat()}").hex()[:32]
    try:
        send(ring.unseal(SENDING, bytes(row.sealed_to)).decode(), ring.unseal(SENDING, bytes(row.sealed_body)).decode(), reference)
    except OSError:
        row.tries += 1
        row.save(update_fields=["tries"])
        return False
    row.delete()
    return True
