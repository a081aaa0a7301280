"""Stock that is asked for, moved, counted and looked at every week. No row names a person."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from carnet.distribution.rules import MoveKind, RefusedFor, RequestOutcome, RequestReason


class StockRequest(models.Model):
    """A desk asks for booklets before a day. Answered by the operator, or withdrawn."""

    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    booklet_count = models.IntegerField()
    wanted_on = models.DateField()
    reason = models.CharField(max_length=12)
    asked_at = models.DateTimeField()
    asked_by_id = models.BigIntegerField()
    closed_at = models.DateTimeField(null=True)
    closed_by_id = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=10, blank=True)
    refused_for = models.CharField(max_length=12, blank=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "organisation"], condition=Q(closed_at=None), name="distribution_stockrequest_one"
            ),
            models.CheckConstraint(condition=Q(booklet_count__gt=0), name="distribution_stockrequest_positive"),
            models.CheckConstraint(condition=Q(reason__in=[each.value for each in RequestReason]), name="distribution_stockrequest_reason"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by_id__isnull=True, outcome="")
                | Q(closed_at__isnull=False, closed_by_id__isnull=False, outcome__in=[each.value for each in RequestOutcome]),
                name="distribution_stockrequest_closed",
            ),
            models.CheckConstraint(
                condition=Q(outcome=RequestOutcome.REFUSED.value, refused_for__in=[each.value for each in RefusedFor])
                | (~Q(outcome=RequestOutcome.REFUSED.value) & Q(refused_for="")),
                name="distribution_stockrequest_refused",
            ),
        ]

    def __str__(self) -> str:
        return f"stock request {self.pk}"


class StockMove(models.Model):
    """Booklets moved between two points: the giver sends, the receiver confirms what arrived; what did not is kept.

    The ledger's holder is the truth: it changes when the move is sent (on its way) and received. `because` says in figures why it was
    proposed, when it was.
    """

    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8)
    from_organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    to_organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    stock_request = models.ForeignKey(StockRequest, on_delete=models.PROTECT, null=True, related_name="moves")
    booklet_count = models.IntegerField()
    because = models.JSONField(default=dict)
    asked_at = models.DateTimeField()
    asked_by_id = models.BigIntegerField()
    booklet_ids = ArrayField(models.BigIntegerField(), default=list)
    sent_at = models.DateTimeField(null=True)
    sent_by_id = models.BigIntegerField(null=True)
    missing_ids = ArrayField(models.BigIntegerField(), default=list)
    received_at = models.DateTimeField(null=True)
    received_by_id = models.BigIntegerField(null=True)
    # Of the missing: found with the giver after all, or ended as lost on the way.
    back_ids = ArrayField(models.BigIntegerField(), default=list)
    lost_ids = ArrayField(models.BigIntegerField(), default=list)
    ended_at = models.DateTimeField(null=True)
    ended_by_id = models.BigIntegerField(null=True)
    was_declined = models.BooleanField(default=False)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[each.value for each in MoveKind]), name="distribution_stockmove_kind"),
            models.CheckConstraint(
                condition=Q(booklet_count__gt=0) & ~Q(from_organisation=F("to_organisation")), name="distribution_stockmove_real"
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True, sent_by_id__isnull=True, booklet_ids=[])
                | Q(sent_at__isnull=False, sent_by_id__isnull=False, booklet_ids__len__gt=0),
                name="distribution_stockmove_sent",
            ),
            models.CheckConstraint(
                condition=Q(received_at__isnull=True, received_by_id__isnull=True, missing_ids=[])
                | Q(received_at__isnull=False, received_by_id__isnull=False, sent_at__isnull=False),
                name="distribution_stockmove_received",
            ),
            models.CheckConstraint(
                condition=Q(missing_ids__contained_by=F("booklet_ids"), back_ids__contained_by=F("missing_ids"))
                & Q(lost_ids__contained_by=F("missing_ids")),
                name="distribution_stockmove_missing",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by_id__isnull=True, was_declined=False)
                | Q(ended_at__isnull=False, ended_by_id__isnull=False, sent_at__isnull=True),
                name="distribution_stockmove_ended",
            ),
        ]
        indexes = [
            models.Index(fields=["from_organisation", "-asked_at"], name="distribution_stockmove_from"),
            models.Index(fields=["to_organisation", "-asked_at"], name="distribution_stockmove_to"),
            models.Index(fields=["programme", "-asked_at"], name="distribution_stockmove_season"),
        ]

    def __str__(self) -> str:
        return f"stock move {self.pk}"


class StockTake(models.Model):
    """A desk counts its cupboard: what was scanned, and, once closed, what was missing and what became of it."""

    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    opened_by_id = models.BigIntegerField()
    scanned_ids = ArrayField(models.BigIntegerField(), default=list)
    # Read on paper, but not in the cupboard for the ledger: handed over, ended, or somebody else's.
    strange_ids = ArrayField(models.BigIntegerField(), default=list)
    expected_count = models.IntegerField(null=True)
    missing_ids = ArrayField(models.BigIntegerField(), default=list)
    # How many of the missing by what became of them: {"LOST": 2, "GIVEN": 1}.
    explained = models.JSONField(default=dict)
    closed_at = models.DateTimeField(null=True)
    closed_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "organisation"], condition=Q(closed_at=None), name="distribution_stocktake_one"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by_id__isnull=True, expected_count__isnull=True, missing_ids=[])
                | Q(closed_at__isnull=False, closed_by_id__isnull=False, expected_count__isnull=False),
                name="distribution_stocktake_closed",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "-opened_at"], name="distribution_stocktake_desk")]

    def __str__(self) -> str:
        return f"stock-take {self.pk}"


class StockWeek(models.Model):
    """What the weekly look at a programme's stock found and told. One row a week: nobody is told twice."""

    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    week_on = models.DateField()
    desk_count = models.IntegerField()
    asleep_count = models.IntegerField()
    booklets_asleep = models.IntegerField()
    running_out_count = models.IntegerField()
    proposed_count = models.IntegerField()
    told_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "week_on"], name="distribution_stockweek_once")]

    def __str__(self) -> str:
        return f"stock of programme {self.programme_id}, week of {self.week_on}"
