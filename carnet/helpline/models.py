"""Tables of the line and of complaints, all behind walls. No row names whoever complains: a number and a secret open its answer."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from carnet.helpline.rules import Asked, ComplaintKind, ComplaintState, Decision, Filer, Said
from carnet.kernel.personal import PersonalColumn

PERSONAL_DATA: dict[str, PersonalColumn] = {
    "Complaint.sealed_contact": PersonalColumn("to answer whoever complains, if they wish", "erased when it is closed, and after a year"),
    "ComplaintLine.said": PersonalColumn(
        "to know what happened; screened of numbers that name somebody", "erased two years after the complaint is closed"
    ),
    "Question.person_id": PersonalColumn("to slow down who asks for numbers that do not exist", "a month"),
}


def _within(words: type[ComplaintKind] | type[ComplaintState] | type[Decision] | type[Filer] | type[Said] | type[Asked]) -> list[str]:
    return [each.value for each in words]


class Complaint(models.Model):
    """Something went wrong, said by a person or for one. Its words are in its lines, each with its own readers.

    `reader_ids`: the operators, the organisation that filed it, and the place's once it was asked for its side.
    """

    number = models.CharField(max_length=8, unique=True)
    kind = models.CharField(max_length=13)
    filed_by = models.CharField(max_length=6)
    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, null=True, related_name="+")
    operator_ids = ArrayField(models.BigIntegerField())
    filer_organisation_id = models.BigIntegerField(null=True)
    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, null=True, related_name="+")
    place_organisation_id = models.BigIntegerField(null=True)
    reader_ids = ArrayField(models.BigIntegerField())
    series_id = models.BigIntegerField(null=True)
    booklet_id = models.BigIntegerField(null=True)
    sealed_contact = models.BinaryField(null=True)
    language = models.CharField(max_length=2, default="fr")
    filed_at = models.DateTimeField()
    due_on = models.DateField()
    state = models.CharField(max_length=6, default=ComplaintState.OPEN.value)
    asked_until_on = models.DateField(null=True)
    heard_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=10, default="")
    closed_at = models.DateTimeField(null=True)
    closed_by_id = models.BigIntegerField(null=True)
    wrong_secret_count = models.SmallIntegerField(default=0)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=_within(ComplaintKind)), name="helpline_complaint_kind"),
            models.CheckConstraint(condition=Q(filed_by__in=_within(Filer)), name="helpline_complaint_filer"),
            models.CheckConstraint(condition=Q(operator_ids__len__gt=0, reader_ids__len__gt=0), name="helpline_complaint_answered_by"),
            models.CheckConstraint(
                condition=Q(state=ComplaintState.OPEN.value, decision="", closed_at__isnull=True)
                | Q(
                    state=ComplaintState.CLOSED.value,
                    decision__in=_within(Decision),
                    closed_at__isnull=False,
                    sealed_contact__isnull=True,
                ),
                name="helpline_complaint_closed_and_contact_erased",
            ),
            models.CheckConstraint(
                condition=Q(heard_at__isnull=True) | Q(asked_until_on__isnull=False), name="helpline_complaint_heard_when_asked"
            ),
            models.CheckConstraint(
                condition=Q(series_id__isnull=True, booklet_id__isnull=True) | Q(series_id__isnull=False, booklet_id__isnull=False),
                name="helpline_complaint_booklet_paired",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(state="OPEN"), name="helpline_complaint_open"),
            models.Index(fields=["place", "-filed_at"], name="helpline_complaint_of_place"),
            models.Index(fields=["booklet_id"], condition=Q(booklet_id__isnull=False), name="helpline_complaint_of_booklet"),
        ]

    def __str__(self) -> str:
        return f"complaint {self.pk}"


class ComplaintLine(models.Model):
    """What was said of a complaint, by one side, at one moment. `is_for_person`: read by whoever holds the number."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="lines")
    kind = models.CharField(max_length=6)
    said = models.CharField(max_length=1000)
    reader_ids = ArrayField(models.BigIntegerField())
    is_for_person = models.BooleanField()
    by_organisation_id = models.BigIntegerField(null=True)
    by_person_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=_within(Said)), name="helpline_complaintline_kind")]
        indexes = [models.Index(fields=["complaint", "at"], name="helpline_line_of_complaint")]

    def __str__(self) -> str:
        return f"line {self.pk} of complaint {self.complaint_id}"


class ComplaintDelays(models.Model):
    """How soon a programme answers, by kind, from `set_at` on: its own promise, within the texts'. The latest row holds."""

    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    days = models.JSONField()
    set_at = models.DateTimeField()
    set_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        indexes = [models.Index(fields=["programme", "-id"], name="helpline_delays_latest")]

    def __str__(self) -> str:
        return f"delays of programme {self.programme_id}"


class Question(models.Model):
    """One number asked of the line: by whom, of which kind, found or not. Never the number. It slows down who asks too much."""

    organisation_id = models.BigIntegerField()
    person_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=11, default="")
    is_found = models.BooleanField()
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind="") | Q(kind__in=_within(Asked)), name="helpline_question_kind"),
        ]
        indexes = [models.Index(fields=["person_id", "asked_at"], name="helpline_question_pace")]

    def __str__(self) -> str:
        return f"question {self.pk}"
