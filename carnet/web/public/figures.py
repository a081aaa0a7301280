"""The published figures, worked out at most once a minute in each process: the pages that show them are open to everybody."""

from datetime import UTC, datetime
from functools import lru_cache

from carnet.gateways.database import acting_as
from carnet.observatory import queries as observatory
from carnet.observatory.rules import AfterwardsFigures, AssistedFigures, ProgrammeFigures

KEPT_SECONDS = 60
PROGRAMMES_KEPT = 256


def published(at: datetime) -> list[ProgrammeFigures]:
    """The figures of every published programme, the latest first."""
    return [_of_programme(programme.id, _minute(at)) for programme in observatory.published_programmes()]


def published_assisted(at: datetime) -> list[AssistedFigures]:
    """The counts of every programme whose structures act for people, the latest first."""
    return [_of_assistance(programme_id, _minute(at)) for programme_id in observatory.programmes_of_assistance()]


def published_afterwards(at: datetime) -> tuple[AfterwardsFigures, ...]:
    """What people answered everywhere to *did you do it yourself?*."""
    return _of_afterwards(_minute(at))


def forget() -> None:
    """Work everything out again: for tests, and for whoever just changed something and wants to see it."""
    for kept in (_of_programme, _of_assistance, _of_afterwards):
        kept.cache_clear()


@lru_cache(maxsize=PROGRAMMES_KEPT)
def _of_programme(programme_id: int, minute: int) -> ProgrammeFigures:
    with acting_as(programme_ids=[programme_id]):
        return observatory.programme_figures(programme_id, at=_moment(minute))


@lru_cache(maxsize=PROGRAMMES_KEPT)
def _of_assistance(programme_id: int, minute: int) -> AssistedFigures:
    with acting_as(programme_ids=[programme_id]):
        return observatory.assisted(programme_id)


@lru_cache(maxsize=1)
def _of_afterwards(minute: int) -> tuple[AfterwardsFigures, ...]:
    return observatory.done_afterwards()


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // KEPT_SECONDS


def _moment(minute: int) -> datetime:
    return datetime.fromtimestamp((minute + 1) * KEPT_SECONDS, tz=UTC)
