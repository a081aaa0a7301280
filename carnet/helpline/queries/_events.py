"""What a story is made of: dated facts in order, for a door to say in sentences."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from carnet.helpline.rules import Asked


class What(StrEnum):
    """What happened, or is to come."""

    RECEIVED = "RECEIVED"  # a desk received the booklet
    ACTIVATED = "ACTIVATED"
    NOT_ACTIVE = "NOT_ACTIVE"
    IN_STOCK = "IN_STOCK"  # at whose place it is, never handed over
    ON_THE_WAY = "ON_THE_WAY"
    HANDED_OVER = "HANDED_OVER"
    TAKEN_OUT = "TAKEN_OUT"
    ENDED = "ENDED"  # lost, stolen, damaged, recalled
    LAPSED = "LAPSED"
    BLOCKED = "BLOCKED"  # by a replacement
    REPLACED = "REPLACED"
    TO_REPLACE = "TO_REPLACE"
    BOOKED = "BOOKED"
    CAME = "CAME"
    ABSENT = "ABSENT"
    GIVEN_BACK = "GIVEN_BACK"
    SESSION_CANCELLED = "SESSION_CANCELLED"
    LESSON_TO_COME = "LESSON_TO_COME"
    WAITING = "WAITING"  # on the list of a lesson
    SPENT = "SPENT"
    UNDONE = "UNDONE"
    DISPUTED = "DISPUTED"
    RESERVED = "RESERVED"
    TO_PAY = "TO_PAY"
    SET_ASIDE = "SET_ASIDE"
    CAME_BACK = "CAME_BACK"
    PAID = "PAID"
    CLAIMED = "CLAIMED"
    LEFT = "LEFT"  # what may still be spent
    ACCEPTS = "ACCEPTS"
    ACCEPTED_UNTIL = "ACCEPTED_UNTIL"
    PLACE_ENDED = "PLACE_ENDED"
    NEXT_LESSON = "NEXT_LESSON"
    COMPLAINED = "COMPLAINED"
    COMPLAINT_CLOSED = "COMPLAINT_CLOSED"
    COMPLAINT_WAITS = "COMPLAINT_WAITS"


@dataclass(frozen=True, slots=True)
class Event:
    """One fact of a story. `at`: when, for its place in the order (a day to come stands at its noon); `facts`: what a sentence needs."""

    what: What
    at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Left:
    """What a hand-over's person has left of a booklet: enough to block and replace it."""

    hand_over_id: int
    booklet_id: int
    voucher_count: int


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several things that have the same name. `typed` asks for that one."""

    typed: str
    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class Story:
    """What one exact number tells. `subject`: what the journal names; `title`: the number as printed; `about`: what it is the number of.

    `choices` is not empty when several things have that exact name: then nothing is told yet.
    """

    kind: Asked
    subject: tuple[str, int]
    title: str
    about: str = ""
    events: tuple[Event, ...] = ()
    programme_id: int | None = None
    serial: str = ""
    place_id: int | None = None
    booking: str = ""
    session_id: int | None = None
    complaint_id: int | None = None
    hand_over_id: int | None = None
    left: tuple[Left, ...] = ()
    choices: tuple[Choice, ...] = ()


def in_order(events: list[Event]) -> tuple[Event, ...]:
    """The first first; what happened at the same moment stays as it was told."""
    return tuple(sorted(events, key=lambda each: each.at))
