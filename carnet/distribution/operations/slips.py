"""A slip sent to the telephone of somebody who wishes it: the number is sealed until it is sent, then forgotten."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.activities import queries as activities
from carnet.distribution import access
from carnet.distribution.rules.translations import SlipTextTooLong, SlipWithoutPhone, TextsNotOffered
from carnet.gateways import sms
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import PhoneNumber
from carnet.notices import operations as notices
from carnet.parties.rules import check_may
from carnet.workshops import queries as workshops
from carnet.workshops.rules import BookingUnknown, takes_texts

KIND = "distribution.slip"
# Four messages in Latin letters, seven in others: more is a letter's.
TEXT_MAX = 480


@transaction.atomic
def text_slip(
    *,
    hand_over_id: int | None = None,
    booking_number: str = "",
    phone: str,
    text: str,
    language: str,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> None:
    """Send a slip by text message: of a hand-over one may see, else of a lesson or a seat whose number one holds.

    `text` is written by the door, in the language of the paper. The same request sends once.
    Raises: NotAllowed, NotYourDesk, HandOverUnknown, BookingNumberMistyped, BookingUnknown, TextsNotOffered, PhoneNumberInvalid,
    SlipWithoutPhone, SlipTextTooLong, IdempotencyMismatch.
    """
    check_may(actor, "distribution.send-slip")
    subject, programme_id = _subject(hand_over_id, booking_number, at)
    number = _mobile(phone)
    if len(text) > TEXT_MAX:
        raise SlipTextTooLong(most=TEXT_MAX)

    def send() -> tuple[int, dict[str, bool]]:
        notices.post_text(kind=KIND, to=number, language=language[:2], context={"text": text}, at=at)
        journal.record(
            actor=actor,
            action="distribution.slip-sent",
            subject=subject,
            facts={"language": language[:2]},
            programme_id=programme_id,
            request_id=request_id,
            at=at,
        )
        return 200, {"sent": True}

    # Neither the number nor the text is in what is kept to answer the same request again.
    body = {"subject": list(subject), "language": language[:2]}
    journal.answer_once(organisation_id=access.desk(actor), key=f"slip {request_id}", body=body, at=at, compute=send)


def _subject(hand_over_id: int | None, booking_number: str, at: datetime) -> tuple[tuple[str, int], int | None]:
    """What the journal says was sent, and of which programme."""
    if hand_over_id is not None:
        row = access.hand_over(hand_over_id)
        return ("hand-over", row.id), row.programme_id
    try:
        found, _session = workshops.booking(booking_number, at=at)
    except BookingUnknown:
        return ("seat", activities.seat(booking_number).id), None
    return ("booking", found.id), None


def _mobile(phone: str) -> str:
    """The number in international form. Raises: TextsNotOffered, PhoneNumberInvalid, SlipWithoutPhone."""
    if not sms.is_offered():
        raise TextsNotOffered
    number = str(PhoneNumber.parse(phone))
    if not number.startswith("+") or not takes_texts(number):
        raise SlipWithoutPhone
    return number
