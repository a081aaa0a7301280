"""The only way from a number to a row of the outbox: one's own organisation's, locked."""

from carnet.notices.models import WebhookDelivery, WebhookEndpoint
from carnet.notices.rules import EndpointState, WebhookUnknown


def own_endpoint(*, organisation_id: int, endpoint_id: int) -> WebhookEndpoint:
    """One living address of an organisation, locked. Raises: WebhookUnknown."""
    found = (
        WebhookEndpoint.objects.select_for_update(of=("self",))
        .filter(id=endpoint_id, organisation_id=organisation_id)
        .exclude(state=EndpointState.ENDED)
        .first()
    )
    if found is None:
        raise WebhookUnknown(webhook=endpoint_id)
    return found


def own_delivery(*, organisation_id: int, delivery_id: int) -> WebhookDelivery:
    """One sending of a living address of an organisation, locked. Raises: WebhookUnknown."""
    found = (
        WebhookDelivery.objects.select_for_update(of=("self",))
        .select_related("endpoint")
        .filter(id=delivery_id, organisation_id=organisation_id)
        .exclude(endpoint__state=EndpointState.ENDED)
        .first()
    )
    if found is None:
        raise WebhookUnknown(webhook=delivery_id)
    return found
