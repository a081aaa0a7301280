"""Why the embedded PostgreSQL cannot serve here; each carries what its sentence needs."""

from carnet.kernel.refusals import Refusal


class EmbeddedPostgresRefused(Refusal):
    """The embedded PostgreSQL cannot serve on this machine as it stands."""

    code = "embedded-postgres-refused"


class BinariesMissing(EmbeddedPostgresRefused):
    """Neither the Python package nor the folder of CARNET_POSTGRES_BIN holds PostgreSQL (fact: folder)."""

    code = "embedded-postgres-missing"


class NoUnprivilegedUser(EmbeddedPostgresRefused):
    """Root asked, and no unprivileged user exists or could be made (fact: reason)."""

    code = "embedded-postgres-no-user"


class FolderNotMade(EmbeddedPostgresRefused):
    """A folder of our own could not be made (facts: folder, reason)."""

    code = "embedded-postgres-folder"


class DatabaseBelongsToSomebodyElse(EmbeddedPostgresRefused):
    """The data were made by another user of this machine (facts: folder, owner)."""

    code = "embedded-postgres-owner"


class ServerDidNotStart(EmbeddedPostgresRefused):
    """The server did not answer in time (facts: seconds, log, reason)."""

    code = "embedded-postgres-start"


class ServerDidNotStop(EmbeddedPostgresRefused):
    """The server did not stop in time (facts: seconds, log)."""

    code = "embedded-postgres-stop"
