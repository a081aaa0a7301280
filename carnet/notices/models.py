"""The outbox."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from carnet.gateways.webhooks import URL_LENGTH_MAX
from carnet.notices.rules import DeliveryState, EndpointState

# Column: purpose, lifetime. Read by the data map.
PERSONAL_DATA = {
    "Notice.to_email": ("reach the person the notice is for", "emptied once sent"),
    "TextNotice.sealed": ("tell a person who left a number, by text message", "deleted once sent, or after a day"),
}


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


class TextNotice(models.Model):
    """One text message on its way: its number, its kind and its facts, sealed. Deleted once sent."""

    sealed = models.BinaryField()
    posted_at = models.DateTimeField()
    attempts = models.SmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"text {self.pk}"


class WebhookEndpoint(models.Model):
    """An address of an organisation's own program, told of events. Its secrets are sealed by the key ring."""

    organisation_id = models.BigIntegerField()
    label = models.CharField(max_length=80, blank=True)
    url = models.CharField(max_length=URL_LENGTH_MAX)
    events = ArrayField(models.CharField(max_length=40))
    state = models.CharField(max_length=8, default=EndpointState.RUNNING.value)
    secret = models.BinaryField()
    earlier_secret = models.BinaryField(null=True)
    earlier_until = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    quiet_until = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    stopped_reason = models.CharField(max_length=20, blank=True, default="")
    created_by_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in EndpointState]), name="notices_webhookendpoint_state"
            ),
            models.CheckConstraint(condition=models.Q(events__len__gte=1), name="notices_webhookendpoint_listens"),
            models.CheckConstraint(
                condition=models.Q(earlier_secret__isnull=True, earlier_until__isnull=True)
                | models.Q(earlier_secret__isnull=False, earlier_until__isnull=False),
                name="notices_webhookendpoint_rotation_whole",
            ),
        ]
        indexes = [models.Index(fields=["organisation_id", "id"], name="notices_webhookendpoint_of")]


class WebhookDelivery(models.Model):
    """One event on its way to one address. Its body is signed and sent as it is kept."""

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries")
    organisation_id = models.BigIntegerField()
    message = models.CharField(max_length=40)
    event = models.CharField(max_length=40)
    body = models.TextField()
    occurred_at = models.DateTimeField()
    state = models.CharField(max_length=9, default=DeliveryState.WAITING.value)
    attempts = models.SmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    latest_at = models.DateTimeField(null=True)
    latest_status = models.SmallIntegerField(null=True)
    latest_error = models.CharField(max_length=20, blank=True, default="")
    latest_ms = models.IntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "message"], name="notices_webhookdelivery_once"),
            models.CheckConstraint(
                condition=models.Q(state=DeliveryState.WAITING.value, next_at__isnull=False)
                | (~models.Q(state=DeliveryState.WAITING.value) & models.Q(next_at__isnull=True)),
                name="notices_webhookdelivery_next",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in DeliveryState]), name="notices_webhookdelivery_state"
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=models.Q(state="WAITING"), name="notices_webhookdelivery_due"),
            models.Index(fields=["occurred_at"], name="notices_webhookdelivery_old"),
        ]


class WebhookMark(models.Model):
    """How far the journal has been told: the transaction and the line. One row for the whole installation."""

    xid = models.BigIntegerField()
    line_id = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="notices_webhookmark_one")]
