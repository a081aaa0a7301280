"""What somebody left at a desk to be written to or called: a reminder's contact, a request by post. Sealed, and opened by one desk only."""

import json

from django.db import connection, transaction

from carnet.distribution.access._desks import acts_for
from carnet.distribution.models import PostalRequest, Reminder, ReminderContact
from carnet.distribution.rules.postal import PostalAddress, PostalNumber, PostalUnknown
from carnet.distribution.rules.reminders import ReminderUnknown
from carnet.gateways.keys import key_ring
from carnet.kernel.actors import Actor
from carnet.parties.rules import check_may


def check_may_remind(actor: Actor) -> None:
    """Raises: NotAllowed."""
    check_may(actor, "distribution.remind")


def own_reminder(actor: Actor, reminder_id: int) -> Reminder:
    """A call or a letter the actor's desk is to make, with its contact locked first. Raises: NotAllowed, ReminderUnknown."""
    check_may_remind(actor)
    seen = Reminder.objects.filter(id=reminder_id).values_list("contact_id", flat=True).first()
    if seen is not None:
        ReminderContact.objects.select_for_update(of=("self",)).get(id=seen)
    found = Reminder.objects.select_related("contact").filter(id=reminder_id).first()
    if found is None or not acts_for(actor, found.organisation_id):
        raise ReminderUnknown
    return found


def contact_person(contact_request: object) -> str:
    """How the ring calls the key of whoever asked to be reminded."""
    return f"reminded-{contact_request}"


def contact_purpose(contact_request: object) -> str:
    """What a number or an address is sealed for: another contact's row does not open it."""
    return f"reminders of {contact_request}"


def unsealed(contact: ReminderContact) -> str:
    """The number (international form) or the address somebody left."""
    assert contact.sealed is not None, "an ended contact holds nothing"
    return key_ring().unseal_for(contact_person(contact.request_id), contact_purpose(contact.request_id), bytes(contact.sealed)).decode()


def postal_person(number: str) -> str:
    """How the ring calls the key of whoever asked for a booklet by post."""
    return f"postal-{number}"


def postal_purpose(number: str) -> str:
    """What the address of a request is sealed for: another request's row does not open it."""
    return f"postal address of request {number}"


def postal(postal_id: int, *, lock: bool = False) -> PostalRequest:
    """A request seen by its desk or its programme's operator. Raises: PostalUnknown."""
    rows = PostalRequest.objects.select_related("hand_over")
    found = (rows.select_for_update(of=("self",)) if lock else rows).filter(id=postal_id).first()
    if found is None:
        raise PostalUnknown
    return found


def own_postal(actor: Actor, row: PostalRequest) -> None:
    """Only the desk that sends acts on a request, and reads its address. Raises: PostalUnknown."""
    if actor.organisation_id is None or actor.organisation_id != row.organisation_id:
        raise PostalUnknown


def postal_presented(number: PostalNumber) -> PostalRequest:
    """The one request that has this number, to whoever holds it. Raises: PostalUnknown."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(current_setting('carnet.postal', true), '')")
        before = cursor.fetchone()[0]
        cursor.execute("SELECT set_config('carnet.postal', %s, true)", [str(number)])
        found = PostalRequest.objects.filter(number=str(number)).first()
        cursor.execute("SELECT set_config('carnet.postal', %s, true)", [before])
    if found is None:
        raise PostalUnknown
    return found


def postal_address(row: PostalRequest) -> PostalAddress:
    """The address of a request whose address was not erased."""
    assert row.sealed_address is not None
    return PostalAddress(
        **json.loads(key_ring().unseal_for(postal_person(row.number), postal_purpose(row.number), bytes(row.sealed_address)))
    )
