"""Versions of a programme's keys, as far as the public may know: when drawn, when ended. The keys themselves are in the ring."""

from django.db import models
from django.db.models import Q


class KeyVersion(models.Model):
    """One version: a row once it was drawn by hand, or ended. Who did it is in the journal; no key is here, not even a public one."""

    programme_id = models.BigIntegerField()
    version = models.SmallIntegerField()
    drawn_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme_id", "version"], name="issuing_keyversion_once"),
            models.CheckConstraint(condition=Q(version__gte=1, version__lte=255), name="issuing_keyversion_number"),
        ]

    def __str__(self) -> str:
        return f"keys {self.version} of programme {self.programme_id}"


class KeyCopy(models.Model):
    """One version as the first machine that held it saw it: a digest of its public half. Several digests of one version are several folders."""

    programme_id = models.BigIntegerField()
    version = models.SmallIntegerField()
    fingerprint = models.CharField(max_length=32)
    machine = models.CharField(max_length=120)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme_id", "version", "fingerprint"], name="issuing_keycopy_once")]

    def __str__(self) -> str:
        return f"keys {self.version} of programme {self.programme_id} on {self.machine}"
