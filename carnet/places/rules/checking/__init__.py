"""From the lines of a file to places: every value judged, every fault told, nothing dropped in silence.

A line is refused only when it could not make a place at all (an indispensable field is missing or unreadable, the
line is broken, its identifier was already met). Any other bad value is kept, mended or set aside into `extras`.
"""

from carnet.places.rules.checking._lines import PlaceRow
from carnet.places.rules.checking._whole import CheckedFile, JudgedLines, check_file, gather, judge_lines

__all__ = ["CheckedFile", "JudgedLines", "PlaceRow", "check_file", "gather", "judge_lines"]
