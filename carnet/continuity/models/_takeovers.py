"""Programmes taken over: how far the rows are, what came, the former journal's seals, the receipts that places brought."""

from django.db import models

from carnet.continuity.rules.takeovers import NOTE_LENGTH_MAX, RECEIPT_LENGTH_MAX, TakeoverState


class Takeover(models.Model):
    """One programme of another installation, from the first row copied beside to the moment it is all there."""

    programme_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()  # who operates the programme from now on
    programme_name = models.CharField(max_length=200)
    former_name = models.CharField(max_length=200)
    former_siret = models.CharField(max_length=14, blank=True)
    former_organisation_id = models.BigIntegerField(null=True)
    base_digest = models.CharField(max_length=64)
    latest_digest = models.CharField(max_length=64)
    signing_key = models.CharField(max_length=64)  # fingerprint of the key that signed, in hexadecimal
    base_number = models.IntegerField()
    latest_number = models.IntegerField()
    known_until = models.DateTimeField()
    state = models.CharField(max_length=10, default=TakeoverState.LOADING.value)
    begun_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=60, blank=True)
    row_count = models.BigIntegerField(default=0)
    archive_bytes = models.BigIntegerField(default=0)
    seconds = models.IntegerField(default=0)
    facts = models.JSONField(default=dict)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in TakeoverState]), name="continuity_takeover_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state="DONE", taken_at__isnull=False) | (~models.Q(state="DONE") & models.Q(taken_at__isnull=True)),
                name="continuity_takeover_done_dated",
            ),
            models.UniqueConstraint(
                fields=["programme_id"], condition=~models.Q(state="REFUSED"), name="continuity_takeover_one_per_programme"
            ),
        ]
        indexes = [models.Index(fields=["organisation_id"], name="continuity_takeover_of")]

    def __str__(self) -> str:
        return f"takeover {self.pk}"


class TakeoverPart(models.Model):
    """How many rows of one table of one step are copied beside: written in the same commit as those rows, so that a kill loses neither."""

    takeover = models.ForeignKey(Takeover, on_delete=models.CASCADE, related_name="+")
    organisation_id = models.BigIntegerField()
    step = models.IntegerField()
    table_name = models.CharField(max_length=63)
    row_count = models.BigIntegerField()
    done_count = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["takeover", "step", "table_name"], name="continuity_takeoverpart_once")]

    def __str__(self) -> str:
        return f"{self.table_name} of step {self.step}"


class FormerBlock(models.Model):
    """A sealed block of the former installation's journal, as it was handed over. Append-only: its chain is not ours, and goes no further."""

    takeover = models.ForeignKey(Takeover, on_delete=models.PROTECT, related_name="+")
    programme_id = models.BigIntegerField()
    table_name = models.CharField(max_length=63)
    number = models.BigIntegerField()
    from_xid = models.BigIntegerField()
    to_xid = models.BigIntegerField()
    row_count = models.BigIntegerField()
    rows = models.BinaryField()
    previous = models.BinaryField()
    digest = models.BinaryField()
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["takeover", "table_name", "number"], name="continuity_formerblock_number")]

    def __str__(self) -> str:
        return f"former block {self.number} of {self.table_name}"


class BroughtReceipt(models.Model):
    """A receipt of what a place accepted after the last increment, and what became of it. It holds no code: only the printed serial.

    `outcome`: 'written' (now), 'known' (it was here), or the code of the refusal, which waits for the operator until `settled_at`.
    """

    takeover = models.ForeignKey(Takeover, on_delete=models.PROTECT, related_name="+")
    programme_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    place_id = models.BigIntegerField()
    digest = models.BinaryField(max_length=32)
    receipt = models.CharField(max_length=RECEIPT_LENGTH_MAX)
    voucher_serial = models.CharField(max_length=40)
    service_code = models.CharField(max_length=60)
    value_cents = models.IntegerField()
    redeemed_at = models.DateTimeField()
    outcome = models.CharField(max_length=40)
    reason = models.CharField(max_length=60, blank=True)
    redemption_number = models.CharField(max_length=60, blank=True)
    told_at = models.DateTimeField(null=True)
    brought_by_id = models.BigIntegerField(null=True)
    brought_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by_id = models.BigIntegerField(null=True)
    note = models.CharField(max_length=NOTE_LENGTH_MAX, blank=True)
    request_id = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["takeover", "digest"], name="continuity_receipt_once"),
            models.CheckConstraint(
                condition=models.Q(settled_at__isnull=True, settled_by_id__isnull=True, note="")
                | (models.Q(settled_at__isnull=False, settled_by_id__isnull=False) & ~models.Q(note="")),
                name="continuity_receipt_settled_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation_id", "brought_at"], name="continuity_receipt_of_place"),
            models.Index(fields=["programme_id", "brought_at"], name="continuity_receipt_of"),
        ]

    def __str__(self) -> str:
        return f"receipt {self.pk}"
