"""Archives of programmes: a base, then an increment every minute, kept elsewhere.

What a step holds: `continuity.rules.tables`. How it is written and checked as files: `gateways.programme_archives`. Why it is so:
docs/decisions/0082-an-archive-every-minute.md. The format: docs/operating/archive-format.md.
"""

from carnet.continuity.operations.archives._keys import read_successor
from carnet.continuity.operations.archives._steps import Written, write_step

__all__ = ["Written", "read_successor", "write_step"]
