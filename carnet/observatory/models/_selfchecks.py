"""Tables of self-checks: whether a programme asks for them, slips, answers, invitations six months later, and what each night forgot.

No row names a person: a slip has a number drawn at random, and who received it is written nowhere.
"""

from django.db import models
from django.db.models import Q

from carnet.kernel.personal import PersonalColumn
from carnet.observatory.rules import Edition, Said
from carnet.observatory.rules.selfchecks import AgeOfTables, InviteBy, InviteEnd, Mode, Moment


class SelfCheckTerms(models.Model):
    """Whether a programme asks for self-checks, and in which edition of the indicator, from `decided_at` on. The latest row holds."""

    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    is_on = models.BooleanField()
    edition = models.CharField(max_length=4)
    decided_at = models.DateTimeField()
    decided_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(edition__in=[each.value for each in Edition]), name="observatory_selfcheckterms_edition"),
        ]
        indexes = [models.Index(fields=["programme", "-id"], name="observatory_selfcheckterms_of")]

    def __str__(self) -> str:
        return f"self-check terms {self.pk}"


class SelfCheckSlip(models.Model):
    """One slip of paper: a number, and a code that follows from the installation's key. `visit_…`: the visit it has open, if any."""

    number = models.CharField(max_length=8, unique=True)
    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    edition = models.CharField(max_length=4)
    age = models.CharField(max_length=13, default=AgeOfTables.NOT_SAID.value)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)
    wrong_count = models.SmallIntegerField(default=0)
    visit_mark = models.BinaryField(max_length=32, null=True)
    visit_opened_at = models.DateTimeField(null=True)
    visit_seen_at = models.DateTimeField(null=True)
    request_id = models.UUIDField()
    rank = models.SmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request_id", "rank"], name="observatory_selfcheckslip_once"),
            models.UniqueConstraint(fields=["visit_mark"], condition=Q(visit_mark__isnull=False), name="observatory_selfcheckslip_visit"),
            models.CheckConstraint(
                condition=Q(edition__in=[each.value for each in Edition], age__in=[each.value for each in AgeOfTables]),
                name="observatory_selfcheckslip_words",
            ),
            models.CheckConstraint(condition=Q(closed_on__isnull=True) | Q(visit_mark__isnull=True), name="observatory_selfcheckslip_shut"),
        ]
        indexes = [
            models.Index(fields=["programme", "opened_on"], name="observatory_selfcheckslip_of"),
            models.Index(fields=["organisation"], name="observatory_selfcheckslip_org"),
        ]

    def __str__(self) -> str:
        return f"slip {self.pk}"


class SelfCheckRound(models.Model):
    """What was answered at one moment. Begun, taken up again, finished once; finished, it is never changed (a trigger says so).

    `answers`: item of the indicator -> YES, NO or UNKNOWN; what was skipped is not there. Days only: an hour could point at somebody.
    """

    slip = models.ForeignKey(SelfCheckSlip, on_delete=models.PROTECT, related_name="rounds")
    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    moment = models.CharField(max_length=6)
    mode = models.CharField(max_length=8)
    used_internet = models.CharField(max_length=7, default=Said.UNKNOWN.value)
    answers = models.JSONField(default=dict)
    begun_on = models.DateField()
    finished_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slip", "moment"], name="observatory_selfcheckround_once"),
            models.CheckConstraint(
                condition=Q(
                    moment__in=[each.value for each in Moment],
                    mode__in=[each.value for each in Mode],
                    used_internet__in=[Said.YES.value, Said.NO.value, Said.UNKNOWN.value],
                ),
                name="observatory_selfcheckround_words",
            ),
        ]
        indexes = [models.Index(fields=["programme", "moment"], name="observatory_selfcheckround_of")]

    def __str__(self) -> str:
        return f"round {self.pk}"


class SelfCheckInvitation(models.Model):
    """Somebody agreed to be asked again. Once ended, neither number nor address is left: PostgreSQL refuses anything else."""

    slip = models.ForeignKey(SelfCheckSlip, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=6)
    language = models.CharField(max_length=2)
    sealed = models.BinaryField(null=True)
    agreed_on = models.DateField()
    due_on = models.DateField()
    ended_at = models.DateTimeField(null=True)
    ended_for = models.CharField(max_length=9, default="")
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slip"], condition=Q(ended_at=None), name="observatory_selfcheckinvitation_one"),
            models.CheckConstraint(
                condition=Q(channel__in=[each.value for each in InviteBy]), name="observatory_selfcheckinvitation_channel"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_for="", sealed__isnull=False)
                | Q(
                    ended_at__isnull=False,
                    ended_for__in=[each.value for each in InviteEnd],
                    sealed__isnull=True,
                ),
                name="observatory_selfcheckinvitation_erased",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(ended_at=None), name="observatory_invitation_due"),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class SelfCheckKeeping(models.Model):
    """What one night forgot in a programme: written once, never changed. `digest`: SHA-256 of the numbers closed, in order."""

    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    closed_count = models.IntegerField()
    unfinished_count = models.IntegerField()
    erased_count = models.IntegerField()
    digest = models.BinaryField(max_length=32)
    open_count = models.IntegerField()
    waiting_count = models.IntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "day"], name="observatory_selfcheckkeeping_once_a_day"),
            models.CheckConstraint(
                condition=Q(closed_count__gte=0, unfinished_count__gte=0, erased_count__gte=0, open_count__gte=0, waiting_count__gte=0),
                name="observatory_selfcheckkeeping_counts",
            ),
        ]

    def __str__(self) -> str:
        return f"keeping {self.pk}"


PERSONAL_DATA: dict[str, PersonalColumn] = {
    "SelfCheckSlip.visit_mark": PersonalColumn(
        "to answer for a few minutes; hash of a secret", "until the visit is left, 40 minutes at most"
    ),
    "SelfCheckRound.answers": PersonalColumn(
        "count what people can do before and after, of a number drawn at random",
        "the number opens nothing after 14 months; unfinished, 60 days",
    ),
    "SelfCheckInvitation.sealed": PersonalColumn(
        "ask once, six months later, by consent", "erased once asked, answered, refused, or 30 days after its day"
    ),
}
