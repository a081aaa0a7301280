"""Shared computers, the PINs of who takes turns on them, the turns, and the vouchers counted in a day."""

from django.db import models
from django.db.models import F, Q

from carnet.parties.models._parties import Organisation, Person, paired


class Station(models.Model):
    """A computer or tablet of a desk or place that an administrator lets people share. Its secret is in its browser; its hash is here."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    place_id = models.BigIntegerField(null=True)  # of a place: whoever takes a turn here spends there, and nowhere else
    name = models.CharField(max_length=60)
    code_hash = models.BinaryField(max_length=32, null=True, unique=True)
    code_expires_at = models.DateTimeField(null=True)
    secret_hash = models.BinaryField(max_length=32, null=True, unique=True)
    prepared_by_id = models.BigIntegerField(null=True)
    prepared_at = models.DateTimeField()
    enrolled_at = models.DateTimeField(null=True)
    latest_used_at = models.DateTimeField(null=True)
    wrong_count = models.PositiveSmallIntegerField(default=0)
    locked_at = models.DateTimeField(null=True)
    person_daily = models.PositiveIntegerField()
    station_daily = models.PositiveIntegerField()
    idle_minutes = models.PositiveSmallIntegerField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=paired("code_hash", "code_expires_at"), name="parties_station_code_whole"),
            models.CheckConstraint(condition=paired("secret_hash", "enrolled_at"), name="parties_station_enrolment_whole"),
            models.CheckConstraint(condition=paired("revoked_at", "revoked_by_id"), name="parties_station_revocation_whole"),
            models.CheckConstraint(
                condition=Q(person_daily__gte=1, station_daily__gte=F("person_daily"), station_daily__lte=1_000),
                name="parties_station_limits_in_order",
            ),
            models.CheckConstraint(condition=Q(idle_minutes__gte=1, idle_minutes__lte=15), name="parties_station_idle_short"),
        ]
        indexes = [models.Index(fields=["organisation"], name="parties_station_of")]

    def __str__(self) -> str:
        return f"station {self.pk}"


class Pin(models.Model):
    """One member's PIN in one organisation: only a slow hash of it, under a key that is not in this database.

    `code_hash`: a first code lets its bearer choose the PIN on a station, once.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    hash = models.CharField(max_length=200, blank=True, default="")
    chosen_at = models.DateTimeField(null=True)
    code_hash = models.BinaryField(max_length=32, null=True)
    code_expires_at = models.DateTimeField(null=True)
    wrong_count = models.PositiveSmallIntegerField(default=0)
    locked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "person"], name="parties_pin_one"),
            models.CheckConstraint(condition=paired("code_hash", "code_expires_at"), name="parties_pin_code_whole"),
            models.CheckConstraint(
                condition=Q(hash="", chosen_at__isnull=True) | (~Q(hash="") & Q(chosen_at__isnull=False)), name="parties_pin_whole"
            ),
        ]

    def __str__(self) -> str:
        return f"pin {self.pk}"


class Turn(models.Model):
    """Somebody's turn on a station, from their PIN to *change person*, or to its idle end. Ninety days later it is forgotten."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    latest_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["station"], condition=Q(ended_at__isnull=True), name="parties_turn_one"),
            models.CheckConstraint(condition=Q(latest_at__gte=F("opened_at")), name="parties_turn_in_order"),
        ]

    def __str__(self) -> str:
        return f"turn {self.pk}"


class PinDay(models.Model):
    """The vouchers handed over or spent by PIN in one legal day: by one person, or on one station."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    station = models.ForeignKey(Station, on_delete=models.PROTECT, null=True, related_name="+")
    day = models.DateField()
    voucher_count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "person", "day"], condition=Q(station=None), name="parties_pinday_person"),
            models.UniqueConstraint(fields=["station", "day"], condition=Q(person=None), name="parties_pinday_station"),
            models.CheckConstraint(
                condition=Q(person__isnull=True, station__isnull=False) | Q(person__isnull=False, station__isnull=True),
                name="parties_pinday_whose",
            ),
        ]

    def __str__(self) -> str:
        return f"pin day {self.pk}"
