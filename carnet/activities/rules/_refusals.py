"""Why a record or a seat is refused. Facts, never sentences."""

from carnet.kernel.refusals import Refusal


class ActivitiesRefused(Refusal):
    """Base of every refusal about activities and seats."""


class ActivityUnknown(ActivitiesRefused):
    """No such activity, or not one of this place: the same words for both."""

    code = "activity-unknown"


class ActivityPlaceRequired(ActivitiesRefused):
    """The organisation keeps several places, and none was named. Facts: places."""

    code = "activity-place-required"


class ActivityWordUnknown(ActivitiesRefused):
    """A word that is in no list of the national tool. Facts: field, value."""

    code = "activity-word-unknown"


class ActivityDayInvalid(ActivitiesRefused):
    """A day to come, or one too far back to be told or corrected. Facts: days."""

    code = "activity-day-invalid"


class ActivityPeopleInvalid(ActivitiesRefused):
    """Nobody, or more people than one activity may have. Facts: people_max."""

    code = "activity-people-invalid"


class ActivityMinutesInvalid(ActivitiesRefused):
    """Shorter or longer than one activity may last. Facts: minutes_min, minutes_max."""

    code = "activity-minutes-invalid"


class ActivityToldAlready(ActivitiesRefused):
    """That workshop, that day of vouchers or that seat has its record already."""

    code = "activity-told-already"


class ActivityChanged(ActivitiesRefused):
    """Somebody corrected the same activity meanwhile: look at it again."""

    code = "activity-changed"


class ActivityWithdrawn(ActivitiesRefused):
    """The activity was withdrawn already."""

    code = "activity-withdrawn"


class NothingToRepeat(ActivitiesRefused):
    """Nothing was recorded at this place yet, that could be recorded again."""

    code = "nothing-to-repeat"


class SpaceUnknown(ActivitiesRefused):
    """The place offers no free digital space."""

    code = "space-unknown"


class SpaceNotBookable(ActivitiesRefused):
    """One comes to this space without booking."""

    code = "space-not-bookable"


class SpaceClosed(ActivitiesRefused):
    """The space is closed at that hour, or its hours are not known. Facts: starts_at."""

    code = "space-closed"


class StretchInvalid(ActivitiesRefused):
    """A stretch that does not begin on a half hour, or whose length is not offered. Facts: minutes_max."""

    code = "stretch-invalid"


class StretchOver(ActivitiesRefused):
    """That hour has passed."""

    code = "stretch-over"


class StretchTooFar(ActivitiesRefused):
    """Seats are not booked that long ahead. Facts: days."""

    code = "stretch-too-far"


class SeatsTaken(ActivitiesRefused):
    """No station is free for the whole stretch."""

    code = "seats-taken"


class TooManySeats(ActivitiesRefused):
    """The booklet has as many seats to come as it may. Facts: seats_max."""

    code = "too-many-seats"


class SeatGivenBack(ActivitiesRefused):
    """The seat was given back."""

    code = "seat-given-back"


class SeatNotHeldYet(ActivitiesRefused):
    """Who came is noted from the hour of the seat on, for thirty days. Facts: starts_at."""

    code = "seat-not-held-yet"
