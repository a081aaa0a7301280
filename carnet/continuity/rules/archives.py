"""When an archive needs a new base, and when it is late."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from carnet.kernel.refusals import Refusal

# An increment every minute; three missed, whoever answers for the programme is told.
EVERY = timedelta(seconds=60)
LATE_AFTER = timedelta(minutes=3)
BASE_EVERY = timedelta(days=1)
# Rows carry 32 bits of their transaction: beyond half of what that tells apart, no increment can be trusted.
TRANSACTIONS_MOST = 1 << 30
# Increments of a chain that is over say nothing that its base and the next one do not: their rows of progress go, those of bases stay.
INCREMENTS_KEPT = timedelta(days=2)


class Why(StrEnum):
    """Why a step is what it is."""

    SINCE = "SINCE"
    FIRST = "FIRST"
    ASKED = "ASKED"
    DAILY = "DAILY"
    BROKEN = "BROKEN"
    ANOTHER_DATABASE = "ANOTHER_DATABASE"
    ANOTHER_SCHEMA = "ANOTHER_SCHEMA"
    TOO_FAR = "TOO_FAR"


@dataclass(frozen=True, slots=True)
class Before:
    """The latest step of a folder, as the next one sees it. `is_broken`: a step before it is missing, or cannot be read."""

    base_made_at: datetime
    xmin: int
    system: str
    schema: dict[str, str]
    is_broken: bool


@dataclass(frozen=True, slots=True)
class Here:
    """The database now: its oldest running transaction, which database it is, its tables."""

    xmin: int
    system: str
    schema: dict[str, str]


def why_base(before: Before | None, here: Here, *, asked: bool, at: datetime) -> Why:
    """Why the next step has to be a base, or SINCE: an increment will do.

    An increment is impossible after another database took over the name (a failover, a restoration: what was written may be there no more), after
    the tables changed, when a step is missing, and beyond what transactions' numbers tell apart.
    """
    if before is None:
        return Why.FIRST
    if asked:
        return Why.ASKED
    if before.is_broken:
        return Why.BROKEN
    if before.system != here.system or before.xmin > here.xmin:
        return Why.ANOTHER_DATABASE
    if before.schema != here.schema:
        return Why.ANOTHER_SCHEMA
    if here.xmin - before.xmin > TRANSACTIONS_MOST:
        return Why.TOO_FAR
    return Why.DAILY if at - before.base_made_at >= BASE_EVERY else Why.SINCE


def is_late(made_at: datetime | None, *, at: datetime) -> bool:
    """Whether a programme that is archived continuously has no recent step."""
    return made_at is None or at - made_at > LATE_AFTER


class ExportRefused(Refusal):
    """Base of the refusals about writing an archive."""

    code = "export-refused"


class FolderOfAnother(ExportRefused):
    """The folder keeps another programme's archive. Facts: folder, found (its slug)."""

    code = "archive-folder-of-another"


class SuccessorKeyUnreadable(ExportRefused):
    """Not a successor's public key: 32 bytes. Facts: file."""

    code = "successor-key-unreadable"


class NothingConfigured(ExportRefused):
    """No folder is set for the archives of this installation."""

    code = "archives-not-kept"
