"""Reports made for elected councils, kept as they were given out."""

from django.db import models
from django.db.models import F, Q


class CouncilReport(models.Model):
    """One report: of a territory, over whole months, from one release. Its paper is kept byte for byte, deflated. Append-only.

    `digest`: SHA-256 of the paper. `previous`: the one before, of the same territory, by the same organisation.
    """

    organisation_id = models.BigIntegerField()
    number = models.IntegerField()
    level = models.CharField(max_length=11)
    code = models.CharField(max_length=9)
    since_on = models.DateField()
    until_on = models.DateField()
    language = models.CharField(max_length=2)
    content = models.JSONField()
    deflated = models.BinaryField()
    size = models.IntegerField()
    digest = models.CharField(max_length=64)
    previous = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "number"], name="observatory_councilreport_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="observatory_councilreport_from_one"),
            models.CheckConstraint(condition=Q(until_on__gt=F("since_on")), name="observatory_councilreport_span"),
            models.CheckConstraint(condition=Q(language__in=["fr", "en"]), name="observatory_councilreport_language"),
        ]
        indexes = [models.Index(fields=["organisation_id", "level", "code", "-number"], name="observatory_councilreports")]

    def __str__(self) -> str:
        return f"council report {self.pk}"
