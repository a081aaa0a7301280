"""One's own sessions, as one is shown them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from carnet.gateways.database import acting_as
from carnet.parties.models import BrowserSession, Station, Turn
from carnet.parties.queries._actors import organisations_of
from carnet.parties.rules import SESSION_LENGTH, is_idle


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One session. `station`: the name of the shared computer, when it is one. `by_pin`: a turn on it, opened by a PIN alone."""

    id: int
    by_pin: bool
    browser: str
    system: str
    station: str
    began_at: datetime
    seen_at: datetime


def own_sessions(*, person_id: int, at: datetime) -> Sequence[SessionLine]:
    """The sessions of somebody that may still open something, the latest seen first. Call it where the person is recognised."""
    organisation_ids = [each.id for each in organisations_of(person_id=person_id, at=at)]
    rows = list(BrowserSession.objects.filter(person_id=person_id, seen_at__gte=at - SESSION_LENGTH).order_by("id"))
    with acting_as(organisation_ids=organisation_ids):
        turns = list(Turn.objects.filter(person_id=person_id, ended_at=None).select_related("station").order_by("id"))
        names = dict(Station.objects.filter(id__in=[row.station_id for row in rows if row.station_id]).values_list("id", "name"))
    lines = [
        SessionLine(row.id, False, row.browser, row.system, names.get(row.station_id or 0, ""), row.began_at, row.seen_at) for row in rows
    ]
    lines += [
        SessionLine(turn.id, True, "", "", turn.station.name, turn.opened_at, turn.latest_at)
        for turn in turns
        if not is_idle(latest_at=turn.latest_at, at=at, idle_minutes=turn.station.idle_minutes)
    ]
    return sorted(lines, key=lambda line: line.seen_at, reverse=True)
