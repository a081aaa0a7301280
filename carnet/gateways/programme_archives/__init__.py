"""Archives of programmes, kept elsewhere: a folder of signed steps, a base then increments. Files only, no database.

Writing: a step is made under a temporary name, synced, then renamed (`writing`, `StepWriter`): it is there whole, or not at all.
Reading: `open_archive` gives the steps of the latest chain, `rows` and `stream` what a table holds.
Checking: `check` reads everything once, in constant memory, and names each row that was changed, added or removed.
The format, for whoever writes another reader: docs/operating/archive-format.md.
"""

from carnet.gateways.programme_archives._blocks import BlockHeader, blocks, write_block
from carnet.gateways.programme_archives._checking import check
from carnet.gateways.programme_archives._format import (
    BASE,
    FORMAT,
    INCREMENT,
    ChainEntry,
    KeyEntry,
    Manifest,
    Operator,
    Programme,
    SeedEntry,
    Snapshot,
    TableEntry,
    fingerprint,
    key_of,
)
from carnet.gateways.programme_archives._reading import Archive, Step, open_archive, rows, stream
from carnet.gateways.programme_archives._refusals import (
    ArchiveBusy,
    ArchiveMissing,
    ArchiveRefused,
    ArchiveUnreadable,
    Fault,
)
from carnet.gateways.programme_archives._shelf import leave_verifier, thin
from carnet.gateways.programme_archives._writing import StepWriter, next_number, writing

__all__ = [
    "BASE",
    "FORMAT",
    "INCREMENT",
    "Archive",
    "ArchiveBusy",
    "ArchiveMissing",
    "ArchiveRefused",
    "ArchiveUnreadable",
    "BlockHeader",
    "ChainEntry",
    "Fault",
    "KeyEntry",
    "Manifest",
    "Operator",
    "Programme",
    "SeedEntry",
    "Snapshot",
    "Step",
    "StepWriter",
    "TableEntry",
    "blocks",
    "check",
    "fingerprint",
    "key_of",
    "leave_verifier",
    "next_number",
    "open_archive",
    "rows",
    "stream",
    "thin",
    "write_block",
    "writing",
]
