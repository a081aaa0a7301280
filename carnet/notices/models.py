"""The outbox."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from carnet.gateways.webhooks import URL_LENGTH_MAX
from carnet.notices.rules import DeliveryState, EndpointState
from carnet.notices.rules.announcements import TITLE_MAX
from carnet.notices.rules.texts import SUBJECT_MAX

# Column: purpose, lifetime. Read by the data map.
PERSONAL_DATA = {
    "Notice.to_email": ("reach the person the notice is for", "emptied once sent"),
    "TextNotice.sealed": ("tell a person who left a number, by text message", "deleted once sent, or after a day"),
}


class Notice(models.Model):
    """One message to one address. The address is emptied once sent. `next_at`: not before, once it failed."""

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
    next_at = models.DateTimeField(null=True)

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


class Announcement(models.Model):
    """What an operator says to everybody of some roles in some programmes, from a moment to another, until each has read it."""

    organisation_id = models.BigIntegerField()  # the operator
    programme_ids = ArrayField(models.BigIntegerField())
    roles = ArrayField(models.CharField(max_length=20))
    title_fr = models.CharField(max_length=TITLE_MAX)
    text_fr = models.TextField()
    title_en = models.CharField(max_length=TITLE_MAX, default="")
    text_en = models.TextField(default="")
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    by_email = models.BooleanField(default=False)
    mailed_at = models.DateTimeField(null=True)
    mailed_count = models.IntegerField(default=0)
    written_at = models.DateTimeField()
    written_by_id = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(until_at__gt=models.F("from_at")), name="notices_announcement_in_order"),
            models.CheckConstraint(
                condition=models.Q(programme_ids__len__gte=1, roles__len__gte=1) & ~models.Q(title_fr="") & ~models.Q(text_fr=""),
                name="notices_announcement_whole",
            ),
        ]
        indexes = [models.Index(fields=["organisation_id", "-from_at"], name="notices_announcement_of")]

    def __str__(self) -> str:
        return f"announcement {self.pk}"


class AnnouncementRead(models.Model):
    """Somebody has read an announcement: it is no longer shown to them."""

    announcement = models.ForeignKey(Announcement, on_delete=models.CASCADE, related_name="reads")
    person_id = models.BigIntegerField()
    read_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["announcement", "person_id"], name="notices_announcementread_once")]

    def __str__(self) -> str:
        return f"announcement {self.announcement_id} read"


class ProgrammeText(models.Model):
    """A programme's own words for one message in one language. Every version is kept; the latest counts. Empty: the ordinary words again."""

    programme_id = models.BigIntegerField()
    kind = models.CharField(max_length=60)
    language = models.CharField(max_length=2)
    version = models.IntegerField()
    subject = models.CharField(max_length=SUBJECT_MAX, default="")
    body = models.TextField(default="")
    written_at = models.DateTimeField()
    written_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme_id", "kind", "language", "version"], name="notices_programmetext_version"),
            models.CheckConstraint(condition=models.Q(language__in=["fr", "en"]), name="notices_programmetext_language"),
        ]

    def __str__(self) -> str:
        return f"text {self.kind} of programme {self.programme_id}, version {self.version}"


class DigestWeek(models.Model):
    """One week's round of digests: how many people are to be looked at, how many were. A killed round goes on where it stopped."""

    week_on = models.DateField(unique=True)
    begun_at = models.DateTimeField()
    people_count = models.IntegerField(default=0)
    done_count = models.IntegerField(default=0)
    sent_count = models.IntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"digests of the week of {self.week_on}"


class Digest(models.Model):
    """One person was looked at for one week: `section_count` 0, there was nothing to say and nothing was sent."""

    person_id = models.BigIntegerField()
    week_on = models.DateField()
    made_at = models.DateTimeField()
    section_count = models.SmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person_id", "week_on"], name="notices_digest_once_a_week")]

    def __str__(self) -> str:
        return f"digest {self.pk}"


class DigestRefusal(models.Model):
    """Somebody turned the weekly e-mail off."""

    person_id = models.BigIntegerField(unique=True)
    refused_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"digest refusal {self.pk}"
