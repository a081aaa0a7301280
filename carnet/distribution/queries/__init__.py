"""What a desk gave, what it holds and how fast it goes, what moves, and who takes part. No row names a person."""

from carnet.distribution.queries._handing import (
    DeskTotal,
    HandOverView,
    Participation,
    hand_over,
    hand_overs,
    participations,
    prescriber_count,
    ticks_of_programme,
    totals,
    totals_by_desk,
)

__all__ = [
    "DeskTotal",
    "HandOverView",
    "Participation",
    "hand_over",
    "hand_overs",
    "participations",
    "prescriber_count",
    "ticks_of_programme",
    "totals",
    "totals_by_desk",
]
