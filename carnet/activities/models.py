"""Tables of activities. Records only grow; bookings of seats name nobody. Both stand behind the walls of the place's organisation."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from carnet.activities.rules import MINUTES_MAX, MINUTES_MIN, PEOPLE_MAX, TITLE_MAX, AskedAfter, DoneBy, Kind, Source, Where
from carnet.workshops.rules import BookingState, EndedBy
from carnet.workshops.rules import Channel as BookedBy

# The columns of the age bands, in the order of `rules.AGE_BANDS`.
AGE_COLUMNS = (
    "under_12_count",
    "from_12_count",
    "from_18_count",
    "from_25_count",
    "from_40_count",
    "from_60_count",
    "from_70_count",
    "unknown_age_count",
)


class Record(models.Model):
    """One telling of an activity. A correction, or a withdrawal, is the next revision: nothing is ever changed here."""

    activity = models.UUIDField()  # the request that told it first
    revision = models.SmallIntegerField()
    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16)
    day = models.DateField()
    where = models.CharField(max_length=13)
    minutes = models.SmallIntegerField()
    themes = ArrayField(models.CharField(max_length=40), default=list)
    equipment = ArrayField(models.CharField(max_length=12), default=list)
    people_count = models.SmallIntegerField()
    under_12_count = models.SmallIntegerField()
    from_12_count = models.SmallIntegerField()
    from_18_count = models.SmallIntegerField()
    from_25_count = models.SmallIntegerField()
    from_40_count = models.SmallIntegerField()
    from_60_count = models.SmallIntegerField()
    from_70_count = models.SmallIntegerField()
    unknown_age_count = models.SmallIntegerField()
    returning_count = models.SmallIntegerField()
    redirected_to = models.CharField(max_length=40)
    level = models.CharField(max_length=13)
    title = models.CharField(max_length=TITLE_MAX)
    is_withdrawn = models.BooleanField()
    source = models.CharField(max_length=8)
    source_key = models.CharField(max_length=100)  # what it was told from, once: see `rules.Origin`
    told_at = models.DateTimeField()
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            # Two corrections at the same instant: the second one is refused, and looks again.
            models.UniqueConstraint(fields=["activity", "revision"], name="activities_record_one_revision"),
            models.UniqueConstraint(fields=["source_key"], condition=Q(revision=0) & ~Q(source_key=""), name="activities_record_told_once"),
            models.CheckConstraint(
                condition=Q(kind__in=[each.value for each in Kind])
                & Q(where__in=[each.value for each in Where])
                & Q(source__in=[each.value for each in Source]),
                name="activities_record_words",
            ),
            models.CheckConstraint(
                condition=Q(people_count__range=(1, PEOPLE_MAX), minutes__range=(MINUTES_MIN, MINUTES_MAX), revision__gte=0)
                & Q(returning_count__gte=0, returning_count__lte=F("people_count")),
                name="activities_record_bounds",
            ),
            models.CheckConstraint(
                condition=Q(**{f"{column}__gte": 0 for column in AGE_COLUMNS})
                & Q(
                    people_count=F("under_12_count")
                    + F("from_12_count")
                    + F("from_18_count")
                    + F("from_25_count")
                    + F("from_40_count")
                    + F("from_60_count")
                    + F("from_70_count")
                    + F("unknown_age_count")
                ),
                name="activities_record_ages_add_up",
            ),
        ]
        indexes = [models.Index(fields=["place", "day"], name="activities_record_of_place")]

    def __str__(self) -> str:
        return f"record {self.pk}"


class SeatBooking(models.Model):
    """One station of a free space, held for a stretch by whoever has its number. `booklet_id` is forgotten thirty days after.

    The migration adds an exclusion constraint: two bookings that stand never share a station at one moment.
    """

    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")  # the place's
    desk = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    station = models.SmallIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    number = models.CharField(max_length=8, unique=True)
    channel = models.CharField(max_length=6)
    state = models.CharField(max_length=7)
    booklet_id = models.BigIntegerField(null=True)
    booked_at = models.DateTimeField()
    came = models.BooleanField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=7, default="")
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at"), station__gte=1), name="activities_seat_in_order"),
            models.CheckConstraint(
                condition=Q(state=BookingState.BOOKED.value, ended_at__isnull=True, ended_by="")
                | Q(
                    state=BookingState.ENDED.value,
                    ended_at__isnull=False,
                    ended_by__in=[EndedBy.PERSON.value, EndedBy.DESK.value, EndedBy.PLACE.value],
                    came__isnull=True,
                ),
                name="activities_seat_state_whole",
            ),
            models.CheckConstraint(
                condition=Q(channel=BookedBy.DESK.value, desk__isnull=False)
                | Q(channel__in=[BookedBy.PLACE.value, BookedBy.PUBLIC.value], desk__isnull=True),
                name="activities_seat_desk",
            ),
        ]
        indexes = [
            models.Index(fields=["place", "starts_at"], name="activities_seat_of_place"),
            models.Index(fields=["desk", "-booked_at"], name="activities_seat_of_desk"),
            models.Index(fields=["booklet_id"], condition=Q(booklet_id__isnull=False), name="activities_seat_booklet"),
        ]

    def __str__(self) -> str:
        return f"seat booking {self.pk}"


class DoneAnswer(models.Model):
    """One answer to *did you do it yourself?*: a day, a procedure, who did it, which house asked. Nobody, and no hour."""

    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    procedure = models.CharField(max_length=40)
    answer = models.CharField(max_length=13)
    asked_after = models.CharField(max_length=7)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answer__in=[each.value for each in DoneBy]) & Q(asked_after__in=[each.value for each in AskedAfter]),
                name="activities_done_words",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "day"], name="activities_done_of_house")]

    def __str__(self) -> str:
        return f"answer {self.pk}"
