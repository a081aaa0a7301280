"""What was asked about a person's data, said by numbers and keyed hashes; and what each night found, written once."""

from django.db import models
from django.db.models import F, Q

from carnet.privacy.rules import RequestKind


class DataRequest(models.Model):
    """Somebody asked to read, correct or erase what is held about them. No name: `mark` is a keyed hash of what they gave to be found by.

    `steps`: the rows, each with what became of it, so that a request cut short is taken up where it stopped.
    """

    kind = models.CharField(max_length=10)
    mark = models.BinaryField(max_length=32)
    steps = models.JSONField(default=list)
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    asked_through = models.CharField(max_length=60)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[each.value for each in RequestKind]), name="privacy_datarequest_kind"),
            models.CheckConstraint(condition=Q(done_at__isnull=True) | Q(done_at__gte=F("asked_at")), name="privacy_datarequest_in_order"),
        ]
        indexes = [models.Index(fields=["asked_at"], condition=Q(done_at__isnull=True), name="privacy_datarequest_open")]

    def __str__(self) -> str:
        return f"data request {self.pk}"


class RetentionReport(models.Model):
    """What one night found and forgot: a line for each period, in numbers. Written once, never changed. `digest`: SHA-256 of the lines."""

    day = models.DateField(unique=True)
    lines = models.JSONField()
    forgotten_count = models.IntegerField()
    late_count = models.IntegerField()
    digest = models.BinaryField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(forgotten_count__gte=0, late_count__gte=0), name="privacy_retentionreport_counts"),
        ]

    def __str__(self) -> str:
        return f"retention of {self.day}"
