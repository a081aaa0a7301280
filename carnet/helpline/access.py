"""Who may read and answer which complaint: the only way from an identifier to a row. The walls hide the others.

An operator keeps the complaints of its programmes; a place reads what it is asked of those about it; a desk and a place follow what
they filed; whoever holds a number and its secret reads what is told to the person.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models import F

from carnet.gateways.database import acting_as_everything
from carnet.gateways.keys import key_ring
from carnet.helpline.models import Complaint
from carnet.helpline.rules import (
    WRONG_SECRETS_MAX,
    ComplaintLocked,
    ComplaintNumber,
    ComplaintUnknown,
    secret_of,
)
from carnet.kernel.actors import Actor


@contextmanager
def presenting(number: ComplaintNumber) -> Iterator[None]:
    """Show the one complaint that has this number, to whoever holds it (docs/decisions/0034-the-line-and-complaints.md)."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(current_setting('carnet.complaint', true), '')")
        before = cursor.fetchone()[0]
        cursor.execute("SELECT set_config('carnet.complaint', %s, true)", [str(number)])
        yield
        cursor.execute("SELECT set_config('carnet.complaint', %s, true)", [before])


def secret_for(number: ComplaintNumber) -> str:
    """The six digits that go with a number. They follow from the installation's key: nothing is kept that could be stolen."""
    return secret_of(key_ring().mark("secret of a complaint", str(number)))


def check_secret(number: ComplaintNumber, secret: str) -> Complaint:
    """The complaint of this number, if the secret is its own; wrong ones are counted, and lock it.

    Raises: ComplaintUnknown (the same for an unknown number and for a wrong secret), ComplaintLocked.
    """
    right = secret_for(number)  # computed whether or not the number exists: both take the same
    with presenting(number):
        found = Complaint.objects.select_related("place", "programme").filter(number=str(number)).first()
    if found is not None and found.wrong_secret_count >= WRONG_SECRETS_MAX:
        raise ComplaintLocked(tries=WRONG_SECRETS_MAX)
    given = "".join(symbol for symbol in secret if symbol.isdecimal())
    if found is None or given != right:
        with acting_as_everything(why="a wrong secret is counted, whoever typed it"):
            Complaint.objects.filter(number=str(number)).update(wrong_secret_count=F("wrong_secret_count") + 1)
        raise ComplaintUnknown
    return found


def kept_complaint(actor: Actor, complaint_id: int, *, lock: bool = False) -> Complaint:
    """A complaint the actor's organisation answers. Raises: ComplaintUnknown."""
    found = _row(complaint_id, lock=lock)
    if found is None or not (actor.kind == "system" or actor.organisation_id in found.operator_ids):
        raise ComplaintUnknown
    return found


def asked_complaint(actor: Actor, complaint_id: int, *, lock: bool = False) -> Complaint:
    """A complaint about a place of the actor's organisation, which was asked for its side. Raises: ComplaintUnknown."""
    found = _row(complaint_id, lock=lock)
    if found is None or found.asked_until_on is None or not _is_of(actor, found.place_organisation_id):
        raise ComplaintUnknown
    return found


def filed_complaint(actor: Actor, complaint_id: int) -> Complaint:
    """A complaint the actor's organisation filed. Raises: ComplaintUnknown."""
    found = _row(complaint_id, lock=False)
    if found is None or not _is_of(actor, found.filer_organisation_id):
        raise ComplaintUnknown
    return found


def _is_of(actor: Actor, organisation_id: int | None) -> bool:
    return organisation_id is not None and actor.organisation_id == organisation_id


def _row(complaint_id: int, *, lock: bool) -> Complaint | None:
    rows = Complaint.objects.select_for_update(of=("self",)) if lock else Complaint.objects
    return rows.select_related("place", "programme").filter(id=complaint_id).first()


def contact_purpose(number: str) -> str:
    """What the contact of a complaint is sealed for: another complaint's row does not open it."""
    return f"contact of complaint {number}"


def contact_of(row: Complaint) -> str:
    """The address or telephone left, or "" when none was or it was erased."""
    if row.sealed_contact is None:
        return ""
    return key_ring().unseal_for(contact_person(row.number), contact_purpose(row.number), bytes(row.sealed_contact)).decode()


def contact_person(number: str) -> str:
    """How the ring calls the key of whoever complained."""
    return f"complaint-{number}"
