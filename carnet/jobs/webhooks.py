"""Webhooks: telling what the journal says, sending what waits, forgetting what is old. HTTP is spoken outside any transaction."""

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import datetime
from itertools import groupby

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from carnet.gateways.database import acting_as_everything
from carnet.gateways.webhooks import HttpWebhookSender, Sending, WebhookSender
from carnet.journal import queries as journal
from carnet.notices import operations as notices
from carnet.notices.operations import Due, Tried
from carnet.notices.rules import is_silent, signed_headers

SENDERS = 8


def send_webhooks(*, at: datetime, sender: WebhookSender | None = None) -> tuple[int, int]:
    """Tell what is new, then send what is due, each address in order beside the others; return (delivered, failed)."""
    tell_what_is_new(at=at)
    with acting_as_everything(why="webhooks of every organisation wait in one outbox"):
        due = notices.claim_due(at=at)
    if not due:
        return 0, 0
    through = sender or HttpWebhookSender(loopback=settings.WEBHOOKS_TO_LOOPBACK)
    by_address = [list(group) for _id, group in groupby(due, key=lambda each: each.endpoint_id)]
    with ThreadPoolExecutor(SENDERS, thread_name_prefix="webhooks") as threads:
        # Each thread keeps the surroundings of the task: its exchanges are told under it.
        begun = [threads.submit(copy_context().run, _send, group, through, at) for group in by_address]
        tried = [each for group in begun for each in group.result()]
    with acting_as_everything(why="webhooks of every organisation wait in one outbox"):
        return notices.record_tries(tried=tried, at=at)


def tell_what_is_new(*, at: datetime) -> int:
    """Read the journal to its finished end; return how many lines were told."""
    told = 0
    while True:
        with acting_as_everything(why="the journal's lines of every organisation, each told to its own addresses only"):
            found = notices.tell_events(read=_read, at=at)
        told += found
        if found == 0:
            return told


def _read(
    after: tuple[int, int], actions: Collection[str], organisation_ids: Collection[int], limit: int
) -> tuple[Sequence[journal.FinishedLine], tuple[int, int]]:
    return journal.finished_lines(after=after, actions=actions, organisation_ids=organisation_ids, limit=limit)


def _send(due: Sequence[Due], sender: WebhookSender, at: datetime) -> list[Tried]:
    """The events of one address, one after the other; once its server is silent, the others of it are left for later."""
    tried: list[Tried] = []
    silent = False
    for each in due:
        if silent:
            tried.append(Tried(each.delivery_id, None))
            continue
        headers = signed_headers(secrets=each.secrets, message=each.message, sent_at=at, body=each.body)
        outcome = sender.send(Sending(each.url, each.body, headers))
        tried.append(Tried(each.delivery_id, outcome))
        silent = is_silent(outcome)
    return tried


# The sixth field is seconds. A round that lasts is not joined by another: the lock holds the next one back.
@app.periodic(cron="* * * * * */10")
@app.task(name="notices.send-webhooks", queue="notices", queueing_lock="notices.send-webhooks", lock="notices.send-webhooks")
def send_webhooks_now(timestamp: int) -> None:
    """The timer."""
    send_webhooks(at=timezone.now())


@app.periodic(cron="40 3 * * *")
@app.task(name="notices.forget-deliveries", queue="timers", queueing_lock="notices.forget-deliveries")
def forget_deliveries(timestamp: int) -> None:
    """Forget the events of more than 30 days ago."""
    with acting_as_everything(why="deliveries of every organisation are kept equally long"):
        while notices.forget_deliveries(at=timezone.now()):
            continue
