"""Figures counted inside a test's own transaction, where no row is ever below the oldest running one."""

from datetime import datetime

from carnet.observatory.operations import figures
from carnet.observatory.operations.figures import Counted

# Past any transaction's number: everything the test wrote is counted, each time from the first row.
EVERYTHING = 2**62


def count_now(at: datetime) -> Counted:
    """Count everything written so far, the test's own rows included."""
    return figures.rebuild(at=at, horizon=EVERYTHING)
