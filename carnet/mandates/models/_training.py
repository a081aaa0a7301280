"""Tables of helpers and their training: who is put forward, trainings and their seats, tests, terms accepted."""

from django.db import models
from django.db.models import F, Q

from carnet.mandates.models._habilitation import HelperTerms
from carnet.mandates.rules.habilitation import NAME_MAX, SEATS_MAX, TEST_TOP, TEXT_MAX, Mode


class HelperFile(models.Model):
    """Somebody a structure puts forward to help. PostgreSQL refuses whoever would be active before training, test and terms."""

    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    person_id = models.BigIntegerField(null=True)  # once there is an account
    sealed_identity = models.BinaryField(null=True)  # name, address, job, position
    email_mark = models.BinaryField(max_length=32, null=True)
    trained_at = models.DateTimeField(null=True)
    passed_at = models.DateTimeField(null=True)
    invited_at = models.DateTimeField(null=True)
    terms = models.ForeignKey(HelperTerms, on_delete=models.PROTECT, null=True, related_name="+")  # the latest accepted
    active_at = models.DateTimeField(null=True)
    deactivated_at = models.DateTimeField(null=True)
    deactivated_by_id = models.BigIntegerField(null=True)
    deactivated_because = models.CharField(max_length=200, blank=True)
    added_at = models.DateTimeField()
    added_by_id = models.BigIntegerField()
    erased_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "email_mark"], name="mandates_helperfile_once"),
            models.UniqueConstraint(
                fields=["organisation", "person_id"], condition=Q(person_id__isnull=False), name="mandates_helperfile_one_a_person"
            ),
            models.CheckConstraint(condition=Q(passed_at__isnull=True) | Q(trained_at__isnull=False), name="mandates_helperfile_test_after"),
            models.CheckConstraint(
                condition=Q(invited_at__isnull=True) | Q(trained_at__isnull=False, passed_at__isnull=False),
                name="mandates_helperfile_invited_ready",
            ),
            models.CheckConstraint(
                condition=Q(active_at__isnull=True)
                | Q(
                    trained_at__isnull=False, passed_at__isnull=False, terms__isnull=False, person_id__isnull=False,
                    deactivated_at__isnull=True,
                ),
                name="mandates_helperfile_active_whole",
            ),
            models.CheckConstraint(
                condition=Q(deactivated_at__isnull=True, deactivated_by_id__isnull=True, deactivated_because="")
                | (Q(deactivated_at__isnull=False, deactivated_by_id__isnull=False) & ~Q(deactivated_because="")),
                name="mandates_helperfile_deactivated",
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True, sealed_identity__isnull=False, email_mark__isnull=False)
                | Q(erased_at__isnull=False, sealed_identity__isnull=True, email_mark__isnull=True),
                name="mandates_helperfile_erased",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["programme", "organisation"], name="mandates_helperfile_of"),
            models.Index(fields=["email_mark"], name="mandates_helperfile_email"),
        ]

    def __str__(self) -> str:
        return f"helper file {self.pk}"


class HelperTest(models.Model):
    """One sitting of the test, as it was marked. Only grows."""

    helper = models.ForeignKey(HelperFile, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    score = models.SmallIntegerField()
    passed = models.BooleanField()
    noted_at = models.DateTimeField()
    noted_by_id = models.BigIntegerField()
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(score__range=(0, TEST_TOP)), name="mandates_helpertest_score")]
        indexes = [models.Index(fields=["helper"], name="mandates_helpertest_of")]

    def __str__(self) -> str:
        return f"helper test {self.pk}"


class TermsAcceptance(models.Model):
    """Who accepted which terms for which structure, and when. Only grows."""

    helper = models.ForeignKey(HelperFile, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    terms = models.ForeignKey(HelperTerms, on_delete=models.PROTECT, related_name="+")
    person_id = models.BigIntegerField()
    accepted_at = models.DateTimeField()
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["helper", "terms"], name="mandates_termsacceptance_once")]

    def __str__(self) -> str:
        return f"terms acceptance {self.pk}"


class TrainingSession(models.Model):
    """A training: when, where, how many seats. Published to the structures of its programme; who comes is not here."""

    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=NAME_MAX)
    mode = models.CharField(max_length=7)
    place = models.CharField(max_length=NAME_MAX)  # an address, or a link to a meeting
    note = models.CharField(max_length=TEXT_MAX, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    seats = models.SmallIntegerField()
    cancelled_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    planned_by_id = models.BigIntegerField()
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="mandates_trainingsession_in_order"),
            models.CheckConstraint(condition=Q(seats__range=(1, SEATS_MAX)), name="mandates_trainingsession_seats"),
            models.CheckConstraint(condition=Q(mode__in=[each.value for each in Mode]), name="mandates_trainingsession_mode"),
            # What a seat points at with its number of seats: see TrainingSeat.
            models.UniqueConstraint(fields=["id", "seats"], name="mandates_trainingsession_its_seats"),
        ]
        indexes = [models.Index(fields=["programme", "starts_at"], name="mandates_trainingsession_of")]

    def __str__(self) -> str:
        return f"training session {self.pk}"


class TrainingSeat(models.Model):
    """One numbered seat of a training.

    No lock and no counting can be forgotten: a seat has a number nobody else has, at most the training's seats, which a foreign key on
    (session, seats) copies here and follows. PostgreSQL refuses the seat too many, and fewer seats than are taken.
    """

    session = models.ForeignKey(TrainingSession, on_delete=models.PROTECT, related_name="+")
    session_seats = models.SmallIntegerField()
    rank = models.SmallIntegerField(null=True)
    helper = models.ForeignKey(HelperFile, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()
    taken_by_id = models.BigIntegerField()
    given_back_at = models.DateTimeField(null=True)
    came = models.BooleanField(null=True)
    noted_at = models.DateTimeField(null=True)
    noted_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "rank"], name="mandates_trainingseat_one_each"),
            models.UniqueConstraint(fields=["session", "helper"], condition=Q(given_back_at=None), name="mandates_trainingseat_once"),
            models.CheckConstraint(
                condition=Q(given_back_at__isnull=True, rank__gte=1, rank__lte=F("session_seats"))
                | Q(given_back_at__isnull=False, rank__isnull=True, came__isnull=True),
                name="mandates_trainingseat_never_too_many",
            ),
            models.CheckConstraint(
                condition=Q(came__isnull=True, noted_at__isnull=True, noted_by_id__isnull=True)
                | Q(came__isnull=False, noted_at__isnull=False, noted_by_id__isnull=False),
                name="mandates_trainingseat_noted_whole",
            ),
        ]
        indexes = [models.Index(fields=["organisation"], name="mandates_trainingseat_of")]

    def __str__(self) -> str:
        return f"training seat {self.pk}"
