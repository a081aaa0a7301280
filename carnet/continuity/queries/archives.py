"""What was archived, and what is late."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from carnet.continuity.models import Export
from carnet.continuity.rules.archives import is_late
from carnet.funding import queries as funding
from carnet.gateways.database import acting_as_everything
from carnet.kernel.actors import Actor
from carnet.parties.rules import check_may

# A programme that ended is still paid and closed: it is archived for a year more.
_DAYS_AFTER_END = 366
_STEPS_SHOWN = 15


@dataclass(frozen=True, slots=True)
class StepView:
    """One step as it was written."""

    name: str
    kind: str
    why: str
    row_count: int
    bytes: int
    made_at: datetime
    spent_ms: int
    key_version: int
    key_fingerprint: str
    is_sealed: bool
    vouchers: int
    money_cents: int
    folder: str


@dataclass(frozen=True, slots=True)
class ArchiveView:
    """One programme and its archive: nothing of it yet when `latest` is None. `is_expected`: this installation writes it every minute."""

    programme_id: int
    programme_name: str
    latest: StepView | None
    base: StepView | None
    is_expected: bool
    is_late: bool


def archives_dir() -> Path | None:
    """Where this installation keeps the archives of its programmes, one folder each; None: nowhere."""
    return Path(settings.ARCHIVES_DIR) if settings.ARCHIVES_DIR else None


def archives(actor: Actor, *, at: datetime) -> list[ArchiveView]:
    """The archive of each of the actor's programmes. Raises: NotAllowed."""
    check_may(actor, "continuity.see-archives")
    programmes = [each for each in funding.programmes(actor.programme_ids) if _is_lasting(each.ended_at, at=at)]
    latest = _latest([each.id for each in programmes], kinds=("base", "increment"))
    bases = _latest([each.id for each in programmes], kinds=("base",))
    expected = archives_dir() is not None
    return [_view(each.id, each.name, latest.get(each.id), bases.get(each.id), expected=expected, at=at) for each in programmes]


def steps(actor: Actor, programme_id: int) -> list[StepView]:
    """The latest steps of one programme, the last one first: bases, and what came since the last. Raises: NotAllowed."""
    check_may(actor, "continuity.see-archives")
    if programme_id not in actor.programme_ids:
        return []
    return [_step(row) for row in Export.objects.filter(programme_id=programme_id).order_by("-made_at", "-id")[:_STEPS_SHOWN]]


@dataclass(frozen=True, slots=True)
class Lag:
    """A programme that should be archived every minute, and when it last was."""

    programme_id: int
    slug: str
    made_at: datetime | None
    is_late: bool


def lags(*, at: datetime) -> list[Lag]:
    """Every programme that this installation archives by itself; none where no folder is set. Asked of the whole installation."""
    if archives_dir() is None:
        return []
    with acting_as_everything(why="whoever keeps the installation looks at the archives of every programme"):
        programmes = [each for each in funding.programmes() if _is_lasting(each.ended_at, at=at)]
        latest = _latest([each.id for each in programmes], kinds=("base", "increment"))
    found = [(each, latest[each.id].made_at if each.id in latest else None) for each in programmes]
    return [Lag(each.id, each.slug, made_at, is_late(made_at, at=at)) for each, made_at in found]


def _is_lasting(ended_at: datetime | None, *, at: datetime) -> bool:
    return ended_at is None or (at - ended_at).days < _DAYS_AFTER_END


def _latest(programme_ids: Collection[int], *, kinds: tuple[str, ...]) -> dict[int, Export]:
    rows = Export.objects.filter(programme_id__in=programme_ids, kind__in=kinds).order_by("programme_id", "-made_at", "-id")
    return {row.programme_id: row for row in rows.distinct("programme_id")}


def _view(programme_id: int, name: str, latest: Export | None, base: Export | None, *, expected: bool, at: datetime) -> ArchiveView:
    return ArchiveView(
        programme_id,
        name,
        _step(latest) if latest is not None else None,
        _step(base) if base is not None else None,
        expected,
        expected and is_late(latest.made_at if latest is not None else None, at=at),
    )


def _step(row: Export) -> StepView:
    return StepView(
        row.name, row.kind, row.why, row.row_count, row.bytes, row.made_at, row.spent_ms, row.key_version, row.key_fingerprint, row.is_sealed,
        row.totals["vouchers"], row.totals["money_cents"], row.folder,
    )  # fmt: skip
