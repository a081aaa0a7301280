"""Tables of indicators kept without the answers; plans of evaluation, sealed; what was read of each. All append-only."""

from django.db import models


class IndicatorStudy(models.Model):
    """What a file of answers came to, small cells hidden. The answers themselves are kept nowhere. Append-only."""

    organisation_id = models.BigIntegerField()
    name = models.CharField(max_length=200)
    content = models.JSONField()
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        indexes = [models.Index(fields=["organisation_id", "-id"], name="observatory_studies_of")]

    def __str__(self) -> str:
        return f"study {self.pk}"


class EvaluationPlan(models.Model):
    """A plan as it was sealed, before its results. `content`: the file itself; `digest`: its SHA-256. Append-only."""

    programme_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField(null=True)
    name = models.CharField(max_length=300)
    design = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    content = models.TextField()
    sealed_at = models.DateTimeField()
    sealed_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme_id", "digest"], name="observatory_plan_sealed_once")]

    def __str__(self) -> str:
        return f"plan {self.pk}"


class EvaluationReading(models.Model):
    """Results read under a sealed plan: every reading stays, so that nobody chooses the best of many. Append-only."""

    programme_id = models.BigIntegerField()
    plan = models.ForeignKey(EvaluationPlan, on_delete=models.PROTECT, related_name="readings")
    data_digest = models.CharField(max_length=64)
    content = models.JSONField()
    conclusion = models.CharField(max_length=500, blank=True)
    read_at = models.DateTimeField()
    read_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        indexes = [models.Index(fields=["plan", "-id"], name="observatory_readings_of_plan")]

    def __str__(self) -> str:
        return f"reading {self.pk}"
