"""What each night did to what is kept of people: numbers only, the proof that they were archived and erased in time."""

from django.db import models
from django.db.models import Q


class RetentionRun(models.Model):
    """One day, in one programme: how many people were archived and erased, with the digest of their numbers; and how many there are of each.

    `archived_digest`, `erased_digest`: SHA-256 of the numbers in order (``rules.retention.digest_of_numbers``), so that a list shown later
    can be checked against what was done.
    """

    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    archived_count = models.IntegerField()
    erased_count = models.IntegerField()
    archived_digest = models.BinaryField(max_length=32)
    erased_digest = models.BinaryField(max_length=32)
    people_in_use = models.IntegerField()
    people_archived = models.IntegerField()
    people_erased = models.IntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "day"], name="mandates_retention_once_a_day"),
            models.CheckConstraint(
                condition=Q(
                    archived_count__gte=0, erased_count__gte=0, people_in_use__gte=0, people_archived__gte=0,
                    people_erased__gte=models.F("erased_count"),
                ),
                name="mandates_retention_counts",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"retention of programme {self.programme_id} on {self.day}"
