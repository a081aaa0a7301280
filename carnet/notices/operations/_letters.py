"""Posting a notice in the transaction that earned it, and sending what waits."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from carnet.notices.models import Notice
from carnet.notices.rules import ATTEMPTS_MAX, next_attempt


def post(
    *,
    kind: str,
    to_email: str = "",
    to_organisation_id: int | None = None,
    context: Mapping[str, Any] | None = None,
    programme_id: int | None = None,
    language: str = "fr",
    at: datetime,
) -> None:
    """Put one message in the outbox. Exactly one of the two addresses is given."""
    assert bool(to_email) != bool(to_organisation_id), "a notice has one address"
    with connection.cursor() as cursor:
        # No RETURNING: the writer may not be allowed to read the outbox back.
        cursor.execute(
            "INSERT INTO notices_notice (kind, to_email, to_organisation_id, programme_id, language, context, posted_at, attempts, latest_error)"
            " VALUES (%s, %s, %s, %s, %s, %s::jsonb, %s, 0, '')",
            [kind, to_email, to_organisation_id, programme_id, language, json.dumps(dict(context or {}), default=str), at],
        )


def send_waiting(*, at: datetime, send: Callable[[Notice], None], limit: int = 100) -> tuple[int, int]:
    """Send what waits, each in its own transaction; return (sent, failed). Call it seeing everything.

    A notice that fails stays in the outbox and is tried again, later each time, ten times over three days as an event is: a server away for
    a morning loses no letter, and one that cannot leave lets the others pass.
    """
    sent = failed = 0
    waiting = list(
        Notice.objects.filter(Q(next_at__isnull=True) | Q(next_at__lte=at), sent_at__isnull=True, attempts__lt=ATTEMPTS_MAX)
        .order_by("id")
        .values_list("id", flat=True)[:limit]
    )
    for notice_id in waiting:
        with transaction.atomic():
            notice = Notice.objects.select_for_update(skip_locked=True, of=("self",)).filter(id=notice_id, sent_at__isnull=True).first()
            if notice is None:
                continue
            notice.attempts += 1
            try:
                send(notice)
            except OSError as error:
                notice.latest_error = type(error).__name__
                notice.next_at = next_attempt(attempts=notice.attempts, at=at, jitter_per_mille=0)
                notice.save(update_fields=["attempts", "latest_error", "next_at"])
                failed += 1
                continue
            # A sent letter is forgotten: its address, and its context (which may hold the secret of a link).
            notice.sent_at, notice.to_email, notice.context, notice.latest_error = at, "", {}, ""
            notice.save(update_fields=["sent_at", "to_email", "context", "attempts", "latest_error"])
            sent += 1
    return sent, failed
