"""Tables of reminders: who asked for some (sealed, erased at the end), each one made, a missed lesson booked again, who was invited again."""

from django.db import models
from django.db.models import F, Q

from carnet.distribution.models._handing import HandOver
from carnet.distribution.rules.inviting import InvitedAs
from carnet.distribution.rules.reminders import ContactChannel, ContactEnd, ReminderKind, ReminderOutcome


class ReminderContact(models.Model):
    """Somebody given vouchers asked to be reminded. Once ended, neither number nor address is left."""

    hand_over = models.ForeignKey(HandOver, on_delete=models.PROTECT, related_name="contacts")
    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=6)
    language = models.CharField(max_length=2)
    sealed = models.BinaryField(null=True)
    number_mark = models.BinaryField(null=True)
    consented_at = models.DateTimeField()
    # A consent of its own: to be asked, once in a while, whether a lesson took place; and the latest day it was.
    question_consented_at = models.DateTimeField(null=True)
    asked_on = models.DateField(null=True)
    # What was left at the latest look, and the day it last changed.
    left_count = models.IntegerField()
    moved_on = models.DateField()
    looked_on = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_for = models.CharField(max_length=12, default="")
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hand_over"], condition=Q(ended_at=None), name="distribution_remindercontact_one"),
            models.CheckConstraint(
                condition=Q(channel__in=[each.value for each in ContactChannel]), name="distribution_remindercontact_channel"
            ),
            # Nothing of the person outlives the reason it was left for.
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_for="", sealed__isnull=False)
                | Q(
                    ended_at__isnull=False, ended_for__in=[each.value for each in ContactEnd], sealed__isnull=True,
                    number_mark__isnull=True,
                ),
                name="distribution_remindercontact_erased",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["programme", "id"], condition=Q(ended_at=None), name="distribution_contact_waiting"),
            models.Index(fields=["number_mark"], condition=Q(number_mark__isnull=False), name="distribution_contact_number"),
        ]

    def __str__(self) -> str:
        return f"reminder contact {self.pk}"


class Reminder(models.Model):
    """One reminder: sent by text at once, or waiting for the desk's call or letter until `done_at`."""

    contact = models.ForeignKey(ReminderContact, on_delete=models.PROTECT, related_name="reminders")
    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)
    channel = models.CharField(max_length=6)
    due_on = models.DateField()
    left_count = models.IntegerField()
    said_on = models.DateField()
    lesson_at = models.DateTimeField(null=True)
    lesson_place = models.CharField(max_length=200, default="")
    made_at = models.DateTimeField()
    tried_count = models.SmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    done_by_id = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=12, default="")

    class Meta:
        constraints = [
            # Whatever runs twice, a person is reminded once a day.
            models.UniqueConstraint(fields=["contact", "due_on"], name="distribution_reminder_one_a_day"),
            models.UniqueConstraint(fields=["contact"], condition=Q(done_at=None), name="distribution_reminder_one_waiting"),
            models.CheckConstraint(condition=Q(kind__in=[each.value for each in ReminderKind]), name="distribution_reminder_kind"),
            models.CheckConstraint(condition=Q(channel__in=[each.value for each in ContactChannel]), name="distribution_reminder_channel"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, outcome="")
                | Q(done_at__isnull=False, outcome__in=[each.value for each in ReminderOutcome]),
                name="distribution_reminder_done",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "due_on"], name="distribution_reminder_desk")]

    def __str__(self) -> str:
        return f"reminder {self.pk}"


class LessonAgain(models.Model):
    """A missed or cancelled lesson booked again, at any desk, by the number on the slip."""

    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    # The desk that booked the first one: it reads that its person is expected again.
    desk_id = models.BigIntegerField(null=True)
    missed_booking_id = models.BigIntegerField(unique=True)
    booking_id = models.BigIntegerField(unique=True)
    booked_at = models.DateTimeField()
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(missed_booking_id=F("booking_id")), name="distribution_lessonagain_another")]
        indexes = [models.Index(fields=["organisation"], name="distribution_lessonagain_desk")]

    def __str__(self) -> str:
        return f"lesson again {self.pk}"


class SeasonInvitation(models.Model):
    """An organisation that took part in an earlier programme, invited to another by letter. Never twice for the same."""

    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    earlier_programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    invited_as = models.CharField(max_length=5)
    invited_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    is_accepted = models.BooleanField(null=True)
    request_id = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "organisation", "invited_as"], name="distribution_seasoninvitation_once"),
            models.CheckConstraint(condition=Q(invited_as__in=[each.value for each in InvitedAs]), name="distribution_seasoninvitation_as"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, is_accepted__isnull=True) | Q(answered_at__isnull=False, is_accepted__isnull=False),
                name="distribution_seasoninvitation_answered",
            ),
            models.CheckConstraint(condition=~Q(programme=F("earlier_programme")), name="distribution_seasoninvitation_other"),
        ]
        indexes = [models.Index(fields=["organisation"], name="distribution_invitation_of")]

    def __str__(self) -> str:
        return f"invitation {self.pk}"
