"""Each line of the bank's or the accountant's answers, how an agreement pays, and the form a run left in. All append-only."""

from django.db import models
from django.db.models import Q

from carnet.settlement.models._columns import within
from carnet.settlement.models._payments import BankFile, PaymentRun, Transfer
from carnet.settlement.rules.channels import PaymentChannel


class BankLine(models.Model):
    """One line of an answer and what it did. `transfer` is None where it names none of ours."""

    programme_id = models.BigIntegerField()
    agreement_id = models.BigIntegerField()
    bank_file = models.ForeignKey(BankFile, on_delete=models.PROTECT, related_name="lines")
    rank = models.IntegerField()
    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, null=True, related_name="bank_lines")
    reference = models.CharField(max_length=140, blank=True)
    verdict = models.CharField(max_length=15)
    cents = models.BigIntegerField(null=True)
    reason_code = models.CharField(max_length=10, blank=True)
    booked_on = models.DateField(null=True)
    order_number = models.CharField(max_length=20, blank=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bank_file", "rank"], name="settlement_bankline_rank"),
            models.CheckConstraint(condition=~Q(verdict="") & Q(rank__gt=0), name="settlement_bankline_says"),
        ]

    def __str__(self) -> str:
        return f"line {self.rank} of bank file {self.bank_file_id}"


class ChannelChoice(models.Model):
    """How an agreement pays from a moment on: the latest choice counts, and none is the default."""

    programme_id = models.BigIntegerField()
    agreement_id = models.BigIntegerField()
    channel = models.CharField(max_length=20)
    chosen_by_id = models.BigIntegerField(null=True)
    chosen_at = models.DateTimeField()
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=within("channel", PaymentChannel), name="settlement_channelchoice_channel")]
        indexes = [models.Index(fields=["agreement_id", "-id"], name="settlement_channel_of")]

    def __str__(self) -> str:
        return f"agreement {self.agreement_id} pays by {self.channel}"


class RunFile(models.Model):
    """The form a run was first taken out in; it never leaves in another."""

    programme_id = models.BigIntegerField()
    run = models.OneToOneField(PaymentRun, on_delete=models.PROTECT, related_name="file")
    channel = models.CharField(max_length=20)

    class Meta:
        constraints = [models.CheckConstraint(condition=within("channel", PaymentChannel), name="settlement_runfile_channel")]

    def __str__(self) -> str:
        return f"run {self.run_id} left as {self.channel}"
