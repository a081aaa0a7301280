"""Booklets asked for, and each dated fact of their making."""

from django.db import models
from django.db.models import F, Q

from carnet.issuing.rules import OrderFacts


def _paired(moment: str) -> models.CheckConstraint:
    """A dated fact names who did it, or the system (an id of 0); without a date it names nobody."""
    return models.CheckConstraint(
        condition=Q(**{f"{moment}_at__isnull": True, f"{moment}_by_id__isnull": True})
        | Q(**{f"{moment}_at__isnull": False, f"{moment}_by_id__isnull": False}),
        name=f"issuing_order_{moment}_paired",
    )


class Order(models.Model):
    """Booklets asked for under one agreement. Each `_at` is a fact of its own. `…_by_id` 0 is background work."""

    programme = models.ForeignKey("funding.Programme", on_delete=models.PROTECT, related_name="+")
    agreement = models.ForeignKey("funding.Agreement", on_delete=models.PROTECT, related_name="+")
    operator = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    issuer_prefix = models.CharField(max_length=4)
    booklet_count = models.IntegerField()
    booklet_size = models.SmallIntegerField()
    face_value_cents = models.IntegerField()
    ordered_at = models.DateTimeField()
    ordered_by_id = models.BigIntegerField()
    approval_id = models.BigIntegerField(null=True)
    approved_at = models.DateTimeField(null=True)
    approved_by_id = models.BigIntegerField(null=True)
    refused_at = models.DateTimeField(null=True)
    refused_by_id = models.BigIntegerField(null=True)
    series_id = models.BigIntegerField(null=True, unique=True)
    commitment_id = models.BigIntegerField(null=True)
    # Which ranks fell on a code already taken, and how often each was drawn again: {"12": 1}.
    redrawn = models.JSONField(default=dict)
    drawn_at = models.DateTimeField(null=True)
    drawn_by_id = models.BigIntegerField(null=True)
    printed_at = models.DateTimeField(null=True)
    printed_by_id = models.BigIntegerField(null=True)
    print_reference = models.CharField(max_length=120, blank=True)
    # As the print shop counted them; nothing when the operator's own staff declared it.
    printed_count = models.IntegerField(null=True)
    seed_destroyed_at = models.DateTimeField(null=True)
    seed_destroyed_by_id = models.BigIntegerField(null=True)
    activated_at = models.DateTimeField(null=True)
    activated_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(booklet_count__gt=0, booklet_size__gt=0, face_value_cents__gt=0), name="issuing_order_positive"
            ),
            models.CheckConstraint(condition=Q(approved_at__isnull=True) | Q(refused_at__isnull=True), name="issuing_order_one_decision"),
            # Invariant 7: the person who prepares an edition never approves it.
            models.CheckConstraint(
                condition=Q(approved_by_id__isnull=True) | ~Q(approved_by_id=F("ordered_by_id")), name="issuing_order_two_people"
            ),
            models.CheckConstraint(
                condition=Q(series_id__isnull=True) | Q(approved_at__isnull=False, commitment_id__isnull=False), name="issuing_order_series"
            ),
            models.CheckConstraint(condition=Q(drawn_at__isnull=True) | Q(series_id__isnull=False), name="issuing_order_drawn"),
            models.CheckConstraint(condition=Q(printed_at__isnull=True) | Q(drawn_at__isnull=False), name="issuing_order_printed"),
            models.CheckConstraint(
                condition=Q(seed_destroyed_at__isnull=True) | Q(printed_at__isnull=False), name="issuing_order_seed_after_print"
            ),
            models.CheckConstraint(condition=Q(activated_at__isnull=True) | Q(printed_at__isnull=False), name="issuing_order_activated"),
            *(_paired(moment) for moment in ("approved", "refused", "drawn", "printed", "seed_destroyed", "activated")),
        ]
        indexes = [models.Index(fields=["programme", "id"], name="issuing_order_programme")]

    def __str__(self) -> str:
        return f"order {self.pk}"

    @property
    def voucher_count(self) -> int:
        """How many vouchers the order holds."""
        return self.booklet_count * self.booklet_size

    @property
    def facts(self) -> OrderFacts:
        """What its own columns say; the queries add what jobs, files and shipments say."""
        return OrderFacts(
            booklet_count=self.booklet_count,
            approved_at=self.approved_at,
            refused_at=self.refused_at,
            drawn_at=self.drawn_at,
            printed_at=self.printed_at,
            seed_destroyed_at=self.seed_destroyed_at,
            activated_at=self.activated_at,
        )
