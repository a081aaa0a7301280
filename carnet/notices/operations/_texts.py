"""Posting a text message in the transaction that earned it, and sending what waits. Sealed until sent, then forgotten."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from carnet.gateways.keys import key_ring
from carnet.kernel.text_messages import is_an_hour_to_write
from carnet.notices.models import TextNotice

# A message about tomorrow's lesson is worth nothing after it.
TEXT_GIVEN_UP = timedelta(days=1)
_PURPOSE = "text notice"


@dataclass(frozen=True, slots=True)
class TextToSend:
    """One message: to whom, of which kind, in which language, with which facts. `reference` is the same each time it is tried."""

    to: str
    kind: str
    language: str
    context: Mapping[str, Any]
    reference: str


def post_text(*, kind: str, to: str, language: str, context: Mapping[str, Any], by_day: bool = False, at: datetime) -> None:
    """Put one text message in the outbox. `to` is a number in international form; the door writes it from a template named after its kind.

    `by_day`: it waits for an hour when a person may be written to, and is given up rather than sent at night.
    """
    content = json.dumps({"to": to, "kind": kind, "language": language, "context": dict(context), "by_day": by_day}, default=str)
    TextNotice.objects.create(sealed=key_ring().seal(_PURPOSE, content.encode()), posted_at=at)


def send_texts(*, send: Callable[[TextToSend], None], at: datetime, limit: int = 200) -> tuple[int, int]:
    """Send what waits, each in its own transaction; return (sent, failed). What is sent is forgotten, and what failed for a day too."""
    sent = failed = after = 0
    for _each in range(limit):
        with transaction.atomic():
            row = TextNotice.objects.select_for_update(skip_locked=True, of=("self",)).filter(id__gt=after).order_by("id").first()
            if row is None:
                break
            after = row.id
            if row.posted_at > at - TEXT_GIVEN_UP:
                told = json.loads(key_ring().unseal(_PURPOSE, bytes(row.sealed)))
                if told.get("by_day") and not is_an_hour_to_write(at):
                    continue
                if not _send_one(row, told, send):
                    row.attempts += 1
                    row.save(update_fields=["attempts"])
                    failed += 1
                    continue
            failed, sent = (failed + 1, sent) if row.posted_at <= at - TEXT_GIVEN_UP else (failed, sent + 1)
            row.delete()
    return sent, failed


def _send_one(row: TextNotice, told: Mapping[str, Any], send: Callable[[TextToSend], None]) -> bool:
    reference = key_ring().mark(_PURPOSE, f"{row.id}:{row.posted_at.isoformat()}").hex()[:32]
    try:
        send(TextToSend(told["to"], told["kind"], told["language"], told["context"], reference))
    except OSError:
        return False
    return True
