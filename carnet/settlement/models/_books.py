"""Accountants' books, as they were drawn up once their period was over."""

from django.db import models
from django.db.models import F, Q

from carnet.settlement.models._columns import within
from carnet.settlement.rules import Book


class AccountBook(models.Model):
    """One book of one agreement for one period, frozen. Append-only; numbered without a gap inside its programme."""

    programme_id = models.BigIntegerField()
    agreement_id = models.BigIntegerField()
    book = models.CharField(max_length=10)
    period = models.CharField(max_length=8)
    since = models.DateField()
    until = models.DateField()
    number = models.IntegerField()
    content = models.JSONField()
    digest = models.BinaryField(max_length=32)
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=within("book", Book), name="settlement_accountbook_book"),
            models.CheckConstraint(condition=Q(number__gt=0, until__gt=F("since")), name="settlement_accountbook_real"),
            models.UniqueConstraint(fields=["programme_id", "number"], name="settlement_accountbook_number"),
            models.UniqueConstraint(fields=["agreement_id", "book", "period"], name="settlement_accountbook_once"),
        ]

    def __str__(self) -> str:
        return f"book {self.pk}"
