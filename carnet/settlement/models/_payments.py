"""Payment runs, their transfers, and what the bank answered. Name, account and amount of a transfer are frozen by a trigger."""

from django.db import models
from django.db.models import Q

from carnet.settlement.models._claims import Claim
from carnet.settlement.models._columns import two_people, within
from carnet.settlement.rules import LIVING_TRANSFERS, RunState, TransferState


class PaymentRun(models.Model):
    """One payment file of one agreement, from its ring-fenced account."""

    programme_id = models.BigIntegerField()
    agreement_id = models.BigIntegerField()
    state = models.CharField(max_length=10, default=RunState.PREPARED.value)
    message_id = models.CharField(max_length=35, blank=True, default="")
    execute_on = models.DateField()
    debtor_name = models.CharField(max_length=140)
    debtor_iban = models.CharField(max_length=34)
    debtor_bic = models.CharField(max_length=11, blank=True)
    transfer_count = models.IntegerField()
    total_cents = models.BigIntegerField()
    digest = models.BinaryField(max_length=32)
    prepared_by_id = models.BigIntegerField(null=True)  # None: prepared by the timer, and controlled by a person afterwards
    prepared_at = models.DateTimeField()
    controlled_by_id = models.BigIntegerField(null=True)
    controlled_at = models.DateTimeField(null=True)
    people_needed = models.SmallIntegerField(default=1)
    approval_id = models.BigIntegerField(null=True)
    approved_by_id = models.BigIntegerField(null=True)
    approved_at = models.DateTimeField(null=True)
    released_by_id = models.BigIntegerField(null=True)
    released_at = models.DateTimeField(null=True)
    file_digest = models.BinaryField(max_length=32, null=True)
    file_written_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_reason = models.CharField(max_length=200, blank=True, default="")
    stopped_from = models.CharField(max_length=10, blank=True, default="")
    stopped_by_id = models.BigIntegerField(null=True)
    stopped_at = models.DateTimeField(null=True)
    stopped_reason = models.CharField(max_length=200, blank=True, default="")
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=within("state", RunState), name="settlement_run_state"),
            models.CheckConstraint(condition=two_people("controlled_by_id", "approved_by_id"), name="settlement_run_control_apart"),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True) | Q(controlled_at__isnull=False), name="settlement_run_controlled_before_approved"
            ),
            models.CheckConstraint(
                condition=~Q(state=RunState.STOPPED.value)
                | (
                    Q(stopped_at__isnull=False, stopped_by_id__isnull=False)
                    & within("stopped_from", (RunState.PREPARED, RunState.APPROVED))
                ),
                name="settlement_run_stopped_whole",
            ),
            models.CheckConstraint(condition=Q(people_needed__gt=0), name="settlement_run_people"),
            models.CheckConstraint(condition=two_people("prepared_by_id", "approved_by_id"), name="settlement_run_two_people"),
            models.CheckConstraint(
                condition=Q(approved_by_id__isnull=True, approved_at__isnull=True)
                | Q(approved_by_id__isnull=False, approved_at__isnull=False),
                name="settlement_run_approval_whole",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[RunState.PREPARED.value, RunState.CANCELLED.value, RunState.STOPPED.value])
                | Q(approved_at__isnull=False),
                name="settlement_run_approved_before_sent",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[RunState.SENT.value, RunState.SETTLED.value]) | Q(sent_at__isnull=False, file_digest__isnull=False),
                name="settlement_run_sent_as_written",
            ),
            models.CheckConstraint(
                condition=Q(file_digest__isnull=True, file_written_at__isnull=True)
                | Q(file_digest__isnull=False, file_written_at__isnull=False, approved_at__isnull=False),
                name="settlement_run_file_whole",
            ),
            models.CheckConstraint(condition=Q(total_cents__gt=0, transfer_count__gt=0), name="settlement_run_positive"),
            models.UniqueConstraint(fields=["message_id"], condition=~Q(message_id=""), name="settlement_run_message"),
            # One at a time: what is prepared twice could be paid twice.
            models.UniqueConstraint(
                fields=["agreement_id"],
                condition=Q(state__in=[RunState.PREPARED.value, RunState.APPROVED.value]),
                name="settlement_run_one_open",
            ),
        ]
        indexes = [models.Index(fields=["programme_id", "id"], name="settlement_run_programme")]

    def __str__(self) -> str:
        return f"run {self.pk}"


class Transfer(models.Model):
    """One payment of one claim. Who, where and how much are frozen when the run is prepared."""

    run = models.ForeignKey(PaymentRun, on_delete=models.PROTECT, related_name="transfers")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="transfers")
    programme_id = models.BigIntegerField()
    agreement_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    attempt = models.SmallIntegerField()
    end_to_end_id = models.CharField(max_length=35, unique=True)
    creditor_name = models.CharField(max_length=70)
    creditor_iban = models.CharField(max_length=34)
    creditor_bic = models.CharField(max_length=11, blank=True)
    remittance = models.CharField(max_length=140)
    execute_on = models.DateField()
    cents = models.BigIntegerField()
    state = models.CharField(max_length=10, default=TransferState.PENDING.value)
    reason_code = models.CharField(max_length=10, blank=True, default="")
    booked_on = models.DateField(null=True)
    returned_on = models.DateField(null=True)
    replaced_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["claim", "attempt"], name="settlement_transfer_attempt"),
            models.UniqueConstraint(
                fields=["claim"], condition=Q(state__in=[state.value for state in LIVING_TRANSFERS]), name="settlement_transfer_one_living"
            ),
            models.CheckConstraint(condition=within("state", TransferState), name="settlement_transfer_state"),
            models.CheckConstraint(condition=Q(cents__gt=0, attempt__gt=0), name="settlement_transfer_positive"),
            models.CheckConstraint(
                condition=~Q(state=TransferState.PAID.value) | Q(booked_on__isnull=False), name="settlement_transfer_paid_when"
            ),
        ]
        indexes = [
            models.Index(fields=["run", "state"], name="settlement_transfer_run"),
            models.Index(fields=["agreement_id"], condition=Q(state="RETURNED"), name="settlement_transfer_returned"),
        ]

    def __str__(self) -> str:
        return f"transfer {self.end_to_end_id}"


class BankFile(models.Model):
    """One answer of the bank, read once. `remarks` lists the lines that changed nothing, for a person to look at."""

    programme_id = models.BigIntegerField()
    agreement_id = models.BigIntegerField()
    digest = models.BinaryField(max_length=32)
    message = models.CharField(max_length=20)
    report_id = models.CharField(max_length=35)
    size_bytes = models.IntegerField()
    paid_count = models.IntegerField()
    paid_cents = models.BigIntegerField()
    came_back_count = models.IntegerField()
    came_back_cents = models.BigIntegerField()
    known_count = models.IntegerField()
    remark_count = models.IntegerField()
    remarks = models.JSONField(default=list)
    schema_checked = models.BooleanField()
    read_by_id = models.BigIntegerField(null=True)
    read_at = models.DateTimeField()
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agreement_id", "digest"], name="settlement_bankfile_once")]

    def __str__(self) -> str:
        return f"bank file {self.pk}"
