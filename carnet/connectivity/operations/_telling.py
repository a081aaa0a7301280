"""A change is told in the transaction that makes it: a text message to whoever agreed to one, else a letter for the desk to post. Once each.

The words carry no name and no code: a number that opens nothing by itself, and whom to call.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.connectivity import access
from carnet.connectivity.models import Application, Connection, Contact, Incident, Step, Telling
from carnet.connectivity.operations._notes import note
from carnet.connectivity.rules import ConnectionNumber, ConnectionState
from carnet.connectivity.rules.telling import LETTER_STALE, About, LetterUnknown, ToldBy, about_of, day_told, told_by
from carnet.funding import queries as funding
from carnet.gateways import sms
from carnet.gateways.database import acting_as_everything
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import PhoneNumber, PhoneNumberInvalid
from carnet.notices import operations as notices
from carnet.parties import queries as parties
from carnet.parties.rules import check_may

_MOBILE = ("+336", "+337")


def tell_step(row: Connection, step: Step, *, at: datetime) -> None:
    """Tell what a step changed, if the rules say so. Call it before a contact is erased, the connection being locked."""
    before = ConnectionState(step.before) if step.before else None
    about = about_of(before=before, state=ConnectionState(step.state), reason=step.reason)
    if about is not None:
        _tell(row, about, Telling(step_id=step.id), at)


def tell_mended(row: Connection, incident: Incident, *, at: datetime) -> None:
    """Tell that it should work again: by text only, the person sees it at home."""
    _tell(row, About.MENDED, Telling(incident_id=incident.id), at)


def _tell(row: Connection, about: About, made: Telling, at: datetime) -> None:
    # A landlord accepts and a provider connects: neither reads the contact nor the desk's rows, and the message is not theirs.
    with acting_as_everything(why="the person is told, whoever made the change"):
        contact = Contact.objects.filter(connection=row, erased_at=None, may_text=True).first()
        phone = _mobile(access.phone_of(contact, row.number)) if contact is not None else ""
        way = told_by(about, has_mobile=bool(phone))
        if way is None:
            return
        made.connection, made.programme_id, made.desk_id = row, row.programme_id, row.desk_id
        made.about, made.told_by, made.made_at = about.value, way.value, at
        made.done_at = at if way is ToldBy.TEXT else None
        made.save(force_insert=True)
        if way is ToldBy.TEXT:
            language = Application.objects.filter(connection=row).values_list("language", flat=True).first()
            spoken = "en" if language == "en" else "fr"
            notices.post_text(
                kind=f"connectivity.{about.value.lower().replace('_', '-')}", to=phone, language=spoken, context=_facts(row, about), by_day=True, at=at,
            )  # fmt: skip


def _facts(row: Connection, about: About) -> dict[str, object]:
    programme = funding.programme(row.programme_id)
    provider = parties.organisation(row.provider_id)
    return {
        "phone": _spoken(programme.terms.phone), "number": ConnectionNumber(row.number).printed(), "provider": provider.name,
        "said_on": day_told(about, appointment_on=row.appointment_on, ended_on=row.ended_on),
    }  # fmt: skip


def _spoken(phone: str) -> str:
    """A number as people write it; what cannot be read as one is left as it was typed."""
    try:
        return PhoneNumber.parse(phone).printed() if phone else ""
    except PhoneNumberInvalid:
        return phone


def _mobile(typed: str) -> str:
    """The number a text goes to; "" for a landline, for none, and where this installation sends no text."""
    if not typed or not sms.is_offered():
        return ""
    try:
        read = PhoneNumber.parse(typed).text
    except PhoneNumberInvalid:
        return ""
    is_french = read.startswith("+33")
    return read if read.startswith(_MOBILE) or (read.startswith("+") and not is_french) else ""


@transaction.atomic
def note_letter(*, telling_id: int, is_posted: bool, actor: Actor, request_id: UUID, at: datetime) -> None:
    """A letter was posted, or the person was told otherwise: it leaves the desk's list. Lock: the letter. Raises: NotAllowed, LetterUnknown."""
    check_may(actor, "connectivity.apply")
    row = Telling.objects.select_for_update(of=("self",)).filter(id=telling_id, desk_id=actor.organisation_id, done_at=None).first()
    if row is None:
        raise LetterUnknown
    row.done_at, row.done_by_id, row.is_posted = at, actor.person_id, is_posted
    row.save(update_fields=["done_at", "done_by_id", "is_posted"])
    facts = {"about": row.about, "is_posted": is_posted}
    note("person-told", ("connection", row.connection_id), row.programme_id, facts, actor=actor, request_id=request_id, at=at)


def forget_letters(*, at: datetime) -> int:
    """Take off the lists the letters nobody posted for a month; return how many."""
    with acting_as_everything(why="what is past is told to nobody, at any desk"):
        return Telling.objects.filter(done_at=None, made_at__lte=at - LETTER_STALE).update(done_at=at)
