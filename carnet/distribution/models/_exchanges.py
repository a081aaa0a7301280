"""Vouchers exchanged at a desk, and the days a programme allows for it. No row names a person. Append-only."""

from django.db import models
from django.db.models import Q

from carnet.distribution.models._handing import HandOver
from carnet.distribution.models._replacing import Replacement
from carnet.distribution.rules.exchanges import EXCHANGE_DAYS_MAX


class ExchangeTerms(models.Model):
    """For how many days after their end a programme's vouchers are exchanged, as decided at one moment; the latest holds."""

    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    days = models.SmallIntegerField()
    decided_at = models.DateTimeField()
    decided_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(days__gte=0, days__lte=EXCHANGE_DAYS_MAX), name="distribution_exchangeterms_days")
        ]
        indexes = [models.Index(fields=["programme", "-id"], name="distribution_exchangeterms_of")]

    def __str__(self) -> str:
        return f"exchange terms {self.pk}"


class Exchange(models.Model):
    """What was left of one booklet, exchanged for vouchers given in its place by `organisation`. The ledger says which, once."""

    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    series_id = models.BigIntegerField()
    booklet_id = models.BigIntegerField()
    replacement = models.OneToOneField(Replacement, on_delete=models.PROTECT, null=True, related_name="exchange")
    voucher_count = models.IntegerField()
    cents = models.BigIntegerField()
    hand_over = models.OneToOneField(HandOver, on_delete=models.PROTECT, related_name="exchange")
    exchanged_at = models.DateTimeField()
    exchanged_by_id = models.BigIntegerField()
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(voucher_count__gt=0, cents__gt=0), name="distribution_exchange_positive")]
        indexes = [models.Index(fields=["organisation", "-exchanged_at"], name="distribution_exchange_desk")]

    def __str__(self) -> str:
        return f"exchange {self.pk}"
