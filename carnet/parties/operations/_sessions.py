"""Sessions of people: opened when they sign in, seen, left, ended by themselves from another browser, or because what proves who they are changed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.gateways.throttles import count_tries
from carnet.kernel.actors import Actor
from carnet.notices import operations as notices
from carnet.parties import access
from carnet.parties.models import BrowserSession, Person, Turn
from carnet.parties.operations._members import noted
from carnet.parties.queries import organisations_of
from carnet.parties.rules import SEEN_EVERY, SESSION_LENGTH, TOLD_AGAIN_AFTER, StationUnknown, person_of

# Whoever accepted an invitation signs in for the first time a moment later: that needs no letter.
_NEW_ACCOUNT = timedelta(days=1)


@transaction.atomic
def open_session(*, person_id: int, browser: str, system: str, station_secret: str = "", is_known: bool = True, at: datetime) -> int:
    """Somebody has just signed in: the number their session will hold. `is_known`: whether they signed in from this browser before.

    A browser that is not known is told by letter, but for a shared computer of their organisation, a new account, and a browser of the same sort
    told of in the last days. Sessions of theirs that are over are forgotten.
    """
    with access.recognised(person_id):
        BrowserSession.objects.filter(person_id=person_id, seen_at__lt=at - SESSION_LENGTH).delete()
        station_id = _station(station_secret)
        row = BrowserSession.objects.create(
            person_id=person_id, browser=browser, system=system, station_id=station_id, began_at=at, seen_at=at
        )
        if not is_known and station_id is None:
            _tell(person_id, browser, system, at)
    return row.id


def see_session(*, person_id: int, session_id: int, at: datetime) -> bool:
    """Whether a session still opens anything: False once it was ended. Being seen is written once in five minutes at most.

    Call it where the person is recognised.
    """
    row = BrowserSession.objects.filter(id=session_id, person_id=person_id).values_list("seen_at", flat=True).first()
    if row is not None and at - row >= SEEN_EVERY:
        BrowserSession.objects.filter(id=session_id, person_id=person_id, seen_at__lt=at).update(seen_at=at)
    return row is not None


@transaction.atomic
def close_session(*, person_id: int, session_id: int) -> None:
    """Somebody leaves, or their session is over."""
    with access.recognised(person_id):
        BrowserSession.objects.filter(id=session_id, person_id=person_id).delete()


@transaction.atomic
def end_sessions(
    *,
    but: int | None,
    session_ids: Sequence[int] | None = None,
    turn_ids: Sequence[int] | None = None,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """End sessions of one's own: those named, or every one `but` that from which it is asked; and turns by PIN alike. Return how many.

    What is already over is not counted: asking again ends nothing more.
    Raises: PersonNeeded.
    """
    person_id = person_of(actor, "account.manage")
    organisation_ids = [each.id for each in organisations_of(person_id=person_id, at=at)]
    with access.recognised(person_id):
        rows = BrowserSession.objects.filter(person_id=person_id).exclude(id=but or 0)
        if session_ids is not None or turn_ids is not None:
            rows = rows.filter(id__in=session_ids or ())
        ended, _by_table = rows.delete()
    with acting_as(organisation_ids=organisation_ids):
        turns = Turn.objects.filter(person_id=person_id, organisation_id__in=organisation_ids, ended_at=None)
        if session_ids is not None or turn_ids is not None:
            turns = turns.filter(id__in=turn_ids or ())
        ended += turns.update(ended_at=at)
    if ended:
        noted(actor, "parties.sessions-ended", ("person", person_id), actor.organisation_id, request_id, at, count=ended)
    return ended


def forget_sessions_of(person_id: int) -> None:
    """What proves who somebody is was replaced, and maybe lost: none of their sessions opens anything any more."""
    with access.recognised(person_id):
        BrowserSession.objects.filter(person_id=person_id).delete()


@transaction.atomic
def forget_sessions(*, person_id: int | None, at: datetime) -> None:
    """Every session of somebody, or of everybody (None), and their turns: whoever runs the machine said so, and journals it."""
    with acting_as_everything(why="sessions of several organisations are ended at once"):
        whose = {} if person_id is None else {"person_id": person_id}
        BrowserSession.objects.filter(**whose).delete()
        Turn.objects.filter(ended_at=None, **whose).update(ended_at=at)


def _station(secret: str) -> int | None:
    if not secret:
        return None
    try:
        return int(access.presented_station(secret).id)
    except StationUnknown:
        return None


def _tell(person_id: int, browser: str, system: str, at: datetime) -> None:
    person = Person.objects.filter(id=person_id).first()
    if person is None or not person.email or at - person.created_at < _NEW_ACCOUNT:
        return
    seconds = int(TOLD_AGAIN_AFTER.total_seconds())
    if count_tries(f"new-browser:{person_id}:{browser}:{system}", by=1, seconds=seconds) == 1:
        context = {"browser": browser, "system": system, "seen_at": at.isoformat()}
        notices.post(kind="parties.new-browser", to_email=person.email, context=context, language=person.language, at=at)
