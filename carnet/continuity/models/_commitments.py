"""What was published of a programme's money, one row a day, each chained to the day before."""

from django.db import models
from django.db.models import Q


class CommitmentDay(models.Model):
    """One day of one programme, as published: `content` is what was signed, byte for byte. Append-only.

    `digest` is its SHA-256; `content` names the digest of the day before, so that no day can be changed or taken out without it showing.
    """

    programme_id = models.BigIntegerField()
    number = models.IntegerField()
    day = models.DateField()
    content = models.TextField()
    digest = models.CharField(max_length=64)
    signature = models.BinaryField(max_length=64)
    key_version = models.SmallIntegerField()
    public_key = models.BinaryField(max_length=32)
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme_id", "number"], name="continuity_commitmentday_number"),
            models.UniqueConstraint(fields=["programme_id", "day"], name="continuity_commitmentday_once"),
            models.CheckConstraint(condition=Q(number__gt=0), name="continuity_commitmentday_counts"),
        ]
        indexes = [models.Index(fields=["-day"], name="continuity_commitmentday_day")]

    def __str__(self) -> str:
        return f"commitments of programme {self.programme_id} on {self.day}"
