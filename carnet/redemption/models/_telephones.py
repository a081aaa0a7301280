"""Telephones that write by text message, and the messages."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Telephone(models.Model):
    """A telephone that spends for a place by text message. Its number is known by its mark only; taken away, it is forgotten."""

    organisation_id = models.BigIntegerField()
    place_id = models.BigIntegerField()
    number_mark = models.BinaryField(max_length=32, null=True)
    last_digits = models.CharField(max_length=2, blank=True)
    language = models.CharField(max_length=2, default="fr")
    asked_at = models.DateTimeField()
    asked_by_id = models.BigIntegerField(null=True)
    confirmation_mark = models.BinaryField(max_length=32)
    confirmation_expires_at = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["number_mark"],
                condition=models.Q(confirmed_at__isnull=False, revoked_at__isnull=True),
                name="redemption_telephone_of_one_place",
            ),
            models.CheckConstraint(
                condition=models.Q(revoked_at__isnull=True, number_mark__isnull=False)
                | models.Q(revoked_at__isnull=False, number_mark__isnull=True),
                name="redemption_telephone_forgotten",
            ),
            models.CheckConstraint(condition=models.Q(language__in=["fr", "en"]), name="redemption_telephone_language"),
        ]
        indexes = [
            models.Index(fields=["organisation_id", "asked_at"], name="redemption_telephone_of_place"),
            models.Index(fields=["number_mark", "asked_at"], name="redemption_telephone_number"),
        ]

    def __str__(self) -> str:
        return f"telephone {self.pk}"


class IncomingText(models.Model):
    """A text message of a place's telephone and what became of each of its lines. Append-only. Holds nothing of what was written.

    `outcomes`, `redemption_numbers` and `voucher_serials` go together, line by line; the last two are empty where nothing was spent.
    """

    telephone = models.ForeignKey(Telephone, on_delete=models.PROTECT, related_name="+")
    organisation_id = models.BigIntegerField()
    message_mark = models.BinaryField(max_length=32, unique=True)
    outcomes = ArrayField(models.CharField(max_length=40))
    redemption_numbers = ArrayField(models.CharField(max_length=60))
    voucher_serials = ArrayField(models.CharField(max_length=40))
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["telephone", "at"], name="redemption_text_of_telephone")]

    def __str__(self) -> str:
        return f"text {self.pk}"


class OutgoingText(models.Model):
    """A text message to send, sealed whole; the row goes once it is sent, or given up."""

    sealed_to = models.BinaryField()
    sealed_body = models.BinaryField()
    made_at = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"outgoing text {self.pk}"


class Stranger(models.Model):
    """A number nobody registered that wrote lately, by its mark: answered once a day, then forgotten."""

    number_mark = models.BinaryField(max_length=32, unique=True)
    answered_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"stranger {self.pk}"
