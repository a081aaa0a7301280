"""What a person said they want, what was proposed, and the lessons booked on it. Codes and ticks: no name, no word of theirs. Append-only."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from carnet.distribution.models._handing import HandOver
from carnet.distribution.rules import LESSONS_MAX, Help


class Plan(models.Model):
    """The answers of whoever was handed vouchers, and what they led to. `wants` and `lessons`: codes of the places' lists."""

    hand_over = models.OneToOneField(HandOver, on_delete=models.PROTECT, related_name="plan")
    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    wants = ArrayField(models.CharField(max_length=30), default=list)
    sends_mail = models.BooleanField(null=True)
    moves_files = models.BooleanField(null=True)
    no_equipment = models.BooleanField()
    no_connection = models.BooleanField()
    too_costly = models.BooleanField()
    prefers_somebody = models.BooleanField()
    helps = ArrayField(models.CharField(max_length=14), default=list)
    lessons = ArrayField(models.CharField(max_length=30), default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(helps__contained_by=[each.value for each in Help]), name="distribution_plan_helps"),
            models.CheckConstraint(condition=Q(lessons__len__lte=LESSONS_MAX), name="distribution_plan_lessons"),
        ]

    def __str__(self) -> str:
        return f"plan of hand-over {self.hand_over_id}"


class PlannedLesson(models.Model):
    """A lesson booked for whoever was handed vouchers. `booking_id` is the workshops': it has the seat, the number, and what became of it."""

    hand_over = models.ForeignKey(HandOver, on_delete=models.PROTECT, related_name="lessons")
    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    booking_id = models.BigIntegerField(unique=True)
    session_id = models.BigIntegerField()
    booked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"booking {self.booking_id} of hand-over {self.hand_over_id}"
