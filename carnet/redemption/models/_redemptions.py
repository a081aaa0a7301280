"""Vouchers spent, and redemptions undone."""

from django.db import models


class Redemption(models.Model):
    """One voucher accepted. Append-only. `generation` counts the reversals before it.

    A service that costs several vouchers has one row each, of one `group_id`, ranked from 1; both null for a voucher alone.
    """

    pk = models.CompositePrimaryKey("series_id", "voucher_id", "generation")
    series_id = models.BigIntegerField()
    voucher_id = models.BigIntegerField()
    generation = models.SmallIntegerField()
    programme_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    place_id = models.BigIntegerField()
    service_code = models.CharField(max_length=60)
    attended_on = models.DateField()
    channel = models.CharField(max_length=8)
    actor_person_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField()
    at = models.DateTimeField()
    group_id = models.UUIDField(null=True)
    group_rank = models.SmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(group_id__isnull=True, group_rank__isnull=True) | models.Q(group_id__isnull=False, group_rank__gt=0),
                name="redemption_group_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["group_id"], condition=models.Q(group_id__isnull=False), name="redemption_of_group"),
            models.Index(fields=["organisation_id", "at"], name="redemption_of_organisation"),
            models.Index(fields=["programme_id", "at"], name="redemption_of_programme"),
        ]


class Reversal(models.Model):
    """A redemption undone. Append-only."""

    pk = models.CompositePrimaryKey("series_id", "voucher_id", "generation")
    series_id = models.BigIntegerField()
    voucher_id = models.BigIntegerField()
    generation = models.SmallIntegerField()
    programme_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    actor_person_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(unique=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["programme_id", "at"], name="redemption_reversal_programme")]
