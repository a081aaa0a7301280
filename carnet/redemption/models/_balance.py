"""Tries on the page of holders. Nothing in a row says where it came from, which number was asked, or what was answered."""

from django.db import models
from django.db.models import Q


class BalanceTry(models.Model):
    """Somebody asked what is left of a booklet. Counted for a legal day, forgotten two days later.

    The three marks are keyed hashes whose key changes every day: of the network asked from, of the number, of the secret.
    """

    address_mark = models.BinaryField(max_length=32)
    number_mark = models.BinaryField(max_length=32)
    secret_mark = models.BinaryField(max_length=32)
    was_wrong = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["address_mark"], name="redemption_balance_from"),
            models.Index(fields=["number_mark"], condition=Q(was_wrong=True), name="redemption_balance_number"),
            models.Index(fields=["at"], condition=Q(was_wrong=True), name="redemption_balance_wrong"),
        ]

    def __str__(self) -> str:
        return f"balance try {self.pk}"
