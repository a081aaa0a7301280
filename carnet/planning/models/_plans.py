"""Tables of allotment plans: a plan, its versions, and the orders made from one. Every row carries `programme_id`, under row-level security."""

from django.db import models
from django.db.models import Q

from carnet.planning.rules.plans import VersionState


class AllotmentPlan(models.Model):
    """Where the booklets of one programme could go. It is only a name: what was asked and what came out are its versions. Append-only."""

    programme_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField(null=True)
    name = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        indexes = [models.Index(fields=["programme_id", "-id"], name="planning_plans_of")]

    def __str__(self) -> str:
        return f"plan {self.pk}"


class PlanVersion(models.Model):
    """One question put to the solver, with everything it was given, and its answer.

    `asked`: the guarantees as typed. `problem`: communes, desks and places as they were then, so that anybody finds the same answer again;
    `digest`: its SHA-256. `result`: the three allotments and what each guarantee costs. What was asked never changes, an answer never
    changes, and nothing changes once the version is kept: a trigger refuses it.
    """

    plan = models.ForeignKey(AllotmentPlan, on_delete=models.PROTECT, related_name="versions")
    programme_id = models.BigIntegerField()
    number = models.SmallIntegerField()
    # The version this one began from, by its number; None for the first.
    from_number = models.SmallIntegerField(null=True)
    asked = models.JSONField()
    problem = models.JSONField()
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=10, default=VersionState.WAITING.value)
    done = models.SmallIntegerField(default=0)
    total = models.SmallIntegerField(default=1)
    error = models.CharField(max_length=60, blank=True)
    error_facts = models.JSONField(default=dict)
    result = models.JSONField(null=True)
    asked_at = models.DateTimeField()
    asked_by_id = models.BigIntegerField(null=True)
    taken_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    kept_at = models.DateTimeField(null=True)
    kept_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="planning_version_number"),
            models.CheckConstraint(condition=Q(number__gt=0), name="planning_version_positive"),
            models.CheckConstraint(condition=Q(state__in=[each.value for each in VersionState]), name="planning_version_state"),
            models.CheckConstraint(condition=Q(done__gte=0, done__lte=models.F("total")), name="planning_version_progress"),
            models.CheckConstraint(
                condition=Q(state=VersionState.DONE.value, result__isnull=False)
                | (~Q(state=VersionState.DONE.value) & Q(result__isnull=True)),
                name="planning_version_result",
            ),
            models.CheckConstraint(
                condition=Q(kept_at__isnull=True, kept_by_id__isnull=True)
                | Q(kept_at__isnull=False, kept_by_id__isnull=False, state=VersionState.DONE.value),
                name="planning_version_kept",
            ),
        ]
        indexes = [models.Index(fields=["programme_id"], name="planning_versions_of")]

    def __str__(self) -> str:
        return f"version {self.number} of plan {self.plan_id}"


class PlanOrder(models.Model):
    """An order of booklets made from a kept version. `order_id` is a number of `issuing`, where a second person answers. Append-only."""

    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="orders")
    programme_id = models.BigIntegerField()
    order_id = models.BigIntegerField(unique=True)
    booklet_count = models.IntegerField()
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField()
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(booklet_count__gt=0), name="planning_order_positive")]
        indexes = [models.Index(fields=["programme_id"], name="planning_orders_of")]

    def __str__(self) -> str:
        return f"order {self.order_id}"


class PlanDestination(models.Model):
    """How many booklets of an order go to one desk, or to one of its points. Append-only."""

    plan_order = models.ForeignKey(PlanOrder, on_delete=models.PROTECT, related_name="destinations")
    programme_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    point_id = models.BigIntegerField(null=True)
    booklet_count = models.IntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(booklet_count__gt=0), name="planning_destination_positive"),
            models.UniqueConstraint(
                fields=["plan_order", "organisation_id", "point_id"], name="planning_destination_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"destination {self.pk}"
