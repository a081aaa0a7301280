"""A demonstration's reminders: a few people asked at the first desk, calls and a letter wait; an announcement; a programme's words.

Nobody comes more often for it: no study measures what such reminders do to lessons, so the drawn behaviour does not change
(docs/decisions/0036-reminded-by-consent.md).
"""

from dataclasses import replace
from datetime import datetime, time, timedelta
from uuid import uuid4

from carnet.distribution import operations, queries
from carnet.distribution.rules import Kind
from carnet.distribution.rules.reminders import ContactChannel, NothingToRemind
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.kernel.periods import PARIS, legal_day
from carnet.kernel.text_messages import is_a_day_to_write
from carnet.notices.operations import Words
from carnet.scenarios.play import Played

# Of the numbers kept for fiction: docs/sources/text-messages.md#numbers.
PHONE = "06 39 98 00 {:02d}"
ADDRESS = "Mme Camille Riou\n4 allée Brancas\n44000 Nantes"
ASKED, LETTERS = 8, 1
NEWS = Words(
    "Formation des guichets jeudi",
    "Une heure en visioconférence, jeudi à 14 h : remettre un carnet et réserver la première leçon en une minute.",
    "Training for desks on Thursday",
    "One hour online, Thursday at 2 pm: hand a booklet over and book the first lesson in a minute.",
)


def ask_to_be_reminded(current: Played, *, at: datetime) -> None:
    """Leave a few contacts, look at them once as the timer would, announce something: through the same operations as the screens."""
    desk = _acting_for(current.cast.desk_ids[0])
    with acting_as(desk):
        given = queries.hand_overs(organisation_id=desk.organisation_id, programme_id=current.programme_id, limit=200)
        # Those of long ago first: they are the ones a reminder is due to.
        asked = 0
        for each in reversed([line for line in given if line.kind is not Kind.TAKEN_OUT]):
            asked += asked < ASKED and _leave(desk, each.id, asked, max(each.handed_over_at, at - timedelta(days=60)))
    with acting_as_everything(why="the timer looks at every desk of the programme"):
        operations.look_at_contacts(programme_id=current.programme_id, request_id=uuid4(), at=_working_hour(at))
    operator = replace(_acting_for(current.cast.operator_id), programme_ids=frozenset({current.programme_id}))
    with acting_as(operator):
        operations.announce(
            words=NEWS, roles=["PRESCRIBER_LEAD", "PRESCRIBER"], programme_ids=[current.programme_id], from_at=at - timedelta(hours=1),
            until_at=at + timedelta(days=6), by_email=False, actor=operator, request_id=uuid4(), at=at,
        )  # fmt: skip


def _leave(desk: Actor, hand_over_id: int, rank: int, at: datetime) -> bool:
    is_letter = rank < LETTERS
    try:
        operations.leave_contact(
            hand_over_id=hand_over_id, channel=ContactChannel.LETTER if is_letter else ContactChannel.CALL,
            phone="" if is_letter else PHONE.format(rank), address=ADDRESS if is_letter else "", has_consented=True, actor=desk,
            request_id=uuid4(), at=at,
        )  # fmt: skip
    except NothingToRemind:
        return False  # everything was used: nothing to remind of
    return True


def _working_hour(at: datetime) -> datetime:
    """The latest moment, today or before, when a person may be written to."""
    day = legal_day(at)
    while not is_a_day_to_write(day):
        day -= timedelta(days=1)
    return datetime.combine(day, time(10), tzinfo=PARIS)


def _acting_for(organisation_id: int) -> Actor:
    return replace(Actor.system("demonstration", organisation_ids={organisation_id}), organisation_id=organisation_id)
