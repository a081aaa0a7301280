"""Addresses told of events. Who may is asked above, by `parties`; the address itself is judged here and again at each sending."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection

from carnet.gateways.keys import key_ring
from carnet.gateways.webhooks import read_url
from carnet.notices import access
from carnet.notices.models import WebhookDelivery, WebhookEndpoint, WebhookMark
from carnet.notices.rules import (
    ENDPOINTS_MAX,
    ROTATION,
    SECRET_BYTES,
    DeliveryState,
    EndpointState,
    EventType,
    WebhookNotRunning,
    WebhooksTooMany,
    clean_events,
    event_body,
    message_id,
    shown_secret,
)


def open_endpoint(
    *, organisation_id: int, url: str, events: Iterable[str], label: str, created_by_id: int | None, request_id: UUID, at: datetime
) -> tuple[int, str | None]:
    """Tell an address of events from now on; return its number and its secret, shown this once (None when repeated).

    Raises: WebhookAddressRefused, WebhookEventsInvalid, WebhooksTooMany.
    """
    repeated = WebhookEndpoint.objects.filter(request_id=request_id, organisation_id=organisation_id).first()
    if repeated is not None:
        return repeated.id, None
    read_url(url, loopback=settings.WEBHOOKS_TO_LOOPBACK)
    chosen = clean_events(events)
    _lock(organisation_id)
    living = WebhookEndpoint.objects.filter(organisation_id=organisation_id).exclude(state=EndpointState.ENDED)
    if living.count() >= ENDPOINTS_MAX:
        raise WebhooksTooMany(addresses_max=ENDPOINTS_MAX)
    begin_reading()
    secret = secrets.token_bytes(SECRET_BYTES)
    made = WebhookEndpoint.objects.create(
        organisation_id=organisation_id,
        label=label.strip()[:80],
        url=url,
        events=chosen,
        secret=key_ring().seal(purpose(request_id), secret),
        created_by_id=created_by_id,
        created_at=at,
        request_id=request_id,
    )
    return made.id, shown_secret(secret)


def purpose(request_id: UUID) -> str:
    """What a secret is sealed for: one address, named by a number that no other installation gives again."""
    return f"webhook {request_id}"


def begin_reading() -> None:
    """Put the mark at the end of the journal unless it is somewhere: what was before the first address is told to nobody."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO notices_webhookmark (id, xid, line_id) VALUES (1, pg_snapshot_xmin(pg_current_snapshot())::text::bigint, 0)"
            " ON CONFLICT (id) DO NOTHING"
        )
    assert WebhookMark.objects.exists(), "the mark is there once written"


def rotate_secret(*, organisation_id: int, endpoint_id: int, at: datetime) -> str:
    """Draw another secret, shown this once; the earlier one signs too for a day. Raises: WebhookUnknown."""
    endpoint = access.own_endpoint(organisation_id=organisation_id, endpoint_id=endpoint_id)
    secret = secrets.token_bytes(SECRET_BYTES)
    endpoint.earlier_secret, endpoint.earlier_until = endpoint.secret, at + ROTATION
    endpoint.secret = key_ring().seal(purpose(endpoint.request_id), secret)
    endpoint.save(update_fields=["secret", "earlier_secret", "earlier_until"])
    return shown_secret(secret)


def pause_endpoint(*, organisation_id: int, endpoint_id: int) -> None:
    """Send nothing for now: events wait, at most 30 days. Raises: WebhookUnknown, WebhookNotRunning."""
    endpoint = access.own_endpoint(organisation_id=organisation_id, endpoint_id=endpoint_id)
    if endpoint.state == EndpointState.PAUSED:
        return
    if endpoint.state != EndpointState.RUNNING:
        raise WebhookNotRunning
    endpoint.state = EndpointState.PAUSED.value
    endpoint.save(update_fields=["state"])


def resume_endpoint(*, organisation_id: int, endpoint_id: int) -> None:
    """Send again, what waits first. Raises: WebhookUnknown."""
    endpoint = access.own_endpoint(organisation_id=organisation_id, endpoint_id=endpoint_id)
    endpoint.state, endpoint.stopped_reason = EndpointState.RUNNING.value, ""
    endpoint.failing_since = endpoint.quiet_until = endpoint.stopped_at = None
    endpoint.save(update_fields=["state", "stopped_reason", "failing_since", "quiet_until", "stopped_at"])


def end_endpoint(*, organisation_id: int, endpoint_id: int) -> None:
    """Forget an address for good: its secrets are erased, what waits is cancelled. Raises: WebhookUnknown."""
    endpoint = access.own_endpoint(organisation_id=organisation_id, endpoint_id=endpoint_id)
    endpoint.state, endpoint.secret = EndpointState.ENDED.value, b""
    endpoint.earlier_secret = endpoint.earlier_until = None
    endpoint.save(update_fields=["state", "secret", "earlier_secret", "earlier_until"])
    WebhookDelivery.objects.filter(endpoint=endpoint, state=DeliveryState.WAITING).update(state=DeliveryState.CANCELLED, next_at=None)


def post_test(*, organisation_id: int, endpoint_id: int, request_id: UUID, at: datetime) -> None:
    """Send an event that says nothing but that it arrived. Asked twice, sent once. Raises: WebhookUnknown, WebhookNotRunning."""
    endpoint = access.own_endpoint(organisation_id=organisation_id, endpoint_id=endpoint_id)
    if endpoint.state != EndpointState.RUNNING:
        raise WebhookNotRunning
    # A server that was away may be back: this asks it at once.
    endpoint.quiet_until = None
    endpoint.save(update_fields=["quiet_until"])
    WebhookDelivery.objects.get_or_create(
        endpoint=endpoint,
        message=message_id(str(request_id)),
        defaults={
            "organisation_id": organisation_id,
            "event": EventType.TEST.value,
            "body": event_body(event=EventType.TEST, occurred_at=at, data={"webhook": endpoint.id}),
            "occurred_at": at,
            "next_at": at,
        },
    )


def send_again(*, organisation_id: int, delivery_id: int, at: datetime) -> None:
    """Send one event again, from its first attempt, whatever became of it. Raises: WebhookUnknown, WebhookNotRunning."""
    delivery = access.own_delivery(organisation_id=organisation_id, delivery_id=delivery_id)
    if delivery.endpoint.state != EndpointState.RUNNING:
        raise WebhookNotRunning
    WebhookEndpoint.objects.filter(id=delivery.endpoint_id).update(quiet_until=None)
    delivery.state, delivery.attempts, delivery.next_at = DeliveryState.WAITING.value, 0, at
    delivery.save(update_fields=["state", "attempts", "next_at"])


def _lock(organisation_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('notices.webhooks', %s))", [organisation_id])
