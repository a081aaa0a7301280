"""What files say of neighbourhoods and of communes beyond the census, and the weights an organisation keeps."""

from django.db import models
from django.db.models import Q

from carnet.observatory.rules.indicators import Known


class Neighbourhood(models.Model):
    """An IRIS: a part of a commune, or a whole small one, as INSEE cuts and names it. Open data."""

    code = models.CharField(max_length=9, unique=True)
    commune_code = models.CharField(max_length=5)
    name = models.CharField(max_length=120)
    imported_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9][0-9AB][0-9]{7}$"), name="planning_neighbourhood_code"),
        ]
        indexes = [models.Index(fields=["commune_code"], name="planning_neighbourhood_of")]

    def __str__(self) -> str:
        return self.code


class AreaFigure(models.Model):
    """One figure of a neighbourhood (nine characters) or of a commune (five), of one vintage: a value, a secret, or nothing. Open data."""

    area_code = models.CharField(max_length=9)
    indicator = models.CharField(max_length=20)
    vintage = models.SmallIntegerField()
    value = models.DecimalField(max_digits=16, decimal_places=3, null=True)
    known = models.CharField(max_length=7)
    source = models.CharField(max_length=200)
    imported_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["area_code", "indicator", "vintage"], name="planning_areafigure_once"),
            models.CheckConstraint(condition=Q(indicator__regex=r"^[A-Z][A-Z0-9_]*$"), name="planning_areafigure_named"),
            models.CheckConstraint(condition=Q(area_code__regex=r"^[0-9][0-9AB][0-9]{3}([0-9]{4})?$"), name="planning_areafigure_area"),
            models.CheckConstraint(
                condition=Q(known=Known.VALUE.value, value__isnull=False) | Q(known__in=["SECRET", "MISSING"], value__isnull=True),
                name="planning_areafigure_value",
            ),
            models.CheckConstraint(condition=Q(value__isnull=True) | Q(value__gte=0), name="planning_areafigure_not_negative"),
        ]
        indexes = [models.Index(fields=["indicator", "vintage"], name="planning_areafigure_vintage")]

    def __str__(self) -> str:
        return f"{self.indicator} {self.vintage} {self.area_code}"


class Weighing(models.Model):
    """Weights of the components of need, as an organisation keeps them under a name, with its reason. Never rewritten: the latest of a name holds."""

    organisation_id = models.BigIntegerField()
    name = models.CharField(max_length=80)
    words = models.CharField(max_length=400)
    weights = models.JSONField()
    made_at = models.DateTimeField()
    request_id = models.UUIDField(unique=True)

    class Meta:
        indexes = [models.Index(fields=["organisation_id", "-made_at"], name="planning_weighings")]

    def __str__(self) -> str:
        return f"weighing {self.pk}"
