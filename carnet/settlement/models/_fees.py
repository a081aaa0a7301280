"""What an operator charges places apart: the fees stated, and the invoices. Both append-only."""

from django.db import models
from django.db.models import F, Q


class FeeTerms(models.Model):
    """The fees of a programme from a day on. Read by all: a place must know them before it joins."""

    programme_id = models.BigIntegerField()
    valid_from = models.DateField()
    yearly_cents = models.IntegerField()
    per_voucher_cents = models.IntegerField()
    vat_basis_points = models.IntegerField()
    words = models.CharField(max_length=300, blank=True, default="")
    stated_by_id = models.BigIntegerField(null=True)
    stated_at = models.DateTimeField()
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(yearly_cents__gte=0, per_voucher_cents__gte=0, vat_basis_points__gte=0), name="settlement_fees_not_negative"
            ),
        ]
        indexes = [models.Index(fields=["programme_id", "valid_from"], name="settlement_fees_programme")]

    def __str__(self) -> str:
        return f"fees {self.pk}"


class FeeInvoice(models.Model):
    """One invoice of fees to one place operator, numbered without a gap in its programme and year. Unit: whole cents."""

    programme_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    terms = models.ForeignKey(FeeTerms, on_delete=models.PROTECT, related_name="invoices")
    year = models.SmallIntegerField()
    number = models.IntegerField()
    from_on = models.DateField()
    until_on = models.DateField()
    voucher_count = models.IntegerField()
    yearly_cents = models.IntegerField()
    vouchers_cents = models.BigIntegerField()
    vat_basis_points = models.IntegerField()
    vat_cents = models.BigIntegerField()
    total_cents = models.BigIntegerField()
    issued_on = models.DateField()
    due_on = models.DateField()
    issued_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme_id", "year", "number"], name="settlement_invoice_number"),
            models.UniqueConstraint(fields=["programme_id", "organisation_id", "until_on"], name="settlement_invoice_once"),
            models.CheckConstraint(
                condition=Q(total_cents=F("yearly_cents") + F("vouchers_cents") + F("vat_cents"), total_cents__gt=0, number__gt=0),
                name="settlement_invoice_adds_up",
            ),
        ]
        indexes = [models.Index(fields=["organisation_id", "id"], name="settlement_invoice_payee")]

    def __str__(self) -> str:
        return f"invoice {self.year}-{self.number}"
