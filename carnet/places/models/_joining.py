"""Joining a network: its terms, the files, the decisions, the labels."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from carnet.parties.columns import (
    ApplicationColumns,
    DecisionColumns,
    PaperColumns,
    application_checks,
    decision_checks,
    one_waiting,
    sealed_or_gone,
)
from carnet.places.models._places import Place
from carnet.places.rules.joining import DecisionKind, DecisionState, DocumentKind
from carnet.places.rules.joining import FileState as JoiningState


class JoiningTerms(models.Model):
    """One version of what a programme's network asks of its places. Published: it never changes, the next version replaces it."""

    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    version = models.SmallIntegerField()
    criteria = models.JSONField()  # [{"code", "title", "text"}]: see `rules.joining.Criterion`
    charter = models.TextField()
    answer_days = models.SmallIntegerField()
    completion_days = models.SmallIntegerField()
    appeal_days = models.SmallIntegerField()
    label_months = models.SmallIntegerField()
    published_at = models.DateTimeField()
    published_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "version"], name="places_terms_version"),
            models.CheckConstraint(
                condition=Q(version__gt=0, answer_days__gt=0, completion_days__gt=0, appeal_days__gt=0, label_months__gt=0),
                name="places_terms_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"terms {self.pk}"


class JoiningFile(ApplicationColumns):
    """An application to a programme's network: several sites, in steps. `number`: in clear, to find the file by."""

    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, null=True, related_name="+")  # once admitted
    terms = models.ForeignKey(JoiningTerms, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=14, blank=True)  # SIRET or RNA
    due_on = models.DateField(null=True)  # the day an answer is promised for, or a completion is awaited until

    class Meta:
        constraints = [
            *application_checks("places_joining_state", "places_joining_erased_whole", "places_joining_sent", states=JoiningState),
            models.CheckConstraint(
                condition=~Q(state__in=["ADMITTED", "SUSPENDED", "ENDED"]) | Q(organisation__isnull=False), name="places_joining_admitted"
            ),
            models.UniqueConstraint(
                fields=["programme", "number"],
                condition=Q(state__in=["SENT", "COMPLETION", "ADMITTED", "SUSPENDED"]),
                name="places_joining_one_per_number",
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "state"], name="places_joining_of"),
            models.Index(fields=["organisation"], name="places_joining_organisation"),
            models.Index(fields=["email_mark"], name="places_joining_email"),
        ]

    def __str__(self) -> str:
        return f"joining file {self.pk}"


class JoiningDocument(PaperColumns):
    """A paper of a file."""

    file = models.ForeignKey(JoiningFile, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16)

    class Meta:
        constraints = [
            sealed_or_gone("places_document_removed_whole", "removed_at", "sealed_content"),
            models.CheckConstraint(condition=Q(kind__in=[each.value for each in DocumentKind]), name="places_document_kind"),
        ]
        indexes = [models.Index(fields=["file"], name="places_document_of")]

    def __str__(self) -> str:
        return f"document {self.pk}"


class JoiningDecision(DecisionColumns):
    """What a network decides about a file: prepared by one person, taken or set aside by another. A trigger keeps what was written."""

    file = models.ForeignKey(JoiningFile, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    terms = models.ForeignKey(JoiningTerms, on_delete=models.PROTECT, related_name="+")
    criteria = ArrayField(models.CharField(max_length=8), default=list)
    from_on = models.DateField(null=True)  # the day it holds from, where it has one
    place_ids = ArrayField(models.BigIntegerField(), default=list)  # the places it bears on, once there are some
    revision = models.IntegerField()  # of the file, when it was prepared

    class Meta:
        constraints = [
            *decision_checks("places_decision", kinds=DecisionKind, states=DecisionState),
            one_waiting("places_decision_one_waiting", "file"),
        ]
        indexes = [models.Index(fields=["file", "decided_at"], name="places_decision_of")]

    def __str__(self) -> str:
        return f"decision {self.pk}"


class JoiningAppeal(models.Model):
    """A place says a decision is wrong; people who had no hand in it answer."""

    file = models.ForeignKey(JoiningFile, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    decision = models.OneToOneField(JoiningDecision, on_delete=models.PROTECT, related_name="+")  # the one appealed against, once
    text = models.CharField(max_length=2000)
    lodged_at = models.DateTimeField()
    lodged_by_id = models.BigIntegerField(null=True)  # None: by the link of the file
    answer = models.OneToOneField(JoiningDecision, on_delete=models.PROTECT, null=True, related_name="+")
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="places_appeal_motivated")]
        indexes = [models.Index(fields=["file"], name="places_appeal_of")]

    def __str__(self) -> str:
        return f"appeal {self.pk}"


class PlaceLabel(models.Model):
    """A place belongs to a programme's network, from a day to another (exclusive). Published; a withdrawn label stays in the list.

    `suspended_on`: the suspension in force; the decisions of the file keep the earlier ones.
    """

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="labels")
    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey(JoiningFile, on_delete=models.PROTECT, related_name="+")
    service_codes = ArrayField(models.CharField(max_length=60))
    from_on = models.DateField()
    until_on = models.DateField()
    suspended_on = models.DateField(null=True)
    withdrawn_on = models.DateField(null=True)
    reminded_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until_on__gt=F("from_on")), name="places_label_in_order"),
            models.CheckConstraint(condition=Q(service_codes__len__gte=1), name="places_label_has_services"),
            models.UniqueConstraint(fields=["file", "place", "from_on"], name="places_label_once"),
        ]
        indexes = [
            models.Index(fields=["place"], name="places_label_of"),
            models.Index(fields=["programme", "until_on"], name="places_label_list"),
            models.Index(fields=["organisation"], name="places_label_organisation"),
        ]

    def __str__(self) -> str:
        return f"label {self.pk}"
