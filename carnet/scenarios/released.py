"""The releases of open data that the timer of a served site would have made: the latest months, each on its day."""

from datetime import datetime, time, timedelta

from carnet.jobs import releases
from carnet.kernel.periods import PARIS, add_months, legal_day

# Before the latest: enough to read what one month adds to the other.
MONTHS = 1


def release_months(*, at: datetime) -> int:
    """Publish the months that are due, the earlier first; return how many releases were made."""
    first = legal_day(at).replace(day=1)
    days = [add_months(first, -back) + timedelta(days=10) for back in range(MONTHS, 0, -1)]
    moments = [datetime.combine(day, time(7), tzinfo=PARIS) for day in days]
    return sum(releases.publish(at=moment) for moment in [*moments, at])
