"""What was archived."""

from django.db import models
from django.db.models import Q


class Export(models.Model):
    """One step of the archive of a programme, once it is whole in its folder. What is in it is in the folder alone.

    `folder`: where it is kept, on the machine that wrote it. `digest`: of its manifest; `key_fingerprint`: of the public key to check it with.
    `is_sealed`: the keys of the codes are in it, for a successor alone.
    """

    programme_id = models.BigIntegerField()
    folder = models.CharField(max_length=500)
    name = models.CharField(max_length=40)
    number = models.BigIntegerField()
    kind = models.CharField(max_length=9)
    why = models.CharField(max_length=16)
    table_count = models.IntegerField()
    row_count = models.BigIntegerField()
    bytes = models.BigIntegerField()
    snapshot_xmin = models.BigIntegerField()
    system = models.CharField(max_length=80)
    digest = models.CharField(max_length=64)
    key_version = models.SmallIntegerField()
    key_fingerprint = models.CharField(max_length=64)
    is_sealed = models.BooleanField()
    totals = models.JSONField()
    made_at = models.DateTimeField()
    spent_ms = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme_id", "digest"], name="continuity_export_once"),
            models.CheckConstraint(condition=Q(kind__in=["base", "increment"]), name="continuity_export_kind"),
            models.CheckConstraint(condition=Q(row_count__gte=0, bytes__gt=0, number__gt=0), name="continuity_export_counts"),
        ]
        indexes = [models.Index(fields=["programme_id", "-made_at"], name="continuity_export_latest")]
