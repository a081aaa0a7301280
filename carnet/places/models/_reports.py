"""What others say is wrong on a place's page, and its keeper's word that it is right."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from carnet.places.models._places import Place
from carnet.places.rules.errors import ReportState


class PlaceReport(models.Model):
    """An error reported by anybody. Walled: seen by whoever runs the place, by its operators, and by whoever holds the number."""

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    organisation_id = models.BigIntegerField(null=True)  # that ran the place when it was reported
    operator_ids = ArrayField(models.BigIntegerField())  # of the programmes it accepted; else every operator's
    number = models.CharField(max_length=8, unique=True)
    about = models.CharField(max_length=20)  # of `rules.errors.SUBJECTS`
    said = models.CharField(max_length=600)
    contact = models.CharField(max_length=120, blank=True)
    reported_at = models.DateTimeField()
    state = models.CharField(max_length=8, default=ReportState.WAITING.value)
    answer = models.CharField(max_length=600, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by_id = models.BigIntegerField(null=True)  # the organisation
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[each.value for each in ReportState]), name="places_report_state"),
            models.CheckConstraint(
                condition=Q(state="WAITING", answered_at__isnull=True, answer="")
                | (~Q(state="WAITING") & Q(answered_at__isnull=False) & ~Q(answer="") & Q(contact="")),
                name="places_report_answered_whole_and_contact_erased",
            ),
            models.CheckConstraint(condition=~Q(said=""), name="places_report_said"),
        ]
        indexes = [
            models.Index(fields=["place", "reported_at"], name="places_report_of_place"),
            models.Index(fields=["reported_at"], name="places_report_recent"),
        ]

    def __str__(self) -> str:
        return f"report {self.pk}"


class PlaceConfirmation(models.Model):
    """Whoever keeps a place said that all is right. Published on its page."""

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="confirmations")
    organisation_id = models.BigIntegerField(null=True)
    confirmed_on = models.DateField()
    confirmed_at = models.DateTimeField()
    request_id = models.UUIDField(unique=True)

    class Meta:
        indexes = [models.Index(fields=["place", "-confirmed_at"], name="places_confirmation_latest")]

    def __str__(self) -> str:
        return f"confirmation {self.pk}"


class PlaceRecall(models.Model):
    """A letter that asked for a confirmation due on a day: never the same one twice."""

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    rank = models.SmallIntegerField()
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "due_on", "rank"], name="places_recall_once")]

    def __str__(self) -> str:
        return f"recall {self.pk}"
