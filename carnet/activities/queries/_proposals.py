"""What is known already and not told yet: finished workshops, days of vouchers. Nobody types them twice."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from carnet.activities import access
from carnet.activities.queries._records import told_keys, whereabouts
from carnet.activities.rules import (
    PEOPLE_MAX,
    THEMES_OF_SERVICE,
    VISIT_MINUTES,
    Exported,
    Kind,
    Origin,
    Told,
    of_unknown_age,
)
from carnet.kernel.actors import Actor
from carnet.kernel.periods import start_of_day
from carnet.workshops import queries as workshops
from carnet.workshops.queries import SessionView


@dataclass(frozen=True, slots=True)
class VoucherDay:
    """What a place accepted by vouchers on a day for a service, outside any session: how many people brought one."""

    place_id: int
    service: str
    day: date
    people_count: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """An activity ready to be told, its ages still to say."""

    place_id: int
    origin: Origin
    told: Told


def proposals(
    actor: Actor, *, voucher_days: Sequence[VoucherDay] = (), from_on: date, until_on: date, place_id: int | None = None, at: datetime
) -> tuple[Proposal, ...]:
    """What one's workshops and vouchers between two days (the second excluded) make, and was neither told nor put aside; latest first.

    The vouchers come from the room above, which alone knows them. Raises: NotAllowed.
    """
    access.check_may_see(actor)
    chosen = place_id if actor.place_id is None else actor.place_id
    found = [*_of_sessions(actor, from_on, until_on, at=at), *_of_vouchers(voucher_days, from_on, until_on)]
    found = [each for each in found if chosen in (None, each.place_id)]
    told = told_keys(each.origin.key for each in found)
    left = (each for each in found if each.origin.key not in told)
    return tuple(sorted(left, key=lambda each: (each.told.day, each.origin.key), reverse=True))


def _of_sessions(actor: Actor, from_on: date, until_on: date, *, at: datetime) -> list[Proposal]:
    sessions = workshops.sessions_of(
        organisation_id=actor.organisation_id or 0, from_at=start_of_day(from_on), until_at=start_of_day(until_on), at=at
    )
    return [of_session(each) for each in sessions if each.came_count and each.cancelled_at is None and each.ends_at <= at]


def of_session(session: SessionView) -> Proposal:
    """A finished session as an activity: its title, its length, how many came."""
    told = Told(
        kind=Kind.WORKSHOP if session.is_free else Kind.VOUCHER_WORKSHOP,
        day=session.day,
        minutes=int((session.ends_at - session.starts_at).total_seconds()) // 60,
        people=of_unknown_age(min(session.came_count, PEOPLE_MAX)),
        themes=THEMES_OF_SERVICE.get(session.service, ()),
        title=session.title,
    )
    return Proposal(session.place_id, Origin.session(session.id), told)


def _of_vouchers(voucher_days: Iterable[VoucherDay], from_on: date, until_on: date) -> list[Proposal]:
    return [
        Proposal(
            each.place_id,
            Origin.vouchers(place_id=each.place_id, service=each.service, day=each.day),
            Told(
                kind=Kind.VOUCHER_LESSON,
                day=each.day,
                minutes=VISIT_MINUTES,
                people=of_unknown_age(min(each.people_count, PEOPLE_MAX)),
                themes=THEMES_OF_SERVICE.get(each.service, ()),
            ),
        )
        for each in voucher_days
        if from_on <= each.day < until_on and each.people_count
    ]


def exported_proposals(found: Iterable[Proposal], *, at: datetime) -> list[Exported]:
    """Proposals ready for the national tool's file, beside what was told: each is in one or the other, never in both."""
    ready = sorted(found, key=lambda each: (each.told.day, each.origin.key))
    where = whereabouts({each.place_id for each in ready}, at=at)
    return [
        Exported(number=each.origin.key, told=each.told, whereabouts=where[each.place_id], told_on=each.told.day, is_told=False)
        for each in ready
    ]
