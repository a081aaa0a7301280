"""The only way from a number to a row of the outbox: one's own organisation's, or one's own."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from carnet.gateways.database import acting_as
from carnet.notices.models import Announcement, WebhookDelivery, WebhookEndpoint
from carnet.notices.rules import EndpointState, WebhookUnknown
from carnet.notices.rules.announcements import AnnouncementUnknown


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


def own_announcement(organisation_id: int | None, announcement_id: int) -> Announcement:
    """An announcement of one's own operator, locked. Raises: AnnouncementUnknown."""
    found = Announcement.objects.select_for_update(of=("self",)).filter(id=announcement_id, organisation_id=organisation_id or 0).first()
    if found is None:
        raise AnnouncementUnknown
    return found


def check_announcement_of(operator_ids: Collection[int], announcement_id: int) -> None:
    """Refuse an announcement that none of these operators made. Raises: AnnouncementUnknown."""
    with acting_as(organisation_ids=operator_ids):
        if not Announcement.objects.filter(id=announcement_id, organisation_id__in=list(operator_ids)).exists():
            raise AnnouncementUnknown


@contextmanager
def of_person(person_id: int) -> Iterator[None]:
    """Show one person's own rows (what was read, received, turned off) and nobody else's."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(current_setting('carnet.person', true), '')")
        before = cursor.fetchone()[0]
        cursor.execute("SELECT set_config('carnet.person', %s, true)", [str(int(person_id))])
        yield
        cursor.execute("SELECT set_config('carnet.person', %s, true)", [before])
