"""Background work on an order, and the files it made."""

from django.db import models
from django.db.models import F, Q

from carnet.issuing.models._orders import Order
from carnet.issuing.rules import JobKind, JobState


class Job(models.Model):
    """Background work on an order: how far it is, and that it goes on where it was."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="jobs")
    programme_id = models.BigIntegerField()
    kind = models.CharField(max_length=10)
    state = models.CharField(max_length=10, default=JobState.WAITING.value)
    # Vouchers drawn, or booklets printed, out of `total`; printing starts at booklet `first_rank`.
    done = models.IntegerField(default=0)
    total = models.IntegerField()
    first_rank = models.IntegerField(default=1)
    error = models.CharField(max_length=60, blank=True)
    requested_at = models.DateTimeField()
    requested_by_id = models.BigIntegerField()
    ended_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[each.value for each in JobKind]), name="issuing_job_kind"),
            models.CheckConstraint(condition=Q(state__in=[each.value for each in JobState]), name="issuing_job_state"),
            models.CheckConstraint(condition=Q(done__gte=0, done__lte=F("total")), name="issuing_job_progress"),
            models.UniqueConstraint(
                fields=["order", "kind"],
                condition=Q(state__in=[JobState.WAITING.value, JobState.RUNNING.value]),
                name="issuing_job_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"job {self.pk}"


class PrintFile(models.Model):
    """One file made for the print shop. The file is deleted once the booklets exist; its trace stays."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="files")
    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="files")
    programme_id = models.BigIntegerField()
    name = models.CharField(max_length=120)
    first_rank = models.IntegerField()
    last_rank = models.IntegerField()
    size_bytes = models.BigIntegerField()
    sha256 = models.BinaryField(max_length=32)
    written_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "name"], name="issuing_printfile_once"),
            models.CheckConstraint(condition=Q(first_rank__gt=0, last_rank__gte=F("first_rank")), name="issuing_printfile_range"),
        ]

    def __str__(self) -> str:
        return self.name
