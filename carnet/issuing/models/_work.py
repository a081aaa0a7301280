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
    # Of printing only: for whom, sealed for which key, on which paper, and what is made. Without a print shop, files are in the clear.
    shop_organisation = models.ForeignKey("parties.Organisation", null=True, on_delete=models.PROTECT, related_name="+")
    print_key = models.ForeignKey("issuing.PrintKey", null=True, on_delete=models.PROTECT, related_name="jobs")
    paper = models.CharField(max_length=2, default="DL", db_default="DL")
    with_pages = models.BooleanField(default=True, db_default=True)
    with_data = models.BooleanField(default=True, db_default=True)
    with_accessible = models.BooleanField(default=False, db_default=False)
    requested_at = models.DateTimeField()
    requested_by_id = models.BigIntegerField()
    ended_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[each.value for each in JobKind]), name="issuing_job_kind"),
            models.CheckConstraint(condition=Q(state__in=[each.value for each in JobState]), name="issuing_job_state"),
            models.CheckConstraint(
                condition=Q(shop_organisation__isnull=True, print_key__isnull=True)
                | Q(shop_organisation__isnull=False, print_key__isnull=False, kind=JobKind.PRINT.value),
                name="issuing_job_sealed",
            ),
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
    # Whose key it is sealed for; none when it is in the clear.
    shop_organisation = models.ForeignKey("parties.Organisation", null=True, on_delete=models.PROTECT, related_name="+")
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
