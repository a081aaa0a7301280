"""Where a desk receives people. A published point is a public fact; the others are seen by its organisation and its operator only."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class DeskPoint(models.Model):
    """One door of an organisation that hands a programme's booklets over.

    Latitude and longitude are the door's own when `is_exact`, else its commune's. `age_from`, `age_until` (both included) and
    `commune_codes` say whom it serves; none: everybody. The stock is the organisation's, not the point's.
    """

    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    street = models.CharField(max_length=200)
    street_extra = models.CharField(max_length=200, blank=True)
    postcode = models.CharField(max_length=5)
    commune = models.CharField(max_length=100)
    commune_code = models.CharField(max_length=5)
    latitude = models.FloatField()
    longitude = models.FloatField()
    is_exact = models.BooleanField()
    phone = models.CharField(max_length=30, blank=True)
    opening_hours = models.CharField(max_length=200, blank=True)
    age_from = models.SmallIntegerField(null=True)
    age_until = models.SmallIntegerField(null=True)
    commune_codes = ArrayField(models.CharField(max_length=5), default=list)
    by_appointment = models.BooleanField(default=False)
    note = models.CharField(max_length=200, blank=True)
    languages = ArrayField(models.CharField(max_length=2), default=list)
    is_listed = models.BooleanField(default=True)
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name="") & ~Q(street="") & ~Q(commune_code=""), name="distribution_deskpoint_whole"),
            models.CheckConstraint(
                condition=Q(latitude__range=(-90, 90), longitude__range=(-180, 180)), name="distribution_deskpoint_on_earth"
            ),
            models.CheckConstraint(
                condition=Q(age_from__isnull=True) | Q(age_until__isnull=True) | Q(age_from__lte=F("age_until")),
                name="distribution_deskpoint_ages",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")), name="distribution_deskpoint_dates"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "programme"], name="distribution_deskpoint_of"),
            models.Index(fields=["latitude", "longitude"], condition=Q(is_listed=True, closed_at=None), name="distribution_deskpoint_near"),
        ]

    def __str__(self) -> str:
        return f"desk point {self.pk}"
