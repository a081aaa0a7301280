"""A desk's sheets of paper and their lines; and which translated sentences a person has read. None names who was given vouchers."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from carnet.distribution.models._handing import HandOver
from carnet.distribution.rules import AgeBand, Area, Reason
from carnet.distribution.rules.papers import PAPER_LINES
from carnet.distribution.rules.translations import TRANSLATED


class PaperSheet(models.Model):
    """A sheet of paper a desk fills in while it has no network, typed later. Numbered at each desk; finished once, by a person."""

    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    number = models.IntegerField()
    opened_at = models.DateTimeField()
    opened_by_id = models.BigIntegerField(null=True)
    finished_at = models.DateTimeField(null=True)
    finished_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="distribution_papersheet_number"),
            models.CheckConstraint(condition=Q(number__gt=0), name="distribution_papersheet_from_one"),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=False) | Q(finished_by_id__isnull=True), name="distribution_papersheet_finished_once"
            ),
        ]

    def __str__(self) -> str:
        return f"paper sheet {self.pk}"


class PaperSheetLine(models.Model):
    """One line typed from a sheet and accepted, once. Append-only.

    `hand_over` is what it gave; or, when the booklet had been taken out before, the range it came from: the line then carries alone what
    was ticked for this person (`was_taken_out`), and statistics read it here.
    """

    sheet = models.ForeignKey(PaperSheet, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    position = models.SmallIntegerField()
    given_on = models.DateField()
    hand_over = models.ForeignKey(HandOver, on_delete=models.PROTECT, related_name="+")
    was_taken_out = models.BooleanField()
    booklet_id = models.BigIntegerField()
    voucher_count = models.SmallIntegerField()
    age_band = models.CharField(max_length=14)
    reason = models.CharField(max_length=12)
    area = models.CharField(max_length=18)
    low_qualified_job_seeker = models.BooleanField(null=True)
    came_before = models.BooleanField(null=True)
    wants = ArrayField(models.CharField(max_length=30), default=list)
    sends_mail = models.BooleanField(null=True)
    moves_files = models.BooleanField(null=True)
    no_equipment = models.BooleanField(default=False)
    no_connection = models.BooleanField(default=False)
    too_costly = models.BooleanField(default=False)
    prefers_somebody = models.BooleanField(default=False)
    typed_at = models.DateTimeField()
    typed_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sheet", "position"], name="distribution_paperline_once"),
            models.CheckConstraint(condition=Q(position__range=(1, PAPER_LINES), voucher_count__gt=0), name="distribution_paperline_real"),
            models.CheckConstraint(condition=Q(age_band__in=[each.value for each in AgeBand]), name="distribution_paperline_age"),
            models.CheckConstraint(condition=Q(reason__in=[each.value for each in Reason]), name="distribution_paperline_reason"),
            models.CheckConstraint(
                condition=Q(area__in=[each.value for each in Area if each != Area.OUTSIDE]), name="distribution_paperline_area"
            ),
        ]
        indexes = [
            models.Index(fields=["booklet_id"], condition=Q(was_taken_out=True), name="distribution_paperline_out"),
            models.Index(fields=["programme", "given_on"], name="distribution_paperline_season"),
        ]

    def __str__(self) -> str:
        return f"line {self.position} of paper sheet {self.sheet_id}"


class TranslationCheck(models.Model):
    """A person read one translated sentence beside its French, and it is good: of that version of both, on this installation."""

    language = models.CharField(max_length=2)
    key = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    checked_at = models.DateTimeField()
    checked_by_id = models.BigIntegerField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["language", "key", "digest"], condition=Q(withdrawn_at=None), name="distribution_translationcheck_once"
            ),
            models.CheckConstraint(condition=Q(language__in=TRANSLATED), name="distribution_translationcheck_language"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by_id__isnull=True)
                | Q(withdrawn_at__gte=F("checked_at"), withdrawn_by_id__isnull=False),
                name="distribution_translationcheck_withdrawn",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.language} {self.key}"
