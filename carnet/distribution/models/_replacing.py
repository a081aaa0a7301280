"""Booklets blocked and replaced. No row names a person."""

from django.db import models
from django.db.models import F, Q

from carnet.distribution.models._handing import HandOver
from carnet.distribution.rules import REPLACED_FOR, FoundBy


class Replacement(models.Model):
    """What was left of a booklet handed over was blocked; as much is owed, then given, by `organisation`. It names no person.

    `hand_over` tells apart the people who had vouchers of one booklet; `gave_organisation` is the desk that gave it.
    """

    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    gave_organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    hand_over = models.ForeignKey(HandOver, on_delete=models.PROTECT, related_name="replacements")
    series_id = models.BigIntegerField()
    booklet_id = models.BigIntegerField()
    voucher_count = models.IntegerField()
    reason = models.CharField(max_length=8)
    found_by = models.CharField(max_length=10)
    opened_at = models.DateTimeField()
    opened_by_id = models.BigIntegerField()
    given_hand_over = models.OneToOneField(HandOver, on_delete=models.PROTECT, null=True, related_name="replaces")
    given_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hand_over", "booklet_id"], name="distribution_replacement_once"),
            models.CheckConstraint(condition=Q(voucher_count__gt=0), name="distribution_replacement_positive"),
            models.CheckConstraint(condition=Q(reason__in=[each.value for each in REPLACED_FOR]), name="distribution_replacement_reason"),
            models.CheckConstraint(condition=Q(found_by__in=[each.value for each in FoundBy]), name="distribution_replacement_found"),
            models.CheckConstraint(
                condition=Q(given_at__isnull=True, given_hand_over__isnull=True)
                | Q(given_at__isnull=False, given_hand_over__isnull=False, given_at__gte=F("opened_at")),
                name="distribution_replacement_given",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "-opened_at"], name="distribution_replacement_desk")]

    def __str__(self) -> str:
        return f"replacement {self.pk}"
