"""Tables of structures that ask to act for people, stay and end: terms, requests, papers, messages, decisions, appeals."""

from django.db import models
from django.db.models import F, Q

from carnet.mandates.rules.habilitation import DecisionKind, DecisionState, FileState, PaperKind
from carnet.parties.columns import (
    ApplicationColumns,
    DecisionColumns,
    PaperColumns,
    application_checks,
    decision_checks,
    one_waiting,
    sealed_or_gone,
)


class HelperTerms(models.Model):
    """One version of what helpers of a programme accept. Published, never changed."""

    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    version = models.SmallIntegerField()
    text = models.TextField()
    digest = models.BinaryField(max_length=32)
    published_at = models.DateTimeField()
    published_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "version"], name="mandates_helperterms_version"),
            models.CheckConstraint(condition=Q(version__gt=0) & ~Q(text=""), name="mandates_helperterms_whole"),
        ]

    def __str__(self) -> str:
        return f"helper terms {self.pk}"


class StructureFile(ApplicationColumns):
    """A structure from its request to its end. Whoever has its number and its code reads it: `secret_hash` is of both together.

    `siret`: in clear, to find the request by.
    """

    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, null=True, related_name="+")  # once admitted
    number = models.CharField(max_length=8, unique=True)
    siret = models.CharField(max_length=14, blank=True)

    class Meta:
        constraints = [
            *application_checks(
                "mandates_structurefile_state", "mandates_structurefile_erased", "mandates_structurefile_sent", states=FileState
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["ADMITTED", "SUSPENDED", "ENDED"]) | Q(organisation__isnull=False),
                name="mandates_structurefile_admitted",
            ),
            models.UniqueConstraint(
                fields=["programme", "siret"],
                condition=Q(state__in=["SENT", "COMPLETION", "ADMITTED", "SUSPENDED"]),
                name="mandates_structurefile_one_per_siret",
            ),
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(state__in=["ADMITTED", "SUSPENDED"]), name="mandates_structurefile_one_standing"
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "state"], name="mandates_structurefile_of"),
            models.Index(fields=["email_mark"], name="mandates_structurefile_email"),
        ]

    def __str__(self) -> str:
        return f"structure file {self.pk}"


class StructurePaper(PaperColumns):
    """A paper of a request."""

    file = models.ForeignKey(StructureFile, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10)

    class Meta:
        constraints = [
            sealed_or_gone("mandates_structurepaper_removed", "removed_at", "sealed_content"),
            models.CheckConstraint(condition=Q(kind__in=[each.value for each in PaperKind]), name="mandates_structurepaper_kind"),
        ]
        indexes = [models.Index(fields=["file"], name="mandates_structurepaper_of")]

    def __str__(self) -> str:
        return f"structure paper {self.pk}"


class StructureMessage(models.Model):
    """One message between a structure and the programme. `author_id` null: the structure wrote it, by its link."""

    file = models.ForeignKey(StructureFile, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    by_programme = models.BooleanField()
    author_id = models.BigIntegerField(null=True)
    sealed_text = models.BinaryField(null=True)
    written_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)  # by the other side
    erased_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            sealed_or_gone("mandates_structuremessage_erased", "erased_at", "sealed_text"),
            models.CheckConstraint(condition=Q(by_programme=False) | Q(author_id__isnull=False), name="mandates_structuremessage_author"),
        ]
        indexes = [models.Index(fields=["file", "written_at"], name="mandates_structuremessage_of")]

    def __str__(self) -> str:
        return f"structure message {self.pk}"


class StructureDecision(DecisionColumns):
    """What is decided of a structure: prepared by one person, taken or set aside by another. A trigger keeps what was written."""

    file = models.ForeignKey(StructureFile, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    revision = models.IntegerField()  # of the request, when it was prepared

    class Meta:
        constraints = [
            *decision_checks("mandates_structuredecision", kinds=DecisionKind, states=DecisionState),
            one_waiting("mandates_structuredecision_one_waiting", "file"),
        ]

    def __str__(self) -> str:
        return f"structure decision {self.pk}"


class StructureAppeal(models.Model):
    """A decision contested, once; `answer` is the decision that answers it."""

    file = models.ForeignKey(StructureFile, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    decision = models.OneToOneField(StructureDecision, on_delete=models.PROTECT, related_name="+")
    answer = models.OneToOneField(StructureDecision, on_delete=models.PROTECT, null=True, related_name="+")
    sealed_text = models.BinaryField(null=True)
    lodged_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            sealed_or_gone("mandates_structureappeal_erased", "erased_at", "sealed_text"),
            models.CheckConstraint(condition=Q(answer__isnull=True) | ~Q(answer=F("decision")), name="mandates_structureappeal_answer"),
        ]
        indexes = [models.Index(fields=["file"], name="mandates_structureappeal_of")]

    def __str__(self) -> str:
        return f"structure appeal {self.pk}"
