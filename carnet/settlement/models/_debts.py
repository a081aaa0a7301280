"""What places owe back, what was kept from their payments, what was asked for, and the advice each payment left with.

Debts, advices and terms are append-only; of a netting only when it was booked or came undone is ever written
(migrations, the triggers of `settlement_debts`).
"""

from django.db import models
from django.db.models import F, Q

from carnet.settlement.models._claims import Claim
from carnet.settlement.models._columns import two_people, within
from carnet.settlement.models._payments import Transfer
from carnet.settlement.rules.debts import NoteState, PaperKind


class RecoveryTerms(models.Model):
    """When a programme asks for what is owed back, and how long it gives. Append-only: the latest row holds."""

    programme_id = models.BigIntegerField()
    ask_after_days = models.SmallIntegerField()
    due_within_days = models.SmallIntegerField()
    set_by_id = models.BigIntegerField()
    set_at = models.DateTimeField()
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ask_after_days__gt=0, due_within_days__gt=0), name="settlement_recoveryterms_positive")
        ]
        indexes = [models.Index(fields=["programme_id", "id"], name="settlement_recoveryterms_of")]

    def __str__(self) -> str:
        return f"terms {self.pk}"


class Debt(models.Model):
    """One voucher a place's organisation was paid, or is about to be paid, and owes back. Append-only; once per redemption."""

    programme_id = models.BigIntegerField()
    agreement_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    place_id = models.BigIntegerField()
    dispute = models.CharField(max_length=20)
    series_id = models.BigIntegerField()
    voucher_id = models.BigIntegerField()
    generation = models.SmallIntegerField()
    pattern = models.SmallIntegerField()
    cents = models.IntegerField()
    redeemed_at = models.DateTimeField()
    owed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series_id", "voucher_id", "generation"], name="settlement_debt_once"),
            models.CheckConstraint(condition=Q(cents__gt=0), name="settlement_debt_positive"),
        ]
        indexes = [models.Index(fields=["agreement_id", "organisation_id"], name="settlement_debt_of")]

    def __str__(self) -> str:
        return f"debt {self.pk}"


class Netting(models.Model):
    """A debt kept from a claim. `transfer` is None when the whole claim was kept and no bank line is needed.

    Booked when the bank confirms (at once without a transfer); undone with the payment it was kept from.
    """

    debt = models.ForeignKey(Debt, on_delete=models.PROTECT, related_name="nettings")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="nettings")
    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, null=True, related_name="nettings")
    programme_id = models.BigIntegerField()
    agreement_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    cents = models.IntegerField()
    kept_at = models.DateTimeField()
    booked_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            # One living netting of a debt, whatever two runs believe at the same instant.
            models.UniqueConstraint(fields=["debt"], condition=Q(undone_at__isnull=True), name="settlement_netting_one_living"),
            models.CheckConstraint(condition=Q(cents__gt=0), name="settlement_netting_positive"),
            models.CheckConstraint(
                condition=Q(transfer__isnull=False) | Q(booked_at__isnull=False, undone_at__isnull=True),
                name="settlement_netting_whole_is_booked",
            ),
        ]
        indexes = [models.Index(fields=["agreement_id", "organisation_id"], name="settlement_netting_of")]

    def __str__(self) -> str:
        return f"netting {self.pk}"


class Numbering(models.Model):
    """The latest number of one kind of paper, by operator and year: taken under the row's lock, given back by a rollback."""

    operator_id = models.BigIntegerField()
    kind = models.CharField(max_length=12)
    year = models.SmallIntegerField()
    latest = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["operator_id", "kind", "year"], name="settlement_numbering_once"),
            models.CheckConstraint(condition=within("kind", PaperKind), name="settlement_numbering_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}"


class Advice(models.Model):
    """The remittance advice one payment left with. Append-only: a payment that comes back is paid again under another advice."""

    operator_id = models.BigIntegerField()
    year = models.SmallIntegerField()
    number = models.IntegerField()
    programme_id = models.BigIntegerField()
    agreement_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="advices")
    transfer = models.OneToOneField(Transfer, on_delete=models.PROTECT, null=True, related_name="advice")
    claim_cents = models.BigIntegerField()
    netted_cents = models.BigIntegerField()
    execute_on = models.DateField()
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["operator_id", "year", "number"], name="settlement_advice_number"),
            models.UniqueConstraint(fields=["claim"], condition=Q(transfer__isnull=True), name="settlement_advice_whole_once"),
            models.CheckConstraint(
                condition=Q(claim_cents__gt=0, netted_cents__gte=0, netted_cents__lte=F("claim_cents")), name="settlement_advice_adds_up"
            ),
        ]
        indexes = [models.Index(fields=["organisation_id", "id"], name="settlement_advice_payee")]

    def __str__(self) -> str:
        return f"advice {self.year}-{self.number}"


class DebitNote(models.Model):
    """What one place's organisation is asked to send back, under one agreement. Amount, account and number are frozen."""

    operator_id = models.BigIntegerField()
    year = models.SmallIntegerField()
    number = models.IntegerField()
    programme_id = models.BigIntegerField()
    agreement_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    cents = models.BigIntegerField()
    holder = models.CharField(max_length=140)
    iban = models.CharField(max_length=34)
    bic = models.CharField(max_length=11, blank=True, default="")
    issued_on = models.DateField()
    due_on = models.DateField()
    state = models.CharField(max_length=12, default=NoteState.ISSUED.value)
    issued_by_id = models.BigIntegerField()
    issued_at = models.DateTimeField()
    reference = models.CharField(max_length=140, blank=True, default="")
    paid_on = models.DateField(null=True)
    told_by_id = models.BigIntegerField(null=True)
    told_at = models.DateTimeField(null=True)
    confirmed_by_id = models.BigIntegerField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    refused_reason = models.CharField(max_length=200, blank=True, default="")
    withdrawn_reason = models.CharField(max_length=200, blank=True, default="")
    withdrawn_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["operator_id", "year", "number"], name="settlement_debitnote_number"),
            # A line of the bank pays one note.
            models.UniqueConstraint(
                fields=["agreement_id", "reference"], condition=~Q(reference=""), name="settlement_debitnote_reference"
            ),
            models.CheckConstraint(condition=within("state", NoteState), name="settlement_debitnote_state"),
            models.CheckConstraint(condition=two_people("told_by_id", "confirmed_by_id"), name="settlement_debitnote_two_people"),
            models.CheckConstraint(condition=Q(cents__gt=0, due_on__gte=F("issued_on")), name="settlement_debitnote_positive"),
            models.CheckConstraint(
                condition=~Q(state__in=[NoteState.PAYMENT_TOLD.value, NoteState.PAID.value])
                | Q(paid_on__isnull=False, told_by_id__isnull=False, told_at__isnull=False) & ~Q(reference=""),
                name="settlement_debitnote_told_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state=NoteState.PAID.value) | Q(confirmed_by_id__isnull=False, confirmed_at__isnull=False),
                name="settlement_debitnote_confirmed",
            ),
            models.CheckConstraint(
                condition=~Q(state=NoteState.WITHDRAWN.value) | Q(withdrawn_at__isnull=False) & ~Q(withdrawn_reason=""),
                name="settlement_debitnote_withdrawn_says_why",
            ),
        ]
        indexes = [models.Index(fields=["agreement_id", "organisation_id"], name="settlement_debitnote_of")]

    def __str__(self) -> str:
        return f"debit note {self.year}-{self.number}"


class DebitNoteLine(models.Model):
    """One debt on one debit note; `withdrawn_at` with its note, so that it may be kept from a payment again."""

    note = models.ForeignKey(DebitNote, on_delete=models.PROTECT, related_name="lines")
    debt = models.ForeignKey(Debt, on_delete=models.PROTECT, related_name="note_lines")
    programme_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    cents = models.IntegerField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["debt"], condition=Q(withdrawn_at__isnull=True), name="settlement_debitnoteline_one_living"),
            models.CheckConstraint(condition=Q(cents__gt=0), name="settlement_debitnoteline_positive"),
        ]

    def __str__(self) -> str:
        return f"line {self.pk}"
