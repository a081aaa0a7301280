"""Runs of booklets on their way, box by box, and what was missing from them."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from carnet.issuing.models._orders import Order
from carnet.issuing.rules.parcels import Ending, GapKind, Outcome, ParcelFacts


class Shipment(models.Model):
    """Boxes sent together to one organisation, which alone confirms that they arrived. The booklets are those of its parcels.

    `first_booklet_id` and `last_booklet_id` are the ends of the whole, which may have others' booklets in between.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="shipments")
    programme_id = models.BigIntegerField()
    series_id = models.BigIntegerField()
    first_booklet_id = models.BigIntegerField()
    last_booklet_id = models.BigIntegerField()
    # Whose hands they left: the operator's, or its print shop's. The operator answers for them until they are counted.
    from_organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    to_organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    carrier = models.CharField(max_length=80, blank=True, db_default="")
    tracking = models.CharField(max_length=80, blank=True, db_default="")
    shipped_at = models.DateTimeField()
    shipped_by_id = models.BigIntegerField()
    # Once every one of its boxes is counted, or known not to have come.
    received_at = models.DateTimeField(null=True)
    received_by_id = models.BigIntegerField(null=True)
    receiver_reminded_at = models.DateTimeField(null=True)
    sender_reminded_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(last_booklet_id__gte=F("first_booklet_id")), name="issuing_shipment_range"),
            models.CheckConstraint(
                condition=Q(received_at__isnull=True, received_by_id__isnull=True)
                | Q(received_at__isnull=False, received_by_id__isnull=False, received_at__gte=F("shipped_at")),
                name="issuing_shipment_received",
            ),
        ]
        indexes = [models.Index(fields=["to_organisation"], condition=Q(received_at__isnull=True), name="issuing_shipment_awaited")]

    def __str__(self) -> str:
        return f"shipment {self.pk}"


class Parcel(models.Model):
    """One box: a run of booklets with a label, from the packing to the last booklet explained."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="parcels")
    programme_id = models.BigIntegerField()
    series_id = models.BigIntegerField()
    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, null=True, related_name="parcels")
    first_booklet_id = models.BigIntegerField()
    last_booklet_id = models.BigIntegerField()
    # "3 of 12" among the boxes packed together for one destination.
    position = models.IntegerField()
    of_count = models.IntegerField()
    from_organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    to_organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    place_name = models.CharField(max_length=200, blank=True)
    address = models.CharField(max_length=300, blank=True)
    packed_at = models.DateTimeField()
    packed_by_id = models.BigIntegerField()
    sent_at = models.DateTimeField(null=True)
    sent_by_id = models.BigIntegerField(null=True)
    # A count that is going on: runs read so far, and those of them set aside as damaged. It can be left and taken up again.
    seen = models.JSONField(default=list)
    damaged = models.JSONField(default=list)
    ending = models.CharField(max_length=10, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(last_booklet_id__gte=F("first_booklet_id")), name="issuing_parcel_range"),
            models.CheckConstraint(condition=Q(position__gte=1, position__lte=F("of_count")), name="issuing_parcel_position"),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True, sent_by_id__isnull=True, shipment__isnull=True)
                | Q(sent_at__isnull=False, sent_by_id__isnull=False, shipment__isnull=False),
                name="issuing_parcel_sent",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by_id__isnull=True, ending="")
                | Q(ended_at__isnull=False, ended_by_id__isnull=False, ending=Ending.UNPACKED.value, sent_at__isnull=True)
                | Q(
                    ended_at__isnull=False,
                    ended_by_id__isnull=False,
                    ending__in=[Ending.RECEIVED.value, Ending.GONE.value],
                    ended_at__gte=F("sent_at"),
                ),
                name="issuing_parcel_ended",
            ),
            # A booklet is in one box at a time.
            ExclusionConstraint(
                name="issuing_parcel_one_box",
                expressions=[
                    (
                        Func(F("first_booklet_id"), F("last_booklet_id"), Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    )
                ],
                condition=Q(ended_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(fields=["to_organisation"], condition=Q(ended_at__isnull=True), name="issuing_parcel_awaited"),
            models.Index(fields=["order", "first_booklet_id"], name="issuing_parcel_order"),
        ]

    def __str__(self) -> str:
        return f"parcel {self.pk}"

    @property
    def run(self) -> tuple[int, int]:
        """Its booklets, both ends included."""
        return self.first_booklet_id, self.last_booklet_id

    @property
    def facts(self) -> ParcelFacts:
        """What the rules need; reads its gaps (prefetch them for a list)."""
        gaps = sorted(self.gaps.all(), key=lambda gap: gap.first_booklet_id)
        settled = sorted((each for gap in gaps for each in gap.settlements.all()), key=lambda each: each.first_booklet_id)
        return ParcelFacts(
            run=self.run,
            sent_at=self.sent_at,
            ending=Ending(self.ending) if self.ending else None,
            gaps=tuple((GapKind(gap.kind), (gap.first_booklet_id, gap.last_booklet_id)) for gap in gaps),
            settled=tuple((Outcome(each.outcome), (each.first_booklet_id, each.last_booklet_id)) for each in settled),
        )


class ParcelGap(models.Model):
    """Booklets of a box that did not come into the receiver's stock, as it was told. Never changed, never removed."""

    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="gaps")
    programme_id = models.BigIntegerField()
    series_id = models.BigIntegerField()
    from_organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    to_organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10)
    first_booklet_id = models.BigIntegerField()
    last_booklet_id = models.BigIntegerField()
    told_at = models.DateTimeField()
    told_by_id = models.BigIntegerField()
    # Who told it: the receiver, or the operator when the box was lost on its way.
    told_by_organisation_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[each.value for each in GapKind]), name="issuing_parcelgap_kind"),
            models.CheckConstraint(condition=Q(last_booklet_id__gte=F("first_booklet_id")), name="issuing_parcelgap_range"),
            models.UniqueConstraint(fields=["parcel", "first_booklet_id"], name="issuing_parcelgap_once"),
        ]

    def __str__(self) -> str:
        return f"gap {self.pk} of parcel {self.parcel_id}"


class ParcelSettlement(models.Model):
    """What became of booklets of a gap. Never changed, never removed."""

    gap = models.ForeignKey(ParcelGap, on_delete=models.PROTECT, related_name="settlements")
    programme_id = models.BigIntegerField()
    series_id = models.BigIntegerField()
    from_organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    to_organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=10)
    first_booklet_id = models.BigIntegerField()
    last_booklet_id = models.BigIntegerField()
    settled_at = models.DateTimeField()
    settled_by_id = models.BigIntegerField()
    request_id = models.UUIDField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=[each.value for each in Outcome]), name="issuing_parcelsettlement_outcome"),
            models.CheckConstraint(condition=Q(last_booklet_id__gte=F("first_booklet_id")), name="issuing_parcelsettlement_range"),
            models.UniqueConstraint(fields=["gap", "first_booklet_id"], name="issuing_parcelsettlement_once"),
        ]

    def __str__(self) -> str:
        return f"settlement {self.pk} of gap {self.gap_id}"
