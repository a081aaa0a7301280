"""What was said outside of the sealed chains, one row a day, and where each line went. Of the installation: no wall, nothing of anybody in it."""

from django.db import models
from django.db.models import Q


class Anchor(models.Model):
    """One day's line, as signed: `chains` is the head of every sealed chain. Append-only; whoever kept the line checks the database by it."""

    number = models.BigIntegerField(unique=True)
    day = models.DateField(unique=True)
    made_at = models.DateTimeField()
    site = models.CharField(max_length=300)
    at = models.CharField(max_length=40)  # as it is signed
    previous = models.CharField(max_length=64, blank=True)
    resumes = models.BigIntegerField()
    chains = models.TextField()
    key = models.CharField(max_length=64)
    next_key = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)
    signature = models.CharField(max_length=88)
    public_key = models.CharField(max_length=44)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(number__gt=0) & Q(resumes__lt=models.F("number")), name="continuity_anchor_counts"),
        ]

    def __str__(self) -> str:
        return f"anchor {self.number}"


class AnchorSent(models.Model):
    """A line that went outside one way. Append-only. `count`: how many were written to; `token`: the timestamp that came back."""

    anchor = models.ForeignKey(Anchor, on_delete=models.PROTECT, related_name="sent")
    way = models.CharField(max_length=10)
    count = models.IntegerField(default=1)
    token = models.BinaryField(max_length=65_536, null=True)
    stamped_at = models.DateTimeField(null=True)
    authority = models.CharField(max_length=300, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["anchor", "way"], name="continuity_anchorsent_once"),
            models.CheckConstraint(condition=Q(way__in=["file", "mail", "timestamp"]), name="continuity_anchorsent_way"),
            models.CheckConstraint(
                condition=Q(way="timestamp", token__isnull=False, stamped_at__isnull=False)
                | (~Q(way="timestamp") & Q(token__isnull=True, stamped_at__isnull=True)),
                name="continuity_anchorsent_token",
            ),
        ]

    def __str__(self) -> str:
        return f"anchor {self.anchor_id} by {self.way}"
