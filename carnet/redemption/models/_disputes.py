"""Redemptions a place says are a mistake, and what was decided."""

from django.db import models
from django.db.models import Q


class Dispute(models.Model):
    """A redemption its place says was a mistake, once it can no longer undo it alone. Append-only."""

    series_id = models.BigIntegerField()
    voucher_id = models.BigIntegerField()
    generation = models.SmallIntegerField()
    rank = models.SmallIntegerField()
    programme_id = models.BigIntegerField()
    agreement_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    place_id = models.BigIntegerField()
    cents = models.IntegerField()
    reason = models.CharField(max_length=200)
    opened_for_place = models.BooleanField(default=False)
    opened_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(unique=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series_id", "voucher_id", "generation", "rank"], name="redemption_dispute_rank"),
            models.CheckConstraint(condition=Q(cents__gt=0), name="redemption_dispute_positive"),
        ]
        indexes = [
            models.Index(fields=["organisation_id", "id"], name="redemption_dispute_own"),
            models.Index(fields=["programme_id", "id"], name="redemption_dispute_programme"),
        ]


class DisputeDecision(models.Model):
    """What the operator decided. Append-only. REVERSED, REFUSED, or TO_RECOVER: the money was claimed already, `cents` are owed back."""

    dispute = models.OneToOneField(Dispute, on_delete=models.PROTECT, related_name="decision")
    outcome = models.CharField(max_length=10)
    programme_id = models.BigIntegerField()
    agreement_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    cents = models.IntegerField()
    reason = models.CharField(max_length=200, blank=True)
    decided_by_id = models.BigIntegerField()
    request_id = models.UUIDField(unique=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=["REVERSED", "TO_RECOVER", "REFUSED"]), name="redemption_disputedecision_outcome"
            ),
            models.CheckConstraint(condition=~Q(outcome="REFUSED") | ~Q(reason=""), name="redemption_disputedecision_reasoned"),
        ]
        indexes = [
            models.Index(
                fields=["agreement_id", "organisation_id"], condition=Q(outcome="TO_RECOVER"), name="redemption_dispute_to_recover"
            )
        ]
