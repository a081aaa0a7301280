"""Runs of booklets on their way."""

from django.db import models
from django.db.models import F, Q

from carnet.issuing.models._orders import Order


class Shipment(models.Model):
    """A run of booklets sent to an organisation, which alone confirms that it arrived."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="shipments")
    programme_id = models.BigIntegerField()
    series_id = models.BigIntegerField()
    first_booklet_id = models.BigIntegerField()
    last_booklet_id = models.BigIntegerField()
    from_organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    to_organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="+")
    shipped_at = models.DateTimeField()
    shipped_by_id = models.BigIntegerField()
    received_at = models.DateTimeField(null=True)
    received_by_id = models.BigIntegerField(null=True)
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
