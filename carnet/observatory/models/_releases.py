"""What was published: each release of open data, its files as they were given out, and the counts behind them that nobody reads."""

from django.db import models


class Release(models.Model):
    """One release: the months up to `month_on`, frozen. `revision` 0 is the month's own; later ones correct it. Append-only.

    `moved`: what a correction changed, cell by cell, as the changelog says it; nothing hidden is in it.
    """

    month_on = models.DateField()
    revision = models.SmallIntegerField()
    made_at = models.DateTimeField()
    line_count = models.IntegerField()
    hidden_count = models.IntegerField()
    digest = models.CharField(max_length=64)
    moved = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["month_on", "revision"], name="observatory_release_once"),
            models.CheckConstraint(condition=models.Q(revision__gte=0), name="observatory_release_revision"),
        ]

    def __str__(self) -> str:
        return f"release {self.pk}"


class ReleaseFile(models.Model):
    """A file of a release, byte for byte, deflated. `digest`: SHA-256 of what is given out. Append-only."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=60)
    size = models.IntegerField()
    digest = models.CharField(max_length=64)
    deflated = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["release", "name"], name="observatory_releasefile_once")]

    def __str__(self) -> str:
        return f"release file {self.pk}"


class ReleaseTruth(models.Model):
    """The counts a release was made of, the hidden ones too: what later releases must not betray. Read by the making of releases alone."""

    release = models.OneToOneField(Release, on_delete=models.PROTECT, related_name="truth")
    deflated = models.BinaryField()

    def __str__(self) -> str:
        return f"release truth {self.pk}"
