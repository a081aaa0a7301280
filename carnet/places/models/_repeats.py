"""Two entries of one place, or two places that look alike."""

from django.db import models
from django.db.models import F, Q

from carnet.places.models._places import Place
from carnet.places.rules.uniting import Verdict


class PlaceRepeat(models.Model):
    """What was decided of two places that look like one: `other` is one with `kept`, or they are two. Undone, the row stays."""

    kept = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=8)
    before = models.JSONField(default=dict)  # what undoing needs: see `operations._repeats`
    organisation_id = models.BigIntegerField(null=True)  # the one acted for
    decided_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(verdict__in=[each.value for each in Verdict]), name="places_repeat_verdict"),
            models.CheckConstraint(condition=~Q(kept=F("other")), name="places_repeat_of_another"),
            models.UniqueConstraint(
                fields=["other"], condition=Q(verdict=Verdict.MERGED.value, undone_at__isnull=True), name="places_repeat_merged_once"
            ),
            models.UniqueConstraint(fields=["kept", "other"], condition=Q(undone_at__isnull=True), name="places_repeat_decided_once"),
        ]
        indexes = [models.Index(fields=["kept"], name="places_repeat_kept")]

    def __str__(self) -> str:
        return f"repeat {self.pk}"
