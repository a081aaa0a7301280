"""What a desk's sheet of paper may carry, and which days written on it are believed. Pure."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from carnet.distribution.rules._handing import Answers, DistributionRefused, Ticks

PAPER_LINES = 12
PAPERS_PRINTED_MAX = 20
# Sheets of one desk not finished yet: beyond, something else is wrong than paper.
PAPERS_OPEN_MAX = 200
# A sheet found in a drawer after two seasons tells nothing any more.
PAPER_DAYS_MAX = 120


class PaperUnknown(DistributionRefused):
    """No such sheet, or another desk's: the same words for both."""

    code = "paper-unknown"


class PaperFinished(DistributionRefused):
    """The sheet was declared finished: nothing more is typed from it. Facts: finished_at."""

    code = "paper-finished"


class PapersTooMany(DistributionRefused):
    """Too many sheets at once, or too many never finished. Facts: most."""

    code = "papers-too-many"


class PaperDayAhead(DistributionRefused):
    """The day written on the paper has not come yet. Facts: day."""

    code = "paper-day-ahead"


class PaperDayTooOld(DistributionRefused):
    """The day written on the paper is too long ago. Facts: day, days."""

    code = "paper-day-too-old"


class PaperDayOutside(DistributionRefused):
    """On that day the desk could not hand these booklets over: before the season, after it, or before it took part. Facts: first, last."""

    code = "paper-day-outside"


class PaperCountOutside(DistributionRefused):
    """More vouchers than the booklet has left for this line. Facts: asked, left."""

    code = "paper-count-outside"


class PaperNotedBefore(DistributionRefused):
    """This booklet, taken out earlier, was noted on another line already."""

    code = "paper-noted-before"


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One line as typed: a day, a number (of a booklet, or of the first voucher given), how many vouchers (0: all that are left), what was ticked."""

    position: int
    given_on: date
    serial: str
    voucher_count: int = 0
    ticks: Ticks = field(default_factory=Ticks)
    answers: Answers = field(default_factory=Answers)


def check_papers(count: int, *, still_open: int) -> None:
    """How many sheets may be opened at once. Raises: PapersTooMany."""
    if not 0 < count <= PAPERS_PRINTED_MAX:
        raise PapersTooMany(most=PAPERS_PRINTED_MAX)
    if still_open + count > PAPERS_OPEN_MAX:
        raise PapersTooMany(most=PAPERS_OPEN_MAX)


def check_paper_open(finished_at: datetime | None) -> None:
    """Raises: PaperFinished."""
    if finished_at is not None:
        raise PaperFinished(finished_at=finished_at)


def check_paper_day(given_on: date, *, today: date, first: date, last: date) -> None:
    """Believe a day written by hand only when it could be: not to come, not forgotten, while the desk could hand over.

    `first` and `last` (both included) bound the days on which this desk could give these booklets.
    Raises: PaperDayAhead, PaperDayTooOld, PaperDayOutside.
    """
    if given_on > today:
        raise PaperDayAhead(day=given_on)
    if given_on < today - timedelta(days=PAPER_DAYS_MAX):
        raise PaperDayTooOld(day=given_on, days=PAPER_DAYS_MAX)
    if not first <= given_on <= last:
        raise PaperDayOutside(first=first, last=last)


def chosen_vouchers(here: list[int], *, from_id: int, count: int) -> tuple[int, ...]:
    """Which of the vouchers still in a booklet a line means: `count` of them (0: all), from the one whose number was written, or the first.

    Raises: PaperCountOutside.
    """
    after = [each for each in here if each >= from_id]
    if count > len(after):
        raise PaperCountOutside(asked=count, left=len(after))
    return tuple(after[:count] if count else after)


def check_taken_out_left(*, noted: int, booklet_size: int, count: int) -> int:
    """How many vouchers a line notes of a booklet taken out earlier, of which `noted` are on other lines.

    Raises: PaperNotedBefore, PaperCountOutside.
    """
    left = booklet_size - noted
    if left <= 0:
        raise PaperNotedBefore
    if count > left:
        raise PaperCountOutside(asked=count, left=left)
    return count or left
