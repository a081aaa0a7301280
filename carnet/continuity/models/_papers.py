"""Vouchers known by a list of serials only, and what places claim for them on paper proof."""

from django.db import models

from carnet.continuity.rules.papers import SERIAL_MAX, PaperClaimState, PaperState


class PaperFile(models.Model):
    """A list of serials taken over, whole: by whom, when, from which file. Append-only."""

    programme_id = models.BigIntegerField()
    agreement_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    sha256 = models.BinaryField(max_length=32)
    line_count = models.IntegerField()
    funded_count = models.IntegerField()
    funded_cents = models.BigIntegerField()
    claims_until = models.DateField()
    taken_at = models.DateTimeField()
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme_id", "sha256"], name="continuity_paperfile_once")]

    def __str__(self) -> str:
        return f"list {self.pk}"


class PaperVoucher(models.Model):
    """One line of such a list. Append-only. `voucher_id` and `series_id`: what circulates for it in the ledger; none for what was spent before."""

    file = models.ForeignKey(PaperFile, on_delete=models.PROTECT, related_name="+")
    programme_id = models.BigIntegerField()
    serial = models.CharField(max_length=SERIAL_MAX)
    value_cents = models.IntegerField()
    state = models.CharField(max_length=12)
    accepted_until = models.DateField()
    siret = models.CharField(max_length=14, blank=True)
    series_id = models.BigIntegerField(null=True)
    voucher_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme_id", "serial"], name="continuity_papervoucher_serial"),
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in PaperState]), name="continuity_papervoucher_state"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["handed_over", "owed"], series_id__isnull=False, voucher_id__isnull=False)
                | models.Q(state__in=["redeemed", "void"], series_id__isnull=True, voucher_id__isnull=True),
                name="continuity_papervoucher_circulates",
            ),
        ]

    def __str__(self) -> str:
        return f"paper {self.pk}"


class PaperClaim(models.Model):
    """What one place claims on one proof: a few serials, each once. Two people of the operator accept it, or one refuses it."""

    programme_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    operator_id = models.BigIntegerField()
    place_id = models.BigIntegerField()
    line_count = models.SmallIntegerField()
    cents = models.BigIntegerField()
    paper_kept = models.BooleanField()
    sealed_photograph = models.BinaryField(null=True)
    photograph_digest = models.BinaryField(max_length=32, null=True)
    state = models.CharField(max_length=10, default=PaperClaimState.WAITING.value)
    approval_id = models.BigIntegerField(null=True)
    claimed_at = models.DateTimeField()
    claimed_by_id = models.BigIntegerField()
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in PaperClaimState]), name="continuity_paperclaim_state"
            ),
            models.CheckConstraint(
                condition=models.Q(state="WAITING", decided_at__isnull=True)
                | (~models.Q(state="WAITING") & models.Q(decided_at__isnull=False)),
                name="continuity_paperclaim_decided_dated",
            ),
            models.CheckConstraint(
                condition=models.Q(paper_kept=True) | models.Q(photograph_digest__isnull=False), name="continuity_paperclaim_proved"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation_id", "claimed_at"], name="continuity_paperclaim_of"),
            models.Index(fields=["programme_id", "state"], name="continuity_paperclaim_state_of"),
        ]

    def __str__(self) -> str:
        return f"claim on paper {self.pk}"


class PaperClaimLine(models.Model):
    """One serial of a claim. `stands` until the claim is refused: a serial stands in one claim only, whatever the code above does."""

    claim = models.ForeignKey(PaperClaim, on_delete=models.PROTECT, related_name="+")
    voucher = models.ForeignKey(PaperVoucher, on_delete=models.PROTECT, related_name="+")
    programme_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    service_code = models.CharField(max_length=60)
    used_on = models.DateField()
    stands = models.BooleanField(default=True)
    redemption_number = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["voucher"], condition=models.Q(stands=True), name="continuity_paperclaimline_once"),
            models.UniqueConstraint(fields=["claim", "voucher"], name="continuity_paperclaimline_of"),
        ]

    def __str__(self) -> str:
        return f"line {self.pk} of a claim on paper"
