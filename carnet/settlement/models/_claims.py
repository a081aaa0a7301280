"""What places are owed: cut-offs, claims and their lines."""

from django.db import models
from django.db.models import Q

from carnet.settlement.models._columns import within
from carnet.settlement.rules import ClaimState, SetAsideReason


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
    promised_on = models.DateField(null=True)  # the day announced for its first voucher; None for claims older than this column
    paid_on = models.DateField(null=True)
    redrawn_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="successors")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cut_off", "agreement_id", "organisation_id"],
                condition=Q(redrawn_from__isnull=True),
                name="settlement_claim_once",
            ),
            models.CheckConstraint(condition=within("state", ClaimState), name="settlement_claim_state"),
            models.CheckConstraint(condition=Q(cents__gt=0, voucher_count__gt=0), name="settlement_claim_positive"),
            models.CheckConstraint(
                condition=(Q(state=ClaimState.SET_ASIDE.value, set_aside_at__isnull=False) & within("set_aside_reason", SetAsideReason))
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
    """One redemption, claimed; unique for ever: never claimed twice. Append-only, but for the account it is in, once that one was redrawn."""

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
