"""Vouchers held for a lesson booked, and how each reservation ended."""

from django.db import models
from django.db.models import F, Q


class Reservation(models.Model):
    """A voucher held by a place for a booked lesson. Append-only: how it ended is told by its end, its redemption, or the time."""

    series_id = models.BigIntegerField()
    voucher_id = models.BigIntegerField()
    generation = models.SmallIntegerField()
    programme_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    place_id = models.BigIntegerField()
    service_code = models.CharField(max_length=60)
    until = models.DateTimeField()
    channel = models.CharField(max_length=8)
    actor_person_id = models.BigIntegerField(null=True)
    token_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "request_id"], name="redemption_reservation_once"),
            models.CheckConstraint(condition=Q(until__gt=F("at")), name="redemption_reservation_ahead"),
        ]
        indexes = [
            models.Index(fields=["organisation_id", "until"], name="redemption_reservation_own"),
            models.Index(fields=["series_id", "voucher_id", "generation"], name="redemption_reservation_of"),
        ]


class ReservationEnd(models.Model):
    """A reservation given back, or replaced by the same place's next one. Append-only."""

    reservation = models.OneToOneField(Reservation, on_delete=models.PROTECT, related_name="end")
    kind = models.CharField(max_length=8)
    programme_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    actor_person_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=["RELEASED", "REPLACED"]), name="redemption_reservationend_kind")]
