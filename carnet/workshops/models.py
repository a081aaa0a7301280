"""Tables of workshops. Sessions are public facts; bookings and presences stand behind walls, and name nobody."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from carnet.workshops.rules import (
    SEATS_MAX,
    VOUCHERS_MAX,
    WAITING_MAX,
    BookingState,
    Channel,
    EndedBy,
    News,
    Rhythm,
    Teacher,
    ToldBy,
)

# Column: purpose, lifetime. Read by the data map.
PERSONAL_DATA = {
    "Contact.sealed_phone": (
        "tell a person who asked for it that the lesson moved or is cancelled",
        "erased with the seat, or the night after the lesson",
    ),
    "Booking.booklet_id": ("one seat a booklet; know who came by the voucher", "forgotten thirty days after the session"),
}


def _values(
    words: type[Rhythm] | type[Teacher] | type[BookingState] | type[Channel] | type[EndedBy] | type[News] | type[ToldBy],
) -> list[str]:
    return [each.value for each in words]


class Workshop(models.Model):
    """What is repeated: the rhythm that was asked for, and its exceptions. Its sessions hold the rest."""

    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="+")
    rhythm = models.CharField(max_length=11)
    first_on = models.DateField()
    until_on = models.DateField(null=True)  # included
    except_on = ArrayField(models.DateField(), default=list)
    skips_holidays = models.BooleanField()
    planned_at = models.DateTimeField()
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(rhythm__in=_values(Rhythm)), name="workshops_workshop_rhythm"),
            models.CheckConstraint(condition=Q(until_on__isnull=True) | Q(until_on__gte=F("first_on")), name="workshops_workshop_in_order"),
        ]

    def __str__(self) -> str:
        return f"workshop {self.pk}"


class Session(models.Model):
    """One lesson, at a place, on a day. The counts are kept under its lock, so that a visitor who sees no booking sees the seats left."""

    workshop = models.ForeignKey(Workshop, on_delete=models.PROTECT, related_name="sessions")
    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    service = models.CharField(max_length=60)  # of the places' catalogue
    title = models.CharField(max_length=100)
    note = models.CharField(max_length=300)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    seats = models.SmallIntegerField()
    waiting_seats = models.SmallIntegerField()
    voucher_count = models.SmallIntegerField()  # asked of each person; 0 is free
    taught_by = models.CharField(max_length=9)
    needs = ArrayField(models.CharField(max_length=20), default=list)
    languages = ArrayField(models.CharField(max_length=3), default=list)
    is_online = models.BooleanField()  # a person with a booklet may book by the public page
    booked_count = models.SmallIntegerField(default=0)
    waiting_count = models.SmallIntegerField(default=0)
    came_count = models.SmallIntegerField(default=0)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_because = models.CharField(max_length=200, default="")
    revision = models.IntegerField(default=0)  # of the calendar's entry
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="workshops_session_in_order"),
            # Whatever forgets the lock, PostgreSQL refuses the seat too many.
            models.CheckConstraint(
                condition=Q(booked_count__gte=0, booked_count__lte=F("seats"), waiting_count__gte=0, waiting_count__lte=F("waiting_seats")),
                name="workshops_session_never_overfull",
            ),
            models.CheckConstraint(
                condition=Q(seats__range=(1, SEATS_MAX), waiting_seats__range=(0, WAITING_MAX), voucher_count__range=(0, VOUCHERS_MAX)),
                name="workshops_session_bounds",
            ),
            models.CheckConstraint(condition=Q(taught_by__in=_values(Teacher)), name="workshops_session_teacher"),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True) | Q(booked_count=0, waiting_count=0), name="workshops_session_cancelled_is_empty"
            ),
            models.CheckConstraint(condition=Q(came_count__gte=0) & ~Q(title=""), name="workshops_session_said"),
        ]
        indexes = [
            models.Index(fields=["starts_at"], name="workshops_session_agenda"),
            models.Index(fields=["place", "starts_at"], name="workshops_session_of_place"),
        ]

    def __str__(self) -> str:
        return f"session {self.pk}"


class Booking(models.Model):
    """One seat, held by whoever has its number. `booklet_id` is forgotten thirty days after the session."""

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="bookings")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")  # the place's
    desk = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    number = models.CharField(max_length=8, unique=True)
    channel = models.CharField(max_length=6)
    state = models.CharField(max_length=7)
    booklet_id = models.BigIntegerField(null=True)
    booked_at = models.DateTimeField()
    moved_up_at = models.DateTimeField(null=True)
    came = models.BooleanField(null=True)
    passed_on_at = models.DateTimeField(null=True)  # the seat of an absent person, given on the day to somebody else
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=7, default="")
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=_values(BookingState)), name="workshops_booking_state"),
            models.CheckConstraint(condition=Q(channel__in=_values(Channel)), name="workshops_booking_channel"),
            models.CheckConstraint(
                condition=Q(state=BookingState.ENDED.value, ended_at__isnull=False, ended_by__in=_values(EndedBy))
                | (~Q(state=BookingState.ENDED.value) & Q(ended_at__isnull=True, ended_by="")),
                name="workshops_booking_ended_whole",
            ),
            models.CheckConstraint(
                condition=Q(came__isnull=True) | Q(state=BookingState.BOOKED.value), name="workshops_booking_came_seated"
            ),
            models.CheckConstraint(condition=Q(passed_on_at__isnull=True) | Q(came=False), name="workshops_booking_passed_on_absent"),
            models.CheckConstraint(
                condition=Q(channel=Channel.DESK.value, desk__isnull=False) | (~Q(channel=Channel.DESK.value) & Q(desk__isnull=True)),
                name="workshops_booking_desk",
            ),
            models.UniqueConstraint(
                fields=["session", "booklet_id"],
                condition=Q(booklet_id__isnull=False) & ~Q(state=BookingState.ENDED.value),
                name="workshops_booking_one_seat_a_booklet",
            ),
        ]
        indexes = [
            models.Index(fields=["desk", "-booked_at"], name="workshops_booking_of_desk"),
            models.Index(fields=["booklet_id"], condition=Q(booklet_id__isnull=False), name="workshops_booking_booklet"),
        ]

    def __str__(self) -> str:
        return f"booking {self.pk}"


class Contact(models.Model):
    """The telephone a person chose to leave, to be told of a change. Sealed; erased with the seat, or the night after the session."""

    booking = models.OneToOneField(Booking, on_delete=models.PROTECT, related_name="contact")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")  # the place's
    sealed_phone = models.BinaryField()
    language = models.CharField(max_length=2)
    news = models.CharField(max_length=9, default="")  # what there is to tell
    told_at = models.DateTimeField(null=True)
    told_by = models.CharField(max_length=4, default="")
    left_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(news="") | Q(news__in=_values(News)), name="workshops_contact_news"),
            models.CheckConstraint(
                condition=Q(told_at__isnull=True, told_by="") | Q(told_at__isnull=False, told_by__in=_values(ToldBy)),
                name="workshops_contact_told_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"contact {self.pk}"


class Presence(models.Model):
    """A voucher spent at a session, by the number of its redemption: the room above knows which voucher it was."""

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="presences")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, null=True, related_name="presences")
    redemption = models.CharField(max_length=60, unique=True)
    noted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"presence {self.pk}"
