"""Landlords and providers of a programme, residences and their homes. No tenant has a column here: a home is a door, not a person."""

from django.db import models
from django.db.models import F, Q

from carnet.connectivity.rules import Part

ORGANISATION = "parties.Organisation"
PROGRAMME = "funding.Programme"


class Partner(models.Model):
    """An organisation that the operator of a programme admitted as a landlord or as an internet provider."""

    programme = models.ForeignKey(PROGRAMME, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    part = models.CharField(max_length=8)
    admitted_at = models.DateTimeField()
    admitted_by_id = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "organisation", "part"], condition=Q(ended_at__isnull=True), name="connectivity_partner_once"
            ),
            models.CheckConstraint(condition=Q(part__in=[each.value for each in Part]), name="connectivity_partner_part"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("admitted_at")), name="connectivity_partner_ends_after"
            ),
        ]
        indexes = [models.Index(fields=["organisation"], name="connectivity_partner_of")]

    def __str__(self) -> str:
        return f"partner {self.pk}"


class EstateFile(models.Model):
    """A file of residences and homes that a landlord brought in, whole or not at all. `digest`: of its bytes. Append-only."""

    programme = models.ForeignKey(PROGRAMME, on_delete=models.PROTECT, related_name="+")
    landlord = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    digest = models.BinaryField(max_length=32)
    residence_count = models.IntegerField()
    home_count = models.IntegerField()
    new_residence_count = models.IntegerField()
    new_home_count = models.IntegerField()
    brought_at = models.DateTimeField()
    brought_by_id = models.BigIntegerField(null=True)
    request_id = models.UUIDField(unique=True)

    class Meta:
        indexes = [models.Index(fields=["landlord", "-id"], name="connectivity_estatefile_of")]

    def __str__(self) -> str:
        return f"estate file {self.pk}"


class Residence(models.Model):
    """A landlord's building or group of buildings. `place_id`: the shared room where lessons are given there, if any (places)."""

    programme = models.ForeignKey(PROGRAMME, on_delete=models.PROTECT, related_name="+")
    landlord = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=40)  # the landlord's own
    name = models.CharField(max_length=120)
    address = models.CharField(max_length=200)
    postcode = models.CharField(max_length=5, blank=True)
    city = models.CharField(max_length=100, blank=True)
    commune = models.CharField(max_length=5)
    dwelling_count = models.IntegerField()
    has_fibre = models.BooleanField(null=True)  # null: not known
    place_id = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "landlord", "reference"], name="connectivity_residence_once"),
            models.CheckConstraint(condition=Q(dwelling_count__gt=0), name="connectivity_residence_dwellings"),
            models.CheckConstraint(
                condition=~Q(reference="") & ~Q(name="") & ~Q(address="") & Q(commune__regex="^[0-9AB]{5}$"),
                name="connectivity_residence_whole",
            ),
        ]
        indexes = [models.Index(fields=["place_id"], condition=Q(place_id__isnull=False), name="connectivity_residence_place")]

    def __str__(self) -> str:
        return f"residence {self.pk}"


class Home(models.Model):
    """One dwelling: the landlord's reference and what its door says (building, floor, number). Never a name."""

    programme = models.ForeignKey(PROGRAMME, on_delete=models.PROTECT, related_name="+")
    landlord = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    residence = models.ForeignKey(Residence, on_delete=models.PROTECT, related_name="homes")
    reference = models.CharField(max_length=40)
    door = models.CharField(max_length=60, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["residence", "reference"], name="connectivity_home_once"),
            models.CheckConstraint(condition=~Q(reference=""), name="connectivity_home_reference"),
        ]

    def __str__(self) -> str:
        return f"home {self.pk}"
