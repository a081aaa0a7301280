"""The published figures, worked out at most once a minute in each process: the pages that show them are open to everybody."""

from datetime import UTC, datetime
from functools import lru_cache

from carnet.continuity.queries import commitments
from carnet.continuity.queries.commitments import ProgrammeNow
from carnet.funding import queries as funding
from carnet.gateways.database import acting_as
from carnet.kernel.periods import legal_day
from carnet.observatory import queries as observatory
from carnet.observatory.rules import AssistedProgramme, ProgrammeFigures

KEPT_SECONDS = 60
PROGRAMMES_KEPT = 256


def published(at: datetime) -> list[ProgrammeFigures]:
    """The figures of every published programme, the latest first."""
    return [_of_programme(programme.id, _minute(at)) for programme in observatory.published_programmes()]


def published_assisted(at: datetime) -> list[AssistedProgramme]:
    """Every programme whose structures act for people, the latest first."""
    return [_of_assistance(programme_id, _minute(at)) for programme_id in observatory.programmes_of_assistance()]


def commitments_now(at: datetime) -> list[ProgrammeNow]:
    """What every programme owes and what its account holds, those in danger first, then the largest."""
    found = [told for each in funding.programmes() if (told := _of_commitments(each.id, _minute(at))) is not None]
    return sorted(found, key=lambda each: (not each.alerts, -each.cents("needed_cents"), each.name))


def commitment_now(programme_id: int, at: datetime) -> ProgrammeNow | None:
    """The same of one programme; None when it never held money."""
    return _of_commitments(programme_id, _minute(at))


def forget() -> None:
    """Work everything out again: for tests, and for whoever just changed something and wants to see it."""
    for kept in (_of_programme, _of_assistance, _of_commitments):
        kept.cache_clear()


@lru_cache(maxsize=PROGRAMMES_KEPT)
def _of_programme(programme_id: int, minute: int) -> ProgrammeFigures:
    with acting_as(programme_ids=[programme_id]):
        return observatory.programme_figures(programme_id, at=_moment(minute))


@lru_cache(maxsize=PROGRAMMES_KEPT)
def _of_assistance(programme_id: int, minute: int) -> AssistedProgramme:
    with acting_as(programme_ids=[programme_id]):
        return observatory.assisted(programme_id)


@lru_cache(maxsize=PROGRAMMES_KEPT)
def _of_commitments(programme_id: int, minute: int) -> ProgrammeNow | None:
    at, programme = _moment(minute), funding.programme(programme_id)
    return commitments.programme_now(programme, label=commitments.label_of(programme.operator_id, today=legal_day(at)), at=at)


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // KEPT_SECONDS


def _moment(minute: int) -> datetime:
    return datetime.fromtimestamp((minute + 1) * KEPT_SECONDS, tz=UTC)
