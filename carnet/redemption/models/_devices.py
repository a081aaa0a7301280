"""Devices that accept without network, and what they sent."""

from django.db import models

from carnet.redemption.rules import CENTS_MOST, COUNT_MOST, DEVICE_NAME_MAX, HOURS_MOST, SERVICE_LENGTH_MAX


class Device(models.Model):
    """A tablet or a telephone of a place that accepts without network. Its private key never leaves it."""

    organisation_id = models.BigIntegerField()
    place_id = models.BigIntegerField()
    name = models.CharField(max_length=DEVICE_NAME_MAX)
    public_key = models.BinaryField()
    count_max = models.SmallIntegerField()
    limit_cents = models.IntegerField()
    hours_max = models.SmallIntegerField()
    enrolled_at = models.DateTimeField()
    enrolled_by_id = models.BigIntegerField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by_id = models.BigIntegerField(null=True)
    latest_seen_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(revoked_at__isnull=True, revoked_by_id__isnull=True)
                | models.Q(revoked_at__isnull=False, revoked_by_id__isnull=False),
                name="redemption_device_revoked_paired",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    count_max__gt=0,
                    count_max__lte=COUNT_MOST,
                    limit_cents__gt=0,
                    limit_cents__lte=CENTS_MOST,
                    hours_max__gt=0,
                    hours_max__lte=HOURS_MOST,
                ),
                name="redemption_device_limits",
            ),
        ]
        indexes = [models.Index(fields=["organisation_id", "place_id"], name="redemption_device_of_place")]

    def __str__(self) -> str:
        return f"device {self.pk}"


class UploadedItem(models.Model):
    """An acceptance without network as it was received, and what became of it. Append-only. Holds no code.

    `outcome`: 'confirmed', or the code of the refusal. `body_hash` is of the text that was signed (or said to be: `signed`).
    """

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="+")
    organisation_id = models.BigIntegerField()
    place_id = models.BigIntegerField()
    programme_id = models.BigIntegerField(null=True)
    key = models.UUIDField(null=True)
    counter = models.BigIntegerField(null=True)
    body_hash = models.BinaryField()
    signed = models.BooleanField()
    follows = models.BooleanField()
    service_code = models.CharField(max_length=SERVICE_LENGTH_MAX, blank=True)
    device_at = models.DateTimeField(null=True)
    attended_on = models.DateField(null=True)
    received_at = models.DateTimeField()
    outcome = models.CharField(max_length=40)
    redemption_number = models.CharField(max_length=60, blank=True)
    voucher_serial = models.CharField(max_length=40, blank=True)
    value_cents = models.IntegerField(null=True)
    # What the refusal's sentence tells: the moment (of the other redemption, of the end, of the revocation) and the place.
    told_at = models.DateTimeField(null=True)
    told_place_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "body_hash", "signed"], name="redemption_uploaded_once")]
        indexes = [
            models.Index(fields=["organisation_id", "received_at"], name="redemption_uploaded_of_place"),
            models.Index(fields=["device", "counter"], name="redemption_uploaded_counter"),
        ]

    def __str__(self) -> str:
        return f"item {self.pk}"
