"""Connections, what the desk was told, the contact sealed, each step, and what did not work."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from carnet.connectivity.models._estate import ORGANISATION, PROGRAMME, Home, Residence
from carnet.connectivity.models._offers import Offer
from carnet.connectivity.rules import (
    LIVE,
    Channel,
    ConnectionState,
    Ground,
    IncidentBy,
    IncidentKind,
    MendedBy,
)
from carnet.kernel.personal import PersonalColumn
from carnet.parties.columns import sealed_or_gone

_STATES = [each.value for each in ConnectionState]
_LIVE = sorted(each.value for each in LIVE)

PERSONAL_DATA: dict[str, PersonalColumn] = {
    "Contact.sealed_phone": PersonalColumn(
        "to make an appointment with whoever asked to be called; optional; sealed", "until refused or withdrawn; 30 days after the end"
    ),
    "Application.grounds": PersonalColumn(
        "to know that the right was checked: the grounds said, without a name, a paper or an answer that was no", "erased at the end"
    ),
}


class Connection(models.Model):
    """One home and one offer, from the application to the end. Called by `number`; the person opens their page with a code too.

    The code follows from the installation's key, the number and `code_version`: it is kept nowhere. `desk`: where they applied.
    `reserved_cents`: what the funders set aside when it was accepted. `visit_…`: the visit that is open to the person's page, if any.
    """

    number = models.CharField(max_length=8, unique=True)
    programme = models.ForeignKey(PROGRAMME, on_delete=models.PROTECT, related_name="+")
    landlord = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    desk = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="connections")
    residence = models.ForeignKey(Residence, on_delete=models.PROTECT, related_name="connections")
    home = models.ForeignKey(Home, on_delete=models.PROTECT, related_name="connections")
    state = models.CharField(max_length=11)
    wants_computer = models.BooleanField(default=False)
    applied_on = models.DateField()
    accepted_on = models.DateField(null=True)
    appointment_on = models.DateField(null=True)
    activated_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)  # the first day after its months, once active
    ended_on = models.DateField(null=True)  # the first day without it
    reason = models.CharField(max_length=16, blank=True)  # of the latest step, in the words of its kind
    reserved_cents = models.BigIntegerField(default=0)
    code_version = models.SmallIntegerField(default=1)
    wrong_count = models.SmallIntegerField(default=0)
    visit_mark = models.BinaryField(max_length=32, null=True)
    visit_opened_at = models.DateTimeField(null=True)
    visit_seen_at = models.DateTimeField(null=True)
    over_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["home"], condition=Q(state__in=_LIVE), name="connectivity_connection_one_a_home"),
            models.UniqueConstraint(fields=["visit_mark"], condition=Q(visit_mark__isnull=False), name="connectivity_connection_visit"),
            models.CheckConstraint(condition=Q(state__in=_STATES), name="connectivity_connection_state"),
            models.CheckConstraint(
                condition=~Q(state__in=["ACTIVE", "SUSPENDED"]) | Q(activated_on__isnull=False, ends_on__isnull=False),
                name="connectivity_connection_active",
            ),
            models.CheckConstraint(
                condition=Q(state__in=_LIVE, over_at__isnull=True) | (~Q(state__in=_LIVE) & Q(over_at__isnull=False)),
                name="connectivity_connection_over",
            ),
            models.CheckConstraint(condition=~Q(state="ENDED") | Q(ended_on__isnull=False), name="connectivity_connection_ended"),
            models.CheckConstraint(
                condition=Q(state__in=["APPLIED", "REFUSED", "WITHDRAWN"], accepted_on__isnull=True)
                | (~Q(state__in=["APPLIED", "REFUSED", "WITHDRAWN"]) & Q(accepted_on__isnull=False)),
                name="connectivity_connection_accepted",
            ),
        ]
        indexes = [
            models.Index(fields=["landlord", "state", "id"], name="connectivity_conn_landlord"),
            models.Index(fields=["provider", "state", "id"], name="connectivity_conn_provider"),
            models.Index(fields=["desk", "-id"], name="connectivity_conn_desk"),
            models.Index(fields=["programme", "state"], name="connectivity_conn_programme"),
            models.Index(fields=["offer", "state"], name="connectivity_conn_offer"),
        ]

    def __str__(self) -> str:
        return f"connection {self.number}"


class Application(models.Model):
    """What the desk was told: the grounds of the right, and how. The landlord and the provider never read it. Erased at the end."""

    connection = models.OneToOneField(Connection, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(PROGRAMME, on_delete=models.PROTECT, related_name="+")
    desk = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=5)
    grounds = ArrayField(models.CharField(max_length=13))
    at_hand_over = models.BooleanField(default=False)
    language = models.CharField(max_length=8, default="fr")
    applied_at = models.DateTimeField()
    applied_by_id = models.BigIntegerField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(grounds__contained_by=[each.value for each in Ground], channel__in=[each.value for each in Channel]),
                name="connectivity_application_words",
            ),
            models.CheckConstraint(condition=Q(erased_at__isnull=True) | Q(grounds=[]), name="connectivity_application_erased"),
        ]
        indexes = [models.Index(fields=["programme", "applied_at"], name="connectivity_application_of")]

    def __str__(self) -> str:
        return f"application {self.pk}"


class Contact(models.Model):
    """A telephone number, if the person gave one, for the provider's appointment. Sealed; gone at the end. The landlord never reads it."""

    connection = models.OneToOneField(Connection, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(PROGRAMME, on_delete=models.PROTECT, related_name="+")
    desk = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    sealed_phone = models.BinaryField(null=True)
    may_text = models.BooleanField(default=False)
    given_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [sealed_or_gone("connectivity_contact_erased", "erased_at", "sealed_phone")]

    def __str__(self) -> str:
        return f"contact {self.pk}"


class Step(models.Model):
    """One change of state, on a day (legal, Paris). Append-only: what a month is billed for is counted from here."""

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="steps")
    programme = models.ForeignKey(PROGRAMME, on_delete=models.PROTECT, related_name="+")
    landlord = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    desk = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    before = models.CharField(max_length=11, blank=True)
    state = models.CharField(max_length=11)
    on = models.DateField()
    reason = models.CharField(max_length=16, blank=True)
    at = models.DateTimeField()
    by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(state__in=_STATES), name="connectivity_step_state")]
        indexes = [models.Index(fields=["connection", "id"], name="connectivity_step_of")]

    def __str__(self) -> str:
        return f"step {self.pk}"


class Incident(models.Model):
    """A connection that does not work: said by somebody, answered by the provider. From `reported_at` to `mended_at`, days may be deducted."""

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="incidents")
    programme = models.ForeignKey(PROGRAMME, on_delete=models.PROTECT, related_name="+")
    landlord = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    desk = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8)
    said_by = models.CharField(max_length=8)
    reported_at = models.DateTimeField()
    reported_by_id = models.BigIntegerField(null=True)
    visit_on = models.DateField(null=True)
    mended_at = models.DateTimeField(null=True)
    mended_by = models.CharField(max_length=11, blank=True)
    mended_request_id = models.UUIDField(null=True, unique=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection"], condition=Q(mended_at__isnull=True), name="connectivity_incident_one_waiting"),
            models.CheckConstraint(
                condition=Q(kind__in=[each.value for each in IncidentKind], said_by__in=[each.value for each in IncidentBy]),
                name="connectivity_incident_words",
            ),
            models.CheckConstraint(
                condition=Q(mended_at__isnull=True, mended_by="")
                | Q(mended_at__isnull=False, mended_by__in=[each.value for each in MendedBy]),
                name="connectivity_incident_mended",
            ),
        ]
        indexes = [models.Index(fields=["provider", "reported_at"], condition=Q(mended_at__isnull=True), name="connectivity_incident_wait")]

    def __str__(self) -> str:
        return f"incident {self.pk}"
