"""The embedded PostgreSQL: initialised and started by itself, for a demonstration, development and tests; production brings its own.

- Never a network port: one Unix socket in a folder only its owner may enter (0700), which is the whole access control.
- Never a change to the permissions of a folder it did not make.
- Never root: under root it runs as an unprivileged user, in a folder made for that user.
- Stops with its last user. Each user holds a lease: a locked file, which the kernel lets go of when its process ends, however it ends.
- Recovers after kill -9 of anything, zombie postmasters of containers included.

`running(var_dir)` is all that others need, but for a restoration (`gateways.backups`), which puts data in its place.
`var/postgres.json` says where everything is.
"""

from carnet.gateways.embedded_postgres._leases import one_at_a_time
from carnet.gateways.embedded_postgres._placement import Placement
from carnet.gateways.embedded_postgres._placement import choose as placement_in
from carnet.gateways.embedded_postgres._refusals import (
    BinariesMissing,
    DatabaseBelongsToSomebodyElse,
    EmbeddedPostgresRefused,
    FolderNotMade,
    NoUnprivilegedUser,
    ServerDidNotStart,
    ServerDidNotStop,
)
from carnet.gateways.embedded_postgres._runner import EmbeddedPostgres, running, socket_query

__all__ = [
    "BinariesMissing",
    "DatabaseBelongsToSomebodyElse",
    "EmbeddedPostgres",
    "EmbeddedPostgresRefused",
    "FolderNotMade",
    "NoUnprivilegedUser",
    "Placement",
    "ServerDidNotStart",
    "ServerDidNotStop",
    "one_at_a_time",
    "placement_in",
    "running",
    "socket_query",
]
