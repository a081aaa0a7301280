"""Who takes part in a programme's hand-over, and what was handed over. No row names a person; a hand-over is append-only."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from carnet.distribution.rules import AgeBand, Area, Kind, Reason
from carnet.distribution.rules.joining import SuspendedFor


class ProgrammePrescriber(models.Model):
    """An organisation taking part in a programme's hand-over, from `joined_at` to `left_at` (exclusive; none = still).

    Suspended, or leaving (its booklets go back first), it hands nothing over.
    """

    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    suspended_at = models.DateTimeField(null=True)
    suspended_for = models.CharField(max_length=12, blank=True)
    leaving_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "organisation"], condition=Q(left_at=None), name="distribution_prescriber_once"),
            models.CheckConstraint(
                condition=Q(suspended_at__isnull=True, suspended_for="")
                | Q(suspended_at__isnull=False, suspended_for__in=[each.value for each in SuspendedFor]),
                name="distribution_prescriber_suspended",
            ),
            models.CheckConstraint(condition=Q(left_at__isnull=True) | Q(left_at__gt=F("joined_at")), name="distribution_prescriber_dates"),
        ]
        indexes = [models.Index(fields=["organisation"], name="distribution_prescriber_of")]

    def __str__(self) -> str:
        return f"prescriber {self.organisation_id} of programme {self.programme_id}"


class HandOver(models.Model):
    """What one person was given, with coarse ticks only. `voucher_ids` is filled when it was part of a booklet."""

    kind = models.CharField(max_length=10)
    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    series_id = models.BigIntegerField()
    first_booklet_id = models.BigIntegerField()
    last_booklet_id = models.BigIntegerField()
    voucher_ids = ArrayField(models.BigIntegerField(), default=list)
    voucher_count = models.IntegerField()
    printed_until = models.DateTimeField()
    age_band = models.CharField(max_length=14, default=AgeBand.NOT_SAID.value)
    reason = models.CharField(max_length=12, default=Reason.NOT_SAID.value)
    area = models.CharField(max_length=18, default=Area.NOT_SAID.value)
    low_qualified_job_seeker = models.BooleanField(null=True)
    came_before = models.BooleanField(null=True)
    handed_over_at = models.DateTimeField()
    actor_person_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[each.value for each in Kind]), name="distribution_handover_kind"),
            models.CheckConstraint(
                condition=Q(first_booklet_id__gt=0, last_booklet_id__gte=F("first_booklet_id"), voucher_count__gt=0),
                name="distribution_handover_range",
            ),
            models.CheckConstraint(
                condition=Q(kind=Kind.VOUCHERS.value, voucher_ids__len=F("voucher_count"))
                | (~Q(kind=Kind.VOUCHERS.value) & Q(voucher_ids=[])),
                name="distribution_handover_part",
            ),
            models.CheckConstraint(condition=Q(age_band__in=[each.value for each in AgeBand]), name="distribution_handover_age"),
            models.CheckConstraint(condition=Q(reason__in=[each.value for each in Reason]), name="distribution_handover_reason"),
            models.CheckConstraint(
                condition=Q(area__in=[each.value for each in Area if each != Area.OUTSIDE]), name="distribution_handover_area"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-handed_over_at"], name="distribution_handover_desk"),
            models.Index(fields=["programme", "handed_over_at"], name="distribution_handover_season"),
        ]

    def __str__(self) -> str:
        return f"hand-over {self.pk}"
