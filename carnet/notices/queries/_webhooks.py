"""What an organisation may read of its own webhooks: addresses and sendings, never a secret."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min

from carnet.notices.models import WebhookDelivery, WebhookEndpoint
from carnet.notices.rules import DeliveryState, EndpointState

DELIVERIES_SHOWN = 50


@dataclass(frozen=True, slots=True)
class EndpointView:
    """One address told of events."""

    id: int
    label: str
    url: str
    events: tuple[str, ...]
    state: EndpointState
    failing_since: datetime | None
    stopped_at: datetime | None
    stopped_reason: str
    earlier_until: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """One event on its way, or arrived. Unit: whole milliseconds."""

    id: int
    message: str
    event: str
    body: str
    occurred_at: datetime
    state: str
    attempts: int
    next_at: datetime | None
    latest_at: datetime | None
    latest_status: int | None
    latest_error: str
    latest_ms: int | None


@dataclass(frozen=True, slots=True)
class SendingEverywhere:
    """How webhooks are doing on the whole installation. Unit: whole seconds."""

    waiting_count: int
    late_seconds: int
    failing_count: int
    given_up_count: int


def webhooks_everywhere(*, at: datetime) -> SendingEverywhere:
    """What an alarm can be set on; names nobody. Sees what the caller sees: ask it inside ``acting_as_everything``."""
    waiting = WebhookDelivery.objects.filter(state=DeliveryState.WAITING.value).aggregate(count=Count("id"), soonest=Min("next_at"))
    soonest = waiting["soonest"]
    return SendingEverywhere(
        waiting_count=waiting["count"],
        late_seconds=max(0, int((at - soonest).total_seconds())) if soonest is not None else 0,
        failing_count=WebhookEndpoint.objects.filter(state=EndpointState.RUNNING.value, failing_since__isnull=False).count(),
        given_up_count=WebhookDelivery.objects.filter(state=DeliveryState.FAILED.value).count(),
    )


def endpoints(*, organisation_id: int) -> list[EndpointView]:
    """The living addresses of an organisation, the oldest first."""
    rows = WebhookEndpoint.objects.filter(organisation_id=organisation_id).exclude(state=EndpointState.ENDED).order_by("id")
    return [_endpoint(row) for row in rows]


def endpoint(*, organisation_id: int, endpoint_id: int) -> EndpointView | None:
    """One living address of an organisation, or None."""
    return next((each for each in endpoints(organisation_id=organisation_id) if each.id == endpoint_id), None)


def deliveries(*, organisation_id: int, endpoint_id: int, limit: int = DELIVERIES_SHOWN) -> list[DeliveryView]:
    """The latest events of one address, the latest first."""
    rows = WebhookDelivery.objects.filter(organisation_id=organisation_id, endpoint_id=endpoint_id).order_by("-id")[:limit]
    names = list(DeliveryView.__dataclass_fields__)
    return [DeliveryView(*values) for values in rows.values_list(*names)]


def waiting_count(*, organisation_id: int, endpoint_id: int) -> int:
    """How many events wait to be sent to one address."""
    return WebhookDelivery.objects.filter(organisation_id=organisation_id, endpoint_id=endpoint_id, state="WAITING").count()


def _endpoint(row: WebhookEndpoint) -> EndpointView:
    return EndpointView(
        id=row.id,
        label=row.label,
        url=row.url,
        events=tuple(row.events),
        state=EndpointState(row.state),
        failing_since=row.failing_since,
        stopped_at=row.stopped_at,
        stopped_reason=row.stopped_reason,
        earlier_until=row.earlier_until,
        created_at=row.created_at,
    )
