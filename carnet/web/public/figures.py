"""The published figures, worked out at most once a minute in each process: the pages that show them are open to everybody."""

from datetime import UTC, datetime
from functools import lru_cache

from carnet.gateways.database import acting_as
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


def forget() -> None:
    """Work everything out again: for tests, and for whoever just changed something and wants to see it."""
    for kept in (_of_programme, _of_assistance):
        kept.cache_clear()


@lru_cache(maxsize=PROGRAMMES_KEPT)
def _of_programme(programme_id: int, minute: int) -> ProgrammeFigures:
    with acting_as(programme_ids=[programme_id]):
        return observatory.programme_figures(programme_id, at=_moment(minute))


@lru_cache(maxsize=PROGRAMMES_KEPT)
def _of_assistance(programme_id: int, minute: int) -> AssistedProgramme:
    with acting_as(programme_ids=[programme_id]):
        return observatory.assisted(programme_id)


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // KEPT_SECONDS


def _moment(minute: int) -> datetime:
    return datetime.fromtimestamp((minute + 1) * KEPT_SECONDS, tz=UTC)
