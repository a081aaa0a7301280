"""From an exact number to its story. The walls show an operator's programmes only; what is unknown and what is another's are both None."""

from datetime import datetime

from carnet.helpline.models import Question
from carnet.helpline.queries._events import Story
from carnet.helpline.queries._others import (
    booking_story,
    complaint_story,
    connection_story,
    hand_over_story,
    payment_story,
    place_story,
    replacement_story,
)
from carnet.helpline.queries._vouchers import booklet_story, voucher_story
from carnet.helpline.rules import ASKED_OVER, Asked, Reading
from carnet.kernel.actors import Actor


def story_of(reading: Reading, *, actor: Actor, at: datetime) -> Story | None:
    """The story of a number read one way. Call it by `operations.ask`, which journals it; None when nothing of the actor's has it."""
    if reading.kind is Asked.VOUCHER:
        return voucher_story(reading.text, actor=actor, at=at)
    if reading.kind is Asked.BOOKLET:
        return booklet_story(reading.text, actor=actor, at=at)
    if reading.kind is Asked.BOOKING:
        return booking_story(reading.text, actor=actor, at=at)
    if reading.kind is Asked.COMPLAINT:
        return complaint_story(reading.text, actor=actor, at=at)
    if reading.kind is Asked.CONNECTION:
        return connection_story(reading.text, actor=actor)
    if reading.kind is Asked.HAND_OVER:
        return hand_over_story(reading.number, actor=actor, at=at)
    if reading.kind is Asked.REPLACEMENT:
        return replacement_story(reading.number, actor=actor, at=at)
    if reading.kind is Asked.PAYMENT:
        return payment_story(reading, actor=actor, at=at)
    return place_story(reading, actor=actor, at=at)


def pace_of(actor: Actor, *, at: datetime) -> tuple[int, int]:
    """How many numbers the actor asked lately, and how many of them were found nowhere."""
    rows = Question.objects.filter(person_id=actor.person_id, organisation_id=actor.organisation_id or 0, asked_at__gt=at - ASKED_OVER)
    found = list(rows.order_by("id").values_list("is_found", flat=True))
    return len(found), found.count(False)
