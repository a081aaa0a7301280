"""Lessons for somebody who is about to be connected: in the room of their own residence first, else at the nearest places."""

from collections.abc import Sequence
from datetime import datetime

from carnet.places import queries as places
from carnet.web import lessons
from carnet.web.lessons import Lesson
from carnet.workshops import queries as workshops
from carnet.workshops.queries import SessionView

SHOWN, RADIUS_KM = 3, 15.0


def sessions(*, place_id: int | None, commune: str, at: datetime) -> tuple[Sequence[SessionView], bool]:
    """The next lessons with a seat, and whether they are in the residence itself. Two statements when it has its own, four when not."""
    if place_id is not None:
        found = workshops.agenda(at=at, place_ids=[place_id], with_seats=True, per_page=SHOWN).sessions
        if found:
            return found, True
    if places.commune(commune) is None:
        return (), False
    return workshops.agenda(at=at, around=commune, radius_km=RADIUS_KM, with_seats=True, per_page=SHOWN).sessions, False


def told(*, place_id: int | None, commune: str, at: datetime) -> tuple[list[Lesson], bool]:
    """The same, in words."""
    found, is_own = sessions(place_id=place_id, commune=commune, at=at)
    return lessons.lessons(found), is_own
