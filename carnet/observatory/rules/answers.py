"""What people answered to *did you do it yourself?*, from one release to the next. Pure.

A line of counts that grows a little each month would tell, month after month, of very few people. So a line stays as it was published until each
of its counts has stood still or grown by SMALL_COUNT at least: any two releases differ by nobody, or by enough people.
"""

import csv
import io
from collections.abc import Mapping

from carnet.observatory.rules._figures import SMALL_COUNT

# The table of a release that tells them, and the measures of assisted procedures beside it.
AFTERWARDS = "afterwards"
MANDATES, PROCEDURES = "mandates", "procedures"
COLUMNS_OF_ANSWERS = ("procedure", "by_oneself", "together", "by_somebody")
# By procedure: by oneself, together, by somebody else.
Answers = Mapping[str, tuple[int, int, int]]


def batched(before: Answers, now: Answers, *, least: int = SMALL_COUNT) -> Answers:
    """The lines to publish: each as it is now if every count of it may be told beside what was told before, else as it was, or not at all."""
    told = {
        procedure: counts
        for procedure, counts in now.items()
        if any(counts) and _may_follow(before.get(procedure, (0, 0, 0)), counts, least)
    }
    return dict(sorted({**before, **told}.items()))


def _may_follow(before: tuple[int, int, int], now: tuple[int, int, int], least: int) -> bool:
    return all(count == was or count >= was + least for was, count in zip(before, now, strict=True))


def written_answers(answers: Answers) -> bytes:
    """As a CSV file."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(
        [COLUMNS_OF_ANSWERS, *((procedure, *counts) for procedure, counts in sorted(answers.items()))]
    )
    return text.getvalue().encode()


def read_answers(content: bytes) -> Answers:
    """What `written_answers` wrote."""
    rows = csv.DictReader(io.StringIO(content.decode()))
    return {row["procedure"]: (int(row["by_oneself"]), int(row["together"]), int(row["by_somebody"])) for row in rows}
