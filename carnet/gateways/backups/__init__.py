"""Backups of the whole database: a base now and then, the log as it is written, sealed for a key kept elsewhere; and the way back.

- A **base** is PostgreSQL's own copy of the running cluster, with the log it needs to stand by itself.
- The **archive** is the log received like a replica receives it: on its disk a second later, so that is what a loss of the server costs.
- Everything is in the age format, for one public key: who takes backups cannot read them, and `age -d` opens them without us.
- A **restoration** makes a cluster beside, to the end or to a moment, lets it be verified, then puts it in its place; or leaves nothing.

A gateway, not a room: it knows of PostgreSQL's files and programs, and nothing of vouchers. What proves the ledger after a restoration is
asked by the command. Why not pgBackRest or barman: docs/decisions/0077-backups-sealed-as-they-flow.md.
"""

from carnet.gateways.backups._age import new_identity, read_identities, read_recipient
from carnet.gateways.backups._archive import write_lsn
from carnet.gateways.backups._bases import keep_keys, take
from carnet.gateways.backups._receiver import EVERY_SECONDS, SLOT, Received, Receiver, drop_slot
from carnet.gateways.backups._refusals import (
    AlreadyArchiving,
    ArchiveLost,
    BackupDamaged,
    BackupRefused,
    BaseFailed,
    IdentityUnreadable,
    MomentTooEarly,
    MomentTooLate,
    NoBase,
    OtherCluster,
    PlaceTaken,
    ProgramsMissing,
    RecipientUnreadable,
    RestoreFailed,
    SealedForSomebodyElse,
    SegmentMissing,
    ServerNotReached,
    TablespacesUsed,
)
from carnet.gateways.backups._restoring import Restored, chosen, log_after, restored, unpack
from carnet.gateways.backups._server import described, reached
from carnet.gateways.backups._shelf import Base, Shelf, write_whole
from carnet.gateways.backups._tending import Checked, Pruned, bytes_to_check, check, latest, news, prune, tell_news

__all__ = [
    "EVERY_SECONDS",
    "SLOT",
    "AlreadyArchiving",
    "ArchiveLost",
    "BackupDamaged",
    "BackupRefused",
    "Base",
    "BaseFailed",
    "Checked",
    "IdentityUnreadable",
    "MomentTooEarly",
    "MomentTooLate",
    "NoBase",
    "OtherCluster",
    "PlaceTaken",
    "ProgramsMissing",
    "Pruned",
    "Received",
    "Receiver",
    "RecipientUnreadable",
    "RestoreFailed",
    "Restored",
    "SealedForSomebodyElse",
    "SegmentMissing",
    "ServerNotReached",
    "Shelf",
    "TablespacesUsed",
    "bytes_to_check",
    "check",
    "chosen",
    "described",
    "drop_slot",
    "keep_keys",
    "latest",
    "log_after",
    "new_identity",
    "news",
    "prune",
    "reached",
    "read_identities",
    "read_recipient",
    "restored",
    "take",
    "tell_news",
    "unpack",
    "write_lsn",
    "write_whole",
]
