"""Reading complaints, and the story of one exact number."""

from carnet.helpline.queries._complaints import (
    ComplaintView,
    KindCount,
    LineView,
    Told,
    asked,
    asked_of,
    by_number,
    complaint_counts,
    complaints,
    complaints_on,
    filed,
    filed_of,
    found_by_number,
    kept,
    own_delays,
    secret_of_filed,
)

__all__ = [
    "ComplaintView",
    "KindCount",
    "LineView",
    "Told",
    "asked",
    "asked_of",
    "by_number",
    "complaint_counts",
    "complaints",
    "complaints_on",
    "filed",
    "filed_of",
    "found_by_number",
    "kept",
    "own_delays",
    "secret_of_filed",
]
