"""The end of validity: its steps, the decisions that moved them, statements signed by both sides, credit notes."""

from django.db import models
from django.db.models import F, Q

from carnet.settlement.models._closing import Closing
from carnet.settlement.models._columns import within
from carnet.settlement.rules.expiry import ExpiryStep as Step


class Expiry(models.Model):
    """The end of validity of one agreement's vouchers. Both ends are exclusive instants; the printed one never moves."""

    programme_id = models.BigIntegerField()
    agreement_id = models.BigIntegerField(unique=True)
    printed_until = models.DateTimeField()
    accepted_until = models.DateTimeField()
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(printed_until__lte=F("accepted_until")), name="settlement_expiry_ends_in_order"),
        ]
        indexes = [models.Index(fields=["programme_id"], name="settlement_expiry_programme")]

    def __str__(self) -> str:
        return f"expiry {self.pk}"


class ExpiryStep(models.Model):
    """One step: its legal day, when the timer called for somebody, and who confirmed it. `figures`: what was known then."""

    expiry = models.ForeignKey(Expiry, on_delete=models.PROTECT, related_name="steps")
    programme_id = models.BigIntegerField()
    kind = models.CharField(max_length=14)
    due_on = models.DateField()
    proposed_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    done_by_id = models.BigIntegerField(null=True)
    done_for_id = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=300, blank=True, default="")
    figures = models.JSONField(default=dict)
    request_id = models.UUIDField(null=True, unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["expiry", "kind"], name="settlement_expirystep_once"),
            models.CheckConstraint(condition=within("kind", Step), name="settlement_expirystep_kind"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by_id__isnull=True)
                | Q(done_at__isnull=False, done_by_id__isnull=False, proposed_at__isnull=False),
                name="settlement_expirystep_done_by",
            ),
        ]

    def __str__(self) -> str:
        return f"step {self.kind} of expiry {self.expiry_id}"


class ExpiryChange(models.Model):
    """One day moved by a decision: from, to, why and who. Append-only."""

    expiry = models.ForeignKey(Expiry, on_delete=models.PROTECT, related_name="changes")
    programme_id = models.BigIntegerField()
    kind = models.CharField(max_length=14)
    from_on = models.DateField()
    to_on = models.DateField()
    reason = models.CharField(max_length=300)
    decided_by_id = models.BigIntegerField()
    at = models.DateTimeField()
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=within("kind", Step), name="settlement_expirychange_kind"),
            models.CheckConstraint(condition=~Q(reason=""), name="settlement_expirychange_says_why"),
        ]

    def __str__(self) -> str:
        return f"change {self.pk}"


class JointStatement(models.Model):
    """One funder's figures at the end, for both sides to sign. Figures are frozen; `paper` is the signed PDF, kept as it was made."""

    programme_id = models.BigIntegerField()
    agreement_id = models.BigIntegerField()
    funder_id = models.BigIntegerField()
    round = models.SmallIntegerField()
    content = models.JSONField()
    return_cents = models.BigIntegerField()
    digest = models.BinaryField(max_length=32)
    made_at = models.DateTimeField()
    operator_signed_by_id = models.BigIntegerField(null=True)
    operator_signed_at = models.DateTimeField(null=True)
    funder_signed_by_id = models.BigIntegerField(null=True)
    funder_signed_at = models.DateTimeField(null=True)
    contested_by_id = models.BigIntegerField(null=True)
    contested_at = models.DateTimeField(null=True)
    contested_reason = models.CharField(max_length=300, blank=True, default="")
    withdrawn_at = models.DateTimeField(null=True)
    paper = models.BinaryField(null=True)
    paper_digest = models.BinaryField(max_length=32, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement_id", "funder_id", "round"], name="settlement_jointstatement_round"),
            models.UniqueConstraint(
                fields=["agreement_id", "funder_id"], condition=Q(withdrawn_at__isnull=True), name="settlement_jointstatement_one"
            ),
            models.CheckConstraint(
                condition=(Q(operator_signed_at__isnull=True) | Q(operator_signed_by_id__isnull=False))
                & (Q(funder_signed_at__isnull=True) | Q(funder_signed_by_id__isnull=False))
                & (Q(contested_at__isnull=True) | Q(contested_by_id__isnull=False) & ~Q(contested_reason="")),
                name="settlement_jointstatement_says_who",
            ),
            models.CheckConstraint(
                condition=Q(paper__isnull=True, paper_digest__isnull=True)
                | Q(paper__isnull=False, paper_digest__isnull=False, operator_signed_at__isnull=False, funder_signed_at__isnull=False),
                name="settlement_jointstatement_paper_of_both",
            ),
            models.CheckConstraint(
                condition=Q(operator_signed_by_id__isnull=True)
                | Q(funder_signed_by_id__isnull=True)
                | ~Q(operator_signed_by_id=F("funder_signed_by_id")),
                name="settlement_jointstatement_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"joint statement {self.pk}"


class CreditNote(models.Model):
    """What one closing credits one funder with: face value only. Append-only; numbered without a gap in its programme and year."""

    closing = models.ForeignKey(Closing, on_delete=models.PROTECT, related_name="credit_notes")
    programme_id = models.BigIntegerField()
    agreement_id = models.BigIntegerField()
    funder_id = models.BigIntegerField()
    year = models.SmallIntegerField()
    number = models.IntegerField()
    circulation_cents = models.BigIntegerField()
    unissued_cents = models.BigIntegerField()
    content = models.JSONField()
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme_id", "year", "number"], name="settlement_creditnote_number"),
            models.UniqueConstraint(fields=["closing", "funder_id"], name="settlement_creditnote_once"),
            models.CheckConstraint(
                condition=Q(number__gt=0, circulation_cents__gte=0, unissued_cents__gte=0), name="settlement_creditnote_real"
            ),
        ]

    def __str__(self) -> str:
        return f"credit note {self.pk}"
