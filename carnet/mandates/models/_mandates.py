"""Mandates, the authorisations they are made of, and each use: which only grows."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from carnet.mandates.models._people import AssistedPerson
from carnet.mandates.models._structures import FAMILY_CODES
from carnet.mandates.rules import Consent, Duration, EndReason, IdentityCheck, Protection

REASONS = [each.value for each in EndReason]
_ENDED = Q(ended_at__isnull=True, end_reason="") | Q(ended_at__isnull=False, end_reason__in=REASONS)


class Mandate(models.Model):
    """What one person signed with one structure: from `starts_on` to the day before `ends_on`, in Paris.

    `check_mark`: keyed hash of the code in the printed QR. `text_version`, `text_digest`: the text that was read and agreed to.
    """

    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(AssistedPerson, on_delete=models.PROTECT, related_name="mandates")
    number = models.CharField(max_length=8, unique=True)
    duration = models.CharField(max_length=8)
    starts_on = models.DateField()
    ends_on = models.DateField()
    signed_at = models.DateTimeField()
    signed_by_id = models.BigIntegerField(null=True)
    second_helper_id = models.BigIntegerField(null=True)
    identity_check = models.CharField(max_length=13)
    consent = models.CharField(max_length=4)
    protection = models.CharField(max_length=7)
    text_version = models.CharField(max_length=20)
    text_digest = models.BinaryField(max_length=32)
    language = models.CharField(max_length=8)
    check_mark = models.BinaryField(max_length=32, unique=True)
    renewed_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    transferred_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by_id = models.BigIntegerField(null=True)
    end_reason = models.CharField(max_length=11, blank=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="mandates_mandate_days"),
            models.CheckConstraint(condition=_ENDED, name="mandates_mandate_ended_why"),
            models.CheckConstraint(
                condition=Q(duration__in=[each.value for each in Duration], consent__in=[each.value for each in Consent])
                & Q(protection=Protection.NONE.value),
                name="mandates_mandate_words",
            ),
            models.CheckConstraint(
                condition=Q(identity_check=IdentityCheck.FRANCECONNECT.value, second_helper_id__isnull=True)
                | Q(identity_check=IdentityCheck.PAPER.value, second_helper_id__isnull=False) & ~Q(second_helper_id=F("signed_by_id"))
                # Signed again, or carried to another structure: who the person is was proved the first time.
                | Q(identity_check=IdentityCheck.PAPER.value, second_helper_id__isnull=True)
                & (Q(renewed_from__isnull=False) | Q(transferred_from__isnull=False)),
                name="mandates_mandate_recognised",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-signed_at", "-id"], name="mandates_mandate_latest"),
            models.Index(fields=["person", "-signed_at"], name="mandates_mandate_of_person"),
            models.Index(fields=["ends_on"], condition=Q(ended_at__isnull=True), name="mandates_mandate_ending"),
        ]

    def __str__(self) -> str:
        return f"mandate {self.number}"


class Authorisation(models.Model):
    """One family of procedures that a person authorises. The database forbids a second one of the kind for the person and the structure."""

    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="authorisations")
    person = models.ForeignKey(AssistedPerson, on_delete=models.PROTECT, related_name="authorisations")
    family = models.CharField(max_length=9)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by_id = models.BigIntegerField(null=True)
    end_reason = models.CharField(max_length=11, blank=True)

    class Meta:
        constraints = [
            # A person is one structure's: two live authorisations of a family, for them and the structure, cannot be.
            models.UniqueConstraint(
                fields=["person", "family"], condition=Q(ended_at__isnull=True), name="mandates_authorisation_one_live"
            ),
            models.UniqueConstraint(fields=["mandate", "family"], name="mandates_authorisation_once"),
            models.CheckConstraint(condition=Q(family__in=FAMILY_CODES), name="mandates_authorisation_family"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="mandates_authorisation_days"),
            models.CheckConstraint(condition=_ENDED, name="mandates_authorisation_ended_why"),
        ]
        indexes = [
            models.Index(fields=["organisation", "ends_at"], condition=Q(ended_at__isnull=True), name="mandates_authorisation_live"),
        ]

    def __str__(self) -> str:
        return f"authorisation {self.pk}"


class Ending(models.Model):
    """Authorisations of one person ended at once: what a certificate of it is made from. Only grows; names nobody."""

    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(AssistedPerson, on_delete=models.PROTECT, related_name="endings")
    reason = models.CharField(max_length=11)
    authorisation_ids = ArrayField(models.BigIntegerField())
    families = ArrayField(models.CharField(max_length=9))
    is_by_self = models.BooleanField()
    by_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(reason__in=REASONS, families__contained_by=FAMILY_CODES), name="mandates_ending_words"),
            models.CheckConstraint(condition=Q(is_by_self=False) | Q(by_id__isnull=True), name="mandates_ending_by"),
        ]
        indexes = [models.Index(fields=["person", "-at"], name="mandates_ending_of_person")]

    def __str__(self) -> str:
        return f"ending {self.pk}"


class Use(models.Model):
    """Once, somebody did something for a person: who, which procedure, where, when, under what. Never changed, never erased; names nobody."""

    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    authorisation = models.ForeignKey(Authorisation, on_delete=models.PROTECT, related_name="uses")
    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="uses")
    person_number = models.CharField(max_length=8)
    helper_id = models.BigIntegerField(null=True)
    family = models.CharField(max_length=9)
    procedure = models.CharField(max_length=40)
    service = models.CharField(max_length=80)
    acr = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(family__in=FAMILY_CODES), name="mandates_use_family")]
        indexes = [
            models.Index(fields=["mandate", "-at"], name="mandates_use_of_mandate"),
            models.Index(fields=["organisation", "-at"], name="mandates_use_of_structure"),
        ]

    def __str__(self) -> str:
        return f"use {self.pk}"
