"""From a line of the journal to somebody's server: told once the line is finished, sent outside any transaction, tried again for days.

The path of a redemption knows nothing of this: its lines are read afterwards, below the oldest running transaction, as they are sealed.
"""

import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlsplit

from django.db import transaction

from carnet.gateways.keys import key_ring
from carnet.gateways.webhooks import Outcome
from carnet.notices.models import WebhookDelivery, WebhookEndpoint, WebhookMark
from carnet.notices.operations._endpoints import begin_reading, purpose
from carnet.notices.operations._letters import post
from carnet.notices.rules import (
    DELIVERIES_KEPT,
    JITTER_PER_MILLE,
    QUIET_MAX,
    TOLD_BY,
    DeliveryState,
    EndpointState,
    event_body,
    event_data,
    is_silent,
    listens,
    message_id,
    must_stop,
    next_attempt,
)

LINES_MAX = 2_000
ENDPOINTS_AT_ONCE = 50
DELIVERIES_AT_ONCE = 20
# What a killed sender had taken is taken again after this.
LEASE = timedelta(minutes=10)


class ToldLine(Protocol):
    """A finished line of the journal, as its room gives it."""

    @property
    def id(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def action(self) -> str: ...
    @property
    def organisation_id(self) -> int | None: ...
    @property
    def programme_id(self) -> int | None: ...
    @property
    def subject_id(self) -> str: ...
    @property
    def facts(self) -> dict[str, Any]: ...


Mark = tuple[int, int]
# (after, actions, organisation ids, most lines) -> the lines, and where the reading stopped.
ReadLines = Callable[[Mark, Collection[str], Collection[int], int], tuple[Sequence[ToldLine], Mark]]


@dataclass(frozen=True, slots=True)
class Due:
    """One event to send now. `secrets` sign it, the current one first."""

    delivery_id: int
    endpoint_id: int
    url: str
    message: str
    body: bytes
    secrets: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one event; `outcome` None: it was not tried, its server being away."""

    delivery_id: int
    outcome: Outcome | None


@transaction.atomic
def tell_events(*, read: ReadLines, limit: int = LINES_MAX, at: datetime) -> int:
    """Make a delivery of each finished line that somebody listens to; return how many lines were told. Call it seeing everything.

    The mark moves in the same transaction as the deliveries: a line is told once to each address, whatever is killed.
    """
    begin_reading()
    mark = WebhookMark.objects.select_for_update(of=("self",)).get()
    endpoints: dict[int, list[WebhookEndpoint]] = {}
    for endpoint in WebhookEndpoint.objects.filter(state__in=[EndpointState.RUNNING, EndpointState.PAUSED]).order_by("id"):
        endpoints.setdefault(endpoint.organisation_id, []).append(endpoint)
    lines, (mark.xid, mark.line_id) = read((mark.xid, mark.line_id), TOLD_BY, endpoints, limit)
    WebhookDelivery.objects.bulk_create(
        [
            _delivery(line, endpoint, at)
            for line in lines
            for endpoint in endpoints.get(line.organisation_id or 0, ())
            if listens(events=endpoint.events, event=TOLD_BY[line.action], opened_at=endpoint.created_at, occurred_at=line.at)
        ],
        ignore_conflicts=True,
    )
    mark.save(update_fields=["xid", "line_id"])
    return len(lines)


def _delivery(line: ToldLine, endpoint: WebhookEndpoint, at: datetime) -> WebhookDelivery:
    event = TOLD_BY[line.action]
    data = event_data(subject_id=line.subject_id, programme_id=line.programme_id, facts=line.facts)
    return WebhookDelivery(
        endpoint=endpoint,
        organisation_id=endpoint.organisation_id,
        message=message_id(line.id),
        event=event.value,
        body=event_body(event=event, occurred_at=line.at, data=data),
        occurred_at=line.at,
        next_at=at,
    )


@transaction.atomic
def claim_due(*, at: datetime) -> list[Due]:
    """Take what is due, a few events of each address, oldest first, and set it aside for ten minutes. Call it seeing everything."""
    waiting = WebhookDelivery.objects.filter(state=DeliveryState.WAITING, next_at__lte=at)
    ready = WebhookEndpoint.objects.filter(state=EndpointState.RUNNING).exclude(quiet_until__gt=at)
    endpoints = ready.filter(id__in=waiting.values("endpoint_id")).order_by("id")[:ENDPOINTS_AT_ONCE]
    due: list[Due] = []
    for endpoint in endpoints:
        taken = list(
            waiting.select_for_update(skip_locked=True, of=("self",)).filter(endpoint=endpoint).order_by("id")[:DELIVERIES_AT_ONCE]
        )
        signing = _secrets(endpoint, at)
        due += [Due(each.id, endpoint.id, endpoint.url, each.message, each.body.encode(), signing) for each in taken]
    WebhookDelivery.objects.filter(id__in=[each.delivery_id for each in due]).update(next_at=at + LEASE)
    return due


def _secrets(endpoint: WebhookEndpoint, at: datetime) -> tuple[bytes, ...]:
    sealed = [endpoint.secret]
    if endpoint.earlier_secret is not None and endpoint.earlier_until is not None and at < endpoint.earlier_until:
        sealed.append(endpoint.earlier_secret)
    return tuple(key_ring().unseal(purpose(endpoint.request_id), bytes(each)) for each in sealed)


@transaction.atomic
def record_tries(*, tried: Sequence[Tried], at: datetime) -> tuple[int, int]:
    """Keep what came of each event, and judge each address by it; return (delivered, failed). Call it seeing everything."""
    delivered = failed = 0
    for each in tried:
        delivery = WebhookDelivery.objects.select_for_update(of=("self",)).select_related("endpoint").get(id=each.delivery_id)
        if delivery.state != DeliveryState.WAITING:
            continue  # cancelled, with its address, while it was on its way
        if each.outcome is None:
            delivery.next_at = at
            delivery.save(update_fields=["next_at"])
            continue
        _keep(delivery, each.outcome, at)
        _judge(delivery, each.outcome, at)
        delivered, failed = delivered + each.outcome.is_success, failed + (not each.outcome.is_success)
    return delivered, failed


def _keep(delivery: WebhookDelivery, outcome: Outcome, at: datetime) -> None:
    delivery.attempts += 1
    delivery.latest_at, delivery.latest_status = at, outcome.status
    delivery.latest_error, delivery.latest_ms = outcome.error[:20], outcome.milliseconds
    delivery.next_at = None
    if outcome.is_success:
        delivery.state = DeliveryState.DELIVERED.value
    else:
        delivery.next_at = next_attempt(
            attempts=delivery.attempts,
            at=at,
            jitter_per_mille=secrets.randbelow(JITTER_PER_MILLE + 1),
            retry_after_seconds=outcome.retry_after_seconds,
        )
        if delivery.next_at is None:
            delivery.state = DeliveryState.FAILED.value
    delivery.save(update_fields=["attempts", "latest_at", "latest_status", "latest_error", "latest_ms", "next_at", "state"])


def _judge(delivery: WebhookDelivery, outcome: Outcome, at: datetime) -> None:
    endpoint = WebhookEndpoint.objects.select_for_update(of=("self",)).get(id=delivery.endpoint_id)
    if outcome.is_success:
        if endpoint.failing_since is not None or endpoint.quiet_until is not None:
            endpoint.failing_since = endpoint.quiet_until = None
            endpoint.save(update_fields=["failing_since", "quiet_until"])
        return
    endpoint.failing_since = endpoint.failing_since or at
    if is_silent(outcome):
        endpoint.quiet_until = min(delivery.next_at or at + QUIET_MAX, at + QUIET_MAX)
    reason = must_stop(outcome=outcome, failing_since=endpoint.failing_since, at=at)
    if reason is not None and endpoint.state == EndpointState.RUNNING:
        endpoint.state, endpoint.stopped_at, endpoint.stopped_reason = EndpointState.STOPPED.value, at, reason
        post(
            kind="notices.webhook-stopped",
            to_organisation_id=endpoint.organisation_id,
            context={"host": urlsplit(endpoint.url).hostname or "", "failing_at": endpoint.failing_since},
            at=at,
        )
    endpoint.save(update_fields=["failing_since", "quiet_until", "state", "stopped_at", "stopped_reason"])


def forget_deliveries(*, at: datetime, limit: int = 10_000) -> int:
    """Forget what happened more than 30 days ago, delivered or not, at most `limit` at a time; return how many. Call it seeing everything."""
    old = WebhookDelivery.objects.filter(occurred_at__lt=at - DELIVERIES_KEPT).order_by("occurred_at").values("id")[:limit]
    return WebhookDelivery.objects.filter(id__in=old).delete()[0]
