"""Tables of settlement, all under row-level security: a programme's people, and the payee for its own rows.

Ids of other rooms are plain numbers. Claim lines, bank files and statements are append-only; name,
account and amount of a transfer are frozen by a trigger (migrations/0001_settlement.py).
"""

from typing import Any

from django.db import models
from django.db.models import F, Q

from carnet.kernel.personal import PersonalColumn
from carnet.settlement.rules import LIVING_TRANSFERS, ClaimState, ClosingState, RunState, SetAsideReason, TransferState

_ACCOUNTING = "10 years after the payment (commercial code, L123-22)"

PERSONAL_DATA: dict[str, PersonalColumn] = {
    "Transfer.creditor_name": PersonalColumn("to pay the right holder, and prove it", _ACCOUNTING),
    "Transfer.creditor_iban": PersonalColumn("to pay the right account, and prove it", _ACCOUNTING),
    "Transfer.creditor_bic": PersonalColumn("to pay the right account, and prove it", _ACCOUNTING),
}


def _within(column: str, choices: Any) -> Q:
    return Q(**{f"{column}__in": [choice.value for choice in choices]})


def _two_people(preparer: str, approver: str) -> Q:
    return Q(**{f"{approver}__isnull": True}) | ~Q(**{approver: F(preparer)})


class CutOff(models.Model):
    """One drawing up of claims: everything redeemed before `until`, once."""

    programme_id = models.BigIntegerField()
    until = models.DateTimeField()
    claim_count = models.IntegerField()
    voucher_count = models.IntegerField()
    cents = models.BigIntegerField()
    request_id = models.UUIDField(unique=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["programme_id", "until"], name="settlement_cutoff_programme")]

    def __str__(self) -> str:
        return f"cut-off {self.pk}"


class Claim(models.Model):
    """What one place operator is owed by one agreement, for what it redeemed up to one cut-off."""

    cut_off = models.ForeignKey(CutOff, on_delete=models.PROTECT, related_name="claims")
    programme_id = models.BigIntegerField()
    agreement_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    first_redeemed_at = models.DateTimeField()
    until = models.DateTimeField()
    voucher_count = models.IntegerField()
    cents = models.BigIntegerField()
    state = models.CharField(max_length=12, default=ClaimState.READY.value)
    set_aside_reason = models.CharField(max_length=20, blank=True, default="")
    set_aside_at = models.DateTimeField(null=True)
    paid_on = models.DateField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cut_off", "agreement_id", "organisation_id"], name="settlement_claim_once"),
            models.CheckConstraint(condition=_within("state", ClaimState), name="settlement_claim_state"),
            models.CheckConstraint(condition=Q(cents__gt=0, voucher_count__gt=0), name="settlement_claim_positive"),
            models.CheckConstraint(
                condition=(Q(state=ClaimState.SET_ASIDE.value, set_aside_at__isnull=False) & _within("set_aside_reason", SetAsideReason))
                | (~Q(state=ClaimState.SET_ASIDE.value) & Q(set_aside_reason="", set_aside_at__isnull=True)),
                name="settlement_claim_set_aside_says_why",
            ),
            models.CheckConstraint(
                condition=Q(state=ClaimState.PAID.value, paid_on__isnull=False)
                | (~Q(state=ClaimState.PAID.value) & Q(paid_on__isnull=True)),
                name="settlement_claim_paid_when",
            ),
        ]
        indexes = [
            models.Index(fields=["agreement_id", "state"], name="settlement_claim_agreement"),
            models.Index(fields=["organisation_id", "id"], name="settlement_claim_payee"),
        ]

    def __str__(self) -> str:
        return f"claim {self.pk}"


class ClaimLine(models.Model):
    """One redemption, claimed. Append-only; unique for ever: never claimed twice."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="lines")
    programme_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    place_id = models.BigIntegerField()
    series_id = models.BigIntegerField()
    voucher_id = models.BigIntegerField()
    generation = models.SmallIntegerField()
    pattern = models.SmallIntegerField()
    cents = models.IntegerField()
    redeemed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series_id", "voucher_id", "generation"], name="settlement_claimline_once"),
            models.CheckConstraint(condition=Q(cents__gt=0), name="settlement_claimline_positive"),
        ]

    def __str__(self) -> str:
        return f"line {self.pk}"


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
    prepared_by_id = models.BigIntegerField()
    prepared_at = models.DateTimeField()
    approval_id = models.BigIntegerField(null=True)
    approved_by_id = models.BigIntegerField(null=True)
    approved_at = models.DateTimeField(null=True)
    file_digest = models.BinaryField(max_length=32, null=True)
    file_written_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_reason = models.CharField(max_length=200, blank=True, default="")
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_within("state", RunState), name="settlement_run_state"),
            models.CheckConstraint(condition=_two_people("prepared_by_id", "approved_by_id"), name="settlement_run_two_people"),
            models.CheckConstraint(
                condition=Q(approved_by_id__isnull=True, approved_at__isnull=True)
                | Q(approved_by_id__isnull=False, approved_at__isnull=False),
                name="settlement_run_approval_whole",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[RunState.PREPARED.value, RunState.CANCELLED.value]) | Q(approved_at__isnull=False),
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
            models.CheckConstraint(condition=_within("state", TransferState), name="settlement_transfer_state"),
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
            models.CheckConstraint(condition=_within("state", ClosingState), name="settlement_closing_state"),
            models.CheckConstraint(condition=_two_people("prepared_by_id", "approved_by_id"), name="settlement_closing_two_people"),
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
