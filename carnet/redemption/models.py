"""Tables of redemptions. Written by ``redeem_many`` only, under its own database role."""

from django.db import models


class Redemption(models.Model):
    """One voucher accepted. Append-only. `generation` counts the reversals before it."""

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

    class Meta:
        indexes = [
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


class Attempt(models.Model):
    """A try that was refused, with its reason and without the code. Append-only."""

    organisation_id = models.BigIntegerField()
    place_id = models.BigIntegerField(null=True)
    actor_person_id = models.BigIntegerField(null=True)
    token_id = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=8)
    reason = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["organisation_id", "at"],
                condition=models.Q(reason__in=["code-mistyped", "voucher-unknown"]),
                name="redemption_attempt_guess",
            )
        ]
