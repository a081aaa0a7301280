"""Tables of the journal. Ids of other rooms are plain numbers: history outlives what it names."""

from django.db import models

from carnet.journal.rules import What


class Line(models.Model):
    """One thing done. Holds no personal data: people appear by number only."""

    at = models.DateTimeField()
    action = models.CharField(max_length=80)
    actor_kind = models.CharField(max_length=12)
    actor_person_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=120, blank=True)
    organisation_id = models.BigIntegerField(null=True)
    programme_id = models.BigIntegerField(null=True)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=64)
    request_id = models.UUIDField(null=True)
    facts = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["programme_id", "id"], name="journal_line_programme"),
            models.Index(fields=["subject_kind", "subject_id"], name="journal_line_subject"),
        ]


class Block(models.Model):
    """A sealed run of rows of one append-only table, chained to the block before it."""

    table_name = models.CharField(max_length=63)
    number = models.BigIntegerField()
    from_xid = models.BigIntegerField()
    to_xid = models.BigIntegerField()
    row_count = models.BigIntegerField()
    rows = models.BinaryField()
    previous = models.BinaryField()
    digest = models.BinaryField()
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["table_name", "number"], name="journal_block_number"),
            models.UniqueConstraint(fields=["table_name", "from_xid"], name="journal_block_from"),
            models.CheckConstraint(condition=models.Q(to_xid__gt=models.F("from_xid")), name="journal_block_forward"),
        ]


class Answer(models.Model):
    """The first answer given to a request key of an organisation."""

    organisation_id = models.BigIntegerField()
    key = models.CharField(max_length=255)
    body_digest = models.BinaryField()
    status = models.SmallIntegerField(null=True)
    body = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation_id", "key"], name="journal_answer_once")]
        indexes = [models.Index(fields=["at"], name="journal_answer_at")]


class VerificationRun(models.Model):
    """One verification of the ledger or of the journal: how far it is, and what it named when it ended. Rows and rules, never a person."""

    what = models.CharField(max_length=8)
    begun_at = models.DateTimeField()
    step_count = models.SmallIntegerField()
    done_count = models.SmallIntegerField(default=0)
    fault_count = models.IntegerField(default=0)
    # The first FAULTS_KEPT of them.
    faults = models.JSONField(default=list)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(what__in=[each.value for each in What]), name="journal_verificationrun_what"),
            models.CheckConstraint(condition=models.Q(done_count__lte=models.F("step_count")), name="journal_verificationrun_steps"),
            models.UniqueConstraint(fields=["what"], condition=models.Q(ended_at=None), name="journal_verificationrun_one_at_once"),
        ]
        indexes = [models.Index(fields=["what", "-ended_at"], name="journal_verificationrun_latest")]
