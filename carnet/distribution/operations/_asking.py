"""A question sent to somebody who agreed: the number never leaves this room, and nobody here knows what is answered."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from carnet.distribution import access
from carnet.distribution.models import ReminderContact
from carnet.distribution.operations._notes import note
from carnet.distribution.operations._reminding import NUMBER, SYSTEM, _end
from carnet.distribution.rules.asking import may_be_asked
from carnet.distribution.rules.reminders import ContactChannel, ContactEnd
from carnet.gateways import sms
from carnet.gateways.keys import key_ring
from carnet.kernel.identifiers import PhoneNumber
from carnet.kernel.periods import legal_day
from carnet.kernel.text_messages import is_an_hour_to_write
from carnet.notices import operations as notices
from carnet.workshops.rules import takes_texts


@transaction.atomic
def send_question(*, contact_id: int, kind: str, context: Mapping[str, Any], request_id: UUID, at: datetime) -> bool:
    """Send one text message to a contact that agreed to be asked; whether it left. Never at night, never twice in ASKED_APART_DAYS.

    Call it seeing everything. Lock: the contact.
    """
    row = ReminderContact.objects.select_for_update(of=("self",)).filter(id=contact_id, ended_at=None).first()
    if row is None or row.channel != ContactChannel.TEXT or not (sms.is_offered() and is_an_hour_to_write(at)):
        return False
    today, number = legal_day(at), access.unsealed(row)
    asked_on = ReminderContact.objects.filter(number_mark=row.number_mark).aggregate(latest=Max("asked_on"))["latest"]
    if not takes_texts(number) or not may_be_asked(has_consented=row.question_consented_at is not None, asked_on=asked_on, today=today):
        return False
    row.asked_on = today
    row.save(update_fields=["asked_on"])
    notices.post_text(kind=kind, to=number, language=row.language, context=context, by_day=True, at=at)
    note("question-sent", ("reminder-contact", row.id), row.programme_id, row.organisation_id, {}, SYSTEM, request_id, at)
    return True


def contacts_of_number(number: PhoneNumber) -> Collection[int]:
    """The contacts left under a number that writes. Call it seeing everything."""
    mark = key_ring().mark(NUMBER, str(number))
    return list(ReminderContact.objects.filter(number_mark=mark, ended_at=None).order_by("id").values_list("id", flat=True))


@transaction.atomic
def stop_contact(*, contact_id: int, request_id: UUID, at: datetime) -> None:
    """Erase a contact whose person said stop where a question was asked. Call it seeing everything. Lock: the contact."""
    row = ReminderContact.objects.select_for_update(of=("self",)).filter(id=contact_id, ended_at=None).first()
    if row is not None:
        _end(row, ContactEnd.WITHDRAWN, actor=SYSTEM, request_id=request_id, at=at)
