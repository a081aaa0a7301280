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
from carnet.helpline.queries._events import Choice, Event, Left, Story, What
from carnet.helpline.queries._stories import pace_of, story_of

__all__ = [
    "Choice",
    "ComplaintView",
    "Event",
    "KindCount",
    "Left",
    "LineView",
    "Story",
    "Told",
    "What",
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
    "pace_of",
    "secret_of_filed",
    "story_of",
]
