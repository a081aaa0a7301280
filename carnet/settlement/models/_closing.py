"""Giving back what an ended agreement did not use, and what each funder could sign."""

from django.db import models
from django.db.models import Q

from carnet.settlement.models._columns import two_people, within
from carnet.settlement.rules import ClosingState


class Closing(models.Model):
    """Giving back, once, what an ended agreement did not use."""

    programme_id = models.BigIntegerField()
    agreement_id = models.BigIntegerField()
    state = models.CharField(max_length=10, default=ClosingState.PREPARED.value)
    total_cents = models.BigIntegerField()
    digest = models.BinaryField(max_length=32)
    prepared_by_id = models.BigIntegerField()
    prepared_at = models.DateTimeField()
    approval_id = models.BigIntegerField(null=True)
    approved_by_id = models.BigIntegerField(null=True)
    approved_at = models.DateTimeField(null=True)
    repaid_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_reason = models.CharField(max_length=200, blank=True, default="")
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=within("state", ClosingState), name="settlement_closing_state"),
            models.CheckConstraint(condition=two_people("prepared_by_id", "approved_by_id"), name="settlement_closing_two_people"),
            models.CheckConstraint(
                condition=Q(state__in=[ClosingState.PREPARED.value, ClosingState.CANCELLED.value])
                | Q(approved_by_id__isnull=False, approved_at__isnull=False),
                name="settlement_closing_approved",
            ),
            models.CheckConstraint(condition=Q(total_cents__gt=0), name="settlement_closing_positive"),
            models.UniqueConstraint(
                fields=["agreement_id"],
                condition=Q(state__in=[ClosingState.PREPARED.value, ClosingState.APPROVED.value]),
                name="settlement_closing_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"closing {self.pk}"


class Repayment(models.Model):
    """What one closing gives one funder back: its share of unspent vouchers, and what was never issued."""

    closing = models.ForeignKey(Closing, on_delete=models.PROTECT, related_name="repayments")
    programme_id = models.BigIntegerField()
    agreement_id = models.BigIntegerField()
    funder_id = models.BigIntegerField()
    circulation_cents = models.BigIntegerField()
    unissued_cents = models.BigIntegerField()
    reference = models.CharField(max_length=140, blank=True, default="")
    paid_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["closing", "funder_id"], name="settlement_repayment_once"),
            models.CheckConstraint(
                condition=Q(circulation_cents__gte=0, unissued_cents__gte=0) & ~Q(circulation_cents=0, unissued_cents=0),
                name="settlement_repayment_positive",
            ),
            models.CheckConstraint(
                condition=Q(paid_on__isnull=True, reference="") | (Q(paid_on__isnull=False) & ~Q(reference="")),
                name="settlement_repayment_referenced",
            ),
        ]

    def __str__(self) -> str:
        return f"repayment {self.pk}"


class Statement(models.Model):
    """What a funder could sign: the figures as they were at one moment. Append-only."""

    programme_id = models.BigIntegerField()
    agreement_id = models.BigIntegerField()
    funder_id = models.BigIntegerField()
    content = models.JSONField()
    digest = models.BinaryField(max_length=32)
    made_at = models.DateTimeField()
    request_id = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request_id", "agreement_id", "funder_id"], name="settlement_statement_once"),
        ]
        indexes = [models.Index(fields=["agreement_id", "funder_id"], name="settlement_statement_of")]

    def __str__(self) -> str:
        return f"statement {self.pk}"
