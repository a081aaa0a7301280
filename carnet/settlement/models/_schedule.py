"""What decides when and whether a place is paid: bands of approvers, holds, payments asked for."""

from django.db import models
from django.db.models import Q

from carnet.settlement.models._claims import Claim, CutOff


class BandsVersion(models.Model):
    """How many people approve a payment of a programme, by amount, from a decision on. Append-only: the latest row is in force."""

    programme_id = models.BigIntegerField()
    bands = models.JSONField()  # [[whole cents or null, people], ...]
    reason = models.CharField(max_length=200)
    set_by_id = models.BigIntegerField()
    set_at = models.DateTimeField()
    request_id = models.UUIDField(unique=True)

    class Meta:
        indexes = [models.Index(fields=["programme_id", "id"], name="settlement_bands_programme")]

    def __str__(self) -> str:
        return f"bands {self.pk}"


class Hold(models.Model):
    """What one place operator is owed, or one claim of it, kept back for a while by a person's decision."""

    programme_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, null=True, related_name="holds")
    reason = models.CharField(max_length=500)
    words = models.CharField(max_length=300)
    phone = models.CharField(max_length=30)
    placed_by_id = models.BigIntegerField()
    placed_at = models.DateTimeField()
    until = models.DateTimeField()
    renewal_count = models.SmallIntegerField(default=0)
    released_at = models.DateTimeField(null=True)
    released_by_id = models.BigIntegerField(null=True)
    released_because = models.CharField(max_length=200, blank=True, default="")
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme_id", "organisation_id", "claim"],
                condition=Q(released_at__isnull=True),
                nulls_distinct=False,
                name="settlement_hold_one",
            ),
            models.CheckConstraint(condition=Q(until__gt=models.F("placed_at")), name="settlement_hold_ends"),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(words="") & ~Q(phone=""), name="settlement_hold_says_why"),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True, released_because="") | (Q(released_at__isnull=False) & ~Q(released_because="")),
                name="settlement_hold_released_because",
            ),
        ]

    def __str__(self) -> str:
        return f"hold {self.pk}"


class PaymentRequest(models.Model):
    """A place asking to be paid everything it accepted before `until`, where the programme pays on demand."""

    programme_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    until = models.DateTimeField()
    payable_on = models.DateField()
    requested_by_id = models.BigIntegerField()
    cut_off = models.ForeignKey(CutOff, on_delete=models.PROTECT, null=True, related_name="requests")
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme_id", "organisation_id"], condition=Q(cut_off__isnull=True), name="settlement_request_one_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"payment request {self.pk}"


class HeldForCase(models.Model):
    """What one cut-off left out of a place's claims because a case was open. Append-only: what is paid later is in a later claim."""

    cut_off = models.ForeignKey(CutOff, on_delete=models.PROTECT, related_name="held_for_cases")
    case_id = models.BigIntegerField()
    programme_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    place_id = models.BigIntegerField()
    voucher_count = models.IntegerField()
    cents = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cut_off", "case_id"], name="settlement_heldforcase_once"),
            models.CheckConstraint(condition=Q(voucher_count__gt=0, cents__gt=0), name="settlement_heldforcase_positive"),
        ]
        indexes = [models.Index(fields=["programme_id", "organisation_id"], name="settlement_heldforcase_payee")]

    def __str__(self) -> str:
        return f"held {self.pk}"
