"""Samples of redemptions promised, drawn, checked and closed. A unit holds a redemption's public number and no person."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from carnet.controls.rules.samples import Evidence, Finding, Method


class Sample(models.Model):
    """One sample. Promised: its seed's digest is published. Drawn: its seed too, with the fingerprint of the list. Closed: its result is final.

    Days are half-open. `weight` sums the weights of what could be drawn; all counts are null until it is drawn.
    """

    programme_id = models.BigIntegerField()
    method = models.CharField(max_length=6)
    from_on = models.DateField()
    until_on = models.DateField()
    size = models.SmallIntegerField()
    commitment = models.CharField(max_length=64)
    seed = models.CharField(max_length=64)  # shown by no page before the draw
    promised_at = models.DateTimeField()
    promised_by_id = models.BigIntegerField()
    drawn_at = models.DateTimeField(null=True)
    drawn_by_id = models.BigIntegerField(null=True)
    universe_count = models.IntegerField(null=True)
    universe_cents = models.BigIntegerField(null=True)
    universe_sha256 = models.CharField(max_length=64, blank=True, default="")
    weight = models.BigIntegerField(null=True)
    least_weight = models.IntegerField(null=True)
    least_cents = models.IntegerField(null=True)
    most_cents = models.IntegerField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until_on__gt=F("from_on"), size__gt=0), name="controls_sample_terms"),
            models.CheckConstraint(condition=Q(method__in=[each.value for each in Method]), name="controls_sample_method"),
            models.CheckConstraint(
                condition=Q(
                    drawn_at__isnull=True, drawn_by_id__isnull=True, universe_count__isnull=True, universe_cents__isnull=True,
                    weight__isnull=True, least_weight__isnull=True, least_cents__isnull=True, most_cents__isnull=True, universe_sha256="",
                )
                | Q(
                    drawn_at__isnull=False, drawn_by_id__isnull=False, universe_count__gt=0, universe_cents__isnull=False,
                    weight__gte=F("universe_count"), least_weight__gt=0, least_cents__isnull=False, most_cents__gte=F("least_cents"),
                ),
                name="controls_sample_drawn_whole",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by_id__isnull=True)
                | Q(closed_at__isnull=False, closed_by_id__isnull=False, drawn_at__isnull=False),
                name="controls_sample_closed_whole",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["programme_id", "-id"], name="controls_sample_list")]

    def __str__(self) -> str:
        return f"sample {self.pk}"


class SampleUnit(models.Model):
    """One redemption that was drawn, by its public number, and what was found. `times`: how often it was drawn, by risk."""

    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="units")
    programme_id = models.BigIntegerField()
    place_id = models.BigIntegerField()
    number = models.CharField(max_length=40)
    rank = models.SmallIntegerField()
    times = models.SmallIntegerField(default=1)
    cents = models.IntegerField()
    weight = models.IntegerField()
    finding = models.CharField(max_length=10, null=True)  # noqa: DJ001 - not checked yet is not a finding called nothing
    evidence = ArrayField(models.CharField(max_length=8), default=list)
    found_at = models.DateTimeField(null=True)
    found_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sample", "number"], name="controls_sampleunit_once"),
            models.UniqueConstraint(fields=["sample", "rank"], name="controls_sampleunit_rank"),
            models.CheckConstraint(condition=Q(rank__gt=0, times__gt=0, weight__gt=0, cents__gte=0), name="controls_sampleunit_counts"),
            models.CheckConstraint(
                condition=Q(finding__isnull=True, found_at__isnull=True, found_by_id__isnull=True, evidence__len=0)
                | Q(finding__in=[each.value for each in Finding], found_at__isnull=False, found_by_id__isnull=False),
                name="controls_sampleunit_found_whole",
            ),
            models.CheckConstraint(
                condition=Q(evidence__contained_by=[each.value for each in Evidence]), name="controls_sampleunit_evidence"
            ),
            models.CheckConstraint(condition=~Q(finding="PROVED") | Q(evidence__len__gt=0), name="controls_sampleunit_proved"),
        ]

    def __str__(self) -> str:
        return f"sample unit {self.pk}"
