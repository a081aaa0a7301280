"""Tables of structures that ask to act for people, stay and end: terms, requests, papers, messages, decisions, appeals."""

from django.db import models
from django.db.models import F, Q

from carnet.mandates.rules.habilitation import DecisionKind, DecisionState, FileState, PaperKind


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


class StructureFile(models.Model):
    """A structure from its request to its end. What it says is sealed; whoever has its number and its code reads it.

    `name` and `siret` are public facts of an organisation, in clear to find the request by.
    """

    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, null=True, related_name="+")  # once admitted
    number = models.CharField(max_length=8, unique=True)
    state = models.CharField(max_length=10)
    name = models.CharField(max_length=200, blank=True)
    siret = models.CharField(max_length=14, blank=True)
    sealed_answers = models.BinaryField(null=True)
    sealed_email = models.BinaryField(null=True)
    email_mark = models.BinaryField(max_length=32, null=True)
    secret_hash = models.BinaryField(max_length=32, unique=True)  # of the number and the code together
    revision = models.IntegerField(default=0)  # counts every change of what it says
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[each.value for each in FileState]), name="mandates_structurefile_state"),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True, sealed_answers__isnull=False, sealed_email__isnull=False, email_mark__isnull=False)
                | Q(erased_at__isnull=False, sealed_answers__isnull=True, sealed_email__isnull=True, email_mark__isnull=True),
                name="mandates_structurefile_erased",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["DRAFT", "WITHDRAWN"]) | Q(sent_at__isnull=False), name="mandates_structurefile_sent"
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


class StructurePaper(models.Model):
    """A paper of a request, made harmless and sealed. Looked at by downloading it, never shown in a page."""

    file = models.ForeignKey(StructureFile, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10)
    media_type = models.CharField(max_length=40)
    size = models.IntegerField()
    sealed_content = models.BinaryField(null=True)
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True, sealed_content__isnull=False)
                | Q(removed_at__isnull=False, sealed_content__isnull=True),
                name="mandates_structurepaper_removed",
            ),
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
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True, sealed_text__isnull=False) | Q(erased_at__isnull=False, sealed_text__isnull=True),
                name="mandates_structuremessage_erased",
            ),
            models.CheckConstraint(condition=Q(by_programme=False) | Q(author_id__isnull=False), name="mandates_structuremessage_author"),
        ]
        indexes = [models.Index(fields=["file", "written_at"], name="mandates_structuremessage_of")]

    def __str__(self) -> str:
        return f"structure message {self.pk}"


class StructureDecision(models.Model):
    """What is decided of a structure: prepared by one person, taken or set aside by another. A trigger keeps what was written."""

    file = models.ForeignKey(StructureFile, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10)
    state = models.CharField(max_length=10)
    reason = models.CharField(max_length=2000)
    revision = models.IntegerField()
    digest = models.BinaryField(max_length=32)
    prepared_by_id = models.BigIntegerField()
    prepared_at = models.DateTimeField()
    decided_by_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[each.value for each in DecisionKind]), name="mandates_structuredecision_kind"),
            models.CheckConstraint(condition=Q(state__in=[each.value for each in DecisionState]), name="mandates_structuredecision_state"),
            models.CheckConstraint(
                condition=Q(decided_by_id__isnull=True) | ~Q(decided_by_id=F("prepared_by_id")),
                name="mandates_structuredecision_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state="PREPARED", decided_by_id__isnull=True, decided_at__isnull=True)
                | (~Q(state="PREPARED") & Q(decided_by_id__isnull=False, decided_at__isnull=False)),
                name="mandates_structuredecision_whole",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="mandates_structuredecision_motivated"),
            models.UniqueConstraint(fields=["file"], condition=Q(state="PREPARED"), name="mandates_structuredecision_one_waiting"),
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
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True, sealed_text__isnull=False) | Q(erased_at__isnull=False, sealed_text__isnull=True),
                name="mandates_structureappeal_erased",
            ),
            models.CheckConstraint(condition=Q(answer__isnull=True) | ~Q(answer=F("decision")), name="mandates_structureappeal_answer"),
        ]
        indexes = [models.Index(fields=["file"], name="mandates_structureappeal_of")]

    def __str__(self) -> str:
        return f"structure appeal {self.pk}"
