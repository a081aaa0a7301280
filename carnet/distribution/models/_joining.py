"""Joining as a desk: published agreements, applications, files of desks, decisions, signatures, training."""

from django.db import models
from django.db.models import F, Q

from carnet.distribution.rules.joining import MONTHS_MAX, MONTHS_MIN, OF_DESK, AgreementKind, DecisionKind, FileState, ImportState
from carnet.parties.columns import ApplicationColumns, DecisionColumns, application_checks, decision_checks, one_waiting, sealed_or_gone
from carnet.places.rules.joining import DecisionState


class DeskText(models.Model):
    """One version of an agreement that a programme's desks sign. Published: it never changes, the next version replaces it."""

    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8)
    version = models.SmallIntegerField()
    text = models.TextField()
    months = models.SmallIntegerField()
    published_at = models.DateTimeField()
    published_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "kind", "version"], name="distribution_desktext_version"),
            models.CheckConstraint(condition=Q(kind__in=[each.value for each in AgreementKind]), name="distribution_desktext_kind"),
            models.CheckConstraint(
                condition=Q(version__gt=0, months__range=(MONTHS_MIN, MONTHS_MAX)) & ~Q(text=""), name="distribution_desktext_whole"
            ),
        ]

    def __str__(self) -> str:
        return f"agreement text {self.pk}"


class DeskImport(models.Model):
    """A file of desks: read, shown, prepared by one person, taken by another. What it says of people is sealed, and erased once it served."""

    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8)
    file_name = models.CharField(max_length=200)
    digest = models.BinaryField(max_length=32)
    sealed_rows = models.BinaryField(null=True)  # the applications its lines make
    lines = models.JSONField(default=list)  # what became of each line: never an address of a person
    ignored = models.JSONField(default=list)
    desk_count = models.IntegerField()
    sent_at = models.DateTimeField()
    sent_by_id = models.BigIntegerField()
    erased_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[each.value for each in ImportState]), name="distribution_deskimport_state"),
            models.UniqueConstraint(
                fields=["programme", "digest"], condition=~Q(state=ImportState.DROPPED.value), name="distribution_deskimport_once"
            ),
            sealed_or_gone("distribution_deskimport_erased", "erased_at", "sealed_rows"),
        ]

    def __str__(self) -> str:
        return f"file of desks {self.pk}"


class DeskFile(ApplicationColumns):
    """An application to become a desk. `number`: in clear, to find the application by."""

    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, null=True, related_name="+")  # once admitted
    number = models.CharField(max_length=14, blank=True)  # SIRET or RNA

    class Meta:
        constraints = [
            *application_checks(
                "distribution_deskfile_state", "distribution_deskfile_erased", "distribution_deskfile_sent", states=FileState
            ),
            models.CheckConstraint(condition=~Q(state="ADMITTED") | Q(organisation__isnull=False), name="distribution_deskfile_admitted"),
            models.UniqueConstraint(
                fields=["programme", "number"], condition=Q(state__in=["SENT", "COMPLETION"]), name="distribution_deskfile_one_per_number"
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "state"], name="distribution_deskfile_of"),
            models.Index(fields=["email_mark"], name="distribution_deskfile_email"),
        ]

    def __str__(self) -> str:
        return f"desk file {self.pk}"


class DeskDecision(DecisionColumns):
    """What is decided of an application, a file of desks or a desk: prepared by one person, taken or set aside by another.

    Exactly one of `file`, `desk_import` and `organisation` is what it is about. A trigger keeps what was written.
    """

    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey(DeskFile, on_delete=models.PROTECT, null=True, related_name="+")
    desk_import = models.ForeignKey(DeskImport, on_delete=models.PROTECT, null=True, related_name="+")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    revision = models.IntegerField(default=0)  # of the application, when it was prepared

    class Meta:
        constraints = [
            *decision_checks("distribution_deskdecision", kinds=DecisionKind, states=DecisionState),
            models.CheckConstraint(
                condition=Q(file__isnull=False, desk_import__isnull=True, organisation__isnull=True)
                | Q(file__isnull=True, desk_import__isnull=False, organisation__isnull=True, kind=DecisionKind.ADMIT.value)
                | Q(
                    file__isnull=True, desk_import__isnull=True, organisation__isnull=False, kind__in=sorted(each.value for each in OF_DESK)
                ),
                name="distribution_deskdecision_about",
            ),
            one_waiting("distribution_deskdecision_one_of_file", "file"),
            one_waiting("distribution_deskdecision_one_of_import", "desk_import"),
            one_waiting("distribution_deskdecision_one_of_desk", "programme", "organisation"),
        ]

    def __str__(self) -> str:
        return f"desk decision {self.pk}"


class DeskAgreement(models.Model):
    """An agreement a desk signed, and the operator countersigned or sent back. It says whose public vouchers they are, and until when.

    `regisseur_act`, `regisseur_act_on`: for a régie, the act that appoints whoever keeps it. `until_on` is exclusive.
    """

    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    text = models.ForeignKey(DeskText, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8)
    signed_by_id = models.BigIntegerField()
    # Names as they were when they signed: evidence, and the other side does not see each other's accounts.
    signer_name = models.CharField(max_length=120)
    signer_title = models.CharField(max_length=200)
    regisseur_act = models.CharField(max_length=200, blank=True)
    regisseur_act_on = models.DateField(null=True)
    signed_at = models.DateTimeField()
    countersigned_by_id = models.BigIntegerField(null=True)
    countersigner_name = models.CharField(max_length=120, blank=True)
    countersigned_at = models.DateTimeField(null=True)
    from_on = models.DateField(null=True)
    until_on = models.DateField(null=True)
    sent_back_by_id = models.BigIntegerField(null=True)
    sent_back_at = models.DateTimeField(null=True)
    sent_back_because = models.CharField(max_length=2000, blank=True)
    reminded_on = models.DateField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[each.value for each in AgreementKind]), name="distribution_deskagreement_kind"),
            models.CheckConstraint(
                condition=Q(kind="MANDATE", regisseur_act="", regisseur_act_on__isnull=True)
                | (Q(kind="REGIE", regisseur_act_on__isnull=False) & ~Q(regisseur_act="")),
                name="distribution_deskagreement_regie",
            ),
            models.CheckConstraint(condition=~Q(signer_title="") & ~Q(signer_name=""), name="distribution_deskagreement_signer"),
            models.CheckConstraint(
                condition=Q(countersigned_at__isnull=True, countersigned_by_id__isnull=True, from_on__isnull=True, until_on__isnull=True)
                | Q(
                    countersigned_at__isnull=False,
                    countersigned_by_id__isnull=False,
                    from_on__isnull=False,
                    until_on__gt=F("from_on"),
                    sent_back_at__isnull=True,
                ),
                name="distribution_deskagreement_countersigned",
            ),
            models.CheckConstraint(
                condition=Q(sent_back_at__isnull=True, sent_back_by_id__isnull=True, sent_back_because="")
                | (Q(sent_back_at__isnull=False, sent_back_by_id__isnull=False) & ~Q(sent_back_because="")),
                name="distribution_deskagreement_sent_back",
            ),
            models.CheckConstraint(
                condition=Q(countersigned_by_id__isnull=True) | ~Q(countersigned_by_id=F("signed_by_id")),
                name="distribution_deskagreement_two_people",
            ),
            models.UniqueConstraint(
                fields=["programme", "organisation"],
                condition=Q(countersigned_at__isnull=True, sent_back_at__isnull=True),
                name="distribution_deskagreement_one_waiting",
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "organisation", "until_on"], name="distribution_deskagreement_of"),
            models.Index(fields=["until_on"], name="distribution_deskagreement_end"),
        ]

    def __str__(self) -> str:
        return f"desk agreement {self.pk}"


class DeskTraining(models.Model):
    """One item of the training, ticked at a desk. Taking the tick off keeps the row."""

    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    item = models.CharField(max_length=20)
    ticked_by_id = models.BigIntegerField()
    ticked_at = models.DateTimeField()
    unticked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "organisation", "item"], condition=Q(unticked_at=None), name="distribution_desktraining_once"
            ),
        ]

    def __str__(self) -> str:
        return f"desk training {self.pk}"
