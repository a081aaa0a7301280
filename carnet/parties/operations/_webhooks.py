"""An organisation's webhooks: who may open, change and end the addresses its events are sent to. The outbox does the rest."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction

from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.notices import operations as notices
from carnet.parties.rules import OrganisationUnknown, check_allowed_now

MANAGE = "parties.manage-webhooks"


@dataclass(frozen=True, slots=True)
class WebhookOpened:
    """An address told of events. `secret` is the only time it is seen; None when the request is repeated."""

    id: int
    secret: str | None = field(repr=False)


@transaction.atomic
def open_webhook(*, url: str, events: Iterable[str], label: str = "", actor: Actor, request_id: UUID, at: datetime) -> WebhookOpened:
    """Tell an address of one's organisation's events from now on.

    Raises:  NotAllowed, SecondFactorNeeded, WebhookAddressRefused, WebhookEventsInvalid, WebhooksTooMany.
    Repeat:  the same request_id returns the first address, without its secret.
    Source:  docs/sources/standard-webhooks.md.
    """
    organisation_id = _organisation(actor, at)
    chosen = list(events)
    endpoint_id, secret = notices.open_endpoint(
        organisation_id=organisation_id,
        url=url,
        events=chosen,
        label=label,
        created_by_id=actor.person_id,
        request_id=request_id,
        at=at,
    )
    if secret is not None:
        facts = {"host": urlsplit(url).hostname, "events": sorted(chosen)}
        _journal(actor, "parties.webhook-opened", endpoint_id, request_id, at, **facts)
    return WebhookOpened(endpoint_id, secret)


@transaction.atomic
def rotate_webhook_secret(*, endpoint_id: int, actor: Actor, request_id: UUID, at: datetime) -> str:
    """Draw another secret, shown this once; the earlier one signs too for a day.

    Raises:  NotAllowed, SecondFactorNeeded, WebhookUnknown.
    """
    secret = notices.rotate_secret(organisation_id=_organisation(actor, at), endpoint_id=endpoint_id, at=at)
    _journal(actor, "parties.webhook-secret-rotated", endpoint_id, request_id, at)
    return secret


@transaction.atomic
def pause_webhook(*, endpoint_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Send nothing for now: events wait. Raises: NotAllowed, SecondFactorNeeded, WebhookUnknown, WebhookNotRunning."""
    notices.pause_endpoint(organisation_id=_organisation(actor, at), endpoint_id=endpoint_id)
    _journal(actor, "parties.webhook-paused", endpoint_id, request_id, at)


@transaction.atomic
def resume_webhook(*, endpoint_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Send again, what waits first. Raises: NotAllowed, SecondFactorNeeded, WebhookUnknown."""
    notices.resume_endpoint(organisation_id=_organisation(actor, at), endpoint_id=endpoint_id)
    _journal(actor, "parties.webhook-resumed", endpoint_id, request_id, at)


@transaction.atomic
def end_webhook(*, endpoint_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Forget an address for good, its secret and what waits. Raises: NotAllowed, SecondFactorNeeded, WebhookUnknown."""
    notices.end_endpoint(organisation_id=_organisation(actor, at), endpoint_id=endpoint_id)
    _journal(actor, "parties.webhook-ended", endpoint_id, request_id, at)


@transaction.atomic
def try_webhook(*, endpoint_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Send an event that says nothing but that it arrived. Raises: NotAllowed, SecondFactorNeeded, WebhookUnknown, WebhookNotRunning."""
    notices.post_test(organisation_id=_organisation(actor, at), endpoint_id=endpoint_id, request_id=request_id, at=at)


@transaction.atomic
def send_webhook_again(*, delivery_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Send one event again, from its first attempt. Raises: NotAllowed, SecondFactorNeeded, WebhookUnknown, WebhookNotRunning."""
    notices.send_again(organisation_id=_organisation(actor, at), delivery_id=delivery_id, at=at)
    _journal(actor, "parties.webhook-sent-again", delivery_id, request_id, at)


def _organisation(actor: Actor, at: datetime) -> int:
    check_allowed_now(actor, MANAGE, at)
    if actor.organisation_id is None:
        raise OrganisationUnknown(organisation=None)
    return actor.organisation_id


def _journal(actor: Actor, action: str, number: int, request_id: UUID, at: datetime, **facts: object) -> None:
    journal.record(actor=actor, action=action, subject=("webhook", number), facts=facts, request_id=request_id, at=at)
