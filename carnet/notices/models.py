"""The outbox."""

from django.db import models

# Column: purpose, lifetime. Read by the data map.
PERSONAL_DATA = {"Notice.to_email": ("reach the person the notice is for", "emptied once sent")}


class Notice(models.Model):
    """One message to one address. The address is emptied once sent."""

    kind = models.CharField(max_length=60)
    to_email = models.CharField(max_length=254, blank=True)
    to_organisation_id = models.BigIntegerField(null=True)
    programme_id = models.BigIntegerField(null=True)
    language = models.CharField(max_length=5, default="fr")
    context = models.JSONField(default=dict)
    posted_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    attempts = models.SmallIntegerField(default=0)
    latest_error = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sent_at__isnull=False) | ~models.Q(to_email="") | models.Q(to_organisation_id__isnull=False),
                name="notices_notice_addressed",
            )
        ]
        indexes = [models.Index(fields=["id"], condition=models.Q(sent_at__isnull=True), name="notices_notice_waiting")]
