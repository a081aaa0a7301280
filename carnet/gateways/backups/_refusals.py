"""Why a backup, its archive or a restoration stops; each carries what its sentence needs."""

from carnet.kernel.refusals import Refusal


class BackupRefused(Refusal):
    """Something of a backup, its archive or its restoration cannot be done."""

    code = "backup-refused"


class RecipientUnreadable(BackupRefused):
    """The public key to seal for is missing, or is not one (fact: about)."""

    code = "backup-recipient"


class IdentityUnreadable(BackupRefused):
    """The file of the private key is missing, or holds none (fact: about)."""

    code = "backup-identity"


class SealedForSomebodyElse(BackupRefused):
    """No private key given opens this file (fact: file)."""

    code = "backup-other-key"


class BackupDamaged(BackupRefused):
    """A file is not as it was written (facts: file, reason: truncated, changed, missing or unreadable)."""

    code = "backup-damaged"


class SegmentMissing(BackupRefused):
    """The continuous archive has a hole (facts: file, the first missing; and where what follows begins: after)."""

    code = "backup-segment-missing"


class ProgramsMissing(BackupRefused):
    """PostgreSQL's programs of that version are not on this machine (facts: program, version)."""

    code = "backup-programs"


class ServerNotReached(BackupRefused):
    """The server does not let itself be copied: no answer, or no right of replication (fact: reason)."""

    code = "backup-server"


class TablespacesUsed(BackupRefused):
    """The cluster keeps tables outside its own folder; such a one is for pgBackRest (fact: count)."""

    code = "backup-tablespaces"


class BaseFailed(BackupRefused):
    """PostgreSQL's copy ended before its end (fact: reason)."""

    code = "backup-base-failed"


class OtherCluster(BackupRefused):
    """The folder holds the backups of another database (fact: folder)."""

    code = "backup-other-cluster"


class AlreadyArchiving(BackupRefused):
    """Another process receives the archive into this folder (fact: folder)."""

    code = "backup-already-archiving"


class ArchiveLost(BackupRefused):
    """The server no longer keeps what the archive had not received: a new base is needed (fact: slot)."""

    code = "backup-archive-lost"


class NoBase(BackupRefused):
    """There is no base backup in this folder, or none of that name (fact: folder)."""

    code = "backup-no-base"


class MomentTooEarly(BackupRefused):
    """No base backup ended before the moment asked (facts: moment, earliest)."""

    code = "backup-too-early"


class MomentTooLate(BackupRefused):
    """The archive ends before the moment asked (facts: moment, latest)."""

    code = "backup-too-late"


class PlaceTaken(BackupRefused):
    """There is already something where it would be restored (fact: folder)."""

    code = "backup-place-taken"


class RestoreFailed(BackupRefused):
    """PostgreSQL did not come up on what was restored (fact: reason)."""

    code = "backup-restore-failed"
