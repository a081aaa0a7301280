"""What a paper sheet may carry, how long its photographs live, and where what they say goes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from carnet.redemption.rules._redeeming import RedemptionRefused

SHEET_LINES = 10
SHEETS_PRINTED_MAX = 20
# Sheets of one place not finished yet: beyond, something else is wrong than paper.
SHEETS_OPEN_MAX = 200
PICTURES_MAX = 4
# A photograph shows codes: it goes with the end of its sheet, or after this, whichever is first.
PICTURE_KEPT = timedelta(days=30)


class PaperRefused(RedemptionRefused):
    """Base of the refusals of paper sheets."""

    code: ClassVar[str] = "paper-refused"


class SheetUnknown(PaperRefused):
    """No such sheet, another organisation's, or one that was not entrusted to this operator."""

    code = "sheet-unknown"


class SheetFinished(PaperRefused):
    """The sheet was declared finished: nothing more is typed from it. Facts: finished_at."""

    code = "sheet-finished"


class SheetsTooMany(PaperRefused):
    """Too many sheets at once, or too many never finished. Facts: sheets_max."""

    code = "sheets-too-many"


class PicturesTooMany(PaperRefused):
    """A sheet carries at most PICTURES_MAX photographs. Facts: pictures_max."""

    code = "pictures-too-many"


class PictureGone(PaperRefused):
    """The photograph was erased."""

    code = "picture-gone"


class OperatorNotOfPlace(PaperRefused):
    """The place accepts none of this operator's programmes."""

    code = "operator-not-of-place"


def check_printed(count: int, *, still_open: int) -> None:
    """How many sheets may be opened at once. Raises: SheetsTooMany."""
    if not 0 < count <= SHEETS_PRINTED_MAX:
        raise SheetsTooMany(sheets_max=SHEETS_PRINTED_MAX)
    if still_open + count > SHEETS_OPEN_MAX:
        raise SheetsTooMany(sheets_max=SHEETS_OPEN_MAX)


def check_unfinished(finished_at: datetime | None) -> None:
    """Raises: SheetFinished."""
    if finished_at is not None:
        raise SheetFinished(finished_at=finished_at)


def placed(found: int, *, taken: Sequence[int]) -> tuple[int, ...]:
    """The lines (from 1) that `found` codes read from photographs fill, those `taken` left alone; fewer when the sheet is full."""
    free = [line for line in range(1, SHEET_LINES + 1) if line not in set(taken)]
    return tuple(free[:found])
