"""Structures admitted to act for people."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from carnet.mandates.rules import Family

FAMILY_CODES = [each.value for each in Family]


class Structure(models.Model):
    """An organisation that may sign mandates with people, for the families its lead keeps open. Its programme's operator reads it too."""

    organisation = models.OneToOneField("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    families = ArrayField(models.CharField(max_length=9))
    admitted_at = models.DateTimeField()
    admitted_by_id = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(families__contained_by=FAMILY_CODES), name="mandates_structure_families"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("admitted_at")), name="mandates_structure_ends_after"
            ),
        ]

    def __str__(self) -> str:
        return f"structure {self.organisation_id}"
