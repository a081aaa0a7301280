"""Sheets filled by hand, their lines, their photographs."""

from django.db import models


class Sheet(models.Model):
    """A sheet of paper a place fills in while it has no device, typed later. Finished once, by a person."""

    organisation_id = models.BigIntegerField()
    place_id = models.BigIntegerField()
    # The operator that opened it for the place, or that the place entrusted it to: it may see and type it.
    operator_id = models.BigIntegerField(null=True)
    number = models.IntegerField()
    opened_at = models.DateTimeField()
    opened_by_id = models.BigIntegerField(null=True)
    finished_at = models.DateTimeField(null=True)
    finished_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place_id", "number"], name="redemption_sheet_number"),
            models.CheckConstraint(condition=models.Q(number__gt=0), name="redemption_sheet_number_from_one"),
            models.CheckConstraint(
                condition=models.Q(finished_at__isnull=False) | models.Q(finished_by_id__isnull=True), name="redemption_sheet_finished_once"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation_id", "id"], name="redemption_sheet_of_place"),
            models.Index(fields=["operator_id", "id"], condition=models.Q(operator_id__isnull=False), name="redemption_sheet_of_operator"),
        ]

    def __str__(self) -> str:
        return f"sheet {self.pk}"


class SheetLine(models.Model):
    """What became of one line of a sheet, each time it was typed. Append-only. Never holds a code.

    `outcome`: 'redeemed', or the code of the refusal.
    """

    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="+")
    organisation_id = models.BigIntegerField()
    position = models.SmallIntegerField()
    outcome = models.CharField(max_length=40)
    redemption_number = models.CharField(max_length=60, blank=True)
    voucher_serial = models.CharField(max_length=40, blank=True)
    value_cents = models.IntegerField(null=True)
    service_code = models.CharField(max_length=60, blank=True)
    attended_on = models.DateField(null=True)
    typed_by_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sheet", "position"], condition=models.Q(outcome="redeemed"), name="redemption_sheetline_once"),
            models.CheckConstraint(condition=models.Q(position__gt=0), name="redemption_sheetline_from_one"),
        ]

    def __str__(self) -> str:
        return f"line {self.position} of sheet {self.sheet_id}"


class SheetPicture(models.Model):
    """A photograph of a sheet or of vouchers, and the QR codes read on it: both sealed by the key ring, both erased with the sheet."""

    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="+")
    organisation_id = models.BigIntegerField()
    rank = models.SmallIntegerField()
    sealed_content = models.BinaryField(null=True)
    sealed_codes = models.BinaryField(null=True)
    added_at = models.DateTimeField()
    added_by_id = models.BigIntegerField(null=True)
    erased_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sheet", "rank"], name="redemption_sheetpicture_rank"),
            models.CheckConstraint(
                condition=models.Q(erased_at__isnull=True, sealed_content__isnull=False, sealed_codes__isnull=False)
                | models.Q(erased_at__isnull=False, sealed_content__isnull=True, sealed_codes__isnull=True),
                name="redemption_sheetpicture_erased_whole",
            ),
        ]
        indexes = [models.Index(fields=["added_at"], condition=models.Q(erased_at__isnull=True), name="redemption_sheetpicture_kept")]

    def __str__(self) -> str:
        return f"picture {self.rank} of sheet {self.sheet_id}"
