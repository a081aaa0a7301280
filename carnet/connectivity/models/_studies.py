"""Feasibility studies, kept as they were made. Residences and numbers: nothing about anybody who lives there."""

from django.db import models
from django.db.models import Q


class Study(models.Model):
    """A study of an estate. `organisation_id` made it; `landlord_id` and `programme_id`: with whom it is shared. Append-only.

    `residences`, `assumptions` and `seed` are all it takes to make `result` again.
    """

    organisation_id = models.BigIntegerField()
    landlord_id = models.BigIntegerField(null=True)
    programme_id = models.BigIntegerField(null=True)
    name = models.CharField(max_length=120)
    residences = models.JSONField()
    assumptions = models.JSONField()
    seed = models.BigIntegerField()
    result = models.JSONField()
    tried_from_id = models.BigIntegerField(null=True)  # the study whose residences it takes up
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name="") & Q(seed__gte=0), name="connectivity_study_whole"),
        ]
        indexes = [
            models.Index(fields=["organisation_id", "-id"], name="connectivity_studies_of"),
            models.Index(fields=["landlord_id", "-id"], condition=Q(landlord_id__isnull=False), name="connectivity_studies_for"),
            models.Index(fields=["programme_id", "-id"], condition=Q(programme_id__isnull=False), name="connectivity_studies_in"),
        ]

    def __str__(self) -> str:
        return f"study {self.pk}"
