"""What can be wrong with an archive: refusals, and faults that are named one by one."""

from dataclasses import dataclass

from carnet.kernel.refusals import Refusal


class ArchiveRefused(Refusal):
    """Base of the refusals about archives of programmes."""

    code = "archive-refused"


class ArchiveMissing(ArchiveRefused):
    """A folder without any archive in it (facts: folder)."""

    code = "archive-missing"


class ArchiveUnreadable(ArchiveRefused):
    """A file of an archive that cannot be read (facts: step, file)."""

    code = "archive-unreadable"


class ArchiveBusy(ArchiveRefused):
    """Another process writes in the same folder (facts: folder)."""

    code = "archive-busy"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong. `table` may also be a file's name; `key` says which row (``> id=11``: after that row); both are empty for a whole step.

    `what`: changed · added · removed (rows, or files) · columns (other columns than were signed) · missing (a step, a file) · unreadable ·
    signature (nobody we trust signed) · previous (another step came before) · chain (a seal does not hold) · sealed-changed · sealed-added
    (a row is not the one that was sealed) · more (and others alike).
    """

    step: str
    table: str
    key: str
    what: str
