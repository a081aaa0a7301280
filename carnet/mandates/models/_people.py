"""People helped by a structure, each sealed under a key of their own; and what is prepared with them before they sign."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from carnet.mandates.models._structures import FAMILY_CODES
from carnet.mandates.rules import PERSON_ENDS, DraftKind, Duration, IdentityCheck


class AssistedPerson(models.Model):
    """Somebody for whom a structure acts. Erasing destroys their key, a file outside the database, which opens `sealed_key`: what is left is a number.

    `subject_mark`: keyed hash of the FranceConnect subject, or of the identity read on a paper. `identity_mark`: keyed hash of the identity,
    so that a paper seen first and a sign-in later are one person. `search_marks`: keyed hashes of what one may begin to type, 8 bytes each.
    `code_mark`: keyed hash of the code on the person's own paper, which `code_version` makes anew.
    """

    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=8, unique=True)
    subject_mark = models.BinaryField(max_length=32, null=True)
    identity_mark = models.BinaryField(max_length=32, null=True)
    is_from_paper = models.BooleanField()
    sealed_identity = models.BinaryField(null=True)
    sealed_key = models.BinaryField(null=True)
    sealed_contact = models.BinaryField(null=True)
    search_marks = ArrayField(models.BigIntegerField(), default=list)
    code_mark = models.BinaryField(max_length=32, unique=True)
    code_version = models.SmallIntegerField(default=1)
    language = models.CharField(max_length=8, default="fr")
    known_since = models.DateTimeField()
    signed_at = models.DateTimeField()  # the latest mandate
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=11, blank=True)
    # Out of everyday use since then, unless they signed again since (`is_archived`). Three years later their key is destroyed.
    archived_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "subject_mark"], name="mandates_person_once"),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True, sealed_identity__isnull=False, sealed_key__isnull=False, subject_mark__isnull=False)
                | Q(
                    erased_at__isnull=False, sealed_identity__isnull=True, sealed_key__isnull=True, sealed_contact__isnull=True,
                    subject_mark__isnull=True, identity_mark__isnull=True, search_marks=[],
                ),
                name="mandates_person_erased_whole",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, end_reason="")
                | Q(ended_at__isnull=False, end_reason__in=[each.value for each in PERSON_ENDS]),
                name="mandates_person_ended_why",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["organisation", "-signed_at", "-id"], name="mandates_person_latest"),
            models.Index(fields=["subject_mark"], name="mandates_person_subject"),
        ]

    def __str__(self) -> str:
        return f"person {self.number}"

    @property
    def is_archived(self) -> bool:
        """Whether everyday lists leave this person out."""
        return self.archived_at is not None and self.archived_at > self.signed_at


class Draft(models.Model):
    """What is being prepared with the person: chosen, then who they are, then signed. Forgotten after two hours.

    `second_helper_id`: who else read the paper. `proof`: what FranceConnect said it checked (`acr`), "" for a paper.
    """

    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=9)
    person = models.ForeignKey(AssistedPerson, on_delete=models.PROTECT, null=True, related_name="+")
    renewed = models.ForeignKey("mandates.Mandate", on_delete=models.PROTECT, null=True, related_name="+")
    families = ArrayField(models.CharField(max_length=9))
    duration = models.CharField(max_length=8)
    language = models.CharField(max_length=8, default="fr")
    identity_check = models.CharField(max_length=13, blank=True)
    sealed_identity = models.BinaryField(null=True)
    sealed_contact = models.BinaryField(null=True)
    proof = models.CharField(max_length=40, blank=True)
    helper_id = models.BigIntegerField(null=True)
    second_helper_id = models.BigIntegerField(null=True)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    mandate = models.ForeignKey("mandates.Mandate", on_delete=models.PROTECT, null=True, related_name="+")
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[each.value for each in DraftKind]), name="mandates_draft_kind"),
            models.CheckConstraint(condition=Q(duration__in=[each.value for each in Duration]), name="mandates_draft_duration"),
            models.CheckConstraint(condition=Q(families__contained_by=FAMILY_CODES, families__len__gt=0), name="mandates_draft_families"),
            models.CheckConstraint(
                condition=Q(identity_check="") | Q(identity_check__in=[each.value for each in IdentityCheck]),
                name="mandates_draft_identity",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(sealed_identity__isnull=True, sealed_contact__isnull=True),
                name="mandates_draft_closed_empty",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-opened_at"], condition=Q(closed_at__isnull=True), name="mandates_draft_open"),
            models.Index(fields=["expires_at"], condition=Q(closed_at__isnull=True), name="mandates_draft_over"),
        ]

    def __str__(self) -> str:
        return f"draft {self.pk}"
